//! A text of parts: the cyber envelope, and the sheets of the first hour.

use beffroi_town::{Instant, Lang, leaflet::Leaflet};
use beffroi_words::Words;
use serde::Serialize;

use crate::{PaperError, Pdf, press, square::square};

#[derive(Serialize)]
struct LeafletOut<'a> {
    lang: &'static str,
    /// How many points the square has on a side; none: zero.
    side: usize,
    /// `Page %n sur %m`.
    page: String,
    #[serde(flatten)]
    leaflet: &'a Leaflet,
}

/// A text as a PDF, each part on a page of its own.
///
/// # Errors
/// [`PaperError`]: a fault of the program.
pub fn leaflet(leaflet: &Leaflet, lang: Lang, printed_at: Instant) -> Result<Pdf, PaperError> {
    // An address too long for any square still stands there in letters.
    let square = leaflet.square.as_deref().and_then(square);
    let side = square.as_ref().map_or(0, |square| square.side);
    let page = press::page_words(Words::of(lang));
    let out = LeafletOut { lang: lang.tag(), side, page, leaflet };
    press::print("leaflet", &out, square.map(|one| one.points).unwrap_or_default(), printed_at)
}
