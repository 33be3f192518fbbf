//! See `wharf_fuzz::form`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::form::check(input));
