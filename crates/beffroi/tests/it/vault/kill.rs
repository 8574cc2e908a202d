//! The platform killed during uploads: whatever was acknowledged is there, and is what was sent.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::server::within;

use super::{Client, files, saved};

/// Sends objects one after the other until the platform is gone; the names of those acknowledged.
fn send_until_gone(address: &str, basic: &str, seed: u64, kept: &Mutex<Vec<String>>) {
    for number in 0_u64.. {
        let mut bytes = [seed.to_le_bytes(), number.to_le_bytes()].concat();
        bytes.resize(300_000, 0);
        let name = sha256(&bytes);
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let head = format!(
            "POST /vault/59273/file_server/data/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Basic {basic}\r\nContent-Length: {}\r\n\r\n",
            bytes.len()
        );
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes)).is_err() {
            return;
        }
        let mut answer = [0; 12];
        if stream.read_exact(&mut answer).is_err() {
            return;
        }
        assert_eq!(&answer, b"HTTP/1.1 200");
        kept.lock().unwrap().push(name);
    }
}

fn sha256(bytes: &[u8]) -> String {
    let mut child = std::process::Command::new("sha256sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

#[test]
fn nothing_acknowledged_is_missing() {
    let (mut town, client, share, snapshot) = saved("");
    let basic = basic(&client);
    let mut all = Vec::new();
    for round in 0..3_u64 {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let address = town.server.as_ref().unwrap().address.clone();
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let (kept, address, basic) = (Arc::clone(&kept), address.clone(), basic.clone());
                thread::spawn(move || send_until_gone(&address, &basic, round * 10 + sender, &kept))
            })
            .collect();
        let some = within(Duration::from_secs(30), || {
            (kept.lock().unwrap().len() >= 10 + 7 * usize::try_from(round).unwrap()).then_some(())
        });
        assert!(some.is_some(), "nothing is acknowledged");
        town.kill_and_start();
        for sender in senders {
            sender.join().unwrap();
        }
        all.extend(kept.lock().unwrap().drain(..));
    }
    let data = town.shelf("file_server").join("data");
    for name in &all {
        let bytes = fs::read(data.join(&name[..2]).join(name)).expect("acknowledged, and gone");
        assert_eq!(sha256(&bytes), *name);
    }
    assert!(all.len() > 40, "{}", all.len());
    // Everything that lies there is whole, acknowledged or not, and every receipt has its file.
    let said = town.vault(&["scrub"]).well();
    assert!(said.contains("whole"), "{said}");
    client.is_whole(&snapshot, &share);
}

fn basic(client: &Client) -> String {
    let user = client.repository.split("://").nth(1).unwrap().split('@').next().unwrap();
    data_encoding::BASE64.encode(user.as_bytes())
}

#[test]
fn a_backup_interrupted_by_kills_ends_whole() {
    let (mut town, client, share, snapshot) = saved("");
    files(&share, 300, 7);
    for _ in 0..2 {
        let mut backing = client.command(&["backup", share.to_str().unwrap()]).spawn().unwrap();
        let before = super::contents(&town.shelf("file_server").join("data")).len();
        let data = town.shelf("file_server").join("data");
        let begun = within(Duration::from_secs(20), || {
            let ended = backing.try_wait().unwrap().is_some();
            (ended || super::contents(&data).len() > before).then_some(())
        });
        assert!(begun.is_some(), "nothing is sent");
        town.kill_and_start();
        backing.kill().unwrap();
        backing.wait().unwrap();
    }
    client.restic(&["unlock", "--remove-all"]).well();
    let last = client.backup(&share, &[]);
    client.is_whole(&last, &share);
    assert!(client.has(&snapshot));
    let whole = town.vault(&["scrub"]).well();
    assert!(whole.contains("whole"), "{whole}");
}
