//! Names of environment variables that hold keys: which names are accepted, and which may be printed.
//!
//! A key is easily passed by mistake instead of the name of its variable, and some keys are valid names.

/// The value of `api_key_env` for a server that needs no key.
pub(super) const NO_KEY: &str = "none";
/// Printed instead of a value that may be a key.
pub(super) const HIDDEN: &str = "[hidden]";

/// Prefixes of the keys of well-known services.
const PREFIXES: [&str; 14] =
    ["sk_", "sk-", "pk_", "rk_", "gsk_", "hf_", "ghp_", "gho_", "github_pat_", "glpat_", "xai_", "r8_", "AIza", "AKIA"];
/// Maximum length of a name, in bytes.
const MAX_NAME: usize = 100;
/// Minimum length of a key of a well-known service, in bytes.
const MIN_KEY: usize = 20;
/// Minimum length, in bytes, of a part between underscores that is checked for randomness.
const MIN_RANDOM: usize = 16;

/// Whether a text is a valid name of a variable and does not look like a key.
pub(super) fn is_accepted(name: &str) -> bool {
    let is_name = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    is_name
        && name.len() <= MAX_NAME
        && !PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !name.split('_').any(looks_random)
}

/// Whether a part without underscores changes between digits and letters, or between cases, more often than words do.
fn looks_random(part: &str) -> bool {
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_lowercase());
    let bytes = part.as_bytes();
    let changes = bytes.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    bytes.len() >= MIN_RANDOM && changes >= 3
}

/// The name if it cannot be a key: capitals, few digits, and words of a usual length. `None` for any other text, even
/// if it is a valid name.
pub(super) fn shown(name: &str) -> Option<&str> {
    let is_plain = name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let has_few_digits = name.bytes().filter(u8::is_ascii_digit).count() <= 3;
    let has_words = name.split('_').all(|part| part.len() <= if name.contains('_') { 15 } else { 12 });
    let is_name = is_accepted(name) && is_plain && has_few_digits && has_words && name.len() <= 40;
    (is_name || name == NO_KEY).then_some(name)
}

/// The variable as messages refer to it.
pub(in crate::cli) fn display_name(name: &str) -> &str {
    shown(name).unwrap_or("the variable that `api_key_env` names")
}

/// A rejected value or name as errors repeat it: a number or a word of a usual length. Any other text may be a key in
/// the wrong place and is hidden.
pub(super) fn mask_rejected(text: &str) -> &str {
    let is_word =
        text.len() <= 20 && text.bytes().all(|byte| matches!(byte, b'_' | b' ') || byte.is_ascii_alphabetic());
    let is_number = text.len() <= 20 && text.parse::<f64>().is_ok();
    let is_prefixed = PREFIXES.iter().any(|prefix| text.starts_with(prefix));
    if (is_word || is_number) && !is_prefixed { text } else { HIDDEN }
}

/// An accepted value as `config show` prints it: hidden if a part of it looks like a key of a well-known service, since
/// a key may be given for the wrong setting.
pub(in crate::cli) fn mask_key(value: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_key = |part: &str| part.len() >= MIN_KEY && PREFIXES.iter().any(|prefix| part.starts_with(prefix));
    if value.split(|c| !is_part(c)).any(is_key) { HIDDEN } else { value }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_variables_are_accepted_and_printed() {
        for name in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "MINE", "_KEY", "AZURE_OPENAI_KEY_2", "OPENROUTER_API_KEY"]
        {
            assert!(is_accepted(name) && shown(name) == Some(name), "{name}");
        }
        for name in ["my_key", "MyKey", "openai_api_key"] {
            assert!(is_accepted(name) && shown(name).is_none(), "{name}: may be a short key");
        }
    }

    #[test]
    fn keys_and_other_texts_are_not_accepted_as_names() {
        for text in [
            "",
            "1KEY",
            "MY-KEY",
            "MY KEY",
            "KEY=x",
            "SCHLÜSSEL",
            "sk-live-7Qm4x9ZrT2vKp8Wd",
            "sk_live_7Qm4",
            "hf_abcdefgh",
            "AKIAIOSFODNN7EXAMPLE",
            "a3f5c8e9b1d24f6a8c0e",
            "Zk3Jq9PxT2vKp8WdLm4s",
            "PROJECT_Zk3Jq9PxT2vKp8WdLm4s",
        ] {
            assert!(!is_accepted(text) && shown(text).is_none(), "{text}");
        }
    }

    #[test]
    fn accepted_values_are_hidden_if_a_part_looks_like_a_key() {
        for value in [
            "sk-live-7Qm4x9ZrT2vKp8Wd",
            "/home/me/sk-live-7Qm4x9ZrT2vKp8Wd",
            "C:\\keys\\AKIAIOSFODNN7EXAMPLE.pem",
            "Bearer sk-live-7Qm4x9ZrT2vKp8Wd",
            "key=hf_abcdefghijklmnopqrst",
        ] {
            assert_eq!(mask_key(value), HIDDEN, "{value}");
        }
        for value in [
            "gpt-4o",
            "sk-short",
            "/home/me/task-list-of-the-whole-company.pem",
            "Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4",
            "https://api.example.test/v1",
        ] {
            assert_eq!(mask_key(value), value);
        }
    }

    proptest! {
        /// Keys of at least 16 characters of any usual alphabet, including keys that are valid names.
        #[test]
        fn keys_are_never_printed(key in "[A-Za-z0-9]{16,64}|[A-Z2-7]{16,64}|[0-9a-f]{16,64}|[A-Z]{16,64}") {
            prop_assert!(shown(&key).is_none(), "{}", key);
        }
    }
}
