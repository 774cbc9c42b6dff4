//! Checks a bank whose only rubric is arbitrary text.

#![no_main]

use gradus::bank::{Bank, Files, check};
use gradus_fuzz::assert_findings_within;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let bank = gradus::engine::bank_from_texts([("rubrics/fuzz/fuzz.toml", text)]);
    assert_findings_within(&bank, &check(&bank));
});
