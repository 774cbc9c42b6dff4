//! One stored column of a row group: some of its rows as cells, each with the levels that place it.
//!
//! [`Leaf::fill`] reads rows, [`Leaf::take`] returns their entries one by one. A column with fewer values than its levels
//! announce is an error, never a gap.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::file::reader::RowGroupReader;

use super::cell::Cell;
use super::pages::CheckedPages;
use super::read_error::ReadError;
use super::shape::{self, Shape};

/// A stored column and its current row.
pub(crate) struct Leaf {
    reader: ColumnReader,
    shape: Shape,
    levels: Levels,
    values: std::vec::IntoIter<Cell>,
}

/// The levels that place the values read last, and the next entry.
#[derive(Default)]
struct Levels {
    /// The level of an entry with a value; 0 where every entry has one, and then no level is stored.
    full: i16,
    is_repeated: bool,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    count: usize,
    at: usize,
}

impl Leaf {
    /// Opens the column `index` of a row group.
    pub(crate) fn open(group: &dyn RowGroupReader, index: usize) -> Result<Self, ReadError> {
        let description = group.metadata().column(index).column_descr_ptr();
        let levels = Levels {
            full: description.max_def_level(),
            is_repeated: description.max_rep_level() > 0,
            ..Levels::default()
        };
        let shape = Shape::of(&description);
        let pages = CheckedPages(group.get_column_page_reader(index)?);
        let reader = get_column_reader(description, Box::new(pages));
        Ok(Self { reader, shape, levels, values: Vec::new().into_iter() })
    }

    /// Reads the next `rows`, and drops those read before.
    ///
    /// # Errors
    /// When the column ends early, or cannot be decoded.
    pub(crate) fn fill(&mut self, rows: usize) -> Result<(), ReadError> {
        let (shape, levels) = (self.shape, &mut self.levels);
        let values = match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => levels.read(reader, rows, |&value| Cell::Bool(value)),
            ColumnReader::Int32ColumnReader(reader) => levels.read(reader, rows, |&value| shape.narrow(value)),
            ColumnReader::Int64ColumnReader(reader) => levels.read(reader, rows, |&value| shape.wide(value)),
            ColumnReader::Int96ColumnReader(reader) => levels.read(reader, rows, |value| shape::ancient(value.data())),
            ColumnReader::FloatColumnReader(reader) => levels.read(reader, rows, |&value| shape::float(value)),
            ColumnReader::DoubleColumnReader(reader) => levels.read(reader, rows, |&value| shape::double(value)),
            ColumnReader::ByteArrayColumnReader(reader) => levels.read(reader, rows, |value| shape.bytes(value.data())),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                levels.read(reader, rows, |value| shape.bytes(value.data()))
            }
        }?;
        self.values = values.into_iter();
        Ok(())
    }

    /// Level of definition of the next entry.
    pub(crate) fn definition(&self) -> Result<i16, ReadError> {
        self.levels.definition()
    }

    /// Level of repetition of the next entry; 0, the start of a row, past the last.
    pub(crate) fn repetition(&self) -> i16 {
        self.levels.repetitions.get(self.levels.at).copied().unwrap_or(0)
    }

    /// Returns the next entry; an entry without a value is missing.
    pub(crate) fn take(&mut self) -> Result<Cell, ReadError> {
        let is_there = self.definition()? == self.levels.full;
        self.levels.at += 1;
        if is_there { self.values.next().ok_or_else(uneven) } else { Ok(Cell::Missing) }
    }

    /// Whether all entries that were read have been returned.
    pub(crate) fn is_spent(&self) -> bool {
        self.levels.at == self.levels.count && self.values.len() == 0
    }
}

impl Levels {
    fn read<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        show: impl Fn(&T::T) -> Cell,
    ) -> Result<Vec<Cell>, ReadError> {
        self.definitions.clear();
        self.repetitions.clear();
        let mut values = Vec::new();
        let definitions = (self.full > 0).then_some(&mut self.definitions);
        let repetitions = self.is_repeated.then_some(&mut self.repetitions);
        let (found, _, count) = reader.read_records(rows, definitions, repetitions, &mut values)?;
        if found != rows {
            return Err(ReadError::Damaged { reason: format!("a column ends {} rows early", rows - found) });
        }
        (self.count, self.at) = (count, 0);
        Ok(values.iter().map(show).collect())
    }

    fn definition(&self) -> Result<i16, ReadError> {
        if self.at >= self.count {
            return Err(uneven());
        }
        if self.full == 0 { Ok(0) } else { self.definitions.get(self.at).copied().ok_or_else(uneven) }
    }
}

/// The error for parts of a column that contradict each other.
pub(crate) fn uneven() -> ReadError {
    ReadError::Damaged { reason: "the parts of a column do not match".to_owned() }
}
