//! Calibrations as files: reading one, and bringing a grade to its scale.

use std::borrow::Cow;
use std::path::Path;

use anyhow::bail;

use super::files::{name, read_calibration};
use crate::agreement::fit::Calibration;
use crate::model::{Calibrated, Grade, Question};
use crate::score::VERSION;

/// A calibration and what to call it.
pub(super) struct Loaded {
    pub(super) calibration: Calibration,
    pub(super) name: String,
}

impl Loaded {
    /// Reads the one that is asked for. It is fitted to the offline scorer, so it says nothing of a judge's scores.
    pub(super) fn wanted(path: Option<&Path>, is_judged: bool) -> anyhow::Result<Option<Self>> {
        match path {
            Some(path) if is_judged => bail!(
                "{} was fitted to the offline scorer, and a judge grades\nhint: say --grader offline, or leave --calibration out",
                name(path)
            ),
            path => path.map(Self::read).transpose(),
        }
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let name = name(path);
        let calibration = Calibration::parse(&read_calibration(path)?).map_err(|error| {
            anyhow::anyhow!("{name} is no calibration: {error}\nhint: `gradus calibrate` writes one")
        })?;
        if calibration.scorer != VERSION {
            let fitted = calibration.scorer;
            bail!("{name} was fitted to scorer {fitted}, this is {VERSION}\nhint: calibrate again");
        }
        Ok(Self { calibration, name })
    }

    /// Adds the calibrated score to a grade; an answer that could not be graded stays so.
    pub(super) fn apply<'a>(&'a self, grade: &mut Grade<'a>, question: &Question) {
        grade.calibrated = self.calibration.tenths(grade).map(|score| Calibrated {
            score,
            band: question.bands.of(score),
            by: Cow::Borrowed(&self.name),
            fingerprint: self.calibration.fingerprint(),
        });
    }

    /// The same grade with the calibrated score.
    pub(super) fn applied<'a>(&'a self, mut grade: Grade<'a>, question: &Question) -> Grade<'a> {
        self.apply(&mut grade, question);
        grade
    }
}
