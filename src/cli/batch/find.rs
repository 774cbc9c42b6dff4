//! Questions by their wording or by an answer, for rows that name none by its id.

use std::sync::OnceLock;

use crate::bank::Bank;
use crate::batch::{Find, FoundQuestion, Wanted};
use crate::cli::grade::CLOSE;
use crate::cli::printer::Printer;
use crate::cli::search::whole_index;
use crate::retrieve::{self, Holds, Index, QuestionFound};

const LOOKED_AT: usize = 3;

/// Looks in the index of the bank, which is made when it is first asked for.
pub(super) fn find<'f>(bank: &'f Bank, printer: &'f Printer) -> Box<Find<'f>> {
    let index: OnceLock<Result<Index, String>> = OnceLock::new();
    Box::new(move |wanted| {
        let index =
            index.get_or_init(|| whole_index(bank, Holds::Questions, printer).map_err(|error| format!("{error:#}")));
        let index = index.as_ref().map_err(String::clone)?;
        let wanted = match wanted {
            Wanted::Wording(text) => retrieve::Wanted::Wording(text),
            Wanted::Answer(text) => retrieve::Wanted::Answer(text),
        };
        Ok(best(&index.questions(wanted, LOOKED_AT).map_err(|error| error.to_string())?))
    })
}

fn best(found: &[QuestionFound]) -> Option<FoundQuestion> {
    let (best, others) = found.split_first()?;
    let close = others.iter().filter(|other| other.score >= best.score * CLOSE).map(|other| other.id.clone());
    Some(FoundQuestion { id: best.id.clone(), close: close.collect() })
}
