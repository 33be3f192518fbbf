//! See `wharf_fuzz::range`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::range::check(input));
