//! Records of a table with a heading, several at a time, by the rules of RFC 4180.

use std::borrow::Cow;
use std::io;

use csv_core::ReadRecordResult;

use super::limits::{BLOCK_BYTES, ROW_BYTES};
use super::stream::Stream;
use crate::batch::row::{Columns, Row, not_utf8, short};
use crate::model::Kept;

/// Where in a record each column stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    id: Option<usize>,
    question: Option<usize>,
    answer: usize,
    keep: Vec<usize>,
}

/// Records that go through together.
#[derive(Debug, Default)]
pub(super) struct Records {
    fields: Vec<u8>,
    ends: Vec<usize>,
    all: Vec<Record>,
}

#[derive(Debug)]
struct Record {
    line: u64,
    /// Where its fields begin, and where their ends are noted.
    start: (usize, usize),
    fault: Option<String>,
}

impl Records {
    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.ends.clear();
        self.all.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Bytes of memory that it takes.
    fn held(&self) -> usize {
        self.fields.len() + size_of_val(&*self.ends)
    }

    pub(super) fn row<'a>(&'a self, place: usize, places: &Places, columns: &Columns) -> Row<'a> {
        let Record { line, start: (start, first), fault } = &self.all[place];
        let (end, last) = self.all.get(place + 1).map_or((self.fields.len(), self.ends.len()), |next| next.start);
        let (bytes, ends) = (&self.fields[*start..end], &self.ends[*first..last]);
        let field = |at: usize| {
            let from = at.checked_sub(1).map_or(0, |before| ends[before]);
            std::str::from_utf8(bytes.get(from..*ends.get(at)?)?).ok()
        };
        let named = |at: usize| field(at).filter(|text| !text.trim().is_empty()).map(Cow::Borrowed);
        let kept = |at: &usize| field(*at).map_or(Kept::Absent, |text| Kept::Text(Cow::Borrowed(text)));
        let answer = match (fault, std::str::from_utf8(bytes)) {
            (Some(fault), _) => Err(fault.clone()),
            (None, Err(error)) => Err(not_utf8(error)),
            (None, Ok(_)) => Ok(Cow::Borrowed(field(places.answer).unwrap_or_default())),
        };
        Row {
            line: *line,
            id: places.id.and_then(named),
            question: places.question.and_then(named),
            answer,
            body: 0,
            kept: if columns.keep.is_empty() { Vec::new() } else { places.keep.iter().map(kept).collect() },
        }
    }
}

/// Reads records from a stream.
pub(super) struct TableReader {
    stream: Stream,
    core: csv_core::Reader,
    delimiter: u8,
    heading: Vec<String>,
    /// The record at hand: its fields, their ends, and how it was written.
    fields: Vec<u8>,
    ends: Vec<usize>,
    written: Vec<u8>,
}

/// How reading a record ended.
enum Ended {
    Whole {
        fields: usize,
        ends: usize,
    },
    TooLong,
    /// The file ends inside quotes.
    Torn,
}

impl TableReader {
    /// Reads the heading.
    pub(super) fn new(stream: Stream, delimiter: u8) -> io::Result<Self> {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let (fields, ends) = (vec![0; 4096], vec![0; 64]);
        let mut reader = Self { stream, core, delimiter, heading: Vec::new(), fields, ends, written: Vec::new() };
        let bad = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text.to_owned());
        match reader.read()? {
            None => {}
            Some(Ended::Whole { fields, ends }) => {
                let text =
                    std::str::from_utf8(&reader.fields[..fields]).map_err(|_| bad("its heading is not UTF-8"))?;
                let mut start = 0;
                for end in &reader.ends[..ends] {
                    reader.heading.push(text.get(start..*end).unwrap_or_default().trim().to_owned());
                    start = *end;
                }
            }
            Some(Ended::TooLong | Ended::Torn) => return Err(bad("its heading does not end")),
        }
        Ok(reader)
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Finds the columns in the heading; that of the question may be missing where rows need not name it.
    ///
    /// # Errors
    /// Says which is missing, or stands there twice.
    pub(super) fn places(&self, columns: &Columns, is_named: bool) -> Result<Places, String> {
        let one = |wanted: &String, is: &dyn Fn(&str) -> bool| {
            let mut places = self.heading.iter().enumerate().filter(|(_, name)| is(name)).map(|(at, _)| at);
            match (places.next(), places.next()) {
                (_, Some(_)) => Err(format!("it has two columns `{wanted}`")),
                (place, None) => Ok(place),
            }
        };
        let find = |wanted: &String| match one(wanted, &|name| name == wanted)? {
            None => one(wanted, &|name| name.eq_ignore_ascii_case(wanted)),
            found => Ok(found),
        };
        let needed = |wanted: &String| find(wanted)?.ok_or_else(|| self.no_column(wanted));
        Ok(Places {
            answer: needed(&columns.answer)?,
            id: if columns.is_id_needed { Some(needed(&columns.id)?) } else { find(&columns.id)? },
            question: if is_named { find(&columns.question)? } else { Some(needed(&columns.question)?) },
            keep: columns.keep.iter().map(needed).collect::<Result<_, _>>()?,
        })
    }

    /// Says that a column is missing, and what may be the reason.
    fn no_column(&self, wanted: &str) -> String {
        let there: Vec<String> = self.heading.iter().take(20).map(|name| format!("`{}`", short(name))).collect();
        match self.heading.as_slice() {
            [] => "it is empty, and has no heading".to_owned(),
            [only] if only.contains(';') => {
                "its columns are set apart by semicolons: save it with commas, or with tabs as .tsv".to_owned()
            }
            [only] if only.contains('\t') => "its columns are set apart by tabs: use --input-format tsv".to_owned(),
            [only] if only.contains(',') => "its columns are set apart by commas: use --input-format csv".to_owned(),
            _ => format!("it has no column `{wanted}`, only {}", there.join(", ")),
        }
    }

    /// Adds records until a block is full or the stream ends.
    pub(super) fn fill(&mut self, records: &mut Records, most: usize) -> io::Result<()> {
        while records.len() < most && records.held() < BLOCK_BYTES {
            let line = self.next_line()?;
            let Some(ended) = self.read()? else { break };
            let start = (records.fields.len(), records.ends.len());
            let fault = match ended {
                Ended::TooLong => Some(super::limits::too_long()),
                Ended::Torn => Some("the file ends in the middle of this row, inside quotes".to_owned()),
                Ended::Whole { fields, ends } => {
                    records.fields.extend_from_slice(&self.fields[..fields]);
                    records.ends.extend_from_slice(&self.ends[..ends]);
                    let expected = self.heading.len();
                    (ends != expected).then(|| format!("{ends} fields, where the heading has {expected}"))
                }
            };
            records.all.push(Record { line, start, fault });
            if self.stream.would_wait() {
                break;
            }
        }
        Ok(())
    }

    /// The line at which the next record begins: empty lines are passed over.
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

    fn read(&mut self) -> io::Result<Option<Ended>> {
        let (mut out, mut ended, mut too_long) = (0, 0, false);
        self.written.clear();
        loop {
            let read = self.stream.fill_buf()?;
            let (result, taken, wrote, ends) =
                self.core.read_record(read, &mut self.fields[out..], &mut self.ends[ended..]);
            let at_end = read.is_empty();
            if self.written.len() <= ROW_BYTES {
                self.written.extend_from_slice(&read[..taken]);
            }
            self.stream.consume(taken);
            (out, ended) = (out + wrote, ended + ends);
            if out > ROW_BYTES {
                (out, too_long) = (0, true);
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    let larger = (self.fields.len() * 2).min(ROW_BYTES * 2);
                    self.fields.resize(larger, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() > ROW_BYTES / 8 => (ended, too_long) = (0, true),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record if too_long => return Ok(Some(Ended::TooLong)),
                ReadRecordResult::Record if at_end && ends_inside_quotes(&self.written, self.delimiter) => {
                    return Ok(Some(Ended::Torn));
                }
                ReadRecordResult::Record => return Ok(Some(Ended::Whole { fields: out, ends: ended })),
            }
        }
    }
}

/// Whether a record that was written so leaves quotes open.
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
    use super::*;

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
            all.extend((0..records.len()).map(|place| records.row(place, &places, columns).into_owned()));
        }
    }

    #[test]
    fn records_have_lines_and_fields() {
        let columns = Columns { keep: vec!["who".to_owned()], ..Columns::default() };
        let rows = rows(b"who,answer,id\n\nAnna,\"one\ntwo, \"\"three\"\"\",a\nBen,5\" pipe,\n", &columns);
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(rows[0].answer.as_deref(), Ok("one\ntwo, \"three\""));
        assert_eq!(rows[0].kept, [Kept::Text("Anna".into())]);
        assert_eq!((rows[1].answer.as_deref(), rows[1].id.as_deref()), (Ok("5\" pipe"), None));
    }

    #[test]
    fn faults_stay_with_their_rows() {
        let rows = rows(b"id,answer\na\nb,\xff\nc,fine\nd,\"cut o", &Columns::default());
        let told: Vec<_> = rows.iter().map(|row| row.answer.as_deref().map_err(String::as_str)).collect();
        assert_eq!(
            told,
            [
                Err("1 fields, where the heading has 2"),
                Err("not UTF-8 from byte 2 on: save it as UTF-8"),
                Ok("fine"),
                Err("the file ends in the middle of this row, inside quotes"),
            ]
        );
    }

    #[test]
    fn a_row_that_is_too_long_is_passed_over() {
        let mut table = b"id,answer\na,".to_vec();
        table.resize(table.len() + ROW_BYTES + 1, b'x');
        table.extend_from_slice(b"\nb,fine\n");
        let rows = rows(&table, &Columns::default());
        assert_eq!(rows[0].answer, Err(super::super::limits::too_long()));
        assert_eq!(rows[1].answer.as_deref(), Ok("fine"));
    }

    #[test]
    fn columns_that_are_missing_or_double_are_told() {
        let places = |heading: &[u8], named: bool| {
            TableReader::new(Stream::of_bytes(heading), b',').expect("reads").places(&Columns::default(), named)
        };
        assert_eq!(places(b"id,text\n", true), Err("it has no column `answer`, only `id`, `text`".to_owned()));
        assert_eq!(places(b"answer,answer\n", true), Err("it has two columns `answer`".to_owned()));
        assert_eq!(places(b"", true), Err("it is empty, and has no heading".to_owned()));
        assert!(places(b"answer\n", true).is_ok());
        assert_eq!(places(b"answer\n", false), Err("it has no column `question`, only `answer`".to_owned()));
    }

    #[test]
    fn quotes_are_open_only_where_a_field_began_with_one() {
        for (written, open) in
            [("a,\"b", true), ("a,\"b\"\"", true), ("a,\"b\"", false), ("5\" pipe", false), ("a,\"\"", false)]
        {
            assert_eq!(ends_inside_quotes(written.as_bytes(), b','), open, "{written}");
        }
    }
}
