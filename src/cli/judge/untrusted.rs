//! What a project file may not decide before the user trusts it: where answers and keys go, and what that costs.

use std::path::PathBuf;

use super::keys::Key;
use super::llm::Values;
use crate::report::printable;

/// Settings that name an endpoint, a key variable, certificates or the cache. Prices are among them because a price of
/// zero switches a limit on costs off.
const NEED_TRUST: [&str; 9] = [
    "preset",
    "provider",
    "base_url",
    "api_key_env",
    "ca_file",
    "allow_http",
    "price_prompt",
    "price_completion",
    "cache",
];
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

/// The settings of a project file that need trust.
pub(in crate::cli) fn needing_trust(base: &Values, judges: &[Values]) -> Vec<Withheld> {
    let of = |prefix: String, values: &Values| {
        let found = NEED_TRUST.iter().filter_map(|name| Some((Key::by_name(name)?, values.get(name)?)));
        let found = found.map(|(key, setting)| Withheld {
            name: format!("{prefix}.{}", key.name),
            value: key.shown(&setting.value),
        });
        found.collect::<Vec<_>>()
    };
    let of_judges = judges.iter().enumerate().flat_map(|(place, judge)| of(format!("judge.{}", place + 1), judge));
    of("llm".to_owned(), base).into_iter().chain(of_judges).collect()
}

/// Takes out what needs trust. Of several judges none is left if one of them loses a setting: the others would not be
/// the panel that was meant. Returns whether the file names where answers are sent.
pub(super) fn withhold(base: &mut Values, judges: &mut Option<Vec<Values>>) -> bool {
    let has_any = |values: &Values, names: &[&str]| names.iter().any(|name| values.get(name).is_some());
    let mut names_judges = has_any(base, &NAME_ENDPOINT);
    NEED_TRUST.iter().for_each(|name| base.remove(name));
    if judges.iter().flatten().any(|judge| has_any(judge, &NEED_TRUST)) {
        *judges = None;
        names_judges = true;
    }
    names_judges
}

/// Text of a file or of the environment on one line, without escape sequences.
pub(in crate::cli) fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}
