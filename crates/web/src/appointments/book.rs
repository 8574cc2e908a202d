//! Taking an appointment: who comes, a last look, and the seat.

use std::net::IpAddr;

use axum::{Extension, extract::Form, http::StatusCode, response::Response};
use beffroi_desk::{
    appointments::{self as desk, Outcome, Wish},
    sealing::Recipient,
};
use beffroi_pages::appointments::{Matter, PointLine, Typed};
use beffroi_registry::accounts::throttle::Attempt;
use beffroi_town::{Agenda, Instant, Lang, agenda::Slot};

use super::{Address, Here, Page, Place, Sent, Stop, answered, read};
use crate::{Refusal, doors::Doors, fields::Fields};

/// Appointments are counted by address under this name.
const DOOR: &str = "appointment";

/// What a form of an hour is about, if that hour can be taken now.
struct Wanted {
    agenda: Agenda,
    point: PointLine,
    slot: Slot,
    at: Instant,
    recipients: Vec<Recipient>,
}

impl Place {
    /// The hour in an address; the page that says that it is gone, when it is.
    async fn wanted(&self, agenda: &str, slot: &str) -> Result<Result<Wanted, Response>, Stop> {
        let agenda = self.agenda(agenda).await?;
        let slot = read::slot(slot).ok_or(Stop::NotFound)?;
        let point = self.line(&agenda).await?;
        let recipients = self.recipients(&agenda).await?;
        let at = self.zone.instant(slot).ok_or(Stop::NotFound)?;
        if recipients.is_empty() || point.link.is_none() {
            return Ok(Err(self.page(Matter::Points(vec![point]), Vec::new())?));
        }
        Ok(Ok(Wanted { agenda, point, slot, at, recipients }))
    }

    async fn is_free(&self, wanted: &Wanted) -> Result<bool, Refusal> {
        let (mut conn, place) = (self.conn().await?, (&self.scope, &self.zone));
        let now = (1, self.at);
        let offered = desk::offered(&mut conn, place, &wanted.agenda, now).await?;
        Ok(offered.iter().any(|one| one.slot == wanted.slot))
    }

    fn gone(&self, point: PointLine) -> Page {
        self.page_with(StatusCode::CONFLICT, Matter::Gone(point), Vec::new())
    }
}

pub(super) async fn who(
    doors: Doors,
    here: Here,
    lang: Lang,
    (agenda, slot): (String, String),
) -> Response {
    let page = async {
        let place = Place::find(doors, here).await?;
        let wanted = match place.wanted(&agenda, &slot).await? {
            Ok(wanted) => wanted,
            Err(page) => return Ok(page),
        };
        if !place.is_free(&wanted).await? {
            return place.gone(wanted.point);
        }
        let token = read::new_token(&*place.doors.entropy);
        let matter =
            Matter::Who(wanted.point, wanted.at, wanted.agenda.rules.people_max, Typed::default());
        place.page(matter, vec![("token", token)])
    };
    answered(page.await, lang)
}

pub(super) async fn send(
    doors: Doors,
    here: Here,
    (lang, address): (Lang, Address),
    (agenda, slot, form): (String, String, Sent),
) -> Response {
    let page = async {
        let place = Place::find(doors, here).await?;
        let wanted = match place.wanted(&agenda, &slot).await? {
            Ok(wanted) => wanted,
            Err(page) => return Ok(page),
        };
        let pairs = form.map(|Form(pairs)| pairs).unwrap_or_default();
        let fields = Fields::new(pairs);
        let step = fields.get("step").to_owned();
        let token = match fields.get("token") {
            token if read::is_token(token) => token.to_owned(),
            _ => read::new_token(&*place.doors.entropy),
        };
        let asked = read::visitor(place.words(), &wanted.agenda.rules, fields);
        let hidden = vec![("token", token.clone())];
        if !asked.fine() || !matches!(step.as_str(), "check" | "send") {
            let status =
                if asked.fine() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let most = wanted.agenda.rules.people_max;
            let matter = Matter::Who(wanted.point, wanted.at, most, asked.typed());
            return place.page_with(status, matter, hidden);
        }
        if step == "check" {
            let hidden = hidden.into_iter().chain(asked.typed().values).collect();
            return place.page(Matter::Check(wanted.point, wanted.at, asked.typed()), hidden);
        }
        place.take(address.map(|Extension(one)| one.0), wanted, (&asked, &token)).await
    };
    answered(page.await, lang)
}

impl Place {
    async fn take(
        &self,
        address: Option<IpAddr>,
        wanted: Wanted,
        (asked, token): (&read::Asked, &str),
    ) -> Page {
        let attempt = Attempt::at_door(DOOR, address);
        if let Some(ms) = attempt.wait(&self.doors.store, self.at).await? {
            let mut typed = asked.typed();
            let wait = [("duration", self.words().duration(ms).into())];
            typed.errors.push(("name", self.words().say_with("agenda-many", &wait)));
            let most = wanted.agenda.rules.people_max;
            let matter = Matter::Who(wanted.point, wanted.at, most, typed);
            let hidden = vec![("token", token.to_owned())];
            return self.page_with(StatusCode::TOO_MANY_REQUESTS, matter, hidden);
        }
        let wish = Wish {
            agenda: &wanted.agenda.id,
            slot: wanted.slot,
            people: asked.people,
            visitor: &asked.visitor,
            lang: self.lang,
            token,
        };
        match desk::take(&self.counter(), &wanted.recipients, &wish).await? {
            Outcome::Gone => self.gone(wanted.point),
            Outcome::Taken(made, code) => {
                attempt.failed(&self.doors.store, self.at).await?;
                let (held, _) = self.held(&made, code.shown()).await?;
                self.page(Matter::Done(held), vec![("code", code.shown())])
            }
        }
    }
}
