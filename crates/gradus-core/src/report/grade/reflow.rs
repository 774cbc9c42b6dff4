//! Hard-wrapped prose joined into flowing paragraphs.

/// `body` with the line breaks of hard-wrapped prose replaced by spaces. Intended breaks stay: around blank lines,
/// before list items, and after lines that are too short or too long to have been wrapped. Every byte keeps its place.
pub(super) fn reflow(body: &str) -> String {
    let mut flowing = String::with_capacity(body.len());
    let mut lines = body.split('\n').peekable();
    while let Some(line) = lines.next() {
        flowing.push_str(line);
        if let Some(next) = lines.peek() {
            flowing.push(if is_wrapped(line, next) { ' ' } else { '\n' });
        }
    }
    flowing
}

/// Whether the break between the lines comes from wrapping at 50 to 100 columns.
fn is_wrapped(line: &str, next: &str) -> bool {
    let next = next.trim_start();
    (50..=100).contains(&line.trim_end().chars().count()) && !next.is_empty() && !is_list_item(next)
}

fn is_list_item(line: &str) -> bool {
    let unnumbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = unnumbered.len() < line.len() && unnumbered.starts_with(['.', ')']);
    is_numbered || line.starts_with(['-', '*', '+', '•', '–', '#', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_wrapped_prose_flows_and_lists_stay() {
        let long = "We had an outage that was caused by a release which";
        assert_eq!(reflow(&format!("{long}\nbroke.")), format!("{long} broke."));
        for kept in [format!("{long}\n- broke"), format!("{long}\n\nbroke"), "One.\nTwo.".to_owned()] {
            assert_eq!(reflow(&kept), kept);
        }
    }
}
