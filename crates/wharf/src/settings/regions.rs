use wharf_model::Regions;

use super::Sources;

/// `[regions]`: a line a region; they take the place of the reference's.
pub(super) fn read(sources: &mut Sources<'_>) -> Regions {
    let Some(regions) = sources.names("regions", region) else { return Regions::default() };
    Regions::configured(regions).unwrap_or_else(|what| {
        sources.refuse("regions", &what);
        Regions::default()
    })
}

/// `NAME = "ID ALIAS"`
fn region(name: &str, text: &str) -> Result<(u64, String, String), String> {
    let is_word = |text: &str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !is_word(name) {
        return Err("a region's name is 1 to 64 lower-case letters, digits and hyphens".to_owned());
    }
    let (id, alias) = text.split_once(' ').ok_or_else(|| wrong(text))?;
    let id =
        id.parse().ok().filter(|id| (1..=u64::from(u32::MAX)).contains(id)).ok_or_else(|| wrong(text))?;
    match alias.trim() {
        alias if is_word(alias) => Ok((id, name.to_owned(), alias.to_owned())),
        _ => Err(wrong(text)),
    }
}

fn wrong(text: &str) -> String {
    format!("`{text}` is not ID ALIAS, such as `1 gz`")
}

#[cfg(test)]
mod tests {
    use super::region;

    #[test]
    fn a_region_has_a_name_an_id_and_an_alias() {
        let read = region("eu-berlin", "101 ber").unwrap();
        assert_eq!(read, (101, "eu-berlin".to_owned(), "ber".to_owned()));
        for (name, text) in [
            ("", "1 a"),
            ("Berlin", "1 a"),
            ("b", "a"),
            ("b", "1"),
            ("b", "0 a"),
            ("b", "x a"),
            ("b", "1 a b"),
        ] {
            assert!(region(name, text).is_err(), "{name} {text}");
        }
    }
}
