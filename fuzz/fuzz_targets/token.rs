//! See `wharf_fuzz::token`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::token::check(input));
