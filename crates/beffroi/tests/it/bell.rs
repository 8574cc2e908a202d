//! Somebody wakes up, by the real program: lists, tests, answers, and a server killed in between.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::{
    program::{BEFFROI, Said, run},
    server::{Server, serve},
};

/// A gateway: hands over each request with the connection it came by, unanswered.
struct Gateway {
    url: String,
    inbox: Receiver<(Value, String, TcpStream)>,
}

impl Gateway {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (sender, inbox) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    if let Some((body, key)) = read(&stream) {
                        sender.send((body, key, stream)).ok();
                    }
                });
            }
        });
        Self { url, inbox }
    }

    /// The next message, its key, and the connection that waits for an answer.
    fn next(&self, seconds: u64) -> Option<(Value, String, TcpStream)> {
        self.inbox.recv_timeout(Duration::from_secs(seconds)).ok()
    }
}

fn read(stream: &TcpStream) -> Option<(Value, String)> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut key) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim().is_empty() {
                break;
            }
            continue;
        };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "idempotency-key" => value.clone_into(&mut key),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((serde_json::from_slice(&body).ok()?, key))
}

fn take(mut stream: TcpStream) {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
}

/// A town, its configuration, and what runs on it.
struct Town {
    folder: TempDir,
    server: Option<Server>,
}

impl Town {
    fn new(gateway: &Gateway) -> Self {
        let folder = tempdir().unwrap();
        run(folder.path(), &["tenant", "add", "59273"]).well();
        let text = format!(
            "[channels.sms]\nkind = \"webhook\"\nurl = {:?}\naddresses = \"number\"\ntimeout_seconds = 20\n",
            gateway.url
        );
        fs::write(folder.path().join("beffroi.toml"), text).unwrap();
        Self { folder, server: None }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn oncall(&self, words: &[&str]) -> Said {
        run(self.path(), &[&["--config", "beffroi.toml", "oncall"], words].concat())
    }

    fn serve(&mut self) {
        self.server = Some(serve(self.path()));
    }

    /// Ends the server as a power cut of the process would: SIGKILL.
    fn kill(&mut self) {
        self.server = None;
    }
}

#[test]
fn a_list_is_kept_from_the_command_line_and_wrong_words_are_told() {
    let gateway = Gateway::new();
    let town = Town::new(&gateway);
    let said = town.oncall(&["add", "59273", "Camille", "--way", "fax=12"]).refused();
    assert!(said.contains("no channel 'fax'") && said.contains("known: sms"), "{said}");
    let said = town.oncall(&["add", "59273", "Camille", "--way", "sms=12"]).refused();
    assert!(said.contains("+33 6 12 34 56 78"), "{said}");
    let said = town
        .oncall(&["add", "59273", "X", "--way", "sms=0612345678", "--watch", "lundi-"])
        .refused();
    assert!(said.contains("mon-fri"), "{said}");
    let said = town.oncall(&["add", "62473", "X", "--way", "sms=0612345678"]).refused();
    assert!(said.contains("62473"), "{said}");
    assert!(town.oncall(&["list", "59273"]).well().contains("Nobody is on call"));
    let add =
        ["add", "59273", "Camille", "--way", "sms=06 12 34 56 78", "--watch", "lun-ven 18h-8h"];
    assert!(town.oncall(&add).well().contains("Monday to Friday, from 18:00 to 8:00"));
    town.oncall(&["add", "59273", "Dominique", "--way", "sms=+33612345679"]).well();
    town.oncall(&["move", "59273", "dominique", "1"]).well();
    town.oncall(&["hours", "59273", "Camille", "--quiet", "22:00-07:00"]).well();
    town.oncall(&["pause", "59273", "Camille"]).well();
    let listed: Value =
        serde_json::from_str(&town.oncall(&["list", "59273", "--json"]).well()).unwrap();
    assert_eq!(listed[0]["name"], "Dominique");
    assert_eq!((&listed[1]["paused"], &listed[1]["quiet"]), (&true.into(), &"22:00-07:00".into()));
    assert_eq!(listed[1]["ways"][0]["address"], "+33612345678");
    town.oncall(&["remove", "59273", "Camille"]).well();
    assert!(town.oncall(&["remove", "59273", "Camille"]).refused().contains("nobody on this list"));
    town.oncall(&["weekly", "59273", "--at", "ven 9h30"]).well();
    assert!(town.oncall(&["weekly", "59273", "--at", "midi"]).refused().contains("tue 10:00"));
    town.oncall(&["weekly", "59273", "--off", "travaux"]).well();
    assert!(town.oncall(&["weekly", "59273"]).well().starts_with("off"));
}

#[test]
fn a_test_ends_well_only_once_somebody_answered() {
    let gateway = Gateway::new();
    let mut town = Town::new(&gateway);
    town.oncall(&["add", "59273", "Camille", "--way", "sms=0612345678"]).well();
    let alone = town.oncall(&["test", "59273", "--wait", "1"]);
    assert_eq!(alone.code, 1, "{alone:?}");
    assert!(alone.err.contains("beffroi serve"), "{}", alone.err);
    town.serve();
    let (_, _, stream) = gateway.next(20).expect("what was asked for is not forgotten");
    take(stream);
    let test = |town: &Town, wait: &str| {
        Command::new(BEFFROI)
            .args(["oncall", "test", "59273", "--person", "Camille", "--wait", wait, "--json"])
            .args(["--config", "beffroi.toml"])
            .env("BEFFROI_DATA", town.path().join("data"))
            .current_dir(town.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let waiting = test(&town, "2");
    let (message, _, stream) = gateway.next(20).unwrap();
    assert!(message["text"].as_str().unwrap().starts_with("TEST "));
    take(stream);
    let said: Said = waiting.wait_with_output().unwrap().into();
    assert_eq!(said.code, 3, "taken by the gateway, answered by nobody: {said:?}");
    let waiting = test(&town, "30");
    let (message, _, stream) = gateway.next(20).unwrap();
    take(stream);
    let link = message["link"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let (host, path) = link.split_once('/').unwrap();
    let mut phone = TcpStream::connect(host).unwrap();
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    phone.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    phone.read_to_string(&mut page).unwrap();
    assert!(page.contains("C’est noté"), "{page}");
    let said: Said = waiting.wait_with_output().unwrap().into();
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap()["state"], "acknowledged");
    let calls: Value =
        serde_json::from_str(&town.oncall(&["calls", "59273", "--json"]).well()).unwrap();
    let id = calls[1]["call"].as_str().unwrap();
    town.oncall(&["ack", "59273", id]).well();
    assert!(
        town.oncall(&["ack", "59273", calls[0]["call"].as_str().unwrap()])
            .refused()
            .contains("somebody")
    );
}

#[test]
fn a_server_killed_in_the_middle_of_a_ring_rings_once_more_with_the_same_key() {
    let gateway = Gateway::new();
    let mut town = Town::new(&gateway);
    town.oncall(&["add", "59273", "Camille", "--way", "sms=0612345678"]).well();
    town.serve();
    // Nobody waits for it here: the test call is only asked for.
    let asked = town.oncall(&["test", "59273", "--wait", "1"]);
    assert_ne!(asked.code, 0);
    let (first, key, held) = gateway.next(20).expect("rung");
    town.kill();
    drop(held);
    town.serve();
    let (again, same, stream) = gateway.next(20).expect("never lost");
    assert_eq!(
        (&first["text"].as_str().map(|text| text.split("http").next()), &key),
        (&again["text"].as_str().map(|text| text.split("http").next()), &same)
    );
    assert_eq!(first["code"], again["code"], "the same message bears the same code");
    take(stream);
    assert!(gateway.next(3).is_none(), "once more at most");
    town.kill();
    town.serve();
    assert!(gateway.next(2).is_none(), "what was taken is not sent again");
}
