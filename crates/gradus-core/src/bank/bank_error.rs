//! The error of a bank: an unknown or ambiguous question, or a file with faults.

use std::borrow::Cow;
use std::fmt;

use super::finding::Finding;

/// The reason why a question or a file of a bank cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankError {
    /// No question has the requested id or name.
    UnknownQuestion {
        /// The requested id or name. A long one is cut.
        id: String,
        /// Ids that look like it, nearest first.
        similar: Vec<String>,
    },
    /// Several questions have the requested id or name.
    Ambiguous {
        /// The requested id or name.
        name: String,
        /// The rubric files of these questions.
        files: Vec<String>,
    },
    /// A file has faults. The list contains all of them.
    Faulty(Vec<Finding>),
}

impl BankError {
    /// How to resolve the error, without names of flags or commands. `None` if there is nothing to suggest.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::UnknownQuestion { similar, .. } if similar.is_empty() => None,
            Self::UnknownQuestion { similar, .. } => Some(format!("did you mean {}?", similar.join(" or ")).into()),
            Self::Ambiguous { .. } => Some("give each question its own id and names".into()),
            Self::Faulty(findings) => findings.first().map(|finding| finding.hint.clone().into()),
        }
    }
}

impl fmt::Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownQuestion { id, .. } => write!(f, "no question `{id}`"),
            Self::Ambiguous { name, files } => {
                let (last, others) = files.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
                write!(f, "several questions are called `{name}`: {} and {last}", others.join(", "))
            }
            Self::Faulty(findings) => write_first(f, findings),
        }
    }
}

/// Writes the first finding and the number of the others.
pub(super) fn write_first(f: &mut fmt::Formatter<'_>, findings: &[Finding]) -> fmt::Result {
    let Some((first, others)) = findings.split_first() else { return f.write_str("a file with faults") };
    match others.len() {
        0 => write!(f, "{first}"),
        1 => write!(f, "{first}, and 1 more fault"),
        others => write!(f, "{first}, and {others} more faults"),
    }
}

impl std::error::Error for BankError {}

impl From<Vec<Finding>> for BankError {
    fn from(findings: Vec<Finding>) -> Self {
        Self::Faulty(findings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_message_in_one_line_and_most_have_a_hint() {
        let unknown = |similar: &[&str]| BankError::UnknownQuestion {
            id: "x".to_owned(),
            similar: similar.iter().map(|&id| id.to_owned()).collect(),
        };
        let files = ["a.toml", "b.toml", "c.toml"].map(str::to_owned).to_vec();
        let finding = Finding::new("f.toml", "text", 0..1, "a fault", "fix it");
        for (error, message, hint) in [
            (unknown(&[]), "no question `x`", None),
            (unknown(&["a", "b"]), "no question `x`", Some("did you mean a or b?")),
            (
                BankError::Ambiguous { name: "x".to_owned(), files },
                "several questions are called `x`: a.toml, b.toml and c.toml",
                Some("give each question its own id and names"),
            ),
            (BankError::Faulty(vec![finding.clone()]), "f.toml:1:1: a fault", Some("fix it")),
            (BankError::Faulty(vec![finding.clone(); 2]), "f.toml:1:1: a fault, and 1 more fault", Some("fix it")),
            (BankError::Faulty(vec![finding; 3]), "f.toml:1:1: a fault, and 2 more faults", Some("fix it")),
            (BankError::Faulty(Vec::new()), "a file with faults", None),
        ] {
            assert_eq!((error.to_string().as_str(), error.hint().as_deref()), (message, hint));
        }
    }
}
