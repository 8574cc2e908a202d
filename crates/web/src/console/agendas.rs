//! Service points that receive by appointment: their hours and seats, what was said of them in an
//! incident, and who comes on which day.

mod form;
mod sheet;
mod source;

use askama::Template;
use beffroi_desk::appointments as desk;
use beffroi_store::{agendas as kept, agendas::sources, appointments};
use beffroi_town::{
    Agenda, AgendaId, ProcedureId, ServiceId, TownFacts,
    agenda::{Day, PeopleTake, Slot, Taking, Word},
    oncall::Span,
    procedure::KeyGroup,
};

use super::{desk as counter, page, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};
use form::{filled, read, usual};

pub use sheet::day_sheet;
pub use source::{forget, pull};

/// How many days with appointments are listed.
const DAYS_SHOWN: usize = 14;

/// A service point in the list.
struct PointRow {
    href: String,
    name: String,
    place: String,
    state: String,
    class: &'static str,
    line: String,
}

/// Where the town's own agendas come from.
struct SourceRow {
    name: String,
    state: String,
    class: &'static str,
    line: String,
}

/// A day on which people come.
struct DayRow {
    name: String,
    count: String,
    sheet: String,
}

#[derive(Template)]
#[template(path = "console/agendas.html")]
struct AgendasPage {
    f: Frame,
    form: Fields,
    opened: &'static str,
    rows: Vec<PointRow>,
    sources: Vec<SourceRow>,
    services: Vec<Choice>,
    procedures: Vec<Choice>,
    takes: Vec<Choice>,
    incident: bool,
}

#[derive(Template)]
#[template(path = "console/agenda.html")]
struct AgendaPage {
    f: Frame,
    form: Fields,
    opened: String,
    id: AgendaId,
    state: String,
    class: &'static str,
    why: Option<String>,
    said: Option<String>,
    incident: bool,
    facts: Vec<(String, String)>,
    days: Vec<DayRow>,
    /// Whether this session's keys open who comes.
    opens: bool,
    services: Vec<Choice>,
    procedures: Vec<Choice>,
    takes: Vec<Choice>,
    serves: Vec<Choice>,
    sources: Vec<source::PulledRow>,
}

fn shown(f: &Frame, taking: Taking) -> (String, &'static str) {
    let (key, class) = match taking {
        Taking::Yes => ("agenda-state-yes", "ok"),
        Taking::NotSaid => ("agenda-state-not-said", "unsure"),
        Taking::No => ("agenda-state-no", "part"),
        Taking::Paused => ("agenda-state-paused", "part"),
        Taking::Closed => ("agenda-state-closed", "bad"),
    };
    (f.t(key), class)
}

fn services(f: &Frame, facts: &TownFacts, now: Option<&ServiceId>) -> Vec<Choice> {
    let public = facts.services.iter().filter(|one| one.is_for_residents());
    let choice = |one| (one, f.words.service_name(one));
    public
        .map(choice)
        .map(|(one, name)| Choice::new(one.id.as_str(), name).on(now == Some(&one.id)))
        .collect()
}

fn procedures(call: &Call, f: &Frame, now: Option<&ProcedureId>) -> Vec<Choice> {
    let all = call.doors.settings.desk.procedures.iter();
    let mut choices = vec![Choice::new("", f.t("console-none")).on(now.is_none())];
    choices.extend(all.map(|one| {
        Choice::new(one.code.as_str(), one.title.in_lang(f.lang)).on(now == Some(&one.code))
    }));
    choices
}

fn takes(f: &Frame, now: PeopleTake) -> Vec<Choice> {
    let choice = |one: &PeopleTake| {
        Choice::new(one.code(), f.t(&format!("agenda-take-{}", one.code()))).on(*one == now)
    };
    PeopleTake::ALL.iter().map(choice).collect()
}

async fn agendas_page(
    call: &Call,
    opened: &'static str,
    form: Fields,
) -> Result<AgendasPage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let all = kept::list(&mut conn, scope).await?;
    let pulled = sources::list(&mut conn, scope).await?;
    drop(conn);
    let f = call.frame(call.words().say("agenda-console-title"), "agendas", &facts);
    let row = |one: &Agenda| {
        let (state, class) = shown(&f, desk::taking(&facts, one));
        let service = desk::service(&facts, one);
        PointRow {
            href: format!("/console/agendas/{}", one.id),
            name: one.rules.about(f.lang).to_owned(),
            place: one.rules.place.clone(),
            line: service.map(|one| f.words.service_name(one).into_owned()).unwrap_or_default(),
            state,
            class,
        }
    };
    let pulled_row = |one: &sources::Source| {
        let (state, class) = source::state(&f, one);
        let agenda = all.iter().find(|agenda| agenda.id == one.agenda);
        let name = agenda.map(|agenda| agenda.rules.about(f.lang).to_owned());
        SourceRow {
            name: name.unwrap_or_else(|| one.agenda.to_string()),
            state,
            class,
            line: source::age(&f, one),
        }
    };
    Ok(AgendasPage {
        rows: all.iter().map(row).collect(),
        sources: pulled.iter().map(pulled_row).collect(),
        services: services(&f, &facts, None),
        procedures: procedures(call, &f, None),
        takes: takes(&f, PeopleTake::OneSeat),
        incident: facts.incident().is_some(),
        opened,
        form,
        f,
    })
}

/// Every service point.
pub async fn list(call: Call) -> Answer {
    page(&agendas_page(&call, "", usual()).await?)
}

/// A code that is free: the service's own, or that with a number.
fn code(all: &[Agenda], service: &ServiceId) -> Option<AgendaId> {
    let name = |number: usize| match number {
        1 => service.to_string(),
        number => format!("{service}-{number}"),
    };
    let free = |text: &String| all.iter().all(|one| one.id.as_str() != text);
    (1..=kept::AGENDAS_MAX + 1).map(name).find(free).and_then(|text| AgendaId::parse(&text).ok())
}

/// Adds a service point.
pub async fn add(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let (service, rules) = read(&mut call);
    let service = service.filter(|id| facts.services.iter().any(|one| one.id == *id));
    if service.is_none() {
        call.form.wrong("service", call.words().say("form-choose"));
    }
    let Some(service) = service.filter(|_| call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&agendas_page(&call, "add", form).await?);
    };
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    let all = kept::known(tx.conn(), &caller.scope).await?;
    let rank = all.iter().map(|one| one.rank).max().unwrap_or(0).saturating_add(1);
    let id = code(&all, &service).ok_or(Refusal::Stale)?;
    let one = Agenda { id: id.clone(), service, rank, rules, word: None };
    kept::save(&mut tx, tenant, &one).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/agendas/{id}?done=details")))
}

async fn the_agenda(call: &Call) -> Result<Agenda, Refusal> {
    let id: AgendaId = call.id("id")?;
    let mut conn = call.doors.store.read().await?;
    kept::get(&mut conn, &call.caller()?.scope, &id).await?.ok_or(Refusal::NotFound)
}

fn told(f: &Frame, agenda: &Agenda) -> Vec<(String, String)> {
    let rules = &agenda.rules;
    let week: Vec<String> = rules.week.iter().map(Span::to_string).collect();
    vec![
        (f.t("agenda-where"), rules.place.clone()),
        (f.t("agenda-week"), week.join("; ")),
        (f.t("agenda-slot-minutes"), rules.slot_minutes.to_string()),
        (f.t("agenda-seats"), rules.seats.to_string()),
    ]
}

async fn agenda_page(call: &Call, again: Option<(&str, Fields)>) -> Result<AgendaPage, Refusal> {
    let (facts, agenda) = (call.facts().await?, the_agenda(call).await?);
    let f = call.frame(agenda.rules.about(call.lang).to_owned(), "agendas", &facts);
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let from = f.zone.day(call.at);
    let days = appointments::days(&mut conn, scope, &agenda.id, from).await?;
    drop(conn);
    let (opened, form) = match again {
        Some((part, form)) => (part.to_owned(), form),
        None => (call.query.get("open").to_owned(), filled(&agenda)),
    };
    let taking = desk::taking(&facts, &agenda);
    let (state, class) = shown(&f, taking);
    let said = agenda.word.as_ref().map(|word| {
        let key = if word.serves { "agenda-said-yes" } else { "agenda-said-no" };
        let note = word.note(f.lang).unwrap_or_default().to_owned();
        [f.t1(key, "when", f.full(word.at)), note].join(" ")
    });
    let day = |(day, count): &(Day, u32)| {
        let noon = Slot { day: *day, minute: 12 * 60 };
        let name = f.zone.instant(noon).map(|at| f.words.day_full(at, &f.zone));
        DayRow {
            name: name.unwrap_or_else(|| day.to_string()),
            count: f.tn("agenda-count", *count),
            sheet: format!("/console/agendas/{}/sheet/{day}", agenda.id),
        }
    };
    let group = desk::service(&facts, &agenda).map_or(KeyGroup::General, desk::group);
    let opens = counter::opening(call).await?.ring.get(group).is_some();
    Ok(AgendaPage {
        why: beffroi_pages::appointments::why_not(taking, call.lang),
        facts: told(&f, &agenda),
        days: days.iter().take(DAYS_SHOWN).map(day).collect(),
        opens,
        services: services(&f, &facts, Some(&agenda.service)),
        procedures: procedures(call, &f, agenda.rules.procedure.as_ref()),
        takes: takes(&f, agenda.rules.people_take),
        serves: vec![
            Choice::new("yes", f.t("agenda-serves-yes")),
            Choice::new("no", f.t("agenda-serves-no")),
        ],
        incident: facts.incident().is_some(),
        sources: source::rows(call, &f, &agenda.id).await?,
        id: agenda.id,
        state,
        class,
        said,
        opened,
        form,
        f,
    })
}

/// One service point.
pub async fn show(call: Call) -> Answer {
    page(&agenda_page(&call, None).await?)
}

/// Keeps how it receives.
pub async fn save(mut call: Call) -> Answer {
    let (facts, agenda) = (call.facts().await?, the_agenda(&call).await?);
    let (service, rules) = read(&mut call);
    let service = service.filter(|id| facts.services.iter().any(|one| one.id == *id));
    let Some(service) = service.filter(|_| call.form.fine()) else {
        if call.form.fine() {
            call.form.wrong("service", call.words().say("form-choose"));
        }
        let form = call.form.clone();
        return wrong(&agenda_page(&call, Some(("rules", form))).await?);
    };
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    let one = Agenda { service, rules, ..agenda };
    kept::save(&mut tx, tenant, &one).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/agendas/{}?done=details", one.id)))
}

/// Says what it can still do in an incident.
pub async fn say(mut call: Call) -> Answer {
    let agenda = the_agenda(&call).await?;
    let words = call.words();
    let (note_fr, note_en) = (call.form.line(words, "note_fr"), call.form.line(words, "note_en"));
    let serves = match call.form.get("serves") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    if serves.is_none() {
        call.form.wrong("serves", words.say("form-choose"));
    }
    let Some(serves) = serves.filter(|_| call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&agenda_page(&call, Some(("word", form))).await?);
    };
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    let word = Word { serves, note_fr, note_en, at: call.at };
    kept::say(&mut tx, tenant, &agenda.id, &word).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/agendas/{}?done=agenda_word", agenda.id)))
}

/// Closes it: no more appointments, those taken are kept.
pub async fn close(call: Call) -> Answer {
    let id: AgendaId = call.id("id")?;
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    kept::close(&mut tx, tenant, &id).await?;
    tx.commit().await?;
    Ok(reply::see_other("/console/agendas?done=removed"))
}
