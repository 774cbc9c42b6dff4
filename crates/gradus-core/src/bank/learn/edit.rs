//! Inserts a phrase into the text of a rubric file. Everything else stays byte for byte, and insertions follow the
//! author's formatting.
//!
//! Takes locations from the reader of rubrics. It is not built on `toml_edit`, because that crate rewrites Windows line
//! ends and byte order marks when it prints a document, so that a patch would change every line.

use std::collections::BTreeSet;
use std::ops::Range;

use super::placement::Slot;
use crate::bank::encode::toml_string;
use crate::bank::locations::{CriterionLocations, LastTerm};
use crate::model::Thousandths;

/// A text to insert into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Insertion {
    /// Offset in the unchanged file.
    pub(super) at: usize,
    pub(super) text: String,
}

/// A phrase to insert.
pub(super) struct NewPhrase<'a> {
    pub(super) phrase: &'a str,
    /// Comment above the phrase, without `#`.
    pub(super) comment: &'a str,
    /// Id for a new concept. Unused otherwise.
    pub(super) id: &'a str,
}

/// The comma that a list needs before its first addition. Several additions share one.
const COMMA: &str = ",";
/// The header of the table that a reference needs before its first addition. Several additions share one.
const ALSO: &str = "[criterion.reference.also]";

/// The insertions for one phrase. `None` if the formatting of the file leaves no room for it.
pub(super) fn insertions(
    text: &str,
    locations: &CriterionLocations,
    slot: Slot,
    new: &NewPhrase<'_>,
) -> Option<Vec<Insertion>> {
    match slot {
        Slot::Concept(number) => Some(alternative(text, locations.phrases.get(number)?.last()?, new)),
        Slot::NewConcept => concept(text, locations, new),
        Slot::Reference { number, weight } => term(text, locations.last_terms.get(number)?.as_ref()?, weight, new),
    }
}

/// The insertions sorted by offset, with shared commas and headers only once. Insertions at the same offset keep their
/// order.
pub(super) fn ordered(text: &str, insertions: &[&Insertion]) -> Vec<Insertion> {
    let mut sorted: Vec<Insertion> = insertions.iter().map(|&insertion| insertion.clone()).collect();
    sorted.retain(|insertion| text.is_char_boundary(insertion.at));
    sorted.sort_by_key(|insertion| insertion.at);
    let mut once = BTreeSet::new();
    sorted.retain(|insertion| {
        let is_shared = insertion.text == COMMA || insertion.text.contains(ALSO);
        !is_shared || once.insert((insertion.at, insertion.text.clone()))
    });
    sorted
}

/// The text with the insertions, which must be in [`ordered`] form.
pub(super) fn applied(text: &str, insertions: &[Insertion]) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut from = 0;
    for insertion in insertions {
        changed.push_str(text.get(from..insertion.at).unwrap_or_default());
        changed.push_str(&insertion.text);
        from = insertion.at;
    }
    changed.push_str(text.get(from..).unwrap_or_default());
    changed
}

/// Adds a phrase to a list, after its last phrase.
fn alternative(text: &str, last: &Range<usize>, new: &NewPhrase<'_>) -> Vec<Insertion> {
    let line = FileLine::around(text, last.end);
    let phrase = quoted_like(text, last, new.phrase);
    let lead = line.lead(last.start);
    if let Some(has_comma) = line.rest_has_comma(last.end) {
        // The list continues on the next line, so the phrase gets its own line.
        let indent = if lead.trim_start().starts_with(['"', '\'']) || lead.trim().is_empty() {
            line.indent().to_owned()
        } else {
            format!("{}  ", line.indent())
        };
        let lines = [format!("{indent}# {}", new.comment), format!("{indent}{phrase},")];
        let comma = (!has_comma).then(|| Insertion { at: last.end, text: COMMA.to_owned() });
        return comma.into_iter().chain([line.below(&lines)]).collect();
    }
    let mut insertions = Vec::new();
    if allows_comment_above(lead) {
        insertions.push(line.above(&format!("{}# {}", line.indent(), new.comment)));
    }
    insertions.push(Insertion { at: last.end, text: format!(", {phrase}") });
    insertions
}

/// Whether a comment can go above a line that starts with `lead`. It cannot inside of an inline table.
fn allows_comment_above(lead: &str) -> bool {
    let lead = lead.trim_start();
    lead.is_empty() || lead.starts_with(['"', '\'']) || lead.strip_prefix("any").is_some_and(opens_list)
}

fn opens_list(rest: &str) -> bool {
    rest.trim_start().strip_prefix('=').is_some_and(|rest| rest.trim_start().starts_with('['))
}

/// Adds a concept to a criterion, after its last concept.
fn concept(text: &str, locations: &CriterionLocations, new: &NewPhrase<'_>) -> Option<Vec<Insertion>> {
    let (id, phrases) = (locations.concepts.last()?, locations.phrases.last()?);
    let close = next_sign(text, phrases.last()?.end, &[',']).filter(|(_, c)| *c == ']')?;
    let end = id.end.max(close.0 + 1);
    let any = format!("any = [{}]", quoted_like(text, phrases.last()?, new.phrase));
    let id_line = format!("id = {}", toml_string(new.id));
    if let Some((brace, '}')) = next_sign(text, end, &[',']) {
        return Some(vec![Insertion { at: brace + 1, text: format!(", {{ {id_line}, {any} }}") }]);
    }
    let indent = FileLine::around(text, id.start).indent();
    let lines = [format!("# {}", new.comment), "[[criterion.concept]]".to_owned(), id_line, any];
    let lines: Vec<String> =
        std::iter::once(String::new()).chain(lines.iter().map(|line| format!("{indent}{line}"))).collect();
    Some(vec![FileLine::around(text, end).below(&lines)])
}

/// Adds a term to `also`, after its last term, or in a new table `also` below `terms`. `None` if `terms` is an inline
/// table, because no other table can follow it.
fn term(text: &str, last: &LastTerm, weight: Thousandths, new: &NewPhrase<'_>) -> Option<Vec<Insertion>> {
    let entry = format!("{} = {}", toml_string(new.phrase), decimal(weight));
    if let Some((_, ',' | '}')) = next_sign(text, last.span.end, &[]) {
        let after = Insertion { at: last.span.end, text: format!(", {entry}") };
        return (!last.needs_table).then(|| vec![after]);
    }
    let line = FileLine::around(text, last.span.end);
    let indent = line.indent();
    let header = line.below(&[format!("{indent}{ALSO}")]);
    let lines = line.below(&[format!("{indent}# {}", new.comment), format!("{indent}{entry}")]);
    Some(last.needs_table.then_some(header).into_iter().chain([lines]).collect())
}

/// A weight without loss, with two decimal places as in drafts if they are enough.
fn decimal(weight: Thousandths) -> String {
    let digits = if weight.0.is_multiple_of(10) { 2 } else { 3 };
    format!("{:.digits$}", f64::from(weight.0) / 1000.0)
}

/// A phrase as a TOML string, with the same quotes as the phrase at `like` if possible.
fn quoted_like(text: &str, like: &Range<usize>, phrase: &str) -> String {
    let single = text.get(like.clone()).is_some_and(|like| like.starts_with('\''));
    if single && !phrase.contains(|c: char| c == '\'' || c.is_control()) {
        format!("'{phrase}'")
    } else {
        toml_string(phrase)
    }
}

/// The first character from `at` that is not white space, in a comment or in `skipped`.
fn next_sign(text: &str, at: usize, skipped: &[char]) -> Option<(usize, char)> {
    let mut in_comment = false;
    for (offset, c) in text.get(at..)?.char_indices() {
        in_comment = (in_comment || c == '#') && c != '\n';
        if !in_comment && !c.is_whitespace() && !skipped.contains(&c) {
            return Some((at + offset, c));
        }
    }
    None
}

/// A line of a file, with its line end.
struct FileLine<'a> {
    /// Offset in the file.
    start: usize,
    text: &'a str,
}

impl<'a> FileLine<'a> {
    /// The line that contains the offset `at`.
    fn around(text: &'a str, at: usize) -> Self {
        let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let end = after.find('\n').map_or(text.len(), |end| before.len() + end + 1);
        Self { start, text: text.get(start..end).unwrap_or_default() }
    }

    fn indent(&self) -> &'a str {
        let body = self.text.trim_start_matches([' ', '\t']);
        &self.text[..self.text.len() - body.len()]
    }

    /// The text of the line before the offset `at` of the file.
    fn lead(&self, at: usize) -> &'a str {
        self.text.get(..at.saturating_sub(self.start)).unwrap_or_default()
    }

    /// If only a comma and a comment follow the offset `at` of the file: whether there is a comma.
    fn rest_has_comma(&self, at: usize) -> Option<bool> {
        let rest = self.text.get(at.saturating_sub(self.start)..)?.trim_start();
        let without = rest.strip_prefix(',');
        let tail = without.unwrap_or(rest).trim_start();
        (tail.is_empty() || tail.starts_with('#')).then_some(without.is_some())
    }

    fn ending(&self) -> &'static str {
        if self.text.ends_with("\r\n") { "\r\n" } else { "\n" }
    }

    fn above(&self, line: &str) -> Insertion {
        Insertion { at: self.start, text: format!("{line}{}", self.ending()) }
    }

    fn below(&self, lines: &[String]) -> Insertion {
        let ending = self.ending();
        let is_last = !self.text.ends_with('\n');
        let mut text = if is_last { ending.to_owned() } else { String::new() };
        text.push_str(&lines.join(ending));
        if !is_last {
            text.push_str(ending);
        }
        Insertion { at: self.start + self.text.len(), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::rubric;

    const HEAD: &str = "schema = 1\nid = \"q\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"?\"\n";

    /// The lines of a criterion with the phrases inserted, and the criterion that is read from them.
    fn after(criterion: &str, slot: Slot, phrases: &[&str]) -> (String, crate::model::Criterion) {
        let text = format!("{HEAD}[[criterion]]\nid = \"c\"\npoints = 1\nasks = \"x\"\n{criterion}");
        let parse = |text: &str| {
            rubric::parse("rubrics/t/q.toml", text, |_| None).unwrap_or_else(|faults| panic!("{text}\n{faults:?}"))
        };
        let locations = &parse(&text).locations.criteria[0];
        let insert = |phrase: &&str| {
            let new = NewPhrase { phrase, comment: "why", id: "new" };
            insertions(&text, locations, slot, &new).expect("room")
        };
        let all: Vec<Insertion> = phrases.iter().flat_map(insert).collect();
        let changed = applied(&text, &ordered(&text, &all.iter().collect::<Vec<_>>()));
        let read = parse(&changed);
        assert_eq!(read.findings, [], "{changed}");
        (changed[text.len() - criterion.len()..].to_owned(), read.question.criteria[0].clone())
    }

    #[track_caller]
    fn alternative_gives(list: &str, expected: &str) {
        let concept = |list: &str| format!("[[criterion.concept]]\nid = \"k\"\n{list}");
        let (text, criterion) = after(&concept(list), Slot::Concept(0), &["new", "it's"]);
        assert_eq!(text, concept(expected));
        assert_eq!(criterion.concepts[0].any.last().map(String::as_str), Some("it's"));
    }

    #[test]
    fn a_list_on_several_lines_gets_a_line_for_each_phrase() {
        alternative_gives(
            "any = [\n  'a', # one\n  'b', 'c', # two\n]\n",
            "any = [\n  'a', # one\n  'b', 'c', # two\n  # why\n  'new',\n  # why\n  \"it's\",\n]\n",
        );
        alternative_gives("any = [\n\t\"a\"\n]\n", "any = [\n\t\"a\",\n\t# why\n\t\"new\",\n\t# why\n\t\"it's\",\n]\n");
        alternative_gives("any = [ 'a',\n]\n", "any = [ 'a',\n  # why\n  'new',\n  # why\n  \"it's\",\n]\n");
        alternative_gives(
            "any = [\r\n  'a',\r\n]\r\n",
            "any = [\r\n  'a',\r\n  # why\r\n  'new',\r\n  # why\r\n  \"it's\",\r\n]\r\n",
        );
    }

    #[test]
    fn a_list_on_one_line_stays_on_it() {
        alternative_gives("any = ['a', 'b']\n", "# why\n# why\nany = ['a', 'b', 'new', \"it's\"]\n");
        alternative_gives("any = ['a',] # x", "# why\n# why\nany = ['a', 'new', \"it's\",] # x");
        alternative_gives("any = [\n  'a',\n  'b']\n", "any = [\n  'a',\n  # why\n  # why\n  'b', 'new', \"it's\"]\n");
    }

    #[test]
    fn inline_tables_get_no_comment() {
        let (text, _) = after("concept = [{ id = \"k\", any = ['a'] }]\n", Slot::Concept(0), &["new"]);
        assert_eq!(text, "concept = [{ id = \"k\", any = ['a', 'new'] }]\n");
        let (text, _) = after("concept = [{ id = \"k\", any = ['a'] }]\n", Slot::NewConcept, &["new"]);
        assert_eq!(text, "concept = [{ id = \"k\", any = ['a'] }, { id = \"new\", any = ['new'] }]\n");
        let (text, _) = after(
            "[[criterion.reference]]\ntext = \"x\"\nterms = { \"a\" = 1.0 }\nalso = { \"b\" = 1.0 }\n",
            Slot::Reference { number: 0, weight: Thousandths(1500) },
            &["new"],
        );
        let also = "also = { \"b\" = 1.0, \"new\" = 1.50 }\n";
        assert_eq!(text, format!("[[criterion.reference]]\ntext = \"x\"\nterms = {{ \"a\" = 1.0 }}\n{also}"));
    }

    #[test]
    fn a_new_concept_goes_below_the_last_one() {
        let last = "need = 1\n[[criterion.concept]]\nany = [\n  'a', # ]\n]\nid = \"k\" # x\n";
        let rest =
            "\n[[criterion]]\nid = \"d\"\npoints = 1\nasks = \"x\"\n[[criterion.concept]]\nid = \"k\"\nany = ['z']\n";
        let (text, criterion) = after(&format!("{last}{rest}"), Slot::NewConcept, &["new"]);
        let new = "\n# why\n[[criterion.concept]]\nid = \"new\"\nany = ['new']\n";
        assert_eq!(text, format!("{last}{new}{rest}"));
        assert_eq!(criterion.concepts[1].any, ["new"]);
    }

    #[test]
    fn further_terms_get_a_table_below_the_terms() {
        let at = Slot::Reference { number: 0, weight: Thousandths(345) };
        let one = "[[criterion.reference]]\ntext = \"x\"\n[criterion.reference.terms]\n\"a\" = 1.0\n  gap = 2 # x\n";
        let denied = "[criterion.reference.denied]\n\"d\" = 1.0\n";
        let (text, criterion) = after(&format!("{one}{denied}"), at, &["new", "b \\* c"]);
        let new = "  [criterion.reference.also]\n  # why\n  \"new\" = 0.345\n  # why\n  \"b \\\\* c\" = 0.345\n";
        assert_eq!(text, format!("{one}{new}{denied}"));
        assert_eq!(criterion.concepts.len(), 5);
        let (again, _) = after(&text, at, &["more"]);
        assert_eq!(again, format!("{one}{new}  # why\n  \"more\" = 0.345\n{denied}"));
        let (text, _) = after(one.trim_end(), at, &["new"]);
        assert!(text.ends_with("# x\n  [criterion.reference.also]\n  # why\n  \"new\" = 0.345"), "{text}");
    }
}
