//! The real processes of a drill: the platform, the guard, the attacker, the file share.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// A process that ends with the drill, whatever happens.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: &'static str,
}

impl Running {
    /// Starts it; what it says goes to a file of the drill's folder.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command, name: &'static str, root: &Path) -> Result<Self> {
        let log = File::create(root.join(format!("{name}.log"))).context("make a log")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("share a log")?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start the {name}"))?;
        Ok(Self { child, name })
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Fails when it has ended by itself.
    ///
    /// # Errors
    /// With what it said last.
    pub fn check(&mut self, root: &Path) -> Result<()> {
        if let Some(status) = self.child.try_wait().context("ask after a process")? {
            let log = root.join(format!("{}.log", self.name));
            let said = File::open(&log).map(BufReader::new).map(|log| {
                let lines: Vec<String> = log.lines().map_while(Result::ok).collect();
                lines.into_iter().rev().take(5).collect::<Vec<_>>().join(" | ")
            });
            bail!("the {} ended ({status}): {}", self.name, said.unwrap_or_default());
        }
        Ok(())
    }

    /// Asks it to end, and ends it if it does not within five seconds.
    pub async fn end(mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid
            && let Err(error) = rustix::process::kill_process(pid, rustix::process::Signal::TERM)
        {
            eprintln!("the {} was not there to be asked: {error}", self.name);
        }
        for _ in 0..250 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it has ended by itself, or was stopped, or the time is over.
    pub async fn ended_or_stopped(&mut self, within: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + within;
        while tokio::time::Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) || self.is_stopped() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }

    fn is_stopped(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        stat.is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            eprintln!("the {} may still run: {error}", self.name);
        }
    }
}

/// Who plays the attacker: an ordinary user where the drill is root, else whoever runs it.
#[derive(Clone, Copy, Debug)]
pub struct Ordinary {
    /// User number of `nobody` on Debian.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

impl Ordinary {
    /// `nobody` when root, else none.
    pub fn for_attack() -> Option<Self> {
        rustix::process::geteuid().is_root().then_some(Self { uid: 65_534, gid: 65_534 })
    }
}

/// Starts the played attacker on the share. It runs a copy of this program, since an ordinary
/// user may not reach the place where this one stands.
///
/// # Errors
/// When it cannot be copied or started.
pub fn attacker(exe: &Path, root: &Path, share: &Path, log: &Path) -> Result<Running> {
    let copy: PathBuf = root.join("attacker");
    fs::copy(exe, &copy).context("copy the program for the attacker")?;
    let mut command = Command::new(&copy);
    command.arg("beffroi-play").arg("vanish").arg(share).arg(log);
    command.current_dir(root);
    // A session of its own, as a log-in would have.
    command.process_group(0);
    if let Some(user) = Ordinary::for_attack() {
        command.uid(user.uid).gid(user.gid);
    }
    Running::start(command, "attacker", root)
}
