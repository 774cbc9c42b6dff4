//! The judge settings of a project file that the user does not trust. All of `[llm]` and `[[judge]]` is withheld: it
//! decides what is sent, where, how often and at what price.
//!
//! Even a model or a number of samples, applied to the user's own endpoint, would spend the user's money and make a
//! limit on costs count with the prices of another model.

use std::path::PathBuf;

use crate::wording::agreeing;

/// A setting that is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct WithheldSetting {
    /// The name of the setting, such as `llm.base_url` or `judge.1.base_url`.
    pub(in crate::cli) name: String,
    /// The value as it may be printed.
    pub(in crate::cli) value: String,
}

/// A project file that is not trusted and has settings that need trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct UntrustedFile {
    pub(in crate::cli) path: PathBuf,
    /// Whether the file was trusted with other content.
    pub(in crate::cli) has_changed: bool,
    pub(in crate::cli) withheld: Vec<WithheldSetting>,
    /// Whether the file names judges. If it does, no endpoint of another file is used instead.
    pub(in crate::cli) names_judges: bool,
}

impl UntrustedFile {
    /// The command that trusts the file.
    pub(in crate::cli) fn trust_command(&self) -> String {
        let folder = self.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
        let folder = if !folder.is_empty() && folder.chars().all(is_plain) {
            folder
        } else {
            format!("'{}'", folder.replace('\'', "'\\''"))
        };
        format!("gradus config trust {folder}")
    }

    /// One sentence about the settings that are ignored.
    pub(in crate::cli) fn warning(&self) -> String {
        let reason = if self.has_changed { "was changed since it was trusted" } else { "is not trusted" };
        let names: Vec<&str> = self.withheld.iter().map(|one| one.name.as_str()).collect();
        let are = agreeing(names.len(), "is", "are");
        let judges = if self.names_judges { ", and the judges that it names are not asked" } else { "" };
        format!("{} {reason}: {} {are} ignored{judges}", self.path.display(), names.join(", "))
    }

    /// The hint of the warning: the command that trusts the file.
    pub(in crate::cli) fn hint(&self) -> String {
        format!("to trust the file as it is now: {}", self.trust_command())
    }
}
