//! The vault with the real restic: backups, restores, and everything that somebody with a server's
//! credential and password can try.

mod attacks;
mod carrying;
mod coming_back;
mod inspection;
mod kill;
mod recovery;
mod rustic;
mod sending;
mod thinning;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    program::{Said, run},
    server::{Server, serve, serve_at, within},
};

const PASSWORD: &str = "correct-horse";

/// A platform with a vault, and servers that back up to it.
pub(crate) struct Town {
    folder: TempDir,
    server: Option<Server>,
}

/// A server of the town, with a credential.
pub(crate) struct Client {
    folder: PathBuf,
    repository: String,
}

impl Town {
    fn new(settings: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let here = folder.path();
        let vault = here.join("vault");
        let text =
            format!("[vault]\nfolder = \"{}\"\nkeep_free_gb = 0\n{settings}", vault.display());
        fs::write(here.join("beffroi.toml"), text).unwrap();
        run(here, &["tenant", "add", "59273"]).well();
        let server = Some(serve(here));
        Self { folder, server }
    }

    fn here(&self) -> &Path {
        self.folder.path()
    }

    fn vault(&self, words: &[&str]) -> Said {
        run(self.here(), &[&["--config", "beffroi.toml", "vault"], words].concat())
    }

    /// The same repository for whoever has the file, whatever port the platform took.
    fn address(&self, file: &Path) -> String {
        let text = fs::read_to_string(file).unwrap();
        let address = &self.server.as_ref().unwrap().address;
        text.trim().replace("@127.0.0.1:8080/", &format!("@{address}/"))
    }

    /// A server with a new credential.
    fn client(&self, server: &str) -> Client {
        let number = fs::read_dir(self.here()).unwrap().count();
        let folder = self.here().join(format!("{server}-{number}"));
        fs::create_dir(&folder).unwrap();
        let file = folder.join("repository");
        self.vault(&["add", "59273", server, "--out", file.to_str().unwrap()]).well();
        Client { repository: self.address(&file), folder }
    }

    /// Kills the platform, and starts it again at the same address.
    fn kill_and_start(&mut self) {
        let address = self.server.take().unwrap().address.clone();
        self.server = Some(serve_at(self.here(), &address));
    }

    /// The kinds of open alarms.
    fn alarms(&self) -> Vec<String> {
        let shown = run(self.here(), &["tenant", "show", "59273", "--json"]).well();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let alarms = shown.pointer("/facts/open_alarms").and_then(Value::as_array).unwrap();
        alarms.iter().map(|alarm| text(alarm, "kind")).collect()
    }

    /// The folder of a repository.
    fn shelf(&self, server: &str) -> PathBuf {
        self.here().join("vault/59273").join(server)
    }
}

impl Client {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("restic");
        command
            .arg("--no-cache")
            .args(words)
            .env("RESTIC_REPOSITORY", &self.repository)
            .env("RESTIC_PASSWORD", PASSWORD)
            .env("HOME", &self.folder)
            .current_dir(&self.folder);
        command
    }

    fn restic(&self, words: &[&str]) -> Said {
        let output = self.command(words).output();
        output.expect("start restic: scripts/setup-tests installs it").into()
    }

    /// For what the vault refuses: restic would try for a quarter of an hour.
    fn restic_for(&self, seconds: u32, words: &[&str]) -> Said {
        let restic = self.command(words);
        let mut command = Command::new("timeout");
        command
            .args(["-s", "INT"])
            .arg(seconds.to_string())
            .arg(restic.get_program())
            .args(restic.get_args());
        for (name, value) in restic.get_envs() {
            command.env(name, value.unwrap());
        }
        command.current_dir(&self.folder).output().unwrap().into()
    }

    fn init(&self) {
        self.restic(&["init"]).well();
    }

    /// Backs a folder up; the beginning of the snapshot's name.
    fn backup(&self, folder: &Path, more: &[&str]) -> String {
        let words = [&["backup", "--json", folder.to_str().unwrap()], more].concat();
        let said = self.restic(&words).well();
        let last = said.lines().last().unwrap();
        let summary: Value = serde_json::from_str(last).unwrap();
        text(&summary, "snapshot_id")
    }

    fn has(&self, snapshot: &str) -> bool {
        self.snapshots().iter().any(|name| name.starts_with(snapshot))
    }

    fn snapshots(&self) -> Vec<String> {
        let said = self.restic(&["snapshots", "--json", "--no-lock"]).well();
        let all: Vec<Value> = serde_json::from_str(&said).unwrap();
        all.iter().map(|one| text(one, "id")).collect()
    }

    /// Nothing is lost: the repository is whole, and this snapshot comes back byte for byte.
    #[track_caller]
    fn is_whole(&self, snapshot: &str, original: &Path) {
        self.restic(&["check", "--read-data", "--no-lock"]).well();
        let back = TempDir::new_in(&self.folder).unwrap();
        let target = back.path().to_str().unwrap();
        self.restic(&["restore", snapshot, "--target", target, "--no-lock"]).well();
        let restored = back.path().join(original.strip_prefix("/").unwrap());
        let (before, after) = (contents(original), contents(&restored));
        assert!(!before.is_empty());
        assert!(before == after, "what came back is not what was saved");
    }
}

/// As `sha256sum` says.
fn sha256(client: &Client, bytes: &[u8]) -> String {
    let file = client.folder.join("hashed");
    fs::write(&file, bytes).unwrap();
    let output = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap().to_owned()
}

/// Every file below a folder.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut all, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(&one).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    all
}

/// Files of a town hall: some that compress, some that do not, `seed` telling them apart.
fn files(folder: &Path, count: u32, seed: u32) {
    for number in 0..count {
        let place = folder.join(format!("service-{}", number % 7));
        fs::create_dir_all(&place).unwrap();
        let mut state = u64::from(seed) << 32 | u64::from(number) | 1;
        let length = 2_000 + (number * 7_919) % 60_000;
        let bytes: Vec<u8> = (0..length)
            .map(|at| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if number % 3 == 0 {
                    b'a' + u8::try_from(at % 23).unwrap()
                } else {
                    state.to_be_bytes()[0]
                }
            })
            .collect();
        fs::write(place.join(format!("acte-{number}.odt")), bytes).unwrap();
    }
}

/// A server that has saved its files once: town, client, folder of the files, snapshot.
fn saved(settings: &str) -> (Town, Client, PathBuf, String) {
    let town = Town::new(settings);
    let client = town.client("file_server");
    let share = town.here().join("share");
    files(&share, 40, 1);
    client.init();
    let snapshot = client.backup(&share, &[]);
    (town, client, share, snapshot)
}

#[test]
fn a_server_backs_up_and_comes_back_byte_for_byte() {
    let (mut town, client, share, snapshot) = saved("");
    client.is_whole(&snapshot, &share);
    // Again after changes, and once the platform was killed in between.
    fs::write(share.join("service-0/new.odt"), "new").unwrap();
    let second = client.backup(&share, &[]);
    let all = client.snapshots();
    assert!(all.len() == 2 && all[0].starts_with(&snapshot) && all[1].starts_with(&second));
    town.kill_and_start();
    client.is_whole(&second, &share);
    assert_eq!(town.alarms(), Vec::<String>::new());
    // The repository is restic's own: it opens from the disk, without the platform.
    drop(town.server.take());
    let shelf = town.shelf("file_server");
    let alone = Client { repository: shelf.to_str().unwrap().to_owned(), folder: client.folder };
    alone.is_whole(&second, &share);
}

#[test]
fn the_command_line_tells_and_keeps_its_secrets() {
    let (town, client, ..) = saved("");
    let snapshot = client.snapshots().remove(0);
    let mode = |path: &Path| {
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
    };
    assert_eq!(mode(&client.folder.join("repository")), 0o600);
    assert_eq!(mode(&town.shelf("file_server").join("snapshots").join(&snapshot)), 0o600);
    assert_eq!(mode(&town.shelf("file_server")), 0o700);
    let listed = town.vault(&["list", "--json"]).well();
    let token = client.repository.split(['@', ':']).nth(3).unwrap();
    assert!(token.len() == 43 && !listed.contains(token), "{listed}");
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["server"], "file_server");
    assert_eq!(listed[0]["asset"], "59273-file_server");
    assert!(listed[0]["bytes"].as_u64().unwrap() > 500_000 && listed[0]["silent"] == false);
    assert_eq!((&listed[0]["judged"], &listed[0]["unjudged"]), (&0.into(), &1.into()));
    assert_eq!((&listed[0]["last_clean"], &listed[0]["last_proof"]), (&Value::Null, &Value::Null));
    // The journal is told within the minute that passes between two looks.
    let told = within(Duration::from_secs(90), || {
        run(town.here(), &["journal", "export", "59273", "--out", "j.jsonl"]).well();
        let lines = fs::read_to_string(town.here().join("j.jsonl")).unwrap();
        fs::remove_file(town.here().join("j.jsonl")).unwrap();
        lines.contains("vault_backups_received").then_some(lines)
    });
    let lines = told.expect("the journal is not told");
    assert!(lines.contains(&snapshot) && !lines.contains(token));
    // A revoked credential opens nothing; another does.
    let id = listed[0]["credentials"][0]["id"].as_str().unwrap();
    let second = town.client("file_server");
    town.vault(&["revoke", "59273", "file_server", "--credential", id]).well();
    assert_ne!(client.restic_for(5, &["snapshots", "--no-lock"]).code, 0);
    assert_eq!(second.snapshots(), [snapshot]);
    let wrong = town.vault(&["revoke", "59273", "file_server", "--credential", id]).refused();
    assert!(wrong.contains("there is no credential"), "{wrong}");
    let wrong = town.vault(&["add", "59273", "SRV"]).refused();
    assert!(wrong.contains("small letters"), "{wrong}");
    let file = client.folder.join("repository");
    let wrong = town.vault(&["add", "59273", "nas", "--out", file.to_str().unwrap()]).refused();
    assert!(wrong.contains("must not exist yet"), "{wrong}");
    let none = run(town.here(), &["vault", "add", "59273", "srv"]).refused();
    assert!(none.contains("[vault]"), "{none}");
}

#[test]
fn scrub_names_what_rots_and_the_doctor_hears_of_it() {
    let (town, client, share, snapshot) = saved("");
    assert!(town.vault(&["scrub"]).well().contains("whole"));
    let data = town.shelf("file_server").join("data");
    let pack = contents(&data).into_iter().next().expect("a pack");
    let file = data.join(&pack.0);
    let mut rotten = pack.1.clone();
    rotten[10] ^= 1;
    fs::write(&file, &rotten).unwrap();
    let said = town.vault(&["scrub", "59273"]);
    let name = file.file_name().unwrap().to_str().unwrap();
    assert_eq!(said.code, 1);
    assert!(said.out.contains(name) && said.out.contains("file_server must send"), "{}", said.out);
    assert_eq!(town.alarms(), ["vault_damaged"]);
    let doctor = run(town.here(), &["--config", "beffroi.toml", "doctor", "--lang", "en"]);
    assert!(doctor.out.contains("damaged files: file_server (59273)"), "{}", doctor.out);
    // Sent again under its name, from another copy, it is whole.
    let copy = client.folder.join("copy");
    fs::write(&copy, &pack.1).unwrap();
    let url = client.repository.trim_start_matches("rest:").to_owned() + "data/" + name;
    let sent = Command::new("curl")
        .args(["-sS", "-f", "-X", "POST", "-T", copy.to_str().unwrap(), &url])
        .output()
        .unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    town.vault(&["scrub"]).well();
    client.is_whole(&snapshot, &share);
}
