//! Opens the judges that the settings name.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::endpoints::{NamedEndpoint, endpoint, seconds};
use super::panel::panel;
use crate::cli::args::GraderChoice;
use crate::cli::hints::advised;
use crate::cli::printer::Printer;
use crate::cli::settings::{OnFailure, Settings, display_name};
use crate::engine::Judges;
use crate::judge::Panel;
use crate::llm::{CacheUse, Endpoint, PoolOptions};

/// The placeholder for the name of a model that no setting names.
pub(in crate::cli) const UNKNOWN_MODEL: &str = "any model";
/// How tokens are counted if the tokenizer of the model is not known.
pub(in crate::cli) const COMMON_TOKENIZER: &str = "tokens are counted with a common tokenizer, and one fifth is added";

/// How one run uses judges.
pub(in crate::cli) struct JudgeUse {
    /// How cached replies are used.
    pub(in crate::cli) cache_use: CacheUse,
    /// The most that the run may spend, in the currency of the prices.
    pub(in crate::cli) max_cost: Option<f64>,
    /// Becomes true when no more requests may be sent.
    pub(in crate::cli) stop: Arc<AtomicBool>,
}

impl JudgeUse {
    /// The use of judges that `--replay` and `--refresh` select, without a limit on cost.
    pub(in crate::cli) fn from_flags(replay: bool, refresh: bool) -> Self {
        let cache_use = match (replay, refresh) {
            (true, _) => CacheUse::ReplayOnly,
            (_, true) => CacheUse::Refresh,
            _ => CacheUse::UseAndStore,
        };
        Self { cache_use, max_cost: None, stop: Arc::default() }
    }
}

/// Opens the judges that the settings name; `None` if the offline scorer grades.
///
/// # Errors
/// The settings are not valid, `--replay` is set without a judge, or `grader = "llm"` is set and a judge or its key is
/// missing or the file that names the judge is not trusted.
pub(in crate::cli) fn open(settings: &Settings, uses: JudgeUse, printer: &Printer) -> anyhow::Result<Option<Judges>> {
    let is_required = match settings.grader.value {
        GraderChoice::Offline => return refuse_replay(&uses).map(|()| None),
        GraderChoice::Auto if !settings.llm.is_configured() => {
            refuse_replay(&uses)?;
            return Ok(None);
        }
        GraderChoice::Auto => false,
        GraderChoice::Llm => true,
    };
    check_configured(settings)?;
    let mut endpoints = Vec::new();
    for judge in settings.llm.endpoints() {
        match endpoint(&judge, uses.cache_use == CacheUse::ReplayOnly)? {
            NamedEndpoint::Complete(endpoint) => endpoints.push(*endpoint),
            NamedEndpoint::WithoutKey(variable) if is_required => {
                return Err(advised(
                    format!("{} is not set; it must hold the judge's key", display_name(&variable)),
                    "set it, or name another variable with --api-key-env",
                ));
            }
            NamedEndpoint::WithoutKey(variable) => {
                let variable = display_name(&variable);
                printer.note(&format!("graded offline: {variable} is not set; it must hold the judge's key"));
                return Ok(None);
            }
        }
    }
    if uses.cache_use != CacheUse::ReplayOnly {
        super::proxies::check(&endpoints)?;
    }
    setup(settings, endpoints, uses, printer).map(Some)
}

/// The panel that the settings name, for commands that send no request and so need no key. If the settings name no
/// judge, the panel is one judge with the model [`UNKNOWN_MODEL`].
///
/// # Errors
/// The settings are not valid.
pub(in crate::cli) fn panel_of(settings: &Settings) -> anyhow::Result<Panel> {
    let mut endpoints = Vec::new();
    for mut judge in settings.llm.endpoints() {
        if !settings.llm.is_configured() {
            judge.assume_model(UNKNOWN_MODEL);
        }
        if let NamedEndpoint::Complete(endpoint) = endpoint(&judge, true)? {
            endpoints.push(*endpoint);
        }
    }
    panel(&settings.llm.panel, &endpoints)
}

fn check_configured(settings: &Settings) -> anyhow::Result<()> {
    if let Some(untrusted) = settings.llm.untrusted_judge_file() {
        return Err(advised(
            format!("{} names judges, but is not trusted", untrusted.path.display()),
            format!(
                "trust the file with `{}`, or name an endpoint with --preset or --base-url",
                untrusted.trust_command()
            ),
        ));
    }
    if !settings.llm.is_configured() {
        return Err(advised(
            "no endpoint is configured",
            "name an endpoint, for example with --preset ollama --model llama3.1, or in [llm] of gradus.toml",
        ));
    }
    Ok(())
}

fn refuse_replay(uses: &JudgeUse) -> anyhow::Result<()> {
    if uses.cache_use == CacheUse::ReplayOnly {
        let hint = "use --grader llm and the settings of the run that cached the replies";
        return Err(advised("--replay needs the judge whose replies are cached", hint));
    }
    Ok(())
}

fn setup(settings: &Settings, endpoints: Vec<Endpoint>, uses: JudgeUse, printer: &Printer) -> anyhow::Result<Judges> {
    let base = &settings.llm.panel;
    let panel = panel(base, &endpoints)?;
    let cache = super::cache::open(base.cache.value.as_deref(), uses.cache_use, printer)?;
    let options = PoolOptions {
        deadline: seconds(base.deadline.value),
        cache_use: uses.cache_use,
        stops_on_failure: base.on_failure.value == OnFailure::Stop,
        stop: uses.stop,
    };
    Ok(Judges::open(endpoints, panel, cache, uses.max_cost, options)?)
}
