//! Pauses a process and those it brought along, and lets them go on.
//!
//! Rules:
//! - Never pid 1, never the guard or one of its ancestors, never somebody who serves others.
//! - A process is named by pid and start time, and signalled through a pidfd, so that a pid that
//!   was given away meanwhile is left alone.
//! - Paused, not killed: what it holds in memory (a key, perhaps) stays for those who investigate.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::actor::{Actor, Stat, all_pids};
use crate::group;
use crate::sys;

/// Rounds of looking for children born meanwhile.
const ROUNDS_MAX: u32 = 5;
/// First user identifier of ordinary accounts.
const ORDINARY_UID_MIN: u32 = 1000;

/// Found once: looking for ancestors while an attack goes on costs files.
static SPARED: OnceLock<HashSet<u32>> = OnceLock::new();

/// Pauses `actor` alone; false when it is spared, or has ended. The walk over all processes, which
/// finds the others, takes milliseconds.
pub(crate) fn pause(actor: &Actor) -> bool {
    !SPARED.get_or_init(spared).contains(&actor.pid)
        && signal(actor.pid, actor.started, Signal::STOP)
}

/// Pauses `actor`, its descendants and, for an ordinary user, everything else of that user in the
/// same session (a process per file has its parent there); for root, in the same control group.
/// Answers those that are paused.
pub(crate) fn pause_tree(actor: &Actor) -> Vec<(u32, u64)> {
    let mut paused = Vec::new();
    let spared = SPARED.get_or_init(spared);
    if pause(actor) {
        paused.push((actor.pid, actor.started));
    }
    for _ in 0..ROUNDS_MAX {
        let fresh: Vec<(u32, u64)> = company(actor)
            .into_iter()
            .filter(|process| !paused.contains(process) && !spared.contains(&process.0))
            .filter(|(pid, started)| signal(*pid, *started, Signal::STOP))
            .collect();
        if fresh.is_empty() {
            break;
        }
        paused.extend(fresh);
    }
    paused
}

/// Whether a process is never paused: pid 1, the guard, those it was started by.
pub(crate) fn is_spared(pid: u32) -> bool {
    SPARED.get_or_init(spared).contains(&pid)
}

/// Asks a worker to end.
pub(crate) fn end(actor: &Actor) {
    if !signal(actor.pid, actor.started, Signal::TERM) {
        tracing::debug!(pid = actor.pid, "the worker had ended before it was asked to");
    }
}

/// Lets paused processes go on.
pub(crate) fn resume(paused: &[(u32, u64)]) {
    for (pid, started) in paused {
        signal(*pid, *started, Signal::CONT);
    }
}

/// The guard and its ancestors, and pid 1.
fn spared() -> HashSet<u32> {
    let mut spared = HashSet::from([1]);
    let mut pid = std::process::id();
    while pid > 1 && spared.insert(pid) {
        pid = Stat::of(pid).map_or(1, |stat| stat.parent);
    }
    spared
}

fn company(actor: &Actor) -> Vec<(u32, u64)> {
    let all: HashMap<u32, Stat> =
        all_pids().into_iter().filter_map(|pid| Some((pid, Stat::of(pid)?))).collect();
    let descends = |mut pid: u32| {
        let mut steps = 0;
        while pid > 1 && steps < 64 {
            if pid == actor.pid {
                return true;
            }
            pid = all.get(&pid).map_or(1, |stat| stat.parent);
            steps += 1;
        }
        false
    };
    let ordinary = actor.real_uid >= ORDINARY_UID_MIN;
    let in_its_group = |pid| actor.group.is_some() && group::apart(pid) == actor.group;
    let beside = |pid: u32, stat: &Stat| {
        ((ordinary && stat.sid == actor.sid) || in_its_group(pid))
            && Actor::of_thread(pid).is_some_and(|other| other.real_uid == actor.real_uid)
    };
    all.iter()
        .filter(|(_, stat)| stat.state != b'Z')
        .filter(|(pid, stat)| descends(**pid) || beside(**pid, stat))
        .filter(|(pid, _)| Actor::of_thread(**pid).is_some_and(|other| !other.serves_others))
        .map(|(pid, stat)| (*pid, stat.started))
        .collect()
}

fn signal(pid: u32, started: u64, signal: Signal) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return false };
    // Once the descriptor is open, the pid cannot be given away: what /proc says now is about it.
    // One that has ended takes signals until its parent asks for it.
    let same = u32::try_from(pid.as_raw_nonzero().get())
        .ok()
        .and_then(Stat::of)
        .is_some_and(|stat| stat.started == started && !matches!(stat.state, b'Z' | b'X'));
    let sent = same && pidfd_send_signal(process, signal).is_ok();
    if sent && signal == Signal::STOP {
        stop_threads(pid);
    }
    sent
}

/// The kernel leaves a stop to one thread of a process, and on a busy machine that one may wait for a
/// processor while the thread that destroys goes on. Told to each, whichever runs first stops all.
/// What is left of it goes with the signal to go on.
fn stop_threads(process: Pid) {
    let process = process.as_raw_nonzero().get();
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return };
    let ids = threads.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    for thread in ids {
        if let Err(error) = sys::stop_thread(process, thread) {
            tracing::debug!(%error, "a thread ended before it was stopped");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn state(pid: u32) -> u8 {
        Stat::of(pid).unwrap().state
    }

    #[test]
    fn a_tree_is_paused_and_goes_on() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let began = std::time::Instant::now();
        let actor = loop {
            // Until exec has happened the child is still this very test.
            match Actor::of_thread(child.id()) {
                Some(actor) if actor.exe != std::env::current_exe().ok() => break actor,
                _ => assert!(began.elapsed().as_secs() < 10),
            }
        };
        let paused = pause_tree(&actor);
        assert_eq!(paused, vec![(child.id(), actor.started)]);
        while state(child.id()) != b'T' {
            assert!(began.elapsed().as_secs() < 10);
        }
        resume(&paused);
        while state(child.id()) == b'T' {
            assert!(began.elapsed().as_secs() < 10);
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn the_guard_itself_and_another_of_that_pid_are_spared() {
        let me = Actor::of_thread(std::process::id()).unwrap();
        assert!(spared().contains(&me.pid));
        assert!(!signal(me.pid, me.started + 1, Signal::CONT));
    }
}
