//! The poster of the first hour as a PDF, from the same words as the page to print.

use beffroi_pages::{
    Place,
    sheets::{self, PosterSection},
};
use beffroi_paper::{
    PaperError, Pdf,
    poster::{self, Poster, PosterLine},
};
use beffroi_town::{Lang, TownFacts};

/// The poster for the door.
///
/// # Errors
/// [`PaperError`].
pub fn poster(facts: &TownFacts, place: &Place, lang: Lang) -> Result<Pdf, PaperError> {
    let (title, words) = sheets::poster_words(facts, place, lang);
    let (url, address) = words.page.unzip();
    let poster = Poster {
        title,
        name: words.name,
        house: words.house,
        headline: words.headline,
        number: words.number,
        number_note: words.number_note,
        counters: words.counters,
        sections: words.sections.into_iter().map(section).collect(),
        more: words.more,
        emergency: words.emergency,
        url,
        address,
        address_title: words.page_title,
        square_alt: words.square,
        printed: words.printed,
    };
    poster::poster(&poster, lang, facts.true_at)
}

fn section(one: PosterSection) -> poster::PosterSection {
    let lines = one.lines.into_iter().map(|line| PosterLine { name: line.name, own: line.own });
    poster::PosterSection { title: one.title, lines: lines.collect(), names: one.names }
}
