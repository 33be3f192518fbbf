//! Where pages of long listings begin, so that who pages on does not pay for the pages before. Found again are rows of
//! listings that are as they were: what is remembered goes with a revision, which the transaction compares that reads
//! the page. So a page is always the one that counting from the first row would give. Each process has its own.

use std::{hash::Hash, sync::Arc};

use quick_cache::sync::Cache;
use wharf_db::{Marks, Page, Seek, repositories, tags};
use wharf_model::{InstanceId, NamespaceName, RepositoryName};

/// Listings of each kind; one takes some 50 KiB at most.
const LISTINGS: usize = 256;
/// In a listing of so many rows or fewer, counting costs no more than remembering.
const SHORT: u64 = 500;

pub(crate) struct Bookmarks {
    /// Tags of repositories.
    pub(crate) images: Shelf<(InstanceId, RepositoryName), tags::Revision, tags::Place>,
    /// Repositories of instances and namespaces, by order.
    pub(crate) repositories: Shelf<RepositoryListing, repositories::Revision, repositories::Place>,
}

type RepositoryListing = (InstanceId, Option<NamespaceName>, repositories::Sort);

/// Listings `L`, whose rows stand at places `P` while their revision `R` is the same.
pub(crate) struct Shelf<L, R, P>(Cache<L, Arc<Known<R, P>>>);

/// What is known of a listing.
#[derive(Clone)]
pub(crate) struct Known<R, P> {
    revision: R,
    marks: Marks<P>,
}

/// What reading a page left to know.
pub(crate) struct Left<R, P> {
    revision: R,
    marks: Vec<(u64, Arc<P>)>,
}

impl Bookmarks {
    pub(crate) fn new() -> Self {
        Self { images: Shelf(Cache::new(LISTINGS)), repositories: Shelf(Cache::new(LISTINGS)) }
    }
}

impl<L: Eq + Hash, R: Clone + PartialEq, P: Clone> Shelf<L, R, P> {
    pub(crate) fn known(&self, listing: &L) -> Option<Arc<Known<R, P>>> {
        self.0.get(listing)
    }

    pub(crate) fn leave(&self, listing: L, left: Option<Left<R, P>>) {
        let Some(left) = left else { return };
        let known = self.0.get(&listing).filter(|known| known.revision == left.revision);
        let mut marks = known.map(|known| known.marks.clone()).unwrap_or_default();
        for (position, place) in left.marks {
            marks.leave(position, place);
        }
        self.0.insert(listing, Arc::new(Known { revision: left.revision, marks }));
    }
}

impl<R, P> Left<R, P> {
    /// Marks in a listing of `total` rows, where that is worth it.
    pub(crate) fn of(revision: R, total: u64, marks: Vec<(u64, Arc<P>)>) -> Option<Self> {
        (total > SHORT).then_some(Self { revision, marks })
    }
}

/// The way to a page of a listing that has `total` rows at `revision`.
pub(crate) fn seek<R: PartialEq, P>(
    known: Option<&Known<R, P>>,
    revision: &R,
    total: u64,
    page: Page,
) -> Seek<P> {
    match known.filter(|known| known.revision == *revision) {
        Some(known) => known.marks.seek(total, page),
        None => Seek::from_ends(total, page),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use quick_cache::sync::Cache;

    use super::{Left, SHORT, Shelf};

    fn marks(positions: &[u64]) -> Vec<(u64, Arc<u64>)> {
        positions.iter().map(|position| (*position, Arc::new(*position))).collect()
    }

    #[test]
    fn what_was_left_is_known_until_another_revision() {
        let shelf: Shelf<&str, u64, u64> = Shelf(Cache::new(4));
        assert!(shelf.known(&"tags").is_none());
        shelf.leave("tags", Left::of(1, SHORT + 1, marks(&[100])));
        shelf.leave("tags", Left::of(1, SHORT + 1, marks(&[200])));
        assert!(shelf.known(&"others").is_none());
        let page = wharf_db::Page { offset: 200, limit: 10 };
        let way = |revision: u64, offset: u64| {
            let known = shelf.known(&"tags");
            let page = wharf_db::Page { offset, ..page };
            super::seek(known.as_deref(), &revision, SHORT + 1, page).passes_over()
        };
        assert_eq!((way(1, 200), way(1, 100), way(1, 130)), (0, 0, 30));
        assert_eq!((way(2, 200), way(2, 100)), (200, 100));
        shelf.leave("tags", Left::of(2, SHORT + 1, marks(&[100])));
        assert_eq!((way(2, 200), way(2, 100)), (100, 0), "nothing is left of what was before");
        assert_eq!(way(1, 100), 100);
    }

    #[test]
    fn nothing_is_remembered_of_short_listings() {
        assert!(Left::of(1, SHORT, marks(&[100])).is_none());
    }
}
