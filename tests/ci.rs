//! Tests of the output and exit codes of the scripts in `.ci`, with a fake `cargo`.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::root;

/// Runs `.ci/advisories` with a fake `cargo`. The flags decide which subcommands succeed, whether the database can be
/// fetched, and whether it was fetched before. Returns the output and the subcommands that ran.
fn run_advisories((can_fetch, has_copy): (bool, bool), passes: bool, is_installed: bool) -> (Output, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> {log}\ncase \"$*\" in\n  'deny --version') exit {installed};;\n  'deny fetch db') exit \
         {fetched};;\n  *) exit {passed};;\nesac\n",
        log = log.display(),
        installed = u8::from(!is_installed),
        fetched = u8::from(!can_fetch),
        passed = u8::from(!passes),
    );
    let cargo = folder.path().join("cargo");
    std::fs::write(&cargo, script).expect("written");
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    std::fs::create_dir_all(folder.path().join("advisory-dbs")).expect("a folder");
    // A failed fetch leaves this file behind.
    std::fs::write(folder.path().join("advisory-dbs/db.lock"), "").expect("written");
    if has_copy {
        std::fs::create_dir_all(folder.path().join("advisory-dbs/copy")).expect("a folder");
    }
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("a path"));
    let output =
        Command::new(root().join(".ci/advisories")).env("PATH", path).env("CARGO_HOME", folder.path()).output();
    let ran = std::fs::read_to_string(&log).unwrap_or_default();
    (output.expect("the script starts"), ran)
}

#[test]
fn an_advisory_fails_the_check_and_a_check_without_a_database_is_reported_as_skipped() {
    let stdout = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let checks = "--offline --workspace check advisories";
    for (can_fetch, has_copy) in [(true, false), (true, true), (false, true)] {
        for passes in [true, false] {
            let (output, ran) = run_advisories((can_fetch, has_copy), passes, true);
            assert_eq!(output.status.success(), passes, "{}", stdout(&output));
            assert!(ran.contains(checks) && !stdout(&output).contains("skipped"), "{ran}");
            let warns = String::from_utf8_lossy(&output.stderr).contains("may be old");
            assert_eq!(warns, !can_fetch, "an old copy is reported");
        }
    }
    for (is_installed, why) in
        [(true, "cannot be fetched and there is no copy"), (false, "cargo-deny is not installed")]
    {
        let (output, ran) = run_advisories((false, false), false, is_installed);
        assert!(output.status.success() && !ran.contains(checks), "{ran}");
        assert!(stdout(&output).contains("skipped, ") && stdout(&output).contains(why), "{}", stdout(&output));
    }
}

#[test]
fn ci_run_checks_advisories_and_deny_toml_configures_them() {
    let read = |path: &str| std::fs::read_to_string(root().join(Path::new(path))).expect("reads");
    assert!(read(".ci/run").lines().any(|line| line == ".ci/advisories"));
    let settings: toml::Table = read("deny.toml").parse().expect("TOML");
    assert!(settings.get("advisories").is_some_and(toml::Value::is_table));
}
