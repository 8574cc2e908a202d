//! The life of a file server, played: what is saved each night, as the judge is shown it.
//!
//! Beside what [`server`] plays:
//! - The seven benign lives and the six ways of attacking are below, each with its days and parts.
//! - A person says the next morning that a suspect backup of benign life is clean; a bad one stays.

#[path = "life_server.rs"]
mod server;

use beffroi_backup::judge::{About, Judged, Listing, judge};
use beffroi_town::vault::verdict::Verdict;

pub(crate) use server::{Form, Server};
use server::{Ruin, mixed};

/// Benign life that is hard to tell from an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Office,
    PhotoImport,
    Films,
    NightlyDumps,
    ReencodedShare,
    NewDepartment,
    EncryptedArchives,
}

pub(crate) const LIVES: [Life; 7] = [
    Life::Office,
    Life::PhotoImport,
    Life::Films,
    Life::NightlyDumps,
    Life::ReencodedShare,
    Life::NewDepartment,
    Life::EncryptedArchives,
];

impl Life {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Office => "office work",
            Self::PhotoImport => "photographs imported",
            Self::Films => "films, some encoded anew",
            Self::NightlyDumps => "nightly dumps and disks of machines",
            Self::ReencodedShare => "a share encoded anew",
            Self::NewDepartment => "a new department",
            Self::EncryptedArchives => "encrypted archives",
        }
    }

    /// What happens on a day, beside ordinary work.
    fn happen(self, server: &mut Server, day: u64) {
        let all = server.files.len() as u64;
        match self {
            Self::PhotoImport if day % 10 == 3 => {
                for number in 0..all / 10 {
                    server.add(&format!("srv/photos/{day}/IMG_{number:04}.jpg"), Form::Jpeg);
                }
            }
            Self::Films if day % 14 == 5 => {
                for number in 0..6 {
                    server.add(&format!("srv/films/{day}-{number}.mp4"), Form::Film);
                }
                for path in server.some(all / 20) {
                    if server.files[&path].form == Form::Film {
                        server.save_anew(&path);
                    }
                }
            }
            Self::NightlyDumps => {
                for base in 0..60 {
                    let path = |day: u64| format!("srv/dumps/base{base}-2026{day:03}.sql.gz");
                    server.files.remove(&path(day.saturating_sub(7)));
                    server.add(&path(day), Form::Packed);
                }
                for machine in 0..3 {
                    let path = format!("srv/machines/vm{machine}.qcow2");
                    if server.files.contains_key(&path) && day % 30 != 1 {
                        server.touch_disk(&path);
                    } else {
                        server.add(&path, Form::Disk);
                    }
                }
            }
            Self::ReencodedShare if day == 20 || day == 55 => {
                let pictures: Vec<String> = server
                    .files
                    .iter()
                    .filter(|(_, file)| file.form == Form::Jpeg)
                    .map(|(path, _)| path.clone())
                    .collect();
                for path in pictures {
                    server.save_anew(&path);
                }
            }
            Self::NewDepartment if day == 15 => {
                for _ in 0..all / 4 {
                    server.add_usual("urbanisme");
                }
            }
            Self::EncryptedArchives => {
                server.add("srv/dumps/tout.7z", Form::Archive);
                for base in 0..5 {
                    // Encrypted by a public key: noise from the first byte.
                    server
                        .files
                        .remove(&format!("srv/dumps/b{base}-{}.gpg", day.saturating_sub(3)));
                    server.add(&format!("srv/dumps/b{base}-{day}.gpg"), Form::Noise);
                }
                if day % 30 == 12 {
                    for path in server.some(all / 40) {
                        server.files.remove(&path);
                    }
                    server.add(&format!("srv/archives/exercice-{day}.7z"), Form::Archive);
                }
            }
            _ => {}
        }
    }
}

/// What an inspector says of each night, comparing with the last clean one.
pub(crate) struct Watch {
    clean: Option<Listing>,
    turned: Vec<u64>,
}

impl Watch {
    pub(crate) const fn new() -> Self {
        Self { clean: None, turned: Vec::new() }
    }

    pub(crate) fn night(&mut self, server: &Server, chance: u64) -> Judged {
        let after = server.listing();
        let lately = self.turned.iter().rev().take(30).sum();
        let about = About { is_stranger: false, turned_lately: lately, chance };
        let judged = judge((self.clean.as_ref(), &after), server, about).unwrap();
        if judged.verdict == Verdict::Clean {
            self.accept(after, &judged);
        }
        judged
    }

    /// It counts as clean from now on.
    pub(crate) fn accept(&mut self, after: Listing, judged: &Judged) {
        use beffroi_town::vault::verdict::ReasonCode::Turned;
        let turned = judged.reasons.iter().filter(|one| one.code == Turned);
        self.turned.push(turned.map(|one| one.count).sum());
        self.clean = Some(after);
    }
}

/// What came of ninety days.
#[derive(Debug, Default)]
pub(crate) struct Season {
    pub(crate) bad: u64,
    pub(crate) suspect: u64,
    /// The most suspect nights of any thirty in a row.
    pub(crate) suspect_a_month: u64,
    pub(crate) told: Vec<String>,
}

/// Ninety days of a benign life.
pub(crate) fn ninety_days(life: Life, seed: u64, files: u64) -> Season {
    let (mut server, mut watch) = (Server::new(seed, files), Watch::new());
    let (mut season, mut nights) = (Season::default(), Vec::new());
    for day in 0..90 {
        server.work(day);
        life.happen(&mut server, day);
        let judged = watch.night(&server, mixed(&[seed, day, 7]));
        match judged.verdict {
            Verdict::Clean => {}
            Verdict::Suspect => {
                season.suspect += 1;
                nights.push(day);
                watch.accept(server.listing(), &judged);
            }
            Verdict::Bad => season.bad += 1,
        }
        if judged.verdict != Verdict::Clean {
            season.told.push(format!("day {day}: {:?} {:?}", judged.verdict, judged.reasons));
        }
    }
    let month = |from: &u64| nights.iter().filter(|day| (*from..from + 30).contains(*day)).count();
    season.suspect_a_month = nights.iter().map(month).max().unwrap_or(0) as u64;
    season
}

/// How an attack goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    Whole,
    First4K,
    EveryOther,
    Renamed,
    Hidden,
    Slow,
}

pub(crate) const ATTACKS: [Attack; 6] = [
    Attack::Whole,
    Attack::First4K,
    Attack::EveryOther,
    Attack::Renamed,
    Attack::Hidden,
    Attack::Slow,
];

impl Attack {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole files",
            Self::First4K => "the first 4 KB",
            Self::EveryOther => "every other block",
            Self::Renamed => "with a new ending",
            Self::Hidden => "under random names",
            Self::Slow => "over ten nights",
        }
    }
}

/// The parts of all files that attacks ruin, in thousandths.
pub(crate) const PARTS: [u64; 20] =
    [10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 250, 300, 400, 500, 650, 800, 1_000];

/// After which backup an attack is found, counted from the first that holds any of it; none: not by
/// the fourth.
pub(crate) fn found_after(attack: Attack, permille: u64, seed: u64, files: u64) -> Option<u64> {
    let (mut server, mut watch) = (Server::new(seed, files), Watch::new());
    for day in 0..8 {
        server.work(day);
        watch.night(&server, mixed(&[seed, day, 9]));
    }
    for night in 1..=4 {
        server.work(7 + night);
        match attack {
            Attack::Slow => server.ruin(permille.div_ceil(10), Ruin::Whole, None),
            Attack::Whole if night == 1 => server.ruin(permille, Ruin::Whole, None),
            Attack::First4K if night == 1 => server.ruin(permille, Ruin::First4K, None),
            Attack::EveryOther if night == 1 => server.ruin(permille, Ruin::EveryOther, None),
            Attack::Renamed if night == 1 => server.ruin(permille, Ruin::Whole, Some(".krypt")),
            Attack::Hidden if night == 1 => server.ruin_and_hide(permille),
            _ => {}
        }
        if watch.night(&server, mixed(&[seed, night, 11])).verdict != Verdict::Clean {
            return Some(night);
        }
    }
    None
}
