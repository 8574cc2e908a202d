//! Repositories that somebody with the password wrote to do harm.

use std::{
    fs,
    path::{Path, PathBuf},
};

use beffroi_town::{
    Instant,
    vault::verdict::{Reason, ReasonCode, Verdict},
};
use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Access, BackupError, Id, Repository,
    choice::Choice,
    judge::{About, Judged, Listing, judge},
    plan::Plan,
    restore::{self, Report},
    seal::Key,
    snapshots::Wanted,
};

/// A repository made by hand.
struct Forge {
    folder: TempDir,
    key: Key,
    pack: Vec<u8>,
    blobs: Vec<Value>,
}

impl Forge {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let key = Key::from_bytes(&[5; 64]);
        let forge = Self { folder, key, pack: Vec::new(), blobs: Vec::new() };
        for kind in ["keys", "data", "index", "snapshots"] {
            fs::create_dir_all(forge.here().join(kind)).unwrap();
        }
        let params = scrypt::Params::new(1, 1, 1, 64).unwrap();
        let mut outer = [0; 64];
        scrypt::scrypt(b"x", b"salt", &params, &mut outer).unwrap();
        let data = Key::from_bytes(&outer).seal([1; 16], &forge.key.to_json().unwrap());
        let file = json!({ "created": "", "username": "", "hostname": "", "kdf": "scrypt",
            "N": 2, "r": 1, "p": 1, "salt": BASE64.encode(b"salt"), "data": BASE64.encode(&data) });
        forge.write("keys", file.to_string().as_bytes());
        let config = forge.key.seal([2; 16], br#"{"version":2}"#);
        fs::write(forge.here().join("config"), config).unwrap();
        forge
    }

    fn here(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn write(&self, kind: &str, bytes: &[u8]) -> Id {
        let id = Id::of(bytes);
        let mut place = self.here().join(kind);
        if kind == "data" {
            place.push(&id.to_string()[..2]);
            fs::create_dir_all(&place).unwrap();
        }
        fs::write(place.join(id.to_string()), bytes).unwrap();
        id
    }

    /// Puts a blob into the pack; `raw` is what the index says of its length.
    fn blob(&mut self, kind: &str, stored: &[u8], (id, raw): (Id, Option<usize>)) -> Id {
        let sealed = self.key.seal([3; 16], stored);
        let mut line =
            json!({ "id": id, "type": kind, "offset": self.pack.len(), "length": sealed.len() });
        if let Some(raw) = raw {
            line["uncompressed_length"] = raw.into();
        }
        self.blobs.push(line);
        self.pack.extend(sealed);
        id
    }

    fn data(&mut self, bytes: &[u8]) -> Id {
        self.blob("data", bytes, (Id::of(bytes), None))
    }

    fn tree(&mut self, nodes: &Value) -> Id {
        let text = json!({ "nodes": nodes }).to_string();
        self.blob("tree", text.as_bytes(), (Id::of(text.as_bytes()), None))
    }

    /// Ends the repository with a snapshot of this folder, and brings it back.
    fn bring_back(&self, root: Id) -> Result<Report, BackupError> {
        let repository = self.end(root)?;
        let (all, _) = repository.snapshots()?;
        let plan = Plan::new(repository.index()?, Wanted::Latest.choose(&all)?, &Choice::all())?;
        restore::carry_out(&plan, &self.target(), Instant::from_ms(0))
    }

    /// The same, and judges it.
    fn judge(&self, root: Id) -> Result<Judged, BackupError> {
        let repository = self.end(root)?;
        let (all, _) = repository.snapshots()?;
        let index = repository.index()?;
        let listing = Listing::of(&index, Wanted::Latest.choose(&all)?)?;
        judge((None, &listing), &index, About::default())
    }

    fn end(&self, root: Id) -> Result<Repository, BackupError> {
        let pack = self.write("data", &self.pack);
        let index = json!({ "packs": [{ "id": pack, "blobs": self.blobs }] }).to_string();
        self.write("index", &self.key.seal([4; 16], index.as_bytes()));
        let snapshot = json!({ "time": "2026-11-26T00:00:00Z", "tree": root, "hostname": "srv" });
        self.write("snapshots", &self.key.seal([5; 16], snapshot.to_string().as_bytes()));
        let access = Access::new(self.here().to_str().unwrap(), "x", None)?;
        Repository::open(&access)
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("outer/target")
    }
}

fn file(name: &str, content: &[Id]) -> Value {
    json!({ "name": name, "type": "file", "mode": 0o644, "content": content })
}

fn names(folder: &Path) -> Vec<String> {
    let all = fs::read_dir(folder).unwrap();
    let mut all: Vec<String> =
        all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn names_that_lead_elsewhere_are_refused_and_the_others_come_back() {
    let mut forge = Forge::new();
    let content = forge.data(b"content");
    let inner = forge.tree(&json!([file("inner", &[content])]));
    let hostile = ["../up", "..", "/abs", "a/b", r"nul\x00", ""].map(|name| file(name, &[content]));
    let mut nodes = hostile.to_vec();
    nodes.push(file("good", &[content]));
    // First a link to elsewhere, then a folder of that name.
    nodes.push(json!({ "name": "swap", "type": "symlink", "linktarget": "../.." }));
    nodes.push(json!({ "name": "swap", "type": "dir", "subtree": inner }));
    nodes.push(json!({ "name": "..", "type": "dir", "subtree": inner }));
    let root = forge.tree(&Value::from(nodes));
    let report = forge.bring_back(root).unwrap();
    assert_eq!((report.restored, report.failed.len()), (1, hostile.len() + 2), "{report:?}");
    assert_eq!(names(&forge.target()), ["good", "swap"]);
    assert_eq!(names(&forge.folder.path().join("outer")), ["target"]);
    assert_eq!(fs::read_link(forge.target().join("swap")).unwrap(), Path::new("../.."));
}

#[test]
fn what_lies_about_itself_is_not_believed() {
    let mut forge = Forge::new();
    let good = forge.data(b"good");
    let zeros = vec![0; 60_000_000];
    let bomb = zstd::bulk::compress(&zeros, 3).unwrap();
    // It says that it is short; it says what it is not; its hash is another's.
    let short = forge.blob("data", &bomb, (Id::of(b"short"), Some(10)));
    let long = forge.blob("data", &bomb, (Id::of(b"long"), Some(60_000_001)));
    let other = forge.blob("data", &bomb, (Id::of(b"other"), Some(zeros.len())));
    let plain = forge.blob("data", b"poisoned", (Id::of(b"genuine"), None));
    let huge = forge.blob("data", &bomb, (Id::of(b"huge"), Some(4_000_000_000)));
    let nowhere = Id::of(b"nowhere");
    let root = forge.tree(&json!([
        file("short", &[short]),
        file("long", &[long]),
        file("other", &[other]),
        file("plain", &[good, plain]),
        file("huge", &[huge]),
        file("nowhere", &[nowhere]),
        file("twice", &[good, good]),
        json!({ "name": "lost", "type": "dir", "subtree": nowhere }),
    ]));
    let report = forge.bring_back(root).unwrap();
    assert_eq!((report.restored, report.failed.len()), (1, 7), "{report:?}");
    assert_eq!(fs::read(forge.target().join("twice")).unwrap(), b"goodgood");
    assert_eq!(names(&forge.target()), ["lost", "twice"], "no draft is left");
}

#[test]
fn deduplication_that_was_poisoned_is_named_by_the_judge() {
    let mut forge = Forge::new();
    let good = forge.data(b"good, and long enough to be a file of its own");
    // A client with the key stored this under the name of a content that somebody saves later.
    let poisoned = forge.blob("data", b"poisoned", (Id::of(b"genuine"), None));
    let lost = Id::of(b"nowhere");
    let root = forge.tree(&json!([
        file("good.csv", &[good]),
        file("poisoned.csv", &[poisoned]),
        file("lost.csv", &[good, lost]),
    ]));
    let judged = forge.judge(root).unwrap();
    assert_eq!(judged.verdict, Verdict::Suspect);
    let missing = Reason { code: ReasonCode::Missing, count: 2 };
    assert!(judged.reasons.contains(&missing), "{:?}", judged.reasons);
    assert!(judged.examples.iter().any(|path| path == b"poisoned.csv"), "{:?}", judged.examples);
}

#[test]
fn a_folder_in_itself_ends() {
    // Each level names the next twice: two to the thirtieth, in thirty small folders.
    let mut forge = Forge::new();
    let mut below = forge.tree(&json!([]));
    for _ in 0..30 {
        let both = ["a", "b"].map(|name| json!({ "name": name, "type": "dir", "subtree": below }));
        below = forge.tree(&Value::from(both.to_vec()));
    }
    assert!(matches!(forge.bring_back(below), Err(BackupError::TooMany(_))));
    assert!(!forge.target().exists());
}

#[test]
fn a_path_longer_than_any_is_named() {
    let mut forge = Forge::new();
    let content = forge.data(b"deep");
    let mut below = forge.tree(&json!([file("deep", &[content])]));
    let name = "n".repeat(250);
    for _ in 0..20 {
        below =
            forge.tree(&json!([{ "name": name, "type": "dir", "mode": 0o755, "subtree": below }]));
    }
    let report = forge.bring_back(below).unwrap();
    assert_eq!((report.restored, report.failed.len()), (0, 1), "{report:?}");
    assert!(report.failed[0].why.contains("longer"), "{report:?}");
}
