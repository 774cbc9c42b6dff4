//! A grade as a Markdown page: the sections of the text report, for a wiki, a review or a pull request.

use super::clean::reflow;
use super::criteria::remarks;
use super::evidence::{marks, pieces};
use super::excerpt::excerpt;
use super::markup::{escape, quotation};
use super::sheet::{Sheet, gain};
use super::words;
use crate::model::{CriterionGrade, Outcome, Thousandths};

/// The whole report of one grade in CommonMark with a table, ending in a line break.
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
    let summary = words::summary(sheet).unwrap_or_default();
    format!("**{score} of 100, {}** ({summary})\n", band.name())
}

fn flags(sheet: &Sheet<'_>) -> String {
    let lines = sheet.grade.flags.iter().map(|flag| format!("- {}\n", words::flag(*flag)));
    section("Watch out", &lines.collect::<String>())
}

fn penalties(sheet: &Sheet<'_>) -> String {
    let line = |(number, penalty): (usize, &CriterionGrade<'_>)| {
        let mut line = format!("- **P{number}** −{}: {}\n", words::points(penalty.earned), escape(sheet.asks(penalty)));
        let advice = sheet.advice(&penalty.id).map(escape);
        for part in words::quotes(penalty).map(|quotes| escape(&quotes)).into_iter().chain(advice) {
            line += &format!("\n  {part}\n");
        }
        line
    };
    section("Points lost", &sheet.incurred().map(line).collect::<String>())
}

fn criteria(sheet: &Sheet<'_>) -> String {
    let mut table = String::new();
    for (number, graded) in sheet.numbered() {
        let (mark, status) = (words::mark(graded.status), graded.status.name());
        let remarks: Vec<_> = remarks(graded).iter().map(|remark| escape(remark)).collect();
        let (earned, points, asks) = (words::earned(graded), graded.points, escape(sheet.asks(graded)));
        table += &format!("| {number} | {mark} {status} | {earned}/{points} | {asks} | {} |\n", remarks.join("<br>"));
    }
    if !table.is_empty() {
        table.insert_str(0, "| # | Result | Points | Asked | Found |\n|--:|:--|--:|:--|:--|\n");
    }
    section("Criteria", &table)
}

fn answer(sheet: &Sheet<'_>) -> String {
    let body = sheet.answer.text.get(sheet.answer.body..);
    let offset = body.map_or(0, |_| sheet.answer.body);
    let shown = reflow(body.unwrap_or(sheet.answer.text));
    let marks = marks(sheet, &shown, offset);
    section("Your answer", &quotation(&excerpt(pieces(&shown, &marks))))
}

fn additions(sheet: &Sheet<'_>) -> String {
    let mut list = String::new();
    for (number, graded) in sheet.open() {
        let gain = words::points(Thousandths(gain(graded)));
        let advice = escape(sheet.advice(&graded.id).unwrap_or_else(|| sheet.asks(graded)));
        list += &format!("- **{number}** (+{gain}) {advice}\n");
        if let Some(reference) = sheet.reference(&graded.id) {
            let (excerpt, question) = (escape(&reference.excerpt), escape(&reference.question));
            list += &format!("\n  > “{excerpt}” — {} sample, {question}\n", reference.level.name());
        }
    }
    section("What to add", &list)
}

fn delivery(sheet: &Sheet<'_>) -> String {
    let mut lines = format!("- {}\n", words::delivery(&sheet.grade.delivery));
    if let Some(story) = words::story(sheet) {
        lines += &format!("- {story}\n");
    }
    section("Delivery", &lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn evidence_is_bold_and_numbered() {
        let fixture = fixture::incident();
        let page = markdown(&fixture.sheet());
        assert!(page.contains("I **rolled the release back within five minutes¹** and"), "{page}");
        assert!(page.contains("It was **Tom's faultᴾ¹**."), "{page}");
    }

    #[test]
    fn the_table_has_a_row_for_each_criterion() {
        let fixture = fixture::incident();
        let page = markdown(&fixture.sheet());
        assert!(page.contains("| 3 | ✗ missed | 0/2 | Gives each follow-up an owner and a date. |  |\n"), "{page}");
    }

    #[test]
    fn an_ungraded_answer_has_a_reason_and_no_figure() {
        let mut fixture = fixture::incident();
        fixture.grade.outcome = Outcome::Ungraded { reason: "the file is <empty>".into() };
        let page = markdown(&fixture.sheet());
        assert!(page.contains("**Not graded:** the file is &lt;empty&gt;\n"), "{page}");
        assert!(!page.contains('0') && !page.contains("Criteria"), "{page}");
    }
}
