//! The banner that other sites of the town put into their pages.

use askama::Template;
use beffroi_town::{Lang, TownFacts, facts::Mood};

use crate::{
    PageError, Place,
    status::{self, Town},
};

#[derive(Template)]
#[template(path = "banner.html")]
struct Banner {
    lang: &'static str,
    label: String,
    line: String,
    url: String,
    link: String,
}

/// A fragment of HTML for any page: one sentence and a link, its style on itself, no script.
/// While nothing is out of the ordinary it is a comment that shows nothing.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn banner(facts: &TownFacts, lang: Lang, place: &Place) -> Result<String, PageError> {
    let town = Town::new(facts, lang);
    if town.mood == Mood::Calm {
        return Ok("<!-- beffroi: - -->\n".to_owned());
    }
    let v = &town.voice;
    let mut headline = status::headline(&town);
    if place.exercise {
        headline = format!("{} – {headline}", v.say("rehearsal-band"));
    }
    let banner = Banner {
        lang: lang.tag(),
        label: v.say("banner-label"),
        line: v.say_with(
            "banner-line",
            &[("name", town.name.as_str().into()), ("headline", headline.into())],
        ),
        url: place.url(lang, ""),
        link: v.say("banner-link"),
    };
    banner.render().map_err(|source| PageError::Template { page: "banner", source })
}
