//! Print posts: computers beside a town's printer that print day sheets with nobody logged in.
//!
//! Rules:
//! - Nothing is sealed for a post before a person who holds the group's key has compared its mark
//!   ([`mark`]) with what stands on its screen and confirmed it; that person's session is also the
//!   only moment at which what was taken before can be sealed for it ([`seal_again`]).
//! - A post is handed the sheets that are due from it ([`due`]): today's until its evening hour,
//!   tomorrow's from then on, and those that a person asked for. No other day.
//! - What it is handed is sealed as it is kept: this room opens nothing for it.

pub mod memory;
pub mod own;

use std::collections::BTreeMap;

use beffroi_store::{
    Conn, TenantScope,
    agendas::{self, sources},
    appointments as kept,
    print_posts::{self as posts, PrintPost, sheets},
};
use beffroi_town::{
    Agenda, AgendaId, Instant, PrintPostId, TownFacts,
    agenda::Day,
    printer::{DayAnswer, EnrolRequest, SealedDay, SheetDue, mark_text},
    procedure::KeyGroup,
    vault::sheet as check,
};
use beffroi_words::Zone;
use ring::digest;

use crate::{
    appointments::{AppointmentError, group, service, sheet},
    keys::{self, Hand, Keyring, KeysError},
    sealing::{self, Recipient, SealError},
};

/// Most appointments that one commit seals again.
const BATCH: u32 = 200;

/// Why something cannot be done with a print post.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// A key cannot be worked with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Something cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A day cannot be read.
    #[error(transparent)]
    Day(#[from] AppointmentError),
    /// The store failed.
    #[error("a print post cannot be read or written")]
    Store(#[from] beffroi_store::Error),
}

/// What a person compares before confirming a post: follows from both its keys.
pub fn mark(recipient: &str, public_key: &str) -> String {
    let text = mark_text(recipient, public_key);
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    check::code(&hash)
}

/// A mark as it is printed, however it was typed; none for a slip.
pub fn read_mark(typed: &str) -> Option<String> {
    check::read_code(typed)
}

/// Whether what a post says of its keys can be worked with.
///
/// # Errors
/// [`SealError::Recipient`].
pub fn check_keys(request: &EnrolRequest) -> Result<(), SealError> {
    sealing::recipient(&request.recipient).map(drop)
}

/// Whose key opens the appointments of a service point.
pub fn group_of(facts: &TownFacts, agenda: &Agenda) -> KeyGroup {
    service(facts, agenda).map_or(KeyGroup::General, group)
}

/// What was sealed again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealedAgain {
    /// Appointments.
    pub appointments: u64,
    /// Days of the town's own software.
    pub days: u64,
}

/// Confirms a post for those of its groups that the caller holds the keys of, then seals for it what
/// was taken before.
///
/// # Errors
/// [`PostError`]; the store's when it has not enrolled, is revoked or has none of them waiting.
pub async fn confirm(
    hand: &Hand<'_>,
    ring: &Keyring,
    facts: &TownFacts,
    post: &PrintPost,
) -> Result<SealedAgain, PostError> {
    let groups: Vec<KeyGroup> =
        post.waiting().into_iter().filter(|group| ring.get(*group).is_some()).collect();
    let mut tx = hand.begin().await?;
    posts::confirm(&mut tx, hand.scope.tenant(), &post.id, &groups).await?;
    tx.commit().await?;
    seal_again(hand, ring, facts, &groups).await
}

/// Revokes a post; as far as the caller's keys go, what was taken before is sealed without it.
///
/// # Errors
/// [`PostError`].
pub async fn revoke(
    hand: &Hand<'_>,
    ring: &Keyring,
    facts: &TownFacts,
    id: &PrintPostId,
) -> Result<SealedAgain, PostError> {
    let mut tx = hand.begin().await?;
    posts::revoke(&mut tx, hand.scope.tenant(), id).await?;
    tx.commit().await?;
    seal_again(hand, ring, facts, &ring.groups()).await
}

/// Who reads each group whose key the caller holds, and which group each service point is of.
struct Readers {
    groups: BTreeMap<AgendaId, KeyGroup>,
    recipients: BTreeMap<KeyGroup, Vec<Recipient>>,
}

impl Readers {
    async fn of(
        conn: &mut Conn,
        scope: &TenantScope,
        facts: &TownFacts,
        groups: &[KeyGroup],
    ) -> Result<Self, PostError> {
        let known = agendas::known(conn, scope).await?;
        let points = known.iter().map(|agenda| (agenda.id.clone(), group_of(facts, agenda)));
        let mut recipients = BTreeMap::new();
        for group in groups {
            recipients.insert(*group, keys::recipients(conn, scope, *group).await?);
        }
        Ok(Self { groups: points.collect(), recipients })
    }

    /// The same sealed for those who read it now; none when the caller cannot open it.
    fn again(&self, ring: &Keyring, agenda: &AgendaId, was: &str) -> Option<String> {
        let group = self.groups.get(agenda)?;
        let recipients = self.recipients.get(group).filter(|all| !all.is_empty())?;
        let plain = sealing::open(ring.get(*group)?, was).ok()?;
        sealing::seal_for(recipients, &plain).ok()
    }
}

/// Seals again what was taken for these groups from today on, for everybody who reads it now: a
/// batch a commit, so that nobody else waits long.
///
/// # Errors
/// [`PostError`]; what was sealed before stays sealed.
pub async fn seal_again(
    hand: &Hand<'_>,
    ring: &Keyring,
    facts: &TownFacts,
    groups: &[KeyGroup],
) -> Result<SealedAgain, PostError> {
    let today = Zone::of(&facts.tenant).day(hand.at);
    let mut conn = hand.store.read().await?;
    let readers = Readers::of(&mut conn, hand.scope, facts, groups).await?;
    drop(conn);
    let mut done = SealedAgain::default();
    let mut after = String::new();
    loop {
        let mut conn = hand.store.read().await?;
        let from = (after.as_str(), BATCH);
        let batch = kept::upcoming(&mut conn, hand.scope, today, from).await?;
        drop(conn);
        let Some(last) = batch.last() else { break };
        after = last.id.as_str().to_owned();
        done.appointments += appointments_again(hand, ring, &readers, batch).await?;
    }
    done.days = days_again(hand, ring, &readers, today).await?;
    Ok(done)
}

async fn appointments_again(
    hand: &Hand<'_>,
    ring: &Keyring,
    readers: &Readers,
    batch: Vec<kept::Appointment>,
) -> Result<u64, PostError> {
    let again = |one: kept::Appointment| {
        let was = one.sealed?;
        let sealed = readers.again(ring, &one.agenda, &was)?;
        Some(kept::SealedAgain { id: one.id, was, sealed })
    };
    let all: Vec<kept::SealedAgain> = batch.into_iter().filter_map(again).collect();
    if all.is_empty() {
        return Ok(0);
    }
    let mut tx = hand.begin().await?;
    let count = kept::seal_again(&mut tx, hand.scope.tenant(), &all).await?;
    tx.commit().await?;
    Ok(count)
}

async fn days_again(
    hand: &Hand<'_>,
    ring: &Keyring,
    readers: &Readers,
    today: Day,
) -> Result<u64, PostError> {
    let mut conn = hand.store.read().await?;
    let pulled = sources::from_day(&mut conn, hand.scope, today).await?;
    drop(conn);
    let again = |one: sources::PulledDay| {
        let sealed = readers.again(ring, &one.agenda, &one.sealed)?;
        Some((one, sealed))
    };
    let all: Vec<(sources::PulledDay, String)> = pulled.into_iter().filter_map(again).collect();
    let mut count = 0;
    for batch in all.chunks(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
        let mut tx = hand.begin().await?;
        count += sources::seal_again(&mut tx, hand.scope.tenant(), batch).await?;
        tx.commit().await?;
    }
    Ok(count)
}

/// Changes when who comes may have changed: cheap to compare, and says nothing of anybody.
fn version(day: &SealedDay) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for one in &day.appointments {
        let line = format!("{} {} {}\n", one.minute, one.people, one.reference);
        hash.update(line.as_bytes());
        // Sealed for other readers it may open where it did not.
        hash.update(one.sealed.as_deref().unwrap_or_default().as_bytes());
    }
    for sealed in &day.pulled {
        hash.update(sealed.as_bytes());
    }
    data_encoding::HEXLOWER.encode(hash.finish().as_ref())
}

/// The day whose sheets a post should have printed by now: today until its evening hour, then
/// tomorrow.
pub fn day_due(post: &PrintPost, zone: &Zone, now: Instant) -> Day {
    let today = zone.day(now);
    if zone.local(now).minute >= post.evening { today.plus(1) } else { today }
}

/// The service points whose sheets a post prints, closed ones too.
///
/// # Errors
/// The store's.
pub async fn points(
    conn: &mut Conn,
    post: &PrintPost,
    facts: &TownFacts,
) -> Result<Vec<Agenda>, PostError> {
    let mut all = agendas::known(conn, &TenantScope::for_tenant(&post.tenant)).await?;
    all.retain(|agenda| post.prints(group_of(facts, agenda)));
    Ok(all)
}

/// The sheets that should be on paper by now, and those that a person asked for.
///
/// # Errors
/// The store's.
pub async fn due(
    conn: &mut Conn,
    post: &PrintPost,
    facts: &TownFacts,
    now: Instant,
) -> Result<Vec<SheetDue>, PostError> {
    let scope = TenantScope::for_tenant(&post.tenant);
    let day = day_due(post, &Zone::of(&facts.tenant), now);
    let its = points(conn, post, facts).await?;
    let prints = |id: &AgendaId| its.iter().any(|agenda| agenda.id == *id);
    let with_people = sheet::points(conn, &scope, facts, day).await?;
    let mut expected: Vec<AgendaId> =
        with_people.into_iter().map(|(agenda, _)| agenda.id).collect();
    // Everybody cancelled since it was printed: that is a sheet too.
    for printed in sheets::list(conn, &scope, &post.id, day).await? {
        if printed.day == day && !expected.contains(&printed.agenda) {
            expected.push(printed.agenda);
        }
    }
    // What somebody waits for comes first.
    let wishes = sheets::wishes(conn, &scope, &post.id, now).await?.into_iter();
    let wishes = wishes.map(|wish| (wish.agenda, wish.day, Some(wish.id)));
    let expected = expected.into_iter().map(|agenda| (agenda, day, None));
    let mut due = Vec::new();
    for (agenda, day, wish) in wishes.chain(expected).filter(|(agenda, ..)| prints(agenda)) {
        let sealed = sheet::sealed(conn, &scope, (&agenda, day)).await?;
        due.push(SheetDue { version: version(&sealed), agenda, day, wish });
    }
    Ok(due)
}

/// What a post needs to print a sheet; none when that sheet is not due from it.
///
/// # Errors
/// The store's.
pub async fn day(
    conn: &mut Conn,
    post: &PrintPost,
    facts: &TownFacts,
    (id, day, now): (&AgendaId, Day, Instant),
) -> Result<Option<DayAnswer>, PostError> {
    let asked = due(conn, post, facts, now).await?;
    if !asked.iter().any(|one| one.agenda == *id && one.day == day) {
        return Ok(None);
    }
    let scope = TenantScope::for_tenant(&post.tenant);
    let its = points(conn, post, facts).await?;
    let Some(agenda) = its.iter().find(|agenda| agenda.id == *id) else { return Ok(None) };
    let sealed = sheet::sealed(conn, &scope, (id, day)).await?;
    Ok(Some(DayAnswer {
        tenant: facts.tenant.clone(),
        lang: post.lang,
        place: sheet::place(agenda, post.lang),
        version: version(&sealed),
        sealed,
    }))
}
