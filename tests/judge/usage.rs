//! Tests that the usage reported by a server is limited to the maximum cost of the request.

use serde_json::{Value, json};

use super::endpoint::{Action, Endpoint};
use super::judged_report::judged;
use super::network::{GRADE, fallback_reason};
use super::scripted_judge::valid_verdicts;

/// A chat completion with this usage.
fn completion(text: &str, usage: &Value) -> String {
    let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    json!({"choices": [choice], "usage": usage}).to_string()
}

#[test]
fn hostile_usage_figures_are_limited_to_the_maximum_cost_of_the_request() {
    let huge: Value = serde_json::from_str("1e300").expect("JSON");
    for usage in [
        json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX}),
        json!({"prompt_tokens": huge, "completion_tokens": huge}),
        json!({"prompt_tokens": -5, "completion_tokens": i64::MIN}),
        json!({"prompt_tokens": "900000000", "completion_tokens": [7]}),
        json!({"prompt_tokens": 1.5, "completion_tokens": -0.5}),
        json!({"prompt_tokens": 0, "completion_tokens": 900_000_000}),
        json!("much"),
        Value::Null,
    ] {
        let reported = usage.clone();
        let endpoint = Endpoint::new(move |_, request| Action::Raw {
            status: 200,
            content_type: "application/json",
            body: completion(&valid_verdicts(request), &reported).into_bytes(),
        });
        let prices = ["--price-prompt", "1000", "--price-completion", "2000", "--max-tokens", "500"];
        let ran = judged(&[&GRADE[..], &prices].concat(), &endpoint).run().success();
        assert_eq!(fallback_reason(&ran), "", "{usage}");
        let counted = &ran.json()["usage"];
        let (prompt, reply) = (
            counted["prompt_tokens"].as_u64().expect("tokens"),
            counted["completion_tokens"].as_u64().expect("tokens"),
        );
        let prompt_bytes = endpoint.requests()[0].prompt().len() as u64;
        assert!((1..=prompt_bytes).contains(&prompt) && (1..=500).contains(&reply), "{usage}: {counted}");
        let cost = counted["cost"].as_f64().expect("a cost");
        assert!(
            (cost - f64::from(u32::try_from(prompt * 1000 + reply * 2000).expect("little")) / 1e6).abs() < 1e-9,
            "{usage}: {counted}"
        );
    }
}
