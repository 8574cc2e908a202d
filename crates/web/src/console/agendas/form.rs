//! The form of a service point: what it begins with, and what was typed.

use beffroi_town::{
    Agenda, ProcedureId, ServiceId,
    agenda::{Closure, Fault, PeopleTake, Rules},
    oncall::Span,
};

use crate::{call::Call, fields::Fields};

/// What a new service point begins with.
pub(super) fn usual() -> Fields {
    Fields::default()
        .with("week", "mon-fri 09:00-12:00")
        .with("slot_minutes", "20")
        .with("seats", "1")
        .with("people_max", "4")
        .with("notice_hours", "24")
        .with("days_ahead", "60")
}

pub(super) fn filled(agenda: &Agenda) -> Fields {
    let rules = &agenda.rules;
    let lines = |all: Vec<String>, between: &str| all.join(between);
    let week = lines(rules.week.iter().map(Span::to_string).collect(), "; ");
    let closures = lines(rules.closures.iter().map(Closure::to_string).collect(), "\n");
    let paused = if rules.paused { "yes" } else { "" };
    Fields::default()
        .with("about_fr", &rules.about_fr)
        .with("about_en", &rules.about_en)
        .with("place", &rules.place)
        .with("week", week)
        .with("slot_minutes", rules.slot_minutes.to_string())
        .with("seats", rules.seats.to_string())
        .with("people_max", rules.people_max.to_string())
        .with("notice_hours", rules.notice_hours.to_string())
        .with("days_ahead", rules.days_ahead.to_string())
        .with("closures", closures)
        .with("paused", paused)
}

/// The field that a fault is told at, and its sentence.
const fn field(fault: Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::About => ("about_fr", "agenda-fault-about"),
        Fault::Place => ("place", "agenda-fault-place"),
        Fault::Week => ("week", "agenda-fault-week"),
        Fault::SlotMinutes => ("slot_minutes", "agenda-fault-slot"),
        Fault::Seats => ("seats", "agenda-fault-seats"),
        Fault::People => ("people_max", "agenda-fault-people"),
        Fault::Notice => ("notice_hours", "agenda-fault-notice"),
        Fault::DaysAhead => ("days_ahead", "agenda-fault-days"),
        Fault::Closures => ("closures", "agenda-fault-closures"),
    }
}

/// How a service point receives, as typed; what is wrong is told at its field.
pub(super) fn read(call: &mut Call) -> (Option<ServiceId>, Rules) {
    let words = call.words();
    let form = &mut call.form;
    // What is no number is none that any field allows.
    let number = |form: &Fields, name: &str| form.get(name).parse().unwrap_or(u16::MAX);
    let week = Span::parse_all(form.get("week")).unwrap_or_default();
    let typed = form.text(words, "closures").unwrap_or_default();
    let lines = typed.lines().filter(|line| !line.trim().is_empty());
    let closures: Result<Vec<Closure>, _> = lines.map(Closure::parse).collect();
    if closures.is_err() {
        form.wrong("closures", words.say("agenda-fault-closures"));
    }
    let rules = Rules {
        about_fr: form.line(words, "about_fr").unwrap_or_default(),
        about_en: form.line(words, "about_en").unwrap_or_default(),
        place: form.line(words, "place").unwrap_or_default(),
        week,
        slot_minutes: number(form, "slot_minutes"),
        seats: number(form, "seats"),
        people_max: number(form, "people_max"),
        people_take: PeopleTake::from_code(form.get("people_take")).unwrap_or(PeopleTake::OneSeat),
        notice_hours: number(form, "notice_hours"),
        days_ahead: number(form, "days_ahead"),
        closures: closures.unwrap_or_default(),
        procedure: ProcedureId::parse(form.get("procedure")).ok(),
        paused: form.is("paused", "yes"),
    };
    for (name, key) in rules.faults().into_iter().map(field) {
        form.wrong(name, words.say(key));
    }
    (ServiceId::parse(form.get("service")).ok(), rules)
}
