//! See `wharf_fuzz::hash_state`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::hash_state::check(input));
