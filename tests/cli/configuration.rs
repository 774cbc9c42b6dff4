//! Settings: their layers, and what is said of those that make no sense.

use super::tiny::{BANK, tiny};
use crate::support::{Gradus, gradus};

const USER: &str = ".config/gradus/config.toml";

/// Value and origin of a setting, as `config show` tells them.
fn shown(gradus: Gradus, name: &str) -> (String, String) {
    let out = gradus.run().done().tells_nothing().out;
    let rest = out.lines().find_map(|line| line.strip_prefix(name)).expect("a row");
    let (value, origin) = rest.trim().split_once("  ").expect("two columns");
    (value.to_owned(), origin.trim().to_owned())
}

#[test]
fn later_layers_go_before_earlier_ones() {
    type Layer = fn(Gradus) -> Gradus;
    let layers: [(Layer, &str, &str); 4] = [
        (|gradus| gradus, "auto", "default"),
        (|gradus| gradus.file(USER, "color = \"never\"\n"), "never", "[home]/.config/gradus/config.toml"),
        (|gradus| gradus.file("gradus.toml", "color = \"always\"\n"), "always", "[home]/gradus.toml"),
        (|gradus| gradus.env("GRADUS_COLOR", "never"), "never", "environment GRADUS_COLOR"),
    ];
    let up_to = |count: usize, arguments: &[&str]| {
        layers[..count].iter().fold(gradus(arguments), |gradus, (layer, ..)| layer(gradus))
    };
    for (count, (_, value, origin)) in layers.iter().enumerate() {
        let expected = ((*value).to_owned(), (*origin).to_owned());
        assert_eq!(shown(up_to(count + 1, &["config", "show"]), "color"), expected);
    }
    let flagged = up_to(layers.len(), &["config", "show", "--color", "always"]);
    assert_eq!(shown(flagged, "color"), ("always".to_owned(), "--color".to_owned()));
}

#[test]
fn every_setting_can_come_from_a_file_and_from_the_environment() {
    let rows = [
        ("bank", "\"/some/bank\"", "/some/bank", "GRADUS_BANK"),
        ("format", "\"csv\"", "csv", "GRADUS_FORMAT"),
        ("color", "\"never\"", "never", "GRADUS_COLOR"),
        ("quiet", "true", "true", "GRADUS_QUIET"),
        ("fail_under", "62.5", "62.5", "GRADUS_FAIL_UNDER"),
    ];
    for (name, written, value, variable) in rows {
        let file = gradus(["config", "show"]).file("gradus.toml", format!("{name} = {written}\n"));
        assert_eq!(shown(file, name), (value.to_owned(), "[home]/gradus.toml".to_owned()));
        let environment = gradus(["config", "show"]).env(variable, value);
        assert_eq!(shown(environment, name), (value.to_owned(), format!("environment {variable}")));
    }
}

#[test]
fn one_layer_leaves_alone_what_it_does_not_name() {
    let run = || {
        gradus(["config", "show"])
            .file(USER, "format = \"json\"\nquiet = true\n")
            .file("gradus.toml", "quiet = false\n")
    };
    assert_eq!(shown(run(), "format"), ("json".to_owned(), "[home]/.config/gradus/config.toml".to_owned()));
    assert_eq!(shown(run(), "quiet"), ("false".to_owned(), "[home]/gradus.toml".to_owned()));
}

#[test]
fn a_folder_in_a_file_is_meant_from_that_file() {
    let user = gradus(["config", "show"]).file(USER, "bank = \"mine\"\n");
    assert_eq!(shown(user, "bank").0, "[home]/.config/gradus/mine");
    gradus(["questions"]).files(&BANK).file("gradus.toml", "bank = \"bank\"\n").run().done().prints(&["undo-release"]);
}

#[test]
fn settings_do_what_the_flags_do() {
    tiny(["grade", "answer.md"])
        .file("gradus.toml", "quiet = true\nfail_under = 38\n")
        .run()
        .found()
        .prints(&["  37.5  partial\n"]);
    tiny(["grade", "--fail-under", "37", "answer.md"]).env("GRADUS_FAIL_UNDER", "38").run().done();
    tiny(["grade", "answer.md"]).env("GRADUS_FORMAT", "csv").run().done().prints(&["id,question,"]);
    tiny(["grade", "--format", "markdown", "answer.md"])
        .env("GRADUS_FORMAT", "csv")
        .run()
        .done()
        .prints(&["# answer.md"]);
}

#[test]
fn an_empty_variable_is_none() {
    let gradus = gradus(["config", "show"]);
    let names =
        ["GRADUS_BANK", "GRADUS_FORMAT", "GRADUS_COLOR", "GRADUS_QUIET", "GRADUS_FAIL_UNDER", "GRADUS_LLM_MODEL"];
    let out = names.iter().fold(gradus, |gradus, name| gradus.env(name, "")).run().done().out;
    assert!(out.lines().count() > names.len() && out.lines().all(|line| line.ends_with("default")), "{out}");
}

#[test]
fn a_file_that_makes_no_sense_is_refused_with_its_line() {
    let rows = [
        ("# mine\ncolour = \"never\"\n", "gradus.toml:2: unknown field `colour`"),
        ("format = \"xml\"\n", "gradus.toml:1: `xml`, expected one of text, json, markdown, csv"),
        ("\n\ncolor = 3\n", "gradus.toml:3: invalid type: integer `3`"),
        ("quiet = \"yes\"\n", "gradus.toml:1: invalid type: string \"yes\", expected a boolean"),
        ("quiet = true\nquiet = false\n", "gradus.toml:2: duplicate key"),
        ("format = \n", "gradus.toml:1: "),
        ("fail_under = 101\n", "fail_under = 101, expected a number from 0 to 100"),
    ];
    for (content, expected) in rows {
        let beside = gradus(["config", "show"]).file("gradus.toml", content).run().refused();
        assert!(beside.err.starts_with("error: [home]/gradus.toml:"), "{}", beside.err);
        beside.tells(&[expected]);
        let expected = expected.replace("gradus.toml", "config.toml");
        gradus(["questions"]).file(USER, content).run().refused().tells(&["[home]/.config/gradus/", &expected]);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    gradus(["config", "show"]).folder("gradus.toml").run().refused().tells(&["cannot read [home]/gradus.toml"]);
    gradus(["config", "show"]).file("gradus.toml", b"bank = \"\xff\"").run().refused().tells(&["[home]/gradus.toml"]);
}

#[test]
fn a_variable_that_makes_no_sense_is_refused_by_name() {
    let rows = [
        ("GRADUS_FORMAT", "xml", "expected one of text, json, markdown, csv"),
        ("GRADUS_COLOR", "Always", "expected one of auto, always, never"),
        ("GRADUS_QUIET", "maybe", "expected true or false"),
        ("GRADUS_FAIL_UNDER", "101", "expected a number from 0 to 100"),
        ("GRADUS_FAIL_UNDER", "nan", "expected a number from 0 to 100"),
        ("GRADUS_BANK", "nowhere", "no `rubrics` folder in nowhere"),
    ];
    for (variable, value, expected) in rows {
        let ran = gradus(["questions"]).env(variable, value).run().refused().tells(&[expected]);
        assert!(variable == "GRADUS_BANK" || ran.err.contains(variable), "{}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_a_device_or_a_huge_file_of_settings_does_not_hang() {
    use std::time::{Duration, Instant};
    for name in ["gradus.toml", USER] {
        for kind in ["pipe", "device", "huge"] {
            let run = gradus(["questions"]).folder(".config/gradus");
            let path = run.path(name);
            match kind {
                "pipe" => assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("runs").success()),
                "device" => std::os::unix::fs::symlink("/dev/zero", &path).expect("a link"),
                _ => std::fs::File::create(&path).and_then(|file| file.set_len(1 << 37)).expect("a sparse file"),
            }
            let begun = Instant::now();
            run.run().refused().tells(&[&format!("[home]/{name}")]);
            assert!(begun.elapsed() < Duration::from_secs(10), "{name}, {kind}");
        }
    }
}
