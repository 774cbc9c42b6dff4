//! Reads columns of a Parquet file in the file's order, some rows at a time.
//!
//! [`Table`] knows the columns, [`Rows`] gives the rows. At most a page of each requested column, with its dictionary,
//! and the rows of one batch are held. Damaged files are errors.

use std::fs::File;
use std::ops::Range;

use parquet::basic::Compression;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::Type;

pub(crate) use super::cell::Cell;
use super::column::{Leaf, uneven};
use super::footer;
use super::nested::Node;
use super::read_error::ReadError;
use crate::catch_panic::catch_panic;

/// Rows that are read from each column at a time.
const STEP: usize = 64;
/// Bytes of memory after which a batch is full.
const BATCH_BYTES: usize = 16 << 20;

/// Runs `work`. A panic of the Parquet crate, which asserts where it might report, is an error; values that `work` was
/// changing must not be used then.
fn guarded<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_panic(work).unwrap_or_else(|panicked| Err(ReadError::Damaged { reason: panicked.message }))
}

/// A Parquet file whose footer was read.
pub(crate) struct Table {
    file: SerializedFileReader<File>,
    names: Vec<String>,
    rows: u64,
}

impl Table {
    /// Reads the footer.
    ///
    /// # Errors
    /// When it is not a Parquet file, is encrypted, or has a damaged footer.
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

    /// Number of rows in the file.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Names of all columns in the file's order. A name may occur twice.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Position of the column `name`, if there is one.
    ///
    /// # Errors
    /// When there are two.
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
    /// When there is none, or there are two.
    pub(crate) fn need(&self, name: &str) -> Result<usize, ReadError> {
        let none = || ReadError::NoColumn { name: name.to_owned(), names: self.names.clone() };
        self.find(name)?.ok_or_else(none)
    }

    /// Reads the columns at these positions. A position may be given twice.
    ///
    /// # Errors
    /// When there is no such position, or the schema of a column is damaged.
    pub(crate) fn read(self, columns: &[usize]) -> Result<Rows, ReadError> {
        guarded(|| {
            let columns = columns.iter().map(|&at| Column::of(schema(&self.file), at)).collect::<Result<_, _>>()?;
            Ok(Rows { file: self.file, columns, next_group: 0, left: 0 })
        })
    }
}

/// Fields of the schema: one per column.
fn schema(file: &SerializedFileReader<File>) -> &[std::sync::Arc<Type>] {
    file.metadata().file_metadata().schema_descr().root_schema().get_fields()
}

/// Rows of a table, from the first.
pub(crate) struct Rows {
    file: SerializedFileReader<File>,
    columns: Vec<Column>,
    next_group: usize,
    /// Unread rows of the current group.
    left: u64,
}

impl Rows {
    /// The requested cells of the next rows, in the order in which columns were requested. At most `most` rows, fewer
    /// where texts are long, none only at the end or if `most` is 0. After an error there are no more rows.
    ///
    /// # Errors
    /// When a column is damaged, or has an unsupported compression.
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

    /// Opens the next row group that has rows; `false` at the end.
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

/// A requested column, opened in a row group.
struct Column {
    name: String,
    node: Node,
    /// Positions of its stored columns in the file.
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

/// Number of stored columns of a field.
fn leaves(field: &Type) -> usize {
    match field {
        Type::PrimitiveType { .. } => 1,
        Type::GroupType { fields, .. } => fields.iter().map(|field| leaves(field)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_parquet_crate_becomes_an_error() {
        crate::catch_panic::note_panics_in_tests();
        let error = guarded::<()>(|| panic!("level {} is too deep", 3)).expect_err("a panic");
        assert_eq!(error.to_string(), "the Parquet file is damaged: level 3 is too deep");
    }
}
