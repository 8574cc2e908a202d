//! The poster for the door, from the words that the pages have for it.

use beffroi_town::{Instant, Lang};
use serde::Serialize;

use crate::{PaperError, Pdf, press, square::square};

/// A service with what it has of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PosterLine {
    /// Its name.
    pub name: String,
    /// Hours, place, number.
    pub own: String,
}

/// The services of one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PosterSection {
    /// The status in words.
    pub title: String,
    /// Those with something of their own.
    pub lines: Vec<PosterLine>,
    /// Those without, in one line.
    pub names: String,
}

/// All that a poster says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Poster {
    /// The document's title.
    pub title: String,
    /// The town.
    pub name: String,
    /// What its house is called.
    pub house: String,
    /// What happened, in one sentence.
    pub headline: String,
    /// The number to dial.
    pub number: Option<String>,
    /// What is said of it, or in its place.
    pub number_note: String,
    /// When and where the counters are open: a title, and what the town wrote.
    pub counters: Option<(String, String)>,
    /// The services.
    pub sections: Vec<PosterSection>,
    /// How many were left out.
    pub more: Option<String>,
    /// Whom to call in danger.
    pub emergency: Option<String>,
    /// The page's whole address, for the square.
    pub url: Option<String>,
    /// The same as people type it.
    pub address: Option<String>,
    /// What stands above it.
    pub address_title: String,
    /// The square in words.
    pub square_alt: String,
    /// When it was printed.
    pub printed: String,
}

#[derive(Serialize)]
struct PosterOut<'a> {
    lang: &'static str,
    /// How many points the square has on a side; none: zero.
    side: usize,
    #[serde(flatten)]
    poster: &'a Poster,
}

/// The poster as a PDF of one page.
///
/// # Errors
/// [`PaperError`]: a fault of the program.
pub fn poster(poster: &Poster, lang: Lang, printed_at: Instant) -> Result<Pdf, PaperError> {
    // An address too long for any square still stands there in letters.
    let square = poster.url.as_deref().and_then(square);
    let side = square.as_ref().map_or(0, |square| square.side);
    let out = PosterOut { lang: lang.tag(), side, poster };
    press::print("poster", &out, square.map(|one| one.points).unwrap_or_default(), printed_at)
}
