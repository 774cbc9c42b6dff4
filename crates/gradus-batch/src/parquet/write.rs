//! Writes a CSV table as a Parquet file, a row group at a time, so that memory stays flat.
//!
//! The caller says what kind each column is of; a field that is not of its kind is an error with its
//! place. What has been written by then is no Parquet file, so write to a temporary one.

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
/// What a field takes beside its text, about, in bytes.
const FIELD_BYTES: usize = 64;

/// What the fields of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number with a fraction, kept as a double.
    Number,
    /// A whole number that fits 64 bits with a sign.
    Count,
}

/// Why a table cannot be written as Parquet.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The table is no CSV, or cannot be read.
    #[error("the CSV table cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// The table has no line at all.
    #[error("the CSV table is empty: expected a heading")]
    NoHeading,
    /// Two columns have one name.
    #[error("two columns of the CSV table are called {name:?}")]
    Twice {
        /// The name.
        name: String,
    },
    /// A field is not of its column's kind.
    #[error("row {row} (line {line}), column {column:?}: expected {expected}, found {found:?}")]
    Field {
        /// Which row, from 1, the heading not counted.
        row: u64,
        /// Line of the file that the row begins at, from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What the column holds.
        expected: &'static str,
        /// What stands there, cut where it is long.
        found: String,
    },
    /// The file cannot be written.
    #[error("the Parquet file cannot be written: {0}")]
    Parquet(#[from] ParquetError),
}

/// Reads a CSV table with a heading and writes it to `out` as Parquet; gives the number of rows. Empty
/// fields are null, of whatever kind. Text is packed with a dictionary where that helps, all with Zstandard.
///
/// # Errors
/// The table has no heading, names a column twice, has records of unlike length or bytes that are no
/// UTF-8, or a field that is not of its column's kind; or reading or writing fails.
pub fn from_csv(csv: impl Read, out: impl Write + Send, kinds: impl Fn(&str) -> Kind) -> Result<u64, WriteError> {
    let mut table = csv::Reader::from_reader(csv);
    let mut columns = columns(table.headers()?, kinds)?;
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

fn columns(heading: &csv::StringRecord, kinds: impl Fn(&str) -> Kind) -> Result<Vec<Column>, WriteError> {
    if heading.is_empty() {
        return Err(WriteError::NoHeading);
    }
    let mut columns: Vec<Column> = Vec::with_capacity(heading.len());
    for name in heading {
        if columns.iter().any(|column| column.name == name) {
            return Err(WriteError::Twice { name: name.to_owned() });
        }
        let values = Values::of(kinds(name));
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

/// The fields of a column that wait to be written: a level a row, 0 for null, and the others' values.
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
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Vec::new()),
            Kind::Number => Self::Number(Vec::new()),
            Kind::Count => Self::Count(Vec::new()),
        }
    }
}

impl Column {
    /// Keeps a field, or says what it should have been.
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
