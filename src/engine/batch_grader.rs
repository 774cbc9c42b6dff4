//! Makes an [`Engine`] the grader of a batch.
//!
//! The engine grades as for a single answer. The fingerprint of a judged grade also depends on the panel.

use gradus_batch::AnswerGrader;

use super::service::{Engine, Grader};
use crate::judge::Halt;
use crate::model::{self, Answer, Fingerprint, Grade};
use crate::questions::PreparedQuestion;
use crate::score::{VERSION, Workspace};

impl AnswerGrader for Engine {
    fn fingerprint(&self, offline: Fingerprint) -> Fingerprint {
        match Engine::grader(self) {
            Grader::Offline => offline,
            #[cfg(feature = "llm")]
            Grader::Judged(judges) => judges.panel().fingerprint(offline),
        }
    }

    fn grader(&self) -> model::Grader {
        match Engine::grader(self) {
            Grader::Offline => model::Grader::Offline { version: VERSION },
            #[cfg(feature = "llm")]
            Grader::Judged(judges) => judges.panel().grader(),
        }
    }

    fn is_slow(&self) -> bool {
        !matches!(Engine::grader(self), Grader::Offline)
    }

    fn grade<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        self.grade_with(question, answer, offline, workspace)
    }
}
