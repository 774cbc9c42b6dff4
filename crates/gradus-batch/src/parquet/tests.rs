//! Tests that written tables can be read again, and tests of files from another writer.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use super::column::uneven;
use super::{Cell, ColumnType, ReadError, Rows, Table, WriteError, from_csv};

fn column_type(name: &str) -> ColumnType {
    match name {
        "score" => ColumnType::Number,
        "count" => ColumnType::Count,
        _ => ColumnType::Text,
    }
}

fn parquet_file(csv: &str) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    from_csv(csv.as_bytes(), &file, column_type).expect("a table");
    file.rewind().expect("a file that can be read again");
    file
}

fn write_error(csv: &[u8]) -> WriteError {
    from_csv(csv, std::io::sink(), column_type).expect_err("a fault")
}

fn fixture(name: &str) -> Table {
    let path = format!("{}/tests/parquet/{name}", env!("CARGO_MANIFEST_DIR"));
    Table::open(File::open(path).expect("a fixture")).expect("a table")
}

fn all_rows(table: Table) -> Vec<Vec<Cell>> {
    let columns: Vec<usize> = (0..table.names().len()).collect();
    let mut rows = table.read(&columns).expect("columns");
    let mut all = Vec::new();
    loop {
        let batch = rows.next_batch(7).expect("rows");
        if batch.is_empty() {
            return all;
        }
        all.extend(batch);
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn formatted(text: &str) -> Cell {
    Cell::Formatted(text.to_owned())
}

fn number(written: &str) -> Cell {
    Cell::Number(written.to_owned())
}

fn other(json: &str) -> Cell {
    Cell::Other(json.to_owned())
}

#[test]
fn csv_rows_are_read_back_from_parquet() {
    let table = parquet_file(
        "id,frage ✓,score,count\n1,\"a, \"\"b\"\"\nc\",0.5,7\n2,,,\n\"\",ä 🎉,-1e-9,-9223372036854775808\n",
    );
    let table = Table::open(table).expect("a table");
    assert_eq!(table.names(), ["id", "frage ✓", "score", "count"]);
    assert_eq!(table.rows(), 3);
    let expected = vec![
        vec![text("1"), text("a, \"b\"\nc"), number("0.5"), number("7")],
        vec![text("2"), Cell::Missing, Cell::Missing, Cell::Missing],
        vec![Cell::Missing, text("ä 🎉"), number("-1e-9"), number("-9223372036854775808")],
    ];
    assert_eq!(all_rows(table), expected);
}

#[test]
fn csv_with_only_a_heading_is_a_table_without_rows() {
    let table = Table::open(parquet_file("\u{feff}id,answer\n")).expect("a table");
    assert_eq!((table.rows(), table.names()), (0, ["id".to_owned(), "answer".to_owned()].as_slice()));
    assert!(all_rows(table).is_empty());
}

#[test]
fn rows_keep_their_order_across_row_groups() {
    let rows = (0..150_000).map(|row| format!("answer {row},{row}\n"));
    let csv: String = std::iter::once("answer,count\n".to_owned()).chain(rows).collect();
    let table = Table::open(parquet_file(&csv)).expect("a table");
    assert_eq!(table.rows(), 150_000);
    let count = table.need("count").expect("a column");
    let mut rows = table.read(&[count]).expect("columns");
    let mut seen = 0;
    while let batch = rows.next_batch(1_000).expect("rows")
        && !batch.is_empty()
    {
        for row in batch {
            assert_eq!(row, [number(&seen.to_string())]);
            seen += 1;
        }
    }
    assert_eq!(seen, 150_000);
}

#[test]
fn long_texts_make_short_batches() {
    let long = "x".repeat(1 << 20);
    let mut csv = String::from("answer\n");
    (0..100).for_each(|_| csv.extend([long.as_str(), "\n"]));
    let mut rows = Table::open(parquet_file(&csv)).expect("a table").read(&[0]).expect("columns");
    assert_eq!(rows.next_batch(100).expect("rows").len(), 64);
    assert_eq!(rows.next_batch(100).expect("rows").len(), 36);
    assert!(rows.next_batch(100).expect("rows").is_empty());
}

#[test]
fn faults_of_a_csv_table_are_reported_with_their_place() {
    let table = [
        ("id,score\n1,2\n\"two\nlines\",x\n", "row 2 (line 3), column \"score\": expected a number, found \"x\""),
        ("score\ninf\n", "row 1 (line 2), column \"score\": expected a number, found \"inf\""),
        ("count\n1\n1.5\n", "row 2 (line 3), column \"count\": expected a whole number, found \"1.5\""),
        ("id,id\n1,2\n", "two columns of the CSV table are called \"id\""),
        ("", "the CSV table is empty: expected a heading"),
    ];
    for (csv, expected) in table {
        assert_eq!(write_error(csv.as_bytes()).to_string(), expected);
    }
    assert!(matches!(write_error(b"id,answer\n1\n"), WriteError::Csv(_)));
    assert!(matches!(write_error(b"id\n\xff\n"), WriteError::Csv(_)));
}

#[test]
fn missing_column_is_an_error_that_lists_the_existing_columns() {
    let table = Table::open(parquet_file("id,answer\n1,a\n")).expect("a table");
    assert_eq!(table.find("points").expect("no fault"), None);
    let error = table.need("points").expect_err("no such column");
    assert_eq!(error.to_string(), "there is no column \"points\"");
    assert!(matches!(error, ReadError::NoColumn { names, .. } if names == ["id", "answer"]));
    assert!(table.read(&[2]).is_err());
}

#[test]
fn column_with_a_duplicate_name_is_read_only_by_position() {
    let table = fixture("twice.parquet");
    assert!(matches!(table.find("x"), Err(ReadError::Twice { .. })));
    assert_eq!(table.need("id").expect("a column"), 0);
    assert_eq!(all_rows(table)[1], [number("2"), text("b"), text("d")]);
}

#[test]
fn values_of_another_writer_are_read_by_their_logical_type() {
    let table = fixture("kinds.parquet");
    let names = table.names().to_vec();
    let rows = all_rows(table);
    let expected = [
        ("id", number("17")),
        ("unsigned", number("18446744073709551615")),
        ("price", number("-0.05")),
        ("share", number("0.1")),
        ("single", number("0.1")),
        ("nan", other("\"NaN\"")),
        ("date", formatted("2024-02-29")),
        ("zoned", formatted("2024-02-29T12:00:00.250000Z")),
        ("pandas", formatted("2024-02-29T12:00:00.000000001")),
        ("time", formatted("23:59:59.999000")),
        ("bytes", text("für")),
        ("tags", other(r#"["a",null,"b\"c"]"#)),
        ("grid", other("[[1,2],[],null,[3]]")),
        ("person", other(r#"{"name":"Zoë","marks":[1.5,2.0]}"#)),
        ("notes", other(r#"{"a":[{"at":"2024-02-29"}],"b":null}"#)),
        ("ready", Cell::Bool(true)),
    ];
    for (at, (name, cell)) in expected.into_iter().enumerate() {
        assert_eq!((names[at].as_str(), &rows[0][at]), (name, &cell));
        assert_eq!(rows[1][at], Cell::Missing, "{name} of a row of nulls");
    }
    let bytes = names.iter().position(|name| name == "bytes").expect("a column");
    assert!(matches!(&rows[2][bytes], Cell::Bad(reason) if reason.starts_with("expected UTF-8 text")));
}

#[test]
fn unsupported_codec_is_an_error_that_names_it() {
    let mut rows = fixture("brotli.parquet").read(&[0]).expect("columns");
    let error = rows.next_batch(1).expect_err("a codec");
    assert_eq!(error.to_string(), "column \"id\" is compressed with Brotli");
    assert_eq!(error.hint(), "write it with Snappy, gzip, Zstandard or LZ4");
    assert!(rows.next_batch(1).expect("nothing more").is_empty());
}

#[test]
fn other_files_are_not_taken_for_parquet() {
    for bytes in [&b""[..], b"PAR1", b"id,answer\n1,what is an error budget\n", &[0; 4096]] {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes).expect("written");
        assert!(matches!(Table::open(file), Err(ReadError::NotParquet)));
    }
}

#[test]
fn truncated_files_are_errors_and_damaged_files_never_panic() {
    let path = format!("{}/tests/parquet/kinds.parquet", env!("CARGO_MANIFEST_DIR"));
    let whole = std::fs::read(path).expect("a fixture");
    let mut cut: Vec<Vec<u8>> = (0..whole.len()).step_by(97).map(|length| whole[..length].to_vec()).collect();
    cut.extend((0..whole.len() - 12).step_by(97).map(|length| [&whole[..length], &whole[whole.len() - 8..]].concat()));
    for bytes in cut {
        assert!(read_all(&bytes).is_err(), "cut to {} bytes", bytes.len());
    }
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..1_500 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let mut bytes = whole.clone();
        let at = usize::try_from(seed >> 8).expect("64 bits") % bytes.len();
        bytes[at] ^= 1 << (seed & 7);
        drop(read_all(&bytes));
    }
}

fn read_all(bytes: &[u8]) -> Result<usize, ReadError> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    let table = Table::open(file)?;
    let columns: Vec<usize> = (0..table.names().len()).collect();
    let mut rows: Rows = table.read(&columns)?;
    let mut count = 0;
    loop {
        let found = rows.next_batch(1_000)?.len();
        count += found;
        if found == 0 || count > 100_000 {
            return Ok(count);
        }
    }
}

#[test]
fn every_error_of_reading_has_a_message_and_a_hint() {
    let again = "write the file again";
    let column = || "a".to_owned();
    for (error, message, hint) in [
        (ReadError::File(std::io::Error::other("broken")), "the Parquet file cannot be read: broken", again),
        (ReadError::NotParquet, "this is not a Parquet file: it does not end with the mark `PAR1`", again),
        (ReadError::Encrypted, "the Parquet file is encrypted", again),
        (uneven(), "the Parquet file is damaged: the parts of a column do not match", again),
        (
            ReadError::Codec { column: column(), codec: "Brotli" },
            "column \"a\" is compressed with Brotli",
            "write it with Snappy, gzip, Zstandard or LZ4",
        ),
        (
            ReadError::NoColumn { name: column(), names: Vec::new() },
            "there is no column \"a\"",
            "name a column that the file has",
        ),
        (ReadError::Twice { name: column() }, "there are two columns \"a\"", "rename one of the columns"),
    ] {
        assert_eq!((error.to_string().as_str(), error.hint()), (message, hint));
    }
}

#[test]
fn every_error_of_writing_has_a_message() {
    let csv = csv::Error::from(std::io::Error::other("broken"));
    let parquet = parquet::errors::ParquetError::General("broken".to_owned());
    let field =
        WriteError::Field { row: 1, line: 2, column: "a".to_owned(), expected: "a number", found: "x".to_owned() };
    for (error, message) in [
        (WriteError::Csv(csv), "the CSV table cannot be read: broken"),
        (WriteError::NoHeading, "the CSV table is empty: expected a heading"),
        (WriteError::Twice { name: "a".to_owned() }, "two columns of the CSV table are called \"a\""),
        (field, "row 1 (line 2), column \"a\": expected a number, found \"x\""),
        (WriteError::Parquet(parquet), "the Parquet file cannot be written: Parquet error: broken"),
    ] {
        assert_eq!(error.to_string(), message);
    }
}
