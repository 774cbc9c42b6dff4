//! A key: used, never shown.

use std::fmt;

/// A key. It has no `Display`, and its `Debug` does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a key as it stands in the environment.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// For the header alone, and to strike it out of what servers say.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?} {:#?}", Secret::new("sk-1"), Secret::new("sk-1")), "[key] [key]");
    }
}
