//! What this guard can do on this host, hole by hole.

use beffroi_town::watch::{Hole, HostFacts, Letter, Level, Mode, TEXT_BYTES_MAX, Vitals};

use crate::cut;
use crate::vitals::Sensors;
use std::path::Path;

/// What a guard could do here, without starting one.
pub fn probe() -> Level {
    let vitals = Sensors::at(Path::new("/")).read(&[]);
    level(kernel_senses(), Mode::Protect, &vitals, false)
}

/// Whether the kernel would let this process see opens.
pub(crate) fn kernel_senses() -> bool {
    cfg!(target_os = "linux")
        && rustix::process::geteuid().is_root()
        && crate::sense_kernel::Marks::open().is_ok()
}

/// The level with these means. The first floor of the guard never reaches A: it does not watch
/// each write, so a file emptied by its path or opened beforehand escapes it.
pub(crate) fn level(kernel: bool, mode: Mode, vitals: &Vitals, lacks_reserve: bool) -> Level {
    let mut holes = Vec::new();
    if !rustix::process::geteuid().is_root() {
        holes.push(Hole::NotRoot);
    }
    if kernel {
        holes.extend([
            Hole::DeletionsAfterTheFact,
            Hole::TruncateByPath,
            Hole::OpenedBefore,
            Hole::HardLinksElsewhere,
        ]);
    } else {
        holes.extend([Hole::NoFanotify, Hole::NoActor, Hole::NoStop, Hole::NoEarlierContent]);
    }
    if mode == Mode::Observe {
        holes.push(Hole::ObserveOnly);
    }
    if lacks_reserve {
        holes.push(Hole::NoReserve);
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
    Level { letter: if kernel { Letter::B } else { Letter::C }, holes }
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
