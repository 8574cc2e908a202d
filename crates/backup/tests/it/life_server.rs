//! A file server, played. What is played, and how (everything follows from a seed):
//! - Files: 34 % office documents (zip), 20 % PDF, 20 % JPEG, 12 % text and CSV, 8 % older office
//!   (OLE), 3 % films, 3 % containers that are noise from their first byte; in folders of some
//!   25. Their lengths go from 2 KB to 8 MB, most below 300 KB; parts of 1 MB.
//! - Stored per raw length, as restic's zstd leaves it: text 0.35, OLE 0.45, PDF 0.93, zip and JPEG
//!   0.99, noise 1.0007.
//! - Each working day 1 % of the files are saved anew, 0.5 % are new, 0.2 % are deleted, 0.1 % are
//!   moved; at week-ends a tenth of that.
//! - The bytes that the judge reads are made as the kind has them (its beginning, noise or prose, its
//!   end), 6 KB of them at most, whatever length the index says: so is what an attack makes of them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

use beffroi_backup::{
    BackupError, Id,
    judge::{Contents, Entry, Listing},
};

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
pub(crate) struct File {
    pub(crate) form: Form,
    content: Vec<Id>,
}

/// A number that follows from others.
pub(crate) fn mixed(values: &[u64]) -> u64 {
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
    pub(crate) files: BTreeMap<String, File>,
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

    pub(crate) fn add_usual(&mut self, folder: &str) {
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

    pub(crate) fn some(&mut self, many: u64) -> Vec<String> {
        let mut paths: Vec<String> = self.files.keys().cloned().collect();
        let mut drawn = Vec::new();
        for _ in 0..many.min(paths.len() as u64) {
            let at = self.chance() % paths.len() as u64;
            drawn.push(paths.swap_remove(usize::try_from(at).unwrap()));
        }
        drawn
    }

    pub(crate) fn save_anew(&mut self, path: &str) {
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

    /// A machine wrote to its disk: some parts are others.
    pub(crate) fn touch_disk(&mut self, path: &str) {
        let mut file = self.files.remove(path).unwrap();
        for at in 1..file.content.len() {
            if self.chance().is_multiple_of(4) {
                let seed = self.chance();
                let made = Made::Anew { form: Form::Noise, seed, first: false, last: false };
                file.content[at] = self.part(made, PART);
            }
        }
        self.files.insert(path.to_owned(), file);
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
