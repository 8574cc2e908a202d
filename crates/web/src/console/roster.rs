//! The staff roster: everybody, with or without an account, and who calls whom.

use askama::Template;
use beffroi_registry::{
    RegistryError,
    csv_in::roster::numbers,
    roster::{self as register, Others},
};
use beffroi_store::roster::PHONES_MAX;
use beffroi_town::{RosterEntry, RosterId, roster};

use super::{csv_words, page, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

/// How many wrong rows of a table are told.
const ERRORS_SHOWN: usize = 20;

struct PersonRow {
    href: String,
    name: String,
    line: String,
    phones: String,
}

#[derive(Template)]
#[template(path = "console/roster.html")]
struct RosterPage {
    f: Frame,
    form: Fields,
    opened: &'static str,
    services: Vec<(String, Vec<PersonRow>)>,
    count: usize,
    callers: Vec<Choice>,
    told: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/roster_person.html")]
struct PersonPage {
    f: Frame,
    form: Fields,
    id: RosterId,
    callers: Vec<Choice>,
    calls: Vec<String>,
}

fn row(f: &Frame, all: &[RosterEntry], one: &RosterEntry) -> PersonRow {
    let caller = all.iter().find(|other| one.caller.as_ref() == Some(&other.id));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(Some(one.function.clone()).filter(|text| !text.is_empty()));
    parts.extend(caller.map(|caller| f.t1("roster-called-by", "name", &caller.name)));
    PersonRow {
        href: format!("/console/roster/{}", one.id),
        name: one.name.clone(),
        line: parts.join(" – "),
        phones: one.phones.join(" · "),
    }
}

/// Who may call somebody: everybody else.
fn callers(f: &Frame, all: &[RosterEntry], own: Option<&RosterEntry>) -> Vec<Choice> {
    let now = own.and_then(|one| one.caller.as_ref());
    let mut choices = vec![Choice::new("", f.t("roster-nobody")).on(now.is_none())];
    let others =
        roster::in_order(all).into_iter().filter(|one| own.is_none_or(|own| own.id != one.id));
    choices
        .extend(others.map(|one| Choice::new(one.id.as_str(), &one.name).on(now == Some(&one.id))));
    choices
}

async fn everybody(call: &Call) -> Result<Vec<RosterEntry>, Refusal> {
    Ok(register::list(&call.doors.store, &call.caller()?.scope).await?)
}

async fn roster_page(
    call: &Call,
    opened: &'static str,
    form: Fields,
    told: Vec<String>,
) -> Result<RosterPage, Refusal> {
    let facts = call.facts().await?;
    let all = everybody(call).await?;
    let f = call.frame(call.words().say("roster-title"), "prepare", &facts);
    let services = roster::by_service(&all).into_iter().map(|(service, people)| {
        let title =
            if service.is_empty() { f.t("sheet-roll-no-service") } else { service.to_owned() };
        (title, people.into_iter().map(|one| row(&f, &all, one)).collect())
    });
    Ok(RosterPage {
        services: services.collect(),
        count: all.len(),
        callers: callers(&f, &all, None),
        opened,
        form,
        told,
        f,
    })
}

/// Everybody.
pub async fn list(call: Call) -> Answer {
    page(&roster_page(&call, "", Fields::default(), Vec::new()).await?)
}

/// A person as typed; what is wrong is told at its field.
fn read(call: &mut Call, all: &[RosterEntry], id: RosterId, rank: u32) -> RosterEntry {
    let words = call.words();
    let form = &mut call.form;
    let name = form.needed(words, "name", "people-name-missing");
    let function = form.line(words, "function").unwrap_or_default();
    let service = form.line(words, "service").unwrap_or_default();
    let typed = form.line(words, "phones").unwrap_or_default();
    let phones = numbers(&typed).unwrap_or_else(|_| {
        form.wrong("phones", words.say_with("roster-bad-phones", &[("max", PHONES_MAX.into())]));
        Vec::new()
    });
    let caller = match form.get("caller") {
        "" => None,
        text => RosterId::parse(text).ok().filter(|id| all.iter().any(|one| one.id == *id)),
    };
    if caller.is_none() && !form.get("caller").is_empty() {
        form.wrong("caller", words.say("form-choose"));
    }
    let entry = RosterEntry { id, rank, name, function, service, phones, caller };
    let others = all.iter().filter(|one| one.id != entry.id).cloned();
    let after: Vec<RosterEntry> = others.chain([entry.clone()]).collect();
    if let Err(roster::CallCircle(names)) = roster::check_callers(&after) {
        form.wrong("caller", words.say_with("csv-circle", &[("names", names.join(" → ").into())]));
    }
    entry
}

/// Adds a person.
pub async fn add(mut call: Call) -> Answer {
    let all = everybody(&call).await?;
    let id = RosterId::new(call.at, &*call.doors.entropy);
    let last = all.iter().map(|one| one.rank).max().unwrap_or(0);
    let entry = read(&mut call, &all, id, last.saturating_add(1));
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&roster_page(&call, "add", form, Vec::new()).await?);
    }
    let caller = call.caller()?;
    let by = (&caller.actor(), call.at);
    register::save(&call.doors.store, by, &caller.scope, &entry).await?;
    Ok(reply::see_other("/console/roster?done=about"))
}

/// Takes in a table that was pasted: new people are added, known ones changed, nobody is removed.
pub async fn import(mut call: Call) -> Answer {
    let table = call.form.get("table").to_owned();
    let words = call.words();
    if table.is_empty() {
        call.form.wrong("table", words.say("roster-import-empty"));
        let form = call.form.clone();
        return wrong(&roster_page(&call, "import", form, Vec::new()).await?);
    }
    let caller = call.caller()?;
    let by = (&caller.actor(), call.at);
    let done =
        register::import(&call.doors.store, by, &caller.scope, table.as_bytes(), Others::Stay)
            .await;
    match done {
        Ok(_) => Ok(reply::see_other("/console/roster?done=imported")),
        Err(RegistryError::Rows(rows)) => {
            let all = rows.list();
            let mut told: Vec<String> =
                all.iter().take(ERRORS_SHOWN).map(|error| csv_words::told(words, error)).collect();
            if all.len() > ERRORS_SHOWN {
                let rest = all.len() - ERRORS_SHOWN;
                told.push(words.say_with("csv-more", &[("count", rest.into())]));
            }
            call.form.wrong("table", words.say("roster-import-wrong"));
            let form = call.form.clone();
            wrong(&roster_page(&call, "import", form, told).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn person_page(call: &Call, again: Option<Fields>) -> Result<PersonPage, Refusal> {
    let id: RosterId = call.id("id")?;
    let all = everybody(call).await?;
    let one = all.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let facts = call.facts().await?;
    let f = call.frame(one.name.clone(), "prepare", &facts);
    let called =
        roster::in_order(&all).into_iter().filter(|other| other.caller.as_ref() == Some(&id));
    let prefilled = || {
        Fields::default()
            .with("name", &one.name)
            .with("function", &one.function)
            .with("service", &one.service)
            .with("phones", one.phones.join(" ; "))
    };
    Ok(PersonPage {
        callers: callers(&f, &all, Some(one)),
        calls: called.map(|one| one.name.clone()).collect(),
        form: again.unwrap_or_else(prefilled),
        id,
        f,
    })
}

/// One person.
pub async fn show(call: Call) -> Answer {
    page(&person_page(&call, None).await?)
}

/// Keeps what is said of a person.
pub async fn save(mut call: Call) -> Answer {
    let id: RosterId = call.id("id")?;
    let all = everybody(&call).await?;
    let rank = all.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?.rank;
    let entry = read(&mut call, &all, id, rank);
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&person_page(&call, Some(form)).await?);
    }
    let caller = call.caller()?;
    let by = (&caller.actor(), call.at);
    register::save(&call.doors.store, by, &caller.scope, &entry).await?;
    Ok(reply::see_other("/console/roster?done=about"))
}

/// Takes a person off the roster.
pub async fn remove(call: Call) -> Answer {
    let id: RosterId = call.id("id")?;
    let caller = call.caller()?;
    let by = (&caller.actor(), call.at);
    register::remove(&call.doors.store, by, &caller.scope, &id).await?;
    Ok(reply::see_other("/console/roster?done=removed"))
}
