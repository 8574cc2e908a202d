//! Appointments: what is offered, taking one, moving and cancelling it.
//!
//! Rules: what is offered is worked out anew from the service point's own rules each time, so that
//! nobody takes a seat that is none; who comes is sealed for the service's group before it is
//! written, and nothing here can open it again; the one who holds the code moves or cancels.

pub mod calendar;
pub mod ics;
pub mod sheet;

use beffroi_store::{
    Conn, Store, TenantScope, agendas,
    appointments::{self as kept, Appointment, Asked, NewAppointment, Seat, code::AppointmentCode},
};
use beffroi_town::{
    Actor, Agenda, AgendaId, Instant, Lang, PublicService, ServiceStatus, TownFacts,
    agenda::{Slot, Taking},
    procedure::KeyGroup,
};
use beffroi_words::Zone;
use serde::{Deserialize, Serialize};

use crate::sealing::{self, Recipient, SealError};

/// What can go wrong with an appointment.
#[derive(Debug, thiserror::Error)]
pub enum AppointmentError {
    /// It cannot be sealed or opened.
    #[error("an appointment cannot be sealed or opened")]
    Seal(#[from] SealError),
    /// A sheet cannot be printed.
    #[error(transparent)]
    Paper(#[from] beffroi_paper::PaperError),
    /// What was sealed is not what this program seals.
    #[error("what was sealed of an appointment cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// The store failed.
    #[error("appointments cannot be read or written")]
    Store(#[from] beffroi_store::Error),
}

/// Who comes, and what for: all that is sealed of an appointment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// Their name.
    pub name: String,
    /// How they are reached by telephone.
    pub phone: String,
    /// How they are reached by mail.
    pub mail: String,
    /// What they say it is about.
    pub about: String,
}

/// A slot that has seats left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Day and minute.
    pub slot: Slot,
    /// The same as an instant.
    pub begins_at: Instant,
    /// How many seats are left.
    pub free: u16,
}

/// Where a resident or a clerk works: the store, whose, by whom and when.
#[derive(Clone, Copy)]
pub struct Counter<'a> {
    /// Where it is kept.
    pub store: &'a Store,
    /// Whose.
    pub scope: &'a TenantScope,
    /// The town's own clock.
    pub zone: &'a Zone,
    /// Who.
    pub actor: &'a Actor,
    /// When.
    pub at: Instant,
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// At which service point.
    pub agenda: &'a AgendaId,
    /// When.
    pub slot: Slot,
    /// How many come.
    pub people: u16,
    /// Who.
    pub visitor: &'a Visitor,
    /// In which language.
    pub lang: Lang,
    /// The token of the form.
    pub token: &'a str,
}

/// What came of it.
#[derive(Clone)]
pub enum Outcome {
    /// It is theirs, with the code that moves or cancels it.
    Taken(Box<Appointment>, AppointmentCode),
    /// Somebody was faster, or it is offered no more.
    Gone,
}

/// Whose staff read the appointments of a service.
pub fn group(service: &PublicService) -> KeyGroup {
    KeyGroup::from_code(&service.group).unwrap_or(KeyGroup::General)
}

/// The service of a service point.
pub fn service<'a>(facts: &'a TownFacts, agenda: &Agenda) -> Option<&'a PublicService> {
    facts.services.iter().find(|one| one.id == agenda.service)
}

/// Whether a service point takes new appointments now.
pub fn taking(facts: &TownFacts, agenda: &Agenda) -> Taking {
    let views = facts.views();
    let view = views.iter().find(|view| view.service.id == agenda.service);
    let status = view.map_or(ServiceStatus::Closed, |view| view.status);
    agenda.taking(status, &facts.incidents)
}

/// Every slot that so many people can still take, in order.
///
/// # Errors
/// The store's.
pub async fn offered(
    conn: &mut Conn,
    (scope, zone): (&TenantScope, &Zone),
    agenda: &Agenda,
    (people, now): (u16, Instant),
) -> Result<Vec<Offered>, AppointmentError> {
    let rules = &agenda.rules;
    let first = zone.day(now);
    let last = first.plus(rules.days_ahead.into());
    let taken = kept::taken(conn, scope, &agenda.id, (first, last)).await?;
    let (soonest, wanted) = (rules.first_at(now), rules.seats_for(people));
    let days = (0..=last.days_since(first)).map(|days| first.plus(days));
    let slots = days.flat_map(|day| rules.slots(day));
    let open = slots.filter_map(|slot| {
        let begins_at = zone.instant(slot)?;
        let gone = taken.get(&slot).copied().unwrap_or(0);
        let free = rules.seats.saturating_sub(u16::try_from(gone).unwrap_or(u16::MAX));
        (begins_at >= soonest && free >= wanted && free > 0).then_some(Offered {
            slot,
            begins_at,
            free,
        })
    });
    Ok(open.collect())
}

/// One slot, if so many people can still take it.
async fn still_offered(
    conn: &mut Conn,
    counter: &Counter<'_>,
    agenda: &Agenda,
    (slot, people): (Slot, u16),
) -> Result<Option<Offered>, AppointmentError> {
    let place = (counter.scope, counter.zone);
    let all = offered(conn, place, agenda, (people, counter.at)).await?;
    Ok(all.into_iter().find(|one| one.slot == slot))
}

fn seat<'a>(agenda: &'a Agenda, offered: &Offered, people: u16) -> Seat<'a> {
    Seat {
        agenda: &agenda.id,
        slot: offered.slot,
        begins_at: offered.begins_at,
        seats: agenda.rules.seats_for(people),
        of: agenda.rules.seats,
    }
}

/// Takes an appointment. What the caller found open may be gone by then: the outcome says so. The
/// same form sent again is answered as the first time, even when the slot has filled up since. Who
/// comes is sealed for each of `recipients`.
///
/// # Errors
/// [`AppointmentError`].
pub async fn take(
    counter: &Counter<'_>,
    recipients: &[Recipient],
    wish: &Wish<'_>,
) -> Result<Outcome, AppointmentError> {
    let tenant = counter.scope.tenant();
    let code = AppointmentCode::of(counter.store, tenant, wish.token)?;
    let sealed = sealing::seal_for(recipients, &serde_json::to_vec(wish.visitor)?)?;
    let mut tx =
        counter.store.begin(std::slice::from_ref(tenant), counter.actor, counter.at).await?;
    if let Some(before) = kept::by_code(tx.conn(), counter.scope, &code).await? {
        return Ok(Outcome::Taken(Box::new(before), code));
    }
    let Some(agenda) = agendas::get(tx.conn(), counter.scope, wish.agenda).await? else {
        return Ok(Outcome::Gone);
    };
    if wish.people == 0 || wish.people > agenda.rules.people_max {
        return Ok(Outcome::Gone);
    }
    let what = (wish.slot, wish.people);
    let Some(offered) = still_offered(tx.conn(), counter, &agenda, what).await? else {
        return Ok(Outcome::Gone);
    };
    let new = NewAppointment {
        seat: seat(&agenda, &offered, wish.people),
        people: wish.people,
        sealed: &sealed,
        lang: wish.lang,
        token: wish.token,
    };
    match kept::take(&mut tx, tenant, &new).await? {
        Asked::Full => Ok(Outcome::Gone),
        Asked::Again(before) => Ok(Outcome::Taken(Box::new(before), code)),
        Asked::Taken(made) => {
            tx.commit().await?;
            Ok(Outcome::Taken(Box::new(made), code))
        }
    }
}

/// Moves an appointment to another slot of its service point; false when that one is gone, and
/// then it stays where it is.
///
/// # Errors
/// [`AppointmentError`]; the store's when it does not hold any more.
pub async fn move_to(
    counter: &Counter<'_>,
    one: &Appointment,
    slot: Slot,
) -> Result<bool, AppointmentError> {
    let tenant = counter.scope.tenant();
    let people = u16::try_from(one.people).unwrap_or(u16::MAX);
    let mut tx =
        counter.store.begin(std::slice::from_ref(tenant), counter.actor, counter.at).await?;
    let Some(agenda) = agendas::get(tx.conn(), counter.scope, &one.agenda).await? else {
        return Ok(false);
    };
    let Some(offered) = still_offered(tx.conn(), counter, &agenda, (slot, people)).await? else {
        return Ok(false);
    };
    if !kept::move_to(&mut tx, tenant, &one.id, &seat(&agenda, &offered, people)).await? {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// Cancels an appointment: its seat is free again, and who had it is forgotten.
///
/// # Errors
/// The store's when it does not hold any more.
pub async fn cancel(counter: &Counter<'_>, one: &Appointment) -> Result<(), AppointmentError> {
    let tenant = counter.scope.tenant();
    let mut tx =
        counter.store.begin(std::slice::from_ref(tenant), counter.actor, counter.at).await?;
    kept::cancel(&mut tx, tenant, &one.id).await?;
    tx.commit().await?;
    Ok(())
}
