//! Reads a table with a heading by the rules of RFC 4180, a block of records at a time.

use std::io;

use csv_core::ReadRecordResult;

use super::error::InputFault;
use super::fault::RowFault;
use super::limits::{BLOCK_BYTES, ROW_BYTES, too_long};
use super::record::RecordColumns;
use super::records::{Places, Records};
use super::stream::Stream;
use crate::row::Columns;

/// Reads records from a stream.
pub(super) struct TableReader {
    stream: Stream,
    core: csv_core::Reader,
    delimiter: u8,
    heading: Vec<String>,
    /// The most bytes that a row may have.
    limit: usize,
    /// The record that was read last: its fields, their ends, and its bytes as they were written.
    fields: Vec<u8>,
    ends: Vec<usize>,
    written: Vec<u8>,
}

/// How a record ended, and how many of its fields are whole.
enum RecordEnd {
    Whole(usize),
    TooLong(usize),
    /// The input ends inside quotes.
    Torn(usize),
}

impl TableReader {
    /// Reads the heading.
    pub(super) fn new(stream: Stream, delimiter: u8) -> io::Result<Self> {
        Self::with_limit(stream, delimiter, ROW_BYTES)
    }

    /// Reads the heading of a table whose rows may have at most `limit` bytes.
    pub(super) fn with_limit(stream: Stream, delimiter: u8, limit: usize) -> io::Result<Self> {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let (fields, ends) = (vec![0; 4096], vec![0; 64]);
        let mut reader =
            Self { stream, core, delimiter, heading: Vec::new(), limit, fields, ends, written: Vec::new() };
        let bad = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text.to_owned());
        match reader.read()? {
            None => {}
            Some(RecordEnd::Whole(count)) => {
                let (fields, ends) = reader.whole_fields(count);
                let text = std::str::from_utf8(fields).map_err(|_| bad("its heading is not UTF-8"))?;
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let names = starts.zip(ends).map(|(start, end)| text.get(start..*end).unwrap_or_default());
                reader.heading = names.map(|name| name.trim().to_owned()).collect();
            }
            Some(RecordEnd::TooLong(_) | RecordEnd::Torn(_)) => return Err(bad("its heading does not end")),
        }
        Ok(reader)
    }

    /// The first `count` fields of the record that was read last, and their ends.
    fn whole_fields(&self, count: usize) -> (&[u8], &[usize]) {
        let ends = self.ends.get(..count).unwrap_or_default();
        let fields = self.fields.get(..ends.last().copied().unwrap_or_default()).unwrap_or_default();
        (fields, ends)
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn stream_mut(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// The names of the columns.
    pub(super) fn heading(&self) -> &[String] {
        &self.heading
    }

    /// Finds the columns of answers in the heading. The question may be missing where `is_named`: rows need not name it.
    ///
    /// # Errors
    /// When a column is missing or occurs twice.
    pub(super) fn places(&self, columns: &Columns, is_named: bool) -> Result<Places, InputFault> {
        Ok(Places {
            answer: self.needed(&columns.answer)?,
            id: if columns.requires_id { Some(self.needed(&columns.id)?) } else { self.find(&columns.id)? },
            question: if is_named { self.find(&columns.question)? } else { Some(self.needed(&columns.question)?) },
            keep: columns.keep.iter().map(|name| self.needed(name)).collect::<Result<_, _>>()?,
        })
    }

    /// Finds the columns of records in the heading, with the names by which they are requested.
    ///
    /// # Errors
    /// When a required column is missing, or a requested one occurs twice.
    pub(super) fn record_places(&self, columns: &RecordColumns) -> Result<Vec<(usize, String)>, InputFault> {
        let mut places = Vec::new();
        for name in &columns.required {
            places.push((self.needed(name)?, name.clone()));
        }
        for name in &columns.optional {
            places.extend(self.find(name)?.map(|at| (at, name.clone())));
        }
        let prefixed = columns.prefixed(&self.heading, &places);
        places.extend(prefixed.map_err(|column| InputFault::TwoColumns { column })?);
        Ok(places)
    }

    fn needed(&self, wanted: &str) -> Result<usize, InputFault> {
        self.find(wanted)?.ok_or_else(|| self.no_column(wanted))
    }

    /// The column of that name; where there is none, the column whose name differs in case only.
    fn find(&self, wanted: &str) -> Result<Option<usize>, InputFault> {
        match self.only(wanted, |name| name == wanted)? {
            None => self.only(wanted, |name| name.eq_ignore_ascii_case(wanted)),
            found => Ok(found),
        }
    }

    fn only(&self, wanted: &str, is_it: impl Fn(&str) -> bool) -> Result<Option<usize>, InputFault> {
        let mut places = self.heading.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (_, Some(_)) => Err(InputFault::TwoColumns { column: wanted.to_owned() }),
            (place, None) => Ok(place),
        }
    }

    /// The fault of a heading without the column, with the likely reason.
    fn no_column(&self, wanted: &str) -> InputFault {
        match self.heading.as_slice() {
            [] => InputFault::NoHeading,
            [only] if only.contains(';') => InputFault::Semicolons,
            [only] if only.contains('\t') => InputFault::Tabs,
            [only] if only.contains(',') => InputFault::Commas,
            all => InputFault::NoColumn { column: wanted.to_owned(), present: all.to_vec() },
        }
    }

    /// Adds records until the block is full or the stream ends.
    pub(super) fn fill(&mut self, records: &mut Records, most: usize) -> io::Result<()> {
        while records.len() < most && records.held() < BLOCK_BYTES {
            let line = self.next_line()?;
            let Some(ended) = self.read()? else { break };
            let expected = self.heading.len();
            let (count, fault) = match ended {
                RecordEnd::TooLong(count) => (count, Some(too_long())),
                RecordEnd::Torn(count) => (count, Some(RowFault::OpenQuotes)),
                RecordEnd::Whole(count) if count == expected => (count, None),
                RecordEnd::Whole(count) => (count, Some(RowFault::FieldCount { found: count, expected })),
            };
            let (fields, ends) = self.whole_fields(count);
            records.push(line, fields, ends, fault);
            if self.stream.would_wait() {
                break;
            }
        }
        Ok(())
    }

    /// Skips empty lines and returns the number of the line at which the next record starts.
    fn next_line(&mut self) -> io::Result<u64> {
        let mut line = self.core.line();
        loop {
            let read = self.stream.fill_buf()?;
            let empty = read.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            if empty == 0 {
                return Ok(line);
            }
            line += memchr::memchr_iter(b'\n', &read[..empty]).count() as u64;
            self.stream.consume(empty);
            self.core.set_line(line);
        }
    }

    /// Reads a record into the buffers; `None` at the end. Of a record that is too long, only the fields before the
    /// limit are kept; the rest is read and dropped.
    fn read(&mut self) -> io::Result<Option<RecordEnd>> {
        let (mut out, mut ended, mut too_long) = (0, 0, None);
        self.written.clear();
        loop {
            let read = self.stream.fill_buf()?;
            let (result, taken, wrote, ends) =
                self.core.read_record(read, &mut self.fields[out..], &mut self.ends[ended..]);
            let at_end = read.is_empty();
            if self.written.len() <= self.limit {
                self.written.extend_from_slice(&read[..taken]);
            }
            self.stream.consume(taken);
            (out, ended) = (out + wrote, ended + ends);
            let has_too_many = matches!(result, ReadRecordResult::OutputEndsFull) && self.ends.len() > self.limit / 8;
            if out > self.limit || has_too_many {
                let kept = *too_long.get_or_insert_with(|| self.fields_within_limit(ended));
                (out, ended) = (self.whole_fields(kept).0.len(), kept);
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if out == self.fields.len() => {
                    self.fields.resize(self.fields.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if ended == self.ends.len() => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record => {
                    return Ok(Some(match too_long {
                        Some(kept) => RecordEnd::TooLong(kept),
                        // The last field is the one that is cut off.
                        None if at_end && ends_inside_quotes(&self.written, self.delimiter) => {
                            RecordEnd::Torn(ended.saturating_sub(1))
                        }
                        None => RecordEnd::Whole(ended),
                    }));
                }
            }
        }
    }

    /// The number of fields, among the first `ended`, that end before the limit; at most as many as the heading has.
    fn fields_within_limit(&self, ended: usize) -> usize {
        let ends = self.ends.iter().take(ended.min(self.heading.len()));
        ends.take_while(|end| **end <= self.limit).count()
    }
}

/// Whether the quotes of the last field are still open at the end of a record.
fn ends_inside_quotes(written: &[u8], delimiter: u8) -> bool {
    let mut bytes = written.iter().peekable();
    let (mut at_start, mut quoted) = (true, false);
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if at_start => quoted = true,
            b'"' if quoted => quoted = bytes.next_if_eq(&&b'"').is_some(),
            _ => {}
        }
        at_start = !quoted && *byte == delimiter;
    }
    quoted
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::row::Row;
    use gradus_core::model::CarriedValue;

    fn rows(table: &[u8], columns: &Columns) -> Vec<Row<'static>> {
        let mut reader = TableReader::new(Stream::of_bytes(table), b',').expect("a heading");
        let places = reader.places(columns, true).expect("columns");
        let (mut records, mut all) = (Records::default(), Vec::new());
        loop {
            records.clear();
            reader.fill(&mut records, 100).expect("reads");
            if records.len() == 0 {
                return all;
            }
            all.extend(
                (0..records.len()).filter_map(|place| records.row(place, &places, columns)).map(Row::into_owned),
            );
        }
    }

    #[test]
    fn records_have_lines_and_fields() {
        let columns = Columns { keep: vec!["who".to_owned()], ..Columns::default() };
        let rows = rows(b"who,answer,id\n\nAnna,\"one\ntwo, \"\"three\"\"\",a\nBen,5\" pipe,\n", &columns);
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(rows[0].answer.as_deref(), Ok("one\ntwo, \"three\""));
        assert_eq!(rows[0].kept, [CarriedValue::Text("Anna".into())]);
        assert_eq!((rows[1].answer.as_deref(), rows[1].id.as_deref()), (Ok("5\" pipe"), None));
    }

    #[test]
    fn faults_stay_with_their_rows() {
        let rows = rows(b"id,answer\na\nb,\xff\nc,fine\nd,\"cut o", &Columns::default());
        let answers: Vec<_> = rows.iter().map(|row| row.answer.as_deref().map_err(String::as_str)).collect();
        assert_eq!(
            answers,
            [
                Err("the row has 1 field, but the header has 2"),
                Err("not UTF-8 from byte 2 on: save it as UTF-8"),
                Ok("fine"),
                Err("the file ends in the middle of this row, inside quotes"),
            ]
        );
    }

    #[test]
    fn a_row_that_is_too_long_keeps_the_fields_before_the_limit() {
        let mut table = b"id,answer\na,".to_vec();
        table.resize(table.len() + ROW_BYTES + 1, b'x');
        table.extend_from_slice(b"\nb,fine\n");
        let rows = rows(&table, &Columns::default());
        assert_eq!((rows[0].answer.clone(), rows[0].id.as_deref()), (Err(too_long().to_string()), Some("a")));
        assert_eq!(rows[1].answer.as_deref(), Ok("fine"));
    }

    #[test]
    fn a_heading_that_cannot_be_read_is_an_error() {
        for (table, limit, message) in [
            (&b"id,\xff\n"[..], 100, "its heading is not UTF-8"),
            (b"id,\"answer", 100, "its heading does not end"),
            (b"id,answer\n", 4, "its heading does not end"),
        ] {
            let error = TableReader::with_limit(Stream::of_bytes(table), b',', limit).map(|_| ()).expect_err(message);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn columns_that_are_missing_or_repeated_are_reported() {
        let places = |heading: &[u8], named: bool| {
            let table = TableReader::new(Stream::of_bytes(heading), b',').expect("reads");
            table.places(&Columns::default(), named).map_err(|fault| fault.to_string())
        };
        assert_eq!(places(b"id,text\n", true), Err("it has no column `answer`; it has `id`, `text`".to_owned()));
        assert_eq!(places(b"answer,answer\n", true), Err("it has two columns `answer`".to_owned()));
        assert_eq!(places(b"", true), Err("it is empty and has no header row".to_owned()));
        assert!(places(b"answer\n", true).is_ok());
        assert_eq!(places(b"answer\n", false), Err("it has no column `question`; it has `answer`".to_owned()));
    }

    fn record_places(heading: &str, optional: &[&str]) -> Result<Vec<(usize, String)>, InputFault> {
        let optional = optional.iter().map(ToString::to_string).collect();
        let prefix = Some("criterion:".to_owned());
        let columns =
            RecordColumns { required: vec!["answer".to_owned()], optional, prefix, ..RecordColumns::default() };
        TableReader::new(Stream::of_bytes(heading.as_bytes()), b',').expect("reads").record_places(&columns)
    }

    #[test]
    fn a_column_that_is_requested_by_name_and_by_prefix_is_one_column() {
        let heading = "answer,criterion:a,criterion:b\n";
        for (name, expected) in [
            ("criterion:b", &[(0, "answer"), (2, "criterion:b"), (1, "criterion:a")][..]),
            // Credits are found by the name as it is written.
            ("Criterion:B", &[(0, "answer"), (2, "Criterion:B"), (1, "criterion:a"), (2, "criterion:b")]),
        ] {
            let places = record_places(heading, &[name]).expect("columns");
            let found: Vec<_> = places.iter().map(|(at, name)| (*at, name.as_str())).collect();
            assert_eq!(found, expected);
        }
        for optional in [&["criterion:a"][..], &[]] {
            let fault = record_places("answer,criterion:a,criterion:a\n", optional).map_err(|fault| fault.to_string());
            assert_eq!(fault, Err("it has two columns `criterion:a`".to_owned()));
        }
    }

    #[test]
    fn a_heading_with_very_many_columns_takes_linear_time() {
        let heading = (0..40_000).fold("answer".to_owned(), |mut text, at| {
            let _ = write!(text, ",criterion:{at}");
            text
        });
        let start = Instant::now();
        assert_eq!(record_places(&heading, &["score"]).expect("columns").len(), 40_001);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }

    #[test]
    fn quotes_are_open_only_where_a_field_starts_with_one() {
        for (written, open) in
            [("a,\"b", true), ("a,\"b\"\"", true), ("a,\"b\"", false), ("5\" pipe", false), ("a,\"\"", false)]
        {
            assert_eq!(ends_inside_quotes(written.as_bytes(), b','), open, "{written}");
        }
    }
}
