//! Tests that a project file configures judges only after the user trusts it.

use std::fs;

use super::endpoint::{Action, Endpoint};
use super::judged_report::same_verdicts;
use super::network::{GRADE, fallback_reason};
use crate::cli::tiny_bank::tiny;
use crate::support::{Gradus, gradus};

const USER: &str = ".config/gradus/config.toml";
const SECRET: &str = "of-the-user-alone";

fn approving_endpoint() -> Endpoint {
    Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")))
}

/// A project file that names an endpoint and sends the user's key to it.
fn hostile_file(endpoint: &Endpoint) -> String {
    format!("[llm]\nmodel = \"m\"\nbase_url = {:?}\napi_key_env = \"USER_SECRET\"\n", endpoint.url())
}

fn with_key(run: Gradus) -> Gradus {
    run.env("USER_SECRET", SECRET).env("OPENAI_API_KEY", SECRET).env("ANTHROPIC_API_KEY", SECRET)
}

#[test]
fn an_untrusted_file_causes_no_request_and_one_note() {
    let endpoint = approving_endpoint();
    for arguments in [&GRADE[..], &["--quiet", "grade", "answer.md", "--format", "json"], &["questions"]] {
        let ran =
            with_key(tiny(arguments.iter().copied())).file("gradus.toml", hostile_file(&endpoint)).run().success();
        let reported = "[home]/gradus.toml is not trusted: llm.base_url, llm.model, llm.api_key_env are ignored";
        assert_eq!(ran.err.matches("is not trusted").count(), 1, "{}", ran.err);
        ran.reports(&[reported, "gradus config trust [home]\n"]);
    }
    let insisted = with_key(tiny(GRADE.into_iter().chain(["--grader", "llm"])));
    insisted.file("gradus.toml", hostile_file(&endpoint)).run().assert_reports_untrusted();
    with_key(tiny(["config", "check"])).file("gradus.toml", hostile_file(&endpoint)).run().assert_reports_untrusted();
    assert_eq!(endpoint.requests().len(), 0);
}

impl crate::support::RunOutput {
    #[track_caller]
    fn assert_reports_untrusted(self) {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.err);
        self.reports(&["[home]/gradus.toml names judges, but is not trusted", "gradus config trust [home]"]);
    }
}

#[test]
fn a_trusted_file_is_used_until_it_is_edited_or_removed_from_the_list() {
    let endpoint = approving_endpoint();
    let run = with_key(tiny(GRADE)).trusted_file(hostile_file(&endpoint));
    let [edited, again, removed] = [(); 3].map(|()| with_key(run.again(["--bank", "bank"].into_iter().chain(GRADE))));
    let (folder, list) = (run.again([""]), || run.again(["config", "trust", "--list"]));
    let (lists, trust) = ([list(), list(), list()], run.again(["config", "trust"]));
    let (remove, remove_again) =
        (run.again(["config", "trust", "--remove"]), run.again(["config", "trust", "--remove"]));
    assert_eq!(fallback_reason(&run.run().success()), "");
    assert_eq!(endpoint.requests()[0].header("authorization"), Some(format!("Bearer {SECRET}").as_str()));
    let [trusted, changed, none] = lists;
    trusted.run().success().prints(&["[home]/gradus.toml  trusted\n"]);

    let path = folder.path("gradus.toml");
    fs::write(&path, hostile_file(&endpoint) + "# edited\n").expect("written");
    edited.run().success().reports(&["[home]/gradus.toml was changed since it was trusted: "]);
    changed.run().success().prints(&["[home]/gradus.toml  changed since it was trusted\n"]);
    assert_eq!(endpoint.requests().len(), 1);

    trust.run().success().reports_nothing().prints(&[
        "[home]/gradus.toml is trusted",
        "llm.base_url",
        "llm.api_key_env  ",
    ]);
    again.run().success().reports_nothing();

    remove.run().success().prints(&["is no longer trusted"]);
    remove_again.run().success().prints(&["was not trusted"]);
    removed.run().success().reports(&["is not trusted: llm.base_url"]);
    none.run().success().prints(&["no project file is trusted"]);
}

#[test]
fn every_judge_setting_of_an_untrusted_file_is_ignored() {
    let all = [
        ("preset", "\"ollama\""),
        ("provider", "\"anthropic\""),
        ("base_url", "\"http://127.0.0.1:1/v1\""),
        ("model", "\"expensive\""),
        ("api_key_env", "\"MINE\""),
        ("temperature", "1.5"),
        ("seed", "7"),
        ("max_tokens", "100000"),
        ("context", "200000"),
        ("concurrency", "200"),
        ("requests_per_minute", "9999"),
        ("tokens_per_minute", "9999"),
        ("timeout", "3600"),
        ("attempts", "9"),
        ("price_prompt", "0"),
        ("price_completion", "0"),
        ("ca_file", "\"ca.pem\""),
        ("allow_http", "true"),
        ("samples", "9"),
        ("vote", "\"majority\""),
        ("escalate", "true"),
        ("cross_check", "true"),
        ("references", "false"),
        ("deadline", "9000"),
        ("on_failure", "\"stop\""),
        ("cache", "\"answer.md\""),
    ];
    let show = || tiny(["config", "show"]);
    let known = show().run().success().out.lines().filter(|line| line.starts_with("llm.")).count();
    assert_eq!(known, all.len(), "a setting is missing here");
    for (index, (name, value)) in all.into_iter().enumerate() {
        let file = format!("[llm]\n{name} = {value}\n");
        let ran = show().file("gradus.toml", &file).run().success();
        let ran = ran.reports(&[&format!("llm.{name} is ignored")]);
        let rows: Vec<&str> = ran.out.lines().filter(|line| line.starts_with(&format!("llm.{name} "))).collect();
        assert!(
            rows[0].ends_with("default") && rows[1].ends_with("[home]/gradus.toml (ignored: not trusted)"),
            "{}",
            ran.out
        );
        // Settings of `[[judge]]` come first in the list.
        if index < 18 {
            let file = format!("[[judge]]\n{name} = {value}\n[[judge]]\n");
            let ran = show().file("gradus.toml", file).run().success();
            let rows: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("judge.")).collect();
            assert!(rows.len() == 2 && rows.iter().all(|row| row.ends_with("(ignored: not trusted)")), "{}", ran.out);
            ran.reports(&[&format!("judge.1.{name}, judge.2 are ignored"), "are not asked"]);
        }
    }
    let trusted = show().trusted_file("[llm]\nsamples = 9\n").run().success().reports_nothing().out;
    assert!(!trusted.contains("ignored"), "{trusted}");
}

#[test]
fn an_untrusted_file_does_not_change_requests_to_the_users_own_endpoint() {
    let endpoint = approving_endpoint();
    let config = format!(
        "[llm]\nmodel = \"cheap\"\nbase_url = {:?}\nprice_prompt = 0.1\nprice_completion = 0.1\nmax_tokens = 700\n",
        endpoint.url()
    );
    let untrusted = "[llm]\nmodel = \"expensive\"\nsamples = 9\nattempts = 9\nmax_tokens = 100000\n";
    for (index, file) in [untrusted, "judge = []\n", "quiet = true\n"].into_iter().enumerate() {
        let ran = tiny(GRADE).file(USER, &config).file("gradus.toml", file).run().success();
        assert_eq!(fallback_reason(&ran), "");
        let requests = endpoint.requests();
        assert_eq!(requests.len(), index + 1);
        assert_eq!(
            (&requests[index].body["model"], &requests[index].body["max_tokens"]),
            (&"cheap".into(), &700.into())
        );
        let reported =
            ["llm.model, llm.max_tokens, llm.attempts, llm.samples are ignored", "judge is ignored", ""][index];
        assert!(ran.err.contains(reported), "{}", ran.err);
    }
    // An empty list does not remove the user's judges.
    let config = config + "[[judge]]\nmodel = \"mine\"\n";
    tiny(GRADE).file(USER, &config).file("gradus.toml", "judge = []\n").run().success();
    assert_eq!(endpoint.requests()[3].body["model"], "mine");
}

#[test]
fn an_untrusted_endpoint_is_replaced_only_by_flags_and_the_environment() {
    let (meant, user) = (approving_endpoint(), approving_endpoint());
    let config = format!("[llm]\nmodel = \"m\"\nbase_url = {:?}\n", user.url());
    for file in [hostile_file(&meant), format!("[[judge]]\nmodel = \"m\"\nbase_url = {:?}\n", meant.url())] {
        let ran = tiny(GRADE).file(USER, &config).file("gradus.toml", &file).run().success();
        assert_eq!(ran.json()["grader"]["kind"], "offline");
        assert_eq!((meant.requests().len(), user.requests().len()), (0, 0));
    }
    let flags = ["--base-url", &user.url(), "--model", "m"];
    let ran = tiny(GRADE.into_iter().chain(flags)).file("gradus.toml", hostile_file(&meant)).run().success();
    assert_eq!(fallback_reason(&ran), "");
    let run = tiny(GRADE).file("gradus.toml", hostile_file(&meant)).env("GRADUS_LLM_BASE_URL", &user.url());
    let run = run.env("GRADUS_LLM_MODEL", "m");
    assert_eq!(fallback_reason(&run.run().success()), "");
    assert_eq!((meant.requests().len(), user.requests().len()), (0, 2));
    // A file that does not name an endpoint leaves the user's own endpoint in place.
    let ran =
        tiny(GRADE).file(USER, &config).file("gradus.toml", "[llm]\ncache = \"answer.md\"\nseed = 4\n").run().success();
    assert_eq!((fallback_reason(&ran), user.requests().len()), (String::new(), 3));
    assert_eq!(user.requests()[2].body.get("seed"), None);
}

#[test]
fn a_model_in_an_untrusted_file_does_not_configure_an_endpoint() {
    for file in ["[llm]\nmodel = \"gpt-4o\"\n", "[[judge]]\nmodel = \"gpt-4o\"\n"] {
        let ran = with_key(tiny(GRADE)).file("gradus.toml", file).run().success();
        assert_eq!(ran.json()["grader"]["kind"], "offline");
        ran.reports(&["[home]/gradus.toml is not trusted: ", ".model is ignored", "gradus config trust [home]"]);
    }
}

#[test]
fn the_project_file_is_found_in_parent_folders_and_paths_in_it_start_there() {
    let below = || gradus(["config", "show"]).file("gradus.toml", "bank = \"mine\"\n").below("a/b c");
    let ran = below().run().success();
    assert!(
        ran.out.lines().any(|line| line.split_whitespace().eq(["bank", "[home]/mine", "[home]/gradus.toml"])),
        "{}",
        ran.out
    );
    let nearest = below().file("a/gradus.toml", "bank = \"other\"\n").run().success();
    assert!(nearest.out.contains("[home]/a/other"), "{}", nearest.out);
    // Trust the file from a subfolder, and another folder by its path.
    let endpoint = approving_endpoint();
    let run = gradus(["config", "trust"]).file("gradus.toml", hostile_file(&endpoint)).below("a/b");
    let show = run.again(["config", "show"]).below("a");
    run.run().success().prints(&["[home]/gradus.toml is trusted"]);
    show.run().success().reports_nothing().prints(&[&endpoint.url()]);
    let run = gradus(["config", "trust", "there"]).file("there/gradus.toml", hostile_file(&endpoint));
    let (show, remove) =
        (run.again(["config", "show"]).below("there"), run.again(["config", "trust", "--remove", "there"]));
    run.run().success().prints(&["[home]/there/gradus.toml is trusted"]);
    show.run().success().reports_nothing();
    remove.run().success().prints(&["no longer trusted"]);
    gradus(["config", "trust", "nowhere"]).run().failure().reports(&["nowhere/gradus.toml does not exist", "hint: "]);
    gradus(["config", "trust"]).run().failure().reports(&["no gradus.toml in this folder", "hint: "]);
}

#[test]
fn a_key_of_the_users_file_does_not_go_to_the_endpoint_of_another_layer() {
    let endpoint = approving_endpoint();
    let config = "[llm]\nmodel = \"m\"\nbase_url = \"https://mine.test/v1\"\napi_key_env = \"USER_SECRET\"\n";
    let project = format!("[llm]\nmodel = \"m\"\nbase_url = {:?}\n", endpoint.url());
    let by_file = with_key(tiny(GRADE)).file(USER, config).trusted_file(project);
    let by_flag = with_key(tiny(GRADE.into_iter().chain(["--base-url", &endpoint.url()]))).file(USER, config);
    for run in [by_file, by_flag] {
        assert_eq!(fallback_reason(&run.run().success()), "");
        assert_eq!(endpoint.requests().last().expect("asked").header("authorization"), None);
    }
    let show = |run: Gradus| run.file(USER, config).run().success().out;
    for out in [
        show(tiny(["config", "show"]).env("GRADUS_LLM_PRESET", "ollama")),
        show(tiny(["config", "show"]).trusted_file("[llm]\npreset = \"ollama\"\n")),
    ] {
        for name in ["llm.api_key_env", "llm.base_url"] {
            let row = out.lines().find(|line| line.starts_with(name)).expect("a row");
            assert!(row.split_whitespace().skip(1).eq(["none", "default"]), "{out}");
        }
    }
    // A key variable that is set without an endpoint applies to any endpoint.
    let config = "[llm]\nmodel = \"m\"\napi_key_env = \"USER_SECRET\"\n";
    let run = with_key(tiny(GRADE.into_iter().chain(["--base-url", &endpoint.url()]))).file(USER, config);
    assert_eq!(fallback_reason(&run.run().success()), "");
    assert!(endpoint.requests()[2].header("authorization").is_some_and(|value| value.contains(SECRET)));
}

/// Makes another user the owner of a file. `None` if the test may not do that.
#[cfg(unix)]
fn change_owner(path: &std::path::Path) -> Option<()> {
    std::os::unix::fs::chown(path, Some(65_534), None).ok()
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_in_the_current_folder_is_an_error_except_for_commands_about_settings() {
    let run = gradus(["questions"]).file("gradus.toml", "quiet = true\n");
    let [trust, show, list, remove] = [
        &["config", "trust"][..],
        &["config", "show"],
        &["config", "trust", "--list"],
        &["config", "trust", "--remove"],
    ]
    .map(|arguments| run.again(arguments.iter().copied()));
    // Only root can change the owner of a file.
    let Some(()) = change_owner(&run.path("gradus.toml")) else { return };
    let reported = "[home]/gradus.toml belongs to another user and is not used";
    for run in [run, trust] {
        run.run().failure().reports(&[reported, "hint: "]);
    }
    for run in [show, list, remove] {
        let ran = run.run().success().reports(&[reported]);
        assert!(!ran.out.contains("[home]/gradus.toml\n"), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_in_a_parent_folder_is_skipped_with_a_warning() {
    let [show, list, questions] = [&["config", "show"][..], &["config", "trust", "--list"], &["--quiet", "questions"]]
        .map(|arguments| {
            let run = gradus(arguments.iter().copied()).file("gradus.toml", "format = \"json\"\n");
            run.file("a/gradus.toml", "broken").below("a/b")
        });
    for (run, expected) in [(show, "[home]/gradus.toml\n"), (list, ""), (questions, "")] {
        let Some(()) = change_owner(&run.path("a/gradus.toml")) else { return };
        let ran = run.run().success().reports(&["[home]/a/gradus.toml belongs to another user and is not used"]);
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn trust_in_a_file_that_others_may_write_ends_when_its_content_changes() {
    use std::os::unix::fs::PermissionsExt as _;
    let endpoint = approving_endpoint();
    let run = tiny(["config", "show"]).trusted_file(hostile_file(&endpoint));
    let (path, again) = (run.path("gradus.toml"), run.again(["config", "show"]));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("the test owns the file");
    run.run().success().reports_nothing();
    fs::write(&path, hostile_file(&endpoint).replace("/v1", "/v2")).expect("written");
    again.run().success().reports(&["was changed since it was trusted"]);
}

#[test]
fn default_keys_are_sent_only_to_the_provider() {
    let endpoint = approving_endpoint();
    for provider in ["openai", "anthropic"] {
        let run = with_key(tiny(GRADE)).env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "m");
        assert_eq!(fallback_reason(&run.env("GRADUS_LLM_PROVIDER", provider).run().success()), "", "{provider}");
        for url in [
            "https://api.openai.com.evil.test/v1",
            "https://api.anthropic.com.evil.test",
            "https://proxy.test/v1",
            "https://api.openai.com./v1",
            "http://api.openai.com/v1",
            "http://api.anthropic.com/v1",
        ] {
            let run = with_key(tiny(GRADE)).env("GRADUS_LLM_BASE_URL", url).env("GRADUS_LLM_MODEL", "m");
            let run = run.env("GRADUS_LLM_ALLOW_HTTP", "true");
            let ran = run.env("GRADUS_LLM_PROVIDER", provider).run().failure();
            ran.reports(&["no key is named for ", "--api-key-env", "--api-key-env none"]);
        }
    }
    for request in endpoint.requests() {
        assert!(request.headers.iter().all(|(_, value)| !value.contains(SECRET)), "{:?}", request.headers);
    }
    assert_eq!(endpoint.requests().len(), 2);
}
