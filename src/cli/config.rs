//! `config`: every setting, its value and where it comes from; and whether the judge can be asked.

use clap::ValueEnum;

use super::args::{Config, ConfigCommand};
use super::exit_status::ExitStatus;
use super::judge::{self, KEYS, Llm, one_line};
use super::printer::Printer;
use super::settings::{Setting, Settings};
use super::trust;

pub(super) fn run(args: &Config, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    match &args.command {
        ConfigCommand::Show => {
            printer.result(&show(settings))?;
            Ok(ExitStatus::Done)
        }
        ConfigCommand::Check { endpoint } => judge::check(endpoint, settings, printer),
        ConfigCommand::Trust(args) => trust::run(args, printer),
    }
}

fn show(settings: &Settings) -> String {
    fn row<T>(name: &str, setting: &Setting<T>, value: String) -> [String; 3] {
        [name.to_owned(), value, setting.origin.to_string()]
    }
    fn named<T: ValueEnum>(value: &T) -> String {
        value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
    let Settings { bank, format, color, quiet, fail_under, grader, llm, passed_over: _ } = settings;
    let mut rows = vec![
        row("bank", bank, bank.value.as_ref().map_or("shipped".to_owned(), |bank| bank.display().to_string())),
        row("format", format, named(&format.value)),
        row("color", color, named(&color.value)),
        row("quiet", quiet, quiet.value.to_string()),
        row("fail_under", fail_under, fail_under.value.map_or("none".to_owned(), |value| value.to_string())),
        row("grader", grader, named(&grader.value)),
    ];
    rows.extend(of_judges(llm));
    // Values, paths and origins come from files and variables; escape sequences in them must not reach a terminal.
    rows.iter_mut().flatten().for_each(|text| *text = one_line(text));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name_width, value_width) = (width(0), width(1));
    let line = |[name, value, origin]: &[String; 3]| format!("{name:name_width$}  {value:value_width$}  {origin}\n");
    rows.iter().map(line).collect()
}

/// All that holds for judges in general, then what each says for itself.
fn of_judges(llm: &Llm) -> Vec<[String; 3]> {
    let mut rows = Vec::new();
    for key in &KEYS {
        let name = format!("llm.{}", key.name);
        rows.push(match llm.base.get(key.name) {
            Some(setting) => [name, key.shown(&setting.value), setting.origin.to_string()],
            None => [name, if key.default.is_empty() { "none" } else { key.default }.to_owned(), "default".to_owned()],
        });
    }
    for (number, judge) in llm.judges.iter().enumerate() {
        for key in &KEYS {
            if let Some(setting) = judge.get(key.name) {
                let name = format!("judge.{}.{}", number + 1, key.name);
                rows.push([name, key.shown(&setting.value), setting.origin.to_string()]);
            }
        }
    }
    if let Some(file) = &llm.untrusted {
        let why = if file.has_changed { "changed since it was trusted" } else { "not trusted" };
        let origin = format!("{} (ignored: {why})", file.path.display());
        rows.extend(file.withheld.iter().map(|one| [one.name.clone(), one.value.clone(), origin.clone()]));
    }
    rows
}
