//! See `wharf_fuzz::accept`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::accept::check(input));
