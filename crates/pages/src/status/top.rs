//! What happened and since when, and what to do now.

use beffroi_town::{
    AssetKind, Instant, Phase, ServiceStatus,
    facts::Mood,
    incident::Nature,
    phone::{self, Reach},
    status::{ServiceView, Works},
};

use super::{
    Desk, Town, cards,
    data::Data,
    numbers::{self, dial},
};
use crate::news::News;

/// One thing to do; the middle of the sentence may be a link.
pub(crate) struct Step {
    pub(crate) before: String,
    pub(crate) link: Option<(String, String)>,
    pub(crate) after: String,
}

/// The top of the page.
pub(super) struct Top {
    pub(super) headline: String,
    pub(super) lines: Vec<String>,
    pub(super) tally: Vec<(&'static str, String)>,
    pub(super) now: Vec<Step>,
    pub(super) contact: Option<Desk>,
    pub(super) latest: Option<(String, String)>,
}

impl Top {
    pub(super) fn of(town: &Town<'_>, data: Option<&Data>, news: &News) -> Self {
        let contact = reception(town)
            .map(|view| cards::desk(town, view.service))
            .filter(Desk::has_rows)
            .map(|desk| Desk { ask: Vec::new(), ..desk });
        let concerned = data.is_some_and(|data| data.concerned);
        Self {
            headline: headline(town),
            lines: lines(town),
            tally: tally(town),
            now: now(town, concerned),
            contact,
            latest: news
                .current
                .first()
                .map(|item| (format!("#n-{}", item.id), item.title.clone())),
        }
    }
}

pub(crate) fn headline(town: &Town<'_>) -> String {
    let since = |at: Instant| [("since", town.voice.date(at).into())];
    match (town.facts.incident(), town.mood) {
        (Some(incident), _) => {
            let over =
                matches!(incident.phase, Phase::Eradicated | Phase::Restored | Phase::Closed);
            let key = match (incident.nature, over) {
                (Nature::Cyberattack, false) => "notice-under-attack",
                (Nature::Unknown, false) => "notice-under-incident",
                (Nature::Failure, false) => "notice-under-failure",
                (Nature::Cyberattack, true) => "page-headline-after-attack",
                (Nature::Unknown, true) => "page-headline-after-incident",
                (Nature::Failure, true) => "page-headline-after-failure",
            };
            town.voice.say_with(key, &since(incident.noticed_at))
        }
        (None, Mood::Checking) => town.voice.say("page-headline-checking"),
        (None, Mood::Calm) => town.voice.say("page-headline-calm"),
        (None, Mood::Disturbed | Mood::Incident) => {
            let at = disturbed_since(town).unwrap_or(town.facts.true_at);
            town.voice.say_with("page-headline-disturbed", &since(at))
        }
    }
}

/// The earliest of what made a service other than open.
pub(super) fn disturbed_since(town: &Town<'_>) -> Option<Instant> {
    town.affected().filter_map(|view| changed_at(town, view).min()).min()
}

/// When the things that made a service what it is came about: the person's word, or the states of
/// the assets behind it.
pub(crate) fn changed_at<'a>(
    town: &'a Town<'_>,
    view: &'a ServiceView<'_>,
) -> impl Iterator<Item = Instant> + 'a {
    let said = view.overridden.map(|word| word.at);
    let found = town
        .facts
        .assets
        .iter()
        .filter(move |asset| said.is_none() && view.causes.contains(&asset.id))
        .map(|asset| asset.state_at);
    said.into_iter().chain(found)
}

fn lines(town: &Town<'_>) -> Vec<String> {
    let Some(incident) = town.facts.incident() else {
        return Vec::new();
    };
    let v = &town.voice;
    let mut lines = Vec::new();
    match incident.phase {
        Phase::Declared => {}
        Phase::Contained | Phase::Diagnosed | Phase::Eradicated => {
            lines.push(v.say("page-phase-contained"));
        }
        Phase::Restored | Phase::Closed => lines.push(v.say("page-phase-restored")),
    }
    let sought = matches!(incident.phase, Phase::Declared | Phase::Contained);
    match incident.nature {
        Nature::Cyberattack if sought => lines.push(v.say("notice-origin-unknown")),
        Nature::Unknown if sought => lines.push(v.say("notice-cause-unknown")),
        _ => {}
    }
    lines
}

fn tally(town: &Town<'_>) -> Vec<(&'static str, String)> {
    let count = |status| town.views.iter().filter(|view| view.status == status).count();
    if town.affected().next().is_none() {
        return Vec::new();
    }
    [
        (ServiceStatus::Degraded, "page-tally-degraded"),
        (ServiceStatus::PaperOnly, "page-tally-paper"),
        (ServiceStatus::Closed, "page-tally-closed"),
        (ServiceStatus::Unknown, "page-tally-unknown"),
    ]
    .into_iter()
    .map(|(status, key)| (status, key, count(status)))
    .filter(|(_, _, count)| *count > 0)
    .map(|(status, key, count)| (cards::class(status), town.voice.say_count(key, count)))
    .collect()
}

fn now(town: &Town<'_>, concerned: bool) -> Vec<Step> {
    let v = &town.voice;
    let beware = concerned.then(|| step(&v.say("page-now-beware"), "#data"));
    let dead = numbers::troubles(town).iter().any(|one| one.works == Works::No);
    let usual = if dead {
        step(&v.say("phone-now-some-dead"), "#services")
    } else {
        step(&v.say("page-now-as-usual"), "")
    };
    match town.mood {
        // An alarm alone tells nothing of the telephone or the mail either.
        Mood::Checking => return vec![step(&v.say("page-now-ask-first"), "")],
        Mood::Calm => return [usual].into_iter().chain(beware).collect(),
        Mood::Incident if town.affected().next().is_none() => {
            return [usual].into_iter().chain(beware).collect();
        }
        Mood::Disturbed | Mood::Incident => {}
    }
    let mut steps = vec![step(&v.say("page-now-find"), "#services"), call(town)];
    if town.facts.works(AssetKind::Mail) == Works::No {
        steps.push(step(&v.say("page-now-mail-out"), ""));
    }
    steps.extend(beware);
    if town.mood == Mood::Incident {
        if town.affected().count() * 2 >= town.views.len() {
            steps.push(step(&v.say("page-now-postpone"), ""));
        }
        steps.push(step(&v.say("page-now-emergency"), ""));
    }
    steps
}

/// The number of the reception that answers, and whether it is the usual one.
pub(crate) fn number(town: &Town<'_>) -> Option<(String, bool)> {
    let text = reception(town)?.service.phone.as_deref();
    let troubles = town.phones.reach(text).troubles;
    let in_trouble = |number: &String| troubles.iter().any(|one| one.number == *number);
    let usual = text.map(phone::numbers).unwrap_or_default();
    let usual = usual.into_iter().find(|number| !in_trouble(number)).map(|one| (one, true));
    let instead = || troubles.iter().find_map(|one| Some((one.instead?.to_owned(), false)));
    usual.or_else(instead)
}

/// Whether the reception can be reached by telephone.
pub(crate) fn reach<'a>(town: &Town<'a>) -> Reach<'a> {
    town.phones.reach(reception(town).and_then(|view| view.service.phone.as_deref()))
}

pub(crate) fn reception<'t, 'a>(town: &'t Town<'a>) -> Option<&'t ServiceView<'a>> {
    town.views.iter().find(|view| view.service.id.as_str() == "reception")
}

/// Calls where that is known to work, with the number where there is one.
fn call(town: &Town<'_>) -> Step {
    let v = &town.voice;
    let dialled = number(town).and_then(|(shown, usual)| Some((dial(&shown)?, shown, usual)));
    match (reach(town).works, dialled) {
        (Works::Yes, Some((dial, shown, usual))) => {
            let key = if usual { "page-now-phone-number" } else { "phone-now-instead" };
            step(&v.say_with(key, &[("phone", shown.into())]), &format!("tel:{dial}"))
        }
        (Works::Yes, None) => step(&v.say("page-now-phone-works"), ""),
        (Works::Doubtful, _) => step(&v.say("page-now-ask-first"), ""),
        (Works::No, _) => step(&v.say("page-now-phone-out"), ""),
    }
}

/// A sentence whose words between `<a>` and `</a>` lead to `link`.
pub(crate) fn step(text: &str, link: &str) -> Step {
    let parts =
        text.split_once("<a>").and_then(|(before, rest)| Some((before, rest.split_once("</a>")?)));
    match parts {
        Some((before, (inside, after))) => Step {
            before: before.to_owned(),
            link: Some((link.to_owned(), inside.to_owned())),
            after: after.to_owned(),
        },
        None => Step { before: text.to_owned(), link: None, after: String::new() },
    }
}
