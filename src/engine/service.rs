//! [`Engine`]: a bank, a grading method, and optionally a calibration.
//!
//! It decides how an answer is graded, applies the calibration, and adds up the usage of judges. Finding questions and
//! preparing them is left to `gradus_core::questions`; requests to judges are left to [`Judges`](super::Judges).

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::bank_folder::{LoadError, load_files};
use super::calibration::{NamedCalibration, NamedCalibrationError};
#[cfg(feature = "llm")]
use super::judges::Judges;
use super::sample_indexes::SampleIndexes;
use super::shipped::shipped_bank;
use crate::agreement::overview::JudgeUsage;
use crate::bank::{Bank, BankError};
use crate::judge::Halt;
use crate::model::{Answer, Fingerprint, Grade};
use crate::questions::{PreparedQuestion, Questions};
use crate::score::Workspace;

/// Grades answers to the questions of one bank.
///
/// ```
/// use gradus::{engine::Engine, model::Answer};
///
/// let engine = Engine::shipped()?;
/// let question = engine.question("error-budget")?;
/// let answer = Answer::new("mine", "The budget is one hundred percent minus the SLO.");
/// assert!(engine.grade(question, &answer)?.score().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Engine {
    questions: Questions,
    method: GradingMethod,
    calibration: Option<NamedCalibration>,
    usage: Mutex<JudgeUsage>,
    pub(super) indexes: SampleIndexes,
}

/// How the criteria of an answer are decided.
pub enum GradingMethod {
    /// The offline scorer.
    Offline,
    /// Language models. The offline scorer replaces missing verdicts, and the grade says so.
    #[cfg(feature = "llm")]
    Judged(Box<Judges>),
}

/// Why a bank cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file of the bank cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The word lists of the bank have faults.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The folder has no rubric.
    #[error("no rubric in {}", folder.display())]
    NoRubric {
        /// The folder of the bank.
        folder: PathBuf,
    },
}

impl OpenError {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Load(error) => error.hint().map(Cow::Borrowed),
            Self::Bank(error) => error.hint(),
            Self::NoRubric { .. } => Some("write a rubric into rubrics/<topic>/<id>.toml".into()),
        }
    }
}

impl Engine {
    /// An engine that grades offline with the shipped bank.
    ///
    /// # Errors
    /// When the word lists of the shipped bank have faults, which its tests rule out.
    pub fn shipped() -> Result<Self, BankError> {
        Self::new(shipped_bank())
    }

    /// An engine that grades offline with the bank in a folder, which contains `rubrics` and may contain `corpus`.
    ///
    /// # Errors
    /// When the folder has no rubric, a file cannot be read, or the word lists have faults.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let bank = Bank::new(load_files(folder)?);
        if bank.entries().is_empty() {
            return Err(OpenError::NoRubric { folder: folder.to_owned() });
        }
        Ok(Self::new(bank)?)
    }

    /// An engine that grades offline with a bank.
    ///
    /// # Errors
    /// When the word lists of the bank have faults.
    pub fn new(bank: Bank) -> Result<Self, BankError> {
        let indexes = SampleIndexes::new(&bank);
        let questions = Questions::new(bank)?;
        Ok(Self { questions, method: GradingMethod::Offline, calibration: None, usage: Mutex::default(), indexes })
    }

    /// This engine with judges.
    ///
    /// # Errors
    /// When the engine has a calibration: it is fitted to the offline scorer.
    #[cfg(feature = "llm")]
    pub fn with_judges(self, judges: Judges) -> Result<Self, NamedCalibrationError> {
        match self.calibration {
            Some(calibration) => Err(NamedCalibrationError::Judged { name: calibration.name().to_owned() }),
            None => Ok(Self { method: GradingMethod::Judged(Box::new(judges)), ..self }),
        }
    }

    /// This engine with a calibration, which adds a calibrated score to each grade.
    ///
    /// # Errors
    /// When judges grade: a calibration is fitted to the offline scorer.
    pub fn with_calibration(self, calibration: NamedCalibration) -> Result<Self, NamedCalibrationError> {
        match self.method {
            GradingMethod::Offline => Ok(Self { calibration: Some(calibration), ..self }),
            #[cfg(feature = "llm")]
            GradingMethod::Judged(_) => Err(NamedCalibrationError::Judged { name: calibration.name().to_owned() }),
        }
    }

    /// The bank.
    pub fn bank(&self) -> &Bank {
        self.questions.bank()
    }

    /// The questions of the bank. They can also be found by a wording or by an answer.
    pub fn questions(&self) -> &Questions {
        &self.questions
    }

    /// The question with an id, or with a name that its rubric lists.
    ///
    /// # Errors
    /// When there is no such question, its name is not unique, or its rubric or samples have faults.
    pub fn question(&self, id: &str) -> Result<&PreparedQuestion, BankError> {
        self.questions.get(id)
    }

    /// How the engine grades.
    pub fn method(&self) -> &GradingMethod {
        &self.method
    }

    /// The judges, if they grade.
    #[cfg(feature = "llm")]
    pub fn judges(&self) -> Option<&Judges> {
        match &self.method {
            GradingMethod::Offline => None,
            GradingMethod::Judged(judges) => Some(judges),
        }
    }

    /// The calibration, if there is one.
    pub fn calibration(&self) -> Option<&NamedCalibration> {
        self.calibration.as_ref()
    }

    /// Grades an answer. With judges the call blocks, and must not be made in asynchronous code.
    ///
    /// # Errors
    /// The reason to stop grading, if judges grade. The offline scorer never fails.
    pub fn grade<'a>(&'a self, question: &'a PreparedQuestion, answer: &Answer<'a>) -> Result<Grade<'a>, Halt> {
        let offline_fingerprint = question.scorer().fingerprint_of(answer);
        self.questions.with_workspace(|workspace| self.grade_with(question, answer, offline_fingerprint, workspace))
    }

    /// Like [`Self::grade`], for callers that know the fingerprint of the offline grade and have a workspace.
    ///
    /// # Errors
    /// Those of [`Self::grade`].
    #[cfg_attr(not(feature = "llm"), allow(clippy::unnecessary_wraps, reason = "only a judge can fail"))]
    pub(super) fn grade_with<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline_fingerprint: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        let grade = match &self.method {
            GradingMethod::Offline => question.scorer().grade_with_fingerprint(answer, offline_fingerprint, workspace),
            #[cfg(feature = "llm")]
            GradingMethod::Judged(judges) => {
                judges.grade(&self.questions, question, answer, offline_fingerprint, workspace)?
            }
        };
        Ok(self.complete(question, grade))
    }

    /// Like [`Self::grade`], for servers: while judges reply, the future waits without blocking a thread. The offline
    /// scorer grades in the first poll, on the thread that polls.
    ///
    /// With judges it must be polled within a tokio runtime that has I/O and time enabled. Dropping the future cancels
    /// its requests.
    ///
    /// # Errors
    /// Those of [`Self::grade`].
    #[cfg(feature = "llm")]
    pub async fn grade_async<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
    ) -> Result<Grade<'a>, Halt> {
        let GradingMethod::Judged(judges) = &self.method else { return self.grade(question, answer) };
        let offline_fingerprint = question.scorer().fingerprint_of(answer);
        let grade = judges.grade_async(&self.questions, question, answer, offline_fingerprint).await?;
        Ok(self.complete(question, grade))
    }

    /// Adds the calibrated score to a grade, and the usage of the grade to the totals of this engine.
    fn complete<'a>(&'a self, question: &PreparedQuestion, mut grade: Grade<'a>) -> Grade<'a> {
        if let Some(calibration) = &self.calibration {
            calibration.apply(&mut grade, question.question());
        }
        if let Some(usage) = grade.usage {
            self.usage.lock().unwrap_or_else(PoisonError::into_inner).add(usage);
        }
        grade
    }

    /// Tokens and cost of all grades of this engine so far.
    pub fn usage(&self) -> JudgeUsage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grades answers and passes each grade with its index to `take`, in the order of the answers. An answer without a
    /// question has no grade.
    ///
    /// The offline scorer grades one answer after the other. Judges grade as many answers at a time as their endpoints
    /// allow, and `take` is first called when all answers are graded.
    ///
    /// # Errors
    /// Those of [`Self::grade`]. An error stops the grading of all other answers; `take` gets those that are finished.
    pub fn grade_all<'a>(
        &'a self,
        answers: &[(Option<&'a PreparedQuestion>, Answer<'a>)],
        mut take: impl FnMut(usize, Option<Grade<'a>>),
    ) -> Result<(), Halt> {
        #[cfg(feature = "llm")]
        if let GradingMethod::Judged(judges) = &self.method {
            let (grades, outcome) = judges.grade_all(answers, |question, answer| self.grade(question, answer));
            grades.into_iter().for_each(|(place, grade)| take(place, grade));
            return outcome;
        }
        self.questions.with_workspace(|workspace| {
            for (place, (question, answer)) in answers.iter().enumerate() {
                let grade = question.map(|question| {
                    let offline_fingerprint = question.scorer().fingerprint_of(answer);
                    self.grade_with(question, answer, offline_fingerprint, workspace)
                });
                take(place, grade.transpose()?);
            }
            Ok(())
        })
    }
}
