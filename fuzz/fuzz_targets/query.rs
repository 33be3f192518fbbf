//! See `wharf_fuzz::query`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::query::check(input));
