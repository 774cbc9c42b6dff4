//! The state of an idea while phrases are compiled.

/// What phrases need to know of an idea that they use.
#[derive(Debug, Clone, Copy)]
pub(super) enum CompiledIdea {
    /// The wordings of the idea are being compiled, so that a use of the idea is a cycle.
    InProgress,
    Done {
        number: usize,
        /// Whether a wording may contain a negator.
        denies: bool,
        /// Whether every wording has an element that only a negator matches.
        means_denial: bool,
    },
}
