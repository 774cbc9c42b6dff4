//! The report of a batch as Markdown: the contents of the terminal report, and every criterion.

use std::fmt::Write as _;

use super::phrases;
use super::phrases::{
    BANDS, HARDEST, LEGEND, band, below, bin, cost, counts, decimal_or_dash, matched_questions, mean, percent,
    preamble, reasons, scores,
};
use super::types::BatchReport;
use crate::agreement::overview::{Overview, QuestionStats};
use crate::report::markdown_text::escape;

/// A batch as Markdown with tables, ending in a line break.
pub fn markdown(report: &BatchReport<'_>) -> String {
    let overview = report.overview;
    let mut page = format!("# {}\n\n", escape(&counts(overview)));
    for line in preamble(report) {
        let _ = writeln!(page, "- {}", escape(&line));
    }
    if let Some(line) = cost(report) {
        let _ = writeln!(page, "- {}", escape(&line));
    }
    marks(&mut page, report);
    questions(&mut page, overview);
    hardest(&mut page, overview);
    if !overview.flags.is_empty() {
        page.push_str("\n## Flags\n\n| flag | answers |\n|---|---:|\n");
        for (flag, count) in &overview.flags {
            let _ = writeln!(page, "| {} | {count} |", flag.name());
        }
    }
    not_graded(&mut page, report);
    self::matched(&mut page, report);
    page
}

fn matched(page: &mut String, report: &BatchReport<'_>) {
    for (is_worded, heading) in [(true, "their wording"), (false, "the answer")] {
        let all = matched_questions(report, is_worded);
        if !all.is_empty() {
            let _ = writeln!(page, "\n## Questions found from {heading}\n");
        }
        for one in all {
            let wording = one.wording.as_ref().map(|wording| format!("“{}”: ", escape(wording))).unwrap_or_default();
            let _ = writeln!(page, "- {wording}{}", escape(&phrases::matched(one)));
        }
    }
}

fn marks(page: &mut String, report: &BatchReport<'_>) {
    let all = &report.overview.scores;
    let Some(figures) = scores(all) else { return };
    let bands = BANDS.map(|one| band(all, one)).join(", ");
    let _ = writeln!(page, "\n## ScoreStats\n\n- {figures}\n- {bands}");
    if let Some(line) = below(report) {
        let _ = writeln!(page, "- **{}**", escape(&line));
    }
    page.push_str("\n| score | answers |\n|---|---:|\n");
    for (number, count) in all.histogram.iter().enumerate() {
        let _ = writeln!(page, "| {} | {count} |", bin(number));
    }
}

fn questions(page: &mut String, overview: &Overview) {
    if overview.questions.is_empty() {
        return;
    }
    page.push_str("\n## By question\n\n| question | answers | graded | mean |\n|---|---:|---:|---:|\n");
    for (id, answers) in &overview.questions {
        let scores = &answers.scores;
        let _ = writeln!(page, "| {} | {} | {} | {} |", escape(id), answers.answers, scores.graded, mean(scores));
    }
    let with_criteria: Vec<_> = overview.questions.iter().filter(|(_, answers)| !answers.criteria.is_empty()).collect();
    if with_criteria.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n## By criterion\n\n{}", escape(LEGEND));
    for (id, answers) in with_criteria {
        criteria(page, id, answers);
    }
}

fn criteria(page: &mut String, id: &str, answers: &QuestionStats) {
    let _ = writeln!(page, "\n### {}\n", escape(id));
    page.push_str(
        "| criterion | points | answers | hit | no credit | credit | r |\n|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for criterion in &answers.criteria {
        let item = &criterion.item;
        let [hit, missed] = [item.hit_rate(), item.missed_rate()].map(percent);
        let [credit, r] = [item.mean_credit(), criterion.discrimination()].map(decimal_or_dash);
        let (name, points, decided) = (escape(&item.id), item.points, item.decided);
        let _ = writeln!(page, "| {name} | {points} | {decided} | {hit} | {missed} | {credit} | {r} |");
    }
    let reasons = reasons(answers);
    if !reasons.is_empty() {
        let _ = writeln!(page, "\n{}", reasons.iter().map(|reason| escape(reason)).collect::<Vec<_>>().join("; "));
    }
    if !answers.penalties.is_empty() {
        page.push_str("\n| penalty | points | answers | applied | credit |\n|---|---:|---:|---:|---:|\n");
    }
    for item in &answers.penalties {
        let (applied, credit) = (percent(item.applied_rate()), decimal_or_dash(item.mean_credit()));
        let _ = writeln!(page, "| {} | −{} | {} | {applied} | {credit} |", escape(&item.id), item.points, item.decided);
    }
}

fn hardest(page: &mut String, overview: &Overview) {
    let hardest = overview.hardest(HARDEST);
    if hardest.is_empty() {
        return;
    }
    page.push_str("\n## Hardest criteria\n\n| question | criterion | answers | credit |\n|---|---|---:|---:|\n");
    for hard in hardest {
        let (question, criterion) = (escape(hard.question), escape(hard.criterion));
        let _ =
            writeln!(page, "| {question} | {criterion} | {} | {} |", hard.answers, decimal_or_dash(Ok(hard.credit)));
    }
}

fn not_graded(page: &mut String, report: &BatchReport<'_>) {
    let not_graded = &report.overview.not_graded;
    if not_graded.answers == 0 {
        return;
    }
    page.push_str("\n## Not graded\n\n");
    for one in &not_graded.first {
        let location = report.location_before_id(one);
        let _ = writeln!(page, "- {location}{}: {}", escape(&one.id), escape(&one.reason));
    }
    let more = not_graded.answers - not_graded.first.len() as u64;
    if more == 0 {
        return;
    }
    let _ = writeln!(page, "\nAnd {more} more. By reason:\n\n| reason | answers |\n|---|---:|");
    let other = (not_graded.other > 0).then_some(("other reasons", not_graded.other));
    for (reason, count) in not_graded.by_count().into_iter().chain(other) {
        let _ = writeln!(page, "| {} | {count} |", escape(reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GradeSummary;
    use crate::report::batch::fixture::{add_answers, add_ungraded, question, report};
    use crate::report::batch::types::MatchedQuestion;

    #[test]
    fn every_criterion_of_every_question_has_a_row() {
        let mut overview = Overview::new();
        (0..200).for_each(|at| add_answers(&mut overview, &question(&format!("question-{at:03}")), 6));
        let page = markdown(&report(&overview));
        assert_eq!(page.matches("\n| follow-up | 2 | 6 | ").count(), 200);
        assert_eq!(page.matches("\n| blames-a-person | −2 | 6 | 16.7% | 0.17 |\n").count(), 200);
        assert_eq!(page.matches("\nno r: 6 answers, 10 needed\n").count(), 200);
    }

    #[test]
    fn text_of_users_is_escaped() {
        let mut overview = Overview::new();
        let nasty = "a|b\n# c <img src=x> [d](https://e.f)\u{1b}[2J";
        add_answers(&mut overview, &question(nasty), 12);
        overview.add(3, nasty, &GradeSummary::ungraded("", nasty), None);
        add_ungraded(&mut overview, 30);
        let mut report = report(&overview);
        let (wording, question) = (Some(nasty.to_owned()), nasty.to_owned());
        report.found_questions = vec![MatchedQuestion { wording, question, answers: 1 }];
        report.input = nasty.into();
        let page = markdown(&report);
        assert!(!page.contains("<img") && !page.contains("[d](") && !page.contains('\u{1b}'), "{page}");
        assert!(!page.contains("a|b") && !page.contains("\n# c"), "{page}");
        assert!(page.contains(r"a\|b \# c &lt;img src=x&gt;"), "{page}");
    }

    #[test]
    fn an_empty_batch_has_a_title_and_its_origin() {
        let overview = Overview::new();
        let origin = "- answers.jsonl, graded by offline scorer 1 with the shipped bank\n";
        assert_eq!(markdown(&report(&overview)), format!("# 0 answers: 0 graded\n\n{origin}"));
    }
}
