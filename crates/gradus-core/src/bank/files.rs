//! The texts of a bank's files by name: `rubrics/<topic>/<id>.toml` and `corpus/<topic>/<id>.md`.
//!
//! Takes texts that the caller has read; knows nothing of folders on disk. [`Files::fingerprint`] identifies the content.

use std::borrow::Cow;

use crate::model::{Fingerprint, FingerprintHasher};

/// The bank that a program carries. Every other bank may use its synonyms, related words, ideas and shared criteria.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltIn {
    /// Name and text of every file, sorted by name.
    pub files: &'static [(&'static str, &'static str)],
    /// The words of all files, as [`KnownWords`](crate::text::KnownWords) stores them.
    pub words: &'static str,
}

/// The files of a bank, sorted by name.
#[derive(Debug, Clone)]
pub struct Files {
    entries: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    built_in: BuiltIn,
    is_built_in: bool,
}

impl Files {
    /// The files of the built-in bank itself.
    pub fn of_built_in(built_in: BuiltIn) -> Self {
        let entries = built_in.files.iter().map(|&(name, text)| (Cow::Borrowed(name), Cow::Borrowed(text))).collect();
        Self { entries, built_in, is_built_in: true }
    }

    /// Files with these names and texts. They may use `built_in`.
    pub fn from_texts<N: Into<String>, T: Into<String>>(
        texts: impl IntoIterator<Item = (N, T)>,
        built_in: BuiltIn,
    ) -> Self {
        let entry = |(name, text): (N, T)| (Cow::Owned(name.into()), Cow::Owned(text.into()));
        let mut entries: Vec<_> = texts.into_iter().map(entry).collect();
        entries.sort();
        Self { entries, built_in, is_built_in: false }
    }

    /// A hash of all names and texts, of the files of the built-in bank that a bank may use, and of this version.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = FingerprintHasher::new();
        hasher.bytes(env!("CARGO_PKG_VERSION").as_bytes());
        let files = self.built_in.files.iter();
        for (_, text) in files
            .filter(|(name, _)| name.matches('/').count() == 1 || name.contains("/shared/") || name.contains("/ideas/"))
        {
            hasher.bytes(text.as_bytes());
        }
        for part in self.entries.iter().flat_map(|(name, text)| [name, text]) {
            hasher.text(part);
        }
        hasher.finish()
    }

    /// Whether these are the files of the built-in bank.
    pub fn is_built_in(&self) -> bool {
        self.is_built_in
    }

    /// The built-in bank that these files may use.
    pub fn built_in(&self) -> BuiltIn {
        self.built_in
    }

    /// The text of a file; `None` if there is no file of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        let at = self.entries.binary_search_by(|(entry, _)| entry.as_ref().cmp(name)).ok()?;
        Some(&self.entries[at].1)
    }

    /// The text of a file, or the text of this file in the built-in bank if this bank has no such file.
    pub fn text_or_built_in(&self, name: &str) -> Option<&str> {
        let built_in = || self.built_in.files.iter().find(|(file, _)| *file == name).map(|(_, text)| *text);
        self.text(name).or_else(built_in)
    }

    /// Name and text of all files that the built-in bank does not have with the same text, sorted by name.
    pub fn changed(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_same = |name: &str, text: &str| {
            let at = self.built_in.files.binary_search_by(|(file, _)| (*file).cmp(name)).ok();
            at.and_then(|at| self.built_in.files.get(at)).is_some_and(|(_, built_in)| *built_in == text)
        };
        self.within("", "").filter(move |(name, text)| !is_same(name, text))
    }

    /// Name and text of all files whose names start with `folder` and end with `ending`, sorted by name.
    pub fn within<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let entries = self.entries.iter().map(|(name, text)| (name.as_ref(), text.as_ref()));
        entries.filter(move |(name, _)| name.starts_with(folder) && name.ends_with(ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_the_text_of_the_built_in_bank_are_not_changed() {
        let built_in = BuiltIn { files: &[("a.toml", "a"), ("b.toml", "b")], words: "" };
        let files = Files::from_texts([("a.toml", "a"), ("b.toml", "other"), ("c.toml", "a")], built_in);
        assert_eq!(files.changed().collect::<Vec<_>>(), [("b.toml", "other"), ("c.toml", "a")]);
        assert_eq!(Files::of_built_in(built_in).changed().count(), 0);
    }
}
