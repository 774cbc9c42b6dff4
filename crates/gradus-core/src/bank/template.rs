//! A commented rubric file as a starting point for new questions.

/// A commented rubric file for a new question. It passes the check of a bank.
pub fn rubric_template(topic: &str, id: &str) -> String {
    TEMPLATE.replace("{topic}", topic).replace("{id}", id)
}

const TEMPLATE: &str = r#"# A rubric: save it as rubrics/{topic}/{id}.toml, then check the bank.
schema = 1
id = "{id}"                      # the file's name
topic = "{topic}"                # the folder's name
kind = "behavioural"             # design | process | behavioural | concept | motivation
level = "core"                   # core | advanced
prompt = "Tell me about a time when you had to undo a release."
also_asked = [                   # other wordings that find the question; they are never graded
  "Have you ever rolled back a deployment?",
]
index_only = []                  # wordings that only find the question, such as search terms; never shown
# include = ["star", "quantified"]   # shared criteria from rubrics/shared

[[criterion]]
id = "undoes-quickly"
points = 3                       # points for full credit
asks = "Undoes the release before looking for the cause."
advice = "Say how you stopped the damage before you dug into why."
need = 1                         # concepts that earn full credit; all of them if left out

[[criterion.concept]]
id = "rollback"
any = [                          # any of these phrases is enough
  'roll* back',                  # by stem, in order, at most 2 other words between: "rolled the release back"
  'revert deploy|release',       # either word in this position
  '"previous version"',          # adjacent
  'feature flag & off|disable',  # both in one sentence, any order
  'within <duration>',           # <number> <percent> <duration> <money> <multiple>
]

[[penalty]]                      # the same shape; takes points away
id = "blames-a-person"
points = 1
asks = "Blames an individual."
advice = "Talk about the system, not the person."

[[penalty.concept]]
id = "blame"
any = ['his|her|their fault']

[[golden]]                       # a test that is run when the bank is checked
text = "We rolled the release back first and read the logs later."
expect = { undoes-quickly = 1.0, blames-a-person = 0.0 }

[[golden]]
text = "It was their fault, so we waited."
expect = { undoes-quickly = 0.0, blames-a-person = 1.0 }
"#;

#[cfg(test)]
mod tests {
    use super::super::{Bank, check};
    use super::*;
    use crate::test_bank::files_from_texts;

    #[test]
    fn the_template_passes_its_own_check() {
        let bank = Bank::new(files_from_texts([("rubrics/topic/new-one.toml", rubric_template("topic", "new-one"))]));
        assert_eq!(check(&bank), []);
    }
}
