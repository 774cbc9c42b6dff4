//! Tests of judge settings from files, the environment and flags.

use super::endpoint::{Action, Endpoint};
use super::judged_report::same_verdicts;
use super::network::{GRADE, fallback_reason};
use super::tls_and_proxy::Front;
use crate::cli::tiny_bank::tiny;
use crate::support::Gradus;

/// Each setting with a valid and an invalid value.
const SETTINGS: [(&str, &str, &str); 26] = [
    ("preset", "ollama", "olama"),
    ("provider", "anthropic", "google"),
    ("base_url", "https://a.test/v1", " "),
    ("model", "some:7b", " "),
    ("api_key_env", "MY_KEY", " "),
    ("temperature", "usual", "2.5"),
    ("seed", "42", "-1"),
    ("max_tokens", "333", "0"),
    ("context", "9999", "255"),
    ("concurrency", "3", "257"),
    ("requests_per_minute", "60", "0"),
    ("tokens_per_minute", "5000", "many"),
    ("timeout", "7.5", "0"),
    ("attempts", "4", "101"),
    ("price_prompt", "2.5", "-1"),
    ("price_completion", "10", "NaN"),
    ("ca_file", "/some/ca.pem", " "),
    ("allow_http", "true", "perhaps"),
    ("samples", "3", "26"),
    ("vote", "majority", "mean"),
    ("escalate", "true", "2"),
    ("cross_check", "true", "on"),
    ("references", "false", "none"),
    ("deadline", "33", "inf"),
    ("on_failure", "stop", "retry"),
    ("cache", "/some/replies.sqlite", " "),
];

fn config_show() -> Gradus {
    tiny(["config", "show"])
}

/// The value and the origin of a setting, from the output of `config show`.
#[track_caller]
fn value_and_origin(run: Gradus, name: &str) -> (String, String) {
    let out = run.run().success().out;
    let line = out.lines().find(|line| line.split_whitespace().next() == Some(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in:\n{out}"));
    let mut words = line.split_whitespace().skip(1);
    let value = words.next().expect("a value").to_owned();
    (value, words.collect::<Vec<_>>().join(" "))
}

#[test]
fn each_judge_setting_can_come_from_the_environment() {
    for (name, value, wrong) in SETTINGS {
        let (key, variable) = (format!("llm.{name}"), format!("GRADUS_LLM_{}", name.to_uppercase()));
        assert_eq!(value_and_origin(config_show(), &key).1, "default", "{name}");
        assert_eq!(
            value_and_origin(config_show().env(&variable, value), &key),
            (value.to_owned(), format!("environment {variable}"))
        );
        config_show().env(&variable, wrong).run().failure().reports(&[&variable, wrong, "expected "]);
    }
}

#[test]
fn each_judge_setting_can_come_from_a_file() {
    for (name, value, wrong) in SETTINGS {
        for quote in ["\"", ""] {
            let is_bare =
                |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite) || ["true", "false"].contains(&text);
            if quote.is_empty() && is_bare(value) {
                let file = format!("[llm]\n{name} = {value}\n");
                let origin = "[home]/gradus.toml".to_owned();
                assert_eq!(
                    value_and_origin(config_show().trusted_file(file), &format!("llm.{name}")),
                    (value.to_owned(), origin)
                );
            }
            if !quote.is_empty() || is_bare(wrong) {
                let file = format!("[llm]\n\n{name} = {quote}{wrong}{quote}\n");
                let may_be_a_key = ["base_url", "api_key_env"].contains(&name);
                let column = name.len() + 4;
                let repeated = if may_be_a_key { "[hidden]".to_owned() } else { format!("{quote}{wrong}{quote}") };
                let reported = [&format!("gradus.toml:3:{column}: {name} = {repeated}: expected ")[..], "hint: "];
                // An empty path is the folder of the file, which is valid.
                if !["ca_file", "cache"].contains(&name) {
                    config_show().file("gradus.toml", file).run().failure().reports(&reported);
                }
            }
        }
    }
}

#[test]
fn the_environment_overrides_files_and_flags_override_both() {
    let file = "[llm]\nmodel = \"of-file\"\nbase_url = \"https://file.test/v1\"\nseed = 5\n";
    let run = || config_show().trusted_file(file).env("GRADUS_LLM_MODEL", "of-env");
    assert_eq!(value_and_origin(run(), "llm.model"), ("of-env".to_owned(), "environment GRADUS_LLM_MODEL".to_owned()));
    assert_eq!(value_and_origin(run(), "llm.seed"), ("5".to_owned(), "[home]/gradus.toml".to_owned()));
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "none", "")));
    let flags = ["--model", "of-flag", "--temperature", "0.7", "--max-tokens", "333", "--base-url", &endpoint.url()];
    let run = tiny(GRADE.into_iter().chain(flags)).trusted_file(file).env("GRADUS_LLM_MODEL", "of-env");
    assert_eq!(fallback_reason(&run.run().success()), "");
    let body = &endpoint.requests()[0].body;
    assert_eq!(
        (&body["model"], &body["temperature"], &body["seed"], &body["max_tokens"]),
        (&"of-flag".into(), &0.7.into(), &5.into(), &333.into())
    );
    // The project file overrides the file in the user's configuration folder.
    let run = config_show().file(".config/gradus/config.toml", "[llm]\nseed = 1\nmodel = \"home\"\n");
    let run = run.trusted_file("[llm]\nseed = 2\n");
    let model = value_and_origin(run.again(["config", "show"]), "llm.model");
    assert_eq!(model, ("home".to_owned(), "[home]/.config/gradus/config.toml".to_owned()));
    assert_eq!(value_and_origin(run, "llm.seed").0, "2");
}

#[test]
fn errors_about_flags_name_the_flag() {
    for (flag, wrong) in [("--samples", "0"), ("--temperature", "hot"), ("--preset", "olama"), ("--vote", "mean")] {
        tiny(GRADE.into_iter().chain([flag, wrong])).run().failure().reports(&[flag, wrong, "expected "]);
    }
}

#[test]
fn temperature_usual_leaves_the_temperature_to_the_endpoint() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "none", "")));
    for value in ["usual", "0"] {
        let run = tiny(GRADE).env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "m");
        run.env("GRADUS_LLM_TEMPERATURE", value).run().success();
    }
    let sent: Vec<_> = endpoint.requests().iter().map(|request| request.body.get("temperature").cloned()).collect();
    assert_eq!(sent[0], None);
    assert_eq!(sent[1].as_ref().and_then(serde_json::Value::as_f64), Some(0.0));
}

#[test]
fn unknown_and_misplaced_settings_are_errors_with_their_position() {
    for (file, reported) in [
        ("[llm]\nmodle = \"x\"\n", "gradus.toml:2:1: `modle` is not a setting of [llm]"),
        ("[llm]\nmodel = \"x\"\napi_key = \"sk-1\"\n", "gradus.toml:3:1: `api_key` is not a setting of [llm]"),
        (
            "[[judge]]\nmodel = \"x\"\n\n[[judge]]\nmodle = \"y\"\n",
            "gradus.toml:5:1: `modle` is not a setting of [[judge]]",
        ),
        ("[[judge]]\nmodel = \"x\"\nsamples = 3\n", "gradus.toml:3:1: `samples` is not a setting of [[judge]]"),
        ("[[judge]]\nvote = \"median\"\n", "gradus.toml:2:1: `vote` is not a setting of [[judge]]"),
        ("[[judge]]\ncache = \"c\"\n", "gradus.toml:2:1: `cache` is not a setting of [[judge]]"),
        ("[[judge]]\non_failure = \"stop\"\n", "gradus.toml:2:1: `on_failure` is not a setting of [[judge]]"),
        ("[[judge]]\ntimeout = 0\n", "gradus.toml:2:11: timeout = 0: expected a number from 0.1"),
        ("[llm]\nmodel = [\"a\"]\n", "gradus.toml:2:9: `model` is neither text nor a number"),
        ("[llm.model]\nname = \"a\"\n", "gradus.toml:1:1: `model` is neither text nor a number"),
        ("[judge]\nmodel = \"a\"\n", "gradus.toml:1:1: judge = {...}: expected tables [[judge]]"),
        ("llm = \"a\"\n", "gradus.toml:1:7: llm = \"a\": expected a table [llm]"),
        ("[llm]\nmodel = \"a\"\nmodel = \"b\"\n", "gradus.toml:3:1: "),
    ] {
        let ran = config_show().file("gradus.toml", file).run().failure().reports(&[reported]);
        assert!(!ran.err.contains("sk-1"), "{}", ran.err);
    }
}

#[test]
fn each_judge_is_shown_with_its_origin() {
    let file = "[llm]\nsamples = 2\n[[judge]]\nmodel = \"a\"\n[[judge]]\nmodel = \"b\"\nseed = 4\n";
    let of_file = |value: &str| (value.to_owned(), "[home]/gradus.toml".to_owned());
    for (name, value) in [("judge.1.model", "a"), ("judge.2.model", "b"), ("judge.2.seed", "4"), ("llm.samples", "2")] {
        assert_eq!(value_and_origin(config_show().trusted_file(file), name), of_file(value));
    }
    // A model in the environment replaces all judges of the file.
    let out = config_show().trusted_file(file).env("GRADUS_LLM_MODEL", "c").run().success().out;
    assert!(!out.contains("judge.1") && out.contains("environment GRADUS_LLM_MODEL"), "{out}");
}

#[test]
fn presets_set_the_address_of_local_servers() {
    for (name, port) in [("ollama", 11434), ("llamacpp", 8080), ("vllm", 8000), ("lmstudio", 1234)] {
        // The result is the same whether or not a server listens at the address.
        let run = tiny(["config", "check", "--preset", name, "--model", "m"]).env("GRADUS_LLM_ATTEMPTS", "1");
        run.env("GRADUS_LLM_TIMEOUT", "2").run().prints(&[&format!("http://127.0.0.1:{port}/v1 (openai)")]);
        let run = tiny(["prompt", "undo-release", "answer.md", "--format", "json", "--preset", name]);
        let printed = run.env("GRADUS_LLM_MODEL", "m").run().success().json();
        let room = printed["room"].as_u64().expect("a number");
        assert!((2000..8192).contains(&room) && printed["provider"] == "openai", "{name}: {printed}");
    }
    // An explicit address overrides the address of a preset.
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "none", "")));
    let run = tiny(GRADE.into_iter().chain(["--base-url", &endpoint.url(), "--model", "m"]));
    assert_eq!(fallback_reason(&run.env("GRADUS_LLM_PRESET", "ollama").run().success()), "");
    assert_eq!(endpoint.requests().len(), 1);
}

#[test]
fn grader_llm_without_an_endpoint_is_an_error() {
    let row = r#"{"id":"1","question":"undo-release","answer":"We waited."}"#;
    for arguments in [&GRADE[..], &["batch", "rows.jsonl"]] {
        let run = tiny(arguments.iter().copied().chain(["--grader", "llm"])).file("rows.jsonl", row);
        run.env("OPENAI_API_KEY", "sk-1").run().failure().reports(&["no endpoint is configured", "hint: "]);
    }
    tiny(GRADE).env("GRADUS_GRADER", "llm").run().failure().reports(&["no endpoint is configured"]);
    let url = ["--base-url", "http://127.0.0.1:9/v1"];
    tiny(GRADE.into_iter().chain(url)).run().failure().reports(&["no model is named for 127.0.0.1", "--model"]);
}

#[test]
fn without_a_required_key_the_offline_scorer_grades_with_a_note() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "none", "")));
    let (proxy, url) = (Front::plain(&endpoint), endpoint.url());
    for (settings, missing) in [
        (vec![("GRADUS_LLM_MODEL", "gpt-4o")], "OPENAI_API_KEY"),
        (vec![("GRADUS_LLM_MODEL", "claude"), ("GRADUS_LLM_PROVIDER", "anthropic")], "ANTHROPIC_API_KEY"),
        (vec![("GRADUS_LLM_MODEL", "gpt-4o"), ("OPENAI_API_KEY", "  ")], "OPENAI_API_KEY"),
        (vec![("GRADUS_LLM_MODEL", "gpt-4o"), ("GRADUS_LLM_API_KEY_ENV", "MINE")], "MINE"),
        (vec![("GRADUS_LLM_MODEL", "m"), ("GRADUS_LLM_BASE_URL", &url), ("GRADUS_LLM_API_KEY_ENV", "MINE")], "MINE"),
    ] {
        let reported = format!("{missing} is not set");
        let run = |arguments: &[&str]| {
            let run = tiny(GRADE.iter().chain(arguments).copied()).env("HTTPS_PROXY", &proxy.url("http", "127.0.0.1"));
            settings.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
        };
        let ran = run(&[]).success().reports(&["graded offline", &reported]);
        assert_eq!(ran.json()["grader"]["kind"], "offline", "{}", ran.out);
        run(&["--grader", "llm"]).failure().reports(&[&reported, "--api-key-env"]);
    }
    assert_eq!((proxy.connections(), endpoint.requests().len()), (0, 0));
}

const LOCAL: [&str; 4] = ["--base-url", "http://127.0.0.1:9/v1", "--model", "m"];
const REMOTE: [&str; 4] = ["--base-url", "https://example.test/v1", "--model", "m"];

/// Checks the message and the hint of settings, given as the flags of an endpoint and other flags.
fn check_refused(rows: &[(&[&str], &[&str], &str, &str)]) {
    for (endpoint, flags, message, hint) in rows {
        let ran = tiny(GRADE.iter().chain(*endpoint).chain(*flags).copied()).run().failure();
        assert_eq!(ran.err, format!("error: {message}\nhint: {hint}\n"));
    }
}

#[test]
fn judge_settings_that_contradict_each_other_are_refused_with_a_hint() {
    check_refused(&[
        (
            &LOCAL,
            &["--escalate"],
            "--escalate needs a second judge",
            "write two [[judge]] tables into gradus.toml; the last judge is asked when the others differ",
        ),
        (
            &LOCAL,
            &["--context", "600", "--max-tokens", "400"],
            "m has a context of 600 tokens, and replies take 400 of them",
            "raise --context, or lower --max-tokens",
        ),
        (
            &LOCAL,
            &["--price-prompt", "1"],
            "price_prompt and price_completion must be set together",
            "set both, each as the price of a million tokens",
        ),
        (
            &LOCAL,
            &["--grader", "offline", "--replay"],
            "--replay needs the judge whose replies are cached",
            "use --grader llm and the settings of the run that cached the replies",
        ),
    ]);
    let file = "[[judge]]\nmodel = \"a\"\n[[judge]]\nmodel = \"b\"\n";
    let flags = ["--escalate", "--samples", "1"];
    let run = tiny(GRADE.into_iter().chain(flags)).trusted_file(format!("[llm]\npreset = \"vllm\"\n{file}"));
    run.run().failure().reports(&["--escalate needs several verdicts that can differ\nhint: use --samples 2 or more"]);
}

#[test]
fn a_judge_without_an_endpoint_a_model_or_a_key_is_refused_with_a_hint() {
    check_refused(&[
        (
            &REMOTE,
            &[],
            "no key is named for example.test",
            "name the variable that holds it with --api-key-env (`api_key_env`), or use --api-key-env none if the \
             server needs no key",
        ),
        (
            &REMOTE,
            &["--grader", "llm", "--api-key-env", "MINE"],
            "MINE is not set; it must hold the judge's key",
            "set it, or name another variable with --api-key-env",
        ),
        (
            &LOCAL[..2],
            &[],
            "no model is named for 127.0.0.1",
            "name it with --model; `gradus config check` lists the models of the endpoint",
        ),
        (
            &[],
            &["--grader", "llm"],
            "no endpoint is configured",
            "name an endpoint, for example with --preset ollama --model llama3.1, or in [llm] of gradus.toml",
        ),
    ]);
}
