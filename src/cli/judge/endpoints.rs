//! Builds the endpoint of one judge from its settings and the environment variable with its key.

use std::env;
use std::time::Duration;

use crate::cli::hints::advised;
use crate::cli::settings::{EndpointSettings, KeyVariable, Temperature, display_name};
use crate::llm::{Endpoint, Limits, Prices, Provider, Secret, Url, address, is_loopback};

/// Defaults that depend on where a model runs, in tokens.
struct Capacity {
    max_tokens: u32,
    context: usize,
}

/// The provider's own service.
const HOSTED: Capacity = Capacity { max_tokens: 2048, context: 128_000 };
/// Any other server, such as one on this machine.
const SELF_HOSTED: Capacity = Capacity { max_tokens: 1024, context: 8192 };

/// An endpoint, complete or without its key.
pub(super) enum NamedEndpoint {
    Complete(Box<Endpoint>),
    /// The environment variable with this name should hold the key and is unset or blank.
    WithoutKey(String),
}

/// Builds an endpoint. A run that only replays replies needs no key.
///
/// # Errors
/// The base URL cannot be used, no model or key variable is named, or one of two prices is missing.
pub(super) fn endpoint(settings: &EndpointSettings, is_replayed: bool) -> anyhow::Result<NamedEndpoint> {
    let preset = settings.preset.value;
    let provider = settings.provider.value;
    let (provider_url, provider_key) = match provider {
        Provider::OpenAi => ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        Provider::Anthropic => ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    };
    let url = settings.base_url.value.as_ref().map(|url| url.0.as_str()).or(preset.map(|preset| preset.base_url));
    let base_url = address(url.unwrap_or(provider_url), settings.allow_http.value)?;
    let is_hosted = base_url.scheme() == "https" && base_url.host_str() == address(provider_url, false)?.host_str();
    let model = settings.model.value.as_deref().or(preset.and_then(|preset| preset.model));
    let Some(model) = model else {
        return Err(advised(
            format!("no model is named for {}", base_url.host_str().unwrap_or_default()),
            "name it with --model; `gradus config check` lists the models of the endpoint",
        ));
    };
    let key = match key_variable(settings, is_hosted.then_some(provider_key), &base_url, is_replayed)? {
        None => None,
        Some(variable) => match key(variable)? {
            None if !is_replayed => return Ok(NamedEndpoint::WithoutKey(variable.to_owned())),
            key => key,
        },
    };
    let usual = if is_hosted { HOSTED } else { SELF_HOSTED };
    let context = settings.context.value.or(preset.map(|preset| preset.context));
    Ok(NamedEndpoint::Complete(Box::new(Endpoint {
        provider,
        base_url,
        model: model.to_owned(),
        key,
        temperature: match settings.temperature.value {
            Temperature::Fixed(temperature) => Some(temperature),
            Temperature::Usual => None,
        },
        seed: settings.seed.value,
        max_tokens: settings.max_tokens.value.unwrap_or(usual.max_tokens),
        context: context.unwrap_or(usual.context),
        prices: prices(settings)?,
        limits: Limits {
            concurrency: settings.concurrency.value,
            requests_per_minute: settings.requests_per_minute.value,
            tokens_per_minute: settings.tokens_per_minute.value,
        },
        timeout: seconds(settings.timeout.value),
        attempts: settings.attempts.value,
        ca_file: settings.ca_file.value.clone(),
    })))
}

fn prices(settings: &EndpointSettings) -> anyhow::Result<Option<Prices>> {
    match (settings.price_prompt.value, settings.price_completion.value) {
        (Some(prompt), Some(completion)) => Ok(Some(Prices { prompt, completion })),
        (None, None) => Ok(None),
        _ => Err(advised(
            "price_prompt and price_completion must be set together",
            "set both, each as the price of a million tokens",
        )),
    }
}

/// The variable that holds the key for an endpoint; `None` if no key is sent. `provider_key` is the provider's usual
/// variable, which is only for the provider's own host: a key is sent only to a host that its owner named for it.
///
/// # Errors
/// No variable is named for a server on another machine.
fn key_variable<'s>(
    settings: &'s EndpointSettings,
    provider_key: Option<&'s str>,
    base_url: &Url,
    is_replayed: bool,
) -> anyhow::Result<Option<&'s str>> {
    match (&settings.api_key_env.value, provider_key) {
        (Some(KeyVariable::NotNeeded), _) => Ok(None),
        (Some(KeyVariable::Named(variable)), _) => Ok(Some(variable)),
        (None, Some(variable)) => Ok(Some(variable)),
        (None, None) if is_loopback(base_url) || is_replayed => Ok(None),
        (None, None) => Err(advised(
            format!("no key is named for {}", base_url.host_str().unwrap_or_default()),
            "name the variable that holds it with --api-key-env (`api_key_env`), or use --api-key-env none if the \
             server needs no key",
        )),
    }
}

/// The key in a variable; `None` if it is unset or blank.
fn key(variable: &str) -> anyhow::Result<Option<Secret>> {
    match env::var(variable) {
        Ok(key) if !key.trim().is_empty() => Ok(Some(Secret::new(&key))),
        Ok(_) | Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => {
            anyhow::bail!("{} is not UTF-8, so it cannot be a key", display_name(variable))
        }
    }
}

/// A duration in seconds; a minute for a number that is not a duration, which parsed settings never are.
pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_mins(1))
}
