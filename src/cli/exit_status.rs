//! Exit statuses: the codes that the process ends with.

use std::process::ExitCode;

/// How a command ended. A command that could not run returns an error instead, which is exit code 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// The command is done and everything passed. Exit code 0.
    Done,
    /// The command is done, and something is below a threshold, ungraded, wrong or not found. Exit code 1.
    CheckFailed,
    /// The user interrupted the command. Exit code 130.
    Interrupted,
}

impl ExitStatus {
    /// The exit code as a shell sees it.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CheckFailed => 1,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}
