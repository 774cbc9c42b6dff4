//! What each typed byte does to the text and to the screen. Knows no terminal: bytes in, bytes to show out.
//!
//! Lines have no length limit. The last line can be edited at its end: backspace, Ctrl-W for a word, Ctrl-U
//! for the line. Bracketed pastes are taken as they are.

use unicode_width::UnicodeWidthChar as _;

/// What the bytes so far ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// To read on.
    Continue,
    /// Ctrl-D on an empty line, or twice.
    End,
    /// Ctrl-C or Ctrl-\.
    Interrupt,
    /// Ctrl-Z.
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
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";
/// Longer key sequences do not exist; what looks like one is not kept waiting for its end.
const LONGEST_KEY: usize = 32;

/// A place on the screen, counted from the start of the line that is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Position {
    row: usize,
    column: usize,
}

impl Position {
    /// Goes on by a character of that many columns; one that does not fit is put on the next row.
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

/// The text so far, and the state of the line that is typed.
pub(super) struct LineEditor {
    text: Vec<u8>,
    line_start: usize,
    columns: usize,
    cursor: Position,
    /// The start of a character or key whose end has not come yet.
    pending: Vec<u8>,
    is_pasting: bool,
    after_return: bool,
    /// Ctrl-D was pressed on a line that is not empty: once more is the end, as terminals have it.
    is_ending: bool,
}

impl LineEditor {
    /// For a screen of so many columns.
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

    /// The screen has another width now; what is on it already is taken to have been wrapped again.
    pub(super) fn resize(&mut self, columns: usize) {
        if columns.max(2) != self.columns {
            self.columns = columns.max(2);
            self.cursor = self.position_of(self.text.len());
        }
    }

    /// How many bytes were typed.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// All that was typed, with a character that was not finished as the bytes it has.
    pub(super) fn into_text(mut self) -> Vec<u8> {
        self.text.append(&mut self.pending);
        self.text
    }

    /// Shows the line that is typed once more, after something else was on the screen.
    pub(super) fn repaint(&mut self, screen: &mut Vec<u8>) {
        let line = self.text.split_off(self.line_start);
        self.cursor = Position::default();
        let mut pending = std::mem::take(&mut self.pending);
        line.into_iter().for_each(|byte| self.insert(byte, screen));
        self.text.append(&mut self.pending);
        self.pending.append(&mut pending);
    }

    /// Takes a byte, and adds to `screen` what is to be shown.
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

    /// Takes a byte of a key that begins with Escape: the ends of a paste count, other keys do nothing.
    fn key(&mut self, byte: u8, screen: &mut Vec<u8>) {
        if byte == ESCAPE {
            self.flush(screen);
        }
        self.pending.push(byte);
        let key = self.pending.as_slice();
        if self.is_pasting {
            if key == PASTE_ENDS {
                self.is_pasting = false;
                self.pending.clear();
            } else if !PASTE_ENDS.starts_with(key) {
                // Escape in the middle of a paste is text.
                let text = std::mem::take(&mut self.pending);
                self.insert_all(&text, screen);
            }
            return;
        }
        let is_complete = match key {
            [_] | [_, b'[' | b'O'] => false,
            [_, b'[', .., last] => (0x40..=0x7e).contains(last) || key.len() >= LONGEST_KEY,
            [_, b'O', _] => true,
            // Alt and a character, or Escape alone and then a character: the character counts.
            _ => {
                let rest = self.pending.split_off(1);
                self.pending.clear();
                self.insert_all(&rest, screen);
                return;
            }
        };
        if is_complete {
            self.is_pasting = key == PASTE_BEGINS;
            if !self.is_pasting && key != PASTE_ENDS {
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

    /// Adds a byte of a character, and the character to the screen once it is whole.
    fn insert(&mut self, byte: u8, screen: &mut Vec<u8>) {
        if !self.pending.is_empty() && !(0x80..0xc0).contains(&byte) {
            self.flush(screen); // not finished, and never will be
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

    /// Gives up waiting for the rest of a character.
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
            // Terminals wrap only when the next character comes.
            screen.extend_from_slice(b" \r");
        }
    }

    /// Where the cursor is after the line up to byte `end` of the text.
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

    /// Cuts the line to the length that `kept` gives, and clears the rest on the screen.
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

    /// The length of the line without its last character and the accents on it.
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

    /// Types bytes; the text and the screen that come of it.
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
    fn lines_of_any_length_are_kept_whole() {
        let long = "漢é🦀a ".repeat(20_000);
        let (text, _, request) = typed(format!("{long}\r{long}\nend\r\n\x04").as_bytes(), 80);
        assert_eq!((text, request), (format!("{long}\n{long}\nend\n"), Request::End));
    }

    #[test]
    fn keys_edit_the_line_and_only_the_line() {
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
    fn a_bracketed_paste_is_text_whatever_it_holds() {
        let pasted = "a\tb\x03\x04\x7f\x15 \x1b[A \x1b[200~ é";
        let (text, screen, request) = typed(format!("\x1b[200~{pasted}\x1b[201~\x7f!").as_bytes(), 80);
        assert_eq!((text, request), (format!("{}!", pasted.trim_end_matches('é')), Request::Continue));
        assert!(!screen.contains('\x1b'), "{screen:?}");
        assert_eq!(typed(b"\x1b[200~a\r\nb\rc\nd\x1b[201~", 80).0, "a\nb\nc\nd");
    }

    #[test]
    fn the_end_is_asked_for_once_on_an_empty_line_and_twice_on_another() {
        assert_eq!(typed(b"a\r\x04", 80).2, Request::End);
        assert_eq!(typed(b"a\x04", 80).2, Request::Continue);
        assert_eq!(typed(b"a\x04\x04", 80).2, Request::End);
        assert_eq!(typed(b"a\x04b\x04", 80).2, Request::Continue);
        assert_eq!(typed(b"a\x03", 80).2, Request::Interrupt);
        assert_eq!(typed(b"\x1a", 80).2, Request::Suspend);
    }

    #[test]
    fn erasing_goes_back_over_the_end_of_a_row() {
        // Five columns: the fifth character fills the row, and erasing the sixth and it goes up again.
        let (text, screen, _) = typed(b"abcdef\x7f\x7f", 5);
        assert_eq!((text.as_str(), screen.as_str()), ("abcd", "abcde \rf\x08 \x08\x1b[1A\x1b[5G\x1b[J"));
        let (text, screen, _) = typed("abcd漢\x7f".as_bytes(), 5);
        assert_eq!((text.as_str(), screen.as_str()), ("abcd", "abcd漢\x1b[1A\x1b[5G\x1b[J"));
    }

    #[test]
    fn the_line_is_shown_again_as_it_is() {
        let (mut editor, mut screen) = (LineEditor::new(80), Vec::new());
        "one\rtwo é".bytes().for_each(|byte| assert_eq!(editor.feed(byte, &mut screen), Request::Continue));
        screen.clear();
        editor.repaint(&mut screen);
        assert_eq!(screen, "two é".as_bytes());
        assert_eq!(editor.into_text(), "one\ntwo é".as_bytes());
    }
}
