//! What a grade says in words, for every format that people read.

use super::wrap::{columns, units};
use crate::model::{
    Band, CriterionGrade, Delivery, Evidence, Flag, Grade, How, Kind, Outcome, Status, Thousandths, Why,
};

use super::sheet::Sheet;

/// Points as every format writes them, with at most three decimals: "2.5".
pub(super) fn points(points: Thousandths) -> String {
    points.to_string()
}

/// Points that a criterion earned; a dash where nobody decided.
pub(super) fn earned(graded: &CriterionGrade<'_>) -> String {
    if graded.status == Status::Undecided { "–".to_owned() } else { points(graded.earned) }
}

/// The mark that stands before a status.
pub(super) fn mark(status: Status) -> &'static str {
    match status {
        Status::Met => "✓",
        Status::Partial => "◐",
        Status::Missed => "✗",
        Status::Undecided => "?",
    }
}

/// What a flag says, and what to do about it.
pub(super) fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::Empty => "There are no words in it.",
        Flag::TooShort => "It is too short to answer the question. Give the steps and the reasons.",
        Flag::Echo => "Most of it repeats the question. Answer it in your own words.",
        Flag::RepeatsItself => "Large parts are said more than once. Say each thing once.",
        Flag::CopiedSample => "Long runs of words stand in a sample answer. Tell it as you lived it.",
        Flag::Stuffed => "Most of what was found stands in bare lists of keywords. Say it in sentences.",
        Flag::AddressesTheGrader => "It speaks to whoever grades it. That earns nothing.",
        Flag::UncertainBand => {
            "The judge is not sure of the band: asked again, or asked of another model, it comes out otherwise."
        }
        Flag::NotEnglish => "It does not look like English, so the score says little: rubrics look for English words.",
        Flag::OffTopic => "It shares next to nothing with the question. Was it meant for another one?",
    }
}

/// Points earned of possible, what penalties took, and where the next band begins.
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

/// The words a verdict rests on: at most two short quotes, with how they were recognised where the
/// reader would wonder.
pub(super) fn quotes(graded: &CriterionGrade<'_>) -> Option<String> {
    let mut chosen: Vec<&Evidence<'_>> = Vec::new();
    for evidence in graded.evidence.iter().filter(|evidence| !evidence.quote.trim().is_empty()) {
        if chosen.len() < 2 && chosen.iter().all(|one| tells_more(one, evidence)) {
            chosen.push(evidence);
        }
    }
    let quotes: Vec<_> = chosen.into_iter().map(quote).collect();
    (!quotes.is_empty()).then(|| quotes.join(", "))
}

/// Whether `next` is worth quoting after `one`: another concept in other words.
fn tells_more(one: &Evidence<'_>, next: &Evidence<'_>) -> bool {
    one.concept != next.concept && !one.quote.contains(&*next.quote) && !next.quote.contains(&*one.quote)
}

fn quote(evidence: &Evidence<'_>) -> String {
    let how = match evidence.how {
        How::Related => " (related word, counts half)",
        How::Opposite => " (opposite, counts half)",
        _ if evidence.half => " (counts half)",
        How::Synonym => " (synonym)",
        How::Spoken => " (spoken form)",
        How::Spelling => " (spelling)",
        How::Exact | How::Stem | How::Quantity | How::Quoted => "",
    };
    format!("“{}”{how}", shorten(&evidence.quote, 40))
}

/// `text` in at most `most` columns, its middle left out where it is longer.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let text = text.trim();
    if columns(text) <= most {
        return text.to_owned();
    }
    let units: Vec<_> = units(text).collect();
    let head = fitting(units.iter(), most * 3 / 5);
    let tail = fitting(units.iter().skip(head).rev(), most * 2 / 5 - 3);
    let (head, tail) = (&units[..head], &units[units.len() - tail..]);
    format!("{} … {}", head.concat().trim_end(), tail.concat()).trim().to_owned()
}

/// How many of `units` fit `most` columns.
fn fitting<'a>(units: impl Iterator<Item = &'a &'a str>, most: usize) -> usize {
    let mut used = 0;
    let fits = |unit: &&&str| {
        used += columns(unit);
        used <= most
    };
    units.take_while(fits).count()
}

/// The score on the scale of some people, and what brought it there.
pub(super) fn calibrated(grade: &Grade<'_>) -> Option<String> {
    let calibrated = grade.calibrated.as_ref()?;
    Some(format!("calibrated by {}: {}, {}", calibrated.by, calibrated.score, calibrated.band.name()))
}

/// What keeps a criterion from full credit, or whatever its judge says.
pub(super) fn reason(graded: &CriterionGrade<'_>) -> Option<String> {
    match &graded.why {
        Why::Text(text) => (!text.trim().is_empty()).then(|| text.trim().to_owned()),
        Why::Coverage { found, need, .. } if graded.status == Status::Partial => {
            let lacking = need.saturating_sub(*found) as usize;
            let names: Vec<_> = graded.missing.iter().map(|id| id.replace(['-', '_'], " ")).collect();
            match lacking {
                0 => None,
                _ if names.is_empty() => None,
                _ if lacking < names.len() => Some(format!("{lacking} more of: {}", names.join(", "))),
                _ => Some(format!("not found: {}", names.join(", "))),
            }
        }
        Why::Share { .. } if graded.status == Status::Partial => Some(graded.why.to_string()),
        Why::Coverage { .. } | Why::Share { .. } => None,
    }
}

/// Words, sentences, fillers and pace.
pub(super) fn delivery(delivery: &Delivery) -> String {
    let (words, sentences) = (counted(delivery.words, "word"), counted(delivery.sentences, "sentence"));
    let fillers = match delivery.fillers {
        0 => "no fillers".to_owned(),
        fillers => counted(fillers, "filler"),
    };
    let pace = delivery.words_per_minute.map(|pace| format!(", {pace} words a minute")).unwrap_or_default();
    format!("{words} in {sentences}, {fillers}{pace}")
}

pub(super) fn counted(count: impl Into<u64>, noun: &str) -> String {
    let count = count.into();
    match (count, noun) {
        (1, _) => format!("1 {noun}"),
        (_, "criterion") => format!("{count} criteria"),
        _ => format!("{count} {noun}s"),
    }
}

/// Which parts of a story were told and which were not; only for questions that ask for one.
pub(super) fn story(sheet: &Sheet<'_>) -> Option<String> {
    const PARTS: [&str; 4] = ["situation", "task", "action", "result"];
    if sheet.question.kind != Kind::Behavioural {
        return None;
    }
    let is_told = |part: &&str| sheet.grade.delivery.star.iter().any(|star| star.part == *part);
    let (told, untold): (Vec<_>, Vec<_>) = PARTS.into_iter().partition(is_told);
    Some(match (told.as_slice(), untold.as_slice()) {
        ([], _) => format!("No part of a story found: tell {}", untold.join(", ")),
        (_, []) => format!("A whole story: {}", told.join(", ")),
        _ => format!("Story told: {}; missing: {}", told.join(", "), untold.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn points_have_no_superfluous_decimals() {
        let written = |thousandths| points(Thousandths(thousandths));
        assert_eq!([written(0), written(2500), written(10_000), written(667)], ["0", "2.5", "10", "0.667"]);
        assert_eq!(written(u32::MAX), "4294967.295");
    }

    #[test]
    fn long_quotes_keep_both_ends() {
        let quote = "the canary failed, and as nobody looked at it for an hour we rolled it back";
        assert_eq!(shorten(quote, 44), "the canary failed, and as … rolled it back");
        assert!(columns(&shorten(&"障害".repeat(60), 44)) <= 44);
        assert!(columns(&shorten(&"x".repeat(60), 44)) <= 44);
    }

    #[test]
    fn two_quotes_at_most_and_none_twice() {
        let fixture = fixture::incident();
        assert_eq!(
            quotes(&fixture.grade.criteria[0]).as_deref(),
            Some("“rolled the release back”, “failovr” (spelling)")
        );
    }

    #[test]
    fn a_partial_criterion_tells_what_is_open() {
        let fixture = fixture::incident();
        assert_eq!(reason(&fixture.grade.criteria[1]).as_deref(), Some("1 more of: update rhythm, one voice"));
        assert_eq!(reason(&fixture.grade.criteria[2]), None);
    }

    #[test]
    fn stories_are_looked_for_only_where_asked_for() {
        let mut fixture = fixture::incident();
        assert_eq!(story(&fixture.sheet()).as_deref(), Some("Story told: situation, action; missing: task, result"));
        fixture.question.kind = Kind::Design;
        assert_eq!(story(&fixture.sheet()), None);
    }

    #[test]
    fn one_of_a_kind_is_singular() {
        let told = Delivery { words: 1, sentences: 1, fillers: 1, ..Delivery::default() };
        assert_eq!(delivery(&told), "1 word in 1 sentence, 1 filler");
    }
}
