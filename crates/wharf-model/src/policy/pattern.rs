/// A text in which `*` stands for any characters, none included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        matches(self.0.as_bytes(), text.as_bytes())
    }

    /// Whether every text that begins with `prefix` matches.
    pub(super) fn matches_all_below(&self, prefix: &str) -> bool {
        let Some(open) = self.0.strip_suffix('*') else { return false };
        // The part before the last `*` has to fit a beginning of what all these texts have in common.
        let beginnings = prefix.char_indices().map(|(end, _)| end).chain([prefix.len()]);
        beginnings.into_iter().any(|end| matches(open.as_bytes(), &prefix.as_bytes()[..end]))
    }
}

/// Goes back to the last `*` only, as that can take whatever an earlier one could: no text takes long.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while seen < text.len() {
        if pattern.get(at) == Some(&b'*') {
            last = Some((at, seen));
            at += 1;
        } else if pattern.get(at) == Some(&text[seen]) {
            (at, seen) = (at + 1, seen + 1);
        } else if let Some((star, taken)) = last {
            last = Some((star, taken + 1));
            (at, seen) = (star + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "team/app", true),
            ("", "", true),
            ("", "a", false),
            ("team", "team", true),
            ("team", "teams", false),
            ("team/*", "team/app/web", true),
            ("team/*", "team", false),
            ("*/app", "team/app", true),
            ("*/app", "team/apps", false),
            ("t*m/*p", "team/sub/app", true),
            ("*a*b*c*", "xxaxxbxxcxx", true),
            ("*a*b*c*", "xxaxxcxxbxx", false),
            ("a**b", "ab", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_may_take_in_all_that_begins_alike() {
        for (pattern, prefix, expected) in [
            ("*", "repository/tcr-a/", true),
            ("repository/*", "repository/tcr-a/", true),
            ("repository/tcr-*", "repository/tcr-a/", true),
            ("repository/tcr-a/*", "repository/tcr-a/", true),
            ("repository/*/*", "repository/tcr-a/", true),
            ("repository/tcr-a/team/*", "repository/tcr-a/", false),
            ("repository/tcr-a", "repository/tcr-a/", false),
            ("repository/*/app", "repository/tcr-a/", false),
            ("instance/*", "repository/tcr-a/", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches_all_below(prefix), expected, "{pattern}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern = Pattern::new("*a".repeat(3000));
        assert!(!pattern.matches(&"a".repeat(2999)));
        assert!(pattern.matches(&"a".repeat(3000)));
    }
}
