//! Tests of the layers of settings and of errors for invalid settings.

use super::tiny_bank::{BANK, tiny};
use crate::support::{Gradus, gradus};

const USER: &str = ".config/gradus/config.toml";

/// The value and the origin of a setting, from the output of `config show`.
fn value_and_origin(gradus: Gradus, name: &str) -> (String, String) {
    let out = gradus.run().success().reports_nothing().out;
    let rest = out.lines().find_map(|line| line.strip_prefix(name)).expect("a row");
    let (value, origin) = rest.trim().split_once("  ").expect("two columns");
    (value.to_owned(), origin.trim().to_owned())
}

#[test]
fn later_layers_override_earlier_layers() {
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
        assert_eq!(value_and_origin(up_to(count + 1, &["config", "show"]), "color"), expected);
    }
    let flagged = up_to(layers.len(), &["config", "show", "--color", "always"]);
    assert_eq!(value_and_origin(flagged, "color"), ("always".to_owned(), "--color".to_owned()));
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
        assert_eq!(value_and_origin(file, name), (value.to_owned(), "[home]/gradus.toml".to_owned()));
        let environment = gradus(["config", "show"]).env(variable, value);
        assert_eq!(value_and_origin(environment, name), (value.to_owned(), format!("environment {variable}")));
    }
}

#[test]
fn a_layer_does_not_change_settings_that_it_does_not_name() {
    let run = || {
        gradus(["config", "show"])
            .file(USER, "format = \"json\"\nquiet = true\n")
            .file("gradus.toml", "quiet = false\n")
    };
    assert_eq!(value_and_origin(run(), "format"), ("json".to_owned(), "[home]/.config/gradus/config.toml".to_owned()));
    assert_eq!(value_and_origin(run(), "quiet"), ("false".to_owned(), "[home]/gradus.toml".to_owned()));
}

#[test]
fn a_relative_path_in_a_settings_file_starts_at_that_file() {
    let user = gradus(["config", "show"]).file(USER, "bank = \"mine\"\n");
    assert_eq!(value_and_origin(user, "bank").0, "[home]/.config/gradus/mine");
    gradus(["questions"])
        .files(&BANK)
        .file("gradus.toml", "bank = \"bank\"\n")
        .run()
        .success()
        .prints(&["undo-release"]);
}

#[test]
fn settings_have_the_same_effect_as_flags() {
    tiny(["grade", "answer.md"])
        .file("gradus.toml", "quiet = true\nfail_under = 38\n")
        .run()
        .check_failed()
        .prints(&["  37.5  partial\n"]);
    tiny(["grade", "--fail-under", "37", "answer.md"]).env("GRADUS_FAIL_UNDER", "38").run().success();
    tiny(["grade", "answer.md"]).env("GRADUS_FORMAT", "csv").run().success().prints(&["id,question,"]);
    tiny(["grade", "--format", "markdown", "answer.md"])
        .env("GRADUS_FORMAT", "csv")
        .run()
        .success()
        .prints(&["# answer.md"]);
}

#[test]
fn a_missed_threshold_is_reported_with_the_flag_variable_or_file_that_sets_it() {
    let in_file = || tiny(["grade", "answer.md"]).file("gradus.toml", "fail_under = 38\n");
    let file = "37.5 is below the 38 that fail_under in [home]/gradus.toml requires";
    in_file().run().check_failed().reports(&[file]);
    let variable = in_file().env("GRADUS_FAIL_UNDER", "39").run().check_failed();
    variable.reports(&["37.5 is below the 39 that GRADUS_FAIL_UNDER requires"]);
    let flag = tiny(["grade", "--fail-under", "40", "answer.md"]).file("gradus.toml", "fail_under = 38\n");
    flag.run().check_failed().reports(&["37.5 is below the 40 that --fail-under requires"]);
    let row = "{\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}\n";
    let batch = |arguments: &[&str]| {
        let run = tiny(["batch", "rows.jsonl"].iter().chain(arguments).copied()).file("rows.jsonl", row);
        run.file("gradus.toml", "fail_under = 99\n").run().check_failed()
    };
    batch(&[]).reports(&["1 of 1 scores is below the 99 that fail_under in [home]/gradus.toml requires"]);
    batch(&["--fail-under", "98"]).reports(&["1 of 1 scores is below the 98 that --fail-under requires"]);
}

#[test]
fn an_accepted_value_that_looks_like_a_key_is_not_shown() {
    const KEY: &str = "sk-live-7Qm4x9ZrT2vKp8Wd";
    for (name, variable) in [
        ("llm.model", "GRADUS_LLM_MODEL"),
        ("llm.ca_file", "GRADUS_LLM_CA_FILE"),
        ("llm.cache", "GRADUS_LLM_CACHE"),
        ("bank", "GRADUS_BANK"),
    ] {
        let shown = value_and_origin(gradus(["config", "show"]).env(variable, KEY), name);
        assert_eq!(shown, ("[hidden]".to_owned(), format!("environment {variable}")));
    }
    let tables = format!("[llm]\ncache = \"keys/{KEY}\"\n[[judge]]\nmodel = \"{KEY}\"\n");
    for run in
        [gradus(["config", "show"]).file("gradus.toml", &tables), gradus(["config", "show"]).trusted_file(&tables)]
    {
        let out = run.run().success().out;
        assert!(out.contains("[hidden]") && !out.contains("7Qm4x9ZrT2vKp8Wd"), "{out}");
    }
    let model = gradus(["config", "show"]).env("GRADUS_LLM_MODEL", "sk-large");
    assert_eq!(value_and_origin(model, "llm.model").0, "sk-large");
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let gradus = gradus(["config", "show"]);
    let names =
        ["GRADUS_BANK", "GRADUS_FORMAT", "GRADUS_COLOR", "GRADUS_QUIET", "GRADUS_FAIL_UNDER", "GRADUS_LLM_MODEL"];
    let out = names.iter().fold(gradus, |gradus, name| gradus.env(name, "")).run().success().out;
    assert!(out.lines().count() > names.len() && out.lines().all(|line| line.ends_with("default")), "{out}");
}

#[test]
fn an_invalid_settings_file_is_an_error_with_its_line() {
    let rows = [
        ("# mine\ncolour = \"never\"\n", "gradus.toml:2:1: `colour` is not a setting of this file"),
        ("format = \"xml\"\n", "gradus.toml:1:10: format = \"xml\": expected one of text, json, markdown, csv"),
        ("\n\ncolor = 3\n", "gradus.toml:3:9: color = 3: expected one of auto, always, never"),
        ("quiet = \"yes\"\n", "gradus.toml:1:9: quiet = \"yes\": expected true or false"),
        ("bank = 3\n", "gradus.toml:1:8: bank = 3: expected the path of a folder in quotation marks, or \"shipped\""),
        ("quiet = true\nquiet = false\n", "gradus.toml:2:1: duplicate key"),
        ("format = \n", "gradus.toml:1:"),
        ("fail_under = 101\n", "gradus.toml:1:14: fail_under = 101: expected a number from 0 to 100"),
        ("fail_under = nan\n", "gradus.toml:1:14: fail_under = nan: expected a number from 0 to 100"),
    ];
    for (content, expected) in rows {
        let beside = gradus(["config", "show"]).file("gradus.toml", content).run().failure();
        assert!(beside.err.starts_with("error: [home]/gradus.toml:"), "{}", beside.err);
        beside.reports(&[expected]);
        let expected = expected.replace("gradus.toml", "config.toml");
        gradus(["questions"]).file(USER, content).run().failure().reports(&["[home]/.config/gradus/", &expected]);
    }
}

#[test]
fn an_unreadable_settings_file_is_an_error() {
    gradus(["config", "show"]).folder("gradus.toml").run().failure().reports(&["cannot read [home]/gradus.toml"]);
    gradus(["config", "show"]).file("gradus.toml", b"bank = \"\xff\"").run().failure().reports(&["[home]/gradus.toml"]);
}

#[test]
fn an_invalid_variable_is_an_error_that_names_it() {
    let rows = [
        ("GRADUS_FORMAT", "xml", "expected one of text, json, markdown, csv"),
        ("GRADUS_COLOR", "Always", "expected one of auto, always, never"),
        ("GRADUS_QUIET", "maybe", "expected true or false"),
        ("GRADUS_FAIL_UNDER", "101", "expected a number from 0 to 100"),
        ("GRADUS_FAIL_UNDER", "nan", "expected a number from 0 to 100"),
        ("GRADUS_BANK", "nowhere", "nowhere does not exist"),
    ];
    for (variable, value, expected) in rows {
        let ran = gradus(["questions"]).env(variable, value).run().failure().reports(&[expected]);
        assert!(variable == "GRADUS_BANK" || ran.err.contains(variable), "{}", ran.err);
    }
}

#[test]
fn a_variable_that_is_not_a_setting_is_ignored_with_a_warning() {
    let graded = || tiny(["grade", "answer.md", "--format", "json"]);
    let expected = graded().run().success().out;
    for quiet in [false, true] {
        let run = graded().env("GRADUS_FAILUNDER", "99").env("GRADUS_QUIET", if quiet { "1" } else { "0" });
        let ran = run.run().success();
        assert_eq!(ran.out, expected);
        let warning = "warning: the environment variable GRADUS_FAILUNDER is not a setting and is ignored\n\
                       hint: did you mean GRADUS_FAIL_UNDER?\n";
        assert!(ran.err.starts_with(warning), "{}", ran.err);
    }
    let row = "{\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}\n";
    let batch = || tiny(["batch", "rows.jsonl", "--quiet"]).file("rows.jsonl", row);
    let ran = batch().env("GRADUS_GRADR", "llm").run().success().reports(&["did you mean GRADUS_GRADER?"]);
    assert_eq!(ran.out, batch().run().success().out);
}

#[test]
fn a_variable_that_holds_a_key_or_is_empty_needs_no_warning() {
    let table = "[[judge]]\nmodel = \"m\"\napi_key_env = \"GRADUS_THIRD_KEY\"\n";
    let run = gradus(["config", "show"]).file(USER, table);
    let run = run.env("GRADUS_THIRD_KEY", "k").env("GRADUS_COLOUR", "").env("GRADUS", "x").env("GRADUSCOLOR", "x");
    run.run().success().reports_nothing();
    let run = gradus(["config", "show"]).env("GRADUS_LLM_API_KEY_ENV", "GRADUS_MY_KEY").env("GRADUS_MY_KEY", "k");
    run.run().success().reports_nothing();
    let flags = ["grade", "answer.md", "--grader", "offline", "--api-key-env", "GRADUS_MY_KEY"];
    tiny(flags).env("GRADUS_MY_KEY", "k").run().success().reports_nothing();
    // Scripts and pages do not depend on settings.
    gradus(["completions", "bash"]).env("GRADUS_BNAK", "x").run().success().reports_nothing();
}

#[cfg(unix)]
#[test]
fn a_pipe_a_device_or_a_huge_file_as_settings_is_an_error() {
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
            let started = Instant::now();
            run.run().failure().reports(&[&format!("[home]/{name}")]);
            assert!(started.elapsed() < Duration::from_secs(10), "{name}, {kind}");
        }
    }
}

#[test]
fn errors_of_settings_files_have_a_place_and_a_hint() {
    for (content, message, hint) in [
        (
            "format = \"xml\"\n",
            "1:10: format = \"xml\": expected one of text, json, markdown, csv",
            "correct the line, or remove it",
        ),
        ("colour = \"never\"\n", "1:1: `colour` is not a setting of this file", "did you mean `color`?"),
        ("[llm]\ntemperatures = 1\n", "2:1: `temperatures` is not a setting of [llm]", "did you mean `temperature`?"),
        (
            "editor = \"never\"\n",
            "1:1: `editor` is not a setting of this file",
            "the settings are bank, format, color, quiet, fail_under, grader, llm, judge",
        ),
        ("llm = 3\n", "1:7: llm = 3: expected a table [llm]", "correct the line, or remove it"),
        ("judge = [3]\n", "1:9: judge = [...]: expected tables [[judge]]", "correct the line, or remove it"),
        (
            "[llm]\nsamples = 0\n",
            "2:11: samples = 0: expected a whole number from 1 to 25",
            "correct the line, or remove it",
        ),
        (
            "[llm]\nmodel = []\n",
            "2:9: `model` is neither text nor a number nor true or false",
            "write one value, not a list or a table",
        ),
        (
            "[[judge]]\nvote = \"mean\"\n",
            "2:1: `vote` is not a setting of [[judge]]",
            "the settings are preset, provider, base_url, model, api_key_env, temperature, seed, max_tokens, context, \
             concurrency, requests_per_minute, tokens_per_minute, timeout, attempts, price_prompt, price_completion, \
             ca_file, allow_http",
        ),
    ] {
        let ran = gradus(["questions"]).file("gradus.toml", content).run().failure();
        assert_eq!(ran.err, format!("error: [home]/gradus.toml:{message}\nhint: {hint}\n"));
    }
    let ran = gradus(["config", "trust"]).run().failure();
    let expected = "no gradus.toml in this folder or in a folder above it\nhint: name the folder that contains it\n";
    assert_eq!(ran.err, format!("error: {expected}"));
}
