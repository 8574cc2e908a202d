//! Requests: a form is sent, typed in or written down for somebody; a clerk reads, answers,
//! transfers, closes.
//!
//! Rules: nothing is acknowledged before it is on the disk; what was written is sealed before it is
//! kept; an answer is sealed for the group and for the tracking code; the time that the law counts
//! and the time of keeping are worked out here, by the calendar.

use age::secrecy::{ExposeSecret as _, SecretString};
use beffroi_store::{
    Conn, Store, TenantScope,
    desk::requests::{self as kept, Decision, NewRequest, Request, Tracking},
    wrap,
};
use beffroi_town::{
    Actor, Instant, Lang, Procedure, RequestId,
    procedure::{Answers, Clock, Health, KeptFrom, KeyGroup, given},
    request::{RequestState, RequestWay},
};
use beffroi_words::Zone;
use serde::{Deserialize, Serialize};

use crate::{
    DeskError,
    attachments::{About, Attachment},
    codes::{self, FormOf},
    drafts::{self, Slip},
    keys::{self, Hand, Keyring},
    sealing,
};

/// The label under which what opens answers is wrapped.
const TRACK_LABEL: &str = "beffroi request tracking v1";

/// What was written, as it is sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// What was answered.
    pub answers: Answers,
    /// What came with it.
    pub files: Vec<About>,
    /// Who agreed that a clerk writes for them, and how; none when they wrote themselves.
    pub consent: Option<String>,
}

/// What the person who asked holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What the request is called by.
    pub reference: String,
    /// What opens its state and its answer.
    pub tracking: String,
    /// When it came in.
    pub received_at: Instant,
}

/// A form that is sent.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// Where it is kept.
    pub store: &'a Store,
    /// Whose counter.
    pub scope: &'a TenantScope,
    /// Which form.
    pub procedure: &'a Procedure,
    /// Whether questions about health are asked.
    pub health: Health,
    /// In which language it was filled in.
    pub lang: Lang,
    /// Where the town's clock stands.
    pub zone: &'a Zone,
    /// When.
    pub at: Instant,
}

impl<'a> Sending<'a> {
    const fn of(&self) -> FormOf<'a> {
        FormOf { tenant: self.scope.tenant(), procedure: &self.procedure.code }
    }
}

/// The receipt of a form that was sent already.
///
/// # Errors
/// [`DeskError`].
pub async fn receipt(one: &Sending<'_>, slip: Slip<'_>) -> Result<Option<Receipt>, DeskError> {
    let sent = slip.key.sent(one.of())?;
    let found = kept::by_sent(&mut one.store.read().await?, one.scope, &sent).await?;
    let Some(found) = found else { return Ok(None) };
    Ok(Some(Receipt {
        reference: found.reference,
        tracking: slip.key.tracking(one.of())?,
        received_at: found.received_at,
    }))
}

/// Sends the draft that lies under a secret. Sent again, it gives the same receipt.
///
/// # Errors
/// [`DeskError::NoDraft`], [`DeskError::Unfinished`], [`DeskError::Closed`]; the store's.
pub async fn send(one: &Sending<'_>, slip: Slip<'_>) -> Result<Receipt, DeskError> {
    if let Some(receipt) = receipt(one, slip).await? {
        return Ok(receipt);
    }
    let draft = drafts::find(one.store, one.at, slip).await?.ok_or(DeskError::NoDraft)?;
    let given = given::read(one.procedure, one.health, &draft.typed);
    if !given.wrong.is_empty() {
        return Err(DeskError::Unfinished);
    }
    let new = Filed {
        answers: given.answers,
        files: draft.files,
        consent: None,
        way: RequestWay::Online,
        copy_code: None,
        asked_at: one.at,
        tracking: slip.key.tracking(one.of())?,
        sent: Some(slip.key.sent(one.of())?),
        by: Actor::Platform,
    };
    let receipt = match file(one, new).await? {
        Some(receipt) => receipt,
        // Somebody pressed the button twice: the other press was first.
        None => self::receipt(one, slip).await?.ok_or(DeskError::NoDraft)?,
    };
    drafts::remove(one.store, slip).await?;
    Ok(receipt)
}

/// What is filed.
#[derive(Clone, Debug)]
pub struct Filed {
    /// What was answered.
    pub answers: Answers,
    /// What came with it.
    pub files: Vec<Attachment>,
    /// Who agreed that a clerk writes for them.
    pub consent: Option<String>,
    /// By which way it came.
    pub way: RequestWay,
    /// The paper copy it was typed in from.
    pub copy_code: Option<String>,
    /// When it was asked.
    pub asked_at: Instant,
    /// What will open its state and answer.
    pub tracking: String,
    /// What tells the same form sent again.
    pub sent: Option<String>,
    /// Who files it.
    pub by: Actor,
}

/// Files a request; none when the same form was sent already.
///
/// # Errors
/// [`DeskError::Closed`]; the store's.
pub async fn file(one: &Sending<'_>, new: Filed) -> Result<Option<Receipt>, DeskError> {
    let (tenant, procedure) = (one.scope.tenant(), one.procedure);
    let mut conn = one.store.read().await?;
    let recipient = keys::recipient(&mut conn, one.scope, procedure.group).await?;
    drop(conn);
    let recipient = recipient.ok_or(DeskError::Closed)?;
    let entropy = one.store.entropy();
    let written = Written {
        answers: new.answers,
        files: new.files.iter().map(|file| file.about.clone()).collect(),
        consent: new.consent,
    };
    let request = described(one, &written.answers, (new.way, new.copy_code, new.asked_at));
    let plain = serde_json::to_vec(&written).map_err(|_| DeskError::Damaged)?;
    let body = sealing::seal(&recipient, &plain)?;
    let mut files = Vec::new();
    for file in &new.files {
        files.push((file.about.bytes, sealing::seal(&recipient, &drafts::packed(file)?)?));
    }
    let follower = sealing::new_identity();
    let key = wrap::key_of(new.tracking.as_bytes(), TRACK_LABEL)?;
    let secret = sealing::secret(&follower);
    let wrapped = wrap::seal(entropy, &key, TRACK_LABEL, secret.expose_secret().as_bytes())?;
    let to = follower.to_public().to_string();
    let tracking = Tracking { code: &new.tracking, recipient: &to, wrapped: &wrapped };
    let row = NewRequest {
        request: &request,
        sent: new.sent.as_deref(),
        tracking: Some(tracking),
        body: &body,
        files: &files,
    };
    let mut tx = one.store.begin(std::slice::from_ref(tenant), &new.by, one.at).await?;
    if !kept::add(&mut tx, &row).await? {
        return Ok(None);
    }
    tx.commit().await?;
    let (reference, received_at) = (request.reference, request.received_at);
    Ok(Some(Receipt { reference, tracking: new.tracking, received_at }))
}

/// The row of a request: what the queue shows.
fn described(
    one: &Sending<'_>,
    answers: &Answers,
    (way, copy_code, asked_at): (RequestWay, Option<String>, Instant),
) -> Request {
    let (procedure, entropy) = (one.procedure, one.store.entropy());
    let clock = counted(procedure, answers);
    let kept = &procedure.privacy.kept;
    Request {
        id: RequestId::new(one.at, entropy),
        tenant: one.scope.tenant().clone(),
        reference: codes::new_reference(&procedure.mark, entropy),
        procedure: procedure.code.clone(),
        version: u32::from(procedure.version),
        group: procedure.group,
        urgent: procedure.urgent,
        way,
        lang: one.lang,
        copy_code,
        track_recipient: None,
        asked_at,
        received_at: one.at,
        state: RequestState::New,
        taken_by: None,
        answer_for: None,
        due_at: clock.map(|clock| one.zone.end_of_months(asked_at, clock.months.into())),
        silence: clock.map(|clock| clock.silence),
        decided_at: None,
        kept_months: kept.months.into(),
        kept_from: kept.from,
        visa: kept.visa,
        erase_at: None,
        visa_at: None,
        files: 0,
    }
}

/// The clock that the law sets on what was asked; the shortest where several do.
pub fn counted<'p>(procedure: &'p Procedure, answers: &Answers) -> Option<&'p Clock> {
    let holds =
        |clock: &&Clock| clock.when.as_ref().is_none_or(|when| procedure.holds(when, answers));
    procedure.clocks.iter().filter(holds).min_by_key(|clock| clock.months)
}

/// A request that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What the queue shows of it.
    pub request: Request,
    /// What was written.
    pub written: Written,
    /// What was answered.
    pub answer: Option<String>,
}

/// Opens a request with the keys of whoever asks; none when it is not there or not for them.
///
/// # Errors
/// [`DeskError`].
pub async fn open(
    conn: &mut Conn,
    scope: &TenantScope,
    ring: &Keyring,
    id: &RequestId,
) -> Result<Option<Opened>, DeskError> {
    let Some(request) = kept::get(conn, scope, id).await? else { return Ok(None) };
    let Some(key) = ring.get(request.group) else { return Ok(None) };
    let Some((body, answer)) = kept::body(conn, scope, id).await? else { return Ok(None) };
    let plain = sealing::open(key, &body)?;
    let written = serde_json::from_slice(&plain).map_err(|_| DeskError::Damaged)?;
    let answer = answer.map(|answer| sealing::open(key, &answer)).transpose()?;
    let answer = answer.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(Some(Opened { request, written, answer }))
}

/// An attachment, opened.
///
/// # Errors
/// [`DeskError`].
pub async fn attachment(
    conn: &mut Conn,
    scope: &TenantScope,
    ring: &Keyring,
    (id, number): (&RequestId, u32),
) -> Result<Option<Attachment>, DeskError> {
    let Some(request) = kept::get(conn, scope, id).await? else { return Ok(None) };
    let Some(key) = ring.get(request.group) else { return Ok(None) };
    let Some(sealed) = kept::file(conn, scope, (id, number)).await? else { return Ok(None) };
    drafts::unpacked(&sealing::open(key, &sealed)?).map(Some).ok_or(DeskError::Damaged)
}

/// Answers a request, or closes it without words. The time of keeping begins.
///
/// # Errors
/// [`DeskError`].
pub async fn decide(
    hand: &Hand<'_>,
    (request, zone): (&Request, &Zone),
    answer: Option<&str>,
) -> Result<(), DeskError> {
    let (mut ours, mut theirs) = (None, None);
    if let Some(answer) = answer {
        let mut conn = hand.store.read().await?;
        let group = keys::recipient(&mut conn, hand.scope, request.group).await?;
        drop(conn);
        ours = Some(sealing::seal(&group.ok_or(DeskError::Closed)?, answer.as_bytes())?);
        if let Some(to) = &request.track_recipient {
            theirs = Some(sealing::seal(&sealing::recipient(to)?, answer.as_bytes())?);
        }
    }
    let from = match request.kept_from {
        KeptFrom::SchoolYear => zone.end_of_school_year(hand.at),
        KeptFrom::Answer | KeptFrom::Appointment | KeptFrom::LastContact => hand.at,
    };
    let decision = Decision {
        state: if answer.is_some() { RequestState::Answered } else { RequestState::Closed },
        answer: ours.as_deref(),
        answer_for: theirs.as_deref(),
        erase_at: zone.end_of_months(from, request.kept_months),
    };
    let mut tx = hand.begin().await?;
    kept::decide(&mut tx, hand.scope.tenant(), &request.id, &decision).await?;
    tx.commit().await?;
    Ok(())
}

/// Hands a request to another group: opened with the key of the one, sealed for the other.
///
/// # Errors
/// [`DeskError`].
pub async fn transfer(
    hand: &Hand<'_>,
    ring: &Keyring,
    (opened, group): (&Opened, KeyGroup),
) -> Result<(), DeskError> {
    let mut conn = hand.store.read().await?;
    let to = keys::recipient(&mut conn, hand.scope, group).await?.ok_or(DeskError::Closed)?;
    let id = &opened.request.id;
    let mut files = Vec::new();
    for number in 1..=opened.request.files {
        let file = attachment(&mut conn, hand.scope, ring, (id, number)).await?;
        let file = file.ok_or(DeskError::Damaged)?;
        files.push(sealing::seal(&to, &drafts::packed(&file)?)?);
    }
    drop(conn);
    let plain = serde_json::to_vec(&opened.written).map_err(|_| DeskError::Damaged)?;
    let body = sealing::seal(&to, &plain)?;
    let mut tx = hand.begin().await?;
    kept::transfer(&mut tx, hand.scope.tenant(), (id, group), (&body, &files)).await?;
    tx.commit().await?;
    Ok(())
}

/// What somebody sees who follows a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// What the queue shows of it.
    pub request: Request,
    /// What was answered.
    pub answer: Option<String>,
}

/// Follows a request by its reference and code, both as they are printed.
///
/// # Errors
/// [`DeskError`].
pub async fn follow(
    conn: &mut Conn,
    scope: &TenantScope,
    (reference, code): (&str, &str),
) -> Result<Option<Followed>, DeskError> {
    let found = kept::tracked(conn, scope, (reference, code)).await?;
    let Some((request, wrapped)) = found else { return Ok(None) };
    let Some(sealed) = request.answer_for.clone() else {
        return Ok(Some(Followed { request, answer: None }));
    };
    let key = wrap::key_of(code.as_bytes(), TRACK_LABEL)?;
    let secret = String::from_utf8(wrap::open(&key, TRACK_LABEL, &wrapped)?)
        .map(SecretString::from)
        .map_err(|_| DeskError::Damaged)?;
    let plain = sealing::open(&sealing::identity(secret.expose_secret())?, &sealed)?;
    Ok(Some(Followed { request, answer: Some(String::from_utf8_lossy(&plain).into_owned()) }))
}
