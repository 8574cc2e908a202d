//! With the code: see, move, cancel an appointment, or save it to a calendar.

use axum::{
    Extension, Router,
    extract::{Form, Path, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use beffroi_desk::appointments::{
    self as desk,
    ics::{self, Event},
};
use beffroi_pages::appointments::{Matter, Typed};
use beffroi_registry::accounts::throttle::Attempt;
use beffroi_store::appointments::{self as kept, Appointment, Standing, code::AppointmentCode};
use beffroi_town::{Lang, TenantId, TenantKind, crockford::Slip};

use super::{
    Address, CODE_DOOR, DAYS_SHOWN, Here, Page, Place, Sent, Stop, answered, read, slot_text,
};
use crate::{doors::Doors, fields::Fields, public, reply};

/// The doors of those who hold a code.
pub(super) fn routes(base: &str, kind: TenantKind, lang: Lang) -> Router<Doors> {
    let here = move |code: String| TenantId::from_parts(kind, &code).map(|id| (id, lang));
    Router::new()
        .route(
            &format!("{base}gerer/"),
            get(move |State(doors): State<Doors>, Path(code): Path<String>| {
                ask(doors, here(code), lang)
            })
            .post(
                move |State(doors): State<Doors>,
                      Path(code): Path<String>,
                      address: Address,
                      form: Sent| async move {
                    answered(act(doors, here(code), address, form).await, lang)
                },
            ),
        )
        .route(
            &format!("{base}gerer/agenda.ics"),
            post(
                move |State(doors): State<Doors>,
                      Path(code): Path<String>,
                      address: Address,
                      form: Sent| async move {
                    answered(calendar(doors, here(code), address, form).await, lang)
                },
            ),
        )
}

async fn ask(doors: Doors, here: Here, lang: Lang) -> Response {
    let page = async {
        let place = Place::find(doors, here).await?;
        place.page(Matter::Code(Typed::default()), Vec::new())
    };
    answered(page.await, lang)
}

/// An appointment to come, and the code that opened it.
struct Mine {
    one: Appointment,
    code: AppointmentCode,
}

impl Place {
    fn refuse(&self, status: StatusCode, typed: &str, why: String) -> Page {
        let shown: String = typed.chars().take(40).collect();
        let typed = Typed { values: vec![("code", shown)], errors: vec![("code", why)] };
        self.page_with(status, Matter::Code(typed), Vec::new())
    }

    /// What a code opens, or the page to answer with instead.
    async fn mine(&self, address: Address, typed: &str) -> Result<Result<Mine, Response>, Stop> {
        let words = self.words();
        let code = match AppointmentCode::read(typed) {
            Ok(code) => code,
            Err(slip) => {
                let key = match slip {
                    Slip::Shape => "agenda-code-shape",
                    Slip::Check => "agenda-code-slip",
                };
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return self.refuse(status, typed, words.say(key)).map(Err);
            }
        };
        let found = kept::by_code(&mut self.conn().await?, &self.scope, &code).await?;
        // One that is over or cancelled is answered as one that never was.
        let holds = |one: &Appointment| {
            one.standing == Standing::Taken && one.begins_at.ms_since(self.at) > 0
        };
        if let Some(one) = found.filter(holds) {
            return Ok(Ok(Mine { one, code }));
        }
        let attempt = Attempt::at_door(CODE_DOOR, address.map(|Extension(one)| one.0));
        if let Some(ms) = attempt.wait(&self.doors.store, self.at).await? {
            let values = [("duration", words.duration(ms).into())];
            let wait = words.say_with("agenda-code-wait", &values);
            return self.refuse(StatusCode::TOO_MANY_REQUESTS, typed, wait).map(Err);
        }
        attempt.failed(&self.doors.store, self.at).await?;
        let why = words.say("agenda-code-unknown");
        self.refuse(StatusCode::NOT_FOUND, typed, why).map(Err)
    }
}

async fn act(doors: Doors, here: Here, address: Address, form: Sent) -> Page {
    let place = Place::find(doors, here).await?;
    let fields = Fields::new(form.map(|Form(pairs)| pairs).unwrap_or_default());
    let mine = match place.mine(address, fields.get("code")).await? {
        Ok(mine) => mine,
        Err(page) => return Ok(page),
    };
    let hidden = vec![("code", mine.code.shown())];
    match fields.get("step") {
        "move" => place.choose(&mine, hidden, None).await,
        "moved" => place.moved(&mine, fields.get("slot"), hidden).await,
        "sure" => {
            let (held, _) = place.held(&mine.one, mine.code.shown()).await?;
            place.page(Matter::Sure(held), hidden)
        }
        "cancel" => {
            desk::cancel(&place.counter(), &mine.one).await?;
            place.page(Matter::Cancelled, Vec::new())
        }
        _ => {
            let (held, _) = place.held(&mine.one, mine.code.shown()).await?;
            place.page(Matter::Mine(held), hidden)
        }
    }
}

impl Place {
    /// The hours it can be moved to. Those taken are kept in an incident; whether another can be
    /// had then, a person must have said.
    async fn choose(
        &self,
        mine: &Mine,
        hidden: Vec<(&'static str, String)>,
        why: Option<&str>,
    ) -> Page {
        let (held, agenda) = self.held(&mine.one, mine.code.shown()).await?;
        let mut days = Vec::new();
        if let Some(agenda) = agenda {
            let point = self.line(&agenda).await?;
            if point.link.is_some() {
                let people = u16::try_from(mine.one.people).unwrap_or(u16::MAX);
                days = self.free(&agenda, people, slot_text).await?;
            }
        }
        let days = days.into_iter().take(DAYS_SHOWN).map(|(_, line)| line).collect();
        let why = why.map(|key| self.words().say(key));
        self.page(Matter::Move(held, days, why), hidden)
    }

    async fn moved(&self, mine: &Mine, slot: &str, hidden: Vec<(&'static str, String)>) -> Page {
        let agenda = self.agenda(mine.one.agenda.as_str()).await;
        let (Some(slot), Ok(agenda)) = (read::slot(slot), agenda) else {
            return self.choose(mine, hidden, Some("agenda-move-missing")).await;
        };
        let point = self.line(&agenda).await?;
        if point.link.is_none() || !desk::move_to(&self.counter(), &mine.one, slot).await? {
            return self.choose(mine, hidden, Some("agenda-gone")).await;
        }
        let now = kept::get(&mut self.conn().await?, &self.scope, &mine.one.id).await?;
        let now = now.ok_or(Stop::NotFound)?;
        let (held, _) = self.held(&now, mine.code.shown()).await?;
        self.page(Matter::Moved(held), hidden)
    }
}

async fn calendar(doors: Doors, here: Here, address: Address, form: Sent) -> Page {
    let place = Place::find(doors, here).await?;
    let fields = Fields::new(form.map(|Form(pairs)| pairs).unwrap_or_default());
    let mine = match place.mine(address, fields.get("code")).await? {
        Ok(mine) => mine,
        Err(page) => return Ok(page),
    };
    let (held, agenda) = place.held(&mine.one, String::new()).await?;
    let uid = format!("{}@{}", mine.one.id, place.facts.tenant.id);
    let text = format!("{}: {}", place.words().say("agenda-reference"), held.reference);
    let file = ics::file(&Event {
        uid: &uid,
        title: &held.about,
        place: &format!("{}, {}", held.place, place.facts.tenant.name),
        text: &text,
        begins_at: held.at,
        minutes: agenda.map_or(15, |agenda| agenda.rules.slot_minutes),
        made_at: place.at,
    });
    let mut answer = reply::body(StatusCode::OK, "text/calendar; charset=utf-8", file);
    public::protect(answer.headers_mut());
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rendez-vous.ics\""),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(answer)
}
