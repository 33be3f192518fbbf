//! See `wharf_fuzz::route`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::route::check(input));
