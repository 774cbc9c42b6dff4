//! `config show`: every setting, its value and where it comes from.

use super::Outcome;
use super::args::{Config, ConfigCommand};
use super::printer::Printer;
use super::settings::{Setting, Settings};
use clap::ValueEnum;

pub(super) fn run(args: &Config, settings: &Settings, printer: &Printer) -> anyhow::Result<Outcome> {
    let ConfigCommand::Show = args.command;
    printer.result(&show(settings))?;
    Ok(Outcome::Done)
}

fn show(settings: &Settings) -> String {
    fn row<T>(name: &str, setting: &Setting<T>, value: String) -> [String; 3] {
        [name.to_owned(), value, setting.origin.to_string()]
    }
    fn named<T: ValueEnum>(value: &T) -> String {
        value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
    let Settings { bank, format, color, quiet, fail_under } = settings;
    let rows = [
        row("bank", bank, bank.value.as_ref().map_or("shipped".to_owned(), |bank| bank.display().to_string())),
        row("format", format, named(&format.value)),
        row("color", color, named(&color.value)),
        row("quiet", quiet, quiet.value.to_string()),
        row("fail_under", fail_under, fail_under.value.map_or("none".to_owned(), |value| value.to_string())),
    ];
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name_width, value_width) = (width(0), width(1));
    let line = |[name, value, origin]: &[String; 3]| format!("{name:name_width$}  {value:value_width$}  {origin}\n");
    rows.iter().map(line).collect()
}
