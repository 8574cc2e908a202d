//! What happened and since when, and what to do now.

use beffroi_town::{
    AssetKind, FallbackKind, Instant, Need, Phase, ServiceStatus, Strength, facts::Mood,
    incident::Nature, status,
};

use super::{Desk, Town, cards, data::Data};
use crate::news::News;

/// Whether people can get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Yes.
    Works,
    /// Nobody knows, or nobody put it on record.
    Doubtful,
    /// No.
    Out,
}

/// One thing to do; the middle of the sentence may be a link.
pub(super) struct Step {
    pub(super) before: String,
    pub(super) link: Option<(String, String)>,
    pub(super) after: String,
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
    pub(super) fn of(town: &Town<'_>, telephone: Line, data: Option<&Data>, news: &News) -> Self {
        let reception = town.views.iter().find(|view| view.service.id.as_str() == "reception");
        let contact = reception
            .map(|view| cards::desk(town, view.service))
            .filter(Desk::has_rows)
            .map(|desk| Desk { ask: Vec::new(), ..desk });
        let concerned = data.is_some_and(|data| data.concerned);
        Self {
            headline: headline(town),
            lines: lines(town),
            tally: tally(town),
            now: now(town, telephone, contact.as_ref(), concerned),
            contact,
            latest: news
                .current
                .first()
                .map(|item| (format!("#n-{}", item.id), item.title.clone())),
        }
    }
}

pub(super) fn headline(town: &Town<'_>) -> String {
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
    view: &'a status::ServiceView<'_>,
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

/// Whether the telephone works, by the town's own telephony and all it depends on.
pub(super) fn telephone(town: &Town<'_>) -> Line {
    line(town, AssetKind::Telephony)
}

/// The best of the assets of a kind: one line that works is enough.
fn line(town: &Town<'_>, kind: AssetKind) -> Line {
    let ways = town.facts.assets.iter().filter(|asset| asset.kind == kind);
    let reached = ways.map(|asset| {
        let need = Need { asset: asset.id.clone(), strength: Strength::Essential, via: None };
        match probe(town, need) {
            ServiceStatus::Open | ServiceStatus::Degraded | ServiceStatus::PaperOnly => Line::Works,
            ServiceStatus::Closed => Line::Out,
            ServiceStatus::Unknown => Line::Doubtful,
        }
    });
    let all: Vec<Line> = reached.collect();
    if all.is_empty() || all.contains(&Line::Doubtful) && !all.contains(&Line::Works) {
        Line::Doubtful
    } else if all.contains(&Line::Works) {
        Line::Works
    } else {
        Line::Out
    }
}

/// What a service that needed this and nothing else would be.
fn probe(town: &Town<'_>, need: Need) -> ServiceStatus {
    let Some(mut service) = town.facts.services.first().cloned() else {
        return ServiceStatus::Unknown;
    };
    service.needs = vec![need];
    service.overridden = None;
    service.fallback.kind = FallbackKind::None;
    let services = [service];
    let views = status::views(&services, &town.facts.assets, false);
    views.first().map_or(ServiceStatus::Unknown, |view| view.status)
}

fn now(town: &Town<'_>, telephone: Line, contact: Option<&Desk>, concerned: bool) -> Vec<Step> {
    let v = &town.voice;
    let beware = concerned.then(|| step(&v.say("page-now-beware"), "#data"));
    let usual = step(&v.say("page-now-as-usual"), "");
    match town.mood {
        // An alarm alone tells nothing of the telephone or the mail either.
        Mood::Checking => return vec![step(&v.say("page-now-ask-first"), "")],
        Mood::Calm => return [usual].into_iter().chain(beware).collect(),
        Mood::Incident if town.affected().next().is_none() => {
            return [usual].into_iter().chain(beware).collect();
        }
        Mood::Disturbed | Mood::Incident => {}
    }
    let mut steps =
        vec![step(&v.say("page-now-find"), "#services"), call(town, telephone, contact)];
    if line(town, AssetKind::Mail) == Line::Out {
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

/// Calls where that is known to work, with the number where there is one.
fn call(town: &Town<'_>, telephone: Line, contact: Option<&Desk>) -> Step {
    let v = &town.voice;
    let phone = contact.and_then(|desk| desk.phone.as_ref());
    let number = phone.and_then(|phone| Some((phone, phone.dial.as_ref()?)));
    match (telephone, number) {
        (Line::Works, Some((phone, dial))) => {
            let values = [("phone", phone.shown.as_str().into())];
            step(&v.say_with("page-now-phone-number", &values), &format!("tel:{dial}"))
        }
        (Line::Works, None) => step(&v.say("page-now-phone-works"), ""),
        (Line::Doubtful, _) => step(&v.say("page-now-ask-first"), ""),
        (Line::Out, _) => step(&v.say("page-now-phone-out"), ""),
    }
}

/// A sentence whose words between `<a>` and `</a>` lead to `link`.
fn step(text: &str, link: &str) -> Step {
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
