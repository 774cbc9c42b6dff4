//! Detects files that are not plain text, by their content or their extension.
//!
//! Checks file signatures, the pattern of zero bytes and the share of bytes that do not occur in text. Text in a
//! single-byte encoding, such as Windows-1252, passes.

use std::fmt;

/// Number of bytes at the start of a ZIP archive that are searched for the names of its parts.
const ZIP_SEARCH: usize = 4096;
/// Smallest number of control characters or invalid bytes that can make a file binary.
const MIN_SUSPECT_BYTES: usize = 8;
/// Percentage of control characters at or above which a file is binary.
const BINARY_CONTROL_PERCENT: usize = 5;
/// Percentage of bytes outside valid UTF-8 at or above which a file is binary.
const BINARY_INVALID_PERCENT: usize = 30;

/// The type of a file that is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonText(&'static str);

impl NonText {
    /// Why a file of this type is not graded, and what to do.
    pub fn reason(self) -> String {
        format!("it is {self}: save it as plain text in UTF-8")
    }

    /// The type of document with this file extension, given without the dot. Covers only the types in which people
    /// submit answers.
    pub fn document_by_extension(extension: &str) -> Option<Self> {
        let matches = |(name, _): &&(&str, &str)| extension.eq_ignore_ascii_case(name);
        DOCUMENTS.iter().find(matches).map(|(_, kind)| Self(kind))
    }

    /// Whether the file is a Parquet table, which can be read as input rows.
    pub fn is_parquet(self) -> bool {
        self.0 == PARQUET
    }
}

impl fmt::Display for NonText {
    /// Writes the type with an article: "a PDF document".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const PARQUET: &str = "a Parquet table";

/// File extensions and the types of document that they denote.
const DOCUMENTS: [(&str, &str); 5] = [
    ("docx", "a Word document (.docx)"),
    ("doc", "an old Word document (.doc)"),
    ("odt", "an OpenDocument text (.odt)"),
    ("pages", "a Pages document (.pages)"),
    ("pdf", "a PDF document (.pdf)"),
];

/// First bytes of files, and the types of file that start with them.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document, such as .doc or .xls"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"BZh91AY&SY", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"ID3\x02", "an MP3 recording"),
    (b"ID3\x03", "an MP3 recording"),
    (b"ID3\x04", "an MP3 recording"),
    (b"OggS\0", "an Ogg recording"),
    (b"fLaC\0", "a FLAC recording"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM recording"),
    (b"\x7fELF", "an ELF program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\0asm", "a WebAssembly program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1\x15", PARQUET),
    (b"\xff\xfe\0\0", "UTF-32 text"),
    (b"\0\0\xfe\xff", "UTF-32 text"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
];

/// Paths and media types inside a ZIP archive, and the types of file that contain them.
const ARCHIVES: &[(&[u8], &str)] = &[
    (b"vnd.oasis.opendocument", "an OpenDocument file, such as .odt"),
    (b"word/", "a Word document (.docx)"),
    (b"xl/", "an Excel sheet (.xlsx)"),
    (b"ppt/", "a PowerPoint presentation (.pptx)"),
    (b"application/epub", "an EPUB book"),
];

/// The type of a file with these bytes; `None` for text in UTF-8 or a single-byte encoding.
pub fn non_text(bytes: &[u8]) -> Option<NonText> {
    signature(bytes).or_else(|| wide_text_without_mark(bytes)).or_else(|| binary(bytes)).map(NonText)
}

/// The type of a file that starts with these bytes, judged by its signature alone; `None` without a known signature.
pub fn file_signature(bytes: &[u8]) -> Option<NonText> {
    signature(bytes).map(NonText)
}

fn signature(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        let head = bytes.get(..ZIP_SEARCH).unwrap_or(bytes);
        let inside = ARCHIVES.iter().find(|(part, _)| memchr::memmem::find(head, part).is_some());
        return Some(inside.map_or("a ZIP archive, such as .docx or .odt", |(_, name)| *name));
    }
    match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => return Some("a WebP image"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => return Some("a WAVE recording"),
        [0, 0, _, _, b'f', b't', b'y', b'p', ..] => return Some("an MP4 or HEIC file"),
        _ => {}
    }
    SIGNATURES.iter().find(|(first, _)| bytes.starts_with(first)).map(|(_, name)| *name)
}

/// Detects UTF-16 and UTF-32 text without a byte order mark: most groups of four bytes have zeros at the same places.
fn wide_text_without_mark(bytes: &[u8]) -> Option<&'static str> {
    let mut zeros = [0_usize; 4];
    let mut at = 0;
    while let Some(ahead) = memchr::memchr(0, bytes.get(at..).unwrap_or_default()) {
        zeros[(at + ahead) % 4] += 1;
        at += ahead + 1;
    }
    let groups_of_four = bytes.len() / 4;
    let is_mostly_zero = |place: usize| zeros[place] * 10 >= groups_of_four * 6;
    let is_rarely_zero = |place: usize| zeros[place] * 10 <= groups_of_four;
    if groups_of_four == 0 {
        return None;
    }
    let zero_places: Vec<usize> = (0..4).filter(|place| is_mostly_zero(*place)).collect();
    let rare_places = (0..4).filter(|place| is_rarely_zero(*place)).count();
    match zero_places.as_slice() {
        [0, 1, 2] | [1, 2, 3] => Some("UTF-32 text without a byte order mark"),
        [0, 2] | [1, 3] if rare_places == 2 => Some("UTF-16 text without a byte order mark"),
        _ => None,
    }
}

fn binary(bytes: &[u8]) -> Option<&'static str> {
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t'..=b'\r' | 0x1b);
    let controls = bytes.iter().filter(|byte| is_control(**byte)).count();
    let invalid = || -> usize { bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum() };
    let reaches = |count: usize, percent: usize| count >= MIN_SUSPECT_BYTES && count * 100 >= bytes.len() * percent;
    if reaches(controls, BINARY_CONTROL_PERCENT) {
        Some("binary data")
    } else if reaches(invalid(), BINARY_INVALID_PERCENT) {
        Some("binary data, or text in an encoding that is not known")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "We rolled the release back within ten minutes, and then I told support what had happened.\n";

    fn name(bytes: &[u8]) -> Option<String> {
        non_text(bytes).map(|kind| kind.to_string())
    }

    fn utf_16(text: &str, is_big_endian: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    #[test]
    fn a_file_type_is_detected_by_its_first_bytes() {
        for (bytes, expected) in [
            (&b"PK\x03\x04\x14\0\x06\0..[Content_Types].xml..word/document.xml"[..], "a Word document (.docx)"),
            (b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument file, such as .odt"),
            (b"PK\x03\x04\x14\0\0\0abc", "a ZIP archive, such as .docx or .odt"),
            (b"PK\x03\x04..xl/workbook.xml", "an Excel sheet (.xlsx)"),
            (b"PK\x03\x04..ppt/presentation.xml", "a PowerPoint presentation (.pptx)"),
            (b"PK\x03\x04..mimetypeapplication/epub+zip", "an EPUB book"),
            (b"%PDF-1.7\n%abc", "a PDF document"),
            (b"{\\rtf1\\ansi", "an RTF document"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "an old Office document, such as .doc or .xls"),
            (b"\x1f\x8b\x08\0abc", "a gzip archive"),
            (b"BZh91AY&SYabc", "a bzip2 archive"),
            (b"\xfd7zXZ\0abc", "an xz archive"),
            (b"\x28\xb5\x2f\xfdabc", "a zstd archive"),
            (b"7z\xbc\xaf\x27\x1c\0", "a 7z archive"),
            (b"Rar!\x1a\x07\x01", "a RAR archive"),
            (b"\x89PNG\r\n\x1a\nabc", "a PNG image"),
            (b"\xff\xd8\xff\xe0", "a JPEG image"),
            (b"GIF89aabc", "a GIF image"),
            (b"II*\0abc", "a TIFF image"),
            (b"RIFF\0\0\0\0WEBPVP8", "a WebP image"),
            (b"ID3\x03abc", "an MP3 recording"),
            (b"OggS\0abc", "an Ogg recording"),
            (b"fLaC\0abc", "a FLAC recording"),
            (b"RIFF\0\0\0\0WAVEfmt", "a WAVE recording"),
            (b"\x1a\x45\xdf\xa3abc", "a Matroska or WebM recording"),
            (b"\0\0\0\x18ftypmp42", "an MP4 or HEIC file"),
            (b"\x7fELF\x02\x01", "an ELF program"),
            (b"\xca\xfe\xba\xbe\0", "a program"),
            (b"\0asm\x01", "a WebAssembly program"),
            (b"SQLite format 3\0abc", "an SQLite database"),
            (b"PAR1\x15abc", "a Parquet table"),
        ] {
            assert_eq!(name(bytes).as_deref(), Some(expected));
        }
    }

    #[test]
    fn utf_16_and_utf_32_are_detected_with_and_without_a_byte_order_mark() {
        for text in [TEXT, "Naïve café – it’s “done”, 30 € a month for the whole team."] {
            for big in [false, true] {
                let bytes = utf_16(text, big);
                assert_eq!(name(&bytes).as_deref(), Some("UTF-16 text without a byte order mark"), "{text}");
                assert_eq!(name(&utf_16(&format!("\u{feff}{text}"), big)).as_deref(), Some("UTF-16 text"));
            }
            let bytes: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            assert_eq!(name(&bytes).as_deref(), Some("UTF-32 text without a byte order mark"), "{text}");
        }
        assert!(name(&utf_16("Мы откатили релиз за десять минут и сообщили поддержке.", false)).is_some());
    }

    #[test]
    fn random_and_zero_bytes_are_binary_data() {
        let mut state = 1_u32;
        let random: Vec<u8> = (0..4000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        assert_eq!(name(&random).as_deref(), Some("binary data"));
        assert_eq!(name(&[0; 100]).as_deref(), Some("binary data"));
        let unknown = Some("binary data, or text in an encoding that is not known");
        assert_eq!(name(&[0xff; 100]).as_deref(), unknown);
    }

    #[test]
    fn text_in_utf_8_or_a_single_byte_encoding_is_not_rejected() {
        let latin: Vec<u8> = "naïve café: für Größe, déjà vu".chars().map(|c| u32::from(c) as u8).collect();
        for bytes in [
            TEXT.as_bytes(),
            b"",
            b"\xff",
            b"a",
            b"one\0two three four five six",
            b"\x1b[31mred\x1b[0m text in a terminal\r\n\tand a tab\x0c",
            "答え：リリースを戻しました。".as_bytes(),
            "\u{feff}Text with a mark".as_bytes(),
            &latin,
            b"PK is a good name. GIF images, %PDF and RIFF are formats; BZ too.",
        ] {
            assert_eq!(name(bytes), None, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
