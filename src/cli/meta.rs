//! `completions` and `man`: what the program says about itself.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Outcome;
use super::args::Args;

pub(super) fn completions(shell: Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "gradus", &mut script);
    write(&script)
}

pub(super) fn man() -> anyhow::Result<Outcome> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    write(&page)
}

fn write(bytes: &[u8]) -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(Outcome::Done)
}
