//! The drill's stand-in for gateways of text messages: takes requests on loopback, keeps what it
//! was sent, and says what its path asks for. Nothing leaves the machine.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Longest request that is read.
const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// The path of a gateway that says 200 and means an error.
pub const LYING: &str = "/lying";
/// The path of a gateway that works.
pub const HONEST: &str = "/honest";

/// A message as a telephone would have shown it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The path it was sent to.
    pub path: String,
    /// The message.
    pub text: String,
    /// Where its reader answers.
    pub link: String,
}

/// The gateways, until dropped.
#[derive(Debug)]
pub struct Gateways {
    /// Where they listen.
    pub address: SocketAddr,
    sent: Arc<Mutex<Vec<Sent>>>,
    task: JoinHandle<()>,
}

impl Gateways {
    /// Opens them on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("open the gateways")?;
        let address = listener.local_addr().context("ask for the gateways' address")?;
        let sent = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&sent);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    // Who breaks off is no message.
                    if let Some(sent) = take(stream).await {
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
                    }
                });
            }
        });
        Ok(Self { address, sent, task })
    }

    /// Every message so far, oldest first.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Gateways {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads one request and answers it.
async fn take(mut stream: TcpStream) -> Option<Sent> {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        let mut some = [0; 4096];
        let read = stream.read(&mut some).await.ok()?;
        bytes.extend_from_slice(some.get(..read)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                break (head.to_owned(), body.to_owned());
            }
        }
        if read == 0 || bytes.len() > REQUEST_BYTES_MAX {
            return None;
        }
    };
    let path = head.split(' ').nth(1)?.to_owned();
    let said = if path == LYING { r#"{"status":"error"}"# } else { r#"{"status":"sent"}"# };
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{said}",
        said.len()
    );
    stream.write_all(answer.as_bytes()).await.ok()?;
    let message: serde_json::Value = serde_json::from_str(&body).ok()?;
    let part = |name: &str| message.get(name).and_then(|one| one.as_str()).map(str::to_owned);
    Some(Sent { path, text: part("text")?, link: part("link")? })
}
