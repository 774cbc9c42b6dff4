//! The columns of questions to draft from.

pub(super) const ID: &str = "id";
pub(super) const PROMPT: &str = "prompt";
pub(super) const TOPIC: &str = "topic";
pub(super) const REFERENCES: &str = "references";
pub(super) const CRITERIA: &str = "criteria";

/// A column of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftColumn {
    /// The name in the header of a table, in the objects of JSON Lines, or in the front matter of files.
    pub name: String,
    /// Whether the caller chose the name, so that the input must have the column.
    pub is_chosen: bool,
}

impl DraftColumn {
    /// A column that the input may lack.
    fn usual(name: &str) -> Self {
        Self { name: name.to_owned(), is_chosen: false }
    }

    /// Replaces the usual name by the name that the caller chose, if any.
    #[must_use]
    pub fn or_chosen(self, name: Option<&str>) -> Self {
        name.map_or(self, |name| Self { name: name.to_owned(), is_chosen: true })
    }
}

/// The columns of questions. The topic of a question is always in the column `topic`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftColumns {
    /// The question's id. Every table must have it.
    pub id: DraftColumn,
    /// The wording of the question. Every table must have it.
    pub prompt: DraftColumn,
    /// Good answers: a list of texts. In a folder, the text of each file, whatever the name of this column.
    pub references: DraftColumn,
    /// Criteria: a list of texts, or of objects with `text`, `points` and `id`.
    pub criteria: DraftColumn,
}

impl Default for DraftColumns {
    fn default() -> Self {
        let [id, prompt, references, criteria] = [ID, PROMPT, REFERENCES, CRITERIA].map(DraftColumn::usual);
        Self { id, prompt, references, criteria }
    }
}

impl DraftColumns {
    /// The fields of a question with their columns.
    pub(super) fn by_field(&self) -> [(&'static str, &str); 5] {
        let Self { id, prompt, references, criteria } = self;
        [
            (ID, &id.name),
            (PROMPT, &prompt.name),
            (TOPIC, TOPIC),
            (REFERENCES, &references.name),
            (CRITERIA, &criteria.name),
        ]
    }

    /// The column of a field.
    pub(super) fn of_field(&self, field: &str) -> &str {
        self.by_field().into_iter().find(|(known, _)| *known == field).map_or("", |(_, column)| column)
    }
}
