//! Withholds the settings of judges in a project file that the user does not trust: all of `[llm]` and `[[judge]]`. They
//! decide what is sent, where, how often and at what price. Even a model or a number of samples, applied to the user's
//! own endpoint, would spend the user's money and make a limit on costs count with the prices of another model.

use std::path::PathBuf;

use super::keys::KEYS;
use super::llm::Values;
use crate::report::printable;

/// The settings that name an endpoint.
pub(super) const NAME_ENDPOINT: [&str; 3] = ["preset", "provider", "base_url"];

/// A setting that is ignored, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Withheld {
    /// Such as `llm.base_url` or `judge.1.base_url`.
    pub(in crate::cli) name: String,
    pub(in crate::cli) value: String,
}

/// A project file that is not trusted and says something that needs trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Untrusted {
    pub(in crate::cli) path: PathBuf,
    /// Whether it was trusted before it was edited.
    pub(in crate::cli) has_changed: bool,
    pub(in crate::cli) withheld: Vec<Withheld>,
    /// Whether it names where answers are sent. No other endpoint of a file takes its place.
    pub(in crate::cli) names_judges: bool,
}

impl Untrusted {
    /// The command that trusts it.
    pub(in crate::cli) fn command(&self) -> String {
        let folder = self.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
        let folder = if !folder.is_empty() && folder.chars().all(is_plain) {
            folder
        } else {
            format!("'{}'", folder.replace('\'', "'\\''"))
        };
        format!("gradus config trust {folder}")
    }

    /// One sentence on what is ignored, and what to do.
    pub(in crate::cli) fn told(&self) -> String {
        let why = if self.has_changed { "was changed since it was trusted" } else { "is not trusted" };
        let names: Vec<&str> = self.withheld.iter().map(|one| one.name.as_str()).collect();
        let judge = if self.names_judges { ", and the judges that it names are not asked" } else { "" };
        format!(
            "{} {why}: {} {} ignored{judge}\nhint: to trust it as it is now: {}",
            self.path.display(),
            names.join(", "),
            if names.len() == 1 { "is" } else { "are" },
            self.command()
        )
    }
}

/// The settings of a project file that need trust: everything in `[llm]` and `[[judge]]`.
pub(in crate::cli) fn needing_trust(base: &Values, judges: Option<&[Values]>) -> Vec<Withheld> {
    let named = |prefix: &str, values: &Values| -> Vec<Withheld> {
        let found = KEYS.iter().filter_map(|key| Some((key, values.get(key.name)?)));
        found
            .map(|(key, setting)| Withheld { name: format!("{prefix}.{}", key.name), value: key.shown(&setting.value) })
            .collect()
    };
    let mut withheld = named("llm", base);
    for (index, judge) in judges.unwrap_or_default().iter().enumerate() {
        let table = format!("judge.{}", index + 1);
        let rows = named(&table, judge);
        if rows.is_empty() {
            withheld.push(Withheld { name: table, value: "empty".to_owned() });
        }
        withheld.extend(rows);
    }
    // An empty list removes the judges of the user's own file.
    if judges.is_some_and(<[Values]>::is_empty) {
        withheld.push(Withheld { name: "judge".to_owned(), value: "none".to_owned() });
    }
    withheld
}

/// Whether the settings name where answers are sent, or a panel of judges.
pub(super) fn names_judges(base: &Values, judges: Option<&[Values]>) -> bool {
    NAME_ENDPOINT.iter().any(|name| base.get(name).is_some()) || judges.is_some_and(|judges| !judges.is_empty())
}

/// Text of a file or of the environment on one line, without escape sequences.
pub(in crate::cli) fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}
