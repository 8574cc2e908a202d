//! `/a/`: where somebody who was rung says 'I see to it'.
//!
//! Rules: no log-in, no cookie, no script. Opening a link changes nothing: machines open links
//! before people do; only the button answers. Guesses are slowed down by address, every code that
//! opens nothing gets the same answer, and a right code opens whoever else knocks from there.

use std::net::IpAddr;

use askama::Template;
use axum::{
    Extension, Router,
    body::Body,
    extract::{DefaultBodyLimit, Form, Path, Query, State, rejection::FormRejection},
    http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header},
    response::Response,
    routing::get,
};
use beffroi_crisis::calls::{self as room, Answer};
use beffroi_registry::accounts::throttle::Attempt;
use beffroi_store::{
    OperatorScope, TenantScope,
    calls::code::{self, AnswerCode, Owner},
    oncall, tenants,
};
use beffroi_town::{Instant, Lang, crockford::Slip, oncall::CallState};
use beffroi_words::{Words, Zone};
use serde::Deserialize;

use crate::{
    Refusal,
    call::ClientAddress,
    doors::Doors,
    reply,
    rung::{self, People},
};

/// Longest form: one code.
const FORM_BYTES_MAX: usize = 4 * 1024;
/// The count of guesses is kept under this name.
const DOOR: &str = "answer";

/// The doors of those who are rung.
pub fn routes() -> Router<Doors> {
    Router::new()
        .route("/a", get(ask))
        .route("/a/", get(ask).post(typed))
        .route("/a/{code}", get(show).post(take))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    lang: String,
}

impl Asked {
    fn lang(&self) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.tag() == self.lang)
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "answer.html")]
struct AnswerPage {
    words: &'static Words,
    lang: Lang,
    style: String,
    mark: &'static str,
    path: String,
    title: String,
    class: &'static str,
    lines: Vec<String>,
    /// What the call is about: names and values.
    facts: Vec<(String, String)>,
    /// The button is offered.
    button: bool,
    /// The field is offered, with what was typed and what is wrong with it.
    field: Option<(String, String)>,
    console: bool,
    exercise: bool,
}

impl AnswerPage {
    fn new(lang: Lang, path: &str, title: &str) -> Self {
        let words = Words::of(lang);
        Self {
            words,
            lang,
            style: crate::console::assets_of_the_look::style_path(),
            mark: beffroi_pages::MARK_PATH,
            path: path.to_owned(),
            title: words.say(title),
            class: "",
            lines: Vec::new(),
            facts: Vec::new(),
            button: false,
            field: None,
            console: false,
            exercise: false,
        }
    }

    /// A sentence.
    fn t(&self, key: &str) -> String {
        self.words.say(key)
    }

    fn send(mut self, doors: &Doors, status: StatusCode) -> Response {
        self.exercise = doors.settings.exercise.is_some();
        let mut answer = match self.render() {
            Ok(page) => reply::html(status, page),
            Err(error) => {
                tracing::error!(%error, "the page of an answer failed");
                reply::body(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "text/plain; charset=utf-8",
                    "Beffroi: error",
                )
            }
        };
        // The address holds the code: it goes nowhere else, and into no index.
        let headers = answer.headers_mut();
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers
            .insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
        reply::protect(headers);
        answer
    }
}

/// The page with the field, for a code that was read out.
fn field_page(lang: Lang, typed: &str, why: &str) -> AnswerPage {
    let shown: String = typed.chars().take(40).collect();
    AnswerPage {
        lines: vec![Words::of(lang).say("answer-field-text")],
        field: Some((shown, why.to_owned())),
        ..AnswerPage::new(lang, "/a/", "answer-field-title")
    }
}

async fn ask(State(doors): State<Doors>, Query(asked): Query<Asked>) -> Response {
    field_page(asked.lang().unwrap_or_default(), "", "").send(&doors, StatusCode::OK)
}

async fn typed(
    State(doors): State<Doors>,
    Query(asked): Query<Asked>,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let lang = asked.lang().unwrap_or_default();
    let typed = form.map(|Form(typed)| typed.code).unwrap_or_default();
    match AnswerCode::read(&typed) {
        Ok(code) => {
            let place = format!("/a/{}?lang={}", code.letters(), lang.tag());
            let mut answer = HttpResponse::new(Body::empty());
            *answer.status_mut() = StatusCode::SEE_OTHER;
            if let Ok(place) = HeaderValue::from_str(&place) {
                answer.headers_mut().insert(header::LOCATION, place);
            }
            reply::protect(answer.headers_mut());
            answer
        }
        Err(slip) => {
            let why = Words::of(lang).say(said_of(slip));
            field_page(lang, &typed, &why).send(&doors, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

const fn said_of(slip: Slip) -> &'static str {
    match slip {
        Slip::Shape => "answer-code-shape",
        Slip::Check => "answer-code-check",
    }
}

type Address = Option<Extension<ClientAddress>>;

/// Who asks, in which language, and when.
struct Visit {
    doors: Doors,
    at: Instant,
    lang: Option<Lang>,
    address: Option<IpAddr>,
}

impl Visit {
    fn new(doors: Doors, asked: &Asked, address: Address) -> Self {
        let address = address.map(|Extension(address)| address.0);
        Self { at: doors.clock.now(), lang: asked.lang(), address, doors }
    }

    /// Whose code it is, or the page to answer with instead.
    async fn owner(&self, typed: &str) -> Result<Result<(AnswerCode, Owner), Response>, Refusal> {
        let (lang, store) = (self.lang.unwrap_or_default(), &self.doors.store);
        let words = Words::of(lang);
        let code = match AnswerCode::read(typed) {
            Ok(code) => code,
            Err(slip) => {
                let page = field_page(lang, typed, &words.say(said_of(slip)));
                return Ok(Err(page.send(&self.doors, StatusCode::UNPROCESSABLE_ENTITY)));
            }
        };
        // A right code always opens: whoever floods this door from the same address must not keep
        // the one out who was rung, and 70 bits are not guessed.
        if let Some(owner) = code::owner(&mut store.read().await?, &code).await? {
            return Ok(Ok((code, owner)));
        }
        let attempt = Attempt::at_door(DOOR, self.address);
        if let Some(ms) = attempt.wait(store, self.at).await? {
            let wait = words.say_with("login-wait", &[("duration", words.duration(ms).into())]);
            return Ok(Err(
                field_page(lang, typed, &wait).send(&self.doors, StatusCode::TOO_MANY_REQUESTS)
            ));
        }
        attempt.failed(store, self.at).await?;
        let page = field_page(lang, typed, &words.say("answer-code-unknown"));
        Ok(Err(page.send(&self.doors, StatusCode::NOT_FOUND)))
    }

    /// The page about a call, with what the answer came to, if one was given.
    async fn page(
        &self,
        (code, owner): (&AnswerCode, &Owner),
        said: Option<&Answer>,
    ) -> Result<Response, Refusal> {
        let mut conn = self.doors.store.read().await?;
        let scope = TenantScope::for_tenant(&owner.call.tenant);
        let listed_by = TenantScope::for_tenant(&owner.listed_by);
        let contact = oncall::get(&mut conn, &listed_by, &owner.contact).await?;
        let lang = self.lang.or(contact.map(|one| one.lang)).unwrap_or_default();
        let operator = OperatorScope::for_operator();
        let town = tenants::by_id(&mut conn, &operator, &owner.call.tenant).await?;
        let town = town.ok_or(Refusal::NotFound)?;
        let people = People::of(&mut conn, &scope).await?;
        let call = beffroi_store::calls::get(&mut conn, &scope, &owner.call.id).await?;
        let call = call.ok_or(Refusal::NotFound)?;
        drop(conn);
        let (words, zone) = (Words::of(lang), Zone::of(&town));
        let mine = call
            .acknowledged
            .as_ref()
            .is_some_and(|said| said.by == beffroi_town::Actor::Contact(owner.contact.clone()));
        let (title, class, text) = match (said, &call.acknowledged) {
            _ if call.ended_at.is_some() => ("answer-over", "ok", "answer-over-text"),
            (Some(Answer::Taken), _) => ("answer-taken", "ok", "answer-taken-text"),
            (_, Some(_)) if mine => ("answer-yours", "ok", "answer-taken-text"),
            (_, Some(_)) => ("answer-somebody", "ok", "answer-somebody-text"),
            (_, None) if call.is_test() => ("answer-test", "unsure", "answer-test-text"),
            (_, None) => ("answer-ring", "bad", "answer-ring-text"),
        };
        let path = format!("/a/{}", code.letters());
        let mut page = AnswerPage { class, ..AnswerPage::new(lang, &path, title) };
        page.lines.push(words.say(text));
        if call.ended_at.is_some() {
            // Who held the code of a call that is over learns nothing more from it.
            return Ok(page.send(&self.doors, StatusCode::GONE));
        }
        page.facts.push((words.say("answer-town"), town.name.clone()));
        page.facts.push((words.say("answer-what"), rung::about(words, &call)));
        page.facts.push((words.say("answer-since"), words.date_full(call.since_at, &zone)));
        if call.state == CallState::NobodyReached {
            page.facts.push((words.say("answer-state"), words.say("rung-nobody")));
        }
        if let Some(said) = &call.acknowledged {
            let values = [
                ("name", people.who(words, &said.by).into()),
                ("when", words.moment_short(said.at, self.at, &zone).into()),
            ];
            page.facts.push((words.say("answer-state"), words.say_with("rung-answered", &values)));
        }
        page.button = call.acknowledged.is_none();
        page.console = !page.button && !call.is_test();
        Ok(page.send(&self.doors, StatusCode::OK))
    }

    async fn show(&self, typed: &str) -> Result<Response, Refusal> {
        match self.owner(typed).await? {
            Ok((code, owner)) => self.page((&code, &owner), None).await,
            Err(answer) => Ok(answer),
        }
    }

    async fn take(&self, typed: &str) -> Result<Response, Refusal> {
        let (code, owner) = match self.owner(typed).await? {
            Ok(found) => found,
            Err(answer) => return Ok(answer),
        };
        let said = room::answer(&self.doors.store, self.at, &code).await?;
        self.page((&code, &owner), said.as_ref().map(|(_, said)| said)).await
    }
}

async fn show(
    State(doors): State<Doors>,
    Path(typed): Path<String>,
    Query(asked): Query<Asked>,
    address: Address,
) -> Response {
    let visit = Visit::new(doors, &asked, address);
    visit.show(&typed).await.unwrap_or_else(|refusal| broken(&visit, &refusal))
}

async fn take(
    State(doors): State<Doors>,
    Path(typed): Path<String>,
    Query(asked): Query<Asked>,
    address: Address,
) -> Response {
    let visit = Visit::new(doors, &asked, address);
    visit.take(&typed).await.unwrap_or_else(|refusal| broken(&visit, &refusal))
}

/// The answer could not be taken: it must not look as if it had been.
fn broken(visit: &Visit, refusal: &Refusal) -> Response {
    tracing::error!(error = refusal as &dyn std::error::Error, "an answer could not be taken");
    let lang = visit.lang.unwrap_or_default();
    let lines = vec![Words::of(lang).say("answer-broken-text")];
    let page = AnswerPage { class: "bad", lines, ..AnswerPage::new(lang, "/a/", "answer-broken") };
    page.send(&visit.doors, StatusCode::SERVICE_UNAVAILABLE)
}
