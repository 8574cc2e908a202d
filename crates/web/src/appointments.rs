//! `/c/<insee>/rendez-vous/`: appointments without an account.
//!
//! Rules: no cookie, no script; a code never stands in an address; nothing that is typed is kept
//! before it is confirmed, and then sealed; the page that confirms is sent after the commit. Who
//! sends the same form again gets the same page. Guesses of codes, and appointments from one
//! address, are counted and slowed down.

mod book;
mod mine;
mod read;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Form, Path, Query, State, rejection::FormRejection},
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use beffroi_desk::{
    appointments::{self as desk, AppointmentError, Counter},
    sealing::Recipient,
};
use beffroi_pages::appointments::{
    DayLine, FOLDER, Held, Matter, PointLine, Visit, appointments_page, why_not,
};
use beffroi_store::{Conn, TenantScope, agendas, appointments::Appointment, facts};
use beffroi_town::{
    Actor, Agenda, AgendaId, Instant, Lang, TenantId, TenantKind, TownFacts,
    agenda::{Day, Slot, Taking},
    procedure::KeyGroup,
};
use beffroi_words::{Words, Zone};
use serde::Deserialize;

use crate::{Refusal, call::ClientAddress, doors::Doors, public, reply};

/// Longest form.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// How many days with free hours are shown at once.
const DAYS_SHOWN: usize = 10;
/// Guesses of codes are counted under this one.
const CODE_DOOR: &str = "appointment code";

/// The doors of appointments, under each kind of town.
pub(crate) fn routes() -> Router<Doors> {
    let mut router = Router::new();
    for kind in [TenantKind::Commune, TenantKind::Epci, TenantKind::Departement, TenantKind::Region]
    {
        for (folder, lang) in [("", Lang::Fr), ("en/", Lang::En)] {
            let base = format!("/{}/{{code}}/{folder}{FOLDER}", kind.letter());
            let here = move |code: String| TenantId::from_parts(kind, &code).map(|id| (id, lang));
            router = router
                .route(
                    &base,
                    get(move |State(doors): State<Doors>, Path(code): Path<String>| {
                        points(doors, here(code), lang)
                    }),
                )
                .route(
                    &format!("{base}lieu/{{agenda}}/"),
                    get(
                        move |State(doors): State<Doors>,
                              Path((code, agenda)): Path<(String, String)>,
                              Query(from): Query<From>| {
                            days(doors, here(code), lang, (agenda, from))
                        },
                    ),
                )
                .route(
                    &format!("{base}lieu/{{agenda}}/{{slot}}/"),
                    get(
                        move |State(doors): State<Doors>,
                              Path((code, agenda, slot)): Path<(String, String, String)>| {
                            book::who(doors, here(code), lang, (agenda, slot))
                        },
                    )
                    .post(
                        move |State(doors): State<Doors>,
                              Path((code, agenda, slot)): Path<(String, String, String)>,
                              address: Address,
                              form: Sent| {
                            let sent = (agenda, slot, form);
                            book::send(doors, here(code), (lang, address), sent)
                        },
                    ),
                )
                .merge(mine::routes(&base, kind, lang));
        }
    }
    router.layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

type Address = Option<Extension<ClientAddress>>;
type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;
type Here = Option<(TenantId, Lang)>;

/// From which day on.
#[derive(Default, Deserialize)]
struct From {
    #[serde(default)]
    from: String,
}

/// A town, as a resident's request needs it.
struct Place {
    doors: Doors,
    scope: TenantScope,
    facts: TownFacts,
    zone: Zone,
    lang: Lang,
    at: Instant,
}

/// What the answer to a resident is when it is no page.
enum Stop {
    NotFound,
    Broken(Refusal),
}

impl<E: Into<Refusal>> std::convert::From<E> for Stop {
    fn from(error: E) -> Self {
        match error.into() {
            Refusal::NotFound => Self::NotFound,
            other => Self::Broken(other),
        }
    }
}

impl std::convert::From<AppointmentError> for Refusal {
    fn from(error: AppointmentError) -> Self {
        match error {
            AppointmentError::Store(error) => error.into(),
            error => Self::Appointment(error),
        }
    }
}

type Page = Result<Response, Stop>;

impl Place {
    async fn find(doors: Doors, here: Here) -> Result<Self, Stop> {
        let (tenant, lang) = here.ok_or(Stop::NotFound)?;
        let (scope, at) = (TenantScope::for_tenant(&tenant), doors.clock.now());
        let facts = facts::load(&mut doors.store.read().await?, &scope, at).await?;
        let facts = facts.filter(|facts| facts.tenant.closed_at.is_none()).ok_or(Stop::NotFound)?;
        Ok(Self { zone: Zone::of(&facts.tenant), doors, scope, facts, lang, at })
    }

    fn words(&self) -> &'static Words {
        Words::of(self.lang)
    }

    /// The path of these pages, with a slash at its end.
    fn base(&self) -> String {
        let folder = if self.lang == Lang::En { "en/" } else { "" };
        format!("{}{folder}{FOLDER}", self.facts.tenant.id.path())
    }

    fn counter(&self) -> Counter<'_> {
        let (store, actor) = (&self.doors.store, &Actor::Outside);
        Counter { store, scope: &self.scope, zone: &self.zone, actor, at: self.at }
    }

    async fn conn(&self) -> Result<Conn, Refusal> {
        Ok(self.doors.store.read().await?)
    }

    async fn agenda(&self, code: &str) -> Result<Agenda, Stop> {
        let id = AgendaId::parse(code).map_err(|_| Stop::NotFound)?;
        let found = agendas::get(&mut self.conn().await?, &self.scope, &id).await?;
        found.ok_or(Stop::NotFound)
    }

    /// For whom an appointment there is sealed; nobody while the counter is not open.
    async fn recipients(&self, agenda: &Agenda) -> Result<Vec<Recipient>, Refusal> {
        let service = desk::service(&self.facts, agenda);
        let group = service.map_or(KeyGroup::General, desk::group);
        read::recipients(&mut self.conn().await?, &self.scope, group).await
    }

    /// A service point as residents read it, with a link where one can be taken.
    async fn line(&self, agenda: &Agenda) -> Result<PointLine, Refusal> {
        let rules = &agenda.rules;
        let mut line = PointLine {
            about: rules.about(self.lang).to_owned(),
            place: rules.place.clone(),
            ..PointLine::default()
        };
        let taking = desk::taking(&self.facts, agenda);
        let going_on = self.facts.incident().is_some();
        let note = agenda.word.as_ref().filter(|_| going_on).and_then(|one| one.note(self.lang));
        match why_not(taking, self.lang) {
            Some(why) => line.notes.push(why),
            None if self.recipients(agenda).await?.is_empty() => {
                line.notes.push(self.words().say("agenda-not-opened"));
            }
            None => line.link = Some(format!("{}lieu/{}/", self.base(), agenda.id)),
        }
        if matches!(taking, Taking::Yes | Taking::No) {
            line.notes.extend(note.map(str::to_owned));
        }
        Ok(line)
    }

    /// The free hours for so many people, by day.
    async fn free(
        &self,
        agenda: &Agenda,
        people: u16,
        link: impl Fn(Slot) -> String,
    ) -> Result<Vec<(Day, DayLine)>, Refusal> {
        let (mut conn, place) = (self.conn().await?, (&self.scope, &self.zone));
        let offered = desk::offered(&mut conn, place, agenda, (people, self.at)).await?;
        let mut days: Vec<(Day, DayLine)> = Vec::new();
        for one in offered {
            let hour = (link(one.slot), one.slot.minute);
            match days.last_mut().filter(|(day, _)| *day == one.slot.day) {
                Some((_, day)) => day.hours.push(hour),
                None => days.push((one.slot.day, DayLine { at: one.begins_at, hours: vec![hour] })),
            }
        }
        Ok(days)
    }

    fn page(&self, matter: Matter, hidden: Vec<(&'static str, String)>) -> Page {
        self.page_with(StatusCode::OK, matter, hidden)
    }

    fn page_with(
        &self,
        status: StatusCode,
        matter: Matter,
        hidden: Vec<(&'static str, String)>,
    ) -> Page {
        let exercise = self.doors.settings.exercise.is_some();
        let visit = Visit { facts: &self.facts, lang: self.lang, exercise };
        let html = appointments_page(&visit, matter, hidden).map_err(Refusal::Preview)?;
        let mut answer = reply::html(status, html);
        public::protect(answer.headers_mut());
        // What somebody typed, and a code: kept by nobody.
        let policy = HeaderValue::from_static(beffroi_pages::desk_csp());
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        let no_store = HeaderValue::from_static("no-store");
        answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
        Ok(answer)
    }

    /// An appointment as its holder reads it.
    async fn held(
        &self,
        one: &Appointment,
        code: String,
    ) -> Result<(Held, Option<Agenda>), Refusal> {
        let known = agendas::known(&mut self.conn().await?, &self.scope).await?;
        let agenda = known.into_iter().find(|agenda| agenda.id == one.agenda);
        let rules = agenda.as_ref().map(|agenda| &agenda.rules);
        let bring = rules.and_then(|rules| rules.procedure.as_ref()).map(|code| {
            let found = self.doors.settings.desk.procedures.iter().find(|one| one.code == *code);
            found.map(|one| {
                one.bring.iter().map(|said| said.in_lang(self.lang).to_owned()).collect()
            })
        });
        let held = Held {
            about: rules.map(|rules| rules.about(self.lang).to_owned()).unwrap_or_default(),
            place: rules.map(|rules| rules.place.clone()).unwrap_or_default(),
            at: one.begins_at,
            people: one.people,
            reference: one.reference.clone(),
            code,
            bring: bring.flatten().unwrap_or_default(),
        };
        Ok((held, agenda))
    }
}

/// The page, or what is said instead. The log is told of failures here and nowhere else.
fn answered(page: Page, lang: Lang) -> Response {
    match page {
        Ok(page) => page,
        Err(Stop::NotFound) => public::not_found(lang),
        Err(Stop::Broken(refusal)) => {
            tracing::error!(
                error = &refusal as &dyn std::error::Error,
                "an appointment page failed"
            );
            public::broken(lang)
        }
    }
}

async fn points(doors: Doors, here: Here, lang: Lang) -> Response {
    let page = async {
        let place = Place::find(doors, here).await?;
        let mut lines = Vec::new();
        let all = agendas::list(&mut place.conn().await?, &place.scope).await?;
        for agenda in all {
            lines.push(place.line(&agenda).await?);
        }
        place.page(Matter::Points(lines), Vec::new())
    };
    answered(page.await, lang)
}

/// As an hour stands in an address: `2026-11-30T0920`.
fn slot_text(slot: Slot) -> String {
    format!("{}T{:02}{:02}", slot.day, slot.minute / 60, slot.minute % 60)
}

async fn days(doors: Doors, here: Here, lang: Lang, (agenda, from): (String, From)) -> Response {
    let page = async {
        let place = Place::find(doors, here).await?;
        let agenda = place.agenda(&agenda).await?;
        let point = place.line(&agenda).await?;
        let Some(base) = point.link.clone() else {
            return place.page(Matter::Points(vec![point]), Vec::new());
        };
        let link = |slot| format!("{base}{}/", slot_text(slot));
        let mut days = place.free(&agenda, 1, link).await?;
        if let Ok(from) = Day::parse(&from.from) {
            days.retain(|(day, _)| *day >= from);
        }
        let later = days.get(DAYS_SHOWN).map(|(day, _)| format!("{base}?from={day}"));
        days.truncate(DAYS_SHOWN);
        let days = days.into_iter().map(|(_, line)| line).collect();
        place.page(Matter::Days(point, days, later), Vec::new())
    };
    answered(page.await, lang)
}
