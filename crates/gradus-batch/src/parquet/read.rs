//! Reads the columns somebody wants from a Parquet file, in the file's order, some rows at a time.
//!
//! [`Table`] knows what is there, [`Rows`] gives it. No more of the file is held than a page of each
//! wanted column, with its dictionary, and the rows of a batch. Damaged files are errors.

use std::fs::File;
use std::io;
use std::ops::Range;

use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::Type;

pub(crate) use super::cell::Cell;
use super::column::{Leaf, uneven};
use super::footer;
use super::guard::guarded;
use super::nested::Node;

/// Rows read from every column before any goes on to the next.
const STEP: usize = 64;
/// Memory a batch takes after which it is long enough, in bytes.
const BATCH_BYTES: usize = 16 << 20;

/// Why a Parquet file cannot be read, or not as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The file itself fails.
    #[error("the Parquet file cannot be read: {0}")]
    File(#[from] io::Error),
    /// The file is something else.
    #[error("this is no Parquet file: it does not end with the mark `PAR1`")]
    NotParquet,
    /// Somebody has the key.
    #[error("the Parquet file is encrypted")]
    Encrypted,
    /// What it says cannot be true, or cannot be decoded.
    #[error("the Parquet file is damaged: {reason}")]
    Damaged {
        /// What is wrong, as far as known.
        reason: String,
    },
    /// A column is packed in a way that is not read here.
    #[error("column {column:?} is compressed with {codec}\nhint: write it with Snappy, gzip, Zstandard or LZ4")]
    Codec {
        /// The column.
        column: String,
        /// How it is packed.
        codec: &'static str,
    },
    /// A column that is needed is not there.
    #[error("there is no column {name:?}\nhint: the columns are {}", list(.names))]
    NoColumn {
        /// What was asked for.
        name: String,
        /// What there is.
        names: Vec<String>,
    },
    /// A name that is asked for is that of two columns.
    #[error("there are two columns {name:?}")]
    Twice {
        /// The name.
        name: String,
    },
}

impl From<ParquetError> for ReadError {
    fn from(error: ParquetError) -> Self {
        let reason = match error {
            ParquetError::General(reason) | ParquetError::NYI(reason) | ParquetError::EOF(reason) => reason,
            other => other.to_string(),
        };
        Self::Damaged { reason }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// A Parquet file of which the footer is read: what columns it has, and how many rows.
pub(crate) struct Table {
    file: SerializedFileReader<File>,
    names: Vec<String>,
    rows: u64,
}

impl Table {
    /// Reads the footer.
    ///
    /// # Errors
    /// The file is no Parquet file, is encrypted, or its footer is damaged.
    pub(crate) fn open(mut file: File) -> Result<Self, ReadError> {
        footer::check(&mut file)?;
        guarded(|| {
            let file = SerializedFileReader::new(file)?;
            let names = schema(&file).iter().map(|field| field.name().to_owned()).collect();
            let rows = file
                .metadata()
                .row_groups()
                .iter()
                .try_fold(0_u64, |rows, group| rows.checked_add(u64::try_from(group.num_rows()).ok()?));
            let rows = rows.ok_or_else(|| ReadError::Damaged { reason: "its rows cannot be counted".to_owned() })?;
            Ok(Self { file, names, rows })
        })
    }

    /// How many rows the file has.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Names of all columns, in the file's order. One may be there twice.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Position of the column `name`, if there is one.
    ///
    /// # Errors
    /// There are two.
    pub(crate) fn find(&self, name: &str) -> Result<Option<usize>, ReadError> {
        let mut found = self.names.iter().enumerate().filter(|(_, is)| *is == name).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (at, None) => Ok(at),
            _ => Err(ReadError::Twice { name: name.to_owned() }),
        }
    }

    /// Position of the column `name`.
    ///
    /// # Errors
    /// There is none, and the error names those there are; or there are two.
    pub(crate) fn need(&self, name: &str) -> Result<usize, ReadError> {
        let none = || ReadError::NoColumn { name: name.to_owned(), names: self.names.clone() };
        self.find(name)?.ok_or_else(none)
    }

    /// The rows, of which only the columns at these positions are read. A position may be given twice.
    ///
    /// # Errors
    /// There is no such position, or the schema of a column is damaged.
    pub(crate) fn read(self, columns: &[usize]) -> Result<Rows, ReadError> {
        guarded(|| {
            let columns = columns.iter().map(|&at| Column::of(schema(&self.file), at)).collect::<Result<_, _>>()?;
            Ok(Rows { file: self.file, columns, next_group: 0, left: 0 })
        })
    }
}

/// Fields of the schema: one a column.
fn schema(file: &SerializedFileReader<File>) -> &[std::sync::Arc<Type>] {
    file.metadata().file_metadata().schema_descr().root_schema().get_fields()
}

/// Rows of a table, from the first.
pub(crate) struct Rows {
    file: SerializedFileReader<File>,
    columns: Vec<Column>,
    next_group: usize,
    /// Rows of the group at hand that are still to be read.
    left: u64,
}

impl Rows {
    /// The next rows: the wanted cells of each, in the order they were wanted in. At most `most`, fewer
    /// where texts are long, none only at the end (or where `most` is 0). After an error there is nothing more.
    ///
    /// # Errors
    /// A column is damaged, or packed in a way that is not read.
    pub(crate) fn next_batch(&mut self, most: usize) -> Result<Vec<Vec<Cell>>, ReadError> {
        let batch = guarded(|| self.batch(most));
        if batch.is_err() {
            (self.next_group, self.left) = (self.file.metadata().num_row_groups(), 0);
        }
        batch
    }

    fn batch(&mut self, most: usize) -> Result<Vec<Vec<Cell>>, ReadError> {
        let (mut rows, mut weight) = (Vec::new(), 0);
        while rows.len() < most && weight < BATCH_BYTES && (self.left > 0 || self.open_group()?) {
            let step = STEP.min(most - rows.len()).min(usize::try_from(self.left).unwrap_or(STEP));
            for column in &mut self.columns {
                column.leaves.iter_mut().try_for_each(|leaf| leaf.fill(step))?;
            }
            for _ in 0..step {
                let row = self.columns.iter_mut().map(Column::cell).collect::<Result<Vec<_>, _>>()?;
                weight += size_of_val(&row) + row.iter().map(Cell::weight).sum::<usize>();
                rows.push(row);
            }
            if !self.columns.iter().flat_map(|column| &column.leaves).all(Leaf::is_spent) {
                return Err(uneven());
            }
            self.left -= step as u64;
        }
        Ok(rows)
    }

    /// Goes on to the next row group that has rows, if there is one.
    fn open_group(&mut self) -> Result<bool, ReadError> {
        while self.next_group < self.file.metadata().num_row_groups() {
            let group = self.file.get_row_group(self.next_group)?;
            self.next_group += 1;
            self.left = u64::try_from(group.metadata().num_rows()).unwrap_or(0);
            if self.left > 0 {
                for column in &mut self.columns {
                    column.open(group.as_ref())?;
                }
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A wanted column, opened in a row group.
struct Column {
    name: String,
    node: Node,
    /// Its stored columns, among all of the file.
    stored: Range<usize>,
    leaves: Vec<Leaf>,
}

impl Column {
    fn of(fields: &[std::sync::Arc<Type>], at: usize) -> Result<Self, ReadError> {
        let field = fields.get(at).ok_or_else(|| ReadError::NoColumn {
            name: format!("number {}", at + 1),
            names: fields.iter().map(|field| field.name().to_owned()).collect(),
        })?;
        let start = fields[..at].iter().map(|field| leaves(field)).sum();
        let node = Node::of(field)?;
        Ok(Self { name: field.name().to_owned(), stored: start..start + node.leaves.end, node, leaves: Vec::new() })
    }

    fn open(&mut self, group: &dyn RowGroupReader) -> Result<(), ReadError> {
        if self.stored.end > group.num_columns() {
            return Err(uneven());
        }
        for at in self.stored.clone() {
            let codec = match group.metadata().column(at).compression() {
                Compression::BROTLI(_) => "Brotli",
                Compression::LZO => "LZO",
                _ => continue,
            };
            return Err(ReadError::Codec { column: self.name.clone(), codec });
        }
        self.leaves = self.stored.clone().map(|at| Leaf::open(group, at)).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn cell(&mut self) -> Result<Cell, ReadError> {
        self.node.cell(&mut self.leaves)
    }
}

/// How many stored columns a field has.
fn leaves(field: &Type) -> usize {
    match field {
        Type::PrimitiveType { .. } => 1,
        Type::GroupType { fields, .. } => fields.iter().map(|field| leaves(field)).sum(),
    }
}
