//! A link in the place of a file of a run folder, or of the folder itself, never gets a file elsewhere read or changed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::super::run_fixture::{Fixture, rows};
use super::super::{BatchError, Existing, OutputEncoding, RunSummary, RunTarget, run};
use super::{folder_of, own_file};

/// Files that a run may have in its folder.
const FILES: [&str; 8] =
    ["lock", "manifest.json", "manifest.new", "journal.1", "results.1", "journal.2", "results.2", "unpacked"];

const PRECIOUS: &str = "no one else may write here";

fn attempt(fixture: &Fixture, output: &Path, existing: Existing) -> Result<RunSummary, BatchError> {
    fixture.with_plan(&rows(5), 1, |plan, input| {
        let target =
            RunTarget::File { output, encoding: OutputEncoding::of(output, None), existing, reports: Vec::new() };
        run(plan, input, target, &mut |_| Ok(()))
    })
}

/// Runs and may fail; then no file outside has changed.
#[track_caller]
fn leaves_alone(fixture: &Fixture, output: &Path, victim: &Path, what: &str) {
    for existing in
        [Existing::default(), Existing { restart: true, force: false }, Existing { restart: false, force: true }]
    {
        // Whether it fails is not the question here.
        let _ = attempt(fixture, output, existing);
        match fs::read_to_string(victim) {
            Ok(text) => assert_eq!(text, PRECIOUS, "{what} with {existing:?}"),
            Err(error) => panic!("{what} with {existing:?}: {error}"),
        }
    }
}

#[test]
fn a_link_in_a_new_folder_is_never_followed() {
    let fixture = Fixture::new();
    for name in FILES.into_iter().chain(["staged"]) {
        for (kind, output) in [("symbolic", "out"), ("hard", "out"), ("symbolic", "out.gz")] {
            let victim = fixture.path(&format!("victim-{kind}-{name}"));
            fs::write(&victim, PRECIOUS).expect("writes");
            let output = fixture.path(&format!("{kind}-{name}-{output}"));
            let folder = folder_of(&output);
            fs::create_dir(&folder).expect("a folder");
            match kind {
                "symbolic" => symlink(&victim, folder.join(name)).expect("links"),
                _ => fs::hard_link(&victim, folder.join(name)).expect("links"),
            }
            leaves_alone(&fixture, &output, &victim, &format!("{kind} link {name}"));
        }
    }
}

#[test]
fn a_link_to_nothing_makes_no_file_elsewhere() {
    let fixture = Fixture::new();
    for name in FILES.into_iter().chain(["staged"]) {
        let (elsewhere, output) = (fixture.path(&format!("elsewhere-{name}")), fixture.path(&format!("{name}-out.gz")));
        let folder = folder_of(&output);
        fs::create_dir(&folder).expect("a folder");
        symlink(&elsewhere, folder.join(name)).expect("links");
        let _ = attempt(&fixture, &output, Existing::default());
        assert!(!elsewhere.exists(), "{name}");
    }
}

#[test]
fn a_link_in_the_folder_of_a_broken_run_is_never_followed() {
    let fixture = Fixture::new();
    for name in ["journal.1", "results.1", "manifest.json", "lock"] {
        for kind in ["symbolic", "hard"] {
            let output = fixture.path(&format!("{kind}-{}-out", name.replace('.', "-")));
            fixture.run_until(&rows(5), &output, 400);
            let (file, twin) = (folder_of(&output).join(name), fixture.path(&format!("{kind}-{name}-twin")));
            // What is there is valid, and also belongs to another program, which has more in it.
            let mut text = fs::read(&file).expect("reads");
            text.extend_from_slice(PRECIOUS.as_bytes());
            fs::write(&twin, &text).expect("writes");
            fs::remove_file(&file).expect("removes");
            match kind {
                "symbolic" => symlink(&twin, &file).expect("links"),
                _ => fs::hard_link(&twin, &file).expect("links"),
            }
            let _ = attempt(&fixture, &output, Existing::default());
            assert_eq!(fs::read(&twin).expect("reads"), text, "{kind} {name}");
        }
    }
}

#[test]
fn the_folder_itself_is_no_link() {
    let fixture = Fixture::new();
    let (elsewhere, output) = (fixture.path("elsewhere"), fixture.path("out"));
    fs::create_dir(&elsewhere).expect("a folder");
    fs::write(elsewhere.join("manifest.json"), PRECIOUS).expect("writes");
    symlink(&elsewhere, folder_of(&output)).expect("links");
    let error = attempt(&fixture, &output, Existing { restart: false, force: true }).expect_err("a link");
    let BatchError::Disk { error, .. } = error else { panic!("{error:?}") };
    assert!(error.to_string().contains("symbolic link"), "{error}");
    assert_eq!(fs::read_dir(&elsewhere).expect("lists").count(), 1);
    assert_eq!(fs::read_to_string(elsewhere.join("manifest.json")).expect("reads"), PRECIOUS);
}

#[test]
fn the_message_names_the_file_that_is_a_link() {
    let fixture = Fixture::new();
    let output = fixture.path("out");
    let lock = folder_of(&output).join("lock");
    fs::create_dir(folder_of(&output)).expect("a folder");
    symlink(fixture.path("elsewhere"), &lock).expect("links");
    let error = attempt(&fixture, &output, Existing::default()).expect_err("a link");
    assert_eq!(error.to_string(), format!("cannot lock {}", lock.display()));
    let BatchError::Disk { error, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "it is a symbolic link: remove it");
}

#[test]
fn an_error_of_the_system_is_not_taken_for_damage() {
    let fixture = Fixture::new();
    let output = fixture.path("out");
    fixture.run_until(&rows(5), &output, 400);
    let manifest = folder_of(&output).join("manifest.json");
    let text = fs::read(&manifest).expect("reads");
    // A folder cannot be read as a file, not even by the superuser.
    fs::remove_file(&manifest).expect("removes");
    fs::create_dir(&manifest).expect("a folder");
    for existing in [Existing::default(), Existing { restart: true, force: true }] {
        let error = attempt(&fixture, &output, existing).expect_err("unread");
        let hint = error.hint().expect("a hint");
        assert!(hint.contains("run the same command again"), "{hint}");
        assert!(!hint.contains("folder"), "the folder with the results must not be removed: {hint}");
    }
    fs::remove_dir(&manifest).expect("removes");
    fs::write(&manifest, &text[..text.len() / 2]).expect("writes");
    let error = attempt(&fixture, &output, Existing::default()).expect_err("damage");
    assert!(error.to_string().contains("is damaged"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.ends_with("remove the folder that contains this file")), "{error}");
    fs::write(&manifest, text).expect("writes");
    assert!(attempt(&fixture, &output, Existing::default()).expect("goes on").is_complete);
}

#[test]
fn files_that_are_not_plain_are_refused_with_the_reason() {
    let fixture = Fixture::new();
    let (file, folder) = (fixture.path("file"), fixture.path("folder"));
    fs::write(&file, "").expect("writes");
    fs::create_dir(&folder).expect("a folder");
    fs::hard_link(&file, fixture.path("twin")).expect("links");
    symlink(&file, fixture.path("link")).expect("links");
    for (result, message) in [
        (own_file::open(&fixture.path("link")).map(drop), "it is a symbolic link: remove it"),
        (own_file::open(&folder).map(drop), "it is not a plain file: remove it"),
        (own_file::open_to_write(&file).map(drop), "it is a hard link: copy it to a file of its own"),
        (own_file::create_folder(&fixture.path("link")), "it is a symbolic link: remove it, or choose another output"),
        (own_file::create_folder(&file), "it is not a folder: remove it, or choose another output"),
    ] {
        assert_eq!(result.expect_err(message).to_string(), message);
    }
}

#[test]
fn an_output_without_a_name_is_refused() {
    let fixture = Fixture::new();
    let output = fixture.path("folder/..");
    fs::create_dir(fixture.path("folder")).expect("a folder");
    let error = attempt(&fixture, &output, Existing::default()).expect_err("no name");
    let BatchError::Disk { error, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "it does not name a file");
}

#[test]
fn a_manifest_that_this_program_cannot_continue_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let output = fixture.path("out");
    fixture.run_until(&rows(5), &output, 400);
    let path = folder_of(&output).join("manifest.json");
    let whole: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("reads")).expect("JSON");
    let schema = whole["schema"].as_u64().expect("a number");
    let wrong_schema = format!("its `schema` is {}, but this program reads schema {schema}", schema + 1);
    for (key, value, why) in [
        ("schema", schema + 1, wrong_schema.as_str()),
        ("generation", u64::from(u32::MAX), "its shard or its generation is out of range"),
    ] {
        let mut changed = whole.clone();
        changed[key] = value.into();
        fs::write(&path, changed.to_string()).expect("writes");
        let error = attempt(&fixture, &output, Existing::default()).expect_err(why);
        assert_eq!(error.to_string(), format!("{} is damaged: {why}", path.display()));
    }
}
