//! `gradus calibrate`: fits a calibration, which maps scores to the scale of human scores.
//!
//! Writes the calibration only if its scores are closer to human scores on held-out questions, or if the user insists.
//! The fit is in `agreement::fit`.

use std::fmt::Write as _;

use super::args::Calibrate as Args;
use super::exit_status::ExitStatus;
use super::files::{check_output, display_name, write_atomically};
use super::hints::advised;
use super::open;
use super::printer::Printer;
use super::read_rows::{read_rows, report_bad_rows};
use super::scored_rows::{RowQuestions, share};
use super::settings::Settings;
use crate::agreement::fit::{Example, Fit, fit};
use crate::agreement::{Metric, Pairs, Scale, ScoredRow, unit, unit_of};
use crate::batch::ReadRows;
use crate::model::{Grade, Outcome};
use crate::score::VERSION;
use crate::wording::counted;

/// The metrics that the table shows for the scores before and after calibration.
const SHOWN: [Metric; 5] = [Metric::RootError, Metric::MeanError, Metric::Bias, Metric::Pearson, Metric::Kappa];

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    check_output(&args.output, &[&args.answers], args.force)?;
    let engine = open::offline(settings)?;
    let ReadRows { rows, bad } = read_rows(&args.answers, &args.columns, None, engine.questions(), printer)?;
    let status = report_bad_rows(&bad, &display_name(&args.answers), printer);
    let questions = RowQuestions::new(&engine, &rows, printer)?;
    let mut examples = Vec::new();
    questions.grade(&rows, |row, grade| examples.extend(grade.and_then(|grade| example(row, &grade))))?;
    let fit = fit(&examples, args.weights, VERSION).map_err(|error| {
        advised(format!("cannot fit a calibration: {error}"), "add answers with human scores, to more questions")
    })?;
    let trial = Trial::of(&rows, &examples, &fit);
    printer.result(&trial.table(&fit))?;
    if !trial.helps() {
        const WORSE: &str = "on held-out questions, the calibrated scores are not closer to people's scores than the \
                             uncalibrated scores, or not closer than the mean of people's scores";
        if !args.even_if_worse {
            let hint = "use --even-if-worse to write the calibration anyway";
            printer.warning_with_hint(&format!("{WORSE}; nothing was written"), hint);
            return Ok(ExitStatus::CheckFailed);
        }
        printer.warning(WORSE);
    }
    let comment = comment(args, settings, &examples, &fit, &trial);
    write_atomically(&args.output, &fit.calibration.to_text(&comment))?;
    printer.note(&format!("apply the calibration with --calibration {}", args.output.display()));
    Ok(status)
}

fn example(row: &ScoredRow, grade: &Grade<'_>) -> Option<Example> {
    let Outcome::Graded { possible, .. } = grade.outcome else { return None };
    let part = |earned: u32| f64::from(earned) / f64::from(possible.0.max(1));
    let criteria = grade.criteria.iter().map(|criterion| (criterion.id.to_string(), part(criterion.earned.0)));
    Some(Example {
        question: row.question.clone(),
        earned: share(grade)?,
        criteria: criteria.collect(),
        lost: grade.penalties.iter().map(|penalty| part(penalty.earned.0)).sum(),
        human: row.score?,
    })
}

/// Scores before and after calibration, on held-out questions.
struct Trial {
    before: Pairs,
    after: Pairs,
    /// The baseline: every answer gets the mean of people's scores on the other questions.
    mean: Pairs,
    /// Factor from shares to points: the maximum points if all answers have the same maximum, otherwise 1.
    unit: f64,
}

impl Trial {
    fn of(rows: &[ScoredRow], examples: &[Example], fit: &Fit) -> Self {
        let human: Vec<f64> = examples.iter().map(|example| example.human).collect();
        let earned: Vec<f64> = examples.iter().map(|example| example.earned).collect();
        let scale = Scale::of(&human);
        let pairs = |given: &[f64]| Pairs::new(given, &human, scale);
        Self { before: pairs(&earned), after: pairs(&fit.held_out), mean: pairs(&fit.means), unit: unit(rows) }
    }

    fn figures(&self, metric: Metric) -> [String; 3] {
        [&self.before, &self.after, &self.mean].map(|pairs| match pairs.measure(metric) {
            Ok(value) => format!("{:.3}", value * unit_of(metric, self.unit)),
            Err(_) => "–".to_owned(),
        })
    }

    fn table(&self, fit: &Fit) -> String {
        let mut table = format!(
            "{}; {} for cross-validation\n\n            before    after     mean\n",
            counted(self.after.len(), "answer"),
            counted(fit.folds, "fold")
        );
        for metric in SHOWN {
            let [before, after, mean] = self.figures(metric);
            let _ = writeln!(table, "  {:<8}{before:>8} {after:>8} {mean:>8}", metric.name());
        }
        if (self.unit - 1.0).abs() > f64::EPSILON {
            let _ = writeln!(table, "\nrmse, mae and bias are in points; the highest score is {}", self.unit);
        }
        table
    }

    /// Whether the calibrated scores are closer to people's scores than the uncalibrated scores and than the mean.
    fn helps(&self) -> bool {
        let error = |pairs: &Pairs| pairs.measure(Metric::RootError).ok();
        let after = error(&self.after);
        after.is_some() && after < error(&self.before) && after < error(&self.mean)
    }
}

fn comment(args: &Args, settings: &Settings, examples: &[Example], fit: &Fit, trial: &Trial) -> String {
    let bank = settings.bank.value.as_ref().map_or("the shipped bank".to_owned(), |path| path.display().to_string());
    let changes: Vec<String> = SHOWN
        .into_iter()
        .map(|metric| {
            let [before, after, _] = trial.figures(metric);
            format!("{} {before} to {after}", metric.name())
        })
        .collect();
    format!(
        "Written by `gradus calibrate`: {} of {}, graded with {bank}.\n\
         On held-out questions ({}): {}.",
        counted(examples.len(), "answer"),
        display_name(&args.answers).replace(char::is_control, " "),
        counted(fit.folds, "fold"),
        changes.join(", ")
    )
}
