//! The real server and other processes of a test: started, waited for, asked, ended.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::FileExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use crate::program::BEFFROI;

/// A process of this test; ended when dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("end the process");
    }
}

/// A running server; ended when dropped.
pub(crate) struct Server {
    process: Running,
    pub(crate) address: String,
}

impl Server {
    /// Whether its memory holds these bytes: what a dump of it would hold.
    pub(crate) fn remembers(&self, bytes: &[u8]) -> bool {
        let process = format!("/proc/{}", self.process.0.id());
        let memory = fs::File::open(format!("{process}/mem")).expect("its memory");
        let places = fs::read_to_string(format!("{process}/maps")).expect("its places");
        let number = |text: &str| u64::from_str_radix(text, 16).expect("an address");
        let mut looked = 0;
        for line in places.lines().filter(|line| line.contains(" rw")) {
            let (from, to) =
                line.split(' ').next().and_then(|range| range.split_once('-')).unwrap();
            let (from, to) = (number(from), number(to));
            let mut all = vec![0; usize::try_from(to - from).unwrap()];
            // What was never touched cannot be read.
            let read = memory.read_at(&mut all, from).unwrap_or(0);
            looked += read;
            all.truncate(read);
            if all.windows(bytes.len()).any(|window| window == bytes) {
                return true;
            }
        }
        assert!(looked > 1_000_000, "only {looked} bytes of its memory were looked at");
        false
    }
}

/// A port for what must be found there again after it was away.
///
/// Below those that the kernel gives to whoever asks for any (from 32768), so that nobody is given
/// it meanwhile. Each test is a process, and counts from a place of its own.
pub(crate) fn own_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let place = u16::try_from(std::process::id() % 500).unwrap() * 20;
    for _ in 0..20 {
        let port = 10_000 + place + TAKEN.fetch_add(1, Ordering::Relaxed) % 20;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("this test's ports are all in use, from {}", 10_000 + place);
}

/// Starts it on the data of `folder`, at a port that stays its own.
pub(crate) fn serve(folder: &Path) -> Server {
    serve_at(folder, &format!("127.0.0.1:{}", own_port()))
}

pub(crate) fn serve_at(folder: &Path, address: &str) -> Server {
    start(folder, &["--listen", address])
}

/// With the doors that `beffroi.toml` of the folder names.
pub(crate) fn serve_as_configured(folder: &Path) -> Server {
    start(folder, &[])
}

fn start(folder: &Path, words: &[&str]) -> Server {
    let file = folder.join("address");
    if file.exists() {
        fs::remove_file(&file).unwrap();
    }
    let mut command = Command::new(BEFFROI);
    command.arg("serve").args(words).arg("--address-file").arg(&file);
    let configuration = folder.join("beffroi.toml");
    if configuration.exists() {
        command.arg("--config").arg(configuration);
    }
    command.env("BEFFROI_DATA", folder.join("data")).current_dir(folder);
    let process = Running(command.stdout(Stdio::null()).spawn().expect("start the server"));
    let url = within(Duration::from_secs(30), || fs::read_to_string(&file).ok());
    let url = url.expect("the server does not answer");
    Server { process, address: url.trim_start_matches("http://").to_owned() }
}

/// Asks until there is an answer or the time is over.
pub(crate) fn within<T>(time: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + time;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() > end {
            return None;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// Waits until it is so; fails with `what` after 20 seconds.
#[track_caller]
pub(crate) fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    assert!(within(Duration::from_secs(20), || is_so().then_some(())).is_some(), "{what}");
}

pub(crate) fn request(server: &Server, text: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn get(server: &Server, path: &str) -> String {
    request(server, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
}
