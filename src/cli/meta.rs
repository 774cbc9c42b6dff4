//! `completions` and `man`: what the program says about itself.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Outcome;
use super::args::Args;
use super::printer::Printer;

pub(super) fn completions(shell: Shell, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "gradus", &mut script);
    write(&script, printer)
}

pub(super) fn man(printer: &Printer) -> anyhow::Result<Outcome> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    write(&page, printer)
}

fn write(bytes: &[u8], printer: &Printer) -> anyhow::Result<Outcome> {
    printer.result(&String::from_utf8_lossy(bytes))?;
    Ok(Outcome::Done)
}
