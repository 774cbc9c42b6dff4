//! Reads verdicts from the text of a judge's reply.
//!
//! Takes the reply and the token of its prompt; gives a verdict per criterion and, for each missing or wrong verdict,
//! a fault in words that a model can act on. The reply is not trusted: only an object with the token counts, and the
//! time is linear in the length of any text. The messages of faults are sent to judges, so they are part of the
//! prompt, and of the key under which a reply to it is cached.

use std::collections::{BTreeSet, HashMap};

use memchr::{memmem, memrchr};
use serde_json::value::RawValue;

use super::json_fields::{Fields, Keyed, RawVerdict};
use crate::model::is_invisible;

/// Largest number of characters of a `why`.
const WHY: usize = 300;
/// Largest number of characters that a fault quotes from the reply.
const SHOWN: usize = 40;
/// Largest number of faults that belong to no criterion.
const STRAYS: usize = 20;
/// Limit of the search for the object, in lengths of the text.
const MOST_WORK: usize = 16;

/// The credit that a judge gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfferedCredit {
    /// No credit.
    None,
    /// Half of the points.
    Partial,
    /// All points.
    Full,
}

impl OfferedCredit {
    /// The share of the criterion's points, in thousandths.
    pub(super) fn thousandths(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Partial => 500,
            Self::Full => 1000,
        }
    }
}

/// A judge's verdict on one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The criterion's position among the ids.
    pub(super) criterion: usize,
    /// The credit.
    pub(super) credit: OfferedCredit,
    /// The passage of the answer that earns the credit, as the judge wrote it; may be empty.
    pub(super) quote: String,
    /// The reason, on one line of at most 300 visible characters; may be empty if there is no credit.
    pub(super) why: String,
}

/// A fault of a reply, as a message to the model that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// No object has the token.
    #[error("there is no JSON object with `for` \"{0}\" and `verdicts`, an object with a verdict under each id")]
    Missing(String),
    /// The reply ended before the object did.
    #[error("the reply was cut off before the JSON object with `for` \"{0}\" and `verdicts` was complete; be shorter")]
    Cut(String),
    /// An object has the token and is not valid JSON.
    #[error("the JSON object with `for` \"{0}\" cannot be read: {1}")]
    Unreadable(String, String),
    /// The object, or a verdict, repeats a key: the object's description and the key.
    #[error("{0} says `{1}` twice")]
    Repeated(String, &'static str),
    /// A verdict without a criterion: its position, from 1.
    #[error("verdict {0} names no `criterion`")]
    Nameless(usize),
    /// A verdict on an unknown criterion.
    #[error("`{0}` is no criterion")]
    Unknown(String),
    /// A criterion without a verdict.
    #[error("no verdict for `{0}`")]
    Unjudged(String),
    /// A criterion with several verdicts.
    #[error("two verdicts for `{0}`")]
    JudgedTwice(String),
    /// A verdict without a credit.
    #[error("`credit` of `{0}` is missing; it must be none, partial or full")]
    NoCredit(String),
    /// A verdict with an unknown credit: the criterion and the credit.
    #[error("`credit` of `{0}` is {1}; it must be none, partial or full")]
    Credit(String, String),
    /// A verdict that is not an object.
    #[error("the verdict for `{0}` is not an object")]
    NotAnObject(String),
    /// A verdict under the id of one criterion that names another.
    #[error("the verdict under `{0}` names `{1}` as its `criterion`")]
    Misplaced(String, String),
    /// A verdict whose `why` contains no words.
    #[error("`why` of `{0}` is not a sentence; say in words what decides it")]
    NoReason(String),
    /// A verdict whose `quote` or `why` is not a string: the criterion and the key.
    #[error("`{1}` of `{0}` is no text")]
    NoText(String, &'static str),
}

/// The verdicts and faults of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// At most one per criterion, in the order of the ids.
    pub(super) verdicts: Vec<Verdict>,
    /// First the faults that belong to no criterion, then at most one per criterion without a verdict.
    pub(super) faults: Vec<Fault>,
}

/// Reads the verdicts on the criteria `ids` from a reply. If several objects have `token`, the one that ends last
/// counts; without any the result is one fault. `is_cut` says whether the reply was cut off.
pub(super) fn read(text: &str, is_cut: bool, token: &str, ids: &[&str]) -> Read {
    let listed = listed(text, token).or_else(|why| {
        // Some endpoints wrap the whole reply in a string.
        let wrapped = text.trim_start_matches('\u{feff}').trim_start().starts_with('"');
        let text =
            if wrapped { serde_json::from_str::<String>(text.trim_start_matches('\u{feff}')).ok() } else { None };
        text.map_or(Err(why), |text| self::listed(&text, token))
    });
    match listed {
        Ok(listed) => judged(&listed, ids),
        Err(_) if is_cut => Read { verdicts: Vec::new(), faults: vec![Fault::Cut(token.to_owned())] },
        Err(fault) => Read { verdicts: Vec::new(), faults: vec![fault] },
    }
}

/// The raw verdicts of the object that counts.
fn listed(text: &str, token: &str) -> Result<Vec<RawVerdict>, Fault> {
    let mut fault = None;
    let mut best: Option<(usize, Fields<'_>)> = None;
    let mut work = text.len().saturating_mul(MOST_WORK);
    for at in places(text, token) {
        if work == 0 {
            break;
        }
        let start = opening(text.as_bytes(), at);
        work = work.saturating_sub(at - start.unwrap_or(0));
        let Some((start, object)) = start.and_then(|start| Some((start, text.get(start..)?))) else { continue };
        let mut parser = serde_json::Deserializer::from_str(object).into_iter::<Fields<'_>>();
        let parsed = parser.next();
        let length = parser.byte_offset();
        match parsed {
            Some(Ok(fields)) => {
                work = work.saturating_sub(length);
                let is_last = best.as_ref().is_none_or(|(end, _)| *end < start + length);
                if is_last && fields.is_for(token) {
                    best = Some((start + length, fields));
                }
            }
            Some(Err(error)) => {
                work = work.saturating_sub(object.len());
                fault.get_or_insert_with(|| unreadable(token, &error));
            }
            None => {}
        }
    }
    let Some((_, fields)) = best else { return Err(fault.unwrap_or_else(|| Fault::Missing(token.to_owned()))) };
    if let Some(key) = fields.repeated.filter(|key| matches!(*key, "for" | "verdicts")) {
        return Err(Fault::Repeated("the JSON object".to_owned(), key));
    }
    let keyed = || fields.value::<Keyed>("verdicts").map(|keyed| keyed.0);
    let list =
        || fields.value::<Vec<Box<RawValue>>>("verdicts").map(|list| list.into_iter().map(|one| (None, one)).collect());
    keyed().or_else(list).ok_or_else(|| Fault::Missing(token.to_owned()))
}

/// The byte positions of `"for": "token"`, last first.
fn places<'t>(text: &'t str, token: &str) -> impl Iterator<Item = usize> + use<'t> {
    let space = [' ', '\n', '\r', '\t'];
    let quoted = serde_json::Value::from(token).to_string();
    let found: Vec<usize> = memmem::find_iter(text.as_bytes(), &quoted).collect();
    found.into_iter().rev().filter_map(move |at| {
        let key = text.get(..at)?.trim_end_matches(space).strip_suffix(':')?.trim_end_matches(space);
        Some(key.strip_suffix("\"for\"")?.len())
    })
}

/// The start of the object that has a key at `at`. Scans backwards, which is correct if the preceding text is JSON; if
/// it is not, parsing fails later.
fn opening(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    while at > 0 {
        at -= 1;
        match text.get(at)? {
            b'"' => at = string_start(text, at)?,
            b'}' | b']' => depth += 1,
            b'{' if depth == 0 => return Some(at),
            b'[' if depth == 0 => return None,
            b'{' | b'[' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The start of the string whose closing quotation mark is at `end`.
fn string_start(text: &[u8], mut end: usize) -> Option<usize> {
    loop {
        end = memrchr(b'"', text.get(..end)?)?;
        let escapes = text.get(..end)?.iter().rev().take_while(|byte| **byte == b'\\').count();
        if escapes % 2 == 0 {
            return Some(end);
        }
    }
}

fn unreadable(token: &str, error: &serde_json::Error) -> Fault {
    let error = error.to_string();
    // The line and column count from the object's start, which the model cannot see.
    let reason = error.split(" at line ").next().unwrap_or_default();
    Fault::Unreadable(token.to_owned(), one_line(reason, 2 * SHOWN))
}

/// The verdicts found for one criterion.
enum Slot {
    Empty,
    One(Result<Verdict, Fault>),
    Two,
}

fn judged(listed: &[RawVerdict], ids: &[&str]) -> Read {
    let criteria: HashMap<&str, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut slots: Vec<Slot> = ids.iter().map(|_| Slot::Empty).collect();
    let (mut faults, mut unknown) = (Vec::new(), BTreeSet::new());
    for (place, (key, raw)) in listed.iter().enumerate() {
        let read = match key {
            Some(key) => under_key(raw, key, &criteria),
            None => named(raw, place, &criteria).map(|(criterion, fields)| (criterion, Ok(fields))),
        };
        let stray = match read {
            Ok((criterion, fields)) => {
                let (Some(slot), Some(id)) = (slots.get_mut(criterion), ids.get(criterion)) else { continue };
                let one = fields.and_then(|fields| verdict(criterion, id, &fields));
                *slot = if matches!(slot, Slot::Empty) { Slot::One(one) } else { Slot::Two };
                continue;
            }
            Err(stray) => stray,
        };
        let is_new = faults.len() < STRAYS && unknown.insert(stray.to_string());
        faults.extend(is_new.then_some(stray));
    }
    let mut verdicts = Vec::new();
    for (slot, id) in slots.into_iter().zip(ids) {
        match slot {
            Slot::Empty => faults.push(Fault::Unjudged((*id).to_owned())),
            Slot::Two => faults.push(Fault::JudgedTwice((*id).to_owned())),
            Slot::One(Err(fault)) => faults.push(fault),
            Slot::One(Ok(verdict)) => verdicts.push(verdict),
        }
    }
    Read { verdicts, faults }
}

/// The criterion that a key names, and the fields of its verdict.
#[allow(clippy::type_complexity)] // a stray verdict, or a faulty one of a criterion
fn under_key<'r>(
    raw: &'r RawValue,
    key: &str,
    ids: &HashMap<&str, usize>,
) -> Result<(usize, Result<Fields<'r>, Fault>), Fault> {
    let id = key.trim();
    let criterion = ids.get(id).ok_or_else(|| Fault::Unknown(one_line(key, SHOWN)))?;
    let Ok(fields) = serde_json::from_str::<Fields<'_>>(raw.get()) else {
        return Ok((*criterion, Err(Fault::NotAnObject(id.to_owned()))));
    };
    // A verdict whose key and `criterion` differ counts for neither, because either may be the mistake.
    let fields = match (fields.repeated, fields.raw("criterion")) {
        (Some("criterion"), _) => Err(Fault::Repeated(format!("the verdict for `{id}`"), "criterion")),
        (_, Some(raw)) => match serde_json::from_str::<String>(raw.get()) {
            Ok(named) if named.trim() == id => Ok(fields),
            _ => Err(Fault::Misplaced(id.to_owned(), one_line(raw.get(), SHOWN))),
        },
        (_, None) => Ok(fields),
    };
    Ok((*criterion, fields))
}

/// The criterion that an element of the list names, and its fields.
fn named<'r>(raw: &'r RawValue, place: usize, ids: &HashMap<&str, usize>) -> Result<(usize, Fields<'r>), Fault> {
    let fields: Fields<'_> = serde_json::from_str(raw.get()).map_err(|_| Fault::Nameless(place + 1))?;
    if fields.repeated == Some("criterion") {
        return Err(Fault::Repeated(format!("verdict {}", place + 1), "criterion"));
    }
    let id: String = fields.value("criterion").ok_or(Fault::Nameless(place + 1))?;
    let criterion = ids.get(id.trim()).ok_or_else(|| Fault::Unknown(one_line(&id, SHOWN)))?;
    Ok((*criterion, fields))
}

fn verdict(criterion: usize, id: &str, fields: &Fields<'_>) -> Result<Verdict, Fault> {
    let named = || id.to_owned();
    if let Some(key) = fields.repeated.filter(|key| matches!(*key, "credit" | "quote" | "why")) {
        return Err(Fault::Repeated(format!("the verdict for `{id}`"), key));
    }
    let credit = fields.raw("credit").ok_or_else(|| Fault::NoCredit(named()))?;
    let credit = offered_credit(credit).ok_or_else(|| Fault::Credit(named(), one_line(credit.get(), SHOWN)))?;
    let text = |key| fields.raw(key).map_or(Some(String::new()), |raw| serde_json::from_str(raw.get()).ok());
    let quote = text("quote").ok_or_else(|| Fault::NoText(named(), "quote"))?;
    let why = text("why").ok_or_else(|| Fault::NoText(named(), "why"))?;
    let why = one_line(&why, WHY);
    // A model that lost track writes the rest of its JSON into `why`; its credit is not reliable either.
    let may_be_empty = credit == OfferedCredit::None;
    if !(is_reason(&why) || (may_be_empty && why.is_empty())) {
        return Err(Fault::NoReason(named()));
    }
    Ok(Verdict { criterion, credit, quote, why })
}

/// Whether a text contains words: at least two words, or four letters of a script without upper and lower case, which
/// may not use spaces. A text that starts like JSON is not a reason.
fn is_reason(text: &str) -> bool {
    let words = || text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let letters: usize = words().map(|word| word.chars().count()).sum();
    let is_caseless = |c: char| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase();
    let is_in_words = words().nth(1).is_some() || text.chars().filter(|c| is_caseless(*c)).count() >= 4;
    letters >= 4 && is_in_words && !text.starts_with(['{', '}', '[', ']', ':', ','])
}

fn offered_credit(credit: &RawValue) -> Option<OfferedCredit> {
    let word: String = serde_json::from_str(credit.get()).ok()?;
    let word = word.trim();
    let words = [("none", OfferedCredit::None), ("partial", OfferedCredit::Partial), ("full", OfferedCredit::Full)];
    words.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, offered)| offered)
}

/// `text` on one line of at most `most` visible characters; a text that was cut ends with "…".
fn one_line(text: &str, most: usize) -> String {
    let (mut line, mut length, mut is_apart) = (String::new(), 0, false);
    for character in text.chars().filter(|character| !is_invisible(*character)) {
        if character.is_whitespace() || character.is_control() {
            is_apart = length > 0;
            continue;
        }
        if length + usize::from(is_apart) >= most {
            line.truncate(line.char_indices().nth(most.saturating_sub(1)).map_or(line.len(), |(at, _)| at));
            line.truncate(line.trim_end().len());
            line.push('…');
            return line;
        }
        if std::mem::take(&mut is_apart) {
            line.push(' ');
            length += 1;
        }
        line.push(character);
        length += 1;
    }
    line
}

#[cfg(test)]
#[path = "reply_reader_tests.rs"]
mod tests;
