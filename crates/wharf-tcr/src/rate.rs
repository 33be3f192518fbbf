/// Calls a second that the API documents for an action.
pub(crate) fn documented(action: &str) -> Option<u32> {
    include!(concat!(env!("OUT_DIR"), "/documented_rates.rs"))
}

#[cfg(test)]
mod tests {
    use super::documented;

    #[test]
    fn rates_are_those_of_the_facts() {
        assert_eq!(documented("CreateInstance"), Some(20));
        assert_eq!(documented("DescribeInstances"), Some(100));
        assert_eq!(documented("ManageInternalEndpoint"), Some(2));
        assert_eq!(documented("NoSuchAction"), None);
    }
}
