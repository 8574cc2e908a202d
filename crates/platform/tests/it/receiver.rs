//! A gateway on loopback that does what a test asks for, and notes what it was sent.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver as Inbox, Sender, channel},
    },
    thread,
    time::Duration,
};

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// What it answers: status line and body, or nothing at all.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Says(&'static str, String),
    Hangs,
}

pub(crate) fn ok() -> Reply {
    Reply::Says("200 OK", "{\"status\":\"ok\"}".to_owned())
}

/// See the module.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    inbox: Mutex<Inbox<Asked>>,
}

impl Receiver {
    pub(crate) fn new(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, inbox) = channel();
        let held = Arc::new(Mutex::new(Vec::new()));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, reply, held) = (sender.clone(), reply.clone(), Arc::clone(&held));
                thread::spawn(move || serve(stream, &sender, &reply, &held));
            }
        });
        Self { address, inbox: Mutex::new(inbox) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request within some seconds.
    pub(crate) fn next(&self, seconds: u64) -> Option<Asked> {
        self.inbox.lock().unwrap().recv_timeout(Duration::from_secs(seconds)).ok()
    }
}

fn serve(
    stream: TcpStream,
    sender: &Sender<Asked>,
    reply: &Reply,
    held: &Mutex<Vec<TcpStream>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    sender.send(Asked { line: line.trim_end().to_owned(), headers, body }).ok()?;
    match reply {
        Reply::Hangs => held.lock().unwrap().push(stream),
        Reply::Says(status, body) => {
            let mut stream = stream;
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .ok()?;
        }
    }
    Some(())
}
