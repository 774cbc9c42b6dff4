//! Environment variables that have the prefix of the settings and are not settings, such as misspelled names.
//!
//! They cause a warning and not an error, because other programs may use the same prefix. Takes names only: values are
//! never read.

use std::collections::BTreeSet;

use super::general::GENERAL;
use super::judge_options::{EndpointOptions, PanelOptions};
use super::key_names::mask_key;
use super::setting_value::one_line;
use super::similar_name::distance;

const PREFIX: &str = "GRADUS_";
/// What follows [`PREFIX`] in the variables of judges.
const JUDGE: &str = "LLM_";

/// A warning about variables that are ignored, with its hint.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct IgnoredVariables {
    pub(in crate::cli) warning: String,
    pub(in crate::cli) hint: String,
}

/// The warnings about `names`, which are the variables that are set. A name in `in_use` needs no warning.
pub(super) fn warnings(names: impl Iterator<Item = String>, in_use: &[&str]) -> Vec<IgnoredVariables> {
    let is_unknown = |name: &String| {
        name.starts_with(PREFIX) && !in_use.contains(&name.as_str()) && settings().all(|setting| setting != name)
    };
    let unknown: BTreeSet<String> = names.map(canonical).filter(is_unknown).collect();
    let (mut warnings, mut others) = (Vec::new(), Vec::new());
    for name in &unknown {
        let rest = one_line(name.strip_prefix(PREFIX).unwrap_or_default());
        let shown = format!("{PREFIX}{}", mask_key(&rest));
        match similar_setting(name) {
            Some(setting) => warnings.push(IgnoredVariables {
                warning: format!("the environment variable {shown} is not a setting and is ignored"),
                hint: format!("did you mean {setting}?"),
            }),
            None => others.push(shown),
        }
    }
    if !others.is_empty() {
        let warning = match others.as_slice() {
            [name] => format!("the environment variable {name} is not a setting and is ignored"),
            names => format!("the environment variables {} are not settings and are ignored", names.join(", ")),
        };
        let general = GENERAL.map(|names| names.variable).join(", ");
        let hint = format!(
            "the variables of settings are {general}, and {PREFIX}{JUDGE} with the name of a setting of [llm], such as \
             {PREFIX}{JUDGE}MODEL"
        );
        warnings.push(IgnoredVariables { warning, hint });
    }
    warnings
}

/// The variables of all settings.
fn settings() -> impl Iterator<Item = &'static str> {
    GENERAL.iter().chain(EndpointOptions::NAMES).chain(PanelOptions::NAMES).map(|names| names.variable)
}

/// The name in capitals on Windows, where case does not distinguish variables.
fn canonical(name: String) -> String {
    if cfg!(windows) { name.to_ascii_uppercase() } else { name }
}

/// The setting whose variable is most similar to `name`. The part `LLM_` may be missing or superfluous.
fn similar_setting(name: &str) -> Option<&'static str> {
    fn key(variable: &str) -> &str {
        let key = variable.strip_prefix(PREFIX).unwrap_or(variable);
        key.strip_prefix(JUDGE).unwrap_or(key)
    }
    let given = key(name);
    let near = |setting: &'static str| distance(given, key(setting)).map(|distance| (distance, setting));
    settings().filter_map(near).min().map(|(_, setting)| setting)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings_about(names: &[&str], in_use: &[&str]) -> Vec<IgnoredVariables> {
        warnings(names.iter().map(|name| (*name).to_owned()), in_use)
    }

    #[test]
    fn variables_of_settings_and_of_keys_in_use_need_no_warning() {
        let all: Vec<&str> = settings().chain(["PATH", "GRADUSBANK", "GRADUS_MY_KEY"]).collect();
        assert_eq!(warnings_about(&all, &["GRADUS_MY_KEY"]), []);
    }

    #[test]
    fn the_most_similar_setting_is_suggested() {
        for (name, expected) in [
            ("GRADUS_BNAK", Some("GRADUS_BANK")),
            ("GRADUS_COLOUR", Some("GRADUS_COLOR")),
            ("GRADUS_FAILUNDER", Some("GRADUS_FAIL_UNDER")),
            ("GRADUS_MODEL", Some("GRADUS_LLM_MODEL")),
            ("GRADUS_LLM_GRADER", Some("GRADUS_GRADER")),
            ("GRADUS_LLM_TEMP", Some("GRADUS_LLM_TEMPERATURE")),
            ("GRADUS_LLM_API_KEY", Some("GRADUS_LLM_API_KEY_ENV")),
            ("GRADUS_LLM_BASEURL", Some("GRADUS_LLM_BASE_URL")),
            ("GRADUS_LLM_PRICES_PROMPT", Some("GRADUS_LLM_PRICE_PROMPT")),
            ("GRADUS_LLM_KEY", None),
            ("GRADUS_HOME", None),
            ("GRADUS_LLM_", None),
            ("GRADUS_", None),
        ] {
            assert_eq!(similar_setting(name), expected, "{name}");
        }
        assert_eq!(similar_setting(&format!("GRADUS_BANK{}", "K".repeat(1 << 20))), None);
    }

    #[test]
    fn variables_without_a_similar_setting_share_one_warning() {
        let warnings = warnings_about(&["GRADUS_VERSION", "GRADUS_QUITE", "GRADUS_HOME"], &[]);
        let texts: Vec<_> = warnings.iter().map(|one| one.warning.as_str()).collect();
        assert_eq!(
            texts,
            [
                "the environment variable GRADUS_QUITE is not a setting and is ignored",
                "the environment variables GRADUS_HOME, GRADUS_VERSION are not settings and are ignored",
            ]
        );
    }

    #[test]
    fn a_key_in_a_name_is_hidden() {
        let warnings = warnings_about(&["GRADUS_sk-live-7Qm4x9ZrT2vKp8Wd"], &[]);
        let texts: Vec<_> = warnings.iter().map(|one| one.warning.as_str()).collect();
        assert_eq!(texts, ["the environment variable GRADUS_[hidden] is not a setting and is ignored"]);
    }
}
