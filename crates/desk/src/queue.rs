//! The queue on paper: chosen requests as they were written, or the queue as a list.
//!
//! Rules: whoever prints opened them with the keys of that person's own session; what is printed is
//! told to the journal as a number ([`exported`]), before it is handed over.

use beffroi_paper::{
    self as paper, Pdf, RequestOnPaper,
    requests::{Section, Told},
};
use beffroi_store::desk as kept;
use beffroi_town::{Instant, Lang, Tenant};
use beffroi_words::ShownSection;

use crate::{DeskError, keys::Hand};

/// Most requests that are printed at once.
pub const PRINTED_MAX: usize = 200;

/// A request as it goes on paper.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What was asked, and its reference.
    pub title: String,
    /// What is known of it.
    pub facts: Vec<(String, String)>,
    /// What was written.
    pub sections: Vec<ShownSection>,
    /// Under which title the answer stands, and the answer.
    pub answer: Option<(String, String)>,
}

impl Shown {
    fn on_paper(self) -> RequestOnPaper {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let fact = |(name, value): (String, String)| -> Told { (name, lines(&value)) };
        let section = |one: ShownSection| Section {
            title: one.title,
            answers: one.answers.into_iter().map(|one| (one.label, one.lines)).collect(),
        };
        let mut facts: Vec<Told> = self.facts.into_iter().map(fact).collect();
        facts.extend(self.answer.map(fact));
        RequestOnPaper {
            title: self.title,
            facts,
            sections: self.sections.into_iter().map(section).collect(),
        }
    }
}

/// Requests as one PDF.
///
/// # Errors
/// [`DeskError::Paper`]: a fault of the program.
pub fn each(
    tenant: &Tenant,
    all: Vec<Shown>,
    (lang, at): (Lang, Instant),
) -> Result<Pdf, DeskError> {
    let all: Vec<RequestOnPaper> = all.into_iter().map(Shown::on_paper).collect();
    Ok(paper::requests(tenant, &all, lang, at)?)
}

/// The queue as a list.
///
/// # Errors
/// [`DeskError::Paper`]: a fault of the program.
pub fn list(
    tenant: &Tenant,
    (columns, rows): (&[String], &[Vec<String>]),
    (lang, at): (Lang, Instant),
) -> Result<Pdf, DeskError> {
    Ok(paper::queue(&paper::Queue { tenant, columns, rows, printed_at: at }, lang)?)
}

/// Notes that requests left the console, as what, and how many.
///
/// # Errors
/// [`DeskError::Store`].
pub async fn exported(hand: &Hand<'_>, kind: kept::Export, count: usize) -> Result<(), DeskError> {
    let mut tx = hand.begin().await?;
    kept::exported(&mut tx, hand.scope.tenant(), kind, count).await?;
    tx.commit().await?;
    Ok(())
}
