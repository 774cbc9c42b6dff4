//! Checks the end of a Parquet file before the Parquet crate reads it.
//!
//! The crate walks the schema by recursion and allocates as many members as a group claims, so a few bytes could exhaust
//! the stack or the memory, which no one can catch. Groups that claim more members than there are, and groups nested too
//! deep, are refused here; so are files that are not Parquet.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use super::read_error::ReadError;

/// The deepest nesting of groups that is read.
const DEEPEST: usize = 64;
const TAIL: u64 = 8;

/// Checks the end of `file`, and changes its position.
///
/// # Errors
/// When it is not a Parquet file, its footer is encrypted, or its schema contradicts itself.
pub(crate) fn check(file: &mut File) -> Result<(), ReadError> {
    let length = file.seek(SeekFrom::End(0))?;
    if length < 4 + TAIL {
        return Err(ReadError::NotParquet);
    }
    let mut tail = [0; TAIL as usize];
    file.seek(SeekFrom::Start(length - TAIL))?;
    file.read_exact(&mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    match &magic {
        b"PAR1" => {}
        b"PARE" => return Err(ReadError::Encrypted),
        _ => return Err(ReadError::NotParquet),
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    let start = (length - TAIL).checked_sub(size).ok_or_else(|| damaged("the footer is longer than the file"))?;
    file.seek(SeekFrom::Start(start))?;
    let mut footer = Vec::new();
    file.take(size).read_to_end(&mut footer)?;
    check_depth(&Walk { rest: &footer }.members().ok_or_else(|| damaged("the footer cannot be read"))?)
}

/// Checks a schema given as the number of members of each of its elements, groups before members.
fn check_depth(members: &[usize]) -> Result<(), ReadError> {
    let mut open: Vec<usize> = Vec::new();
    for (&count, left) in members.iter().zip((0..members.len()).rev()) {
        if count > left {
            return Err(damaged("a group claims more members than there are"));
        }
        if count > 0 {
            open.push(count + 1);
        }
        while let Some(count) = open.last_mut() {
            *count -= 1;
            if *count > 0 {
                break;
            }
            open.pop();
        }
        if open.len() > DEEPEST {
            return Err(damaged("its groups are too deep"));
        }
    }
    Ok(())
}

fn damaged(reason: &str) -> ReadError {
    ReadError::Damaged { reason: reason.to_owned() }
}

/// Reads Thrift in its compact form; incomplete data is `None`.
struct Walk<'a> {
    rest: &'a [u8],
}

/// Types of values in the compact form.
mod wire_type {
    pub(super) const STOP: u8 = 0;
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const SHORT: u8 = 4;
    pub(super) const INT: u8 = 5;
    pub(super) const LONG: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const MAP: u8 = 11;
    pub(super) const STRUCT: u8 = 12;
}

impl Walk<'_> {
    /// Number of members of each element of the schema, which is field 2 of the footer.
    fn members(mut self) -> Option<Vec<usize>> {
        let mut id = 0;
        loop {
            match self.field(&mut id)? {
                wire_type::STOP => return None,
                wire_type::LIST if id == 2 => break,
                kind => self.skip(kind, 0)?,
            }
        }
        let (count, _) = self.list()?;
        (0..count).map(|_| self.element()).collect()
    }

    /// Number of members of a schema element, which is its field 5.
    fn element(&mut self) -> Option<usize> {
        let (mut id, mut members) = (0, 0);
        loop {
            match self.field(&mut id)? {
                wire_type::STOP => return Some(members),
                wire_type::INT if id == 5 => members = usize::try_from(self.signed()?).ok()?,
                kind => self.skip(kind, 0)?,
            }
        }
    }

    /// Type of the next field of a structure; `id` becomes the id of that field.
    fn field(&mut self, id: &mut i64) -> Option<u8> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        if kind != wire_type::STOP {
            *id = match head >> 4 {
                0 => self.signed()?,
                step => id.checked_add(i64::from(step))?,
            };
        }
        Some(kind)
    }

    /// Length of a list and type of its items.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.number()? } else { u64::from(head >> 4) };
        Some((count, head & 0x0f))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            _ if depth > DEEPEST => return None,
            wire_type::TRUE | wire_type::FALSE => {}
            wire_type::BYTE => drop(self.byte()?),
            wire_type::SHORT | wire_type::INT | wire_type::LONG => drop(self.number()?),
            wire_type::DOUBLE => self.jump(8)?,
            wire_type::BINARY => {
                let length = self.number()?;
                self.jump(length)?;
            }
            wire_type::LIST | wire_type::SET => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip_item(kind, depth + 1))?;
            }
            wire_type::MAP => {
                let count = self.number()?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                (0..count).try_for_each(|_| {
                    self.skip_item(kinds >> 4, depth + 1)?;
                    self.skip_item(kinds & 0x0f, depth + 1)
                })?;
            }
            wire_type::STRUCT => {
                let mut id = 0;
                loop {
                    match self.field(&mut id)? {
                        wire_type::STOP => break,
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// Skips an item of a list: a boolean there has a byte of its own, while in a structure it is its type.
    fn skip_item(&mut self, kind: u8, depth: usize) -> Option<()> {
        let kind = if matches!(kind, wire_type::TRUE | wire_type::FALSE) { wire_type::BYTE } else { kind };
        self.skip(kind, depth)
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn jump(&mut self, length: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(length).ok()?..)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte >> 7 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_cannot_claim_more_members_than_the_schema_has() {
        assert!(check_depth(&[2, 1, 0, 0]).is_ok());
        assert!(check_depth(&[0]).is_ok());
        for members in [&[3, 0, 0][..], &[usize::MAX, 0]] {
            let error = check_depth(members).expect_err("too many members").to_string();
            assert_eq!(error, "the Parquet file is damaged: a group claims more members than there are");
        }
    }

    #[test]
    fn groups_may_follow_each_other_and_nest_to_a_limit() {
        let wide: Vec<usize> = std::iter::once(1_000).chain((0..1_000).flat_map(|_| [1, 0])).collect();
        assert!(check_depth(&wide).is_ok());
        let deep: Vec<usize> = std::iter::repeat_n(1, 70).chain([0]).collect();
        let error = check_depth(&deep).expect_err("too deep").to_string();
        assert_eq!(error, "the Parquet file is damaged: its groups are too deep");
    }

    #[test]
    fn a_footer_that_does_not_fit_or_cannot_be_read_is_an_error() {
        for (length, reason) in [(100_u32, "the footer is longer than the file"), (4, "the footer cannot be read")] {
            let mut file = tempfile::tempfile().expect("a temporary file");
            let bytes = [b"PAR1\xff\xff\xff\xff", &length.to_le_bytes()[..], b"PAR1"].concat();
            std::io::Write::write_all(&mut file, &bytes).expect("writes");
            let error = check(&mut file).expect_err(reason).to_string();
            assert_eq!(error, format!("the Parquet file is damaged: {reason}"));
        }
    }

    #[test]
    fn lengths_past_the_end_are_refused() {
        let list_of_many = [0x19, 0x1c, 0x48, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert!(Walk { rest: &list_of_many }.members().is_none());
        assert!(Walk { rest: &[0xff; 30] }.members().is_none());
    }
}
