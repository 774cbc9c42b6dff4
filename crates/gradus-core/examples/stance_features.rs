//! Prints the features of labelled sentences, for `evals/stance/train.py`: reads lines of label, mention and sentence from
//! standard input, and writes lines of label and features.

use std::io::{self, BufRead as _, Write as _};

use gradus_core::text::{Document, Lexicon, Place, visit_features};

fn main() -> io::Result<()> {
    let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut fields = line.splitn(3, '\t');
        let (Some(label), Some(mention), Some(text)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(io::Error::other(format!("expected label, mention and sentence, found `{line}`")));
        };
        let Some(start) = text.find(mention) else {
            return Err(io::Error::other(format!("the sentence does not contain `{mention}`")));
        };
        document.read(text, 0, &mut lexicon);
        let tokens = document.tokens();
        let is_in =
            |at: &usize| (tokens[*at].start as usize) < start + mention.len() && (tokens[*at].end as usize) > start;
        let (Some(first), Some(last)) = ((0..tokens.len()).find(is_in), (0..tokens.len()).rfind(is_in)) else {
            return Err(io::Error::other(format!("`{mention}` has no words")));
        };
        let sentence = document.sentences().iter().position(|sentence| sentence.range().contains(&first)).unwrap_or(0);
        let last = last.min(document.sentences()[sentence].range().end - 1);
        write!(output, "{label}\t")?;
        let mut features = Vec::new();
        if document.is_negated(first as u32, last as u32) {
            features.push("negated".to_owned());
        }
        visit_features(&document, sentence, (first as u32, last as u32), |place, one, two| {
            features.push(format!("{}:{}", place.name(), lexicon.folded(one)));
            if let Some(two) = two.filter(|_| (place as usize) < Place::OF_PAIRS) {
                features.push(format!("{}:{} {}", place.name(), lexicon.folded(one), lexicon.folded(two)));
            }
        });
        writeln!(output, "{}", features.join("\t"))?;
    }
    Ok(())
}
