//! Where sheets come out: a printer of this computer by `lp`, or a folder.
//!
//! Rules: a sheet goes to `lp` by its standard input, so that no file of ours holds it; its title
//! names a service point and a day, never a person; a file in a folder is there whole or not at all,
//! readable by its owner alone, and takes no other's name.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::AsyncWriteExt as _,
    process::Command,
    time::{Duration, timeout},
};

/// How long `lp` may take to accept a sheet.
const LP_MAX: Duration = Duration::from_mins(2);
/// Most files of one name.
const NUMBERS_MAX: u32 = 1_000;

pub(super) enum Output {
    Printer(Option<String>),
    Folder(PathBuf),
}

impl Output {
    pub(super) fn new(printer: Option<String>, folder: Option<PathBuf>) -> Result<Self> {
        let Some(folder) = folder else { return Ok(Self::Printer(printer)) };
        ensure!(folder.is_dir(), "{} is no folder: make it first", folder.display());
        Ok(Self::Folder(folder))
    }

    /// Returns once the printer's system has accepted it, or the file is on the disk.
    pub(super) async fn print(&self, title: &str, pdf: &[u8]) -> Result<()> {
        match self {
            Self::Printer(name) => lp(name.as_deref(), title, pdf).await,
            Self::Folder(folder) => write(&folder.join(title), pdf),
        }
    }
}

async fn lp(printer: Option<&str>, title: &str, pdf: &[u8]) -> Result<()> {
    let mut command = Command::new("lp");
    if let Some(name) = printer {
        command.args(["-d", name]);
    }
    command.args(["-t", title, "-o", "media=A4"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("lp is not installed: apt install cups-client, or print with --folder DIR")
        }
        Err(error) => return Err(error).context("lp does not start"),
    };
    let handed = async {
        if let Some(mut stdin) = child.stdin.take() {
            // One that ends without reading says why below.
            match stdin.write_all(pdf).await {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
                _ => drop(stdin),
            }
        }
        child.wait_with_output().await
    };
    let ended = timeout(LP_MAX, handed).await;
    let output = ended.context("lp did not end within two minutes: is CUPS running?")??;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason");
    bail!("lp refuses the sheet: {first}; see 'lpstat -e' for the names of printers")
}

fn write(path: &Path, pdf: &[u8]) -> Result<()> {
    let half = path.with_extension("half");
    let written = || {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&half)?;
        file.write_all(pdf)?;
        file.sync_all()
    };
    written().with_context(|| format!("cannot write {}", half.display()))?;
    for number in 1..=NUMBERS_MAX {
        let end = if number == 1 { "pdf".to_owned() } else { format!("{number}.pdf") };
        let name = path.with_extension(end);
        if !name.exists() {
            let placed = fs::rename(&half, &name);
            return placed.with_context(|| format!("cannot write {}", name.display()));
        }
    }
    bail!("{} has {NUMBERS_MAX} sheets of one name: empty it", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_no_other_s_name_and_is_its_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cartes-2024-04-26-18h00");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        let read = |end: &str| fs::read(path.with_extension(end)).unwrap();
        assert_eq!((read("pdf"), read("2.pdf")), (b"one".to_vec(), b"two".to_vec()));
        let mode = fs::metadata(path.with_extension("pdf")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(Output::new(None, Some(folder.path().join("nowhere"))).is_err());
    }
}
