//! See `wharf_fuzz::parameters`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wharf_fuzz::parameters::check(input));
