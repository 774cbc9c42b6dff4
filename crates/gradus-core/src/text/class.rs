//! The grammatical and lexical properties of words: function word, negator, number.
//!
//! A class depends only on the folded form of a word, so that it is computed once per distinct word.

/// A set of properties of a word. The empty set is an ordinary content word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Class(u32);

impl Class {
    /// Function word: an article, pronoun, preposition or auxiliary.
    pub const FUNCTION: Self = Self(1);
    /// Negates the following words, at least in some constructions.
    pub const NEGATOR: Self = Self(1 << 1);
    /// Ends the scope of a negation: "but", "because".
    pub const RELEASE: Self = Self(1 << 2);
    /// Can be the subject of a new clause: "we", "they".
    pub const SUBJECT: Self = Self(1 << 3);
    /// Connective at which a run without punctuation may be cut into sentences: "and", "so".
    pub const CONNECTIVE: Self = Self(1 << 4);
    /// Starts with a digit or is a number word.
    pub const NUMERIC: Self = Self(1 << 5);
    /// Single ASCII letter.
    pub const LETTER: Self = Self(1 << 6);
    /// Verb in the past tense: "ran", "rolled".
    pub const PAST: Self = Self(1 << 7);
    /// Word spelled out over several tokens: "p ninety five" for p95.
    pub const JOINED: Self = Self(1 << 8);
    /// Compound written as two tokens: "on call" for oncall.
    pub const COMPOUND: Self = Self(1 << 9);

    /// Coordinating conjunction that can join the items of a list: "and", "or".
    pub const COORDINATOR: Self = Self(1 << 10);

    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Whether the sets have a property in common.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the word is an ordinary content word of one token. The past tense does not matter.
    pub fn is_plain(self) -> bool {
        !self.has(Self::PAST.not())
    }

    const fn not(self) -> Self {
        Self(!self.0)
    }

    /// The union of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The class of a folded word.
    pub fn of(folded: &str) -> Self {
        let base = folded.split('\'').next().unwrap_or_default();
        let mut class = if folded.ends_with("n't") { Self::NEGATOR.and(Self::FUNCTION) } else { listed(base) };
        if base.len() != folded.len() && class.has(Self::SUBJECT) {
            class = class.and(Self::FUNCTION);
        }
        if folded.len() == 1 && folded.as_bytes()[0].is_ascii_alphabetic() {
            class = class.and(Self::LETTER);
        }
        if folded.as_bytes().first().is_some_and(|&byte| byte.is_ascii_digit() || byte == b'$')
            || folded.starts_with(['€', '£'])
            || super::number::is_number_word(folded)
        {
            class = class.and(Self::NUMERIC);
        }
        if (folded.len() > 4 && folded.ends_with("ed")) || super::stem::is_irregular_past(folded) {
            class = class.and(Self::PAST);
        }
        class
    }
}

fn listed(word: &str) -> Class {
    const FUNCTION: Class = Class::FUNCTION;
    match word {
        "and" => FUNCTION.and(Class::CONNECTIVE).and(Class::COORDINATOR),
        "or" | "plus" => FUNCTION.and(Class::COORDINATOR),
        "so" | "then" => FUNCTION.and(Class::CONNECTIVE),
        "but" | "because" | "although" | "though" | "however" | "whereas" | "until" | "unless" => {
            FUNCTION.and(Class::RELEASE).and(Class::CONNECTIVE)
        }
        "i" | "we" | "they" | "he" | "she" | "you" | "it" => FUNCTION.and(Class::SUBJECT),
        "not" | "no" | "never" | "without" | "cannot" | "nobody" | "none" | "nothing" | "neither" | "nor"
        | "instead" | "rather" | "hardly" | "barely" | "didnt" | "dont" | "wont" | "doesnt" | "cant" | "couldnt"
        | "wasnt" | "werent" | "isnt" | "arent" | "hasnt" | "havent" | "hadnt" | "wouldnt" | "shouldnt" | "nowhere" => {
            FUNCTION.and(Class::NEGATOR)
        }
        "lack" | "lacks" | "lacked" | "lacking" | "absence" | "failed" | "fails" | "failing" | "forgot" | "unable"
        | "missing" | "absent" | "nonexistent" | "refuse" | "refuses" | "refused" | "skip" | "skipped"
        | "abandoned" | "abandon" | "dropped" | "rejected" | "cancelled" | "canceled" | "wish" | "wished" | "doubt"
        | "disagree" | "impossible" | "avoided" | "pointless" | "useless" | "overrated" | "unnecessary" | "used" => {
            Class::NEGATOR
        }
        "should" | "could" | "yet" | "zero" | "against" => FUNCTION.and(Class::NEGATOR),
        "which" | "when" | "after" | "while" | "where" => FUNCTION.and(Class::CONNECTIVE),
        "a" | "an" | "the" | "this" | "that" | "these" | "those" | "some" | "any" | "each" | "every" | "all"
        | "both" | "such" | "me" | "us" | "him" | "her" | "them" | "my" | "our" | "your" | "his" | "its" | "their"
        | "mine" | "ours" | "who" | "whom" | "whose" | "what" | "there" | "here" | "myself" | "ourselves"
        | "themselves" | "itself" | "everyone" | "someone" | "anyone" | "everything" | "something" | "anything"
        | "am" | "is" | "are" | "was" | "were" | "be" | "been" | "being" | "do" | "does" | "did" | "done" | "doing"
        | "have" | "has" | "had" | "having" | "can" | "will" | "would" | "shall" | "may" | "might" | "must" | "of"
        | "to" | "in" | "on" | "at" | "by" | "for" | "with" | "from" | "into" | "onto" | "over" | "under" | "about"
        | "between" | "through" | "during" | "before" | "since" | "within" | "across" | "per" | "as" | "than"
        | "like" | "up" | "down" | "out" | "off" | "if" | "whether" | "how" | "why" | "once" | "just" | "only"
        | "even" | "also" | "too" | "very" | "more" | "most" | "less" | "least" | "much" | "many" | "few" | "other"
        | "another" | "same" | "own" | "again" | "already" | "still" | "ever" | "always" | "often" | "now" | "back"
        | "around" | "along" | "away" | "well" | "really" | "quite" | "let" | "im" | "ive" | "weve" | "thats"
        | "um" | "uh" | "yes" | "yeah" | "okay" | "ok" => FUNCTION,
        _ => Class::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_the_folded_form() {
        assert!(Class::of("didn't").has(Class::NEGATOR));
        assert!(Class::of("we've").has(Class::SUBJECT));
        assert!(Class::of("30%").has(Class::NUMERIC));
        assert!(Class::of("ninety").has(Class::NUMERIC));
        assert!(Class::of("rolled").has(Class::PAST) && Class::of("wrote").has(Class::PAST));
        assert!(Class::of("c").has(Class::LETTER));
        assert_eq!(Class::of("kubernetes"), Class::NONE);
    }
}
