//! See `wharf_fuzz::digest`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::digest::check(input));
