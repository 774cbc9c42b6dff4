//! Corpus files: a head that names the question, then one section a sample answer.

use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

use super::finding::{Finding, SourceText};
use super::front_matter::fenced;
use crate::model::{Sample, SampleLevel};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    question: Spanned<String>,
    prompt: Option<String>,
}

/// The question a corpus file is about, where it says so, and its samples.
pub(super) struct Corpus {
    pub(super) question: String,
    pub(super) question_at: Range<usize>,
    /// The question as it is put, where the file says so.
    pub(super) prompt: Option<String>,
    pub(super) samples: Vec<Sample>,
}

/// Reads a corpus file.
///
/// # Errors
/// All that is wrong with it.
pub(super) fn parse(file: &str, text: &str) -> Result<Corpus, Vec<Finding>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Some(("+++", head, body)) = fenced(text, start) else {
        let hint = "begin it with `+++`, `question = \"<id>\"`, `+++`, each on a line";
        return Err(vec![Finding::new(file, text, 0..0, "no head", hint)]);
    };
    let parsed: Head = toml::from_str(&text[head.clone()]).map_err(|error| {
        let span = error.span().map_or(head.clone(), |span| head.start + span.start..head.start + span.end);
        vec![Finding::new(
            file,
            text,
            span,
            error.message().trim_end(),
            "the head holds `question = \"<id>\"`, and `prompt` where no rubric does",
        )]
    })?;
    let at = parsed.question.span();
    let question_at = head.start + at.start..head.start + at.end;
    let question = parsed.question.into_inner();
    let (samples, findings) = sections(file, text, body, &question);
    if findings.is_empty() {
        Ok(Corpus { question, question_at, prompt: parsed.prompt, samples })
    } else {
        Err(findings)
    }
}

fn sections(file: &str, text: &str, body: usize, question: &str) -> (Vec<Sample>, Vec<Finding>) {
    const HINT: &str = "write `## strong`, `## fair` or `## weak` above each sample answer";
    let (mut samples, mut findings) = (Vec::<Sample>::new(), Vec::new());
    let source = SourceText::new(text);
    let mut at = body;
    let mut bare = None;
    for line in text[body..].split_inclusive('\n') {
        let span = at..at + line.trim_end().len();
        at += line.len();
        if let Some(name) = line.strip_prefix("## ") {
            match SampleLevel::ALL.iter().find(|level| level.name() == name.trim()) {
                Some(&level) => {
                    samples.push(Sample { question: question.to_owned(), level, text: String::new(), heading: span });
                }
                None => findings.push(source.finding(file, span, format!("`{}` is not a level", name.trim()), HINT)),
            }
        } else if let Some(sample) = samples.last_mut() {
            sample.text.push_str(line);
        } else if !line.trim().is_empty() && bare.is_none() {
            bare = Some(span);
        }
    }
    if let Some(span) = bare {
        findings.push(source.finding(file, span, "text above the first heading", HINT));
    }
    if samples.is_empty() && findings.is_empty() {
        findings.push(source.finding(file, body..body, "no sample answer", HINT));
    }
    for sample in &mut samples {
        sample.text = sample.text.trim().to_owned();
        if sample.text.is_empty() {
            findings.push(source.finding(
                file,
                sample.heading.clone(),
                "an empty sample answer",
                "write it, or remove the heading",
            ));
        }
    }
    (samples, findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_become_samples() {
        let corpus = parse("f.md", "+++\nquestion = \"q\"\n+++\n\n## strong\n\nOne.\n\nTwo.\n\n## weak\nThree.\n");
        let corpus = corpus.unwrap_or_else(|findings| panic!("{findings:?}"));
        let samples: Vec<_> = corpus.samples.iter().map(|sample| (sample.level, sample.text.as_str())).collect();
        assert_eq!(samples, [(SampleLevel::Strong, "One.\n\nTwo."), (SampleLevel::Weak, "Three.")]);
        assert_eq!(corpus.question, "q");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let text = "+++\nquestion = \"q\"\n+++\nstray\n## strong\n\n## great\nx\n";
        let findings = parse("f.md", text).err().expect("three faults");
        let told: Vec<_> = findings.iter().map(|finding| (finding.line, finding.message.as_str())).collect();
        assert_eq!(told, [(7, "`great` is not a level"), (4, "text above the first heading"),]);
    }
}
