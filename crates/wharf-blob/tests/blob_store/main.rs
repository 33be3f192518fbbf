//! What every content store promises. Run against local files, and against each address in the environment variable
//! `WHARF_TEST_STORAGE_URLS` (separated by spaces; keys come from the providers' usual environment names), each test
//! below a prefix of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod content;
mod fixture;
mod object_stores;
mod uploads;
