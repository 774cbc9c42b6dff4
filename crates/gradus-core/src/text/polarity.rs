//! Marks the words that are in the scope of a negation.
//!
//! A negator negates the words after it up to the end of its clause, but at most twelve words. A clause ends at a comma
//! that does not continue a list, at a stronger break, and before words that start a new clause, such as "but" or
//! "because". A second negator within reach ends the negation: in "never deploy without a rollback" only "deploy" is
//! negated. "Was never tested", "did not exist" and "were missing" also negate the words before them. These are rules
//! of thumb for English, deliberately few.

use super::token::{Sentence, Separator, Token};
use super::{Class, Lexicon};

/// Greatest number of words after a negator that it negates.
const REACH: usize = 12;
/// Number of words after a comma in which an "or" continues a list such as "no backups, runbooks or alerts".
const LIST_REACH: usize = 24;
/// Greatest number of words in one item of such a list.
const LIST_ITEM: usize = 4;

/// Marks the negated tokens of all sentences.
pub(super) fn mark_negated(tokens: &mut [Token], sentences: &mut [Sentence], lexicon: &Lexicon) {
    for sentence in sentences {
        let tokens = &mut tokens[sentence.range()];
        if tokens.iter().any(|token| token.class.has(Class::NEGATOR)) {
            Clauses { tokens: &mut *tokens, lexicon }.mark();
            sentence.negated = tokens.iter().any(|token| token.negated);
        }
    }
}

/// The effect of a negator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Negator {
    /// Negates the verb and the words after it: "did not", "never", "failed to".
    Clause,
    /// Negates a phrase: "without", "no", "instead of". The negation ends at a new subject.
    Phrase,
    /// Negates the words before it: "were missing".
    Absence,
    /// Negates nothing here: "not only".
    Idle,
}

struct Clauses<'a> {
    tokens: &'a mut [Token],
    lexicon: &'a Lexicon,
}

impl Clauses<'_> {
    fn mark(&mut self) {
        let mut reach: Option<Negator> = None;
        let (mut clause_start, mut last_negator) = (0, 0);
        for at in 0..self.tokens.len() {
            if self.starts_clause(at, reach) || (reach.is_some() && at > last_negator + REACH) {
                reach = None;
                clause_start = at;
            }
            if self.tokens[at].class.has(Class::NEGATOR) {
                let negator = self.negator(at);
                last_negator = at;
                reach = match (negator, reach) {
                    (Negator::Idle, before) => before,
                    (Negator::Absence, before) => {
                        self.negate_before(clause_start, at);
                        before
                    }
                    // because a second negator ends the negation
                    (_, Some(_)) if !self.continues(at) => None,
                    (negator, _) => {
                        if negator == Negator::Clause && self.negates_subject(at) {
                            self.negate_before(clause_start, at);
                        }
                        Some(negator)
                    }
                };
            } else {
                self.tokens[at].negated |= reach.is_some();
            }
        }
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| self.lexicon.folded(token.word))
    }

    fn class(&self, at: usize) -> Class {
        self.tokens.get(at).map_or(Class::NONE, |token| token.class)
    }

    fn starts_clause(&self, at: usize, reach: Option<Negator>) -> bool {
        let token = self.tokens[at];
        match token.separator {
            Separator::Break => return true,
            Separator::Comma => return reach.is_none() || !self.list_continues(at),
            Separator::Space | Separator::Hyphen => {}
        }
        token.class.has(Class::RELEASE)
            || matches!(self.word(at), "so" | "then" | "while" | "which" | "if")
            || (token.class.has(Class::SUBJECT) && reach == Some(Negator::Phrase))
            || (self.word(at) == "and" && self.and_starts_clause(at, reach))
    }

    /// Whether the "and" at `at` starts a new clause: before a subject, before a word such as "then" or "the", or,
    /// after a negated verb, before a past tense that no "or" follows.
    fn and_starts_clause(&self, at: usize, reach: Option<Negator>) -> bool {
        let next = self.class(at + 1);
        next.has(Class::SUBJECT)
            || matches!(
                self.word(at + 1),
                "then" | "instead" | "just" | "so" | "therefore" | "the" | "this" | "that" | "it"
            )
            || (next.has(Class::PAST) && reach == Some(Negator::Clause) && self.word(at + 2) != "or")
    }

    /// Whether the comma before `at` separates items of a negated list: short items up to an "or".
    fn list_continues(&self, at: usize) -> bool {
        let mut item = 0;
        for ahead in at..self.tokens.len().min(at + LIST_REACH) {
            if matches!(self.word(ahead), "or" | "nor") {
                return true;
            }
            if self.class(ahead).has(Class::SUBJECT.and(Class::RELEASE))
                || self.tokens[ahead].separator == Separator::Break
            {
                return false;
            }
            item = if ahead > at && self.tokens[ahead].separator == Separator::Comma { 1 } else { item + 1 };
            if item > LIST_ITEM {
                return false;
            }
        }
        false
    }

    /// Whether a negator within reach of another continues the negation ("nor", "or no", "and no").
    fn continues(&self, at: usize) -> bool {
        self.word(at) == "nor" || (at > 0 && matches!(self.word(at - 1), "or" | "and" | "nor"))
    }

    fn negator(&self, at: usize) -> Negator {
        let next = self.word(at + 1);
        let previous = if at == 0 { "" } else { self.word(at - 1) };
        match self.word(at) {
            "instead" | "lack" | "lacks" | "absence" if next == "of" => Negator::Phrase,
            "rather" if next == "than" => Negator::Phrase,
            "instead" | "rather" | "absence" => Negator::Idle,
            "lack" | "lacks" | "lacked" | "lacking" => Negator::Phrase,
            "failed" | "fails" | "failing" | "forgot" | "unable" | "refuse" | "refuses" | "refused" | "yet" => {
                if next == "to" { Negator::Clause } else { Negator::Idle }
            }
            // because "we used to page on CPU" is negated, but "it is used to page" is not
            "used" if next == "to" && !is_being(previous) && previous != "get" && previous != "got" => Negator::Clause,
            "should" | "could" if next == "have" && self.class(at + 2).has(Class::PAST) => Negator::Clause,
            "wish" | "wished" | "disagree" => Negator::Clause,
            "against" if matches!(previous, "decided" | "chose" | "advised") => Negator::Phrase,
            "avoided" => Negator::Phrase,
            "doubt" if previous != "no" && matches!(next, "that" | "we" | "whether") => Negator::Clause,
            "zero" if is_being(previous) || matches!(previous, "have" | "had") => Negator::Phrase,
            "skip" | "skipped" | "abandon" | "abandoned" if !is_being(previous) => Negator::Phrase,
            "skipped" | "abandoned" | "dropped" | "rejected" | "cancelled" | "canceled" | "pointless" | "useless"
            | "overrated" | "unnecessary" | "impossible"
                if is_being(previous) =>
            {
                Negator::Absence
            }
            "used" | "should" | "could" | "doubt" | "zero" | "skip" | "skipped" | "abandon" | "abandoned"
            | "dropped" | "rejected" | "cancelled" | "canceled" | "pointless" | "useless" | "overrated"
            | "unnecessary" | "impossible" | "against" => Negator::Idle,
            "missing" | "absent" | "nonexistent" if is_being(previous) => Negator::Absence,
            "missing" | "absent" | "nonexistent" => Negator::Idle,
            "no" if matches!(next, "doubt" | "matter" | "later" | "more" | "less" | "fewer" | "sooner" | "problem") => {
                Negator::Idle
            }
            "no" | "none" | "without" => Negator::Phrase,
            "not" if matches!(previous, "or" | "if" | "why") => Negator::Idle,
            _ if matches!(next, "only" | "just" | "merely" | "simply" | "hesitate" | "necessarily" | "forget") => {
                Negator::Idle
            }
            _ => Negator::Clause,
        }
    }

    /// Whether the negator at `at` also negates its subject, because a word such as "exist" or "tested" is among the
    /// next three words: "was never tested".
    fn negates_subject(&self, at: usize) -> bool {
        (at + 1..at + 4).any(|ahead| {
            matches!(
                self.word(ahead),
                "exist"
                    | "existed"
                    | "available"
                    | "there"
                    | "place"
                    | "possible"
                    | "option"
                    | "ready"
                    | "present"
                    | "tested"
                    | "practised"
                    | "practiced"
                    | "rehearsed"
                    | "documented"
                    | "written"
                    | "configured"
                    | "enabled"
                    | "monitored"
                    | "finished"
                    | "adopted"
                    | "implemented"
                    | "built"
                    | "done"
            )
        })
    }

    /// Negates the words of the clause before `at`, unless a pronoun such as "we" or "it" is among them.
    fn negate_before(&mut self, clause_start: usize, at: usize) {
        let before = &mut self.tokens[clause_start..at];
        if !before.iter().any(|token| token.class.has(Class::SUBJECT)) {
            before.iter_mut().for_each(|token| token.negated = true);
        }
    }
}

fn is_being(word: &str) -> bool {
    matches!(word, "was" | "were" | "is" | "are" | "been" | "be" | "being")
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::read;

    fn negated(text: &str) -> String {
        let (document, lexicon) = read(text);
        let words = document.tokens().iter().filter(|token| token.negated);
        words.map(|token| lexicon.folded(token.word)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_negator_reaches_to_the_end_of_its_clause() {
        for (text, expected) in [
            ("We did not have backups.", "have backups"),
            ("We rolled back without any downtime, then told users.", "any downtime"),
            ("Instead of alerting on CPU we alert on symptoms.", "of alerting on cpu"),
            ("Instead of guessing, we rolled back.", "of guessing"),
            ("We didn't guess but rolled back.", "guess"),
            ("We never had backups or runbooks.", "had backups or runbooks"),
            ("We had no backups, runbooks or alerts, so I wrote them.", "backups runbooks or alerts"),
            ("No backups and no runbooks; we had alerts.", "backups and runbooks"),
            ("We didn't panic and rolled back.", "panic"),
            ("We failed to test the restore.", "to test the restore"),
            ("we dont page on cpu because it is noise", "page on cpu"),
            ("We used to page on CPU, now on symptoms.", "to page on cpu"),
            ("Terraform is used to build it.", ""),
            ("We should have rolled back.", "have rolled back"),
            ("I would have two replicas.", ""),
            ("I wish we had backups.", "we had backups"),
            ("We have yet to adopt runbooks.", "to adopt runbooks"),
            ("We refuse to write runbooks.", "to write runbooks"),
            ("We skipped the canary.", "the canary"),
        ] {
            assert_eq!(negated(text), expected, "{text}");
        }
    }

    #[test]
    fn a_second_negator_ends_the_negation() {
        assert_eq!(negated("We never deploy without a rollback plan."), "deploy");
    }

    #[test]
    fn words_before_a_negator_are_negated_if_it_negates_its_subject() {
        assert_eq!(negated("The failover was never tested."), "the failover was tested");
        assert_eq!(negated("Runbooks were missing."), "runbooks were");
        assert_eq!(negated("Workload identity was rejected."), "workload identity was");
        assert_eq!(negated("Our vault was never finished."), "our vault was finished");
        assert_eq!(negated("We saw that a missing index slowed it."), "");
        assert_eq!(negated("The postmortem did not blame anyone."), "blame anyone");
    }

    #[test]
    fn idioms_with_a_negator_negate_nothing() {
        for text in [
            "Not only do we test restores.",
            "I did not hesitate to roll back.",
            "No doubt we test.",
            "It failed over.",
        ] {
            assert_eq!(negated(text), "", "{text}");
        }
    }
}
