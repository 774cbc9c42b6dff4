//! Answers to grade, made of the sample answers by a seed.

use gradus::model::Sample;

/// Answers of 120 words, made of the sentences of all samples to a question in an order that a seed
/// decides, so that no two are alike and no cache of whole answers could help.
pub(crate) fn answers(samples: &[Sample], count: usize, seed: u64) -> Vec<String> {
    let text = samples.iter().map(|sample| sample.text.replace('\n', " ")).collect::<Vec<_>>().join(" ");
    let sentences: Vec<&str> =
        text.split_inclusive(". ").map(str::trim).filter(|sentence| !sentence.is_empty()).collect();
    let mut state = seed;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut answer = || {
        let mut words: Vec<&str> = Vec::with_capacity(160);
        while words.len() < 120 {
            words.extend(sentences[next(sentences.len())].split(' '));
        }
        words.truncate(120);
        words.join(" ")
    };
    (0..count).map(|_| answer()).collect()
}
