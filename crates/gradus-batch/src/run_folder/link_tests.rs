//! A run neither reads nor changes a file outside its run folder, even if the folder or one of its files is a link.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::super::run_fixture::{Fixture, rows};
use super::super::{BatchError, ExistingOutput, OutputEncoding, RunSummary, RunTarget, run};
use super::{folder_of, own_file};

/// Files that a run may have in its folder.
const FILES: [&str; 8] =
    ["lock", "manifest.json", "manifest.new", "journal.1", "results.1", "journal.2", "results.2", "unpacked"];

/// The content of a file outside the run folder.
const UNRELATED: &str = "a file of another program";

fn attempt(fixture: &Fixture, output: &Path, existing: ExistingOutput) -> Result<RunSummary, BatchError> {
    fixture.with_plan(&rows(5), 1, |plan, input| {
        let target =
            RunTarget::File { output, encoding: OutputEncoding::of(output, None), existing, reports: Vec::new() };
        run(plan, input, target, &mut |_| Ok(()))
    })
}

/// Runs with each permission to replace results, and asserts that the file `target` outside the run folder is unchanged.
#[track_caller]
fn assert_unchanged(fixture: &Fixture, output: &Path, target: &Path, case: &str) {
    for existing in [
        ExistingOutput::default(),
        ExistingOutput { restart: true, force: false },
        ExistingOutput { restart: false, force: true },
    ] {
        // The run may fail or succeed.
        let _ = attempt(fixture, output, existing);
        match fs::read_to_string(target) {
            Ok(text) => assert_eq!(text, UNRELATED, "{case} with {existing:?}"),
            Err(error) => panic!("{case} with {existing:?}: {error}"),
        }
    }
}

#[test]
fn a_link_in_a_new_folder_is_never_followed() {
    let fixture = Fixture::new();
    for name in FILES.into_iter().chain(["staged"]) {
        for (kind, output) in [("symbolic", "out"), ("hard", "out"), ("symbolic", "out.gz")] {
            let target = fixture.path(&format!("target-{kind}-{name}"));
            fs::write(&target, UNRELATED).expect("writes");
            let output = fixture.path(&format!("{kind}-{name}-{output}"));
            let folder = folder_of(&output);
            fs::create_dir(&folder).expect("a folder");
            match kind {
                "symbolic" => symlink(&target, folder.join(name)).expect("links"),
                _ => fs::hard_link(&target, folder.join(name)).expect("links"),
            }
            assert_unchanged(&fixture, &output, &target, &format!("{kind} link {name}"));
        }
    }
}

#[test]
fn a_run_does_not_create_the_missing_target_of_a_link() {
    let fixture = Fixture::new();
    for name in FILES.into_iter().chain(["staged"]) {
        let (target, output) = (fixture.path(&format!("target-{name}")), fixture.path(&format!("{name}-out.gz")));
        let folder = folder_of(&output);
        fs::create_dir(&folder).expect("a folder");
        symlink(&target, folder.join(name)).expect("links");
        let _ = attempt(&fixture, &output, ExistingOutput::default());
        assert!(!target.exists(), "{name}");
    }
}

#[test]
fn a_link_in_the_folder_of_an_interrupted_run_is_never_followed() {
    let fixture = Fixture::new();
    for name in ["journal.1", "results.1", "manifest.json", "lock"] {
        for kind in ["symbolic", "hard"] {
            let output = fixture.path(&format!("{kind}-{}-out", name.replace('.', "-")));
            fixture.run_until(&rows(5), &output, 400);
            let (file, target) = (folder_of(&output).join(name), fixture.path(&format!("{kind}-{name}-target")));
            // The target starts with valid data of the run, so that the run would continue it if it followed the link.
            let mut text = fs::read(&file).expect("reads");
            text.extend_from_slice(UNRELATED.as_bytes());
            fs::write(&target, &text).expect("writes");
            fs::remove_file(&file).expect("removes");
            match kind {
                "symbolic" => symlink(&target, &file).expect("links"),
                _ => fs::hard_link(&target, &file).expect("links"),
            }
            let _ = attempt(&fixture, &output, ExistingOutput::default());
            assert_eq!(fs::read(&target).expect("reads"), text, "{kind} {name}");
        }
    }
}

#[test]
fn a_run_folder_that_is_a_link_is_refused() {
    let fixture = Fixture::new();
    let (target, output) = (fixture.path("target"), fixture.path("out"));
    fs::create_dir(&target).expect("a folder");
    fs::write(target.join("manifest.json"), UNRELATED).expect("writes");
    symlink(&target, folder_of(&output)).expect("links");
    let error = attempt(&fixture, &output, ExistingOutput { restart: false, force: true }).expect_err("a link");
    let BatchError::Disk { error, .. } = error else { panic!("{error:?}") };
    assert!(error.to_string().contains("symbolic link"), "{error}");
    assert_eq!(fs::read_dir(&target).expect("lists").count(), 1);
    assert_eq!(fs::read_to_string(target.join("manifest.json")).expect("reads"), UNRELATED);
}

#[test]
fn the_error_names_the_file_that_is_a_link() {
    let fixture = Fixture::new();
    let output = fixture.path("out");
    let lock = folder_of(&output).join("lock");
    fs::create_dir(folder_of(&output)).expect("a folder");
    symlink(fixture.path("target"), &lock).expect("links");
    let error = attempt(&fixture, &output, ExistingOutput::default()).expect_err("a link");
    assert_eq!(error.to_string(), format!("cannot lock {}", lock.display()));
    let BatchError::Disk { error, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "it is a symbolic link: remove it");
}

#[test]
fn an_unreadable_manifest_is_not_reported_as_damaged() {
    let fixture = Fixture::new();
    let output = fixture.path("out");
    fixture.run_until(&rows(5), &output, 400);
    let manifest = folder_of(&output).join("manifest.json");
    let text = fs::read(&manifest).expect("reads");
    // Reading a folder as a file fails even for the superuser.
    fs::remove_file(&manifest).expect("removes");
    fs::create_dir(&manifest).expect("a folder");
    for existing in [ExistingOutput::default(), ExistingOutput { restart: true, force: true }] {
        let error = attempt(&fixture, &output, existing).expect_err("a folder");
        let hint = error.hint().expect("a hint");
        assert!(hint.contains("run the same command again"), "{hint}");
        assert!(!hint.contains("folder"), "the folder with the results must not be removed: {hint}");
    }
    fs::remove_dir(&manifest).expect("removes");
    fs::write(&manifest, &text[..text.len() / 2]).expect("writes");
    let error = attempt(&fixture, &output, ExistingOutput::default()).expect_err("damage");
    assert!(error.to_string().contains("is damaged"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.ends_with("remove the folder that contains this file")), "{error}");
    fs::write(&manifest, text).expect("writes");
    assert!(attempt(&fixture, &output, ExistingOutput::default()).expect("continues").is_complete);
}

#[test]
fn files_that_are_not_plain_are_refused_with_the_reason() {
    let fixture = Fixture::new();
    let (file, folder) = (fixture.path("file"), fixture.path("folder"));
    fs::write(&file, "").expect("writes");
    fs::create_dir(&folder).expect("a folder");
    fs::hard_link(&file, fixture.path("second-name")).expect("links");
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
    let error = attempt(&fixture, &output, ExistingOutput::default()).expect_err("no name");
    let BatchError::Disk { error, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "it does not name a file");
}

#[test]
fn a_manifest_that_this_program_cannot_continue_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let output = fixture.path("out");
    fixture.run_until(&rows(5), &output, 400);
    let path = folder_of(&output).join("manifest.json");
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("reads")).expect("JSON");
    let schema = manifest["schema"].as_u64().expect("a number");
    let layout = format!("its `schema` is {}, but this program reads schema {schema}", schema + 1);
    for (key, value, why) in [
        ("schema", schema + 1, layout.as_str()),
        ("generation", u64::from(u32::MAX), "its shard or its generation is out of range"),
    ] {
        let mut changed = manifest.clone();
        changed[key] = value.into();
        fs::write(&path, changed.to_string()).expect("writes");
        let error = attempt(&fixture, &output, ExistingOutput::default()).expect_err(why);
        assert_eq!(error.to_string(), format!("{} is damaged: {why}", path.display()));
    }
}
