//! Getting ready: the envelope, the sheets, the roster, the telephones, the emergency numbers, each
//! with its age and what is missing.

use askama::Template;
use beffroi_registry::kits;
use beffroi_store::{cut_rules, emergency, rehearsals, roster};
use beffroi_town::{TownFacts, rehearsal::Rehearsed, status::Works};
use beffroi_words::Value;

use super::{kit, page};
use crate::{
    Refusal,
    call::Call,
    frame::{Countable as _, Frame},
    routes::Answer,
};

/// A rehearsal counts for half a year.
const REHEARSED_MS: i64 = 183 * 24 * 3_600_000;

/// One thing to get ready.
struct ReadyRow {
    href: &'static str,
    name: String,
    state: String,
    class: &'static str,
    line: String,
}

#[derive(Template)]
#[template(path = "console/prepare.html")]
struct PreparePage {
    f: Frame,
    rows: Vec<ReadyRow>,
}

/// What is known of all of it.
pub(super) struct Readiness {
    pub(super) kit: Option<kits::Standing>,
    emergency: emergency::Emergency,
    people: usize,
    people_at: Option<beffroi_town::Instant>,
    on_no_line: Vec<String>,
    rehearsed: Option<Rehearsed>,
    ruled: bool,
}

impl Readiness {
    pub(super) async fn read(call: &Call, facts: &TownFacts) -> Result<Self, Refusal> {
        let scope = &call.caller()?.scope;
        let (store, url) = (&call.doors.store, call.doors.settings.public_url.as_str());
        let kit = kits::standing(store, call.at, scope, url).await?;
        let mut conn = store.read().await?;
        Ok(Self {
            kit,
            emergency: emergency::get(&mut conn, scope).await?,
            people: roster::list(&mut conn, scope).await?.len(),
            people_at: roster::changed_at(&mut conn, scope).await?,
            on_no_line: on_no_line(facts),
            rehearsed: rehearsals::newest(&mut conn, scope, 1).await?.pop(),
            ruled: cut_rules::get(&mut conn, scope).await?.is_some(),
        })
    }

    /// What is to be completed: text and where.
    pub(super) fn todos(&self, f: &Frame) -> Vec<(String, String)> {
        let mut todos = Vec::new();
        let mut push = |text: String, href: &str| todos.push((text, href.to_owned()));
        match &self.kit {
            None => push(f.t("todo-kit-none"), "/console/kit"),
            Some(standing) => {
                if let Some(reason) = standing.stale.first() {
                    let values = [
                        ("age", Value::from(f.words.duration(standing.age_ms))),
                        ("reason", kit::reason(f, *reason).into()),
                    ];
                    push(f.words.say_with("todo-kit-stale", &values), "/console/kit");
                }
            }
        }
        if f.may.write {
            let missing = self.emergency.facts.missing();
            if missing > 0 {
                push(f.tn("todo-emergency", missing), "/console/emergency");
            }
            if self.people == 0 {
                push(f.t("todo-roster"), "/console/roster");
            }
        }
        if !self.has_rehearsed(f) {
            push(f.t("todo-rehearsal"), "/console/rehearsal");
        }
        if !self.on_no_line.is_empty() {
            push(f.tn("todo-lines", self.on_no_line.len()), "/console/phones");
        }
        todos
    }

    /// Whether somebody rehearsed lately.
    fn has_rehearsed(&self, f: &Frame) -> bool {
        self.rehearsed.as_ref().is_some_and(|last| f.now.ms_since(last.ended_at) <= REHEARSED_MS)
    }
}

/// Numbers that residents are shown and that are on no line, each once.
pub(super) fn on_no_line(facts: &TownFacts) -> Vec<String> {
    let book = facts.phone_book();
    let mut found: Vec<String> = Vec::new();
    let services = facts.services.iter().filter(|service| service.is_for_residents());
    for number in services
        .filter_map(|service| service.phone.as_deref())
        .flat_map(beffroi_town::phone::numbers)
        // A short number is nobody's line.
        .filter(|number| number.len() > 6 && book.line(number).is_none())
    {
        if !found.contains(&number) {
            found.push(number);
        }
    }
    found
}

/// Everything to get ready.
pub async fn show(call: Call) -> Answer {
    let facts = call.facts().await?;
    let ready = Readiness::read(&call, &facts).await?;
    let f = call.frame(call.words().say("prepare-title"), "prepare", &facts);
    let mut rows = vec![kit_row(&f, &ready)];
    if f.may.write {
        rows.push(ReadyRow {
            href: "/console/sheets",
            name: f.t("prepare-sheets"),
            state: f.t("prepare-ready"),
            class: "ok",
            line: f.t("prepare-sheets-line"),
        });
        rows.push(roster_row(&f, &ready));
    }
    rows.push(phones_row(&f, &facts, &ready));
    if f.may.write {
        rows.push(emergency_row(&f, &ready));
    }
    rows.push(rule_row(&f, &ready));
    rows.push(rehearsal_row(&f, &ready));
    page(&PreparePage { f, rows })
}

fn kit_row(f: &Frame, ready: &Readiness) -> ReadyRow {
    let (state, class, line) = match &ready.kit {
        None => ("prepare-none", "unsure", String::new()),
        Some(standing) => {
            let age = f.t1("kit-age", "age", f.words.duration(standing.age_ms));
            match standing.stale.first() {
                None => ("kit-good", "ok", age),
                Some(reason) => ("kit-stale", "bad", format!("{age} {}", kit::reason(f, *reason))),
            }
        }
    };
    ReadyRow { href: "/console/kit", name: f.t("prepare-kit"), state: f.t(state), class, line }
}

fn roster_row(f: &Frame, ready: &Readiness) -> ReadyRow {
    let changed = ready.people_at.map(|at| f.t1("prepare-changed", "ago", f.ago(at)));
    ReadyRow {
        href: "/console/roster",
        name: f.t("prepare-roster"),
        state: if ready.people == 0 {
            f.t("prepare-none")
        } else {
            f.tn("prepare-people", ready.people)
        },
        class: if ready.people == 0 { "unsure" } else { "ok" },
        line: changed.unwrap_or_default(),
    }
}

fn phones_row(f: &Frame, facts: &TownFacts, ready: &Readiness) -> ReadyRow {
    let book = facts.phone_book();
    let dead = facts.lines.iter().filter(|line| book.answers(line).0 != Works::Yes).count();
    let (state, class) = match (facts.lines.len(), dead) {
        (0, _) => (f.t("prepare-none"), "unsure"),
        (count, 0) => (f.tn("prepare-lines", count), "ok"),
        (_, dead) => (f.tn("prepare-lines-dead", dead), "bad"),
    };
    let missing = ready.on_no_line.len();
    let line = if missing > 0 { f.tn("todo-lines", missing) } else { String::new() };
    ReadyRow { href: "/console/phones", name: f.t("prepare-phones"), state, class, line }
}

fn emergency_row(f: &Frame, ready: &Readiness) -> ReadyRow {
    let missing = ready.emergency.facts.missing();
    let changed = ready.emergency.changed_at.map(|at| f.t1("prepare-changed", "ago", f.ago(at)));
    ReadyRow {
        href: "/console/emergency",
        name: f.t("prepare-emergency"),
        state: match missing {
            0 => f.t("prepare-whole"),
            missing => {
                f.words.say_with("prepare-missing", &[("count", Value::Count(missing.count()))])
            }
        },
        class: if missing == 0 { "ok" } else { "part" },
        line: changed.unwrap_or_default(),
    }
}

fn rule_row(f: &Frame, ready: &Readiness) -> ReadyRow {
    let (state, class) = if ready.ruled { ("rule-signed", "ok") } else { ("rule-none", "unsure") };
    ReadyRow {
        href: "/console/rule",
        name: f.t("rule-title"),
        state: f.t(state),
        class,
        line: f.t("rule-line"),
    }
}

fn rehearsal_row(f: &Frame, ready: &Readiness) -> ReadyRow {
    let (state, class) = match &ready.rehearsed {
        None => (f.t("prepare-none"), "unsure"),
        Some(last) => {
            let class = if ready.has_rehearsed(f) { "ok" } else { "bad" };
            (f.ago(last.ended_at), class)
        }
    };
    ReadyRow {
        href: "/console/rehearsal",
        name: f.t("rehearsal-title"),
        state,
        class,
        line: f.t("rehearsal-line"),
    }
}
