//! What this guard can do on this host, hole by hole.

use beffroi_town::watch::{Hole, HostFacts, Letter, Level, Mode, TEXT_BYTES_MAX, Vitals};

use crate::brake::Brake;
use crate::cut;
use crate::grounds::Grounds;
use crate::look::Looker;
use crate::marks::Sight;
use crate::vitals::Sensors;
use std::path::{Path, PathBuf};

/// What a guard could do here for these folders, without starting one.
pub fn probe(watch: &[PathBuf]) -> Level {
    let vitals = Sensors::at(Path::new("/")).read(&[]);
    let grounds = Grounds::of(watch);
    let leaves_out = grounds.as_ref().is_ok_and(|grounds| !grounds.left_out.is_empty());
    let watched = grounds.map_or_else(|_| watch.to_vec(), |grounds| grounds.watched);
    let sight = Sight::of(&watched, Letter::A);
    let brake = (sight.letter != Letter::C).then(|| Brake::open(&watched, &sight.whole));
    let covered = matches!(brake, Some(Ok(brake)) if brake.covered() == watched.len());
    let means = Means { covered, lacks_reserve: false, leaves_out };
    level(&sight, Mode::Protect, &vitals, means)
}

/// What a guard has beyond its sight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means {
    /// The brake covers every watched folder.
    pub(crate) covered: bool,
    /// A watched folder has no reserve.
    pub(crate) lacks_reserve: bool,
    /// A file system below a watched folder is not watched.
    pub(crate) leaves_out: bool,
}

/// The level with these means.
pub(crate) fn level(sight: &Sight, mode: Mode, vitals: &Vitals, means: Means) -> Level {
    // With the brake only what is moved away is counted afterwards.
    let afterwards =
        if means.covered { Hole::MovesAfterTheFact } else { Hole::DeletionsAfterTheFact };
    let mut holes = Vec::new();
    if !rustix::process::geteuid().is_root() {
        holes.push(Hole::NotRoot);
    }
    match sight.letter {
        Letter::A => holes.push(afterwards),
        Letter::B => {
            holes.extend([afterwards, Hole::TruncateByPath, Hole::OpenedBefore]);
        }
        Letter::C => {
            holes.extend([Hole::NoFanotify, Hole::NoActor, Hole::NoStop, Hole::NoEarlierContent]);
        }
    }
    if sight.letter != Letter::C && !sight.all_whole {
        holes.push(Hole::HardLinksElsewhere);
    }
    if mode == Mode::Observe {
        holes.push(Hole::ObserveOnly);
    }
    if means.lacks_reserve {
        holes.push(Hole::NoReserve);
    }
    if means.leaves_out {
        holes.push(Hole::MountedBelow);
    }
    if sight.letter != Letter::C && has_rings() && Looker::open().is_none() {
        holes.push(Hole::Rings);
    }
    if sight.letter != Letter::C && serves_nfs() {
        holes.push(Hole::NfsServer);
    }
    if !cut::can_cut() {
        holes.push(Hole::NoCut);
    }
    if vitals.temperature_millicelsius.is_none() {
        holes.push(Hole::NoTemperature);
    }
    if vitals.cpu_pressure_basis_points.is_none() {
        holes.push(Hole::NoPressure);
    }
    Level { letter: sight.letter, holes }
}

/// Whether processes may have rings: unless nobody may (`io_uring_disabled` of 2, Linux 6.6).
fn has_rings() -> bool {
    let disabled = std::fs::read_to_string("/proc/sys/kernel/io_uring_disabled");
    disabled.map_or(true, |disabled| disabled.trim() != "2")
}

/// Whether the kernel's own NFS server is there: asked by a client to set a size, it does so without
/// a question to anybody (`nfsd_setattr`).
fn serves_nfs() -> bool {
    Path::new("/proc/net/rpc/nfsd").exists()
}

/// What identifies this machine.
pub(crate) fn host_facts() -> HostFacts {
    let names = rustix::system::uname();
    let text = |name: &std::ffi::CStr| bounded(&name.to_string_lossy());
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or_else(|| text(names.sysname()), |name| bounded(name.trim_matches('"')));
    HostFacts {
        hostname: text(names.nodename()),
        system,
        kernel: text(names.release()),
        guard_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(TEXT_BYTES_MAX / 4).collect()
}
