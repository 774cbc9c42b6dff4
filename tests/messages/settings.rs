//! Messages of `gradus config`, and about settings files.

use super::{Run, assert_messages, run};

const TRUSTED: &str = ".config/gradus/trust/trusted.json";

fn settings_file(content: impl Into<Vec<u8>>) -> Run {
    run("config show --bank bank").file("gradus.toml", content)
}

#[test]
fn settings_files_that_cannot_be_read_are_reported() {
    assert_messages(
        "settings-files",
        &[
            settings_file("formats = 1\n"),
            settings_file("quiet = \"sk-1234567890abcdefghij\"\n"),
            settings_file("fail_under = \"sk-1234567890abcdefghij\"\n"),
            settings_file("fail_under = 101\n"),
            settings_file("llm = 1\n"),
            settings_file("judge = 1\n"),
            settings_file("format = \"pdf\"\n"),
            settings_file("quiet = \n"),
            settings_file("bank = 3\n"),
            settings_file("# mine\n\nbank = [\"bank\", \"other\"]\n"),
            settings_file("bank = { path = \"bank\" }\n"),
            settings_file("format = true\n"),
            settings_file("color = 2026-11-28\n"),
            settings_file("quiet = \"yes\"\n"),
            settings_file("fail_under = \"60\"\n"),
            settings_file("  grader   =   0.5 # no such grader\n"),
            settings_file("judge = [\"a\", \"b\"]\n"),
            settings_file("[llm]\nmodel = \"m\"\nsamples = \"many\"\n"),
            run("config show --bank bank").sparse_file("gradus.toml", (1 << 20) + 1),
            settings_file(b"bank = \"\xff\"\n".as_slice()),
            run("config show").file("gradus.toml/x", ""),
            run("config check").file("gradus.toml", "[llm]\napi_key_env = \"sk-1234567890abcdefghij\"\n"),
        ],
    );
}

#[test]
fn variables_that_look_like_settings_are_reported() {
    let graded = "grade answer.md --bank bank --question undo-release --format csv --quiet";
    assert_messages(
        "unknown-variables",
        &[
            run(graded).env("GRADUS_QUITE", "1"),
            run(graded).env("GRADUS_LLM_API_KEY", "sk-1234567890abcdefghij"),
            run(graded).env("GRADUS_HOME", "/opt/gradus"),
            run(graded).env("GRADUS_HOME", "/opt/gradus").env("GRADUS_VERSION", "2").env("GRADUS_FALL_UNDER", "99"),
        ],
    );
}

#[test]
fn untrusted_files_are_reported_with_the_command_that_trusts_them() {
    let judge = "[llm]\nbase_url = \"http://127.0.0.1:9/v1\"\nmodel = \"m\"\n";
    let graded = "grade answer.md --bank bank --question undo-release --format csv";
    assert_messages(
        "untrusted-files",
        &[
            run(graded).file("gradus.toml", judge),
            run(&format!("{graded} --grader llm")).file("gradus.toml", judge),
            run(graded).file("gradus.toml", "[llm]\nmodel = \"m\"\n"),
        ],
    );
}

#[test]
fn config_trust_reports_what_it_did_and_why_it_failed() {
    assert_messages(
        "trust",
        &[
            run("config trust"),
            run("config trust none"),
            run("config trust").file("gradus.toml", "quiet = true\n").with_output(),
            run("config trust").file("gradus.toml", "[llm]\nmodel = \"m\"\n").with_output(),
            run("config trust --list").with_output(),
            run("config trust --list").file("gradus.toml", "quiet = true\n").after("config trust").with_output(),
            run("config trust --remove").file("gradus.toml", "quiet = true\n").with_output(),
            run("config trust --remove").file("gradus.toml", "quiet = true\n").after("config trust").with_output(),
            run("config trust --list").file(TRUSTED, "{}"),
            run("config trust").file("gradus.toml", "quiet = true\n").file(".config/gradus/trust", "not a folder"),
            run("config trust").file("gradus.toml", "quiet = true\n").file(".config/gradus/trust/trusted.lock/x", ""),
        ],
    );
}
