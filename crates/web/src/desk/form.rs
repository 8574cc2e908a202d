//! A form: filled in, checked, sent, and its receipt.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use beffroi_desk::{
    attachments::{Attachment, FILE_BYTES_MAX, NotTaken},
    codes::{DraftKey, FormOf},
    drafts::{self, Draft, Slip},
    requests::{self, Sending},
};
use beffroi_pages::desk::{self as pages, CheckPage, FormFile, FormPage, ReceiptPage};
use beffroi_town::{
    Procedure,
    procedure::{
        FieldKind,
        given::{self, Given, Typed, Wrong},
    },
};
use beffroi_words::Words;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{Answer, BODY_BYTES_MAX, Trouble, Visit, kept_by_nobody};
use crate::multipart;

/// What the cookie of one form is called, before the form's own name: both languages share it.
const COOKIE: &str = "beffroi-demarche";
const TOKEN: &str = "token";
/// Longest form under the answers: its token.
const SENT_BYTES_MAX: usize = 4 * 1024;
/// Longest text of one field that is kept to be shown again, characters.
const TYPED_CHARS_MAX: usize = 12_000;

/// The steps of a form.
pub(super) async fn step(
    visit: &Visit,
    procedure: &Procedure,
    (step, posted): (Option<&str>, bool),
    body: Body,
) -> Answer {
    let form = Form { visit, procedure };
    match (step, posted) {
        (None, false) => form.show().await,
        (None, true) => form.posted(body).await,
        (Some("verifier"), false) => form.check().await,
        (Some("envoyer"), true) => form.send(body).await,
        // Somebody reloads what was posted.
        (Some("envoyer"), false) => Ok(visit.see_other(&form.rest("verifier"))),
        (Some("recu"), false) => form.receipt().await,
        _ => Err(Trouble::NotFound),
    }
}

struct Form<'a> {
    visit: &'a Visit,
    procedure: &'a Procedure,
}

impl<'a> Form<'a> {
    const fn of(&self) -> FormOf<'a> {
        FormOf { tenant: &self.visit.tenant.id, procedure: &self.procedure.code }
    }

    fn rest(&self, step: &str) -> String {
        format!("{}/{step}", self.procedure.code)
    }

    fn key(&self) -> Option<DraftKey> {
        let lines = self.visit.headers.get_all(header::COOKIE).iter();
        let pairs = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
        let ours = format!("{COOKIE}-{}", self.procedure.code);
        named.find(|(name, _)| *name == ours).and_then(|(_, value)| DraftKey::from_cookie(value))
    }

    /// The cookie's line: this town's pages alone, out of reach of scripts and of other sites.
    fn cookie(&self, key: &DraftKey) -> String {
        let only_tls = if self.visit.doors.settings.secure_cookies { "; Secure" } else { "" };
        let (code, path) = (&self.procedure.code, self.visit.tenant.id.path());
        let age = drafts::KEPT_MS / 1_000;
        let value = key.to_cookie();
        let end = format!("Max-Age={age}; HttpOnly; SameSite=Strict{only_tls}");
        format!("{COOKIE}-{code}={value}; Path={path}; {end}")
    }

    fn sending<'z>(&self, zone: &'z beffroi_words::Zone) -> Sending<'z>
    where
        'a: 'z,
    {
        let visit = self.visit;
        Sending {
            store: &visit.doors.store,
            scope: &visit.scope,
            procedure: self.procedure,
            health: visit.doors.settings.desk.health,
            lang: visit.lang,
            zone,
            at: visit.at,
        }
    }

    fn health(&self) -> beffroi_town::procedure::Health {
        self.visit.doors.settings.desk.health
    }

    async fn draft(&self, key: &DraftKey) -> Result<Option<Draft>, Trouble> {
        let slip = Slip { key, of: self.of() };
        Ok(drafts::find(&self.visit.doors.store, self.visit.at, slip).await?)
    }

    /// The form as it stands: what lies under the cookie, else an empty one with a new cookie.
    async fn show(&self) -> Answer {
        if !self.visit.is_open().await? {
            return Err(Trouble::Desk(beffroi_desk::DeskError::Closed));
        }
        let known = self.key().filter(|_| !self.visit.anew);
        if let Some(key) = &known {
            let zone = self.visit.zone();
            let (sending, slip) = (self.sending(&zone), Slip { key, of: self.of() });
            // What was sent is over: whoever opens the form again asks for something else.
            if requests::receipt(&sending, slip).await?.is_none() {
                let draft = self.draft(key).await?.unwrap_or_default();
                return self.page(StatusCode::OK, key, (&draft, &[]), None);
            }
        }
        let key = self.fresh();
        let mut answer = self.page(StatusCode::OK, &key, (&Draft::default(), &[]), None)?;
        self.set_cookie(&mut answer, &key);
        Ok(answer)
    }

    fn fresh(&self) -> DraftKey {
        DraftKey::new(&*self.visit.doors.entropy)
    }

    fn set_cookie(&self, answer: &mut Response, key: &DraftKey) {
        if let Ok(line) = HeaderValue::from_str(&self.cookie(key)) {
            answer.headers_mut().append(header::SET_COOKIE, line);
        }
    }

    fn page(
        &self,
        status: StatusCode,
        key: &DraftKey,
        (draft, wrong): (&Draft, &[(String, String)]),
        notice: Option<&str>,
    ) -> Answer {
        let about = |file: &Attachment| FormFile {
            field: file.about.field.clone(),
            name: file.about.name.clone(),
        };
        let files: Vec<FormFile> = draft.files.iter().map(about).collect();
        let page = FormPage {
            procedure: self.procedure,
            health: self.health(),
            typed: &draft.typed,
            wrong,
            files: &files,
            token: &key.form_token(self.of())?,
            notice,
        };
        Ok(kept_by_nobody(status, pages::form_page(&self.visit.frame(), &page)?))
    }

    /// Takes what was typed; on to the check when nothing is wrong with it.
    async fn posted(&self, body: Body) -> Answer {
        let kind = self.visit.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let boundary = multipart::boundary(&kind).ok_or(Trouble::BadForm)?;
        let bytes = self.visit.read(body, BODY_BYTES_MAX).await?;
        let parts = multipart::parts(boundary, &bytes).ok_or(Trouble::BadForm)?;
        let mut came = Came::of(self, &parts)?;
        let Some(key) = self.key().filter(|key| self.is_ours(key, &came.token)) else {
            return self.expired(&came);
        };
        let slip = Slip { key: &key, of: self.of() };
        let store = &self.visit.doors.store;
        for field in &came.dropped {
            drafts::drop_file(store, slip, field).await?;
        }
        drafts::keep(store, self.visit.at, slip, (&came.typed, &came.files)).await?;
        let draft = self.draft(&key).await?.unwrap_or_default();
        came.missing_files(self, &draft);
        if came.wrong.is_empty() {
            return Ok(self.visit.see_other(&self.rest("verifier")));
        }
        self.page(StatusCode::UNPROCESSABLE_ENTITY, &key, (&draft, &came.wrong), None)
    }

    fn is_ours(&self, key: &DraftKey, token: &str) -> bool {
        let ours = key.form_token(self.of()).unwrap_or_default();
        !ours.is_empty() && bool::from(ours.as_bytes().ct_eq(token.as_bytes()))
    }

    /// The cookie is gone or the form is another site's: what was typed is shown again, in a new
    /// form that nothing was kept of.
    fn expired(&self, came: &Came) -> Answer {
        let key = self.fresh();
        let draft = Draft { typed: came.typed.clone(), files: Vec::new() };
        let notice = self.visit.words().say("ask-expired");
        let mut answer = self.page(StatusCode::FORBIDDEN, &key, (&draft, &[]), Some(&notice))?;
        self.set_cookie(&mut answer, &key);
        Ok(answer)
    }

    /// What was answered, once more.
    async fn check(&self) -> Answer {
        let Some(key) = self.key() else { return Ok(self.visit.see_other(&self.rest(""))) };
        let Some(draft) = self.draft(&key).await? else {
            return Ok(self.visit.see_other(&self.rest("")));
        };
        let given = given::read(self.procedure, self.health(), &draft.typed);
        let wrong = told(self.visit.words(), self.procedure, &given);
        if !wrong.is_empty() {
            return self.page(StatusCode::OK, &key, (&draft, &wrong), None);
        }
        let words = self.visit.words();
        let files: Vec<String> = draft.files.iter().map(|file| file.about.name.clone()).collect();
        let page = CheckPage {
            procedure: self.procedure,
            sections: &words.answers(self.procedure, self.health(), &given.answers),
            files: &files,
            token: &key.form_token(self.of())?,
        };
        Ok(kept_by_nobody(StatusCode::OK, pages::check_page(&self.visit.frame(), &page)?))
    }

    /// Sends it; nothing is acknowledged before it is on the disk.
    async fn send(&self, body: Body) -> Answer {
        let Sent { token } = self.visit.form(body, SENT_BYTES_MAX).await?;
        let Some(key) = self.key().filter(|key| self.is_ours(key, &token)) else {
            return Err(Trouble::Desk(beffroi_desk::DeskError::NoDraft));
        };
        let zone = self.visit.zone();
        let slip = Slip { key: &key, of: self.of() };
        requests::send(&self.sending(&zone), slip).await?;
        Ok(self.visit.see_other(&self.rest("recu")))
    }

    /// The receipt, again and again for as long as the cookie lasts.
    async fn receipt(&self) -> Answer {
        let Some(key) = self.key() else { return Ok(self.visit.see_other(&self.rest(""))) };
        let zone = self.visit.zone();
        let slip = Slip { key: &key, of: self.of() };
        let Some(receipt) = requests::receipt(&self.sending(&zone), slip).await? else {
            return Ok(self.visit.see_other(&self.rest("")));
        };
        let page = ReceiptPage {
            procedure: self.procedure,
            reference: &receipt.reference,
            tracking: &receipt.tracking,
            at: receipt.received_at,
        };
        Ok(kept_by_nobody(StatusCode::OK, pages::receipt_page(&self.visit.frame(), &page)?))
    }
}

/// The form under the answers.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    token: String,
}

/// What came with a post.
#[derive(Default)]
struct Came {
    token: String,
    typed: Typed,
    files: Vec<Attachment>,
    dropped: Vec<String>,
    wrong: Vec<(String, String)>,
}

impl Came {
    fn of(form: &Form<'_>, parts: &[multipart::Part<'_>]) -> Result<Self, Trouble> {
        let (words, procedure) = (form.visit.words(), form.procedure);
        let mut came = Self::default();
        for part in parts {
            let is_file =
                procedure.field(part.name).is_some_and(|one| one.kind == FieldKind::Attachment);
            if let Some(name) = part.file {
                // An empty file is a field that nobody chose one for.
                if is_file && !part.body.is_empty() {
                    came.file(
                        words,
                        part.name,
                        Attachment::look(part.name, name, part.body.into()),
                    );
                }
                continue;
            }
            let text = std::str::from_utf8(part.body).map_err(|_| Trouble::BadForm)?;
            if part.name == TOKEN {
                text.clone_into(&mut came.token);
            } else if let Some(field) = part.name.strip_prefix("drop.") {
                came.dropped.push(field.to_owned());
            } else if is_asked(procedure, part.name) && !text.is_empty() {
                let kept = text.chars().take(TYPED_CHARS_MAX).collect();
                came.typed.insert(part.name.to_owned(), kept);
            }
        }
        let given = given::read(procedure, form.health(), &came.typed);
        came.wrong.extend(told(words, procedure, &given));
        Ok(came)
    }

    fn file(&mut self, words: &Words, field: &str, file: Result<Attachment, NotTaken>) {
        match file {
            Ok(file) => self.files.push(file),
            Err(NotTaken::TooLarge) => {
                let max = [("max", (FILE_BYTES_MAX / (1024 * 1024)).into())];
                self.wrong.push((field.to_owned(), words.say_with("ask-file-too-large", &max)));
            }
            Err(NotTaken::Kind) => {
                self.wrong.push((field.to_owned(), words.say("ask-file-kind")));
            }
        }
    }

    /// Attachments that are asked for and have not come.
    fn missing_files(&mut self, form: &Form<'_>, draft: &Draft) {
        let given = given::read(form.procedure, form.health(), &draft.typed);
        for field in form.procedure.fields() {
            let asked = field.kind == FieldKind::Attachment
                && !field.optional
                && form.procedure.is_asked(field, form.health(), &given.answers);
            let here = draft.files.iter().any(|file| file.about.field == field.code)
                || self.wrong.iter().any(|(name, _)| *name == field.code);
            if asked && !here {
                let why = form.visit.words().say("ask-file-missing");
                self.wrong.push((field.code.clone(), why));
            }
        }
    }
}

/// Whether a name is one of this form's: nothing else is kept.
fn is_asked(procedure: &Procedure, name: &str) -> bool {
    let base = name.split('.').next().unwrap_or_default();
    procedure.field(base).is_some_and(|field| {
        let day = field.kind == FieldKind::Date
            && ["day", "month", "year"].iter().any(|part| name == format!("{base}.{part}"));
        day || field.keys().iter().any(|key| key == name)
    })
}

/// What is wrong, in words, each beginning with its question.
pub(crate) fn told(words: &Words, procedure: &Procedure, given: &Given) -> Vec<(String, String)> {
    let one = |(name, wrong): &(String, Wrong)| {
        let base = name.split('.').next().unwrap_or_default();
        let label = procedure.field(base).map_or("", |field| field.label.in_lang(words.lang()));
        let part = name.split_once('.').map(|(_, part)| words.say(&format!("paper-part-{part}")));
        let asked = match part {
            Some(part) => format!("{} – {part}", label.trim_end_matches(['?', ' ', '\u{a0}'])),
            None => label.to_owned(),
        };
        let max = if let Wrong::TooLong(max) = wrong { *max } else { 0 };
        let key = match wrong {
            Wrong::Missing => "ask-wrong-missing",
            Wrong::TooLong(_) => "ask-wrong-long",
            Wrong::NoOption => "ask-wrong-option",
            Wrong::NoDay => "ask-wrong-day",
            Wrong::NoPhone => "ask-wrong-phone",
            Wrong::NoMail => "ask-wrong-mail",
            Wrong::NoNumber => "ask-wrong-number",
            Wrong::NoPostcode => "ask-wrong-postcode",
        };
        let values = [("asked", asked.into()), ("max", max.into())];
        (name.clone(), words.say_with(key, &values))
    };
    given.wrong.iter().map(one).collect()
}
