//! The pages of played towns.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod feeds;
mod hostile;
mod kit;
mod links;
mod numbers;
mod page;
mod sheets;
mod staff;
mod towns;
mod truth;

use beffroi_pages::{Place, status_page};
use beffroi_town::{Lang, TownFacts};

/// A town's page in French, with typographic spaces made plain.
fn french(facts: &TownFacts) -> String {
    page(facts, Lang::Fr)
}

fn page(facts: &TownFacts, lang: Lang) -> String {
    let text = status_page(facts, lang, &place(facts), None).expect("a page");
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn place(facts: &TownFacts) -> Place {
    let path = facts.tenant.id.path();
    Place::served(&path, Some(&format!("https://etat.exemple.fr{path}")))
}

/// The piece of a page from the heading `id` to the next section.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let from =
        page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("there is no section {id}"));
    let rest = &page[from..];
    &rest[..rest.find("</section>").unwrap_or(rest.len())]
}
