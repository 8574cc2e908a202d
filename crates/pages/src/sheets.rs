//! The first hour on paper and by voice, from the same facts as the public page: a poster for the
//! door, words for the answering machine and for social networks, orders to all staff, a roll-call.
//!
//! Rules: what residents read says what the page says, no more: no asset's name, no cause, no
//! blame. Before an incident each says what a calm day says. Each has its bound: the poster is one
//! page of A4, the answering machine takes at most [`ANSWER_SECONDS_MAX`], a short message at most
//! [`SHORT_CHARS_MAX`] characters, a text message at most [`MESSAGE_CHARS_MAX`]; what does not fit
//! is left out from the least useful on.

mod answering;
mod orders;
mod poster;
mod roll_call;
mod social;

use askama::Template;
use beffroi_town::{
    EmergencyFacts, Lang, RosterEntry, TownFacts,
    leaflet::{Block, Leaflet},
};

use crate::{PageError, Place, print::PrintHead, status::Town, voice::Voice};

pub use answering::SECONDS_MAX as ANSWER_SECONDS_MAX;
pub use orders::MESSAGE_CHARS_MAX;
pub use poster::{PosterLine, PosterSection, PosterWords};
pub use social::SHORT_CHARS_MAX;

/// What can be printed or copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetKind {
    /// For the door.
    Poster,
    /// To be read aloud on the answering machine.
    Answering,
    /// For social networks.
    Social,
    /// Orders to all staff.
    Orders,
    /// Who was reached, who is there, who needs what.
    RollCall,
}

impl SheetKind {
    /// All of them, in the order of the first hour.
    pub const ALL: [Self; 5] =
        [Self::Poster, Self::Answering, Self::Social, Self::Orders, Self::RollCall];

    /// As addresses and file names write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Poster => "poster",
            Self::Answering => "answering",
            Self::Social => "social",
            Self::Orders => "orders",
            Self::RollCall => "roll-call",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether residents read it.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Poster | Self::Answering | Self::Social)
    }
}

/// What the sheets for staff take beside the facts of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffFacts {
    /// Everybody.
    pub roster: Vec<RosterEntry>,
    /// Places and numbers.
    pub emergency: EmergencyFacts,
}

/// A text to copy or to read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetText {
    /// What it is for, with its length.
    pub label: String,
    /// The text.
    pub body: String,
}

/// One sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its title.
    pub title: String,
    /// One page of HTML, made to be printed.
    pub html: String,
    /// Its texts; none for what is only printed.
    pub texts: Vec<SheetText>,
    /// The same for the printing room; none for the poster, which has [`poster_words`].
    pub leaflet: Option<Leaflet>,
}

impl Sheet {
    /// Its texts as one, for a file; empty when there are none.
    pub fn as_text(&self) -> String {
        let one = |text: &SheetText| format!("{}\n\n{}\n", text.label, text.body);
        self.texts.iter().map(one).collect::<Vec<_>>().join("\n\n")
    }
}

/// What the making of every sheet is handed.
pub(crate) struct Desk<'a> {
    pub(crate) town: &'a Town<'a>,
    pub(crate) staff: &'a StaffFacts,
    /// The public page's address, as residents type it.
    pub(crate) address: Option<String>,
}

impl Desk<'_> {
    pub(crate) fn voice(&self) -> &Voice {
        &self.town.voice
    }

    /// The address without what nobody says aloud or types.
    pub(crate) fn spoken_address(&self) -> Option<String> {
        let address = self.address.as_deref()?;
        let bare = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        Some(bare.unwrap_or(address).trim_end_matches('/').to_owned())
    }
}

/// What the poster of a town says, and its title, for the printing room.
pub fn poster_words(facts: &TownFacts, place: &Place, lang: Lang) -> (String, PosterWords) {
    let (town, staff) = (Town::new(facts, lang), StaffFacts::default());
    let address = place.public_url.as_ref().map(|_| place.url(lang, ""));
    let desk = Desk { town: &town, staff: &staff, address };
    (title(&desk, SheetKind::Poster), poster::words(&desk))
}

fn title(desk: &Desk<'_>, kind: SheetKind) -> String {
    let v = desk.voice();
    let what = v.say(&format!("sheet-kind-{}", kind.code()));
    v.say_with("sheet-title", &[("name", desk.town.name.as_str().into()), ("what", what.into())])
}

/// A sheet of a town.
///
/// # Errors
/// [`PageError`] when a template fails, which would be a fault of the program.
pub fn sheet(
    kind: SheetKind,
    facts: &TownFacts,
    staff: &StaffFacts,
    place: &Place,
    lang: Lang,
) -> Result<Sheet, PageError> {
    let town = Town::new(facts, lang);
    let address = place.public_url.as_ref().map(|_| place.url(lang, ""));
    let desk = Desk { town: &town, staff, address };
    let title = title(&desk, kind);
    let head = PrintHead::new(lang, title.clone());
    let made = match kind {
        SheetKind::Poster => {
            Made { html: poster::html(&desk, head)?, texts: Vec::new(), blocks: Vec::new() }
        }
        SheetKind::Answering => texts_page(&desk, head, answering::texts(&desk))?,
        SheetKind::Social => texts_page(&desk, head, social::texts(&desk))?,
        SheetKind::Orders => orders::page(&desk, head)?,
        SheetKind::RollCall => roll_call::page(&desk, head)?,
    };
    let Made { html, texts, blocks } = made;
    let leaflet = (!blocks.is_empty()).then(|| Leaflet {
        title: title.clone(),
        town: desk.town.name.clone(),
        house: desk.voice().house(),
        foot: printed(&desk),
        square: None,
        parts: vec![blocks],
    });
    Ok(Sheet { title, html, texts, leaflet })
}

/// A sheet as its own module makes it.
struct Made {
    html: String,
    texts: Vec<SheetText>,
    blocks: Vec<Block>,
}

#[derive(Template)]
#[template(path = "texts.html")]
struct TextsPage<'a> {
    head: PrintHead,
    name: &'a str,
    texts: &'a [SheetText],
    printed: String,
}

/// Texts to copy or to read aloud, as a page.
fn texts_page(desk: &Desk<'_>, head: PrintHead, texts: Vec<SheetText>) -> Result<Made, PageError> {
    let mut blocks = vec![Block::Title(head.title.clone())];
    for text in &texts {
        blocks.push(Block::Heading(text.label.clone()));
        blocks.push(Block::Text(text.body.clone()));
    }
    let page = TextsPage { head, name: &desk.town.name, texts: &texts, printed: printed(desk) };
    let html = page.render().map_err(|source| PageError::Template { page: "texts", source })?;
    Ok(Made { html, texts, blocks })
}

/// When it was printed: what it says was true then.
fn printed(desk: &Desk<'_>) -> String {
    desk.voice().say_at("sheet-printed", desk.town.facts.true_at)
}
