//! The meaning of a column's values: how an integer or a run of bytes becomes a [`Cell`].
//!
//! The annotations of the column decide, the newer kind before the older. A column without annotations is shown as it is
//! stored, and bytes are text if they are valid UTF-8.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::schema::types::ColumnDescriptor;

use super::cell::Cell;
use super::iso;

/// Longest unscaled decimal in bytes, and most decimal places; only damaged files have more.
const DECIMAL_BYTES: usize = 64;
const DECIMAL_PLACES: usize = 160;

/// The meaning of one column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Shown as it is stored.
    Plain,
    /// An integer without a sign.
    Unsigned,
    /// An integer with this many of its digits after the point.
    Decimal(usize),
    /// Days since 1970.
    Date,
    /// Units since midnight.
    Time(TimeUnit),
    /// Units since 1970, and whether they are in UTC.
    Timestamp(TimeUnit, bool),
    /// Sixteen bytes.
    Uuid,
    /// A float of two bytes.
    Half,
    /// A type without a form as text.
    Unshown(&'static str),
}

impl Shape {
    /// The meaning of a column.
    pub(crate) fn of(column: &ColumnDescriptor) -> Self {
        match column.logical_type_ref() {
            Some(LogicalType::Integer(integer)) if !integer.is_signed => Self::Unsigned,
            Some(LogicalType::Decimal(decimal)) => Self::decimal(decimal.scale),
            Some(LogicalType::Date) => Self::Date,
            Some(LogicalType::Time(time)) => Self::Time(time.unit),
            Some(LogicalType::Timestamp(timestamp)) => Self::Timestamp(timestamp.unit, timestamp.is_adjusted_to_u_t_c),
            Some(LogicalType::Uuid) => Self::Uuid,
            Some(LogicalType::Float16) => Self::Half,
            Some(LogicalType::Bson) => Self::Unshown("BSON"),
            Some(LogicalType::Geometry(_) | LogicalType::Geography(_)) => Self::Unshown("a place on a map"),
            Some(_) => Self::Plain,
            None => Self::converted(column),
        }
    }

    fn converted(column: &ColumnDescriptor) -> Self {
        match column.converted_type() {
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                Self::Unsigned
            }
            ConvertedType::DECIMAL => Self::decimal(column.type_scale()),
            ConvertedType::DATE => Self::Date,
            ConvertedType::TIME_MILLIS => Self::Time(TimeUnit::MILLIS),
            ConvertedType::TIME_MICROS => Self::Time(TimeUnit::MICROS),
            ConvertedType::TIMESTAMP_MILLIS => Self::Timestamp(TimeUnit::MILLIS, true),
            ConvertedType::TIMESTAMP_MICROS => Self::Timestamp(TimeUnit::MICROS, true),
            ConvertedType::BSON => Self::Unshown("BSON"),
            ConvertedType::INTERVAL => Self::Unshown("an interval"),
            _ => Self::Plain,
        }
    }

    fn decimal(scale: i32) -> Self {
        match usize::try_from(scale) {
            Ok(scale) if scale <= DECIMAL_PLACES => Self::Decimal(scale),
            _ => Self::Unshown("a decimal of too many places"),
        }
    }

    /// Shows an integer of four bytes.
    pub(crate) fn narrow(self, value: i32) -> Cell {
        match self {
            Self::Unsigned => Cell::Number(value.cast_unsigned().to_string()),
            _ => self.wide(i64::from(value)),
        }
    }

    /// Shows an integer of eight bytes.
    pub(crate) fn wide(self, value: i64) -> Cell {
        match self {
            Self::Unsigned => Cell::Number(value.cast_unsigned().to_string()),
            Self::Decimal(scale) => Cell::Number(with_point(value < 0, &value.unsigned_abs().to_string(), scale)),
            Self::Date => Cell::Formatted(iso::date(value)),
            Self::Time(unit) => Cell::Formatted(iso::time(value, unit)),
            Self::Timestamp(unit, is_utc) => Cell::Formatted(iso::timestamp(value, unit, is_utc)),
            Self::Unshown(what) => unshown(what),
            Self::Plain | Self::Uuid | Self::Half => Cell::Number(value.to_string()),
        }
    }

    /// Shows a run of bytes.
    pub(crate) fn bytes(self, value: &[u8]) -> Cell {
        match (self, value) {
            (Self::Decimal(_), []) => Cell::Bad("expected a decimal, found no bytes".to_owned()),
            (Self::Decimal(_), _) if value.len() > DECIMAL_BYTES => {
                Cell::Bad(format!("expected a decimal, found {} bytes", value.len()))
            }
            (Self::Decimal(scale), _) => {
                let (is_negative, digits) = integer(value);
                Cell::Number(with_point(is_negative, &digits, scale))
            }
            (Self::Half, &[low, high]) => float(half(u16::from_le_bytes([low, high]))),
            (Self::Uuid, _) if value.len() == 16 => Cell::Formatted(uuid(value)),
            (Self::Unshown(what), _) => unshown(what),
            _ => text(value),
        }
    }
}

/// Shows a float of eight bytes, with the fewest digits that read back the same.
pub(crate) fn double(value: f64) -> Cell {
    finite(value, format!("{value:?}"))
}

/// Shows a float of four bytes, with the fewest digits that read back the same.
pub(crate) fn float(value: f32) -> Cell {
    finite(f64::from(value), format!("{value:?}"))
}

/// Shows a timestamp of twelve bytes, as Impala and old Spark wrote them.
pub(crate) fn ancient(words: &[u32]) -> Cell {
    Cell::Formatted(iso::julian(words))
}

fn finite(value: f64, written: String) -> Cell {
    if value.is_finite() {
        Cell::Number(written)
    } else if value.is_nan() {
        Cell::Other("\"NaN\"".to_owned())
    } else {
        Cell::Other(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" }.to_owned())
    }
}

/// Decodes a float of two bytes: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if bits.trailing_zeros() >= 10 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn unshown(what: &str) -> Cell {
    Cell::Bad(format!("{what} cannot be shown as text"))
}

fn text(value: &[u8]) -> Cell {
    match std::str::from_utf8(value) {
        Ok(text) => Cell::Text(text.to_owned()),
        Err(error) => Cell::Bad(format!(
            "expected UTF-8 text, found {} bytes that are wrong from byte {} on",
            value.len(),
            error.valid_up_to() + 1
        )),
    }
}

fn uuid(value: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(36);
    for (at, byte) in value.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Sign and decimal digits of an integer in two's complement, highest byte first.
fn integer(bytes: &[u8]) -> (bool, String) {
    let is_negative = bytes.first().is_some_and(|byte| byte >> 7 == 1);
    let mut rest = bytes.to_vec();
    if is_negative {
        let mut carry = true;
        for byte in rest.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    let mut digits = Vec::new();
    while rest.iter().any(|&byte| byte != 0) {
        let mut left = 0;
        for byte in &mut rest {
            let part = left << 8 | u32::from(*byte);
            *byte = (part / 10) as u8;
            left = part % 10;
        }
        digits.push(char::from(b'0' + left as u8));
    }
    if digits.is_empty() {
        digits.push('0');
    }
    (is_negative, digits.iter().rev().collect())
}

/// Puts the point `scale` digits from the end.
fn with_point(is_negative: bool, digits: &str, scale: usize) -> String {
    let sign = if is_negative { "-" } else { "" };
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, places) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{places}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Cell {
        Cell::Number(text.to_owned())
    }

    #[test]
    fn values_that_cannot_be_shown_have_a_reason() {
        for (cell, reason) in [
            (Shape::Decimal(0).bytes(&[]), "expected a decimal, found no bytes".to_owned()),
            (
                Shape::Decimal(0).bytes(&[1; DECIMAL_BYTES + 1]),
                format!("expected a decimal, found {} bytes", DECIMAL_BYTES + 1),
            ),
            (Shape::decimal(-1).wide(1), "a decimal of too many places cannot be shown as text".to_owned()),
            (Shape::Unshown("a place on a map").wide(1), "a place on a map cannot be shown as text".to_owned()),
        ] {
            assert_eq!(cell, Cell::Bad(reason));
        }
    }

    #[test]
    fn decimals_keep_their_places() {
        assert_eq!(Shape::Decimal(2).wide(-5), number("-0.05"));
        assert_eq!(Shape::Decimal(0).wide(i64::MIN), number("-9223372036854775808"));
        assert_eq!(Shape::Decimal(3).bytes(&[0xff, 0x85]), number("-0.123"));
        assert_eq!(Shape::Decimal(2).bytes(&[0, 0]), number("0.00"));
        assert_eq!(Shape::Decimal(1).bytes(&[0x80; 1]), number("-12.8"));
        assert!(matches!(Shape::Decimal(1).bytes(&[]), Cell::Bad(_)));
    }

    #[test]
    fn unsigned_integers_stay_positive() {
        assert_eq!(Shape::Unsigned.narrow(-1), number("4294967295"));
        assert_eq!(Shape::Unsigned.wide(-1), number("18446744073709551615"));
    }

    #[test]
    fn floats_are_written_as_json() {
        assert_eq!(float(0.1), number("0.1"));
        assert_eq!(double(1e300), number("1e300"));
        assert_eq!(double(3.0), number("3.0"));
        assert_eq!(double(f64::NEG_INFINITY), Cell::Other("\"-Infinity\"".to_owned()));
        assert_eq!(Shape::Half.bytes(&[0x00, 0xc1]), number("-2.5"));
        assert_eq!(Shape::Half.bytes(&[0x01, 0x00]), number("5.9604645e-8"));
    }

    #[test]
    fn bytes_that_are_not_text_are_reported() {
        assert_eq!(Shape::Plain.bytes("für".as_bytes()), Cell::Text("für".to_owned()));
        let Cell::Bad(reason) = Shape::Plain.bytes(b"ab\xff") else { panic!("expected a bad cell") };
        assert_eq!(reason, "expected UTF-8 text, found 3 bytes that are wrong from byte 3 on");
    }
}
