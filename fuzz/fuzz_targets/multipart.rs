//! See `wharf_fuzz::multipart`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::multipart::check(input));
