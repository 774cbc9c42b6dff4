//! The judges that files, the environment and flags configure: `[llm]`, `[[judge]]`, `GRADUS_LLM_*` and flags.
//!
//! A layer that names an endpoint drops the parts of another endpoint below it, so that a key, a URL and a model of two
//! different servers are never combined.

use std::path::Path;

use super::judge_options::{EndpointOptions, EndpointSettings, EndpointTexts, PanelOptions, PanelSettings, PanelTexts};
use super::judge_tables::JudgeTables;
use super::judge_values::KeyVariable;
use super::origin::{Origin, Setting};
use super::source::Source;
use super::untrusted::UntrustedFile;
use crate::cli::args::{EndpointArgs, PanelArgs};

/// All settings of judges.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::cli) struct JudgeSettings {
    /// The settings of `[llm]`, the environment and flags, which apply to every endpoint unless a `[[judge]]` overrides
    /// them.
    pub(in crate::cli) endpoint: EndpointSettings,
    pub(in crate::cli) panel: PanelSettings,
    /// The project file whose judge settings are ignored because it is not trusted.
    pub(in crate::cli) untrusted: Option<UntrustedFile>,
    /// The overrides of each `[[judge]]`; empty if the only judge is the one that `endpoint` describes.
    judges: Vec<JudgeOverrides>,
    /// Whether a flag or the environment names an endpoint.
    names_endpoint_above_files: bool,
}

/// The settings that one `[[judge]]` overrides.
#[derive(Debug, Clone, PartialEq)]
struct JudgeOverrides {
    options: EndpointOptions,
    origin: Origin,
}

impl EndpointOptions {
    /// Whether these options name an endpoint: a preset, a provider or a base URL.
    pub(super) fn names_endpoint(&self) -> bool {
        self.preset.is_some() || self.provider.is_some() || self.base_url.is_some()
    }
}

impl EndpointSettings {
    /// Drops the key variable if one file names both the variable and its endpoint. To be called when a higher layer
    /// names another endpoint, because the key is for the endpoint of the file.
    fn drop_key_of_endpoint(&mut self) {
        let origin = &self.api_key_env.origin;
        let names_endpoint = [&self.preset.origin, &self.provider.origin, &self.base_url.origin].contains(&origin);
        if matches!(origin, Origin::File(_)) && names_endpoint {
            self.api_key_env = Setting::default_value(None);
        }
    }

    /// Drops the parts of this endpoint that do not belong to the endpoint that `other` names.
    fn drop_parts_of_endpoint(&mut self, other: &EndpointOptions) {
        if other.preset.is_some() {
            if other.base_url.is_none() {
                self.base_url = Setting::default_value(None);
            }
            if other.provider.is_none() {
                self.provider = Self::default().provider;
            }
        }
        if other.base_url.is_some() && other.preset.is_none() {
            self.preset = Setting::default_value(None);
        }
    }

    /// A copy of these settings, overridden by the settings of one `[[judge]]`.
    fn overridden_by(&self, judge: &JudgeOverrides) -> Self {
        let mut settings = self.clone();
        let JudgeOverrides { options, origin } = judge;
        settings.drop_parts_of_endpoint(options);
        if options.provider.is_some() && options.base_url.is_none() {
            settings.base_url = Setting::default_value(None);
        }
        if options.names_endpoint() {
            // Another endpoint has its own models, context size and key.
            settings.api_key_env = Setting::default_value(None);
            settings.model = Setting::default_value(None);
            settings.context = Setting::default_value(None);
        }
        settings.apply(options.clone(), |_| origin.clone());
        settings
    }

    /// Sets the model if no layer sets one.
    pub(in crate::cli) fn assume_model(&mut self, name: &str) {
        self.model.value.get_or_insert_with(|| name.to_owned());
    }

    /// Whether any layer names a judge. A model alone means the provider's own endpoint.
    fn is_configured(&self) -> bool {
        let provider_is_set = self.provider.origin != Origin::Default;
        provider_is_set || self.preset.value.is_some() || self.base_url.value.is_some() || self.model.value.is_some()
    }
}

impl JudgeSettings {
    /// Applies the tables of a settings file. Its `[[judge]]` tables replace those of files with lower priority.
    pub(super) fn apply_file(&mut self, tables: JudgeTables, path: &Path) {
        let JudgeTables { endpoint, panel, judges } = tables;
        let origin = Origin::File(path.to_owned());
        if endpoint.names_endpoint() {
            self.endpoint.drop_key_of_endpoint();
            self.endpoint.drop_parts_of_endpoint(&endpoint);
        }
        self.endpoint.apply(endpoint, |_| origin.clone());
        self.panel.apply(panel, |_| origin.clone());
        if let Some(judges) = judges {
            let overrides = |options| JudgeOverrides { options, origin: origin.clone() };
            self.judges = judges.into_iter().map(overrides).collect();
        }
    }

    /// Records the tables of a project file that is not trusted. None of its settings applies.
    pub(super) fn record_untrusted(&mut self, tables: &JudgeTables, path: &Path, has_changed: bool) {
        self.untrusted = Some(UntrustedFile {
            path: path.to_owned(),
            has_changed,
            withheld: tables.needing_trust(),
            names_judges: tables.names_judges(),
        });
    }

    /// Applies the environment.
    ///
    /// # Errors
    /// A variable that is not UTF-8 or has a rejected value.
    pub(super) fn apply_environment(
        &mut self,
        variable: impl Fn(&'static str) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<()> {
        let source = Source::Environment;
        let endpoint = EndpointTexts::collect(|names| variable(names.variable))?.parse(&source)?;
        let panel = PanelTexts::collect(|names| variable(names.variable))?.parse(&source)?;
        self.apply_above_files(endpoint, panel, &source);
        Ok(())
    }

    /// A copy of these settings, overridden by flags.
    ///
    /// # Errors
    /// A flag with a rejected value.
    pub(in crate::cli) fn with_flags(
        &self,
        endpoint: &EndpointArgs,
        panel: &PanelArgs,
        cross_check: bool,
    ) -> anyhow::Result<Self> {
        let mut settings = self.clone();
        let source = Source::Flags;
        let endpoint = endpoint_texts(endpoint.clone()).parse(&source)?;
        let panel = panel_texts(panel.clone(), cross_check).parse(&source)?;
        settings.apply_above_files(endpoint, panel, &source);
        Ok(settings)
    }

    /// Applies the environment or the command line. If they name a model or an endpoint, that is the only judge.
    fn apply_above_files(&mut self, mut endpoint: EndpointOptions, panel: PanelOptions, source: &Source<'_>) {
        if endpoint.names_endpoint() || endpoint.model.is_some() {
            self.judges.clear();
        }
        if endpoint.names_endpoint() {
            self.endpoint.drop_key_of_endpoint();
            self.names_endpoint_above_files = true;
        }
        // A preset and a URL exclude each other, also across files, and the URL is the more specific of the two.
        if endpoint.preset.is_some() {
            self.endpoint.base_url = Setting::default_value(None);
        }
        if endpoint.base_url.is_some() {
            self.endpoint.preset = Setting::default_value(None);
            endpoint.preset = None;
        }
        self.endpoint.apply(endpoint, |names| source.origin(names));
        self.panel.apply(panel, |names| source.origin(names));
    }

    /// Sets the model of the only judge if no layer sets one and its preset has none.
    pub(in crate::cli) fn assume_model(&mut self, name: &str) {
        let preset_has_model = self.endpoint.preset.value.is_some_and(|preset| preset.model.is_some());
        if self.judges.is_empty() && self.is_configured() && !preset_has_model {
            self.endpoint.assume_model(name);
        }
    }

    /// The untrusted project file that names judges, unless a flag or the environment names an endpoint instead. If
    /// there is such a file, no judge is asked: neither its own endpoint nor an endpoint from another file may be used.
    pub(in crate::cli) fn untrusted_judge_file(&self) -> Option<&UntrustedFile> {
        self.untrusted.as_ref().filter(|file| file.names_judges && !self.names_endpoint_above_files)
    }

    /// Whether there is a judge to ask.
    pub(in crate::cli) fn is_configured(&self) -> bool {
        let names_judge = |judge: &JudgeOverrides| judge.options.names_endpoint() || judge.options.model.is_some();
        self.untrusted_judge_file().is_none() && (self.endpoint.is_configured() || self.judges.iter().any(names_judge))
    }

    /// The settings of each judge.
    pub(in crate::cli) fn endpoints(&self) -> Vec<EndpointSettings> {
        if self.judges.is_empty() {
            return vec![self.endpoint.clone()];
        }
        self.judges.iter().map(|judge| self.endpoint.overridden_by(judge)).collect()
    }

    /// The environment variables that hold the keys of the judges.
    pub(super) fn key_variables(&self) -> impl Iterator<Item = &str> {
        let of_judges = self.judges.iter().filter_map(|judge| judge.options.api_key_env.as_ref());
        self.endpoint.api_key_env.value.iter().chain(of_judges).filter_map(|variable| match variable {
            KeyVariable::Named(name) => Some(name.as_str()),
            KeyVariable::NotNeeded => None,
        })
    }

    /// Names, printable values and origins: the settings of `[llm]`, those of each `[[judge]]`, and those of a file
    /// that is not trusted.
    pub(in crate::cli) fn rows(&self) -> Vec<[String; 3]> {
        let all = self.endpoint.rows().into_iter().chain(self.panel.rows());
        let mut rows: Vec<_> =
            all.map(|(key, value, origin)| [format!("llm.{key}"), value, origin.to_string()]).collect();
        for (number, judge) in (1..).zip(&self.judges) {
            let overridden = judge.options.rows().into_iter();
            rows.extend(
                overridden.map(|(key, value)| [format!("judge.{number}.{key}"), value, judge.origin.to_string()]),
            );
        }
        if let Some(file) = &self.untrusted {
            let reason = if file.has_changed { "changed since it was trusted" } else { "not trusted" };
            let origin = format!("{} (ignored: {reason})", file.path.display());
            rows.extend(file.withheld.iter().map(|one| [one.name.clone(), one.value.clone(), origin.clone()]));
        }
        rows
    }
}

fn endpoint_texts(args: EndpointArgs) -> EndpointTexts {
    let EndpointArgs {
        preset,
        provider,
        base_url,
        model,
        api_key_env,
        temperature,
        max_tokens,
        context,
        concurrency,
        requests_per_minute,
        tokens_per_minute,
        price_prompt,
        price_completion,
        ca_file,
        allow_http,
    } = args;
    EndpointTexts {
        preset,
        provider,
        base_url,
        model,
        api_key_env,
        temperature,
        seed: None,
        max_tokens,
        context,
        concurrency,
        requests_per_minute,
        tokens_per_minute,
        timeout: None,
        attempts: None,
        price_prompt,
        price_completion,
        ca_file: ca_file.map(|path| path.display().to_string()),
        allow_http: allow_http.then(|| true.to_string()),
    }
}

fn panel_texts(args: PanelArgs, cross_check: bool) -> PanelTexts {
    let PanelArgs { samples, vote, escalate, no_references, deadline, on_failure } = args;
    PanelTexts {
        samples,
        vote,
        escalate: escalate.then(|| true.to_string()),
        cross_check: cross_check.then(|| true.to_string()),
        references: no_references.then(|| false.to_string()),
        deadline,
        on_failure,
        cache: None,
    }
}
