//! The report of one grade as Markdown, with the sections of the terminal report.

use super::criteria::remarks;
use super::evidence::marks;
use super::excerpt::excerpt;
use super::pieces::pieces;
use super::quotation::quotation;
use super::reflow::reflow;
use super::sheet::{Sheet, gain};
use super::{judge_notes, phrases};
use crate::model::{CriterionGrade, Outcome, Reference, Thousandths};
use crate::report::markdown_text::escape;

/// The report of one grade in `CommonMark` with a table, ending in a line break.
pub fn markdown(sheet: &Sheet<'_>) -> String {
    let parts: Vec<_> = match &sheet.grade.outcome {
        Outcome::Graded { .. } => vec![
            title(sheet),
            score(sheet),
            flags(sheet),
            penalties(sheet),
            criteria(sheet),
            answer(sheet),
            additions(sheet),
            delivery(sheet),
        ],
        Outcome::Ungraded { reason } => {
            vec![title(sheet), format!("**Not graded:** {}\n", escape(reason)), flags(sheet)]
        }
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn section(name: &str, body: &str) -> String {
    if body.is_empty() { String::new() } else { format!("## {name}\n\n{body}") }
}

fn title(sheet: &Sheet<'_>) -> String {
    let id = escape(&sheet.grade.id);
    let note = sheet.note.map(|note| format!(" ({})", escape(note))).unwrap_or_default();
    let question = escape(&sheet.grade.question);
    format!("# {id}\n\n**{question}**{note}: {}\n", escape(&sheet.question.prompt))
}

fn score(sheet: &Sheet<'_>) -> String {
    let Outcome::Graded { score, band, .. } = sheet.grade.outcome else { return String::new() };
    let summary = phrases::summary(sheet).unwrap_or_default();
    let calibrated = phrases::calibrated(sheet.grade).map(|note| format!("\n**{}**\n", escape(&note)));
    let judge = judge_notes::judge(sheet.grade).map(|judge| format!("\n{}\n", escape(&judge))).unwrap_or_default();
    let incomplete_judges = judge_notes::incomplete_judges(sheet.grade);
    let judge = incomplete_judges.iter().fold(judge, |judge, note| judge + &format!("\n{}\n", escape(note)));
    let fallback =
        judge_notes::fallback(sheet.grade).map(|note| format!("\n**{}**\n", escape(&note))).unwrap_or_default();
    format!("**{score} of 100, {}** ({summary})\n{}{judge}{fallback}", band.name(), calibrated.unwrap_or_default())
}

fn flags(sheet: &Sheet<'_>) -> String {
    let lines = sheet.grade.flags.iter().map(|flag| format!("- {}\n", phrases::flag(*flag)));
    section("Watch out", &lines.collect::<String>())
}

fn penalties(sheet: &Sheet<'_>) -> String {
    let item = |(number, penalty): (usize, &CriterionGrade<'_>)| {
        let asks = escape(sheet.asks(penalty));
        let quotes = phrases::quotes(penalty).map(|quotes| escape(&quotes));
        let remarks = judge_notes::remarks(penalty).into_iter().map(|remark| escape(&remark));
        let more = quotes.into_iter().chain(remarks).chain(sheet.advice(&penalty.id).map(escape));
        let more: Vec<_> = more.map(|paragraph| format!("\n  {paragraph}\n")).collect();
        format!("- **P{number}** −{}: {asks}\n{}", phrases::points(penalty.earned), more.concat())
    };
    section("Points lost", &sheet.incurred().map(item).collect::<String>())
}

fn criteria(sheet: &Sheet<'_>) -> String {
    let rows: String = sheet.numbered().map(|(number, graded)| row(sheet, number, graded)).collect();
    if rows.is_empty() {
        return rows;
    }
    section("Criteria", &format!("| # | Result | Points | Asked | Found |\n|--:|:--|--:|:--|:--|\n{rows}"))
}

fn row(sheet: &Sheet<'_>, number: usize, graded: &CriterionGrade<'_>) -> String {
    let (mark, status) = (phrases::mark(graded.status), graded.status.name());
    let (earned, points, asks) = (phrases::earned(graded), graded.points, escape(sheet.asks(graded)));
    let found = remarks(graded).iter().map(|remark| escape(remark)).collect::<Vec<_>>().join("<br>");
    format!("| {number} | {mark} {status} | {earned}/{points} | {asks} | {found} |\n")
}

fn answer(sheet: &Sheet<'_>) -> String {
    let (offset, body) = sheet.body();
    let shown = reflow(body);
    let marks = marks(sheet, &shown, offset);
    section("Your answer", &quotation(&excerpt(pieces(&shown, &marks))))
}

fn additions(sheet: &Sheet<'_>) -> String {
    let item = |(number, graded): (usize, &CriterionGrade<'_>)| {
        let gain = phrases::points(Thousandths(gain(graded)));
        let advice = escape(sheet.advice(&graded.id).unwrap_or_else(|| sheet.asks(graded)));
        let reference = sheet.reference(&graded.id).map(reference).unwrap_or_default();
        format!("- **{number}** (+{gain}) {advice}\n{reference}")
    };
    section("What to add", &sheet.improvable().into_iter().map(item).collect::<String>())
}

fn reference(reference: &Reference<'_>) -> String {
    let (excerpt, question) = (escape(&reference.excerpt), escape(&reference.question));
    format!("\n  > “{excerpt}” — {} sample, {question}\n", reference.level.name())
}

fn delivery(sheet: &Sheet<'_>) -> String {
    let story = phrases::story(sheet).map(|story| format!("- {story}\n")).unwrap_or_default();
    section("Delivery", &format!("- {}\n{story}", phrases::delivery(&sheet.grade.delivery)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::grade::fixture;

    #[test]
    fn evidence_is_bold_and_numbered() {
        let fixture = fixture::incident();
        let page = markdown(&fixture.sheet());
        assert!(page.contains("I **rolled the release back within five minutes¹** and"), "{page}");
        assert!(page.contains("It was **Tom's faultᴾ¹**."), "{page}");
    }

    #[test]
    fn a_missed_criterion_has_a_row_without_evidence() {
        let fixture = fixture::incident();
        let page = markdown(&fixture.sheet());
        assert!(page.contains("| 3 | ✗ missed | 0/2 | Gives each follow-up an owner and a date. |  |\n"), "{page}");
    }

    #[test]
    fn an_ungraded_answer_has_a_reason_and_no_score() {
        let mut fixture = fixture::incident();
        fixture.grade.outcome = Outcome::Ungraded { reason: "the file is <empty>".into() };
        let page = markdown(&fixture.sheet());
        assert!(page.contains("**Not graded:** the file is &lt;empty&gt;\n"), "{page}");
        assert!(!page.contains('0') && !page.contains("Criteria"), "{page}");
    }
}
