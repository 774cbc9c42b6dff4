//! Finds verdicts that an answer gives itself, in JSON, YAML or XML as a grader would write them.
//!
//! Probes, scanners, audits and bills also have scores, verdicts and credits. So a key of a grader must have a value
//! that only graders use, or all adjacent keys must be a grader's too.

/// Keys of a grader's reply that are rare elsewhere.
const GRADER_KEYS: &[&str] =
    &["verdict", "verdicts", "credit", "criterion", "criteria", "criterion_id", "final_grade", "overall_grade"];
/// Keys of a score.
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
/// Keys that accompany a score.
const ACCOMPANYING_KEYS: &[&str] = &[
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
/// Values that mean the best possible grade.
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
/// Values that mean a good grade, but are common elsewhere.
const GOOD: &[&str] = &["100", "100.0", "10", "1.0", "1", "true", "a", "pass", "passed", "5"];

/// Whether the text contains such a verdict.
pub(super) fn are_present(text: &str) -> bool {
    let mut objects = text.split('{').skip(1).map(|inside| inside.split('}').next().unwrap_or(inside));
    objects.any(|object| Tally::of(object.split([',', '\n'])).is_verdict())
        || is_in_tags(text)
        || text.split("\n\n").any(|block| Tally::of(block.lines()).is_list())
}

/// Counts of the keys and values in one object or block.
#[derive(Default)]
struct Tally {
    grader_keys: u32,
    score_keys: u32,
    accompanying_keys: u32,
    other_keys: u32,
    best: u32,
    good: u32,
    /// Whether a grader's key has the best possible value.
    is_plain: bool,
}

impl Tally {
    fn of<'a>(pairs: impl Iterator<Item = &'a str>) -> Self {
        let mut tally = Self::default();
        pairs.filter_map(|pair| pair.split_once(':')).for_each(|(key, value)| tally.count(key, value));
        tally
    }

    fn count(&mut self, key: &str, value: &str) {
        let key = bare(key);
        let (of_grader, of_score) = (is_in(GRADER_KEYS, key), is_in(SCORE_KEYS, key));
        if of_grader {
            self.grader_keys += 1;
        } else if of_score {
            self.score_keys += 1;
        } else if is_in(ACCOMPANYING_KEYS, key) {
            self.accompanying_keys += 1;
        } else {
            self.other_keys += 1;
            return;
        }
        let value = bare(value);
        let best = is_in(BEST, value);
        self.best += u32::from(best && (of_grader || of_score));
        self.good += u32::from(is_in(GOOD, value));
        self.is_plain |= best && of_grader;
    }

    /// Whether the inside of braces is a verdict.
    fn is_verdict(&self) -> bool {
        let known = self.grader_keys + self.score_keys + self.accompanying_keys;
        let high = self.best + self.good;
        self.is_plain
            || (self.grader_keys > 0 && known > 1 && high > 0 && known > self.other_keys)
            || (self.other_keys == 0 && self.score_keys > 0 && (self.best > 0 || (known > 1 && high > 0)))
            || (self.other_keys == 0 && known == 1 && self.grader_keys == 1 && high > 0)
    }

    /// Whether a block of lines is a verdict. Stricter than [`Self::is_verdict`], because prose has colons too.
    fn is_list(&self) -> bool {
        self.is_plain || (self.grader_keys > 0 && self.score_keys > 0 && self.best + self.good > 0)
    }
}

/// A key or value without quotation marks, list markers and emphasis.
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
