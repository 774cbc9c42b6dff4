//! Phrases about a grade, the same in every format that people read.

use super::sheet::Sheet;
use crate::model::{
    Band, CriterionGrade, Delivery, Evidence, Explanation, Flag, Grade, MatchKind, Outcome, QuestionKind, Status,
    Thousandths,
};
use crate::wording::{counted, cut_middle_between_words};

/// Points with at most three decimals, such as "2.5".
pub(super) fn points(points: Thousandths) -> String {
    points.to_string()
}

/// The points of a criterion. A dash if it is undecided.
pub(super) fn earned(graded: &CriterionGrade<'_>) -> String {
    if graded.status == Status::Undecided { "–".to_owned() } else { points(graded.earned) }
}

/// The mark before the name of a status.
pub(super) fn mark(status: Status) -> &'static str {
    match status {
        Status::Met => "✓",
        Status::Partial => "◐",
        Status::Missed => "✗",
        Status::Undecided => "?",
    }
}

/// The meaning of a flag, and advice.
pub(super) fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::Empty => "The answer has no words.",
        Flag::TooShort => "The answer is too short for the question. Give the steps and the reasons.",
        Flag::Echo => "Most of the answer repeats the question. Use your own words.",
        Flag::RepeatsItself => "Large parts of the answer are repeated. Say each thing once.",
        Flag::CopiedSample => "Long passages are copied from a sample answer. Describe your own experience.",
        Flag::Stuffed => "Most of the evidence is in lists of keywords. Write sentences.",
        Flag::AddressesTheGrader => "The answer addresses the grader. That earns no points.",
        Flag::TheoryOnly => {
            "The answer says what one would do, not what you did. Criteria earn at most half of their points."
        }
        Flag::UncertainBand => "The band is uncertain: another sample or another model gives a different band.",
        Flag::NotEnglish => {
            "The answer does not look like English. Rubrics look for English words, so the score says little."
        }
        Flag::OffTopic => {
            "The answer has almost nothing in common with the question. Was it meant for another question?"
        }
    }
}

/// Points earned and possible, points lost to penalties, and the lowest score of the next band.
pub(super) fn summary(sheet: &Sheet<'_>) -> Option<String> {
    let Outcome::Graded { earned, possible, band, .. } = sheet.grade.outcome else { return None };
    let taken = sheet.incurred().fold(0u32, |sum, (_, penalty)| sum.saturating_add(penalty.earned.0));
    let lost =
        if taken > 0 { format!(", after {} lost to penalties", points(Thousandths(taken))) } else { String::new() };
    let bands = sheet.question.bands;
    let next = match band {
        Band::Weak => format!("; partial from {}", bands.partial),
        Band::Partial => format!("; solid from {}", bands.solid),
        Band::Solid => format!("; strong from {}", bands.strong),
        Band::Strong => String::new(),
    };
    Some(format!("{} of {} points{lost}{next}", points(earned), points(possible)))
}

/// The evidence of a verdict: at most two short quotes, with the kind of match if it is not obvious. `None` without
/// evidence.
pub(super) fn quotes(graded: &CriterionGrade<'_>) -> Option<String> {
    let mut chosen: Vec<&Evidence<'_>> = Vec::new();
    for evidence in graded.evidence.iter().filter(|evidence| !evidence.quote.trim().is_empty()) {
        if chosen.len() < 2 && chosen.iter().all(|one| adds_information(one, evidence)) {
            chosen.push(evidence);
        }
    }
    let quotes: Vec<_> = chosen.into_iter().map(quote).collect();
    (!quotes.is_empty()).then(|| quotes.join(", "))
}

/// Whether `next` is evidence for another concept than `one`, in other words.
fn adds_information(one: &Evidence<'_>, next: &Evidence<'_>) -> bool {
    one.concept != next.concept && !one.quote.contains(&*next.quote) && !next.quote.contains(&*one.quote)
}

fn quote(evidence: &Evidence<'_>) -> String {
    let how = match evidence.how {
        MatchKind::Related => " (related word, counts half)",
        MatchKind::Opposite => " (opposite, counts half)",
        _ if evidence.half => " (counts half)",
        MatchKind::Synonym => " (synonym)",
        MatchKind::Spoken => " (spoken form)",
        MatchKind::Spelling => " (spelling)",
        MatchKind::Exact | MatchKind::Stem | MatchKind::Quantity | MatchKind::Quoted => "",
    };
    format!("“{}”{how}", cut_middle_between_words(&evidence.quote, 40))
}

/// The calibrated score and the name of the calibration; `None` without a calibration.
pub(super) fn calibrated(grade: &Grade<'_>) -> Option<String> {
    let calibrated = grade.calibrated.as_ref()?;
    Some(format!("calibrated by {}: {}, {}", calibrated.by, calibrated.score, calibrated.band.name()))
}

/// The reason of the judge, or the concepts that a partial criterion lacks.
pub(super) fn reason(graded: &CriterionGrade<'_>) -> Option<String> {
    match &graded.why {
        Explanation::Text(text) => (!text.trim().is_empty()).then(|| text.trim().to_owned()),
        Explanation::Count { found, need, .. } if graded.status == Status::Partial => {
            let lacking = need.saturating_sub(*found) as usize;
            let names: Vec<_> = graded.missing.iter().map(|id| id.replace(['-', '_'], " ")).collect();
            match lacking {
                0 => None,
                _ if names.is_empty() => None,
                _ if lacking < names.len() => Some(format!("{lacking} more of: {}", names.join(", "))),
                _ => Some(format!("not found: {}", names.join(", "))),
            }
        }
        Explanation::Coverage { .. } if graded.status == Status::Partial => Some(graded.why.to_string()),
        Explanation::Count { .. } | Explanation::Coverage { .. } => None,
    }
}

/// Numbers of words, sentences and fillers, and the pace.
pub(super) fn delivery(delivery: &Delivery) -> String {
    let (words, sentences) = (counted(delivery.words, "word"), counted(delivery.sentences, "sentence"));
    let fillers = match delivery.fillers {
        0 => "no fillers".to_owned(),
        fillers => counted(fillers, "filler"),
    };
    let pace = delivery.words_per_minute.map(|pace| format!(", {pace} words a minute")).unwrap_or_default();
    format!("{words} in {sentences}, {fillers}{pace}")
}

/// The parts of a story that are in the answer and those that are missing. `None` for questions that do not ask for a
/// story.
pub(super) fn story(sheet: &Sheet<'_>) -> Option<String> {
    const PARTS: [&str; 4] = ["situation", "task", "action", "result"];
    if sheet.question.kind != QuestionKind::Behavioural {
        return None;
    }
    let is_found = |part: &&str| sheet.grade.delivery.star.iter().any(|star| star.part == *part);
    let (found, missing): (Vec<_>, Vec<_>) = PARTS.into_iter().partition(is_found);
    Some(match (found.as_slice(), missing.as_slice()) {
        ([], _) => format!("No part of a story found; add {}", missing.join(", ")),
        (_, []) => format!("Complete story: {}", found.join(", ")),
        _ => format!("Story has {}; missing: {}", found.join(", "), missing.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::grade::fixture;

    #[test]
    fn points_have_no_superfluous_decimals() {
        let written = |thousandths| points(Thousandths(thousandths));
        assert_eq!([written(0), written(2500), written(10_000), written(667)], ["0", "2.5", "10", "0.667"]);
        assert_eq!(written(u32::MAX), "4294967.295");
    }

    #[test]
    fn at_most_two_quotes_are_shown_and_none_twice() {
        let fixture = fixture::incident();
        assert_eq!(
            quotes(&fixture.grade.criteria[0]).as_deref(),
            Some("“rolled the release back”, “failovr” (spelling)")
        );
    }

    #[test]
    fn a_partial_criterion_names_its_missing_concepts() {
        let fixture = fixture::incident();
        assert_eq!(reason(&fixture.grade.criteria[1]).as_deref(), Some("1 more of: update rhythm, one voice"));
        assert_eq!(reason(&fixture.grade.criteria[2]), None);
    }

    #[test]
    fn only_behavioural_questions_report_the_parts_of_a_story() {
        let mut fixture = fixture::incident();
        assert_eq!(story(&fixture.sheet()).as_deref(), Some("Story has situation, action; missing: task, result"));
        fixture.question.kind = QuestionKind::Design;
        assert_eq!(story(&fixture.sheet()), None);
    }

    #[test]
    fn every_flag_has_its_meaning_and_advice() {
        let not_english =
            "The answer does not look like English. Rubrics look for English words, so the score says little.";
        let off_topic = "The answer has almost nothing in common with the question. Was it meant for another question?";
        for (of, text) in [
            (Flag::Empty, "The answer has no words."),
            (Flag::TooShort, "The answer is too short for the question. Give the steps and the reasons."),
            (Flag::Echo, "Most of the answer repeats the question. Use your own words."),
            (Flag::RepeatsItself, "Large parts of the answer are repeated. Say each thing once."),
            (Flag::CopiedSample, "Long passages are copied from a sample answer. Describe your own experience."),
            (Flag::Stuffed, "Most of the evidence is in lists of keywords. Write sentences."),
            (Flag::AddressesTheGrader, "The answer addresses the grader. That earns no points."),
            (
                Flag::TheoryOnly,
                "The answer says what one would do, not what you did. Criteria earn at most half of their points.",
            ),
            (Flag::UncertainBand, "The band is uncertain: another sample or another model gives a different band."),
            (Flag::NotEnglish, not_english),
            (Flag::OffTopic, off_topic),
        ] {
            assert_eq!(flag(of), text);
        }
    }

    #[test]
    fn the_next_band_is_named_with_its_lowest_score() {
        let mut fixture = fixture::incident();
        for (next_band, text) in [
            (Band::Weak, "; partial from 35"),
            (Band::Partial, "; solid from 60"),
            (Band::Solid, "; strong from 80"),
            (Band::Strong, ""),
        ] {
            if let Outcome::Graded { band, .. } = &mut fixture.grade.outcome {
                *band = next_band;
            }
            let summary = summary(&fixture.sheet()).expect("graded");
            assert_eq!(summary.find(';').map_or("", |at| &summary[at..]), text);
        }
    }

    #[test]
    fn evidence_that_counts_half_and_whole_stories_are_described() {
        let mut fixture = fixture::incident();
        let mut evidence = fixture.grade.criteria[0].evidence[0].clone();
        for (how, half, text) in [
            (MatchKind::Related, false, " (related word, counts half)"),
            (MatchKind::Opposite, false, " (opposite, counts half)"),
            (MatchKind::Exact, true, " (counts half)"),
            (MatchKind::Synonym, false, " (synonym)"),
            (MatchKind::Spoken, false, " (spoken form)"),
            (MatchKind::Spelling, false, " (spelling)"),
            (MatchKind::Stem, false, ""),
        ] {
            (evidence.how, evidence.half) = (how, half);
            assert_eq!(quote(&evidence), format!("“rolled the release back”{text}"));
        }
        let story_of = |fixture: &fixture::Fixture| story(&fixture.sheet()).expect("a story");
        fixture.grade.delivery.star.clear();
        assert_eq!(story_of(&fixture), "No part of a story found; add situation, task, action, result");
        let delivery_of = Delivery { words_per_minute: Some(120), ..Delivery::default() };
        assert_eq!(delivery(&delivery_of), "0 words in 0 sentences, no fillers, 120 words a minute");
    }

    #[test]
    fn a_count_of_one_is_singular() {
        let found = Delivery { words: 1, sentences: 1, fillers: 1, ..Delivery::default() };
        assert_eq!(delivery(&found), "1 word in 1 sentence, 1 filler");
    }
}
