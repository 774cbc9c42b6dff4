//! Messages about values of flags, and of `gradus man`.

use super::{assert_messages, run};

#[test]
fn values_of_flags_that_are_not_valid_are_reported() {
    assert_messages(
        "flag-values",
        &[
            run("grade answer.md --fail-under 101"),
            run("batch rows.jsonl --max-cost=-1"),
            run("batch rows.jsonl --fail-under mean=101"),
            run("batch rows.jsonl --max-ungraded 101%"),
            run("batch rows.jsonl --jobs 0"),
            run("batch rows.jsonl --shard 0/3"),
            run("search word --limit 0"),
            run("eval rows.jsonl --cut fit:"),
            run("eval rows.jsonl --cut half"),
            run("eval rows.jsonl --fail-under pearson"),
            run("questions list --kind tea"),
            run("questions list --level tea"),
            run("batch rows.jsonl --max-ungraded -5%"),
            run("batch rows.jsonl --max-fallback -1"),
            run("batch rows.jsonl --shard -1/3"),
            run("batch rows.jsonl -j -3"),
            run("grade answer.md --samples -3"),
            run("grade answer.md --price-prompt -0.5"),
            run("eval rows.jsonl --worst -1"),
            run("eval rows.jsonl --resamples -1"),
            run("eval rows.jsonl --resamples 100001"),
            run("bank learn rows.jsonl --seed -1"),
            run("search word --limit --format json"),
        ],
    );
}

#[test]
fn messages_of_manual_pages_name_commands_and_files() {
    assert_messages(
        "manual-pages",
        &[
            run("man bank tea"),
            run("man grade tea"),
            run("man --output pages"),
            run("man --output pages").after("man --output pages"),
        ],
    );
}
