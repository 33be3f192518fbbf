use wharf_cloudapi::{Facts, RegionUse};

/// What the API documents of an action beside its parameters; none where it has no such action.
pub(crate) fn of(action: &str) -> Option<&'static Facts> {
    include!(concat!(env!("OUT_DIR"), "/facts.rs"))
}
