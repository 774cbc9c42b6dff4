//! Builds the panel of judges from their settings and endpoints.

use anyhow::Result;

use crate::cli::hints::advised;
use crate::cli::settings::PanelSettings;
use crate::judge::{Member, Panel};
use crate::llm::Endpoint;

/// Minimum room, in tokens, for a prompt beside the reply.
const MIN_ROOM: usize = 512;

/// Builds a panel with a member for each endpoint.
///
/// # Errors
/// `escalate` without judges or samples that could differ, and a context that leaves no room for a prompt.
pub(super) fn panel(settings: &PanelSettings, endpoints: &[Endpoint]) -> Result<Panel> {
    let member = |endpoint: &Endpoint| Member {
        provider: endpoint.provider.name().to_owned(),
        model: endpoint.model.clone(),
        parameters: endpoint.parameters(),
        room: endpoint.max_prompt_tokens(),
    };
    let panel = Panel {
        members: endpoints.iter().map(member).collect(),
        samples: settings.samples.value,
        vote: settings.vote.value,
        escalates: settings.escalate.value,
        shows_references: settings.references.value,
        cross_checks: settings.cross_check.value,
    };
    if panel.escalates && endpoints.len() < 2 {
        return Err(advised(
            "--escalate needs a second judge",
            "write two [[judge]] tables into gradus.toml; the last judge is asked when the others differ",
        ));
    }
    if panel.escalates && endpoints.len() == 2 && panel.samples == 1 {
        // The last judge decides, so a single verdict of the first one has nothing to differ from.
        return Err(advised(
            "--escalate needs several verdicts that can differ",
            "use --samples 2 or more, or add a third [[judge]]",
        ));
    }
    if let Some(small) = endpoints.iter().find(|endpoint| endpoint.max_prompt_tokens() < MIN_ROOM) {
        let message = format!(
            "{} has a context of {} tokens, and replies take {} of them",
            small.model, small.context, small.max_tokens
        );
        return Err(advised(message, "raise --context, or lower --max-tokens"));
    }
    Ok(panel)
}
