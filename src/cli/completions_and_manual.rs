//! `completions` and `man`: prints shell completion scripts and manual pages, generated from the definition of the
//! commands.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use super::args::{Args, Man};
use super::exit_status::ExitStatus;
use super::files::{check_output, write_together};
use super::hints::advised;
use super::printer::Printer;
use super::settings::SHIPPED;

/// Arguments that are the id of a question: the command and the argument.
const ID_ARGUMENTS: [(&[&str], &str); 6] = [
    (&["grade"], "question"),
    // The value may also be the name of a column, which is not known here.
    (&["batch"], "question"),
    (&["prompt"], "question"),
    (&["questions", "show"], "id"),
    (&["bank", "explain"], "id"),
    (&["bank", "learn"], "only"),
];

/// Prints a completion script that offers the question ids of `bank`, or of the shipped bank for `None`.
/// The script contains the ids, so that pressing Tab does not start a program.
pub(super) fn completions(shell: Shell, bank: Option<&Path>, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let bank = super::open_bank::from_folder(bank.filter(|bank| bank.as_os_str() != SHIPPED))?;
    // because a shell runs the script, and ids come from file names of the bank.
    let is_id = |id: &&str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let mut ids: Vec<&str> = bank.entries().iter().map(|entry| entry.id.as_str()).filter(is_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // because clap needs values that live as long as the program, which ends after this script.
    let ids: Vec<&'static str> = ids.into_iter().map(|id| &*id.to_owned().leak()).collect();
    let mut command = ID_ARGUMENTS
        .iter()
        .fold(Args::command(), |command, (commands, argument)| with_values(command, commands, argument, &ids));
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "gradus", &mut script);
    write(&script, printer)
}

/// `command` with `ids` as the possible values of an argument of one of its subcommands.
fn with_values(command: clap::Command, names: &[&str], argument: &str, ids: &[&'static str]) -> clap::Command {
    match names.split_first() {
        // because an argument that is removed and added again loses its position among the others.
        None => command.mut_args(|one| {
            if one.get_id() == argument { one.value_parser(PossibleValuesParser::new(ids.to_vec())) } else { one }
        }),
        Some((name, names)) => command.mut_subcommand(name, |command| with_values(command, names, argument, ids)),
    }
}

/// Prints the manual page of a command, or writes the pages of all commands to a folder.
pub(super) fn man(args: &Man, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut root = Args::command().disable_help_subcommand(true);
    root.build();
    let Some(folder) = &args.output else {
        return write(page(find(&root, &args.command)?)?.1.as_bytes(), printer);
    };
    let mut commands = vec![&root];
    let mut pages: Vec<(PathBuf, String)> = Vec::new();
    while let Some(command) = commands.pop() {
        let (name, text) = page(command)?;
        let path = folder.join(name);
        check_output(&path, &[], args.force)?;
        pages.push((path, text));
        commands.extend(command.get_subcommands());
    }
    let pages: Vec<(PathBuf, &str)> = pages.iter().map(|(path, text)| (path.clone(), text.as_str())).collect();
    write_together(&pages)?;
    printer.note(&format!("wrote {} pages into {}", pages.len(), folder.display()));
    Ok(ExitStatus::Done)
}

/// The subcommand with these names.
fn find<'c>(root: &'c clap::Command, names: &[String]) -> anyhow::Result<&'c clap::Command> {
    let mut command = root;
    for name in names {
        let Some(found) = command.find_subcommand(name) else {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let hint = if known.is_empty() {
                format!("`{}` has no subcommands", command.get_name())
            } else {
                format!("use one of: {}", known.join(", "))
            };
            return Err(advised(format!("`{}` has no command `{name}`", command.get_name()), hint));
        };
        command = found;
    }
    Ok(command)
}

/// The file name and the text of a command's manual page.
fn page(command: &clap::Command) -> anyhow::Result<(String, String)> {
    let man = clap_mangen::Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok((man.get_filename(), String::from_utf8_lossy(&page).into_owned()))
}

fn write(bytes: &[u8], printer: &Printer) -> anyhow::Result<ExitStatus> {
    printer.result(&String::from_utf8_lossy(bytes))?;
    Ok(ExitStatus::Done)
}
