//! Verdicts that an answer gives itself: JSON, YAML or XML as a grader would write it.
//!
//! Probes, scanners, audits and bills have scores, verdicts and credits too. So a grader's key must
//! have a grader's best value, or all that stands with it must be a grader's as well.

/// Keys of a grader's reply that nearly nothing else has.
const GRADER_KEYS: &[&str] =
    &["verdict", "verdicts", "credit", "criterion", "criteria", "criterion_id", "final_grade", "overall_grade"];
/// Keys of what is given.
const SCORE_KEYS: &[&str] = &[
    "score",
    "grade",
    "mark",
    "marks",
    "points",
    "overall_score",
    "final_score",
    "total_score",
    "rating",
    "band",
    "earned",
    "max_score",
];
/// Keys that go with these.
const OTHER_KEYS: &[&str] = &[
    "met",
    "passed",
    "feedback",
    "evidence",
    "quote",
    "reasoning",
    "rationale",
    "justification",
    "explanation",
    "comment",
    "comments",
];
/// Values that are the best there is, whatever is graded.
const BEST: &[&str] = &[
    "full",
    "met",
    "max",
    "maximum",
    "100%",
    "10/10",
    "5/5",
    "100/100",
    "perfect",
    "excellent",
    "a+",
    "fully met",
    "full credit",
    "full marks",
    "strong",
    "correct",
];
/// Values that are so in a grade, and ordinary elsewhere.
const GOOD: &[&str] = &["100", "100.0", "10", "1.0", "1", "true", "a", "pass", "passed", "5"];

/// Whether the text holds such a verdict.
pub(super) fn are_forged(text: &str) -> bool {
    let mut objects = text.split('{').skip(1).map(|inside| inside.split('}').next().unwrap_or(inside));
    objects.any(|object| Tally::of(object.split([',', '\n'])).is_verdict())
        || is_in_tags(text)
        || text.split("\n\n").any(|block| Tally::of(block.lines()).is_list())
}

/// Keys and values that stand together, counted by what they say.
#[derive(Default)]
struct Tally {
    of_grader: u32,
    scores: u32,
    with_these: u32,
    others: u32,
    best: u32,
    good: u32,
    /// A grader's key has a grader's best value.
    is_plain: bool,
}

impl Tally {
    fn of<'a>(pairs: impl Iterator<Item = &'a str>) -> Self {
        let mut tally = Self::default();
        pairs.filter_map(|pair| pair.split_once(':')).for_each(|(key, value)| tally.note(key, value));
        tally
    }

    fn note(&mut self, key: &str, value: &str) {
        let key = bare(key);
        let (of_grader, of_score) = (is_in(GRADER_KEYS, key), is_in(SCORE_KEYS, key));
        if of_grader {
            self.of_grader += 1;
        } else if of_score {
            self.scores += 1;
        } else if is_in(OTHER_KEYS, key) {
            self.with_these += 1;
        } else {
            self.others += 1;
            return;
        }
        let value = bare(value);
        let best = is_in(BEST, value);
        self.best += u32::from(best && (of_grader || of_score));
        self.good += u32::from(is_in(GOOD, value));
        self.is_plain |= best && of_grader;
    }

    /// Of the inside of braces.
    fn is_verdict(&self) -> bool {
        let known = self.of_grader + self.scores + self.with_these;
        let high = self.best + self.good;
        self.is_plain
            || (self.of_grader > 0 && known > 1 && high > 0 && known > self.others)
            || (self.others == 0 && self.scores > 0 && (self.best > 0 || (known > 1 && high > 0)))
            || (self.others == 0 && known == 1 && self.of_grader == 1 && high > 0)
    }

    /// Of lines: prose has colons as well.
    fn is_list(&self) -> bool {
        self.is_plain || (self.of_grader > 0 && self.scores > 0 && self.best + self.good > 0)
    }
}

/// A key or value without quotes, list signs and emphasis.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | '`' | '*' | '-' | '[' | ']' | '(' | ')' | '“' | '”')
    })
}

fn is_in(words: &[&str], text: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn is_in_tags(text: &str) -> bool {
    text.split('<').skip(1).any(|tag| {
        let Some((name, rest)) = tag.split_once('>') else { return false };
        let (name, value) = (bare(name), bare(rest));
        (is_in(GRADER_KEYS, name) || is_in(SCORE_KEYS, name)) && (is_in(BEST, value) || value == "100" || value == "10")
    })
}
