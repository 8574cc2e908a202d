//! Is my data concerned? A question of its own, apart from what is open.
//!
//! Shown while an incident goes on, and as long as a person holds that data was or may have been
//! reached. Safe data is named as safe, even where its service is out of reach.

use beffroi_town::{
    Asset, AssetId, DataExposure, Exposure, PublicService, ServiceStatus, Whose, incident::Nature,
    status::ServiceView,
};

use super::Town;
use crate::inert::{self, LINE_CHARS_MAX};

/// Services whose data is in the same case.
pub(super) struct Case {
    pub(super) code: &'static str,
    pub(super) title: String,
    pub(super) rows: Vec<(String, String)>,
    /// Said instead of the rows where they would only be a long list.
    pub(super) line: Option<String>,
}

/// The section.
pub(super) struct Data {
    pub(super) lead: Vec<String>,
    pub(super) groups: Vec<Case>,
    pub(super) advice: Vec<String>,
    /// A person holds that some data was or may have been reached.
    pub(super) concerned: bool,
}

/// How many services of which nothing is known are named one by one.
const NAMED_MAX: usize = 4;

/// The order of the cases on the page.
const GRAVEST_FIRST: [DataExposure; 4] =
    [DataExposure::Exposed, DataExposure::AtRisk, DataExposure::Unknown, DataExposure::Safe];

/// What is known of the data behind one service.
struct Held<'a> {
    view: &'a ServiceView<'a>,
    level: DataExposure,
    whose: Whose,
}

impl Data {
    /// None when nothing is to be said.
    pub(super) fn of(town: &Town<'_>) -> Option<Self> {
        let v = &town.voice;
        let held: Vec<Held<'_>> = town.views.iter().filter_map(|view| held(town, view)).collect();
        let staff = town.facts.exposure_of(Whose::Staff);
        let any = |level| held.iter().any(|one| one.level == level) || staff == level;
        let concerned = any(DataExposure::Exposed) || any(DataExposure::AtRisk);
        if town.facts.incident().is_none() && !concerned {
            return None;
        }
        let said = concerned || held.iter().any(|one| one.level == DataExposure::Safe);
        let lead = v.say(if said { "page-data-lead" } else { "page-data-none-known" });
        // Where nothing is known of any, one sentence says it better than a list of all services.
        let levels = GRAVEST_FIRST.iter().filter(|_| said);
        let groups = levels
            .map(|level| case(town, *level, &held, staff))
            .filter(|case| !case.rows.is_empty())
            .collect();
        Some(Self { lead: vec![lead], groups, advice: advice(town, concerned), concerned })
    }
}

/// What is known of residents' data behind a service; of staff's, where it works with no other.
///
/// Residents ask about their own data: that a clerk's account was reached does not make the
/// State's register of identity cards unsafe. Staff's data has a row of its own.
fn held<'a>(town: &Town<'_>, view: &'a ServiceView<'a>) -> Option<Held<'a>> {
    let behind = behind(&town.facts.assets, view.service);
    let of = |wanted: Whose| {
        let held = behind.iter().filter(move |one| one.whose == wanted || one.whose == Whose::Both);
        held.collect::<Vec<_>>()
    };
    let (mut mine, mut whose) = (of(Whose::Residents), Whose::Residents);
    if mine.is_empty() {
        (mine, whose) = (of(Whose::Staff), Whose::Staff);
    }
    if mine.is_empty() {
        return None;
    }
    let level = DataExposure::together(mine.iter().map(|one| one.level));
    if mine.iter().any(|one| one.level == level && one.whose == Whose::Both) {
        whose = Whose::Both;
    }
    Some(Held { view, level, whose })
}

/// The data that a service works with, however it is reached: a path that is cut changes nothing.
fn behind<'a>(assets: &'a [Asset], service: &'a PublicService) -> Vec<&'a Exposure> {
    let mut seen: Vec<&AssetId> = Vec::new();
    let mut queue: Vec<&AssetId> = service.needs.iter().map(|need| &need.asset).collect();
    let mut found = Vec::new();
    while let Some(id) = queue.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        if let Some(asset) = assets.iter().find(|asset| asset.id == *id) {
            queue.extend(asset.needs.iter().map(|need| &need.asset));
            found.push(&asset.exposure);
        }
    }
    found
}

fn case(town: &Town<'_>, level: DataExposure, held: &[Held<'_>], staff: DataExposure) -> Case {
    let v = &town.voice;
    let key = match level {
        DataExposure::Exposed => "page-data-exposed",
        DataExposure::AtRisk => "page-data-at-risk",
        DataExposure::Unknown => "page-data-unknown",
        DataExposure::Safe => "page-data-safe",
    };
    let name =
        |one: &Held<'_>| inert::line(&v.words.service_name(one.view.service), LINE_CHARS_MAX);
    let mut rows: Vec<_> = held
        .iter()
        .filter(|one| one.level == level)
        .map(|one| (name(one), note(town, one)))
        .collect();
    let grave = matches!(level, DataExposure::Exposed | DataExposure::AtRisk);
    if grave && staff == level {
        rows.push((v.say("page-data-staff-row"), String::new()));
    }
    // The others are named one by one: what is left is left.
    let many = level == DataExposure::Unknown && rows.len() > NAMED_MAX;
    let line = many.then(|| v.say("page-data-others"));
    Case { code: level.code(), title: v.say(key), rows, line }
}

/// Whose data it is where it was or may have been reached; that it is out of reach where it is safe.
fn note(town: &Town<'_>, one: &Held<'_>) -> String {
    let v = &town.voice;
    match (one.level, one.whose) {
        (DataExposure::Unknown, _) | (_, Whose::Nobody) => String::new(),
        (DataExposure::Safe, _) if one.view.status == ServiceStatus::Open => String::new(),
        (DataExposure::Safe, _) => v.say("page-data-safe-out-of-reach"),
        (_, Whose::Residents) => v.say("page-data-of-residents"),
        (_, Whose::Staff) => v.say("page-data-of-staff"),
        (_, Whose::Both) => v.say("page-data-of-both"),
    }
}

fn advice(town: &Town<'_>, concerned: bool) -> Vec<String> {
    let failure = town.facts.incident().is_some_and(|one| one.nature == Nature::Failure);
    let keys: &[&str] = if failure && !concerned {
        // Nobody writes false messages because a pipe burst.
        &[]
    } else if concerned {
        &["page-data-do-watch", "page-data-do-password", "page-data-do-code", "page-data-do-report"]
    } else {
        &["page-data-do-precaution", "page-data-do-report"]
    };
    keys.iter().map(|key| town.voice.say(key)).collect()
}
