//! Each attack by somebody who has the server's credential and its password. After each: the
//! repository is whole, and what was saved before comes back byte for byte.

use std::{fs, process::Command};

use super::{Client, files, saved, sha256};

/// How long restic may insist on something that is refused.
const INSIST: u32 = 3;

/// Asks the door as no backup program would; the status.
pub(super) fn curl(client: &Client, method: &str, path: &str, body: &[u8]) -> String {
    let file = client.folder.join("body");
    fs::write(&file, body).unwrap();
    let url = client.repository.trim_start_matches("rest:").to_owned() + path;
    let output = Command::new("curl")
        .args(["-sS", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", "-X", method])
        .arg("--data-binary")
        .arg(format!("@{}", file.display()))
        .arg(url)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn forged_times_then_forget() {
    let (town, client, share, snapshot) = saved("");
    for week in 1..=3 {
        fs::write(share.join("service-0/acte-0.odt"), format!("ruined {week}")).unwrap();
        client.backup(&share, &["--time", &format!("2033-01-{:02} 00:00:00", week * 7)]);
    }
    let insisted = client.restic_for(INSIST, &["forget", "--keep-weekly", "3", "--prune"]);
    assert!(client.has(&snapshot), "{insisted:?}");
    assert_eq!(town.alarms(), ["vault_tampered"]);
    files(&share, 40, 1);
    client.is_whole(&snapshot, &share);
}

#[test]
fn a_snapshot_deleted_and_everything_pruned() {
    let (town, client, share, snapshot) = saved("");
    client.restic_for(INSIST, &["forget", &snapshot]);
    client.restic_for(INSIST, &["forget", "--keep-last", "1", "--prune", "--max-unused", "0"]);
    client.restic_for(INSIST, &["prune", "--max-unused", "0", "--repack-small"]);
    for kind in ["data", "index", "snapshots", "keys"] {
        let place = town.shelf("file_server").join(kind);
        for name in super::contents(&place).into_keys() {
            let name = name.file_name().unwrap().to_str().unwrap().to_owned();
            assert_eq!(curl(&client, "DELETE", &format!("{kind}/{name}"), b""), "403", "{kind}");
        }
    }
    assert_eq!(curl(&client, "DELETE", "config", b""), "403");
    assert_eq!(curl(&client, "DELETE", "", b""), "405");
    assert_eq!(town.alarms(), ["vault_tampered"]);
    client.is_whole(&snapshot, &share);
}

#[test]
fn a_key_added_and_the_settings_replaced() {
    let (town, client, share, snapshot) = saved("");
    let new = client.folder.join("new-password");
    fs::write(&new, "attacker").unwrap();
    let add = ["key", "add", "--new-password-file", new.to_str().unwrap()];
    assert_ne!(client.restic_for(INSIST, &add).code, 0);
    let change = ["key", "passwd", "--new-password-file", new.to_str().unwrap()];
    assert_ne!(client.restic_for(INSIST, &change).code, 0);
    let config = fs::read(town.shelf("file_server").join("config")).unwrap();
    assert_eq!(curl(&client, "POST", "config", b"forged"), "403");
    assert_eq!(curl(&client, "POST", "config", &config), "403", "whatever the body");
    assert_eq!(curl(&client, "PUT", "config", b"forged"), "405");
    assert_eq!(fs::read(town.shelf("file_server").join("config")).unwrap(), config);
    assert_eq!(fs::read_dir(town.shelf("file_server").join("keys")).unwrap().count(), 1);
    assert_eq!(town.alarms(), ["vault_tampered"]);
    client.is_whole(&snapshot, &share);
}

#[test]
fn locks_for_ever_and_others_locks_deleted() {
    let (town, client, share, snapshot) = saved("");
    let attacker = town.client("file_server");
    // A lock that restic itself takes, held by a client that is stopped in the middle.
    let mut holding = client.command(&["backup", "--stdin"]);
    let mut holding = holding.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let locks = town.shelf("file_server").join("locks");
    let lock = crate::server::within(std::time::Duration::from_secs(20), || {
        fs::read_dir(&locks).unwrap().next().map(|entry| entry.unwrap().file_name())
    });
    let lock = format!("locks/{}", lock.expect("no lock is taken").to_str().unwrap());
    assert_eq!(curl(&attacker, "DELETE", &lock, b""), "403");
    holding.kill().unwrap();
    holding.wait().unwrap();
    // Its own server may remove it at once, whatever time it bears.
    client.restic(&["unlock", "--remove-all"]).well();
    assert_eq!(fs::read_dir(&locks).unwrap().count(), 0);
    let mut refused = 0;
    for number in 0..66_u32 {
        let bytes = format!("forged lock {number}");
        let name = sha256(&client, bytes.as_bytes());
        if curl(&attacker, "POST", &format!("locks/{name}"), bytes.as_bytes()) == "403" {
            refused += 1;
        }
    }
    assert_eq!((refused, fs::read_dir(&locks).unwrap().count()), (2, 64));
    assert_eq!(town.alarms(), ["vault_tampered"]);
    // Restores take no lock; the attacker's credential is revoked and cleans up nothing more.
    client.is_whole(&snapshot, &share);
}

#[test]
fn a_pack_overwritten_by_the_same_name() {
    let (town, client, share, snapshot) = saved("");
    let data = town.shelf("file_server").join("data");
    for (path, bytes) in super::contents(&data) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut forged = bytes.clone();
        forged[0] ^= 0xff;
        assert_eq!(curl(&client, "POST", &format!("data/{name}"), &forged), "400");
        assert_eq!(curl(&client, "POST", &format!("data/{name}"), b""), "400");
        assert_eq!(curl(&client, "PUT", &format!("data/{name}"), &forged), "405");
        assert_eq!(curl(&client, "POST", &format!("data/{name}"), &bytes), "200");
        assert!(fs::read(data.join(&path)).unwrap() == bytes);
    }
    client.is_whole(&snapshot, &share);
}

#[test]
fn a_quota_filled() {
    let (town, client, share, snapshot) = saved("");
    // A server of its own that may hold next to nothing, filled to the brim.
    let folder = town.here().join("nas");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("repository");
    let words = ["add", "59273", "nas", "--quota-gb", "0.02", "--out", file.to_str().unwrap()];
    town.vault(&words).well();
    let filler = Client { repository: town.address(&file), folder };
    filler.init();
    let large = town.here().join("large");
    fs::create_dir(&large).unwrap();
    let noise = Command::new("sh")
        .args(["-c", "head -c 40000000 /dev/urandom > \"$0\""])
        .arg(large.join("noise"))
        .status()
        .unwrap();
    assert!(noise.success());
    // One pack after the other: of several at once that do not fit together, all may be refused; and
    // small ones: by chance the first of the usual size alone may be more than the server may hold.
    let one = ["-o", "rest.connections=1", "--pack-size", "4", "backup", large.to_str().unwrap()];
    let said = filler.restic_for(15, &one);
    assert_ne!(said.code, 0, "{said:?}");
    assert!(said.err.contains("507"), "{said:?}");
    let used = super::contents(&town.shelf("nas")).values().map(Vec::len).sum::<usize>();
    assert!((5_000_000..20_000_000).contains(&used), "{used}");
    assert_eq!(town.alarms(), ["vault_full"]);
    // The other server's backups are there, and go on.
    client.is_whole(&snapshot, &share);
    let second = client.backup(&share, &[]);
    client.is_whole(&second, &share);
}

#[test]
fn names_that_would_leave_the_repository() {
    let (town, client, share, snapshot) = saved("");
    let before = super::contents(&town.here().join("vault"));
    let upper = "A".repeat(64);
    for path in [
        "data/../config",
        "../../59273/file_server/config",
        "data/..%2f..%2fconfig",
        "data/%2e%2e/config",
        &format!("data/{upper}"),
        &format!("data/%61{}", "a".repeat(63)),
        &format!("data/{}/x", "a".repeat(64)),
        "data/",
        "tmp/x",
    ] {
        for method in ["POST", "DELETE", "PUT"] {
            let status = curl(&client, method, path, b"x");
            assert!(["401", "404", "405"].contains(&status.as_str()), "{method} {path}: {status}");
        }
    }
    assert!(super::contents(&town.here().join("vault")) == before, "something was written");
    client.is_whole(&snapshot, &share);
}

#[test]
fn slow_uploads_hold_nobody_up() {
    use std::io::Write as _;
    let (town, client, share, snapshot) = saved("");
    let attacker = town.client("nas");
    let address = town.server.as_ref().unwrap().address.clone();
    let user = attacker.repository.split("://").nth(1).unwrap().split('@').next().unwrap();
    let basic = data_encoding::BASE64.encode(user.as_bytes());
    // Many more than a server has places, each saying that much is to come and then nothing.
    let mut hanging = Vec::new();
    for number in 0..200_u32 {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let head = format!(
            "POST /vault/59273/nas/data/{number:064x} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \
             {basic}\r\nContent-Length: 16000000\r\n\r\nx"
        );
        stream.write_all(head.as_bytes()).unwrap();
        hanging.push(stream);
    }
    let second = client.backup(&share, &[]);
    client.is_whole(&snapshot, &share);
    client.is_whole(&second, &share);
    drop(hanging);
}
