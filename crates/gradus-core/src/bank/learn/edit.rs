//! A phrase written into the text of a rubric file: only insertions, in the author's own formatting.

use std::collections::BTreeSet;
use std::ops::Range;

use super::aim::At;
use crate::bank::places::{CriterionPlaces, MorePlace};
use crate::bank::written::quoted;
use crate::model::Thousandths;

/// Text that goes between two bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Insertion {
    pub(super) at: usize,
    pub(super) text: String,
}

/// What is written: the phrase, a comment without its sign, and the id of a new concept.
pub(super) struct Entry<'a> {
    pub(super) phrase: &'a str,
    pub(super) comment: &'a str,
    pub(super) id: &'a str,
}

/// The comma that a list lacked before it was added to. Several additions need one.
const COMMA: &str = ",";
/// The heading of a table that a reference lacked before it was added to. Several additions need one.
const ALSO: &str = "[criterion.reference.also]";

/// What to insert where; `None` where the file is written in a way that has no place for it.
pub(super) fn insertions(text: &str, places: &CriterionPlaces, at: At, entry: &Entry<'_>) -> Option<Vec<Insertion>> {
    match at {
        At::Concept(number) => Some(alternative(text, places.phrases.get(number)?.last()?, entry)),
        At::NewConcept => concept(text, places, entry),
        At::Reference { number, weight } => term(text, places.more.get(number)?.as_ref()?, weight, entry),
    }
}

/// The insertions as they stand in `text`; what goes to the same place stays in its order.
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

/// A further phrase of a list, after its last one.
fn alternative(text: &str, last: &Range<usize>, entry: &Entry<'_>) -> Vec<Insertion> {
    let line = Line::around(text, last.end);
    let phrase = alike(text, last, entry.phrase);
    let lead = line.lead(last.start);
    if let Some(has_comma) = line.rest_is_empty(last.end) {
        // The list goes on below, so the phrase gets a line of its own.
        let indent = if lead.trim_start().starts_with(['"', '\'']) || lead.trim().is_empty() {
            line.indent().to_owned()
        } else {
            format!("{}  ", line.indent())
        };
        let lines = [format!("{indent}# {}", entry.comment), format!("{indent}{phrase},")];
        let comma = (!has_comma).then(|| Insertion { at: last.end, text: COMMA.to_owned() });
        return comma.into_iter().chain([line.below(&lines)]).collect();
    }
    let mut insertions = Vec::new();
    if starts_line(lead) {
        insertions.push(line.above(&format!("{}# {}", line.indent(), entry.comment)));
    }
    insertions.push(Insertion { at: last.end, text: format!(", {phrase}") });
    insertions
}

/// Whether a line that begins so belongs to a list that stands in a table of its own: inline tables have
/// no place for a comment.
fn starts_line(lead: &str) -> bool {
    let lead = lead.trim_start();
    lead.is_empty() || lead.starts_with(['"', '\'']) || lead.strip_prefix("any").is_some_and(is_list)
}

fn is_list(rest: &str) -> bool {
    rest.trim_start().strip_prefix('=').is_some_and(|rest| rest.trim_start().starts_with('['))
}

/// A concept of its own, after the criterion's last one.
fn concept(text: &str, places: &CriterionPlaces, entry: &Entry<'_>) -> Option<Vec<Insertion>> {
    let (id, phrases) = (places.concepts.last()?, places.phrases.last()?);
    let close = following(text, phrases.last()?.end, &[',']).filter(|(_, c)| *c == ']')?;
    let end = id.end.max(close.0 + 1);
    let any = format!("any = [{}]", alike(text, phrases.last()?, entry.phrase));
    let id_line = format!("id = {}", quoted(entry.id));
    if let Some((brace, '}')) = following(text, end, &[',']) {
        return Some(vec![Insertion { at: brace + 1, text: format!(", {{ {id_line}, {any} }}") }]);
    }
    let indent = Line::around(text, id.start).indent();
    let lines = [format!("# {}", entry.comment), "[[criterion.concept]]".to_owned(), id_line, any];
    let lines: Vec<String> =
        std::iter::once(String::new()).chain(lines.iter().map(|line| format!("{indent}{line}"))).collect();
    Some(vec![Line::around(text, end).below(&lines)])
}

/// What else a good answer may say, after the last of it, or in a table of its own below the terms. `None`
/// where the terms are an inline table, which another table cannot follow.
fn term(text: &str, last: &MorePlace, weight: Thousandths, entry: &Entry<'_>) -> Option<Vec<Insertion>> {
    let written = format!("{} = {}", quoted(entry.phrase), decimal(weight));
    if let Some((_, ',' | '}')) = following(text, last.place.end, &[]) {
        let after = Insertion { at: last.place.end, text: format!(", {written}") };
        return (!last.is_new).then(|| vec![after]);
    }
    let line = Line::around(text, last.place.end);
    let indent = line.indent();
    let head = line.below(&[format!("{indent}{ALSO}")]);
    let lines = line.below(&[format!("{indent}# {}", entry.comment), format!("{indent}{written}")]);
    Some(last.is_new.then_some(head).into_iter().chain([lines]).collect())
}

/// A weight as drafts write it, and exactly.
fn decimal(weight: Thousandths) -> String {
    let digits = if weight.0.is_multiple_of(10) { 2 } else { 3 };
    format!("{:.digits$}", f64::from(weight.0) / 1000.0)
}

/// A phrase in quotes like those of the phrase that stands at `like`.
fn alike(text: &str, like: &Range<usize>, phrase: &str) -> String {
    let single = text.get(like.clone()).is_some_and(|like| like.starts_with('\''));
    if single && !phrase.contains(|c: char| c == '\'' || c.is_control()) {
        format!("'{phrase}'")
    } else {
        quoted(phrase)
    }
}

/// The first sign from `at` on that is neither white space nor a comment nor one of `skipped`.
fn following(text: &str, at: usize, skipped: &[char]) -> Option<(usize, char)> {
    let mut in_comment = false;
    for (offset, c) in text.get(at..)?.char_indices() {
        in_comment = (in_comment || c == '#') && c != '\n';
        if !in_comment && !c.is_whitespace() && !skipped.contains(&c) {
            return Some((at + offset, c));
        }
    }
    None
}

/// A line of a text, with its end.
struct Line<'a> {
    start: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
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

    /// What stands before byte `at` of the file.
    fn lead(&self, at: usize) -> &'a str {
        self.text.get(..at.saturating_sub(self.start)).unwrap_or_default()
    }

    /// Whether nothing follows byte `at` of the file but a comma and a comment; and whether there is a comma.
    fn rest_is_empty(&self, at: usize) -> Option<bool> {
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
    use crate::bank::learn::patch::applied;
    use crate::bank::rubric;

    const HEAD: &str = "schema = 1\nid = \"q\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"?\"\n";

    /// What the lines of a criterion become, and the criterion that is read from them.
    fn after(criterion: &str, at: At, phrases: &[&str]) -> (String, crate::model::Criterion) {
        let text = format!("{HEAD}[[criterion]]\nid = \"c\"\npoints = 1\nasks = \"x\"\n{criterion}");
        let parse = |text: &str| {
            rubric::parse("rubrics/t/q.toml", text, |_| None).unwrap_or_else(|faults| panic!("{text}\n{faults:?}"))
        };
        let places = &parse(&text).places.criteria[0];
        let entry = |phrase: &&str| {
            let entry = Entry { phrase, comment: "why", id: "new" };
            insertions(&text, places, at, &entry).expect("a place")
        };
        let all: Vec<Insertion> = phrases.iter().flat_map(entry).collect();
        let changed = applied(&text, &ordered(&text, &all.iter().collect::<Vec<_>>()));
        let read = parse(&changed);
        assert_eq!(read.findings, [], "{changed}");
        (changed[text.len() - criterion.len()..].to_owned(), read.question.criteria[0].clone())
    }

    #[track_caller]
    fn alternative_gives(list: &str, expected: &str) {
        let concept = |list: &str| format!("[[criterion.concept]]\nid = \"k\"\n{list}");
        let (text, criterion) = after(&concept(list), At::Concept(0), &["new", "it's"]);
        assert_eq!(text, concept(expected));
        assert_eq!(criterion.concepts[0].any.last().map(String::as_str), Some("it's"));
    }

    #[test]
    fn a_list_over_several_lines_gets_lines() {
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
        let (text, _) = after("concept = [{ id = \"k\", any = ['a'] }]\n", At::Concept(0), &["new"]);
        assert_eq!(text, "concept = [{ id = \"k\", any = ['a', 'new'] }]\n");
        let (text, _) = after("concept = [{ id = \"k\", any = ['a'] }]\n", At::NewConcept, &["new"]);
        assert_eq!(text, "concept = [{ id = \"k\", any = ['a'] }, { id = \"new\", any = ['new'] }]\n");
        let (text, _) = after(
            "[[criterion.reference]]\ntext = \"x\"\nterms = { \"a\" = 1.0 }\nalso = { \"b\" = 1.0 }\n",
            At::Reference { number: 0, weight: Thousandths(1500) },
            &["new"],
        );
        let also = "also = { \"b\" = 1.0, \"new\" = 1.50 }\n";
        assert_eq!(text, format!("[[criterion.reference]]\ntext = \"x\"\nterms = {{ \"a\" = 1.0 }}\n{also}"));
    }

    #[test]
    fn a_concept_goes_below_the_last_one() {
        let last = "need = 1\n[[criterion.concept]]\nany = [\n  'a', # ]\n]\nid = \"k\" # x\n";
        let rest =
            "\n[[criterion]]\nid = \"d\"\npoints = 1\nasks = \"x\"\n[[criterion.concept]]\nid = \"k\"\nany = ['z']\n";
        let (text, criterion) = after(&format!("{last}{rest}"), At::NewConcept, &["new"]);
        let new = "\n# why\n[[criterion.concept]]\nid = \"new\"\nany = ['new']\n";
        assert_eq!(text, format!("{last}{new}{rest}"));
        assert_eq!(criterion.concepts[1].any, ["new"]);
    }

    #[test]
    fn what_else_may_be_said_gets_a_table_of_its_own() {
        let at = At::Reference { number: 0, weight: Thousandths(345) };
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
