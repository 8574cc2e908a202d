//! What keeps the platform going when this machine is gone: certificate, door, backups, mirror.

use beffroi_store::rounds;
use beffroi_town::{
    Instant,
    finding::{Detail, Finding, Severity},
};

use super::{Certificate, Facts};

const DAY_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;
/// A certificate that ends sooner must be renewed now.
const CERTIFICATE_DAYS_SHORT: i64 = 21;
/// Without a schedule a backup may be this old.
const BACKUP_DAYS_MAX: i64 = 7;
/// How long a proof is worth something.
const REHEARSAL_DAYS_MAX: i64 = 180;
/// The mirror is made anew each hour.
const MIRROR_MS_MAX: i64 = 2 * HOUR_MS;

fn days(ms: i64) -> u64 {
    u64::try_from(ms / DAY_MS).unwrap_or(0)
}

pub(super) fn certificates(facts: &Facts) -> Vec<Finding> {
    facts.certificates.iter().map(|certificate| one_certificate(facts.now, certificate)).collect()
}

fn one_certificate(now: Instant, certificate: &Certificate) -> Finding {
    let of = |severity, code| {
        Finding::new(severity, code).text("file", certificate.file.display().to_string())
    };
    let Some(ends_at) = certificate.ends_at else {
        return of(Severity::Broken, "certificate-unreadable");
    };
    let left = ends_at.ms_since(now);
    if left <= 0 {
        of(Severity::Broken, "certificate-past").with("ended", Detail::At(ends_at))
    } else if left < CERTIFICATE_DAYS_SHORT * DAY_MS {
        of(Severity::Risky, "certificate-soon").count(days(left))
    } else {
        of(Severity::Ok, "certificate-ok").count(days(left))
    }
}

pub(super) fn door(facts: &Facts) -> Vec<Finding> {
    let door = &facts.door;
    let in_clear = door.public_url.as_deref().is_some_and(|url| url.starts_with("http://"));
    vec![match (door.has_tls, door.is_loopback) {
        (_, _) if in_clear => Finding::new(Severity::Broken, "door-clear"),
        (true, _) => Finding::new(Severity::Ok, "door-ok"),
        (false, true) => Finding::new(Severity::Risky, "door-loopback"),
        (false, false) => Finding::new(Severity::Broken, "door-clear"),
    }]
}

pub(super) fn backup(facts: &Facts) -> Vec<Finding> {
    let (copies, rounds) = (&facts.copies, &facts.rounds);
    let mut found = Vec::new();
    let done = rounds.backup.as_ref().and_then(|round| round.done_at);
    found.extend(failing("backup-failing", rounds.backup.as_ref()));
    found.push(match done {
        None if copies.folder.is_none() => Finding::new(Severity::Risky, "backup-none"),
        None => Finding::new(Severity::Broken, "backup-never"),
        Some(at) => aged(facts.now, at, copies.every_hours),
    });
    let wanted = copies.folder.is_some() || done.is_some();
    if wanted && copies.every_hours.is_none() {
        found.push(Finding::new(Severity::Risky, "backup-by-hand"));
    }
    if let Some(newest) = &copies.newest
        && !newest.sealed
    {
        let file = newest.file.display().to_string();
        found.push(Finding::new(Severity::Broken, "backup-unsealed").text("file", file));
    }
    if wanted {
        found.extend(elsewhere(facts));
    }
    found
}

fn aged(now: Instant, at: Instant, every_hours: Option<u32>) -> Finding {
    let age = now.ms_since(at).max(0);
    let of = |severity, code| Finding::new(severity, code).with("age", Detail::Lasting(age));
    match every_hours {
        Some(hours) if age > 2 * i64::from(hours) * HOUR_MS => of(Severity::Broken, "backup-old"),
        None if age > BACKUP_DAYS_MAX * DAY_MS => of(Severity::Broken, "backup-old"),
        _ => of(Severity::Ok, "backup-ok"),
    }
}

/// Whether backups leave this machine.
fn elsewhere(facts: &Facts) -> Vec<Finding> {
    let (copies, round) = (&facts.copies, facts.rounds.backup_copy.as_ref());
    match (&copies.pushed_to, copies.same_disk) {
        (Some(to), _) => {
            let failing = failing("backup-copy-failing", round);
            let arrived = round.is_some_and(|round| round.done_at.is_some());
            match failing {
                Some(failing) => vec![failing],
                None if arrived => vec![Finding::new(Severity::Ok, "backup-copied").text("to", to)],
                None => vec![Finding::new(Severity::Risky, "backup-not-copied").text("to", to)],
            }
        }
        (None, Some(true)) => vec![Finding::new(Severity::Risky, "backup-same-disk")],
        (None, Some(false)) => vec![Finding::new(Severity::Risky, "backup-other-disk")],
        (None, None) => vec![Finding::new(Severity::CannotTell, "backup-disk-unknown")],
    }
}

pub(super) fn rehearsal(facts: &Facts) -> Vec<Finding> {
    let done = facts.rounds.rehearsal.as_ref().and_then(|round| round.done_at);
    vec![match done {
        None => Finding::new(Severity::Risky, "rehearsal-never"),
        Some(at) => {
            let age = facts.now.ms_since(at).max(0);
            let old = age > REHEARSAL_DAYS_MAX * DAY_MS;
            let (severity, code) = if old {
                (Severity::Risky, "rehearsal-old")
            } else {
                (Severity::Ok, "rehearsal-ok")
            };
            Finding::new(severity, code).with("age", Detail::Lasting(age))
        }
    }]
}

pub(super) fn mirror(facts: &Facts) -> Vec<Finding> {
    if !facts.mirror_wanted {
        return vec![Finding::new(Severity::Risky, "mirror-none")];
    }
    let round = facts.rounds.mirror.as_ref();
    if let Some(failing) = failing("mirror-failing", round) {
        return vec![failing];
    }
    vec![match round.and_then(|round| round.done_at) {
        None => Finding::new(Severity::Broken, "mirror-never"),
        Some(at) => {
            let age = facts.now.ms_since(at).max(0);
            let (severity, code) = if age > MIRROR_MS_MAX {
                (Severity::Broken, "mirror-old")
            } else {
                (Severity::Ok, "mirror-ok")
            };
            Finding::new(severity, code).with("age", Detail::Lasting(age))
        }
    }]
}

/// Since when a round fails, and why.
/// Whether somebody elsewhere would notice that this platform is dead.
pub(super) fn beat(facts: &Facts) -> Vec<Finding> {
    let round = facts.rounds.beat.as_ref();
    vec![match failing("beat-failing", round) {
        Some(failing) => failing,
        None if round.is_none() => Finding::new(Severity::Risky, "beat-none"),
        None => Finding::new(Severity::Ok, "beat-ok"),
    }]
}

fn failing(code: &str, round: Option<&rounds::Round>) -> Option<Finding> {
    let round = round?;
    let since = round.failing_since?;
    let why = round.failure.clone().unwrap_or_default();
    Some(Finding::new(Severity::Broken, code).with("since", Detail::At(since)).text("why", why))
}
