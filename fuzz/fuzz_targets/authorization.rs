//! See `wharf_fuzz::authorization`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::authorization::check(input));
