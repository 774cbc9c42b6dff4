//! `config`: prints every setting with its value and origin, checks the judge, and manages trust in project files.

use clap::ValueEnum;

use super::args::{Config, ConfigCommand};
use super::exit_status::ExitStatus;
use super::judge;
use super::printer::Printer;
use super::settings::{Setting, Settings, mask_key, one_line};
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
    fn row<T>(key: &str, setting: &Setting<T>, value: String) -> [String; 3] {
        [key.to_owned(), value, setting.origin.to_string()]
    }
    fn name<T: ValueEnum>(value: &T) -> String {
        value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
    let Settings { bank, format, color, quiet, fail_under, grader, llm, ignored_files: _ } = settings;
    let mut rows = vec![
        row("bank", bank, bank.value.as_ref().map_or("shipped".to_owned(), |bank| bank.display().to_string())),
        row("format", format, name(&format.value)),
        row("color", color, name(&color.value)),
        row("quiet", quiet, quiet.value.to_string()),
        row("fail_under", fail_under, fail_under.value.map_or("none".to_owned(), |value| value.to_string())),
        row("grader", grader, name(&grader.value)),
    ];
    rows.extend(llm.rows());
    for [_, value, _] in &mut rows {
        *value = mask_key(value).to_owned();
    }
    // Values, paths and origins come from files and variables; escape sequences in them must not reach a terminal.
    rows.iter_mut().flatten().for_each(|text| *text = one_line(text));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (key_width, value_width) = (width(0), width(1));
    let line = |[key, value, origin]: &[String; 3]| format!("{key:key_width$}  {value:value_width$}  {origin}\n");
    rows.iter().map(line).collect()
}
