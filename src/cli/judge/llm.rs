//! What the layers of settings say of judges: `[llm]`, `[[judge]]`, `GRADUS_LLM_*` and flags, kept as text with its
//! origin until it is used.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use toml::{Spanned, Value};

use super::keys::{KEYS, Key, Kind};
use super::untrusted::{NAME_ENDPOINT, Untrusted, names_judges, needing_trust};
use super::variables::rejected;
use crate::cli::args::{EndpointArgs, PanelArgs};
use crate::cli::settings::{Origin, Setting};

/// Values by the names of settings.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::cli) struct Values(BTreeMap<&'static str, Setting<String>>);

/// All that is said of judges.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::cli) struct Llm {
    /// What holds for all of them.
    pub(in crate::cli) base: Values,
    /// What holds for each, where several are named.
    pub(in crate::cli) judges: Vec<Values>,
    /// The project file that says something of judges and is not trusted.
    pub(in crate::cli) untrusted: Option<Untrusted>,
    /// Whether a flag or the environment names an endpoint.
    names_endpoint_above_files: bool,
}

/// A table of a file, as it stands there.
pub(in crate::cli) type Table = BTreeMap<String, Spanned<Value>>;

impl Values {
    /// What a setting is, where somebody said.
    pub(in crate::cli) fn get(&self, name: &str) -> Option<&Setting<String>> {
        self.0.get(name)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Drops a key variable that a file names together with its endpoint, once another endpoint is named above it: the
    /// key is for the one of the file.
    fn drop_key_of_endpoint(&mut self) {
        let origin = self.get("api_key_env").map(|setting| setting.origin.clone());
        let Some(origin @ Origin::File(_)) = origin else { return };
        if NAME_ENDPOINT.iter().any(|name| self.get(name).is_some_and(|setting| setting.origin == origin)) {
            self.remove("api_key_env");
        }
    }

    /// Drops what belongs to the endpoint named here where `other` names another one.
    fn drop_parts_of_endpoint(&mut self, other: &Self) {
        for (says, not) in [("preset", "base_url"), ("preset", "provider"), ("base_url", "preset")] {
            if other.0.contains_key(says) && !other.0.contains_key(not) {
                self.remove(not);
            }
        }
    }

    /// A text that somebody gave.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(|setting| setting.value.as_str())
    }

    /// A value: as it was said, or what is usual. Every value was checked when it was read.
    pub(super) fn value<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        let usual = || Key::by_name(name).map(|key| key.default);
        self.text(name).or_else(usual).and_then(|text| text.parse().ok())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.value(name).unwrap_or(false)
    }

    /// A model's name where nobody named one.
    pub(super) fn assume_model(&mut self, name: &str) {
        let setting = Setting { value: name.to_owned(), origin: Origin::Default };
        self.0.entry("model").or_insert(setting);
    }

    /// Takes what a layer above says.
    fn apply(&mut self, layer: Self) {
        self.0.extend(layer.0);
    }

    /// The same, with what is said of one judge above it.
    pub(super) fn with(&self, judge: &Self) -> Self {
        let mut values = self.clone();
        // A judge that is somewhere else is there with a name and a key of its own.
        values.drop_parts_of_endpoint(judge);
        if judge.0.contains_key("provider") && !judge.0.contains_key("base_url") {
            values.remove("base_url");
        }
        if ["preset", "provider", "base_url"].iter().any(|name| judge.0.contains_key(name)) {
            for name in ["api_key_env", "model", "context"] {
                values.0.remove(name);
            }
        }
        values.apply(judge.clone());
        values
    }

    fn put(&mut self, key: &Key, value: String, origin: Origin) -> Result<(), String> {
        key.kind.check(&value)?;
        self.0.insert(key.name, Setting { value, origin });
        Ok(())
    }

    /// Reads a table of a file. `of_one` says that it is that of one of several judges.
    fn of_table(table: Table, of_one: bool, (path, text): (&Path, &str)) -> anyhow::Result<Self> {
        let mut values = Self::default();
        for (name, value) in table {
            let line = text[..value.span().start.min(text.len())].matches('\n').count() + 1;
            let place = format!("{}:{line}", path.display());
            let Some(key) = KEYS.iter().find(|key| key.name == name && (key.of_endpoint || !of_one)) else {
                let known: Vec<&str> =
                    KEYS.iter().filter(|key| key.of_endpoint || !of_one).map(|key| key.name).collect();
                let table = if of_one { "[[judge]]" } else { "[llm]" };
                let name = rejected(&name);
                bail!("{place}: `{name}` is no setting of {table}\nhint: there are {}", known.join(", "));
            };
            let said = match value.into_inner() {
                Value::String(text) => text,
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Boolean(truth) => truth.to_string(),
                _ => bail!(
                    "{place}: `{name}` is neither text nor a number nor true or false\nhint: write one value, no list or table"
                ),
            };
            let said = match key.kind {
                Kind::Path => path.parent().unwrap_or(Path::new("")).join(said).display().to_string(),
                _ => said,
            };
            let shown = said_as(key, &said);
            let put = values.put(key, said, Origin::File(path.to_owned()));
            put.map_err(|error| {
                anyhow::anyhow!("{place}: {name} = {shown}: {error}\nhint: correct the line, or remove it")
            })?;
        }
        Ok(values)
    }
}

/// A rejected value as errors repeat it; what may be a key is not repeated.
fn said_as(key: &Key, value: &str) -> String {
    let is_hidden = matches!(key.kind, Kind::Variable) || key.name == "base_url";
    if is_hidden { "[hidden]" } else { rejected(value) }.to_owned()
}

impl Llm {
    /// Reads the tables of a file: `[llm]`, and `[[judge]]` where there is any.
    pub(in crate::cli) fn of_file(
        base: Option<Table>,
        judges: Option<Vec<Table>>,
        (path, text): (&Path, &str),
    ) -> anyhow::Result<(Values, Option<Vec<Values>>)> {
        let base = base.map(|base| Values::of_table(base, false, (path, text))).transpose()?.unwrap_or_default();
        let judges = judges.map(|judges| {
            judges.into_iter().map(|table| Values::of_table(table, true, (path, text))).collect::<anyhow::Result<_>>()
        });
        Ok((base, judges.transpose()?))
    }

    /// Takes what a file says. Its judges take the place of those that were named before.
    pub(in crate::cli) fn apply_file(&mut self, (base, judges): (Values, Option<Vec<Values>>)) {
        if NAME_ENDPOINT.iter().any(|name| base.get(name).is_some()) {
            self.base.drop_key_of_endpoint();
            self.base.drop_parts_of_endpoint(&base);
        }
        self.base.apply(base);
        if let Some(judges) = judges {
            self.judges = judges;
        }
    }

    /// Notes what a project file says that is not trusted. None of it applies.
    pub(in crate::cli) fn withhold(
        &mut self,
        (base, judges): &(Values, Option<Vec<Values>>),
        path: &Path,
        has_changed: bool,
    ) {
        let judges = judges.as_deref();
        self.untrusted = Some(Untrusted {
            path: path.to_owned(),
            has_changed,
            withheld: needing_trust(base, judges),
            names_judges: names_judges(base, judges),
        });
    }

    /// Takes what the environment says.
    pub(in crate::cli) fn apply_environment(
        &mut self,
        variable: impl Fn(&'static str) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<()> {
        for key in &KEYS {
            let Some(value) = variable(key.variable)? else { continue };
            let value = match (key.kind, value.as_str()) {
                (Kind::Truth, "1" | "yes") => "true".to_owned(),
                (Kind::Truth, "0" | "no") => "false".to_owned(),
                _ => value,
            };
            self.say(key, value, Origin::Environment(key.variable))?;
        }
        Ok(())
    }

    /// The same with what flags say.
    pub(in crate::cli) fn with_flags(
        &self,
        endpoint: &EndpointArgs,
        panel: &PanelArgs,
        cross_check: bool,
    ) -> anyhow::Result<Self> {
        let truth = |said: bool, value: &str| said.then(|| value.to_owned());
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
        } = endpoint.clone();
        let PanelArgs { samples, vote, escalate, no_references, deadline, on_failure } = panel.clone();
        let said = [
            ("preset", preset),
            ("provider", provider),
            ("base_url", base_url),
            ("model", model),
            ("api_key_env", api_key_env),
            ("temperature", temperature),
            ("max_tokens", max_tokens),
            ("context", context),
            ("concurrency", concurrency),
            ("requests_per_minute", requests_per_minute),
            ("tokens_per_minute", tokens_per_minute),
            ("price_prompt", price_prompt),
            ("price_completion", price_completion),
            ("ca_file", ca_file.map(|path| path.display().to_string())),
            ("allow_http", truth(allow_http, "true")),
            ("samples", samples),
            ("vote", vote),
            ("escalate", truth(escalate, "true")),
            ("cross_check", truth(cross_check, "true")),
            ("references", truth(no_references, "false")),
            ("deadline", deadline),
            ("on_failure", on_failure),
        ];
        let mut llm = self.clone();
        for (name, value) in said {
            if let (Some(key), Some(value)) = (Key::by_name(name), value) {
                llm.say(key, value, Origin::Flag(key.flag))?;
            }
        }
        Ok(llm)
    }

    /// Takes one value from the environment or the command line. A model or an endpoint that is named there is the
    /// only judge.
    fn say(&mut self, key: &Key, value: String, origin: Origin) -> anyhow::Result<()> {
        let told = format!("{origin} {}", said_as(key, &value));
        let mut one = Values::default();
        one.put(key, value, origin).map_err(|error| anyhow::anyhow!("{told}: {error}"))?;
        if matches!(key.name, "preset" | "provider" | "base_url" | "model") {
            self.judges.clear();
        }
        if NAME_ENDPOINT.contains(&key.name) {
            self.base.drop_key_of_endpoint();
            self.names_endpoint_above_files = true;
        }
        match key.name {
            // Whoever names a server there does not mean the address of a file.
            "preset" => self.base.remove("base_url"),
            "base_url" => self.base.remove("preset"),
            _ => {}
        }
        self.base.apply(one);
        Ok(())
    }

    /// A model's name wherever nobody named one, and no preset has one.
    pub(super) fn assume_model(&mut self, name: &str) {
        let lacks = |values: &Values| values.get("model").is_none() && values.text("preset") != Some("llamacpp");
        if self.judges.is_empty() && self.is_configured() && lacks(&self.base) {
            self.base.assume_model(name);
        }
    }

    /// The file whose judges are not trusted and not replaced by a flag or the environment. Nobody is asked then: the
    /// file's author did not mean the endpoint of another file, and the user did not mean the one of this file.
    pub(super) fn withheld(&self) -> Option<&Untrusted> {
        self.untrusted.as_ref().filter(|file| file.names_judges && !self.names_endpoint_above_files)
    }

    /// Whether there is anything to ask. A model alone means the provider's own endpoint.
    pub(in crate::cli) fn is_configured(&self) -> bool {
        let names_one =
            |values: &Values| ["preset", "provider", "base_url", "model"].iter().any(|name| values.get(name).is_some());
        self.withheld().is_none() && (names_one(&self.base) || self.judges.iter().any(names_one))
    }

    /// What is said of each judge.
    pub(super) fn each(&self) -> Vec<Values> {
        if self.judges.is_empty() {
            return vec![self.base.clone()];
        }
        self.judges.iter().map(|judge| self.base.with(judge)).collect()
    }
}
