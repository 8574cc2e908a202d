//! The town's file server, played by a network namespace of its own: what is cut there is really
//! cut, and this machine's own network is never touched.
//!
//! Rule: no cut is ever tried outside a namespace that the drill made.

use std::{
    io::{Read, Write, copy},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// A network namespace joined to this one by a pair of virtual interfaces. Removed on drop.
#[derive(Debug)]
pub struct Host {
    name: String,
    /// The address of this side, where the platform can be reached from there.
    pub here: Ipv4Addr,
    /// The address of the file server.
    pub there: Ipv4Addr,
}

impl Host {
    /// Makes the namespace. Needs root and the command `ip` (Debian: iproute2).
    ///
    /// # Errors
    /// When a step is refused; what was made so far is removed.
    pub fn build() -> Result<Self> {
        let id = std::process::id();
        // 198.18.0.0/15 is set apart for tests between networks (RFC 2544): no real host is there.
        let (high, low) = ((id / 64) % 256, (id % 64) * 4);
        let part = |value: u32| u8::try_from(value).unwrap_or(0);
        let here = Ipv4Addr::new(198, 18, part(high), part(low + 1));
        let there = Ipv4Addr::new(198, 18, part(high), part(low + 2));
        let host = Self { name: format!("beffroi-{id}"), here, there };
        let (ours, theirs) = (format!("bfa{}", id % 100_000), format!("bfb{}", id % 100_000));
        let name = host.name.as_str();
        ip(&["netns", "add", name])?;
        ip(&["link", "add", &ours, "type", "veth", "peer", "name", &theirs, "netns", name])?;
        ip(&["addr", "add", &format!("{here}/30"), "dev", &ours])?;
        ip(&["link", "set", &ours, "up"])?;
        ip(&["-n", name, "addr", "add", &format!("{there}/30"), "dev", &theirs])?;
        ip(&["-n", name, "link", "set", &theirs, "up"])?;
        ip(&["-n", name, "link", "set", "lo", "up"])?;
        Ok(host)
    }

    /// A command that will run on that host.
    pub fn command(&self, program: &std::path::Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Err(error) = ip(&["netns", "delete", &self.name]) {
            eprintln!("the drill's network namespace {} stays behind: {error:#}", self.name);
        }
    }
}

fn ip(args: &[&str]) -> Result<()> {
    let done = Command::new("ip")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .context("run 'ip' (Debian: apt-get install iproute2)")?;
    if !done.status.success() {
        bail!("ip {}: {}", args.join(" "), String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}

/// Whether something answers there within a second.
pub fn answers(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    let mut greeting = [0; 2];
    stream.set_read_timeout(Some(Duration::from_secs(1))).is_ok()
        && stream.read_exact(&mut greeting).is_ok()
}

/// Plays the door of a file share: greets whoever connects, until the process is ended.
///
/// # Errors
/// When the address cannot be listened on.
pub fn greet(address: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(address).with_context(|| format!("listen on {address}"))?;
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(|mut stream| stream.write_all(b"ok")) {
            eprintln!("a visitor left early: {error}");
        }
    }
    Ok(())
}

/// Passes connections on to `to`: the way from the file server's namespace to the platform,
/// which listens on loopback. Runs until the process ends.
///
/// # Errors
/// When the address cannot be listened on.
pub fn relay(here: Ipv4Addr, to: SocketAddr) -> Result<SocketAddr> {
    let listener = TcpListener::bind((here, 0)).with_context(|| format!("listen on {here}"))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                if let Err(error) = join(stream, to) {
                    eprintln!("the drill's relay lost a connection: {error}");
                }
            });
        }
    });
    Ok(address)
}

fn join(from: TcpStream, to: SocketAddr) -> std::io::Result<()> {
    let onward = TcpStream::connect(to)?;
    let (mut back_in, mut back_out) = (onward.try_clone()?, from.try_clone()?);
    let back = thread::spawn(move || {
        let done = copy(&mut back_in, &mut back_out);
        // The other side may be closed already; that is what closing asks for.
        drop(back_out.shutdown(Shutdown::Write));
        done
    });
    let (mut out, mut into) = (from, onward);
    copy(&mut out, &mut into)?;
    into.shutdown(Shutdown::Write)?;
    back.join().map_or(Ok(0), |done| done).map(|_| ())
}
