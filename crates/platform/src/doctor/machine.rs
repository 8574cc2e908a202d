//! Clock, disks, database, master key.

use beffroi_town::finding::{Detail, Finding, Severity};

use super::{Facts, facts::Disk, several};

/// How far a clock may be off before it matters.
const CLOCK_MS_MAX: i64 = 2 * 60_000;
/// Below this a disk is as good as full.
const FULL_BYTES: u64 = 200_000_000;
/// Below this a disk will soon be full.
const SHORT_BYTES: u64 = 2_000_000_000;

pub(super) fn clock(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(newest) = facts.journals.newest_at
        && newest.ms_since(facts.now) > CLOCK_MS_MAX
    {
        let backwards = Finding::new(Severity::Broken, "clock-backwards");
        found.push(backwards.with("newest", Detail::At(newest)));
    }
    let ahead = facts.guards.iter().flatten();
    let off: Vec<(String, i64)> = ahead
        .filter_map(|guard| Some((guard.name.clone(), guard.ahead_ms?)))
        .filter(|(_, ahead)| ahead.abs() > CLOCK_MS_MAX)
        .collect();
    if let Some((_, most)) = off.iter().max_by_key(|(_, ahead)| ahead.abs()) {
        let names: Vec<String> = off.iter().map(|(name, _)| name.clone()).collect();
        let differs = several(Severity::Risky, "clock-differs", &names);
        found.push(differs.with("lasting", Detail::Lasting(*most)));
    }
    found.extend(match facts.clock_follows {
        Some(true) if found.is_empty() => Some(Finding::new(Severity::Ok, "clock-ok")),
        Some(true) => None,
        Some(false) => Some(Finding::new(Severity::Risky, "clock-alone")),
        None => Some(Finding::new(Severity::CannotTell, "clock-unknown")),
    });
    found
}

pub(super) fn disks(facts: &Facts) -> Vec<Finding> {
    facts.disks.iter().flat_map(disk).collect()
}

fn disk(disk: &Disk) -> Vec<Finding> {
    let of = |severity, code| {
        Finding::new(severity, code).text("folder", disk.folder.display().to_string())
    };
    let mut found = Vec::new();
    match disk.bytes {
        None => found.push(of(Severity::CannotTell, "disk-unknown")),
        Some((free, all)) => {
            let judged = if free < FULL_BYTES || free.saturating_mul(50) < all {
                of(Severity::Broken, "disk-full")
            } else if free < SHORT_BYTES || free.saturating_mul(10) < all {
                of(Severity::Risky, "disk-short")
            } else {
                of(Severity::Ok, "disk-ok")
            };
            found.push(judged.with("free", Detail::Bytes(free)));
        }
    }
    if let Some((free, all)) = disk.names
        && all > 0
        && free.saturating_mul(20) < all
    {
        found.push(of(Severity::Broken, "disk-names").count(free));
    }
    if disk.is_network && disk.holds_data {
        found.push(of(Severity::Broken, "disk-network"));
    }
    found
}

pub(super) fn database(facts: &Facts) -> Vec<Finding> {
    if let Some(why) = &facts.closed {
        return vec![Finding::new(Severity::Broken, "database-closed").text("why", why)];
    }
    let mut found = vec![match &facts.complaints {
        None => Finding::new(Severity::CannotTell, "database-unknown"),
        Some(none) if none.is_empty() => Finding::new(Severity::Ok, "database-ok"),
        Some(all) => {
            let first = all.first().cloned().unwrap_or_default();
            Finding::new(Severity::Broken, "database-damaged").text("why", first)
        }
    }];
    let journals = &facts.journals;
    found.push(if journals.all == 0 {
        Finding::new(Severity::CannotTell, "journal-none")
    } else if journals.broken.is_empty() {
        let all = Detail::Count(journals.all);
        Finding::new(Severity::Ok, "journal-ok").count(journals.verified).with("all", all)
    } else {
        several(Severity::Broken, "journal-broken", &journals.broken)
    });
    if !journals.rolled_back.is_empty() {
        found.push(several(Severity::Broken, "journal-rolled-back", &journals.rolled_back));
    }
    found
}

pub(super) fn master_key(facts: &Facts) -> Vec<Finding> {
    let key = &facts.master_key;
    let mut found = vec![match key.mode {
        None => Finding::new(Severity::CannotTell, "key-unknown"),
        Some(mode) if mode & 0o077 != 0 => {
            Finding::new(Severity::Broken, "key-open").text("mode", format!("{:o}", mode & 0o777))
        }
        Some(_) => Finding::new(Severity::Ok, "key-ok"),
    }];
    if let Some(copy) = key.beside_backups.first() {
        let beside = Finding::new(Severity::Broken, "key-beside");
        found.push(beside.text("file", copy.display().to_string()));
    }
    found
}
