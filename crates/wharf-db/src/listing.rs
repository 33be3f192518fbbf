//! Pages of long listings. A page is asked for by how many rows stand before it, and found by the nearest row whose
//! place is known: the first, the last, or one that a page before left a mark at. Rows between that one and the page are
//! passed over in the listing's index.

use std::sync::Arc;

use crate::Page;

/// Marks of one listing at most; more are thinned out evenly.
const MARKS: usize = 128;

/// Rows of one listing of which is known how many stand before them. `P` is a row's place in every order that the
/// listing can have.
#[derive(Debug)]
pub struct Marks<P> {
    sorted: Vec<(u64, Arc<P>)>,
}

/// How a page is found.
#[derive(Clone, Debug)]
pub struct Seek<P> {
    /// The row to begin at: forwards it is the first one, backwards the one after the last. None: the listing's end.
    pub(crate) from: Option<Arc<P>>,
    pub(crate) backwards: bool,
    /// Rows to pass over.
    pub(crate) skip: u64,
    /// Rows to read: the page's, and the one after it where there is one, so that a mark can be left there.
    pub(crate) rows: u64,
    first: u64,
    limit: u64,
}

impl<P> Clone for Marks<P> {
    fn clone(&self) -> Self {
        Self { sorted: self.sorted.clone() }
    }
}

impl<P> Default for Marks<P> {
    fn default() -> Self {
        Self { sorted: Vec::new() }
    }
}

impl<P> Marks<P> {
    /// The shortest way to a page of a listing of `total` rows.
    pub fn seek(&self, total: u64, page: Page) -> Seek<P> {
        let first = page.offset.min(total);
        let end = first.saturating_add(page.limit).min(total);
        let following = end.saturating_add(1).min(total);
        let before = self.sorted.partition_point(|(position, _)| *position <= first);
        let after = self.sorted.partition_point(|(position, _)| *position < end);
        let before = before.checked_sub(1).and_then(|index| self.sorted.get(index));
        let forwards = before.map_or((0, None), |(position, place)| (*position, Some(place)));
        let backwards =
            self.sorted.get(after).map_or((total, None), |(position, place)| (*position, Some(place)));
        let last = following.min(backwards.0);
        let (ahead, behind) = (first - forwards.0, backwards.0 - last);
        if ahead <= behind {
            let (from, rows) = (forwards.1.cloned(), following - first);
            Seek { from, backwards: false, skip: ahead, rows, first, limit: page.limit }
        } else {
            let (from, rows) = (backwards.1.cloned(), last - first);
            Seek { from, backwards: true, skip: behind, rows, first, limit: page.limit }
        }
    }

    /// Leaves a mark at the row before which `position` others stand.
    pub fn leave(&mut self, position: u64, place: Arc<P>) {
        let index = match self.sorted.binary_search_by_key(&position, |(position, _)| *position) {
            Ok(index) => {
                self.sorted[index].1 = place;
                return;
            }
            Err(index) => index,
        };
        self.sorted.insert(index, (position, place));
        if self.sorted.len() > MARKS {
            self.thin_out(index);
        }
    }

    /// Takes the mark away that is least missed, but not the one at `kept`.
    fn thin_out(&mut self, kept: usize) {
        let gap = |index: usize| {
            let before = index.checked_sub(1).map_or(0, |before| self.sorted[before].0);
            self.sorted.get(index + 1).map(|(after, _)| after - before)
        };
        let others = (0..self.sorted.len()).filter(|index| *index != kept);
        let least = others.filter_map(|index| Some((gap(index)?, index))).min();
        if let Some((_, index)) = least {
            self.sorted.remove(index);
        }
    }
}

impl<P> Seek<P> {
    /// The way to a page where no place is known but the two ends.
    pub fn from_ends(total: u64, page: Page) -> Self {
        Marks::default().seek(total, page)
    }

    /// Rows of the listing that are passed over on the way to the page.
    pub fn passes_over(&self) -> u64 {
        self.skip
    }

    /// Whether the page holds no row, so that none has to be looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0 || self.limit == 0
    }

    /// Cuts what was read down to the page, and says where marks can be left: at its first row, and at the one after it.
    pub fn cut<R>(&self, rows: &mut Vec<R>, place: impl Fn(&R) -> P) -> Vec<(u64, Arc<P>)> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let ends = [(self.first, rows.first()), (self.first.saturating_add(self.limit), rows.get(limit))];
        let marks = ends.into_iter().filter_map(|(at, row)| Some((at, Arc::new(place(row?))))).collect();
        rows.truncate(limit);
        marks
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MARKS, Marks};
    use crate::Page;

    /// A page, where marks are left, and how many rows were passed over.
    type Found = (Vec<u64>, Vec<(u64, Arc<u64>)>, u64);

    /// What an index would answer: rows are their own positions.
    fn read(marks: &Marks<u64>, total: u64, page: Page) -> Found {
        let seek = marks.seek(total, page);
        let mut rows: Vec<u64> = if seek.is_empty() {
            Vec::new()
        } else if seek.backwards {
            let end = seek.from.as_ref().map_or(total, |from| **from) - seek.skip;
            (end - seek.rows..end).collect()
        } else {
            let start = seek.from.as_ref().map_or(0, |from| **from) + seek.skip;
            (start..start + seek.rows).collect()
        };
        let left = seek.cut(&mut rows, |row| *row);
        (rows, left, seek.skip)
    }

    #[test]
    fn every_page_is_a_part_of_the_whole_whatever_marks_there_are() {
        for total in 0..9 {
            for marked in 0..1_u32 << total {
                let mut marks = Marks::default();
                for position in (0..total).filter(|position| marked & (1 << position) != 0) {
                    marks.leave(position, Arc::new(position));
                }
                for (offset, limit) in (0..10).flat_map(|offset| (0..10).map(move |limit| (offset, limit))) {
                    let expected: Vec<_> = (0..total).skip(offset).take(limit).collect();
                    let page = Page { offset: offset as u64, limit: limit as u64 };
                    let (rows, left, _) = read(&marks, total, page);
                    assert_eq!(rows, expected, "{page:?} of {total} with {marked:b}");
                    assert!(left.iter().all(|(position, row)| *position == **row));
                }
                let (everything, ..) = read(&marks, total, Page::ALL);
                assert_eq!(everything.len() as u64, total);
            }
        }
    }

    #[test]
    fn paging_on_passes_nothing_over() {
        let (total, limit) = (100_000, 100);
        let mut marks = Marks::default();
        for number in 0..total / limit {
            let (rows, left, skip) = read(&marks, total, Page { offset: number * limit, limit });
            assert_eq!((rows.len() as u64, skip), (limit, 0), "page {number}");
            for (position, place) in left {
                marks.leave(position, place);
            }
        }
        assert_eq!(marks.sorted.len(), MARKS);
        let gaps = marks.sorted.windows(2).map(|pair| pair[1].0 - pair[0].0);
        assert!(gaps.max() <= Some(3 * total / MARKS as u64), "the marks lie evenly");
    }
}
