//! The two kinds of `Offset`: of rows, and of pages.

use wharf_core::Page;

/// Items on a page where a request does not say.
const PAGE: i64 = 20;

/// `Offset` rows are left out; `limit` of them follow, 100 at most. Declarations refuse numbers below 0 and 1.
pub(crate) fn rows(offset: Option<i64>, limit: Option<i64>) -> Page {
    rows_up_to(offset, limit, 100)
}

/// As [`rows`], with another number of them at most.
pub(crate) fn rows_up_to(offset: Option<i64>, limit: Option<i64>, largest: u64) -> Page {
    Page { offset: number(offset.unwrap_or(0)), limit: number(limit.unwrap_or(PAGE)).min(largest) }
}

/// `Offset` is the number of a page of `limit` items. The first page is 1; 0 is taken for it too, as clients send it.
/// Clients ask for more than the largest page and expect that: they get the largest.
pub(crate) fn pages(offset: Option<i64>, limit: Option<i64>, largest: u64) -> Page {
    let page = number(offset.unwrap_or(1)).max(1);
    let limit = number(limit.unwrap_or(PAGE)).min(largest);
    Page { offset: (page - 1).saturating_mul(limit), limit }
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
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
            assert_eq!(pages(offset, limit, 100), Page { offset: first, limit: length });
        }
        assert_eq!(pages(Some(0), Some(200), 100), Page { offset: 0, limit: 100 });
        assert_eq!(pages(Some(i64::MAX), Some(100), 100).offset, u64::MAX);
    }

    #[test]
    fn rows_are_counted_from_nought() {
        assert_eq!(rows(None, None), Page { offset: 0, limit: 20 });
        assert_eq!(rows(Some(7), Some(3)), Page { offset: 7, limit: 3 });
        assert_eq!(rows(Some(7), Some(101)), Page { offset: 7, limit: 100 });
    }
}
