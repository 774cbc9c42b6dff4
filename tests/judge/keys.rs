//! Tests of addresses, variable names and proxies that contain a key by mistake: errors describe the fault without
//! showing the key.

use super::endpoint::{Action, Endpoint};
use super::judged_report::{judged, same_verdicts};
use super::network::{GRADE, fallback_reason, grade_at};
use crate::cli::tiny_bank::tiny;
use crate::support::{Gradus, RunOutput, gradus};

/// A key in which every character is valid in a variable name.
const NAME_LIKE: &str = "Zk3Jq9PxT2vKp8WdLm4sBn6Hc7Fg1RyQe5UoAi0X";
const KEYS: [&str; 5] = [
    "sk-live-7Qm4x9ZrT2vKp8Wd",
    NAME_LIKE,
    "AKIAIOSFODNN7EXAMPLE",
    "0f3a5c8e9b1d24f6a8c0e7b2d4f6a8c0",
    "hf_abcdefghijklmnopqrst",
];

#[track_caller]
fn assert_hidden(ran: &RunOutput, secret: &str) {
    assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{}{}", ran.out, ran.err);
}

#[test]
fn query_and_fragment_of_an_address_are_never_shown() {
    let secret = "hunter2";
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")));
    let closed = { Endpoint::new(|_, _| Action::Hang).url() };
    let tails = ["?api-key=hunter2", "?hunter2", "?api-version=hunter2", "#hunter2", "?a=b#hunter2"];
    for tail in tails {
        for base in [
            endpoint.url(),
            closed.clone(),
            "https://example.test:99999/v1".into(),
            "http://example.test/v1".into(),
            "ftp://a.test".into(),
        ] {
            let url = base + tail;
            let row = "{\"id\":\"1\",\"question\":\"undo-release\",\"answer\":\"We waited.\"}";
            for arguments in [
                &["config", "check"][..],
                &["config", "show"],
                &["cache", "stats"],
                &["prompt", "undo-release", "answer.md", "--format", "json"],
                &["batch", "rows.jsonl", "-o", "out.jsonl"],
                &GRADE,
            ] {
                let run = tiny(arguments.iter().copied()).file("rows.jsonl", row).env("GRADUS_LLM_BASE_URL", &url);
                let run = run.env("GRADUS_LLM_MODEL", "test-model").env("GRADUS_LLM_ATTEMPTS", "1");
                let folder = run.again([""]);
                let ran = run.env("GRADUS_LLM_TIMEOUT", "2").run();
                assert_hidden(&ran, secret);
                assert_no_file_holds(&folder, secret);
            }
        }
    }
    assert!(
        endpoint.requests().iter().any(|request| request.path.contains("api-key=hunter2")),
        "the key is sent nevertheless"
    );
}

#[track_caller]
fn assert_no_file_holds(folder: &Gradus, secret: &str) {
    let mut open = vec![folder.path("")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("reads") {
            let path = entry.expect("reads").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("reads");
                assert!(memchr::memmem::find(&bytes, secret.as_bytes()).is_none(), "{}", path.display());
            }
        }
    }
}

#[test]
fn a_key_instead_of_a_variable_name_is_rejected_and_not_repeated() {
    for key in KEYS {
        let settings = format!("[llm]\nmodel = \"m\"\napi_key_env = \"{key}\"\n");
        let bare = format!("[llm]\napi_key_env = {key}\n");
        let list = format!("[llm]\napi_key_env = [\"{key}\"]\n");
        let table = format!("llm = \"{key}\"\n");
        let user = ".config/gradus/config.toml";
        for run in [
            tiny(GRADE.into_iter().chain(["--model", "m", "--api-key-env", key])),
            tiny(["config", "check", "--model", "m", &format!("--api-key-env={key}")]),
            tiny(["prompt", "undo-release", "answer.md", "--api-key-env", key]),
            tiny(["config", "show"]).env("GRADUS_LLM_API_KEY_ENV", key),
            tiny(["questions"]).file("gradus.toml", &settings),
            tiny(["questions"]).file("gradus.toml", &bare),
            tiny(["questions"]).file("gradus.toml", &list),
            tiny(["questions"]).file("gradus.toml", &table),
            tiny(["questions"]).file("gradus.toml", format!("[llm]\n\"{key}\" = 1\n")),
            tiny(["questions"]).file("gradus.toml", format!("[[judge]]\n\"{key}\" = 1\n")),
            tiny(["questions"]).file("gradus.toml", format!("[llm]\npreset = \"{key}\"\n")),
            tiny(["questions"]).file("gradus.toml", format!("\"{key}\" = 1\n")),
            tiny(["questions"]).file("gradus.toml", format!("grader = \"{key}\"\n")),
            tiny(["questions"]).file("gradus.toml", format!("quiet = \"{key}\"\n")),
            tiny(["questions"]).file("gradus.toml", format!("fail_under = \"{key}\"\n")),
            tiny(["questions"]).file("gradus.toml", format!("judge = [\"{key}\"]\n")),
            tiny(["questions"]).env("GRADUS_FORMAT", key),
            tiny(["questions"]).env("GRADUS_COLOR", key),
            tiny(["questions"]).env("GRADUS_QUIET", key),
            tiny(["questions"]).env("GRADUS_FAIL_UNDER", key),
            tiny(["questions"]).env("GRADUS_GRADER", key),
            tiny(["questions"]).env("GRADUS_LLM_PRESET", key),
            tiny(GRADE.into_iter().chain(["--preset", key])),
            tiny(GRADE.into_iter().chain(["--samples", key])),
            tiny(["questions"]).file(user, &settings),
            tiny(["questions"]).file(user, settings.replace("[llm]", "[[judge]]")),
            tiny(["config", "trust"]).file("gradus.toml", &settings),
            tiny(GRADE.into_iter().chain(["--api-key", key])),
            tiny(GRADE.into_iter().chain([&*format!("--api-key={key}")])),
        ] {
            let ran = run.run();
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
            assert_hidden(&ran, key);
        }
    }
    let reported = tiny(["config", "show"]).env("GRADUS_LLM_API_KEY_ENV", NAME_LIKE).run().failure();
    reported.reports(&["GRADUS_LLM_API_KEY_ENV=[hidden]: expected the name of an environment variable"]);
}

#[test]
fn a_key_that_is_a_valid_name_is_not_shown_as_the_missing_variable() {
    // Each value could be a variable name, so it is looked up.
    for key in ["hunter2", "correcthorsebattery", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abc_def_ghi"] {
        let run = tiny(["config", "show"]).env("GRADUS_LLM_API_KEY_ENV", key);
        let ran = run.run().success().prints(&["llm.api_key_env          [hidden]"]);
        assert_hidden(&ran, key);
        for more in [&[][..], &["--grader", "llm"]] {
            let ran = grade_at("https://example.test/v1", &[more, &["--api-key-env", key]].concat()).run();
            assert_hidden(&ran, key);
            ran.reports(&["the variable that `api_key_env` names is not set"]);
        }
    }
    let ran = grade_at("https://example.test/v1", &["--api-key-env", "MY_OWN_KEY"]).run().success();
    ran.reports(&["MY_OWN_KEY is not set"]);
}

#[test]
fn escape_sequences_of_settings_do_not_reach_the_terminal() {
    let nasty = "a\u{1b}]0;owned\u{7}\u{1b}[2Jb\u{9b}31mc\u{202e}d\nforged  row  default";
    let in_toml = nasty
        .replace('\u{1b}', "\\u001b")
        .replace('\u{7}', "\\u0007")
        .replace('\u{9b}', "\\u009b")
        .replace('\n', "\\n");
    let file = format!(
        "bank = \"{in_toml}\"\n[llm]\nmodel = \"{in_toml}\"\ncache = \"{in_toml}\"\nca_file = \"{in_toml}\"\n[[judge]]\nmodel = \"{in_toml}\"\n"
    );
    let folder = "a\u{1b}[31mb\u{202e}";
    for arguments in [
        &["config", "show"][..],
        &["config", "trust"],
        &["config", "show"],
        &["config", "trust", "--list"],
        &["cache", "path"],
        &["config", "trust", "--remove"],
    ] {
        let run = gradus(arguments).file(&format!("{folder}/gradus.toml"), &file).below(folder);
        let trusted = run.again(["config", "trust"]).below(folder);
        if arguments[0] != "config" || arguments.len() > 2 {
            trusted.run().success();
        }
        let run = if arguments == ["config", "show"] {
            run.env("GRADUS_BANK", nasty).env("GRADUS_LLM_MODEL", nasty)
        } else {
            run
        };
        let ran = run.run().success();
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
            assert!(!text.lines().any(|line| line.starts_with("forged")), "{text}");
        }
    }
}

#[test]
fn an_invalid_proxy_is_an_error_that_names_only_the_variable() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")));
    for variable in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        for value in ["http://me:hunter2@", "://hunter2", "hunter2 proxy", "http://me:hunter2@proxy.test:99999"] {
            for arguments in [&GRADE[..], &["config", "check"]] {
                let ran = judged(arguments, &endpoint).env(variable, value).run().failure();
                assert_hidden(&ran, "hunter2");
                ran.reports(&[&format!("{variable} is not the address of a proxy"), "hint: "]);
            }
            // Without a judge, an invalid proxy is not an error.
            tiny(GRADE.into_iter().chain(["--grader", "offline"])).env(variable, value).run().success();
        }
    }
    assert_eq!(endpoint.requests().len(), 0);
    // A proxy of another kind is an error only for an endpoint that would use it.
    assert_eq!(
        fallback_reason(&judged(&GRADE, &endpoint).env("ALL_PROXY", "socks5://127.0.0.1:1").run().success()),
        ""
    );
    let run = grade_at("https://example.test/v1", &["--api-key-env", "none"]).env("ALL_PROXY", "socks5://127.0.0.1:1");
    run.run().failure().reports(&["ALL_PROXY names a proxy that uses neither http nor https"]);
}
