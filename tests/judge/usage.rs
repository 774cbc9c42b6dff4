//! What a server says a reply took is bounded by what the request can cost.

use serde_json::{Value, json};

use super::endpoint::{Act, Endpoint};
use super::network::{GRADE, fallback};
use super::played::sound;
use super::whole::judged;

/// A completion with this as its usage.
fn completion(text: &str, usage: &Value) -> String {
    let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    json!({"choices": [choice], "usage": usage}).to_string()
}

#[test]
fn hostile_numbers_cost_no_more_than_the_request_can() {
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
        let told = usage.clone();
        let endpoint = Endpoint::new(move |_, asked| Act::Raw {
            status: 200,
            content_type: "application/json",
            body: completion(&sound(asked), &told).into_bytes(),
        });
        let prices = ["--price-prompt", "1000", "--price-completion", "2000", "--max-tokens", "500"];
        let ran = judged(&[&GRADE[..], &prices].concat(), &endpoint).run().done();
        assert_eq!(fallback(&ran), "", "{usage}");
        let of = &ran.json()["usage"];
        let (prompt, reply) =
            (of["prompt_tokens"].as_u64().expect("tokens"), of["completion_tokens"].as_u64().expect("tokens"));
        let said = endpoint.asked()[0].prompt().len() as u64;
        assert!((1..=said).contains(&prompt) && (1..=500).contains(&reply), "{usage}: {of}");
        let cost = of["cost"].as_f64().expect("a cost");
        assert!(
            (cost - f64::from(u32::try_from(prompt * 1000 + reply * 2000).expect("little")) / 1e6).abs() < 1e-9,
            "{usage}: {of}"
        );
    }
}
