//! New content at no cost: the digest of a blob unlike all others takes one block of hashing.

use aws_lc_rs::digest::{Context, SHA256};

const TAIL: usize = 64;

/// Makes blobs of one size that differ in their last bytes. What they share is hashed beforehand.
pub struct Source {
    head: Vec<u8>,
    hashed: Context,
    seed: u64,
}

/// The end of one blob, and the digest of the whole.
pub struct Stamp {
    /// The last bytes.
    pub tail: [u8; TAIL],
    /// `sha256:…`.
    pub digest: String,
}

impl Source {
    /// Blobs of `size` bytes, 64 at least; other seeds give other bytes throughout.
    pub fn new(size: usize, seed: u64) -> Self {
        let mut head = vec![0; size.saturating_sub(TAIL)];
        fastrand::Rng::with_seed(seed).fill(&mut head);
        let mut hashed = Context::new(&SHA256);
        hashed.update(&head);
        Self { head, hashed, seed }
    }

    /// What all blobs begin with.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The blob of this number.
    pub fn stamp(&self, number: u64) -> Stamp {
        let mut tail = [0; TAIL];
        tail[..8].copy_from_slice(&self.seed.to_be_bytes());
        tail[8..16].copy_from_slice(&number.to_be_bytes());
        let mut hashed = self.hashed.clone();
        hashed.update(&tail);
        Stamp { tail, digest: name(hashed) }
    }
}

/// The digest of some bytes, `sha256:…`.
pub fn digest(bytes: &[u8]) -> String {
    let mut hashed = Context::new(&SHA256);
    hashed.update(bytes);
    name(hashed)
}

fn name(hashed: Context) -> String {
    format!("sha256:{}", hex::encode(hashed.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamped_blob_has_the_digest_of_its_bytes() {
        let source = Source::new(1000, 7);
        let stamp = source.stamp(3);
        let whole = [source.head(), &stamp.tail].concat();
        assert_eq!(whole.len(), 1000);
        assert_eq!(stamp.digest, digest(&whole));
        assert_ne!(stamp.digest, source.stamp(4).digest);
    }
}
