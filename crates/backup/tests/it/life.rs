//! The life of a file server, played: what is saved each night, as the judge is shown it.
//!
//! What is played, and how (everything follows from a seed):
//! - Files: 34 % office documents (zip), 20 % PDF, 20 % JPEG, 12 % text and CSV, 8 % older office
//!   (OLE), 3 % films, 3 % containers that are noise from their first byte; in folders of 25. Their
//!   lengths go from 2 KB to 8 MB, most below 300 KB; parts of 1 MB.
//! - Stored per raw length, as restic's zstd leaves it: text 0.35, OLE 0.45, PDF 0.93, zip and JPEG
//!   0.99, noise 1.0007.
//! - Each working day 1 % of the files are saved anew, 0.5 % are new, 0.2 % are deleted, 0.1 % are
//!   moved; at week-ends a tenth of that.
//! - The bytes that the judge reads are made as the kind has them (its beginning, noise or prose, its
//!   end), 6 KB of them at most, whatever length the index says: so is what an attack makes of them.
//! - A person says the next morning that a suspect backup of benign life is clean; a bad one stays.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

use beffroi_backup::{
    BackupError, Id,
    judge::{About, Contents, Entry, Judged, Listing, judge},
};
use beffroi_town::vault::verdict::Verdict;

/// The most bytes of a part that are made.
const MADE_MAX: usize = 6_000;
const PART: u64 = 1 << 20;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Zip,
    Pdf,
    Jpeg,
    Text,
    Ole,
    Film,
    Noise,
    /// A packed dump.
    Packed,
    /// A disk of a virtual machine.
    Disk,
    /// An encrypted archive with a beginning of its own.
    Archive,
}

impl Form {
    const fn ending(self) -> &'static str {
        match self {
            Self::Zip => "odt",
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Text => "csv",
            Self::Ole => "doc",
            Self::Film => "mp4",
            Self::Noise => "kdb",
            Self::Packed => "sql.gz",
            Self::Disk => "qcow2",
            Self::Archive => "7z",
        }
    }

    const fn ends(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Self::Zip => (b"PK\x03\x04\x14\0", b"PK\x05\x06\0\0\0\0"),
            Self::Pdf => (b"%PDF-1.6\n", b"\n%%EOF\n"),
            Self::Jpeg => (b"\xff\xd8\xff\xe0", b"\xff\xd9"),
            Self::Ole => (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b""),
            Self::Film => (b"\0\0\0\x20ftypisom", b""),
            Self::Packed => (b"\x1f\x8b\x08\0", b""),
            Self::Disk => (b"QFI\xfb\0\0\0\x03", b""),
            Self::Archive => (b"7z\xbc\xaf\x27\x1c", b""),
            Self::Text | Self::Noise => (b"", b""),
        }
    }

    /// Stored per raw length, in ten thousandths.
    const fn stored(self) -> u64 {
        match self {
            Self::Text => 3_500,
            Self::Ole => 4_500,
            Self::Pdf => 9_300,
            Self::Zip | Self::Jpeg => 9_900,
            _ => 10_007,
        }
    }
}

/// How a part came to be.
#[derive(Clone, Debug)]
enum Made {
    Anew {
        form: Form,
        seed: u64,
        first: bool,
        last: bool,
    },
    /// Encrypted, from an earlier one.
    Ruined {
        of: Id,
        how: Ruin,
        seed: u64,
    },
}

/// What an attack does to a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ruin {
    Whole,
    First4K,
    EveryOther,
}

#[derive(Clone, Debug)]
struct Part {
    made: Made,
    stored: u64,
    raw: u64,
}

#[derive(Clone, Debug)]
struct File {
    form: Form,
    content: Vec<Id>,
}

/// A number that follows from others.
fn mixed(values: &[u64]) -> u64 {
    values.iter().fold(0x51_7c_c1_b7_27_22_0a_95, |state: u64, value| {
        let mut z = state.wrapping_add(*value).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = mixed(&[seed]) | 1;
    let mut all = Vec::with_capacity(bytes + 8);
    while all.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.extend(state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes());
    }
    all.truncate(bytes);
    all
}

fn prose(seed: u64, bytes: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "conseil",
        "séance",
        "délibération",
        "voirie",
        "cantine",
        "budget",
        "2026;",
        "associations",
        "le",
        "de",
        "la;",
        "état civil\n",
    ];
    let mut text = Vec::new();
    for at in 0_u64.. {
        if text.len() >= bytes {
            break;
        }
        let word = mixed(&[seed, at]) % WORDS.len() as u64;
        text.extend_from_slice(WORDS[usize::try_from(word).unwrap()].as_bytes());
        text.push(b' ');
    }
    text.truncate(bytes);
    text
}

/// A file server.
pub(crate) struct Server {
    seed: u64,
    files: BTreeMap<String, File>,
    parts: HashMap<Id, Part>,
    made: RefCell<HashMap<Id, Vec<u8>>>,
    count: u64,
}

impl Server {
    pub(crate) fn new(seed: u64, files: u64) -> Self {
        let mut server = Self {
            seed,
            files: BTreeMap::new(),
            parts: HashMap::new(),
            made: RefCell::default(),
            count: 0,
        };
        for _ in 0..files {
            server.add_usual("service");
        }
        server
    }

    fn chance(&mut self) -> u64 {
        self.count += 1;
        mixed(&[self.seed, self.count])
    }

    fn add_usual(&mut self, folder: &str) {
        let form = match self.chance() % 100 {
            0..34 => Form::Zip,
            34..54 => Form::Pdf,
            54..74 => Form::Jpeg,
            74..86 => Form::Text,
            86..94 => Form::Ole,
            94..97 => Form::Film,
            _ => Form::Noise,
        };
        let number = self.count;
        self.add(&format!("srv/{folder}-{}/acte {number}.{}", number / 50, form.ending()), form);
    }

    fn bytes(&mut self, form: Form) -> u64 {
        let chance = self.chance();
        match (form, chance % 20) {
            (Form::Disk, _) => 40 * PART,
            (Form::Film | Form::Packed | Form::Archive, _) => 2 * PART + chance % (6 * PART),
            (_, 0) => PART + chance % (4 * PART),
            _ => 2_000 + chance % 300_000,
        }
    }

    pub(crate) fn add(&mut self, path: &str, form: Form) {
        let bytes = self.bytes(form);
        let count = bytes.div_ceil(PART);
        let content = (0..count).map(|at| {
            let raw = if at + 1 == count { bytes - at * PART } else { PART };
            let seed = self.chance();
            self.part(Made::Anew { form, seed, first: at == 0, last: at + 1 == count }, raw)
        });
        let content = content.collect();
        self.files.insert(path.to_owned(), File { form, content });
    }

    fn part(&mut self, made: Made, raw: u64) -> Id {
        let id = Id::of(format!("{made:?}").as_bytes());
        let stored = match &made {
            Made::Anew { form, .. } => raw * form.stored() / 10_000,
            Made::Ruined { of, how, .. } => {
                let before = self.parts[of].stored;
                match how {
                    Ruin::Whole => raw * 10_007 / 10_000,
                    Ruin::First4K => before + 4_096.min(raw) / 2,
                    Ruin::EveryOther => u64::midpoint(before, raw),
                }
            }
        };
        self.parts.insert(id, Part { made, stored: stored + 32, raw });
        id
    }

    fn some(&mut self, many: u64) -> Vec<String> {
        let mut paths: Vec<String> = self.files.keys().cloned().collect();
        let mut drawn = Vec::new();
        for _ in 0..many.min(paths.len() as u64) {
            let at = self.chance() % paths.len() as u64;
            drawn.push(paths.swap_remove(usize::try_from(at).unwrap()));
        }
        drawn
    }

    fn save_anew(&mut self, path: &str) {
        let form = self.files[path].form;
        self.add(path, form);
    }

    /// One day of ordinary work.
    pub(crate) fn work(&mut self, day: u64) {
        let part = if day % 7 >= 5 { 10 } else { 1 };
        let all = self.files.len() as u64;
        for path in self.some(all / 100 / part) {
            self.save_anew(&path);
        }
        for _ in 0..all / 200 / part {
            self.add_usual("nouveau");
        }
        for path in self.some(all / 500 / part) {
            self.files.remove(&path);
        }
        for path in self.some(all / 1_000 / part) {
            let file = self.files.remove(&path).unwrap();
            self.files.insert(path.replacen("srv/", "srv/archives/", 1), file);
        }
    }

    /// What an attack makes of a part of the files; `ending` is added to their names.
    pub(crate) fn ruin(&mut self, permille: u64, how: Ruin, ending: Option<&str>) {
        let many = (self.files.len() as u64 * permille / 1_000).max(1);
        let untouched = |path: &String| ending.is_none_or(|ending| !path.ends_with(ending));
        for path in self.some(many).into_iter().filter(untouched) {
            let file = self.files.remove(&path).unwrap();
            let content = file.content.iter().enumerate().map(|(at, of)| {
                if how == Ruin::First4K && at > 0 {
                    return *of;
                }
                let (raw, seed) = (self.parts[of].raw, self.chance());
                self.part(Made::Ruined { of: *of, how, seed }, raw)
            });
            let content = content.collect();
            let path = ending.map_or(path.clone(), |ending| format!("{path}{ending}"));
            self.files.insert(path, File { form: file.form, content });
        }
    }

    /// The same under names that say nothing of the earlier ones.
    pub(crate) fn ruin_and_hide(&mut self, permille: u64) {
        let many = (self.files.len() as u64 * permille / 1_000).max(1);
        for path in self.some(many) {
            let file = self.files.remove(&path).unwrap();
            let folder = path.rsplit_once('/').unwrap().0;
            let name = format!("{folder}/{:016x}", self.chance());
            let content = file.content.iter().map(|of| {
                let (raw, seed) = (self.parts[of].raw, self.chance());
                self.part(Made::Ruined { of: *of, how: Ruin::Whole, seed }, raw)
            });
            let content = content.collect();
            self.files.insert(name, File { form: file.form, content });
        }
    }

    pub(crate) fn listing(&self) -> Listing {
        let entry = |(path, file): (&String, &File)| Entry {
            path: path.as_bytes().to_vec(),
            content: file.content.clone().into_boxed_slice(),
        };
        Listing { files: self.files.iter().map(entry).collect(), faults: Vec::new() }
    }

    fn bytes_of(&self, id: &Id) -> Vec<u8> {
        if let Some(made) = self.made.borrow().get(id) {
            return made.clone();
        }
        let part = &self.parts[id];
        let len = usize::try_from(part.raw).unwrap().min(MADE_MAX);
        let bytes = match &part.made {
            Made::Anew { form, seed, first, last } => {
                let mut bytes = match form {
                    Form::Text => prose(*seed, len),
                    Form::Ole if !first => prose(*seed, len),
                    _ => noise(*seed, len),
                };
                let (head, tail) = form.ends();
                if *first {
                    bytes.splice(..head.len(), head.iter().copied());
                }
                if *last {
                    bytes.splice(len - tail.len().., tail.iter().copied());
                }
                bytes
            }
            Made::Ruined { of, how, seed, .. } => {
                let mut bytes = self.bytes_of(of);
                let fresh = noise(*seed, bytes.len());
                for (at, (old, new)) in bytes.iter_mut().zip(fresh).enumerate() {
                    let hit = match how {
                        Ruin::Whole => true,
                        Ruin::First4K => at < 4_096,
                        Ruin::EveryOther => (at / 512) % 2 == 0,
                    };
                    if hit {
                        *old = new;
                    }
                }
                bytes
            }
        };
        self.made.borrow_mut().insert(*id, bytes.clone());
        bytes
    }
}

impl Contents for Server {
    fn lengths(&self, id: &Id) -> Option<(u64, u64)> {
        self.parts.get(id).map(|part| (part.stored, part.raw))
    }

    fn parts(&self, ids: Vec<Id>) -> Result<HashMap<Id, Option<Vec<u8>>>, BackupError> {
        Ok(ids.into_iter().map(|id| (id, Some(self.bytes_of(&id)))).collect())
    }
}

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
            Self::Office => {}
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
                    if path.ends_with(".mp4") {
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
                let pictures: Vec<String> =
                    server.files.keys().filter(|path| path.ends_with(".jpg")).cloned().collect();
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

impl Server {
    /// A machine wrote to its disk: some parts are others.
    fn touch_disk(&mut self, path: &str) {
        let mut file = self.files.remove(path).unwrap();
        for at in 1..file.content.len() {
            if self.chance() % 4 == 0 {
                let seed = self.chance();
                let made = Made::Anew { form: Form::Noise, seed, first: false, last: false };
                file.content[at] = self.part(made, PART);
            }
        }
        self.files.insert(path.to_owned(), file);
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
