//! A server is lost: its files come back from the platform and the recovery sheet alone.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{Client, Town, contents, files, sha256, text};
use crate::program::{BEFFROI, Said, run};

/// A server with an address that somebody carried there.
fn server(town: &Town, name: &str) -> PathBuf {
    let client = town.client(name);
    let file = client.folder.join("address");
    fs::write(&file, &client.repository).unwrap();
    client.folder
}

fn init(server: &Path, more: &[&str]) -> Said {
    let output = Command::new(BEFFROI)
        .args(["vault", "init", "--repository-file", "address", "--vault", "etc/vault.toml"])
        .args(more)
        .current_dir(server)
        .output();
    output.unwrap().into()
}

/// What stands on a sheet: password, address, check code.
fn read_sheet(file: &Path) -> [String; 3] {
    let html = fs::read_to_string(file).unwrap();
    let after = |mark: &str, number: usize| {
        let piece = html.split(mark).nth(number).unwrap();
        piece.split('<').next().unwrap().to_owned()
    };
    let code = "<li class=\"code\">";
    [after(code, 1), after("<p class=\"typed\">", 1), after(code, 2)]
}

fn listed(town: &Town) -> Value {
    serde_json::from_str(&town.vault(&["list", "--json"]).well()).unwrap()
}

#[test]
fn a_lost_server_comes_back_from_the_sheet_alone() {
    let town = Town::new("");
    let host = server(&town, "file_server");
    let said = init(&host, &["--sheet", "sheet.html"]).well();
    assert!(said.contains("repository is made"), "{said}");
    for file in ["etc/vault.toml", "sheet.html"] {
        let mode = fs::metadata(host.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let [password, address, code] = read_sheet(&host.join("sheet.html"));
    assert!(!said.contains(&password) && !said.contains(&code), "{said}");
    // The server backs up, as its timer would; plain restic finds it whole.
    let share = town.here().join("share");
    files(&share, 40, 1);
    fs::write(host.join("password"), &password).unwrap();
    let at_home = |folder: &Path, words: &[&str]| -> Said {
        let restic = Command::new("restic")
            .args(["--no-cache", "--repository-file", "address", "--password-file", "password"])
            .args(words)
            .env("HOME", folder)
            .current_dir(folder)
            .output();
        restic.unwrap().into()
    };
    let backup = Command::new(BEFFROI)
        .args(["vault", "backup", share.to_str().unwrap(), "--vault", "etc/vault.toml"])
        .current_dir(&host)
        .output();
    Said::from(backup.unwrap()).well();
    at_home(&host, &["check", "--read-data"]).well();
    // Nobody has shown that the paper is kept, until the code is copied.
    assert!(listed(&town)[0]["sheet_proven_at"].is_null());
    let prove = |code: &str| town.vault(&["prove", "59273", "file_server", code]);
    assert!(prove("ABC-DEF-GHJ-KMN").refused().contains("no check code"));
    prove(&code.to_lowercase().replace('-', " ")).well();
    assert!(
        listed(&town)[0]["sheet_proven_at"].as_i64()
            > listed(&town)[0]["sheet_printed_at"].as_i64()
    );

    // The server burns. What is left: the platform, and the paper.
    let (paper, good) = (town.here().join("paper.html"), contents(&share));
    fs::rename(host.join("sheet.html"), &paper).unwrap();
    fs::remove_dir_all(&host).unwrap();
    fs::remove_dir_all(&share).unwrap();
    assert_eq!(read_sheet(&paper), [password.clone(), address.clone(), code]);
    let fresh = town.here().join("fresh");
    fs::create_dir(&fresh).unwrap();
    let secret = |name: &str, content: &str| {
        fs::write(fresh.join(name), content).unwrap();
        fs::set_permissions(fresh.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    };
    secret("address", &address);
    secret("password", &password);
    at_home(&fresh, &["restore", "latest", "--no-lock", "--target", "by-restic"]).well();
    // Typed from paper, in small letters.
    secret("password", &password.to_lowercase());
    let ours = Command::new(BEFFROI)
        .args(["vault", "restore", "--repository-file", "address", "--password-file", "password"])
        .args(["--target", "by-ours"])
        .current_dir(&fresh)
        .output();
    Said::from(ours.unwrap()).well();
    let below = share.strip_prefix("/").unwrap();
    for by in ["by-restic", "by-ours"] {
        assert!(contents(&fresh.join(by).join(below)) == good, "{by}");
    }
    assert_eq!(town.alarms(), Vec::<String>::new());
}

/// Server, vault file and sheet are gone: the recovery sheet of the town's counter is left.
#[tokio::test]
async fn the_sheet_of_the_counter_opens_the_backups_of_a_server() {
    let town = Town::new("");
    let host = server(&town, "file_server");
    let slip = init(&host, &["--sheet", "a.html", "--recovery", "age1slip"]).refused();
    assert!(slip.contains("is no key") && !host.join("a.html").exists(), "{slip}");
    let (counter, recovery) = crate::counter::sheet_of_a_counter(town.here()).await;
    let foreign = beffroi_desk::sealing::new_identity().to_public().to_string();
    let refused = init(&host, &["--sheet", "a.html", "--recovery", &foreign]).refused();
    assert!(refused.contains("the town has no recovery sheet with this public half"), "{refused}");
    let said = init(&host, &["--sheet", "a.html", "--recovery", &recovery]).well();
    assert!(said.contains("sealed for the town's recovery sheet"), "{said}");
    let [password, address, _] = read_sheet(&host.join("a.html"));
    // Again, and by somebody who has stolen the credential: the first counts.
    init(&host, &["--sheet", "b.html", "--recovery", &recovery]).well();
    let client = Client { folder: host.clone(), repository: address };
    let forged = format!("{recovery}\nQUJD");
    assert_eq!(super::attacks::curl(&client, "POST", "sealed", forged.as_bytes()), "200");
    assert_eq!(super::attacks::curl(&client, "POST", "sealed", b"age1"), "422");
    assert_eq!(super::attacks::curl(&client, "POST", "sealed", &[b'a'; 9_000]), "413");
    assert_eq!(super::attacks::curl(&client, "GET", "sealed", b""), "405");
    fs::remove_dir_all(&host).unwrap();
    let key = town.here().join("key.txt");
    fs::write(&key, &counter).unwrap();
    let asked = ["password", "59273", "file_server", "--identity", key.to_str().unwrap()];
    assert_eq!(town.vault(&asked).well().trim(), password);
    let opened = || {
        let journal = run(town.here(), &["journal", "export", "59273"]).well();
        assert!(!journal.contains(&password));
        journal.matches("vault_password_opened").count()
    };
    assert_eq!(opened(), 1);
    let secret = beffroi_desk::sealing::secret(&beffroi_desk::sealing::new_identity());
    let other = beffroi_desk::keys::RecoverySheet { secret, check_code: String::new() };
    fs::write(&key, other.groups().concat()).unwrap();
    assert!(town.vault(&asked).refused().contains("not the one of the sheet"));
    assert_eq!(opened(), 1, "a wrong key opens nothing");
    for file in [town.here().join("data/beffroi.db"), town.here().join("data/beffroi.db-wal")] {
        let bytes = fs::read(&file).unwrap_or_default();
        let found = bytes.windows(password.len()).any(|piece| piece == password.as_bytes());
        assert!(!found, "the password stands in {}", file.display());
    }
    assert_eq!(town.alarms(), Vec::<String>::new());
}

#[test]
fn init_again_is_the_same_and_another_s_is_refused() {
    let town = Town::new("");
    let host = server(&town, "file_server");
    let early = Command::new(BEFFROI)
        .args(["vault", "init", "--vault", "etc/vault.toml", "--sheet", "one.html"])
        .current_dir(&host)
        .output();
    assert!(Said::from(early.unwrap()).refused().contains("--repository-file"));
    init(&host, &["--sheet", "one.html"]).well();
    let taken = init(&host, &["--sheet", "one.html"]).refused();
    assert!(taken.contains("must not exist yet"), "{taken}");
    // A sheet that was lost before it was printed: once more, in English.
    let again = init(&host, &["--sheet", "two.html", "--lang", "en"]).well();
    assert!(again.contains("was there"), "{again}");
    assert_eq!(read_sheet(&host.join("one.html")), read_sheet(&host.join("two.html")));
    assert!(fs::read_to_string(host.join("two.html")).unwrap().contains("Recovery sheet"));
    // The vault file is lost: another password opens nothing, and leaves no sheet behind.
    fs::remove_file(host.join("etc/vault.toml")).unwrap();
    let other = init(&host, &["--sheet", "three.html"]).refused();
    assert!(other.contains("does not open"), "{other}");
    assert!(!host.join("three.html").exists());
    assert_eq!(town.alarms(), Vec::<String>::new());
}

#[test]
fn a_sheet_is_not_replaced_by_whoever_has_the_credential() {
    let town = Town::new("");
    let host = server(&town, "file_server");
    init(&host, &["--sheet", "sheet.html"]).well();
    let [_, address, code] = read_sheet(&host.join("sheet.html"));
    let client = Client { folder: host, repository: address };
    let forged = sha256(&client, b"forged");
    assert_eq!(super::attacks::curl(&client, "POST", "sheet", forged.as_bytes()), "403");
    assert_eq!(super::attacks::curl(&client, "POST", "sheet", b"no hash"), "400");
    assert_eq!(super::attacks::curl(&client, "POST", "sheet", &[b'a'; 9_000]), "413");
    for method in ["GET", "DELETE", "PUT"] {
        assert_eq!(super::attacks::curl(&client, method, "sheet", b""), "405");
    }
    assert_eq!(town.alarms(), ["vault_tampered"]);
    town.vault(&["prove", "59273", "file_server", &code]).well();
    let journal = run(town.here(), &["journal", "export", "59273"]).well();
    assert!(journal.contains("vault_sheet_proven") && !journal.contains(&code));
    assert_eq!(text(&listed(&town)[0], "server"), "file_server");
}
