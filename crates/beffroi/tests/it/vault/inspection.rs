//! An inspector on another host: what the real restic saved is judged, and tried out.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::{Client, PASSWORD, Town, attacks::curl, contents};
use crate::program::{BEFFROI, Said};

/// Whoever has an inspector's credential, the password, and a folder of its own.
struct Inspector(PathBuf);

impl Inspector {
    fn of(town: &Town, server: &str) -> Self {
        let folder = town.here().join(format!("inspector-{server}"));
        fs::create_dir(&folder).unwrap();
        let file = folder.join("repository");
        let words = ["add", "59273", server, "--inspector", "--out", file.to_str().unwrap()];
        let told = town.vault(&words).well();
        assert!(told.contains("an inspector's credential"), "{told}");
        fs::write(&file, town.address(&file)).unwrap();
        fs::write(folder.join("password"), PASSWORD).unwrap();
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(folder.join("password"), private).unwrap();
        Self(folder)
    }

    fn ask(&self, words: &[&str]) -> Said {
        let mut command = Command::new(BEFFROI);
        command.arg("vault").args(words).env_remove("BEFFROI_CONFIG").current_dir(&self.0);
        command.args(["--repository-file", "repository", "--password-file", "password"]);
        command.output().unwrap().into()
    }

    /// What each backup that nobody judged turned out to be.
    fn inspect(&self) -> (i32, Vec<Value>) {
        let said = self.ask(&["inspect", "--json"]);
        let told: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
        (said.code, told.get("inspected").and_then(|all| all.as_array()).unwrap().clone())
    }
}

/// Documents, plans, photographs and lists of a town hall.
fn fill(share: &Path, count: u32) {
    for number in 0..count {
        let folder = share.join(format!("service-{}", number % 5));
        fs::create_dir_all(&folder).unwrap();
        let frame = |head: &[u8], tail: &[u8]| {
            [head, &noise(number + 1, 8_000 + number % 700), tail].concat()
        };
        let (name, bytes) = match number % 4 {
            0 => ("acte.odt", frame(b"PK\x03\x04\x14\0", b"PK\x05\x06\0\0")),
            1 => ("plan.pdf", frame(b"%PDF-1.5\n", b"\n%%EOF\n")),
            2 => ("photo.jpg", frame(b"\xff\xd8\xff\xe0", b"\xff\xd9")),
            _ => ("liste.csv", format!("Registre {number} des délibérations\n").repeat(200).into()),
        };
        fs::write(folder.join(format!("{number:03}-{name}")), bytes).unwrap();
    }
}

fn noise(seed: u32, bytes: u32) -> Vec<u8> {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()[0]
    };
    std::iter::repeat_with(next).skip(64).take(bytes as usize).collect()
}

/// A server that has saved its share once, and its inspector.
fn saved() -> (Town, Client, Inspector, PathBuf, String) {
    let town = Town::new("");
    let client = town.client("file_server");
    client.init();
    let share = town.here().join("share");
    fill(&share, 300);
    let snapshot = client.backup(&share, &[]);
    let inspector = Inspector::of(&town, "file_server");
    (town, client, inspector, share, snapshot)
}

/// Six files in a hundred become noise of the same length.
fn encrypt_some(share: &Path) {
    for (path, bytes) in contents(share).iter().step_by(16) {
        let length = u32::try_from(bytes.len()).unwrap();
        fs::write(share.join(path), noise(length, length)).unwrap();
    }
}

#[test]
fn six_in_a_hundred_files_encrypted_are_bad_by_the_next_inspection() {
    let (town, client, inspector, share, first) = saved();
    let (code, told) = inspector.inspect();
    assert_eq!((code, told.len(), &told[0]["verdict"]), (0, 1, &json!("clean")), "{told:?}");
    encrypt_some(&share);
    // Its own clock says that it was made long before.
    let second = client.backup(&share, &["--time", "2001-01-01 00:00:00"]);
    let (code, told) = inspector.inspect();
    assert_eq!((code, told.len(), &told[0]["verdict"]), (1, 1, &json!("bad")), "{told:?}");
    assert!(told[0]["snapshot"].as_str().unwrap().starts_with(&second));
    assert!(told[0]["examples"][0].as_str().unwrap().contains("/service-"), "{told:?}");
    assert_eq!(town.alarms(), ["vault_bad"]);
    // Once, however often it looks.
    let (code, told) = inspector.inspect();
    assert_eq!((code, told.len()), (0, 0));
    assert_eq!(town.alarms(), ["vault_bad"]);
    let listed: Value = serde_json::from_str(&town.vault(&["list", "--json"]).well()).unwrap();
    assert!(listed[0]["last_clean"]["snapshot"].as_str().unwrap().starts_with(&first));
    assert!(listed[0]["last_bad"]["snapshot"].as_str().unwrap().starts_with(&second));
    // What a person says stands, and what comes after is compared with the last clean one still.
    town.vault(&["judge", "59273", "file_server", &second, "suspect"]).well();
    let third = client.backup(&share, &[]);
    let (_, told) = inspector.inspect();
    assert!(told[0]["snapshot"].as_str().unwrap().starts_with(&third));
    assert_eq!(told[0]["verdict"], "bad");
    let wrong = town.vault(&["judge", "59273", "file_server", "0000", "clean"]).refused();
    assert!(wrong.contains("never received"), "{wrong}");
}

#[test]
fn forged_clean_snapshots_are_refused_from_the_servers_own_credential() {
    let (town, client, inspector, share, _) = saved();
    encrypt_some(&share);
    client.backup(&share, &[]);
    let names = client.snapshots();
    for name in &names {
        let forged = json!({ "snapshot": name, "verdict": "clean", "reasons": [] }).to_string();
        assert_eq!(curl(&client, "POST", "verdicts", forged.as_bytes()), "403");
    }
    assert_eq!(curl(&client, "GET", "verdicts", b""), "403");
    assert_eq!(town.alarms(), ["vault_tampered"]);
    // With the server's credential the inspector's own program gets nowhere either.
    let own = Inspector(client.folder.clone());
    fs::write(own.0.join("repository"), &client.repository).unwrap();
    fs::write(own.0.join("password"), PASSWORD).unwrap();
    fs::set_permissions(own.0.join("password"), fs::Permissions::from_mode(0o600)).unwrap();
    let refused = own.ask(&["inspect"]);
    assert!(refused.code != 0 && refused.err.contains("--inspector"), "{refused:?}");
    let (_, told) = inspector.inspect();
    let said: Vec<&Value> = told.iter().map(|one| &one["verdict"]).collect();
    assert_eq!(said, [&json!("clean"), &json!("bad")]);
}

#[test]
fn a_test_restore_proves_what_came_back_and_nothing_else() {
    let (town, _client, inspector, share, snapshot) = saved();
    let scratch = inspector.0.join("scratch");
    fs::create_dir(&scratch).unwrap();
    let critical = inspector.0.join("critical");
    let named = share.join("service-3/003-liste.csv");
    fs::write(&critical, format!("# what the counter needs\n{}\n", named.display())).unwrap();
    let words = ["drill", "--files", "40", "--critical", "critical", "--scratch", "scratch"];
    let said = inspector.ask(&[&words[..], &["--json"]].concat()).well();
    let told: Value = serde_json::from_str(&said).unwrap();
    let files = told["tried"]["files"].as_u64().unwrap();
    assert!((40..=41).contains(&files), "{told}");
    assert!(told["proof"]["bytes_a_second"].as_u64().unwrap() > 0, "{told}");
    assert!(contents(&scratch).is_empty() && fs::read_dir(&scratch).unwrap().next().is_none());
    let listed: Value = serde_json::from_str(&town.vault(&["list", "--json"]).well()).unwrap();
    assert_eq!(listed[0]["last_proof"]["files"], files);
    assert!(listed[0]["last_proof"]["snapshot"].as_str().unwrap().starts_with(&snapshot));
    // A file that must be there and is not.
    fs::write(&critical, format!("{}\n/srv/nowhere\n", named.display())).unwrap();
    let failed = inspector.ask(&words);
    assert!(failed.code == 1 && failed.err.contains("/srv/nowhere"), "{failed:?}");
    assert_eq!(town.alarms(), ["vault_suspect"]);
    assert!(fs::read_dir(&scratch).unwrap().next().is_none());
}
