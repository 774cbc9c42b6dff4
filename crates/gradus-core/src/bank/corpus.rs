//! Reads sample files: front matter that names the question, then a section for each sample answer.
//!
//! Takes the text of one file; gives its samples, or all of its faults. Whether the question exists is checked elsewhere.

use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

use super::finding::{Finding, SourceText};
use super::front_matter::{Fenced, NOT_CLOSED, Unclosed, fenced};
use crate::model::{Sample, SampleLevel};

const LEVEL_HINT: &str = "write `## strong`, `## fair` or `## weak` above each sample answer";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    question: Spanned<String>,
    prompt: Option<String>,
}

/// The samples for one question.
pub(super) struct CorpusFile {
    /// Id of the question.
    pub(super) question: String,
    /// Byte range of the id in the file.
    pub(super) question_at: Range<usize>,
    /// Prompt of the question, if the file states it.
    pub(super) prompt: Option<String>,
    pub(super) samples: Vec<Sample>,
}

/// Reads a sample file.
///
/// # Errors
/// All faults of the file.
pub(super) fn parse(file: &str, text: &str) -> Result<CorpusFile, Vec<Finding>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Fenced { inside, body, .. } = match fenced(text, start) {
        Ok(Some(fenced)) if fenced.fence == "+++" => fenced,
        Err(Unclosed { fence: "+++" }) => {
            let hint = "write `+++` on a line of its own between the front matter and the first heading";
            return Err(vec![Finding::new(file, text, start..start + 3, NOT_CLOSED, hint)]);
        }
        Ok(_) | Err(_) => {
            let hint = "start the file with `+++`, `question = \"<id>\"` and `+++`, each on its own line";
            return Err(vec![Finding::new(file, text, 0..0, "no front matter", hint)]);
        }
    };
    let parsed: Header = toml::from_str(&text[inside.clone()]).map_err(|error| {
        let span = error.span().map_or(inside.clone(), |span| inside.start + span.start..inside.start + span.end);
        let hint = "write `question = \"<id>\"` between the `+++` lines, and `prompt` if no rubric has the question";
        vec![Finding::new(file, text, span, error.message().trim_end(), hint)]
    })?;
    let at = parsed.question.span();
    let question_at = inside.start + at.start..inside.start + at.end;
    let question = parsed.question.into_inner();
    let (samples, findings) = sections(file, text, body, &question);
    if findings.is_empty() {
        Ok(CorpusFile { question, question_at, prompt: parsed.prompt, samples })
    } else {
        Err(findings)
    }
}

fn sections(file: &str, text: &str, body: usize, question: &str) -> (Vec<Sample>, Vec<Finding>) {
    let (mut samples, mut findings) = (Vec::<Sample>::new(), Vec::new());
    let source = SourceText::new(text);
    let mut at = body;
    let mut stray = None;
    for line in text[body..].split_inclusive('\n') {
        let span = at..at + line.trim_end().len();
        at += line.len();
        if let Some(name) = line.strip_prefix("## ") {
            if let Some(&level) = SampleLevel::ALL.iter().find(|level| level.name() == name.trim()) {
                samples.push(Sample { question: question.to_owned(), level, text: String::new(), heading: span });
            } else {
                let message = format!("`{}` is not a level", name.trim());
                findings.push(source.finding(file, span, message, LEVEL_HINT));
            }
        } else if let Some(sample) = samples.last_mut() {
            sample.text.push_str(line);
        } else if !line.trim().is_empty() && stray.is_none() {
            stray = Some(span);
        }
    }
    if let Some(span) = stray {
        findings.push(source.finding(file, span, "text above the first heading", LEVEL_HINT));
    }
    if samples.is_empty() && findings.is_empty() {
        findings.push(source.finding(file, body..body, "no sample answer", LEVEL_HINT));
    }
    for sample in &mut samples {
        sample.text = sample.text.trim().to_owned();
        if sample.text.is_empty() {
            let hint = "write the answer, or remove the heading";
            findings.push(source.finding(file, sample.heading.clone(), "an empty sample answer", hint));
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
    fn all_faults_of_a_sample_file_are_reported_at_once() {
        let text = "+++\nquestion = \"q\"\n+++\nstray\n## strong\n\n## great\nx\n";
        let findings = parse("f.md", text).err().expect("faults");
        let reported: Vec<_> = findings.iter().map(|finding| (finding.line, finding.message.as_str())).collect();
        assert_eq!(reported, [(7, "`great` is not a level"), (4, "text above the first heading")]);
    }
}
