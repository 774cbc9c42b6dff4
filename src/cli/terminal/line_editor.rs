//! Applies each typed byte to the text and computes the bytes to show on the screen. It does not access the terminal.
//!
//! Lines have no length limit. The last line can be edited at its end: Backspace deletes a character, Ctrl-W a word,
//! Ctrl-U the line. Bracketed pastes are inserted unchanged.

use unicode_width::UnicodeWidthChar as _;

/// The action that the caller must take after a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// Read more bytes.
    Continue,
    /// End the text: Ctrl-D on an empty line, or twice on another line.
    End,
    /// Stop the program: Ctrl-C or Ctrl-\.
    Interrupt,
    /// Suspend the program: Ctrl-Z.
    Suspend,
}

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const CTRL_U: u8 = 0x15;
const CTRL_W: u8 = 0x17;
const CTRL_Z: u8 = 0x1a;
const ESCAPE: u8 = 0x1b;
const CTRL_BACKSLASH: u8 = 0x1c;
const DELETE: u8 = 0x7f;
const BELL: u8 = 0x07;
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";
/// The length, in bytes, at which an unfinished key sequence is discarded. No key has a longer sequence.
const MAX_KEY: usize = 32;

/// A position on the screen, relative to the start of the line that is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Position {
    row: usize,
    column: usize,
}

impl Position {
    /// Advances by a character that is `width` columns wide. A character that does not fit is placed on the next row.
    fn advance(&mut self, width: usize, columns: usize) {
        if self.column + width > columns {
            *self = Self { row: self.row + 1, column: 0 };
        }
        self.column += width;
        if self.column >= columns {
            *self = Self { row: self.row + 1, column: 0 };
        }
    }
}

/// The text so far, and the state of the line that is being typed.
pub(super) struct LineEditor {
    text: Vec<u8>,
    /// The byte position in `text` at which the last line starts.
    line_start: usize,
    columns: usize,
    cursor: Position,
    /// The first bytes of an unfinished character or key sequence.
    pending: Vec<u8>,
    is_pasting: bool,
    /// The last byte was a carriage return, so a line feed belongs to it.
    after_return: bool,
    /// Ctrl-D was pressed on a line that is not empty. Another Ctrl-D ends the text, as in canonical mode.
    is_ending: bool,
}

impl LineEditor {
    /// An empty text on a screen that is `columns` columns wide.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            text: Vec::new(),
            line_start: 0,
            columns: columns.max(2),
            cursor: Position::default(),
            pending: Vec::new(),
            is_pasting: false,
            after_return: false,
            is_ending: false,
        }
    }

    /// Changes the width of the screen. The terminal is assumed to have wrapped its content again.
    pub(super) fn resize(&mut self, columns: usize) {
        if columns.max(2) != self.columns {
            self.columns = columns.max(2);
            self.cursor = self.position_of(self.text.len());
        }
    }

    /// The length of the text, in bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The text, including the bytes of an unfinished character.
    pub(super) fn into_text(mut self) -> Vec<u8> {
        self.text.append(&mut self.pending);
        self.text
    }

    /// Shows the last line again, after other output has replaced it on the screen.
    pub(super) fn repaint(&mut self, screen: &mut Vec<u8>) {
        let line = self.text.split_off(self.line_start);
        self.cursor = Position::default();
        let mut pending = std::mem::take(&mut self.pending);
        line.into_iter().for_each(|byte| self.insert(byte, screen));
        self.text.append(&mut self.pending);
        self.pending.append(&mut pending);
    }

    /// Applies a byte, and appends the bytes to show to `screen`.
    pub(super) fn feed(&mut self, byte: u8, screen: &mut Vec<u8>) -> Request {
        let after_return = std::mem::take(&mut self.after_return);
        let was_ending = std::mem::take(&mut self.is_ending);
        if self.pending.first() == Some(&ESCAPE) || byte == ESCAPE {
            self.key(byte, screen);
            return Request::Continue;
        }
        match byte {
            b'\n' if after_return => {}
            b'\r' | b'\n' => {
                self.after_return = byte == b'\r';
                self.new_line(screen);
            }
            _ if self.is_pasting => self.insert(byte, screen),
            CTRL_C | CTRL_BACKSLASH => return Request::Interrupt,
            CTRL_Z => return Request::Suspend,
            CTRL_D if was_ending || self.line().is_empty() => return Request::End,
            CTRL_D => self.is_ending = true,
            BACKSPACE | DELETE => self.erase(Self::before_last_character, screen),
            CTRL_W => self.erase(Self::before_last_word, screen),
            CTRL_U => self.erase(|_| 0, screen),
            b'\t' | b' '.. => self.insert(byte, screen),
            _ => screen.push(BELL),
        }
        Request::Continue
    }

    fn line(&self) -> &[u8] {
        self.text.get(self.line_start..).unwrap_or_default()
    }

    fn new_line(&mut self, screen: &mut Vec<u8>) {
        self.flush(screen);
        self.text.push(b'\n');
        self.line_start = self.text.len();
        self.cursor = Position::default();
        screen.extend_from_slice(b"\r\n");
    }

    /// Applies a byte of a key sequence that starts with Escape. The start and the end of a paste have an effect, other
    /// keys do not.
    fn key(&mut self, byte: u8, screen: &mut Vec<u8>) {
        if byte == ESCAPE {
            self.flush(screen);
        }
        self.pending.push(byte);
        let key = self.pending.as_slice();
        if self.is_pasting {
            if key == PASTE_END {
                self.is_pasting = false;
                self.pending.clear();
            } else if !PASTE_END.starts_with(key) {
                // Inserted, because any other Escape in a paste is text.
                let text = std::mem::take(&mut self.pending);
                self.insert_all(&text, screen);
            }
            return;
        }
        let is_complete = match key {
            [_] | [_, b'[' | b'O'] => false,
            [_, b'[', .., last] => (0x40..=0x7e).contains(last) || key.len() >= MAX_KEY,
            [_, b'O', _] => true,
            // Alt with a character, or Escape before a character, inserts the character.
            _ => {
                let rest = self.pending.split_off(1);
                self.pending.clear();
                self.insert_all(&rest, screen);
                return;
            }
        };
        if is_complete {
            self.is_pasting = key == PASTE_START;
            if !self.is_pasting && key != PASTE_END {
                screen.push(BELL);
            }
            self.pending.clear();
        }
    }

    fn insert_all(&mut self, bytes: &[u8], screen: &mut Vec<u8>) {
        for &byte in bytes {
            if matches!(byte, b'\r' | b'\n') { self.new_line(screen) } else { self.insert(byte, screen) }
        }
    }

    /// Adds a byte of a character to the text, and a complete character to the screen.
    fn insert(&mut self, byte: u8, screen: &mut Vec<u8>) {
        if !self.pending.is_empty() && !(0x80..0xc0).contains(&byte) {
            self.flush(screen); // The next character has started.
        }
        self.pending.push(byte);
        match std::str::from_utf8(&self.pending) {
            Ok(text) => {
                let c = text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
                self.text.append(&mut self.pending);
                self.show(c, screen);
            }
            Err(error) if error.error_len().is_some() => self.flush(screen),
            Err(_) => {}
        }
    }

    /// Adds the bytes of an unfinished character to the text, each shown as U+FFFD.
    fn flush(&mut self, screen: &mut Vec<u8>) {
        for byte in std::mem::take(&mut self.pending) {
            self.text.push(byte);
            self.show(char::REPLACEMENT_CHARACTER, screen);
        }
    }

    fn show(&mut self, c: char, screen: &mut Vec<u8>) {
        let row = self.cursor.row;
        match c {
            '\t' => {
                for _ in 0..tab(self.cursor.column) {
                    self.cursor.advance(1, self.columns);
                    screen.push(b' ');
                }
            }
            c if c.is_control() => {
                self.cursor.advance(2, self.columns);
                screen.extend_from_slice(&[b'^', (c as u8 & 0x1f) | 0x40]);
            }
            c => {
                self.cursor.advance(c.width().unwrap_or(0), self.columns);
                let mut buffer = [0; 4];
                screen.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }
        }
        if self.cursor.row > row && self.cursor.column == 0 {
            // Forces the wrap, because terminals wrap only before the next character.
            screen.extend_from_slice(b" \r");
        }
    }

    /// The position of the cursor after the last line up to byte `end` of the text.
    fn position_of(&self, end: usize) -> Position {
        let mut position = Position::default();
        let line = self.text.get(self.line_start..end).unwrap_or_default();
        for chunk in line.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\t' => (0..tab(position.column)).for_each(|_| position.advance(1, self.columns)),
                    c if c.is_control() => position.advance(2, self.columns),
                    c => position.advance(c.width().unwrap_or(0), self.columns),
                }
            }
            chunk.invalid().iter().for_each(|_| position.advance(1, self.columns));
        }
        position
    }

    /// Truncates the line to the length that `kept` computes, and clears the rest on the screen.
    fn erase(&mut self, kept: impl Fn(&[u8]) -> usize, screen: &mut Vec<u8>) {
        self.flush(screen);
        if self.line().is_empty() {
            screen.push(BELL);
            return;
        }
        let kept = kept(self.line());
        self.text.truncate(self.line_start + kept);
        let (old, new) = (self.cursor, self.position_of(self.text.len()));
        self.cursor = new;
        if old.row == new.row {
            let cells = old.column.saturating_sub(new.column);
            for byte in [BACKSPACE, b' ', BACKSPACE] {
                screen.extend(std::iter::repeat_n(byte, cells));
            }
        } else {
            let (up, column) = (old.row.saturating_sub(new.row), new.column + 1);
            screen.extend_from_slice(format!("\x1b[{up}A\x1b[{column}G\x1b[J").as_bytes());
        }
    }

    /// The length of the line without its last character and the combining accents of that character.
    fn before_last_character(line: &[u8]) -> usize {
        let mut end = line.len();
        while let Some(start) = (0..end).rev().find(|at| line.get(*at).is_none_or(|byte| !(0x80..0xc0).contains(byte)))
        {
            let character = line.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok());
            let Some(c) = character.and_then(|text| text.chars().next()) else { return end - 1 };
            end = start;
            if c.width() != Some(0) {
                break;
            }
        }
        end
    }

    /// The length of the line without its last word and the spaces after it.
    fn before_last_word(line: &[u8]) -> usize {
        let word_end = line.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |at| at + 1);
        let word = line.get(..word_end).unwrap_or_default();
        word.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1)
    }
}

/// Columns from `column` to the next tab stop.
fn tab(column: usize) -> usize {
    8 - column % 8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text, the screen and the last request after typing bytes.
    fn typed(bytes: &[u8], columns: usize) -> (String, String, Request) {
        let (mut editor, mut screen, mut request) = (LineEditor::new(columns), Vec::new(), Request::Continue);
        for &byte in bytes {
            request = editor.feed(byte, &mut screen);
            if request != Request::Continue {
                break;
            }
        }
        let text = String::from_utf8(editor.into_text()).expect("UTF-8");
        (text, String::from_utf8(screen).expect("UTF-8"), request)
    }

    #[test]
    fn lines_of_any_length_are_complete() {
        let long = "漢é🦀a ".repeat(20_000);
        let (text, _, request) = typed(format!("{long}\r{long}\nend\r\n\x04").as_bytes(), 80);
        assert_eq!((text, request), (format!("{long}\n{long}\nend\n"), Request::End));
    }

    #[test]
    fn keys_edit_only_the_last_line() {
        for (keys, expected) in [
            ("abc\x7f\x7fd", "ad"),
            ("one\r\x7f\x7ftwo", "one\ntwo"),
            ("naïve漢\x08\x08", "naïv"),
            ("e\u{301}\x7fx", "x"),
            ("one two  \x17\x17three", "three"),
            ("one\rtwo\x15three", "one\nthree"),
            ("a\x1b[Db\x1bOAc\x1b[1;5Cd", "abcd"),
            ("a\x1bb", "ab"),
            ("a\x0b\x00b", "ab"),
        ] {
            assert_eq!(typed(keys.as_bytes(), 80).0, expected, "{keys:?}");
        }
    }

    #[test]
    fn control_characters_in_a_bracketed_paste_are_text() {
        let pasted = "a\tb\x03\x04\x7f\x15 \x1b[A \x1b[200~ é";
        let (text, screen, request) = typed(format!("\x1b[200~{pasted}\x1b[201~\x7f!").as_bytes(), 80);
        assert_eq!((text, request), (format!("{}!", pasted.trim_end_matches('é')), Request::Continue));
        assert!(!screen.contains('\x1b'), "{screen:?}");
        assert_eq!(typed(b"\x1b[200~a\r\nb\rc\nd\x1b[201~", 80).0, "a\nb\nc\nd");
    }

    #[test]
    fn one_ctrl_d_ends_an_empty_line_and_two_end_another() {
        assert_eq!(typed(b"a\r\x04", 80).2, Request::End);
        assert_eq!(typed(b"a\x04", 80).2, Request::Continue);
        assert_eq!(typed(b"a\x04\x04", 80).2, Request::End);
        assert_eq!(typed(b"a\x04b\x04", 80).2, Request::Continue);
        assert_eq!(typed(b"a\x03", 80).2, Request::Interrupt);
        assert_eq!(typed(b"\x1a", 80).2, Request::Suspend);
    }

    #[test]
    fn erasing_moves_up_to_the_previous_row() {
        // With five columns, the fifth character fills the row. Erasing it moves the cursor up.
        let (text, screen, _) = typed(b"abcdef\x7f\x7f", 5);
        assert_eq!((text.as_str(), screen.as_str()), ("abcd", "abcde \rf\x08 \x08\x1b[1A\x1b[5G\x1b[J"));
        let (text, screen, _) = typed("abcd漢\x7f".as_bytes(), 5);
        assert_eq!((text.as_str(), screen.as_str()), ("abcd", "abcd漢\x1b[1A\x1b[5G\x1b[J"));
    }

    #[test]
    fn repainting_shows_the_last_line_again() {
        let (mut editor, mut screen) = (LineEditor::new(80), Vec::new());
        "one\rtwo é".bytes().for_each(|byte| assert_eq!(editor.feed(byte, &mut screen), Request::Continue));
        screen.clear();
        editor.repaint(&mut screen);
        assert_eq!(screen, "two é".as_bytes());
        assert_eq!(editor.into_text(), "one\ntwo é".as_bytes());
    }
}
