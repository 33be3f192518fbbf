use super::{ObjectStore, output::finish_writer};
use crate::{Error, Segment};

/// The most bytes that are copied in one request; a slow store makes no more in [`super::service`]'s time for one.
pub(super) const LARGEST_COPY: u64 = 256 << 20;
/// Parts for which an object is planned; stores take 10,000.
const MOST_PARTS: u64 = 9_000;
/// The least bytes that a store copies by itself; less is sent through this program.
const LEAST_COPY: u64 = 5 << 20;
/// Bytes of a part where the store cannot copy by itself.
const STREAMED_PART: u64 = 8 << 20;

impl ObjectStore {
    /// Makes the object `path` of the segments, in their order. They stay.
    ///
    /// # Errors
    /// [`Error::NotFound`] when a segment is gone; when the store fails. Then there is no object.
    pub(super) async fn compose(
        &self,
        instance: &str,
        segments: &[Segment],
        path: &str,
    ) -> Result<(), Error> {
        // One permit a composition: what is too small to be copied by the store is in memory on its way.
        let _permit = self.composing().acquire().await.map_err(std::io::Error::other)?;
        let total = segments.iter().map(|segment| segment.length).sum::<u64>();
        let writer = self.operator().writer_with(path);
        let mut writer = match part_size(segments, self.copies_by_itself()) {
            Some(size) => writer.chunk(usize::try_from(size).unwrap_or(usize::MAX)).await?,
            None => writer.await?,
        };
        let mut copied = Ok(());
        'segments: for segment in segments {
            let source = format!("{instance}/{}", segment.object);
            for range in ranges(segment.length) {
                copied = writer.copy_from(&source, range).await;
                if copied.is_err() {
                    break 'segments;
                }
            }
        }
        let done = match copied {
            Ok(()) => finish_writer(self.operator(), &mut writer, path, total).await,
            Err(error) => Err(error.into()),
        };
        if done.is_err()
            && let Err(error) = writer.abort().await
        {
            tracing::warn!(object = path, error = error.message(), "an unfinished object cannot be given up");
        }
        done
    }
}

/// The size of all parts, where the segments as they are will not do as parts.
fn part_size(segments: &[Segment], copies_by_itself: bool) -> Option<u64> {
    let total = segments.iter().map(|segment| segment.length).sum::<u64>();
    if !copies_by_itself {
        return Some(total.div_ceil(MOST_PARTS).max(STREAMED_PART));
    }
    let parts = segments.iter().map(|segment| match segment.length {
        0..LEAST_COPY => 1,
        // What comes before it may need a part of its own.
        length => length.div_ceil(LARGEST_COPY) + 1,
    });
    (parts.sum::<u64>() > MOST_PARTS).then(|| total.div_ceil(MOST_PARTS).max(STREAMED_PART))
}

/// Ranges of about the same size, none larger than a store is asked to copy at once.
fn ranges(length: u64) -> impl Iterator<Item = std::ops::Range<u64>> {
    let count = length.div_ceil(LARGEST_COPY).max(1);
    let size = length.div_ceil(count).max(1);
    (0..count).map(move |index| index * size..length.min((index + 1) * size))
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_COPY, MOST_PARTS, part_size, ranges};
    use crate::Segment;

    #[test]
    fn ranges_cover_a_segment_in_even_parts() {
        for length in [1, LARGEST_COPY, LARGEST_COPY + 1, 5 * LARGEST_COPY - 3] {
            let all: Vec<_> = ranges(length).collect();
            assert_eq!(all.first().map(|range| range.start), Some(0));
            assert_eq!(all.last().map(|range| range.end), Some(length));
            assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert!(all.iter().all(|range| (length / 2..=LARGEST_COPY).contains(&(range.end - range.start))
                || range.end - range.start > LARGEST_COPY / 2));
        }
    }

    #[test]
    fn parts_stay_below_the_limit() {
        let segments = |count: u64, length: u64| -> Vec<_> {
            (0..count).map(|index| Segment { start: index * length, length, object: String::new() }).collect()
        };
        assert_eq!(part_size(&segments(3, 100 << 20), true), None);
        assert_eq!(part_size(&segments(3, 100 << 20), false), Some(8 << 20));
        let many = segments(20_000, 6 << 20);
        let size = part_size(&many, true).unwrap_or_default();
        assert!((20_000 * (6 << 20)) / size <= MOST_PARTS);
    }
}
