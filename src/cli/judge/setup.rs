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
use crate::llm::{Endpoint, Kept, Options};

/// The name of the model if no setting names one.
pub(super) const UNKNOWN: &str = "any model";

/// How one run uses judges.
pub(in crate::cli) struct Uses {
    /// How cached replies are used.
    pub(in crate::cli) kept: Kept,
    /// The most that the run may spend, in the currency of the prices.
    pub(in crate::cli) max_cost: Option<f64>,
    /// Set when no more requests may be sent.
    pub(in crate::cli) stop: Arc<AtomicBool>,
}

impl Uses {
    /// The uses that flags request, without a limit on costs.
    pub(in crate::cli) fn of_flags(replay: bool, refresh: bool) -> Self {
        let kept = match (replay, refresh) {
            (true, _) => Kept::Only,
            (_, true) => Kept::Replaced,
            _ => Kept::Used,
        };
        Self { kept, max_cost: None, stop: Arc::default() }
    }
}

/// Opens the judges that the settings name; `None` if the offline scorer grades.
///
/// # Errors
/// The settings cannot work, or `grader = "llm"` is set and a judge, its key or trust in its file is missing.
pub(in crate::cli) fn open(settings: &Settings, uses: Uses, printer: &Printer) -> anyhow::Result<Option<Judges>> {
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
    for judge in settings.llm.each() {
        match endpoint(&judge, uses.kept == Kept::Only)? {
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
    if uses.kept != Kept::Only {
        super::proxies::check(&endpoints)?;
    }
    setup(settings, endpoints, uses, printer).map(Some)
}

/// The panel that the settings name, for commands that send no request: no key is needed. If no judge is named, the
/// panel is one judge with the model [`UNKNOWN`].
///
/// # Errors
/// The settings cannot work.
pub(super) fn panel_of(settings: &Settings) -> anyhow::Result<Panel> {
    let mut endpoints = Vec::new();
    for mut judge in settings.llm.each() {
        if !settings.llm.is_configured() {
            judge.assume_model(UNKNOWN);
        }
        if let NamedEndpoint::Complete(endpoint) = endpoint(&judge, true)? {
            endpoints.push(*endpoint);
        }
    }
    panel(&settings.llm.panel, &endpoints)
}

fn check_configured(settings: &Settings) -> anyhow::Result<()> {
    if let Some(untrusted) = settings.llm.withheld() {
        return Err(advised(
            format!("the judges that {} names are not trusted", untrusted.path.display()),
            format!("trust them with `{}`, or name an endpoint with --preset or --base-url", untrusted.trust_command()),
        ));
    }
    if !settings.llm.is_configured() {
        return Err(advised(
            "no endpoint is configured",
            "name one, such as --preset ollama --model llama3.1, or write it into [llm] of gradus.toml",
        ));
    }
    Ok(())
}

fn refuse_replay(uses: &Uses) -> anyhow::Result<()> {
    if uses.kept == Kept::Only {
        let hint = "use --grader llm, with the settings of the run that cached them";
        return Err(advised("--replay needs the judge whose replies are cached", hint));
    }
    Ok(())
}

fn setup(settings: &Settings, endpoints: Vec<Endpoint>, uses: Uses, printer: &Printer) -> anyhow::Result<Judges> {
    let base = &settings.llm.panel;
    let panel = panel(base, &endpoints)?;
    let cache = super::cache::open(base.cache.value.as_deref(), uses.kept, printer)?;
    let options = Options {
        deadline: seconds(base.deadline.value),
        kept: uses.kept,
        stops: base.on_failure.value == OnFailure::Stop,
        stop: uses.stop,
    };
    Ok(Judges::open(endpoints, panel, cache, uses.max_cost, options)?)
}
