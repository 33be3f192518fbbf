//! Kept hash states: a hash that is put down and taken up anywhere ends in the digest of the whole content, and bytes
//! that are no state are refused.

use wharf_model::{Algorithm, Digest, Hasher};

/// Blocks behind a state, at most, for it to be gone on with: no content is that long, and the count must not overflow.
const BLOCKS: u64 = 1 << 48;

/// Takes the bytes as content with the places to cut it at, and as a state.
pub fn check(input: &[u8]) {
    if let Some((cuts, content)) = input.split_first_chunk::<3>() {
        for algorithm in Algorithm::ALL {
            resumed(algorithm, cuts, content);
        }
    }
    for state in [input, input.get(1..).unwrap_or_default()] {
        garbage(state, input);
    }
}

fn resumed(algorithm: Algorithm, cuts: &[u8], content: &[u8]) {
    let mut hasher = Hasher::new(algorithm);
    let mut rest = content;
    for cut in cuts {
        let (piece, left) = rest.split_at(usize::from(*cut).min(rest.len()));
        hasher.update(piece);
        rest = left;
        let state = hasher.state();
        hasher = Hasher::resume(&state).expect("a state that was kept is a state");
        assert_eq!(hasher.state(), state);
        assert_eq!(hasher.algorithm(), algorithm);
    }
    hasher.update(rest);
    assert_eq!(hasher.finish(), Digest::by(algorithm, content));
}

fn garbage(state: &[u8], content: &[u8]) {
    let Some(mut hasher) = Hasher::resume(state) else { return };
    assert_eq!(hasher.state().len(), state.len());
    if blocks(&hasher, state) < BLOCKS {
        hasher.update(content);
        let digest = hasher.clone().finish();
        assert_eq!(digest.algorithm(), hasher.algorithm());
    }
}

/// The count of blocks in a state, after the hash's words.
fn blocks(hasher: &Hasher, state: &[u8]) -> u64 {
    let (words, count) = match hasher.algorithm() {
        Algorithm::Sha256 => (32, 8),
        Algorithm::Sha512 => (64, 16),
    };
    let count = &state[words..words + count];
    count
        .iter()
        .rev()
        .fold(0_u128, |blocks, byte| blocks << 8 | u128::from(*byte))
        .try_into()
        .unwrap_or(u64::MAX)
}
