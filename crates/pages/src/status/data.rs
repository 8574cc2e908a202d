//! Is my data concerned? A question of its own, apart from what is open.
//!
//! Shown while an incident goes on, and as long as a person holds that data was or may have been
//! reached. Safe data is named as safe, even where its service is out of reach.

use beffroi_town::{DataExposure, ServiceStatus, Whose, status::ServiceView};

use super::Town;
use crate::inert::{self, LINE_CHARS_MAX};

/// Services whose data is in the same case.
pub(super) struct Case {
    pub(super) code: &'static str,
    pub(super) title: String,
    pub(super) rows: Vec<(String, String)>,
}

/// The section.
pub(super) struct Data {
    pub(super) lead: Vec<String>,
    pub(super) groups: Vec<Case>,
    pub(super) advice: Vec<String>,
    /// A person holds that some data was or may have been reached.
    pub(super) concerned: bool,
}

impl Data {
    /// None when nothing is to be said.
    pub(super) fn of(town: &Town<'_>) -> Option<Self> {
        let v = &town.voice;
        let personal = || town.views.iter().filter(|view| view.whose != Whose::Nobody);
        let any = |level| personal().any(|view| view.exposure == level);
        let concerned = any(DataExposure::Exposed) || any(DataExposure::AtRisk);
        if town.facts.incident().is_none() && !concerned {
            return None;
        }
        let said = concerned || any(DataExposure::Safe);
        let lead = v.say(if said { "page-data-lead" } else { "page-data-none-known" });
        let groups = if said {
            GRAVEST_FIRST
                .iter()
                .map(|level| case(town, *level, personal().filter(|view| view.exposure == *level)))
                .filter(|case| !case.rows.is_empty())
                .collect()
        } else {
            // Nothing is known of any: one sentence says it better than a list of all services.
            Vec::new()
        };
        Some(Self { lead: vec![lead], groups, advice: advice(town, concerned), concerned })
    }
}

/// The order of the cases on the page.
const GRAVEST_FIRST: [DataExposure; 4] =
    [DataExposure::Exposed, DataExposure::AtRisk, DataExposure::Unknown, DataExposure::Safe];

fn case<'a>(
    town: &Town<'_>,
    level: DataExposure,
    views: impl Iterator<Item = &'a ServiceView<'a>>,
) -> Case {
    let key = match level {
        DataExposure::Exposed => "page-data-exposed",
        DataExposure::AtRisk => "page-data-at-risk",
        DataExposure::Unknown => "page-data-unknown",
        DataExposure::Safe => "page-data-safe",
    };
    let row = |view: &ServiceView<'_>| {
        let name = inert::line(&town.voice.words.service_name(view.service), LINE_CHARS_MAX);
        (name, note(town, view))
    };
    Case { code: level.code(), title: town.voice.say(key), rows: views.map(row).collect() }
}

/// Whose data it is where it was or may have been reached; that it is out of reach where it is safe.
fn note(town: &Town<'_>, view: &ServiceView<'_>) -> String {
    let v = &town.voice;
    match (view.exposure, view.whose) {
        (DataExposure::Unknown, _) | (_, Whose::Nobody) => String::new(),
        (DataExposure::Safe, _) if view.status == ServiceStatus::Open => String::new(),
        (DataExposure::Safe, _) => v.say("page-data-safe-out-of-reach"),
        (_, Whose::Residents) => v.say("page-data-of-residents"),
        (_, Whose::Staff) => v.say("page-data-of-staff"),
        (_, Whose::Both) => v.say("page-data-of-both"),
    }
}

fn advice(town: &Town<'_>, concerned: bool) -> Vec<String> {
    let keys: &[&str] = if concerned {
        &["page-data-do-watch", "page-data-do-password", "page-data-do-code", "page-data-do-report"]
    } else {
        &["page-data-do-precaution", "page-data-do-report"]
    };
    keys.iter().map(|key| town.voice.say(key)).collect()
}
