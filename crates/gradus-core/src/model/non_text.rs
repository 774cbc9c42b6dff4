//! Files that are not text, told by their content.
//!
//! Looks at signatures, at the pattern of zero bytes and at the share of bytes that text does not have. A text in an
//! encoding with one byte for a letter, such as Windows-1252, passes.

use std::fmt;

/// Bytes at the beginning that are looked at for what is inside of an archive.
const HEAD: usize = 4096;
/// Fewer odd bytes decide nothing: a text may have a few.
const ENOUGH: usize = 8;
/// Percent of control characters from which on bytes are not text ...
const CONTROLS: usize = 5;
/// ... and percent of bytes that are not UTF-8.
const UNREADABLE: usize = 30;

/// What bytes are that are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonText(&'static str);

impl NonText {
    /// Why such an answer is not graded, and what to do.
    pub fn reason(self) -> String {
        format!("it is {self}: save it as plain text in UTF-8")
    }

    /// The kind of document that a file extension, without the dot, stands for. Only the kinds in which people hand
    /// in answers.
    pub fn document_by_extension(extension: &str) -> Option<Self> {
        let is_it = |(name, _): &&(&str, &str)| extension.eq_ignore_ascii_case(name);
        DOCUMENTS.iter().find(is_it).map(|(_, kind)| Self(kind))
    }

    /// Whether it is a table that can be read in its own format.
    pub fn is_parquet(self) -> bool {
        self.0 == PARQUET
    }
}

impl fmt::Display for NonText {
    /// With an article: "a PDF document".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const PARQUET: &str = "a Parquet table";

/// Extensions of documents, and their kinds.
const DOCUMENTS: [(&str, &str); 5] = [
    ("docx", "a Word document (.docx)"),
    ("doc", "an old Word document (.doc)"),
    ("odt", "an OpenDocument text (.odt)"),
    ("pages", "a Pages document (.pages)"),
    ("pdf", "a PDF document (.pdf)"),
];

/// First bytes, and what they are the beginning of.
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

/// Paths and types inside of a ZIP archive, and what they make it.
const ARCHIVES: &[(&[u8], &str)] = &[
    (b"vnd.oasis.opendocument", "an OpenDocument file, such as .odt"),
    (b"word/", "a Word document (.docx)"),
    (b"xl/", "an Excel sheet (.xlsx)"),
    (b"ppt/", "a PowerPoint presentation (.pptx)"),
    (b"application/epub", "an EPUB book"),
];

/// What `bytes` are if they are not text; `None` for text, in UTF-8 or an encoding with one byte for a letter.
pub fn non_text(bytes: &[u8]) -> Option<NonText> {
    signature(bytes).or_else(|| wide_text(bytes)).or_else(|| binary(bytes)).map(NonText)
}

/// The kind of file that `bytes` are the beginning of, where a signature says so; never a guess.
pub fn file_signature(bytes: &[u8]) -> Option<NonText> {
    signature(bytes).map(NonText)
}

fn signature(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        let head = bytes.get(..HEAD).unwrap_or(bytes);
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

/// Text in units of two or four bytes: the zero bytes stand in the same places of most units.
fn wide_text(bytes: &[u8]) -> Option<&'static str> {
    let mut zeros = [0_usize; 4];
    let mut at = 0;
    while let Some(ahead) = memchr::memchr(0, bytes.get(at..).unwrap_or_default()) {
        zeros[(at + ahead) % 4] += 1;
        at += ahead + 1;
    }
    let units = bytes.len() / 4;
    let is_full = |place: usize| zeros[place] * 10 >= units * 6;
    let is_bare = |place: usize| zeros[place] * 10 <= units;
    if units == 0 {
        return None;
    }
    let full: Vec<usize> = (0..4).filter(|place| is_full(*place)).collect();
    let bare = (0..4).filter(|place| is_bare(*place)).count();
    match full.as_slice() {
        [0, 1, 2] | [1, 2, 3] => Some("UTF-32 text without a byte order mark"),
        [0, 2] | [1, 3] if bare == 2 => Some("UTF-16 text without a byte order mark"),
        _ => None,
    }
}

fn binary(bytes: &[u8]) -> Option<&'static str> {
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t'..=b'\r' | 0x1b);
    let controls = bytes.iter().filter(|byte| is_control(**byte)).count();
    let unreadable = || -> usize { bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum() };
    let exceeds = |count: usize, percent: usize| count >= ENOUGH && count * 100 >= bytes.len() * percent;
    if exceeds(controls, CONTROLS) {
        Some("binary data")
    } else if exceeds(unreadable(), UNREADABLE) {
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

    fn wide(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn files_are_told_by_their_first_bytes() {
        for (bytes, expected) in [
            (&b"PK\x03\x04\x14\0\x06\0..[Content_Types].xml..word/document.xml"[..], "a Word document (.docx)"),
            (b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument file, such as .odt"),
            (b"PK\x03\x04\x14\0\0\0abc", "a ZIP archive, such as .docx or .odt"),
            (b"%PDF-1.7\n%abc", "a PDF document"),
            (b"\x1f\x8b\x08\0abc", "a gzip archive"),
            (b"\x89PNG\r\n\x1a\nabc", "a PNG image"),
            (b"\xff\xd8\xff\xe0", "a JPEG image"),
            (b"\x7fELF\x02\x01", "an ELF program"),
            (b"SQLite format 3\0abc", "an SQLite database"),
        ] {
            assert_eq!(name(bytes).as_deref(), Some(expected));
        }
    }

    #[test]
    fn wide_text_is_told_with_and_without_a_mark() {
        for text in [TEXT, "Naïve café – it’s “done”, 30 € a month for the whole team."] {
            for big in [false, true] {
                let bytes = wide(text, big);
                assert_eq!(name(&bytes).as_deref(), Some("UTF-16 text without a byte order mark"), "{text}");
                assert_eq!(name(&wide(&format!("\u{feff}{text}"), big)).as_deref(), Some("UTF-16 text"));
            }
            let bytes: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            assert_eq!(name(&bytes).as_deref(), Some("UTF-32 text without a byte order mark"), "{text}");
        }
        assert!(name(&wide("Мы откатили релиз за десять минут и сообщили поддержке.", false)).is_some());
    }

    #[test]
    fn data_is_told_from_text() {
        let mut state = 1_u32;
        let random: Vec<u8> = (0..4000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        assert_eq!(name(&random).as_deref(), Some("binary data"));
        assert_eq!(name(&[0; 100]).as_deref(), Some("binary data"));
    }

    #[test]
    fn text_passes() {
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
