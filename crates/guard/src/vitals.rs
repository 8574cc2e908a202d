//! The vital signs of the host: heat, pressure, load, disk.
//!
//! Rules:
//! - Read below one root folder, `/` by default. Any other root is a played host: its values say
//!   `simulated` wherever they go.
//! - A sensor that cannot be read is none, never zero.
//! - Heat or pressure alone is a suspicion of its own kind, and only when it lasts.

use std::fs;
use std::path::{Path, PathBuf};

use beffroi_town::watch::Vitals;

/// At and above, a host runs hot (most server processors throttle between 90 and 100 °C).
pub(crate) const HOT_MILLICELSIUS: i32 = 85_000;
/// Share of time with waiting tasks at and above which a host is choked.
pub(crate) const CHOKED_BASIS_POINTS: u16 = 9_000;
/// Readings in a row that make it a suspicion.
pub(crate) const READINGS_IN_A_ROW: u32 = 3;
/// What no sensor measures: such values are broken sensors.
const PLAUSIBLE_MILLICELSIUS: std::ops::RangeInclusive<i32> = -40_000..=150_000;

/// Where they are read.
#[derive(Clone, Debug)]
pub(crate) struct Sensors {
    root: PathBuf,
    simulated: bool,
}

impl Sensors {
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), simulated: root != Path::new("/") }
    }

    /// Reads everything once. `watched` are the folders whose file systems count.
    pub(crate) fn read(&self, watched: &[PathBuf]) -> Vitals {
        Vitals {
            simulated: self.simulated,
            temperature_millicelsius: self.hottest(),
            cpu_pressure_basis_points: self.pressure("cpu"),
            io_pressure_basis_points: self.pressure("io"),
            load_hundredths: self
                .text("proc/loadavg")
                .as_deref()
                .and_then(|t| hundredths(t.split(' ').next()?)),
            disk_used_percent: watched.iter().filter_map(|folder| disk_used(folder)).max(),
        }
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    /// The hottest of `hwmon*/temp*_input` and `thermal_zone*/temp`.
    fn hottest(&self) -> Option<i32> {
        let class = self.root.join("sys/class");
        let chips = folders(&class.join("hwmon"));
        let inputs = chips.iter().flat_map(|chip| folders(chip)).filter(|path| {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            name.starts_with("temp") && name.ends_with("_input")
        });
        let zones = folders(&class.join("thermal")).into_iter().map(|zone| zone.join("temp"));
        inputs
            .chain(zones)
            .filter_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok())
            .filter(|value| PLAUSIBLE_MILLICELSIUS.contains(value))
            .max()
    }

    /// `some avg10` of a pressure file.
    fn pressure(&self, what: &str) -> Option<u16> {
        let text = self.text(&format!("proc/pressure/{what}"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("some "))?;
        let value = line.split(' ').find_map(|word| word.strip_prefix("avg10="))?;
        u16::try_from(hundredths(value)?.min(10_000)).ok()
    }
}

/// Whether a reading counts towards a suspicion.
pub(crate) fn is_alarming(vitals: &Vitals) -> bool {
    let choked = |pressure: Option<u16>| pressure.is_some_and(|p| p >= CHOKED_BASIS_POINTS);
    vitals.temperature_millicelsius.is_some_and(|t| t >= HOT_MILLICELSIUS)
        || (choked(vitals.cpu_pressure_basis_points) && choked(vitals.io_pressure_basis_points))
}

/// `1.5` as 150, without floating point.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let digits: String = part.chars().chain("00".chars()).take(2).collect();
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(digits.parse().ok()?)
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

fn disk_used(folder: &Path) -> Option<u8> {
    let space = rustix::fs::statvfs(folder).ok()?;
    let free = u128::from(space.f_bavail) * 100;
    let percent = 100 - u64::try_from(free.checked_div(u128::from(space.f_blocks))?).ok()?.min(100);
    u8::try_from(percent).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_played_hot_server_is_hot_and_says_that_it_is_played() {
        let folder = tempfile::tempdir().unwrap();
        let chip = folder.path().join("sys/class/hwmon/hwmon0");
        let zone = folder.path().join("sys/class/thermal/thermal_zone0");
        fs::create_dir_all(&chip).unwrap();
        fs::create_dir_all(&zone).unwrap();
        fs::create_dir_all(folder.path().join("proc/pressure")).unwrap();
        fs::write(chip.join("temp1_input"), "93500\n").unwrap();
        fs::write(chip.join("temp2_input"), "99999999\n").unwrap();
        fs::write(chip.join("temp3_input"), "hot\n").unwrap();
        fs::write(zone.join("temp"), "41000\n").unwrap();
        let cpu = "some avg10=12.34 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00\n";
        fs::write(folder.path().join("proc/pressure/cpu"), cpu).unwrap();
        fs::write(folder.path().join("proc/loadavg"), "3.07 1.0 1.0 1/9 9\n").unwrap();
        let vitals = Sensors::at(folder.path()).read(&[folder.path().to_owned()]);
        assert!(vitals.simulated);
        assert_eq!(vitals.temperature_millicelsius, Some(93_500));
        assert_eq!(vitals.cpu_pressure_basis_points, Some(1_234));
        assert_eq!(vitals.io_pressure_basis_points, None);
        assert_eq!(vitals.load_hundredths, Some(307));
        assert!(vitals.disk_used_percent.is_some());
        assert!(is_alarming(&vitals));
    }

    #[test]
    fn this_host_is_not_played() {
        assert!(!Sensors::at(Path::new("/")).read(&[]).simulated);
        assert!(!is_alarming(&Vitals::default()));
    }
}
