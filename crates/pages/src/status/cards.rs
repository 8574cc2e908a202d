//! The services, open ones too: status in words, what to do, where, when, which number.

use beffroi_town::{
    PublicService, ServiceStatus,
    status::{ServiceView, Works},
};

use beffroi_words::typography;

use super::{Town, numbers::Phone};
use crate::{
    inert::{self, LINE_CHARS_MAX, SENTENCE_CHARS_MAX},
    voice::When,
};

/// Where, when, which number; and what to ask for because it is not on record.
pub(super) struct Desk {
    pub(super) rows: Vec<(String, String)>,
    pub(super) phone: Option<Phone>,
    pub(super) ask: Vec<String>,
}

impl Desk {
    /// Whether anything is on record.
    pub(super) fn has_rows(&self) -> bool {
        !self.rows.is_empty() || self.phone.is_some()
    }
}

/// One service.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) code: &'static str,
    pub(super) status: String,
    pub(super) lines: Vec<String>,
    pub(super) desk: Desk,
    pub(super) said: Option<When>,
}

/// Services under one heading.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) lead: Option<String>,
    pub(super) cards: Vec<Card>,
}

/// All services of the page: those that are not as usual, and the others.
pub(super) struct Groups {
    pub(super) affected: Option<Group>,
    pub(super) unaffected: Group,
}

/// The class and the shape of a status.
pub(super) const fn class(status: ServiceStatus) -> &'static str {
    match status {
        ServiceStatus::Open => "open",
        ServiceStatus::Degraded => "degraded",
        ServiceStatus::PaperOnly => "paper",
        ServiceStatus::Closed => "closed",
        ServiceStatus::Unknown => "unknown",
    }
}

pub(super) fn groups(town: &Town<'_>) -> Groups {
    let v = &town.voice;
    let card = |view: &ServiceView<'_>| card(town, view);
    let affected: Vec<Card> = town.affected().map(card).collect();
    let open = town.views.iter().filter(|view| view.status == ServiceStatus::Open);
    let open: Vec<Card> = open.map(card).collect();
    let unaffected = if affected.is_empty() {
        Group { title: v.say("page-services"), lead: None, cards: open }
    } else {
        let lead = if open.is_empty() {
            v.say("page-none-unaffected")
        } else {
            v.say_count("page-unaffected-lead", open.len())
        };
        Group { title: v.say("page-unaffected"), lead: Some(lead), cards: open }
    };
    let affected = (!affected.is_empty()).then(|| Group {
        title: v.say_count("page-affected", affected.len()),
        lead: None,
        cards: affected,
    });
    Groups { affected, unaffected }
}

fn card(town: &Town<'_>, view: &ServiceView<'_>) -> Card {
    let (v, service) = (&town.voice, view.service);
    let mut lines = Vec::new();
    if view.status == ServiceStatus::Open {
        lines.extend(v.words.service_what(service));
    } else {
        let sentence = inert::line(&what_to_do(town, view), SENTENCE_CHARS_MAX);
        lines.push(v.typed(sentence));
    }
    Card {
        id: service.id.to_string(),
        name: inert::line(&v.words.service_name(service), LINE_CHARS_MAX),
        code: class(view.status),
        status: v.words.status(view.status),
        lines,
        desk: desk(town, service),
        said: view.overridden.map(|word| v.when("page-said-by-person", word.at)),
    }
}

/// What residents do for a service that is not as usual.
pub(crate) fn what_to_do(town: &Town<'_>, view: &ServiceView<'_>) -> String {
    let v = &town.voice;
    if view.fallback.is_some() {
        let reach = town.phones.reach(view.service.phone.as_deref());
        let phone_works = reach.works != Works::No;
        return v.words.fallback_sentence(view.service, v.kind, phone_works).into_owned();
    }
    v.say(match view.status {
        ServiceStatus::Open | ServiceStatus::Degraded => "page-do-degraded",
        ServiceStatus::PaperOnly => "fallback-sentence-paper",
        ServiceStatus::Closed => "fallback-sentence-none",
        ServiceStatus::Unknown => "page-do-unknown",
    })
}

/// Where, when, which number.
pub(super) fn desk(town: &Town<'_>, service: &PublicService) -> Desk {
    let v = &town.voice;
    // Place and hours are kept in French alone.
    let typed = |text: Option<&String>| {
        inert::some_line(text.map(String::as_str))
            .map(|text| typography::french(&text).into_owned())
    };
    let place = typed(service.place.as_ref());
    let hours = typed(service.hours.as_ref());
    let phone = Phone::of(town, service.phone.as_deref());
    let ask: &[&str] = match (&place, &hours, &phone) {
        (None, None, None) => &["page-ask-all"],
        (None, None, Some(_)) => &["page-ask-where-when"],
        (None, Some(_), None) => &["page-ask-where", "page-ask-phone"],
        (None, Some(_), Some(_)) => &["page-ask-where"],
        (Some(_), None, None) => &["page-ask-when", "page-ask-phone"],
        (Some(_), None, Some(_)) => &["page-ask-when"],
        (Some(_), Some(_), None) => &["page-ask-phone"],
        (Some(_), Some(_), Some(_)) => &[],
    };
    let rows = [("page-where", place), ("page-when", hours)]
        .into_iter()
        .filter_map(|(key, text)| Some((v.say(key), text?)))
        .collect();
    Desk { rows, phone, ask: ask.iter().map(|key| v.say(key)).collect() }
}
