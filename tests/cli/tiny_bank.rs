//! A bank of three questions, so that tests do not depend on the shipped bank.

use crate::support::{Gradus, gradus};

/// The files of the bank, by path below the folder that the program runs in.
pub(crate) const BANK: [(&str, &str); 5] = [
    ("bank/rubrics/delivery/undo-release.toml", UNDO_RELEASE),
    ("bank/rubrics/delivery/stage-release.toml", STAGE_RELEASE),
    ("bank/rubrics/recovery/restore-test.toml", RESTORE_TEST),
    ("bank/corpus/delivery/undo-release.md", UNDO_RELEASE_SAMPLES),
    ("bank/corpus/recovery/restore-test.md", RESTORE_TEST_SAMPLES),
];

/// An answer to `undo-release` that meets one criterion, half of another, misses a third and loses a point: 3 of 8
/// points.
pub(crate) const ANSWER: &str =
    "We rolled the release back within ten minutes. It was their fault, and I told support.\n";

/// The program with these arguments and `--bank bank`, in a folder with the bank and `answer.md`.
pub(crate) fn tiny<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Gradus {
    gradus(["--bank", "bank"].into_iter().chain(arguments)).files(&BANK).file("answer.md", ANSWER)
}

/// A folder with the bank and `rows.jsonl`, for tests that start processes themselves.
pub(crate) fn bank_folder(rows: impl AsRef<[u8]>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in BANK {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("writes");
    }
    std::fs::write(folder.path().join("rows.jsonl"), rows).expect("writes");
    folder
}

pub(crate) const UNDO_RELEASE: &str = r#"schema = 1
id = "undo-release"
topic = "delivery"
kind = "behavioural"
level = "advanced"
prompt = "Tell me about a time when you had to undo a release."
also_asked = ["Have you ever rolled back a deployment?"]

[[criterion]]
id = "undoes-quickly"
points = 3
asks = "Undoes the release before looking for the cause."
advice = "Say how you stopped the damage before you dug into why."
need = 1

[[criterion.concept]]
id = "rollback"
any = ['roll* back', '"previous version"']

[[criterion.concept]]
id = "in-minutes"
any = ['within <duration>']

[[criterion]]
id = "tells-people"
points = 2
asks = "Tells users and colleagues what happens."
advice = "Say whom you told, where and how often."

[[criterion.concept]]
id = "status-page"
any = ['status page']

[[criterion.concept]]
id = "colleagues"
any = ['told support|sales']

[[criterion]]
id = "follow-up"
points = 3
asks = "Gives each follow-up an owner and a date."
advice = "Say who would do what by when."

[[criterion.concept]]
id = "owner"
any = ['owner']

[[penalty]]
id = "blames-a-person"
points = 1
asks = "Blames an individual."
advice = "Talk about the system, not the person."

[[penalty.concept]]
id = "blame"
any = ['his|her|their fault']

[[golden]]
text = "We rolled the release back first and read the logs later."
expect = { undoes-quickly = 1.0, tells-people = 0.0, blames-a-person = 0.0 }

[[golden]]
text = "It was their fault, so we waited."
expect = { undoes-quickly = 0.0, follow-up = 0.0, blames-a-person = 1.0 }

[[golden]]
text = "It was on the status page, I told support about it, and each action got an owner."
expect = { tells-people = 1.0, follow-up = 1.0 }
"#;

const STAGE_RELEASE: &str = r#"schema = 1
id = "stage-release"
topic = "delivery"
kind = "process"
level = "core"
prompt = "How do you stage a release so that it can be rolled back?"

[[criterion]]
id = "canary"
points = 2
asks = "Sends a small share of the traffic to it first."

[[criterion.concept]]
id = "canary"
any = ['canary']

[[golden]]
text = "A canary takes the first tenth of the traffic."
expect = { canary = 1.0 }
"#;

pub(crate) const RESTORE_TEST: &str = r#"schema = 1
id = "restore-test"
topic = "recovery"
kind = "process"
level = "core"
prompt = "How do you know that a backup can be restored?"
also_asked = ["What does a restore drill look like?"]

[[criterion]]
id = "drill"
points = 4
asks = "Restores on a schedule and checks the data."

[[criterion.concept]]
id = "schedule"
any = ['every|each week|month|quarter']

[[criterion.concept]]
id = "check"
any = ['checksum', 'compare* & rows']

[[golden]]
text = "Every month we compare the rows of the copy with the original."
expect = { drill = 1.0 }
"#;

pub(crate) const UNDO_RELEASE_SAMPLES: &str = r#"+++
question = "undo-release"
+++

## strong

On a Friday our checkout began to fail for one customer in ten. I rolled the release back within five minutes, wrote it on the status page and told support what to say. On Monday each action got an owner and a date, and the test that was missing was there by Wednesday.
"#;

const RESTORE_TEST_SAMPLES: &str = r#"+++
question = "restore-test"
+++

## strong

Each month a job restores last night's backup into an empty account. It compares the rows of every table with the original, and the time goes onto a chart.

## weak

Our backups are green every day, so I trust them.
"#;
