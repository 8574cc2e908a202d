//! What is known of a server's backups: which is the last clean one, which came back in a test, and
//! so what would come back today.

use beffroi_store::{
    Conn, TenantScope,
    vault::{
        Repository, objects,
        verdicts::{self, Proven},
    },
};
use beffroi_town::{
    Instant,
    vault::{
        verdict::{PROOF_OLD_MS, Received, Verdict},
        volume::{DAY_MS, Day, LOOK_BACK_DAYS, Oddity, day_of, oddity},
    },
};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

/// How many backups are looked back on.
const RECEIVED: u32 = 2_000;
/// An inspector that lets a backup wait for so long stands still.
const BEHIND_MS: i64 = 3 * DAY_MS;
/// How many test restores.
const PROOFS: u32 = 50;

/// What is known of a server's backups.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The backups that came, newest first.
    pub received: Vec<Received>,
    /// The last test restore of a backup that nobody doubts.
    pub proven: Option<Proven>,
    /// How odd what came within the last day and night is.
    pub volume: Oddity,
}

impl Standing {
    /// Reads it.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(
        conn: &mut Conn,
        scope: &TenantScope,
        repository: &Repository,
        now: Instant,
    ) -> Result<Self, beffroi_store::Error> {
        let received = verdicts::standing(conn, scope, &repository.id, RECEIVED).await?;
        let doubted = |one: &Proven| {
            let about = received.iter().find(|received| received.snapshot == one.proof.snapshot);
            about.and_then(|one| one.verdict).is_some_and(|verdict| verdict > Verdict::Clean)
        };
        let proofs = verdicts::proofs(conn, scope, &repository.id, PROOFS).await?;
        let proven = proofs.into_iter().find(|one| !doubted(one));
        let volume = volume(conn, scope, repository, now).await?;
        Ok(Self { received, proven, volume })
    }

    /// The newest backup that is said to be clean: the one that would come back.
    pub fn last_clean(&self) -> Option<&Received> {
        self.received.iter().find(|one| one.verdict == Some(Verdict::Clean))
    }

    /// The gravest that is said of a backup that came after the last clean one.
    pub fn doubt(&self) -> Option<&Received> {
        let since = self.received.iter().take_while(|one| one.verdict != Some(Verdict::Clean));
        since
            .filter(|one| one.verdict.is_some_and(|verdict| verdict > Verdict::Clean))
            .max_by_key(|one| (one.verdict, one.received_at))
    }

    /// How many nobody judged.
    pub fn unjudged(&self) -> usize {
        self.received.iter().filter(|one| one.verdict.is_none()).count()
    }

    /// Whether anybody judges this server's backups at all.
    pub fn is_inspected(&self) -> bool {
        self.unjudged() < self.received.len()
    }

    /// Whether a backup waits for days to be judged: the inspector stands still.
    pub fn is_behind(&self, now: Instant) -> bool {
        let waits = |one: &Received| now.ms_since(one.received_at) > BEHIND_MS;
        let since = self.received.iter().take_while(|one| one.verdict.is_none());
        since.last().is_some_and(waits)
    }

    /// Whether the last test restore is too long ago, or there never was any.
    pub fn proof_is_old(&self, now: Instant) -> bool {
        self.proven.as_ref().is_none_or(|one| now.ms_since(one.proven_at) > PROOF_OLD_MS)
    }
}

/// How odd what came within the last day and night is.
pub(crate) async fn volume(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &Repository,
    now: Instant,
) -> Result<Oddity, beffroi_store::Error> {
    let since = now.plus_ms(-(LOOK_BACK_DAYS + 2) * DAY_MS);
    let mut days = objects::days(conn, scope, &repository.id, since).await?;
    let today = day_of(now.ms());
    // Just after noon the night before is still the news.
    let newest = |one: &&Day| one.number >= today - 1;
    let news: Vec<Day> = days.iter().filter(newest).copied().collect();
    days.retain(|one| one.number < today - 1);
    let used = objects::used(conn, scope, &repository.id).await?.bytes;
    let fresh: u64 = news.iter().map(|one| one.bytes).sum();
    let held = used.saturating_sub(fresh);
    let found = news.into_iter().map(|day| oddity(&days, day, held, is_month_end));
    Ok(found.max().unwrap_or(Oddity::Usual))
}

/// Whether a day ends a month, or begins one: the closing may run past midnight.
fn is_month_end(number: i64) -> bool {
    let at = Timestamp::from_millisecond(number.saturating_mul(DAY_MS) + DAY_MS / 2);
    let Ok(at) = at else { return false };
    let date = at.to_zoned(TimeZone::UTC).date();
    let next = date.checked_add(1.day()).map(jiff::civil::Date::day);
    date.day() == 1 || next.is_ok_and(|next| next == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(number: u8, verdict: Option<Verdict>) -> Received {
        let received_at = Instant::from_ms(i64::from(number));
        Received { snapshot: number.to_string(), received_at, verdict, reasons: vec![] }
    }

    #[test]
    fn the_last_clean_one_comes_back_and_doubts_are_of_what_came_since() {
        use Verdict::{Bad, Clean, Suspect};
        let said = [None, Some(Suspect), Some(Bad), Some(Suspect), Some(Clean), Some(Bad)];
        let received = (0..6).rev().zip(said).map(|(n, said)| received(n, said)).collect();
        let standing = Standing { received, proven: None, volume: Oddity::Usual };
        assert_eq!(standing.last_clean().unwrap().snapshot, "1");
        assert_eq!(standing.doubt().unwrap().snapshot, "3");
        assert_eq!(standing.unjudged(), 1);
        assert!(standing.is_inspected() && standing.proof_is_old(Instant::from_ms(0)));
    }

    #[test]
    fn ends_of_months_are_known() {
        // 2026-11-30, 2026-12-01, 2026-11-15.
        let ends = [20_787, 20_788, 20_772].map(is_month_end);
        assert_eq!(ends, [true, true, false]);
    }
}
