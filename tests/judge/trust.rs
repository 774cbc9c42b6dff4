//! A project file configures judges only once the user trusts it.

use std::fs;

use super::endpoint::{Act, Endpoint};
use super::network::{GRADE, fallback};
use super::whole::all;
use crate::cli::tiny::tiny;
use crate::support::{Gradus, gradus};

const USER: &str = ".config/gradus/config.toml";
const SECRET: &str = "of-the-user-alone";

fn content() -> Endpoint {
    Endpoint::new(|_, asked| Act::Say(all(asked, "full", "rolled the release back")))
}

/// A project file that names an endpoint and has the user's secret sent to it.
fn hostile(endpoint: &Endpoint) -> String {
    format!("[llm]\nmodel = \"m\"\nbase_url = {:?}\napi_key_env = \"USER_SECRET\"\n", endpoint.url())
}

fn with_secret(run: Gradus) -> Gradus {
    run.env("USER_SECRET", SECRET).env("OPENAI_API_KEY", SECRET).env("ANTHROPIC_API_KEY", SECRET)
}

#[test]
fn an_untrusted_file_sends_nothing_anywhere_and_one_note_says_so() {
    let endpoint = content();
    for arguments in [&GRADE[..], &["--quiet", "grade", "answer.md", "--format", "json"], &["questions"]] {
        let ran = with_secret(tiny(arguments.iter().copied())).file("gradus.toml", hostile(&endpoint)).run().done();
        let told = "[home]/gradus.toml is not trusted: llm.base_url, llm.model, llm.api_key_env are ignored";
        assert_eq!(ran.err.matches("is not trusted").count(), 1, "{}", ran.err);
        ran.tells(&[told, "gradus config trust [home]\n"]);
    }
    let insisted = with_secret(tiny(GRADE.into_iter().chain(["--grader", "llm"])));
    insisted.file("gradus.toml", hostile(&endpoint)).run().found_untrusted();
    with_secret(tiny(["config", "check"])).file("gradus.toml", hostile(&endpoint)).run().found_untrusted();
    assert_eq!(endpoint.asked().len(), 0);
}

impl crate::support::Ran {
    #[track_caller]
    fn found_untrusted(self) {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.err);
        self.tells(&["the judges that [home]/gradus.toml names are not trusted", "gradus config trust [home]"]);
    }
}

#[test]
fn a_trusted_file_is_used_until_it_is_edited_or_trusted_no_longer() {
    let endpoint = content();
    let run = with_secret(tiny(GRADE)).trusted_file(hostile(&endpoint));
    let [edited, again, removed] =
        [(); 3].map(|()| with_secret(run.again(["--bank", "bank"].into_iter().chain(GRADE))));
    let (folder, list) = (run.again([""]), || run.again(["config", "trust", "--list"]));
    let (lists, trust) = ([list(), list(), list()], run.again(["config", "trust"]));
    let (remove, remove_again) =
        (run.again(["config", "trust", "--remove"]), run.again(["config", "trust", "--remove"]));
    assert_eq!(fallback(&run.run().done()), "");
    assert_eq!(endpoint.asked()[0].header("authorization"), Some(format!("Bearer {SECRET}").as_str()));
    let [trusted, changed, none] = lists;
    trusted.run().done().prints(&["[home]/gradus.toml  trusted\n"]);

    let path = folder.path("gradus.toml");
    fs::write(&path, hostile(&endpoint) + "# edited\n").expect("written");
    edited.run().done().tells(&["[home]/gradus.toml was changed since it was trusted: "]);
    changed.run().done().prints(&["[home]/gradus.toml  changed since it was trusted\n"]);
    assert_eq!(endpoint.asked().len(), 1);

    trust.run().done().tells_nothing().prints(&["[home]/gradus.toml is trusted", "llm.base_url", "llm.api_key_env  "]);
    again.run().done().tells_nothing();

    remove.run().done().prints(&["is trusted no longer"]);
    remove_again.run().done().prints(&["was not trusted"]);
    removed.run().done().tells(&["is not trusted: llm.base_url"]);
    none.run().done().prints(&["no project file is trusted"]);
}

#[test]
fn every_setting_of_judges_is_withheld() {
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
    let known = show().run().done().out.lines().filter(|line| line.starts_with("llm.")).count();
    assert_eq!(known, all.len(), "a setting is missing here");
    for (index, (name, value)) in all.into_iter().enumerate() {
        let file = format!("[llm]\n{name} = {value}\n");
        let ran = show().file("gradus.toml", &file).run().done();
        let ran = ran.tells(&[&format!("llm.{name} is ignored")]);
        let rows: Vec<&str> = ran.out.lines().filter(|line| line.starts_with(&format!("llm.{name} "))).collect();
        assert!(
            rows[0].ends_with("default") && rows[1].ends_with("[home]/gradus.toml (ignored: not trusted)"),
            "{}",
            ran.out
        );
        // Settings of `[[judge]]` are the first of the list.
        if index < 18 {
            let file = format!("[[judge]]\n{name} = {value}\n[[judge]]\n");
            let ran = show().file("gradus.toml", file).run().done();
            let rows: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("judge.")).collect();
            assert!(rows.len() == 2 && rows.iter().all(|row| row.ends_with("(ignored: not trusted)")), "{}", ran.out);
            ran.tells(&[&format!("judge.1.{name}, judge.2 are ignored"), "are not asked"]);
        }
    }
    let trusted = show().trusted_file("[llm]\nsamples = 9\n").run().done().tells_nothing().out;
    assert!(!trusted.contains("ignored"), "{trusted}");
}

#[test]
fn an_untrusted_file_does_not_change_what_the_users_own_endpoint_is_asked() {
    let endpoint = content();
    let config = format!(
        "[llm]\nmodel = \"cheap\"\nbase_url = {:?}\nprice_prompt = 0.1\nprice_completion = 0.1\nmax_tokens = 700\n",
        endpoint.url()
    );
    let untrusted = "[llm]\nmodel = \"expensive\"\nsamples = 9\nattempts = 9\nmax_tokens = 100000\n";
    for (index, file) in [untrusted, "judge = []\n", "quiet = true\n"].into_iter().enumerate() {
        let ran = tiny(GRADE).file(USER, &config).file("gradus.toml", file).run().done();
        assert_eq!(fallback(&ran), "");
        let asked = endpoint.asked();
        assert_eq!(asked.len(), index + 1);
        assert_eq!((&asked[index].body["model"], &asked[index].body["max_tokens"]), (&"cheap".into(), &700.into()));
        let told = ["llm.model, llm.max_tokens, llm.attempts, llm.samples are ignored", "judge is ignored", ""][index];
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    // An empty list does not remove the user's judges.
    let config = config + "[[judge]]\nmodel = \"mine\"\n";
    tiny(GRADE).file(USER, &config).file("gradus.toml", "judge = []\n").run().done();
    assert_eq!(endpoint.asked()[3].body["model"], "mine");
}

#[test]
fn an_untrusted_endpoint_is_not_replaced_by_another_file_but_by_flags_and_the_environment() {
    let (meant, user) = (content(), content());
    let config = format!("[llm]\nmodel = \"m\"\nbase_url = {:?}\n", user.url());
    for file in [hostile(&meant), format!("[[judge]]\nmodel = \"m\"\nbase_url = {:?}\n", meant.url())] {
        let ran = tiny(GRADE).file(USER, &config).file("gradus.toml", &file).run().done();
        assert_eq!(ran.json()["grader"]["kind"], "offline");
        assert_eq!((meant.asked().len(), user.asked().len()), (0, 0));
    }
    let flags = ["--base-url", &user.url(), "--model", "m"];
    let ran = tiny(GRADE.into_iter().chain(flags)).file("gradus.toml", hostile(&meant)).run().done();
    assert_eq!(fallback(&ran), "");
    let run = tiny(GRADE).file("gradus.toml", hostile(&meant)).env("GRADUS_LLM_BASE_URL", &user.url());
    let run = run.env("GRADUS_LLM_MODEL", "m");
    assert_eq!(fallback(&run.run().done()), "");
    assert_eq!((meant.asked().len(), user.asked().len()), (0, 2));
    // What names no endpoint leaves the user's own in place.
    let ran =
        tiny(GRADE).file(USER, &config).file("gradus.toml", "[llm]\ncache = \"answer.md\"\nseed = 4\n").run().done();
    assert_eq!((fallback(&ran), user.asked().len()), (String::new(), 3));
    assert_eq!(user.asked()[2].body.get("seed"), None);
}

#[test]
fn a_model_in_an_untrusted_file_does_not_bring_in_an_endpoint() {
    for file in ["[llm]\nmodel = \"gpt-4o\"\n", "[[judge]]\nmodel = \"gpt-4o\"\n"] {
        let ran = with_secret(tiny(GRADE)).file("gradus.toml", file).run().done();
        assert_eq!(ran.json()["grader"]["kind"], "offline");
        ran.tells(&["[home]/gradus.toml is not trusted: ", ".model is ignored", "gradus config trust [home]"]);
    }
}

#[test]
fn the_project_file_is_found_in_parent_folders_and_paths_in_it_start_there() {
    let below = || gradus(["config", "show"]).file("gradus.toml", "bank = \"mine\"\n").below("a/b c");
    let ran = below().run().done();
    assert!(
        ran.out.lines().any(|line| line.split_whitespace().eq(["bank", "[home]/mine", "[home]/gradus.toml"])),
        "{}",
        ran.out
    );
    let nearest = below().file("a/gradus.toml", "bank = \"other\"\n").run().done();
    assert!(nearest.out.contains("[home]/a/other"), "{}", nearest.out);
    // Trusted from below, and for another folder by its name.
    let endpoint = content();
    let run = gradus(["config", "trust"]).file("gradus.toml", hostile(&endpoint)).below("a/b");
    let show = run.again(["config", "show"]).below("a");
    run.run().done().prints(&["[home]/gradus.toml is trusted"]);
    show.run().done().tells_nothing().prints(&[&endpoint.url()]);
    let run = gradus(["config", "trust", "there"]).file("there/gradus.toml", hostile(&endpoint));
    let (show, remove) =
        (run.again(["config", "show"]).below("there"), run.again(["config", "trust", "--remove", "there"]));
    run.run().done().prints(&["[home]/there/gradus.toml is trusted"]);
    show.run().done().tells_nothing();
    remove.run().done().prints(&["trusted no longer"]);
    gradus(["config", "trust", "nowhere"]).run().refused().tells(&["nowhere/gradus.toml does not exist", "hint: "]);
    gradus(["config", "trust"]).run().refused().tells(&["no gradus.toml in this folder", "hint: "]);
}

#[test]
fn a_key_of_the_users_file_does_not_go_to_the_endpoint_of_another_layer() {
    let endpoint = content();
    let config = "[llm]\nmodel = \"m\"\nbase_url = \"https://mine.test/v1\"\napi_key_env = \"USER_SECRET\"\n";
    let project = format!("[llm]\nmodel = \"m\"\nbase_url = {:?}\n", endpoint.url());
    let by_file = with_secret(tiny(GRADE)).file(USER, config).trusted_file(project);
    let by_flag = with_secret(tiny(GRADE.into_iter().chain(["--base-url", &endpoint.url()]))).file(USER, config);
    for run in [by_file, by_flag] {
        assert_eq!(fallback(&run.run().done()), "");
        assert_eq!(endpoint.asked().last().expect("asked").header("authorization"), None);
    }
    let show = |run: Gradus| run.file(USER, config).run().done().out;
    for out in [
        show(tiny(["config", "show"]).env("GRADUS_LLM_PRESET", "ollama")),
        show(tiny(["config", "show"]).trusted_file("[llm]\npreset = \"ollama\"\n")),
    ] {
        for name in ["llm.api_key_env", "llm.base_url"] {
            let row = out.lines().find(|line| line.starts_with(name)).expect("a row");
            assert!(row.split_whitespace().skip(1).eq(["none", "default"]), "{out}");
        }
    }
    // One that is named without an endpoint is for any.
    let config = "[llm]\nmodel = \"m\"\napi_key_env = \"USER_SECRET\"\n";
    let run = with_secret(tiny(GRADE.into_iter().chain(["--base-url", &endpoint.url()]))).file(USER, config);
    assert_eq!(fallback(&run.run().done()), "");
    assert!(endpoint.asked()[2].header("authorization").is_some_and(|value| value.contains(SECRET)));
}

/// Makes another user the owner of a file; nothing where that is not permitted.
#[cfg(unix)]
fn give_away(path: &std::path::Path) -> Option<()> {
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
    // Only root can give files away.
    let Some(()) = give_away(&run.path("gradus.toml")) else { return };
    let told = "[home]/gradus.toml belongs to another user and is not used";
    for run in [run, trust] {
        run.run().refused().tells(&[told, "hint: "]);
    }
    for run in [show, list, remove] {
        let ran = run.run().done().tells(&[told]);
        assert!(!ran.out.contains("[home]/gradus.toml\n"), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_in_a_parent_folder_is_passed_over_with_a_warning() {
    let [show, list, questions] = [&["config", "show"][..], &["config", "trust", "--list"], &["--quiet", "questions"]]
        .map(|arguments| {
            let run = gradus(arguments.iter().copied()).file("gradus.toml", "format = \"json\"\n");
            run.file("a/gradus.toml", "broken").below("a/b")
        });
    for (run, expected) in [(show, "[home]/gradus.toml\n"), (list, ""), (questions, "")] {
        let Some(()) = give_away(&run.path("a/gradus.toml")) else { return };
        let ran = run.run().done().tells(&["[home]/a/gradus.toml belongs to another user and is not used"]);
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_write_is_pinned_by_its_content() {
    use std::os::unix::fs::PermissionsExt as _;
    let endpoint = content();
    let run = tiny(["config", "show"]).trusted_file(hostile(&endpoint));
    let (path, again) = (run.path("gradus.toml"), run.again(["config", "show"]));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("it is ours");
    run.run().done().tells_nothing();
    fs::write(&path, hostile(&endpoint).replace("/v1", "/v2")).expect("written");
    again.run().done().tells(&["was changed since it was trusted"]);
}

#[test]
fn default_keys_go_to_no_other_host() {
    let endpoint = content();
    for provider in ["openai", "anthropic"] {
        let run = with_secret(tiny(GRADE)).env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "m");
        assert_eq!(fallback(&run.env("GRADUS_LLM_PROVIDER", provider).run().done()), "", "{provider}");
        for url in [
            "https://api.openai.com.evil.test/v1",
            "https://api.anthropic.com.evil.test",
            "https://proxy.test/v1",
            "https://api.openai.com./v1",
            "http://api.openai.com/v1",
            "http://api.anthropic.com/v1",
        ] {
            let run = with_secret(tiny(GRADE)).env("GRADUS_LLM_BASE_URL", url).env("GRADUS_LLM_MODEL", "m");
            let run = run.env("GRADUS_LLM_ALLOW_HTTP", "true");
            let ran = run.env("GRADUS_LLM_PROVIDER", provider).run().refused();
            ran.tells(&["no key is named for ", "--api-key-env", "--api-key-env none"]);
        }
    }
    for asked in endpoint.asked() {
        assert!(asked.headers.iter().all(|(_, value)| !value.contains(SECRET)), "{:?}", asked.headers);
    }
    assert_eq!(endpoint.asked().len(), 2);
}
