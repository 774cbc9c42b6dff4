//! Servers that people run themselves, by name.

/// A server that people run themselves, as it answers when nothing of it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What it is called.
    pub name: &'static str,
    /// Where it listens.
    pub base_url: &'static str,
    /// The model, where it holds one only and does not care for the name.
    pub model: Option<&'static str>,
    /// Tokens of prompt and reply together that it takes when it was not told otherwise.
    pub context: usize,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self { name: "ollama", base_url: "http://127.0.0.1:11434/v1", model: None, context: 4096 },
        Self { name: "llamacpp", base_url: "http://127.0.0.1:8080/v1", model: Some("default"), context: 4096 },
        Self { name: "vllm", base_url: "http://127.0.0.1:8000/v1", model: None, context: 8192 },
        Self { name: "lmstudio", base_url: "http://127.0.0.1:1234/v1", model: None, context: 4096 },
    ];

    /// The one of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name == name)
    }
}
