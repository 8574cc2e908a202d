//! All that a template can reach: the templates, the mark, the fonts and the facts of one
//! document. No files, no network, no clock.

use std::{collections::BTreeMap, sync::LazyLock};

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

/// Every template by its name.
const TEMPLATES: [(&str, &str); 6] = [
    ("house.typ", include_str!("../templates/house.typ")),
    ("form.typ", include_str!("../templates/form.typ")),
    ("leaflet.typ", include_str!("../templates/leaflet.typ")),
    ("list.typ", include_str!("../templates/list.typ")),
    ("poster.typ", include_str!("../templates/poster.typ")),
    ("request.typ", include_str!("../templates/request.typ")),
];

/// The letters of every document, then those for what the first do not have.
const FONTS: [&[u8]; 3] = [
    include_bytes!("../fonts/AtkinsonHyperlegible-Regular.ttf"),
    include_bytes!("../fonts/AtkinsonHyperlegible-Bold.ttf"),
    include_bytes!("../fonts/DejaVuSans.ttf"),
];

/// What is the same for every document: read and parsed once.
struct House {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    templates: BTreeMap<&'static str, Source>,
    mark: Bytes,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let fonts: Vec<Font> =
        FONTS.iter().filter_map(|bytes| Font::new(Bytes::new(*bytes), 0)).collect();
    let parsed = |(name, text): &(&'static str, &str)| {
        file_id(name).map(|id| (*name, Source::new(id, (*text).to_owned())))
    };
    House {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        templates: TEMPLATES.iter().filter_map(parsed).collect(),
        mark: Bytes::new(crate::MARK_SVG.as_bytes()),
    }
});

/// The name of a file inside the room, as typst knows it.
fn file_id(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Whether one of the fonts has a character.
pub(crate) fn has(c: char) -> bool {
    HOUSE.fonts.iter().any(|font| font.info().coverage.contains(u32::from(c)))
}

/// One document's world.
pub(crate) struct Room {
    main: FileId,
    facts: Bytes,
    /// Pictures, one after the other.
    points: Bytes,
}

impl Room {
    /// A room for a document of which there is a template.
    pub(crate) fn new(document: &str, facts: Vec<u8>, points: Vec<u8>) -> Option<Self> {
        let main = HOUSE.templates.get(format!("{document}.typ").as_str())?.id();
        Some(Self { main, facts: Bytes::new(facts), points: Bytes::new(points) })
    }
}

impl World for Room {
    fn library(&self) -> &LazyHash<Library> {
        &HOUSE.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &HOUSE.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let name = id.get().vpath().get_without_slash();
        HOUSE.templates.get(name).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id.get().vpath().get_without_slash() {
            "facts.json" => Ok(self.facts.clone()),
            "points" => Ok(self.points.clone()),
            "mark.svg" => Ok(HOUSE.mark.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        HOUSE.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_and_template_is_read() {
        assert_eq!(HOUSE.fonts.len(), FONTS.len());
        assert_eq!(HOUSE.templates.len(), TEMPLATES.len());
        assert!("Aé’«\u{202f}☐☒□Дש".chars().all(has) && !has('漢'));
    }

    #[test]
    fn a_template_reaches_nothing_but_the_room() {
        let room = Room::new("form", Vec::new(), Vec::new()).unwrap();
        for name in ["etc/passwd", "Cargo.toml", "form.typ", "other.json"] {
            assert!(room.file(file_id(name).unwrap()).is_err(), "{name}");
        }
        assert!(room.source(file_id("other.typ").unwrap()).is_err());
        assert!(room.today(None).is_none());
        assert!(Room::new("other", Vec::new(), Vec::new()).is_none());
    }
}
