//! The envelope, the poster and the sheets of the first hour as PDFs, from the same words as their
//! pages to print.

use beffroi_pages::{
    Place,
    sheets::{self, PosterSection},
};
use beffroi_paper::{
    Pdf,
    poster::{self, Poster, PosterLine},
};
use beffroi_town::{Instant, Lang, TownFacts, leaflet::Leaflet};

use crate::DeskError;

/// The poster for the door.
///
/// # Errors
/// [`DeskError::Paper`].
pub fn poster(facts: &TownFacts, place: &Place, lang: Lang) -> Result<Pdf, DeskError> {
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
    Ok(poster::poster(&poster, lang, facts.true_at)?)
}

fn section(one: PosterSection) -> poster::PosterSection {
    let lines = one.lines.into_iter().map(|line| PosterLine { name: line.name, own: line.own });
    poster::PosterSection { title: one.title, lines: lines.collect(), names: one.names }
}

/// The cyber envelope, or a sheet of the first hour.
///
/// # Errors
/// [`DeskError::Paper`].
pub fn leaflet(leaflet: &Leaflet, lang: Lang, printed_at: Instant) -> Result<Pdf, DeskError> {
    Ok(beffroi_paper::leaflet(leaflet, lang, printed_at)?)
}
