//! Each record of a table and each line of objects is one row, and damage to a row does not change other rows.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::json;
use super::limits::too_long;
use super::lines::{LineReader, Lines};
use super::records::Records;
use super::stream::Stream;
use super::table::TableReader;
use crate::row::{Columns, Row};
use gradus_core::model::CarriedValue;

/// The most bytes of a row in these tests.
const LIMIT: usize = 200;

/// The damage of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Damage {
    None,
    /// Only this many fields.
    Short(usize),
    /// More fields than the heading has.
    Long,
    /// A byte that is not UTF-8 in the field at this place.
    NotUtf8(usize),
    /// A field of more bytes than a row may have, at this place.
    Oversized(usize),
}

/// A row of a table: its values by column name, and its damage.
#[derive(Debug, Clone)]
struct Made {
    values: Vec<String>,
    damage: Damage,
}

const NAMES: [&str; 5] = ["id", "question", "answer", "who", "note"];

fn value() -> impl Strategy<Value = String> {
    // With everything that needs quotes, and with letters of several bytes.
    vec(select(&["a", "B", "7", " ", ",", "\t", "\"", "\n", "é", "…", "x, y"][..]), 1..8)
        .prop_map(|parts| parts.concat())
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        3 => Just(Damage::None),
        1 => (1..NAMES.len()).prop_map(Damage::Short),
        1 => Just(Damage::Long),
        1 => (0..NAMES.len()).prop_map(Damage::NotUtf8),
        1 => (0..NAMES.len()).prop_map(Damage::Oversized),
    ]
}

fn made() -> impl Strategy<Value = Made> {
    (vec(value(), NAMES.len()), damage()).prop_map(|(values, damage)| Made { values, damage })
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    Just((0..NAMES.len()).collect::<Vec<_>>()).prop_shuffle()
}

fn quoted(field: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for byte in field {
        out.extend(std::iter::repeat_n(*byte, if *byte == b'"' { 2 } else { 1 }));
    }
    out.push(b'"');
    out
}

/// The record of a row, its columns in this order.
fn record(row: &Made, order: &[usize], delimiter: u8) -> Vec<u8> {
    let mut fields: Vec<Vec<u8>> = order.iter().map(|at| row.values[*at].clone().into_bytes()).collect();
    match row.damage {
        Damage::None => {}
        Damage::Short(count) => fields.truncate(count),
        Damage::Long => fields.push(b"more".to_vec()),
        Damage::NotUtf8(at) => fields[at].push(0xff),
        Damage::Oversized(at) => fields[at] = vec![b'x'; LIMIT * 3],
    }
    fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(&delimiter)
}

fn columns() -> Columns {
    Columns { keep: vec!["note".to_owned(), "who".to_owned()], ..Columns::default() }
}

fn table_rows(table: &[u8], delimiter: u8, most: usize) -> io::Result<Vec<Row<'static>>> {
    let mut reader = TableReader::with_limit(Stream::of_bytes(table), delimiter, LIMIT)?;
    let columns = columns();
    let Ok(places) = reader.places(&columns, true) else { return Ok(Vec::new()) };
    let (mut records, mut rows) = (Records::default(), Vec::new());
    loop {
        records.clear();
        reader.fill(&mut records, most)?;
        if records.len() == 0 {
            return Ok(rows);
        }
        for place in 0..records.len() {
            rows.push(records.row(place, &places, &columns).expect("a row at each place").into_owned());
        }
    }
}

fn json_rows(text: &[u8], most: usize) -> Vec<Row<'static>> {
    let mut reader = LineReader::with_limit(Stream::of_bytes(text), LIMIT);
    let (mut lines, mut rows) = (Lines::default(), Vec::new());
    loop {
        lines.clear();
        reader.fill(&mut lines, most).expect("reads");
        if lines.len() == 0 {
            return rows;
        }
        for place in 0..lines.len() {
            let line = lines.get(place).expect("a line at each place");
            let fault = (!line.whole).then(too_long);
            rows.push(json::row(line.number, line.bytes, &columns(), fault).into_owned());
        }
    }
}

/// Checks that a row without damage has its values.
fn is_read_as_made(row: &Row<'_>, made: &Made) -> Result<(), TestCaseError> {
    let named = |name: usize| Some(made.values[name].as_str()).filter(|text| !text.trim().is_empty());
    prop_assert_eq!(row.id.as_deref(), named(0));
    prop_assert_eq!(row.question.as_deref(), named(1));
    prop_assert_eq!(row.answer.as_deref(), Ok(made.values[2].as_str()));
    prop_assert_eq!(
        &row.kept,
        &[CarriedValue::Text(made.values[4].as_str().into()), CarriedValue::Text(made.values[3].as_str().into())]
    );
    Ok(())
}

/// Checks that a damaged row has a reason, and the fields before the damage.
fn is_read_as_damaged(row: &Row<'_>, made: &Made, order: &[usize]) -> Result<(), TestCaseError> {
    prop_assert!(row.answer.is_err(), "{:?} was read as {:?}", made, row.answer);
    let whole = match made.damage {
        Damage::Short(count) => count,
        Damage::NotUtf8(at) | Damage::Oversized(at) => at,
        Damage::Long | Damage::None => NAMES.len(),
    };
    let has = |name: usize| order.iter().take(whole).any(|at| *at == name);
    let named = |name: usize| Some(made.values[name].as_str()).filter(|text| !text.trim().is_empty());
    if has(0) {
        prop_assert_eq!(row.id.as_deref(), named(0));
    }
    if has(1) {
        prop_assert_eq!(row.question.as_deref(), named(1));
    }
    for (name, kept) in [(4, &row.kept[0]), (3, &row.kept[1])] {
        if has(name) {
            prop_assert_eq!(kept, &CarriedValue::Text(made.values[name].as_str().into()));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_record_of_a_table_is_one_row_and_damage_stays_with_its_row(
        made in vec(made(), 1..12),
        order in order(),
        delimiter in select(&[b',', b'\t'][..]),
        most in 1..5_usize,
        torn in any::<Option<(usize, proptest::sample::Index)>>(),
    ) {
        let heading: Vec<&str> = order.iter().map(|at| NAMES[*at]).collect();
        let mut table = heading.join(&char::from(delimiter).to_string()).into_bytes();
        for row in &made {
            table.push(b'\n');
            table.extend(record(row, &order, delimiter));
        }
        table.push(b'\n');
        // The last row may end inside quotes, after any number of whole fields.
        let torn = torn.map(|(fields, cut)| {
            let fields = fields % NAMES.len();
            let whole = Made { damage: Damage::Short(fields.max(1)), ..made[0].clone() };
            let mut last = if fields == 0 { Vec::new() } else { [record(&whole, &order, delimiter), vec![delimiter]].concat() };
            let rest = b"\"cut in the middle";
            last.extend_from_slice(&rest[..=cut.index(rest.len() - 1)]);
            table.extend(last);
            fields
        });
        let rows = table_rows(&table, delimiter, most).expect("reads");
        prop_assert_eq!(rows.len(), made.len() + usize::from(torn.is_some()));
        for (row, made) in rows.iter().zip(&made) {
            if made.damage == Damage::None {
                is_read_as_made(row, made)?;
            } else {
                is_read_as_damaged(row, made, &order)?;
            }
        }
        if let Some(fields) = torn {
            let cut = Made { damage: Damage::Short(fields), ..made[0].clone() };
            is_read_as_damaged(&rows[made.len()], &cut, &order)?;
        }
    }

    #[test]
    fn each_line_is_one_row_and_damage_stays_with_its_line(
        made in vec((made(), any::<proptest::sample::Index>()), 1..12),
        order in order(),
        most in 1..5_usize,
    ) {
        let mut text = Vec::new();
        for (row, cut) in &made {
            let member = |at: &usize| {
                let long = if row.damage == Damage::Oversized(*at) { "x".repeat(LIMIT * 3) } else { row.values[*at].clone() };
                format!("\"{}\":{}", NAMES[*at], serde_json::Value::from(long))
            };
            let mut line = format!("{{{}}}", order.iter().map(member).collect::<Vec<_>>().join(",")).into_bytes();
            match row.damage {
                Damage::Short(_) => line.truncate(1 + cut.index(line.len() - 1)),
                Damage::Long => line.extend_from_slice(b",{}"),
                Damage::NotUtf8(_) => line.insert(cut.index(line.len()), 0xff),
                Damage::None | Damage::Oversized(_) => {}
            }
            text.extend(line);
            text.push(b'\n');
        }
        let rows = json_rows(&text, most);
        prop_assert_eq!(rows.len(), made.len());
        for (row, (made, _)) in rows.iter().zip(&made) {
            let is_whole = made.damage == Damage::None && made.values.iter().map(String::len).sum::<usize>() < 60;
            if is_whole {
                prop_assert_eq!(row.answer.as_deref(), Ok(made.values[2].as_str()));
            } else if made.damage != Damage::None {
                prop_assert!(row.answer.is_err(), "{:?} was read as {:?}", made, row.answer);
            }
        }
    }

    #[test]
    fn random_bytes_are_rows_or_an_error(
        bytes in vec(prop_oneof![any::<u8>(), select(&b",\t\"\n\r{}[]:\\aid"[..])], 0..2000),
        with_heading in any::<bool>(),
        most in 1..50_usize,
    ) {
        for delimiter in [b',', b'\t'] {
            let heading = format!("answer{0}id{0}who{0}note\n", char::from(delimiter));
            let heading = if with_heading { heading.as_str() } else { "id" };
            let table = [heading.as_bytes(), &bytes].concat();
            if let Ok(rows) = table_rows(&table, delimiter, most) {
                prop_assert!(rows.iter().all(|row| row.kept.len() == 2));
                // However many rows are read at a time, they are the same rows.
                let at_once = table_rows(&table, delimiter, usize::MAX).expect("reads");
                prop_assert_eq!(rows, at_once);
            }
        }
        let text = [b"{}\n", &bytes[..]].concat();
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii_end().is_empty()).count();
        prop_assert_eq!(json_rows(&text, most).len(), lines);
    }
}

/// Gives the same byte without end, and sets `stop` after some reads.
struct Endless {
    byte: u8,
    reads: usize,
    stop: Arc<AtomicBool>,
}

impl io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        if self.reads == 100 {
            self.stop.store(true, Ordering::Relaxed);
        }
        assert!(self.reads < 10_000, "it was asked to stop");
        buffer.fill(self.byte);
        Ok(buffer.len())
    }
}

#[test]
fn reading_a_line_or_field_without_end_can_be_stopped() {
    for byte in [b'x', b'\n', b'"', b','] {
        let stop = Arc::new(AtomicBool::new(false));
        let endless = |stop: &Arc<AtomicBool>| Endless { byte, reads: 0, stop: Arc::clone(stop) };
        let mut lines = LineReader::with_limit(Stream::of_reader(endless(&stop), Arc::clone(&stop)), LIMIT);
        assert!(lines.fill(&mut Lines::default(), usize::MAX).is_err());
        let stop = Arc::new(AtomicBool::new(false));
        let heading = io::Read::chain(&b"id,answer\n"[..], endless(&stop));
        let stream = Stream::of_reader(heading, Arc::clone(&stop));
        let mut table = TableReader::with_limit(stream, b',', LIMIT).expect("a heading");
        assert!(table.fill(&mut Records::default(), usize::MAX).is_err());
    }
}
