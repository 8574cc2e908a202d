//! Every public file of a town: to be served from memory, or written out for any other host.

use beffroi_town::{Lang, TownFacts};
use std::path::PathBuf;

use crate::{
    PageError, Place, atom, banner, history_page, json_feed, mark_svg, place::folder, status_page,
};

/// A file of a town's public pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its path below the town's own, without a slash in front: empty for the French page, `en/`,
    /// `atom.xml`, `en/history/`.
    pub path: String,
    /// Its media type, for `Content-Type`.
    pub media_type: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

const HTML: &str = "text/html; charset=utf-8";

/// Every public file of a town, as this program serves them.
///
/// # Errors
/// [`PageError`] when one of them cannot be made, which would be a fault of the program.
pub fn site(facts: &TownFacts, place: &Place) -> Result<Vec<Leaf>, PageError> {
    let mut all = Vec::with_capacity(11);
    for lang in Lang::ALL {
        let mut put = |rest: &str, media_type, text: String| {
            let path = format!("{}{rest}", folder(lang));
            all.push(Leaf { path, media_type, body: text.into_bytes() });
        };
        put("", HTML, status_page(facts, lang, place, None)?);
        put("history/", HTML, history_page(facts, lang, place)?);
        put("atom.xml", "application/atom+xml; charset=utf-8", atom(facts, lang, place)?);
        put("feed.json", "application/feed+json; charset=utf-8", json_feed(facts, lang, place)?);
        put("banner.html", HTML, banner(facts, lang, place)?);
    }
    let body = mark_svg().into_bytes();
    all.push(Leaf { path: "mark.svg".to_owned(), media_type: "image/svg+xml", body });
    Ok(all)
}

/// The same pages as plain files with relative links, for any other host.
///
/// # Errors
/// [`PageError`] when one of them cannot be made, which would be a fault of the program.
pub fn export(facts: &TownFacts, place: &Place) -> Result<Vec<(PathBuf, Vec<u8>)>, PageError> {
    let as_file = |leaf: Leaf| {
        let is_folder = leaf.path.is_empty() || leaf.path.ends_with('/');
        let name = if is_folder { "index.html" } else { "" };
        (PathBuf::from(format!("{}{name}", leaf.path)), leaf.body)
    };
    Ok(site(facts, &place.as_files())?.into_iter().map(as_file).collect())
}
