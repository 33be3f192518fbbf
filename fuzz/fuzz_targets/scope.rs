//! See `wharf_fuzz::scope`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::scope::check(input));
