//! From settings to judges that can be asked.

use std::env;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::bail;

use super::llm::Values;
use super::variables::{NO_KEY, told};
use crate::cli::args::GraderChoice;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::engine::Judges;
use crate::judge::{Member, Panel};
use crate::llm::{Endpoint, Kept, Limits, Options, Preset, Prices, Provider, Secret, Url, address, is_loopback};
use crate::model::Vote;

/// Tokens of a reply and of a whole conversation, for models that are rented and for those at home.
const RENTED: (u32, usize) = (2048, 128_000);
const AT_HOME: (u32, usize) = (1024, 8192);
/// What a model is called that is not named.
pub(super) const UNKNOWN: &str = "any model";

/// What is wanted of judges in one run.
pub(in crate::cli) struct Uses {
    /// What is done with replies that are kept.
    pub(in crate::cli) kept: Kept,
    /// What may be spent.
    pub(in crate::cli) max_cost: Option<f64>,
    /// Set when nothing more is to be asked.
    pub(in crate::cli) stop: Arc<AtomicBool>,
}

impl Uses {
    /// As the flags say, with nothing that could stop it.
    pub(in crate::cli) fn of_flags(replay: bool, refresh: bool) -> Self {
        let kept = match (replay, refresh) {
            (true, _) => Kept::Only,
            (_, true) => Kept::Replaced,
            _ => Kept::Used,
        };
        Self { kept, max_cost: None, stop: Arc::default() }
    }
}

/// The judges that settings name; `None` where the offline scorer grades.
///
/// # Errors
/// When they are named in a way that cannot work.
pub(in crate::cli) fn open(settings: &Settings, uses: Uses, printer: &Printer) -> anyhow::Result<Option<Judges>> {
    let is_needed = match settings.grader.value {
        GraderChoice::Offline => return refuse_replay(&uses).map(|()| None),
        GraderChoice::Auto if !settings.llm.is_configured() => {
            refuse_replay(&uses)?;
            return Ok(None);
        }
        GraderChoice::Auto => false,
        GraderChoice::Llm => true,
    };
    if let Some(untrusted) = settings.llm.withheld() {
        bail!(
            "the judges that {} names are not trusted\nhint: trust them with `{}`, or name an endpoint with --preset or \
             --base-url",
            untrusted.path.display(),
            untrusted.command()
        );
    }
    if !settings.llm.is_configured() {
        bail!(
            "no endpoint is configured\nhint: name one, such as --preset ollama --model llama3.1, or write it into [llm] \
             of gradus.toml"
        );
    }
    let mut endpoints = Vec::new();
    for values in settings.llm.each() {
        match endpoint(&values, uses.kept == Kept::Only)? {
            Named::Whole(endpoint) => endpoints.push(*endpoint),
            Named::WithoutKey(variable) if is_needed => {
                bail!(
                    "{} is not set, which holds the key\nhint: set it, or name another with --api-key-env",
                    told(&variable)
                )
            }
            Named::WithoutKey(variable) => {
                printer.note(&format!("graded offline: {} is not set, which holds the judge's key", told(&variable)));
                return Ok(None);
            }
        }
    }
    if uses.kept != Kept::Only {
        super::proxies::check(&endpoints)?;
    }
    setup(settings, endpoints, uses, printer).map(Some)
}

/// The panel that settings name, to look at and not to ask: no key is needed. Where none is named, one of a model
/// that nobody knows.
///
/// # Errors
/// When they are named in a way that cannot work.
pub(super) fn panel_of(settings: &Settings) -> anyhow::Result<Panel> {
    let mut endpoints = Vec::new();
    for mut values in settings.llm.each() {
        if !settings.llm.is_configured() {
            values.assume_model(UNKNOWN);
        }
        if let Named::Whole(endpoint) = endpoint(&values, true)? {
            endpoints.push(*endpoint);
        }
    }
    panel(&settings.llm.base, &endpoints)
}

fn refuse_replay(uses: &Uses) -> anyhow::Result<()> {
    if uses.kept == Kept::Only {
        bail!("--replay needs the judge whose replies are kept\nhint: say --grader llm, with the settings of that run");
    }
    Ok(())
}

fn setup(settings: &Settings, endpoints: Vec<Endpoint>, uses: Uses, printer: &Printer) -> anyhow::Result<Judges> {
    let base = &settings.llm.base;
    let panel = panel(base, &endpoints)?;
    if uses.max_cost.is_some() && endpoints.iter().any(|endpoint| endpoint.prices.is_none()) {
        bail!("--max-cost needs to know what tokens cost\nhint: say so with --price-prompt and --price-completion");
    }
    let cache = super::cache::open(base, uses.kept, printer)?;
    let options = Options {
        deadline: seconds(base, "deadline"),
        kept: uses.kept,
        stops: base.value::<String>("on_failure").is_some_and(|what| what == "stop"),
        stop: uses.stop,
    };
    Ok(Judges::open(endpoints, panel, cache, uses.max_cost, options)?)
}

fn panel(base: &Values, endpoints: &[Endpoint]) -> anyhow::Result<Panel> {
    let member = |endpoint: &Endpoint| Member {
        provider: endpoint.provider.name().to_owned(),
        model: endpoint.model.clone(),
        parameters: endpoint.parameters(),
        room: endpoint.room(),
    };
    let panel = Panel {
        members: endpoints.iter().map(member).collect(),
        samples: base.value("samples").unwrap_or(1),
        vote: if base.value::<String>("vote").is_some_and(|vote| vote == "majority") {
            Vote::Majority
        } else {
            Vote::Median
        },
        escalates: base.is_true("escalate"),
        shows_references: base.is_true("references"),
        cross_checks: base.is_true("cross_check"),
    };
    if panel.escalates {
        if endpoints.len() < 2 {
            bail!(
                "--escalate needs a second judge\nhint: write two [[judge]] tables into gradus.toml, the last is asked in doubt"
            );
        }
        if endpoints.len() == 2 && panel.samples == 1 {
            bail!(
                "--escalate needs verdicts that may differ\nhint: say --samples 2 or more, or name a third [[judge]]"
            );
        }
    }
    if let Some(small) = endpoints.iter().find(|endpoint| endpoint.room() < 512) {
        bail!(
            "{} has a context of {} tokens, of which replies take {}\nhint: raise --context, or lower --max-tokens",
            small.model,
            small.context,
            small.max_tokens
        );
    }
    Ok(panel)
}

/// An endpoint, as far as it is known.
enum Named {
    Whole(Box<Endpoint>),
    /// All but the key, which that variable should hold.
    WithoutKey(String),
}

fn endpoint(values: &Values, is_replayed: bool) -> anyhow::Result<Named> {
    let preset = values.text("preset").and_then(Preset::by_name);
    let provider =
        values.value::<String>("provider").and_then(|name| Provider::from_name(&name)).unwrap_or(Provider::OpenAi);
    let (usual_url, usual_key) = match provider {
        Provider::OpenAi => ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        Provider::Anthropic => ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    };
    let url = values.text("base_url").or(preset.map(|preset| preset.base_url));
    let base_url = address(url.unwrap_or(usual_url), values.is_true("allow_http"))?;
    let is_usual = base_url.scheme() == "https" && base_url.host_str() == address(usual_url, false)?.host_str();
    let Some(model) = values.text("model").or(preset.and_then(|preset| preset.model)) else {
        bail!(
            "no model is named for {}\nhint: name it with --model; `gradus config check` lists what is there",
            base_url.host_str().unwrap_or_default()
        );
    };
    let key = match key_variable(values, is_usual.then_some(usual_key), &base_url, is_replayed)? {
        None => None,
        Some(variable) => match key(variable)? {
            None if !is_replayed => return Ok(Named::WithoutKey(variable.to_owned())),
            key => key,
        },
    };
    let (max_tokens, context) = if is_usual { RENTED } else { AT_HOME };
    let prices = values.value("price_prompt").zip(values.value("price_completion"));
    if prices.is_none() && (values.text("price_prompt").is_some() || values.text("price_completion").is_some()) {
        bail!("price_prompt and price_completion belong together\nhint: say both, for a million tokens each");
    }
    Ok(Named::Whole(Box::new(Endpoint {
        provider,
        base_url,
        model: model.to_owned(),
        key,
        temperature: values.value("temperature"),
        seed: values.value("seed"),
        max_tokens: values.value("max_tokens").unwrap_or(max_tokens),
        context: values.value("context").or(preset.map(|preset| preset.context)).unwrap_or(context),
        prices: prices.map(|(prompt, completion)| Prices { prompt, completion }),
        limits: Limits {
            concurrency: values.value("concurrency").unwrap_or(1),
            requests_per_minute: values.value::<NonZeroU32>("requests_per_minute"),
            tokens_per_minute: values.value::<NonZeroU32>("tokens_per_minute"),
        },
        timeout: seconds(values, "timeout"),
        attempts: values.value("attempts").unwrap_or(1),
        ca_file: values.text("ca_file").map(PathBuf::from),
    })))
}

/// The variable that holds the key for an endpoint; `None` where no key is sent. The provider's usual variable is for
/// the provider's own host alone: a key goes nowhere that its owner did not name for it.
///
/// # Errors
/// No variable is named for a server on another machine.
fn key_variable<'v>(
    values: &'v Values,
    usual: Option<&'v str>,
    base_url: &Url,
    is_replayed: bool,
) -> anyhow::Result<Option<&'v str>> {
    match values.text("api_key_env").or(usual) {
        Some(NO_KEY) => Ok(None),
        Some(variable) => Ok(Some(variable)),
        None if is_loopback(base_url) || is_replayed => Ok(None),
        None => bail!(
            "no key is named for {}\nhint: name the variable that holds it with --api-key-env (`api_key_env`), or say \
             --api-key-env {NO_KEY} if the server needs no key",
            base_url.host_str().unwrap_or_default()
        ),
    }
}

/// The key in a variable; nothing where it is not set.
fn key(variable: &str) -> anyhow::Result<Option<Secret>> {
    match env::var(variable) {
        Ok(key) if !key.trim().is_empty() => Ok(Some(Secret::new(&key))),
        Ok(_) | Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => bail!("{} is not UTF-8, so it is no key", told(variable)),
    }
}

fn seconds(values: &Values, name: &str) -> Duration {
    values.value(name).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(Duration::from_mins(1))
}
