//! Forms on paper, from a town's facts.

use beffroi_paper::{Copy, Counter, Form, PaperError, Pdf, Size};
use beffroi_town::{
    Instant, Lang, Procedure, PublicService, ServiceStatus, TownFacts,
    edge::Entropy,
    phone::{self, PhoneBook},
    procedure::{Answers, CopyCode, Health},
    status::ServiceView,
};

/// How many copies one file holds at most: all of them are laid out at once, in some 150 MB.
pub const COPIES_MAX: u16 = 100;

/// The service that takes what has no counter of its own.
const RECEPTION: &str = "reception";

/// Blank forms to print.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The town's facts: its name, and where its counters are.
    pub facts: &'a TownFacts,
    /// Which form.
    pub procedure: &'a Procedure,
    /// How many copies, each with a code of its own.
    pub copies: u16,
    /// How large.
    pub size: Size,
    /// Whether questions about health are asked.
    pub health: Health,
}

/// Blank forms as one PDF.
///
/// # Errors
/// [`PaperError`].
pub fn blank(
    order: &Order<'_>,
    lang: Lang,
    printed_at: Instant,
    entropy: &dyn Entropy,
) -> Result<Pdf, PaperError> {
    let procedure = order.procedure;
    // A mark that is none was refused when the procedure was read.
    let code = || CopyCode::new(&procedure.mark, procedure.version, entropy);
    let count = order.copies.clamp(1, COPIES_MAX);
    let copies: Vec<Copy> = (0..count)
        .filter_map(|_| Some(Copy { code: code()?, answers: Answers::default() }))
        .collect();
    let form = Form {
        tenant: &order.facts.tenant,
        procedure,
        counter: &counter(order.facts, procedure),
        health: order.health,
        size: order.size,
        copies: &copies,
        printed_at,
    };
    beffroi_paper::form(&form, lang)
}

/// Where the form is handed in: the service's own counter, and the reception's for what that one
/// does not say. A counter that is closed at the moment is not named.
fn counter(facts: &TownFacts, procedure: &Procedure) -> Counter {
    let views = facts.views();
    let of = |code: &str| {
        let open = views.iter().filter(|view| can_come(view));
        open.map(|view| view.service).find(|service| service.id.as_str() == code)
    };
    let (own, reception) = (of(procedure.service.as_str()), of(RECEPTION));
    let has_place = |service: &&PublicService| filled(service.place.as_deref()).is_some();
    // Hours and place belong together: a counter of one and hours of another send people away.
    let there = own.filter(has_place).or(reception);
    let book = facts.phone_book();
    let phone = |service: Option<&PublicService>| answering(&book, service?.phone.as_deref()?);
    Counter {
        place: there.and_then(|service| filled(service.place.as_deref())),
        hours: there.and_then(|service| filled(service.hours.as_deref())),
        phone: phone(own).or_else(|| phone(there)),
    }
}

/// A number that is not known to be dead, or what is dialled instead of one that is.
fn answering(book: &PhoneBook<'_>, text: &str) -> Option<String> {
    let troubles = book.reach(Some(text)).troubles;
    let instead = troubles.iter().find_map(|one| one.instead.map(ToOwned::to_owned));
    let works = |number: &String| troubles.iter().all(|one| one.number != *number);
    phone::numbers(text).into_iter().find(works).or(instead)
}

fn can_come(view: &ServiceView<'_>) -> bool {
    !matches!(view.status, ServiceStatus::Closed | ServiceStatus::Unknown)
}

fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}
