//! The two kinds of paging: by `Offset` and `Limit`, and by a token.

use wharf_core::Error;

/// Items on a page at most.
const LARGEST: u64 = 1000;
/// Items on a page where none are asked for.
const USUAL: i64 = 15;
const USUAL_RESULTS: i64 = 50;

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) offset: u64,
    pub(crate) limit: u64,
}

impl Page {
    /// `Offset` items are left out, a multiple of `Limit`.
    pub(crate) fn of(offset: Option<i64>, limit: Option<i64>) -> Result<Self, Error> {
        let limit = size("Limit", limit.unwrap_or(USUAL), LARGEST)?;
        let offset = u64::try_from(offset.unwrap_or(0)).ok().filter(|offset| offset % limit == 0);
        let rule = "a multiple of Limit, 0 or more".to_owned();
        Ok(Self { offset: offset.ok_or(Error::InvalidValue { name: "Offset", rule })?, limit })
    }

    /// A token is the number of items before the page.
    pub(crate) fn after(token: Option<&str>, results: Option<i64>, largest: u64) -> Result<Self, Error> {
        let limit = size("MaxResults", results.unwrap_or(USUAL_RESULTS), largest)?;
        let offset = match token.filter(|token| !token.is_empty()) {
            Some(token) => token.parse().map_err(|_| Error::InvalidValue {
                name: "PaginationToken",
                rule: "the token of an answer".to_owned(),
            })?,
            None => 0,
        };
        Ok(Self { offset, limit })
    }

    /// The page of a list.
    pub(crate) fn cut<T>(self, items: Vec<T>) -> Vec<T> {
        let (offset, limit) = (as_count(self.offset), as_count(self.limit));
        items.into_iter().skip(offset).take(limit).collect()
    }

    /// The token of the next page of a list of `total`; empty where there is none.
    pub(crate) fn next(self, total: usize) -> String {
        let next = self.offset.saturating_add(self.limit);
        if as_count(next) < total { next.to_string() } else { String::new() }
    }
}

fn as_count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn size(name: &'static str, given: i64, largest: u64) -> Result<u64, Error> {
    let size = u64::try_from(given).ok().filter(|size| *size > 0).map(|size| size.min(largest));
    size.ok_or_else(|| Error::InvalidValue { name, rule: "1 or more".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn an_offset_is_a_multiple_of_the_limit() {
        assert_eq!(Page::of(None, None).unwrap(), Page { offset: 0, limit: 15 });
        assert_eq!(Page::of(Some(800), Some(400)).unwrap(), Page { offset: 800, limit: 400 });
        assert_eq!(Page::of(Some(0), Some(5000)).unwrap(), Page { offset: 0, limit: 1000 });
        for (offset, limit) in [(Some(7), Some(5)), (Some(-5), Some(5)), (None, Some(0)), (None, Some(-1))] {
            assert!(Page::of(offset, limit).is_err());
        }
    }

    #[test]
    fn tokens_lead_through_a_list() {
        let all: Vec<_> = (0..7).collect();
        let (mut token, mut seen) = (String::new(), Vec::new());
        loop {
            let page = Page::after(Some(&token), Some(3), 200).unwrap();
            seen.extend(page.cut(all.clone()));
            token = page.next(all.len());
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, all);
        assert!(Page::after(Some("x"), None, 200).is_err());
    }
}
