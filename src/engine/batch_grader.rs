//! Makes an [`Engine`] the grader of a batch.
//!
//! The engine grades as for a single answer. The fingerprint of a judged grade also depends on the panel.

use gradus_batch::AnswerGrader;

use super::service::{Engine, GradingMethod};
use crate::judge::Halt;
use crate::model::{Answer, Fingerprint, Grade, Grader};
use crate::questions::PreparedQuestion;
use crate::score::{VERSION, Workspace};

impl AnswerGrader for Engine {
    fn fingerprint(&self, offline: Fingerprint) -> Fingerprint {
        match self.method() {
            GradingMethod::Offline => offline,
            #[cfg(feature = "llm")]
            GradingMethod::Judged(judges) => judges.panel().fingerprint(offline),
        }
    }

    fn grader(&self) -> Grader {
        match self.method() {
            GradingMethod::Offline => Grader::Offline { version: VERSION },
            #[cfg(feature = "llm")]
            GradingMethod::Judged(judges) => judges.panel().grader(),
        }
    }

    fn is_slow(&self) -> bool {
        !matches!(self.method(), GradingMethod::Offline)
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
