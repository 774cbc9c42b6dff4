//! Invisible characters, classified by purpose.
//!
//! Covers every default-ignorable code point of Unicode and the marks of interlinear annotations. All code that reads,
//! compares or displays text uses this module, so that two texts that look the same are treated the same.

/// The purpose of an invisible character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invisible {
    /// Marks a place where a word may be hyphenated: U+00AD.
    SoftHyphen,
    /// A space without width, or a mark that forbids a line break: U+200B, U+2060, U+FEFF, U+180E.
    ZeroWidth,
    /// Joins or separates the shapes of its neighbours: U+034F, U+200C, U+200D.
    Joiner,
    /// Marks, embeds, overrides or isolates the direction of text.
    Direction,
    /// Invisible operators such as multiplication and function application: U+2061 to U+2064.
    MathOperator,
    /// Deprecated controls of shapes and digits: U+206A to U+206F.
    Deprecated,
    /// Takes the place of a missing letter in Hangul or Khmer.
    Filler,
    /// Selects a variant of the preceding character: of Mongolian letters, symbols and ideographs.
    VariationSelector,
    /// Controls of shorthand and of musical notation.
    Notation,
    /// Marks of an interlinear annotation: U+FFF9 to U+FFFB.
    Annotation,
    /// A tag: an invisible copy of an ASCII character. Emoji flags of regions are spelled with tags.
    Tag,
    /// Not assigned yet; programs must not display it.
    Reserved,
}

impl Invisible {
    /// The class of a character; `None` for visible characters, white space and control characters.
    pub const fn of(c: char) -> Option<Self> {
        Some(match c {
            ..'\u{ad}' => return None,
            '\u{ad}' => Self::SoftHyphen,
            '\u{34f}' | '\u{200c}' | '\u{200d}' => Self::Joiner,
            '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}' => Self::ZeroWidth,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Self::Direction,
            '\u{2061}'..='\u{2064}' => Self::MathOperator,
            '\u{206a}'..='\u{206f}' => Self::Deprecated,
            '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' => Self::Filler,
            '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
                Self::VariationSelector
            }
            '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => Self::Notation,
            '\u{fff9}'..='\u{fffb}' => Self::Annotation,
            '\u{e0001}' | '\u{e0020}'..='\u{e007f}' => Self::Tag,
            '\u{2065}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}' => Self::Reserved,
            _ => return None,
        })
    }

    /// Whether the character changes how its neighbours look, so that displayed text keeps it: joiners and variation
    /// selectors.
    pub const fn shapes_neighbours(self) -> bool {
        matches!(self, Self::Joiner | Self::VariationSelector)
    }
}

/// Whether `c` is displayed as nothing by itself. White space and control characters do not count.
pub const fn is_invisible(c: char) -> bool {
    Invisible::of(c).is_some()
}

/// Whether `c` is an invisible character, or a control character that is not white space.
pub const fn is_unseen(c: char) -> bool {
    let is_control = matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}');
    is_control || is_invisible(c)
}

/// Whether `text` is empty or contains only white space and unseen characters.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_unseen(c))
}

/// Whether displayed text must leave out `c`, because it hides or reorders the text around it.
pub const fn is_hiding(c: char) -> bool {
    match Invisible::of(c) {
        Some(class) => !class.shapes_neighbours(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The default-ignorable code points of Unicode 16, from `DerivedCoreProperties`.
    const DEFAULT_IGNORABLE: [(u32, u32); 17] = [
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x200b, 0x200f),
        (0x202a, 0x202e),
        (0x2060, 0x206f),
        (0x3164, 0x3164),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff0, 0xfff8),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0000, 0xe0fff),
    ];

    #[test]
    fn exactly_the_default_ignorable_characters_and_annotations_are_invisible() {
        for c in '\0'..=char::MAX {
            let code = u32::from(c);
            let listed = DEFAULT_IGNORABLE.iter().any(|&(first, last)| (first..=last).contains(&code));
            assert_eq!(is_invisible(c), listed || ('\u{fff9}'..='\u{fffb}').contains(&c), "U+{code:04X}");
        }
    }

    #[test]
    fn every_control_character_but_white_space_is_unseen() {
        for c in '\0'..=char::MAX {
            let expected = is_invisible(c) || (c.is_control() && !c.is_whitespace());
            assert_eq!(is_unseen(c), expected, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn displayed_text_keeps_characters_that_shape_their_neighbours() {
        for (c, hiding) in [
            ('\u{ad}', true),
            ('\u{200b}', true),
            ('\u{202e}', true),
            ('\u{e0041}', true),
            ('\u{200d}', false),
            ('\u{fe0f}', false),
            ('a', false),
            ('\n', false),
        ] {
            assert_eq!(is_hiding(c), hiding, "{c:?}");
        }
    }
}
