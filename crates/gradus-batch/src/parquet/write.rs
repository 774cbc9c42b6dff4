//! Writes a CSV table as a Parquet file, a row group at a time, so that memory use is constant.
//!
//! The caller gives the type of each column; a field of another type is an error with its place. The file is incomplete
//! then, so the caller writes to a temporary file.

use std::io::{Read, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Stored, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

/// Rows in a row group, and bytes of them in memory, whichever comes first.
const GROUP_ROWS: usize = 64 << 10;
const GROUP_BYTES: usize = 64 << 20;
/// Approximate size of a field without its text, in bytes.
const FIELD_BYTES: usize = 64;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// A number with a fraction, kept as a double.
    Number,
    /// A whole number that fits 64 bits with a sign.
    Count,
}

/// The reason why a table cannot be written as Parquet.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum WriteError {
    #[error("the CSV table cannot be read: {0}")]
    Csv(#[from] csv::Error),
    #[error("the CSV table is empty: expected a heading")]
    NoHeading,
    #[error("two columns of the CSV table are called {name:?}")]
    Twice { name: String },
    /// `row` counts from 1 without the heading, `line` from 1; `found` is cut where it is long.
    #[error("row {row} (line {line}), column {column:?}: expected {expected}, found {found:?}")]
    Field { row: u64, line: u64, column: String, expected: &'static str, found: String },
    #[error("the Parquet file cannot be written: {0}")]
    Parquet(#[from] ParquetError),
}

/// Reads a CSV table with a heading, writes it to `out` as Parquet, and returns the number of rows. Empty fields are null.
/// Text has a dictionary where that helps; all columns are compressed with Zstandard.
///
/// # Errors
/// When the table has no heading, names a column twice, has records of different lengths, bytes that are not UTF-8, or a
/// field of another type than its column; or when reading or writing fails.
pub fn from_csv(csv: impl Read, out: impl Write + Send, types: impl Fn(&str) -> ColumnType) -> Result<u64, WriteError> {
    let mut table = csv::Reader::from_reader(csv);
    let mut columns = columns(table.headers()?, types)?;
    let mut file = SerializedFileWriter::new(out, schema(&columns)?, Arc::new(properties(&columns)?))?;
    let (mut record, mut rows, mut held, mut weight) = (csv::StringRecord::new(), 0, 0, 0);
    while table.read_record(&mut record)? {
        rows += 1;
        for (column, field) in columns.iter_mut().zip(&record) {
            column.push(field).map_err(|expected| WriteError::Field {
                row: rows,
                line: record.position().map_or(0, csv::Position::line),
                column: column.name.clone(),
                expected,
                found: field.chars().take(40).collect(),
            })?;
            weight += field.len() + FIELD_BYTES;
        }
        held += 1;
        if held == GROUP_ROWS || weight >= GROUP_BYTES {
            write_group(&mut file, &mut columns)?;
            (held, weight) = (0, 0);
        }
    }
    if held > 0 {
        write_group(&mut file, &mut columns)?;
    }
    file.finish()?;
    Ok(rows)
}

fn columns(heading: &csv::StringRecord, types: impl Fn(&str) -> ColumnType) -> Result<Vec<Column>, WriteError> {
    if heading.is_empty() {
        return Err(WriteError::NoHeading);
    }
    let mut columns: Vec<Column> = Vec::with_capacity(heading.len());
    for name in heading {
        if columns.iter().any(|column| column.name == name) {
            return Err(WriteError::Twice { name: name.to_owned() });
        }
        let values = Values::of(types(name));
        columns.push(Column { name: name.to_owned(), values, levels: Vec::new() });
    }
    Ok(columns)
}

fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let fields = columns.iter().map(|column| {
        let (stored, meaning) = match column.values {
            Values::Text(_) => (Stored::BYTE_ARRAY, Some(LogicalType::String)),
            Values::Number(_) => (Stored::DOUBLE, None),
            Values::Count(_) => (Stored::INT64, None),
        };
        let field = Type::primitive_type_builder(&column.name, stored)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(meaning)
            .build()?;
        Ok(Arc::new(field))
    });
    let fields = fields.collect::<Result<_, ParquetError>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

fn properties(columns: &[Column]) -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("gradus ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in columns {
        let is_text = matches!(column.values, Values::Text(_));
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name.as_str()), is_text);
    }
    Ok(properties.build())
}

fn write_group<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    columns: &mut [Column],
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for column in columns {
        if let Some(writer) = group.next_column()? {
            column.write(writer)?;
        }
    }
    group.close()?;
    Ok(())
}

/// The fields of a column that are not written yet: a level per row, 0 for null, and the values of the other rows.
struct Column {
    name: String,
    values: Values,
    levels: Vec<i16>,
}

enum Values {
    Text(Vec<ByteArray>),
    Number(Vec<f64>),
    Count(Vec<i64>),
}

impl Values {
    fn of(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text(Vec::new()),
            ColumnType::Number => Self::Number(Vec::new()),
            ColumnType::Count => Self::Count(Vec::new()),
        }
    }
}

impl Column {
    /// Keeps a field, or returns the expected type.
    fn push(&mut self, field: &str) -> Result<(), &'static str> {
        self.levels.push(i16::from(!field.is_empty()));
        if field.is_empty() {
            return Ok(());
        }
        match &mut self.values {
            Values::Text(values) => values.push(ByteArray::from(field.as_bytes().to_vec())),
            Values::Number(values) => {
                let number = field.parse().ok().filter(|number: &f64| number.is_finite());
                values.push(number.ok_or("a number")?);
            }
            Values::Count(values) => values.push(field.parse().map_err(|_| "a whole number")?),
        }
        Ok(())
    }

    fn write(&mut self, writer: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match &mut self.values {
            Values::Text(values) => write_column::<ByteArrayType>(writer, values, &self.levels)?,
            Values::Number(values) => write_column::<DoubleType>(writer, values, &self.levels)?,
            Values::Count(values) => write_column::<Int64Type>(writer, values, &self.levels)?,
        }
        self.levels.clear();
        Ok(())
    }
}

/// Writes a column chunk, and empties `values`.
fn write_column<T: DataType>(
    mut writer: SerializedColumnWriter<'_>,
    values: &mut Vec<T::T>,
    levels: &[i16],
) -> Result<(), ParquetError> {
    writer.typed::<T>().write_batch(values, Some(levels), None)?;
    values.clear();
    writer.close()
}
