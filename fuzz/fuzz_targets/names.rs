//! See `wharf_fuzz::names`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::names::check(input));
