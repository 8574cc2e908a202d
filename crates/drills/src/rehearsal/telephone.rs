//! The played telephone: a gateway for text messages that listens on this machine alone, and shows
//! what it is given instead of sending it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use beffroi_platform::config::RawConfig;
use beffroi_web::Exercise;

/// The name of its channel in the copy's configuration.
pub(super) const CHANNEL: &str = "exercise";
/// Numbers set apart for works of fiction (ARCEP): nobody's telephone rings.
pub(super) const NUMBER: &str = "+33639980001";
/// How long it waits for what it was promised.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest request that is read.
const REQUEST_BYTES_MAX: u64 = 64 * 1024;

/// The telephone.
pub(super) struct Telephone {
    address: SocketAddr,
    received: Receiver<String>,
}

impl Telephone {
    /// Answers from now on, until the program ends.
    pub(super) fn answer(exercise: Arc<Exercise>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context("open the played telephone's port")?;
        let address = listener.local_addr().context("read the played telephone's port")?;
        let (sender, received) = channel();
        std::thread::Builder::new()
            .name("telephone".to_owned())
            .spawn(move || {
                for stream in listener.incoming().flatten() {
                    if take(stream, &exercise, &sender).is_none() {
                        tracing::debug!("somebody rang the played telephone and hung up");
                    }
                }
            })
            .context("start the played telephone")?;
        Ok(Self { address, received })
    }

    /// The configuration with this telephone as its only channel.
    pub(super) fn channels(&self, config: RawConfig) -> Result<RawConfig> {
        let text = format!(
            "[channels.{CHANNEL}]\nkind = \"http\"\nurl = \"http://{}/\"\nmethod = \"POST\"\n\
             body = '{{\"text\":\"{{text}}\"}}'\n",
            self.address
        );
        let played: RawConfig = toml::from_str(&text).context("set up the played telephone")?;
        Ok(RawConfig { channels: played.channels, ..config })
    }

    /// What it received since the last time.
    pub(super) fn received(&self) -> Vec<String> {
        self.received.try_iter().collect()
    }
}

/// Takes one message in and says so.
fn take(mut stream: TcpStream, exercise: &Exercise, sender: &Sender<String>) -> Option<()> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let text = message(&stream)?;
    exercise.received(&text);
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).ok()?;
    sender.send(text).ok()
}

/// The text of a request's JSON body.
fn message(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.take(REQUEST_BYTES_MAX));
    let mut length = 0_usize;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length.min(usize::try_from(REQUEST_BYTES_MAX).ok()?)];
    reader.read_exact(&mut body).ok()?;
    let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
    body.get("text")?.as_str().map(str::to_owned)
}
