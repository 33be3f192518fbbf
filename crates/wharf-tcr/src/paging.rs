//! The two kinds of `Offset`: of rows, and of pages.

use wharf_core::{Error, Page};

/// `Offset` rows are left out; `limit` of them follow, 100 at most.
pub(crate) fn rows(offset: Option<i64>, limit: Option<i64>) -> Result<Page, Error> {
    Ok(Page { offset: at_least("Offset", offset.unwrap_or(0), 0)?, limit: page_size(limit, 100)? })
}

/// `Offset` is the number of a page of `limit` items. The first page is 1; 0 is taken for it too, as clients send it.
/// Clients ask for more than the largest page and expect that: they get the largest.
pub(crate) fn pages(offset: Option<i64>, limit: Option<i64>, largest: u64) -> Result<Page, Error> {
    let page = at_least("Offset", offset.unwrap_or(1), 0)?.max(1);
    let limit = page_size(limit, largest)?;
    Ok(Page { offset: (page - 1).saturating_mul(limit), limit })
}

fn page_size(limit: Option<i64>, largest: u64) -> Result<u64, Error> {
    Ok(at_least("Limit", limit.unwrap_or(20), 1)?.min(largest))
}

fn at_least(name: &'static str, value: i64, least: u64) -> Result<u64, Error> {
    let value = u64::try_from(value).ok().filter(|value| *value >= least);
    value.ok_or_else(|| Error::InvalidValue { name, rule: format!("{least} or more") })
}

#[cfg(test)]
mod tests {
    use wharf_core::Page;

    use super::{pages, rows};

    #[test]
    fn pages_are_counted_as_the_reference_counts_them() {
        for (offset, limit, first, length) in [
            (None, None, 0, 20),
            (Some(1), Some(20), 0, 20),
            (Some(2), Some(20), 20, 20),
            (Some(4), Some(30), 90, 30),
        ] {
            assert_eq!(pages(offset, limit, 100).unwrap(), Page { offset: first, limit: length });
        }
        assert_eq!(pages(Some(0), Some(200), 100).unwrap(), Page { offset: 0, limit: 100 });
        assert!(pages(Some(i64::MAX), Some(100), 100).is_ok());
        assert!(pages(Some(-1), None, 100).is_err());
        assert!(pages(None, Some(0), 100).is_err());
    }

    #[test]
    fn rows_are_counted_from_nought() {
        assert_eq!(rows(None, None).unwrap(), Page { offset: 0, limit: 20 });
        assert_eq!(rows(Some(7), Some(3)).unwrap(), Page { offset: 7, limit: 3 });
        assert!(rows(Some(-1), None).is_err());
    }
}
