use super::pattern::Pattern;

/// The actions of a statement: `tcr:CreateNamespace`, `tcr:Describe*`, `name/tcr:*`, `*`. Their case does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActionPattern(Pattern);

impl ActionPattern {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let name = lower.strip_prefix("name/").unwrap_or(&lower);
        if name.starts_with("permid/") || name.starts_with("actionname/") {
            return Err("sets of actions are not known here: name the actions".to_owned());
        }
        let is_plain = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'_' | b'-'))
        };
        let is_action =
            name.split_once(':').is_some_and(|(service, action)| is_plain(service) && is_plain(action));
        if name != "*" && !is_action {
            return Err(
                "it is `*` or SERVICE:ACTION, such as tcr:CreateNamespace or tcr:Describe*".to_owned()
            );
        }
        Ok(Self(Pattern::new(name)))
    }

    /// Whether an action such as `tcr:CreateNamespace` is among them.
    pub(super) fn matches(&self, action: &str) -> bool {
        self.0.matches(&action.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::ActionPattern;

    #[test]
    fn actions_are_named_in_any_case_and_by_a_prefix() {
        for (pattern, expected) in [
            ("*", true),
            ("tcr:*", true),
            ("*:*", true),
            ("tcr:CreateNamespace", true),
            ("TCR:createnamespace", true),
            ("name/tcr:Create*", true),
            ("tcr:Create", false),
            ("tcr:Describe*", false),
            ("cos:*", false),
        ] {
            let parsed = ActionPattern::parse(pattern).unwrap();
            assert_eq!(parsed.matches("tcr:CreateNamespace"), expected, "{pattern}");
        }
        for wrong in
            ["", "tcr", "tcr:", ":Create", "tcr:A:B", "tcr:Create Namespace", "permid/280655", "name/"]
        {
            assert!(ActionPattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
