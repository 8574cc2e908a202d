//! The files of the package, laid out as they will lie on the machine.

use std::{
    fmt::Write as _,
    fs::{self, File, FileTimes, Permissions},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, UNIX_EPOCH},
};

use anyhow::Context as _;
use flate2::{Compression, GzBuilder};

use super::{Package, said};
use crate::files;

/// What systemd starts, once somebody says so.
const UNITS: [&str; 6] = [
    "beffroi.service",
    "beffroi-guard.service",
    "beffroi-decoy.service",
    "beffroi-inspect@.service",
    "beffroi-inspect@.timer",
    "beffroi-printer.service",
];
/// Where the package's own documents lie.
const DOCUMENTS: &str = "usr/share/doc/beffroi";

/// The root of the package.
pub(super) struct Tree {
    root: PathBuf,
}

impl Tree {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// A folder of the package, made.
    pub(super) fn folder(&self, path: &str) -> anyhow::Result<PathBuf> {
        let folder = self.root.join(path);
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }

    fn put(&self, folder: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder(folder)?.join(name);
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))
    }

    fn put_packed(&self, folder: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        // No name and no time inside: the same bytes pack to the same bytes.
        let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        packed.write_all(bytes).context("packing")?;
        self.put(folder, &format!("{name}.gz"), &packed.finish().context("packing")?)
    }

    /// Everything beside the program: units, manual, completions, documents.
    pub(super) fn lay(&self, program: &Path, work: &Path) -> anyhow::Result<()> {
        let top = files::root();
        for unit in UNITS {
            let bytes = files::read(&top.join("packaging/systemd").join(unit))?;
            self.put("usr/lib/systemd/system", unit, &bytes)?;
        }
        self.put(DOCUMENTS, "copyright", &files::read(&top.join("packaging/debian/copyright"))?)?;
        self.put(DOCUMENTS, "LICENSE-MIT", &files::read(&top.join("LICENSE-MIT"))?)?;
        for (file, name) in [
            ("LICENSE-APACHE", "LICENSE-APACHE"),
            ("CHANGELOG.md", "changelog"),
            ("docs/guide/install.md", "install.md"),
        ] {
            self.put_packed(DOCUMENTS, name, &files::read(&top.join(file))?)?;
        }
        self.manual(program, &work.join("manual"))
    }

    /// The manual and the completions, which the program writes itself.
    fn manual(&self, program: &Path, work: &Path) -> anyhow::Result<()> {
        if work.exists() {
            fs::remove_dir_all(work).with_context(|| format!("emptying {}", work.display()))?;
        }
        fs::create_dir_all(work).with_context(|| format!("making {}", work.display()))?;
        said(Command::new(program).arg("manual").arg(work))?;
        for entry in fs::read_dir(work).with_context(|| format!("reading {}", work.display()))? {
            let path = entry.context("reading the manual")?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let bytes = files::read(&path)?;
            match name {
                "beffroi.bash" => {
                    self.put("usr/share/bash-completion/completions", "beffroi", &bytes)?;
                }
                "_beffroi" => self.put("usr/share/zsh/vendor-completions", name, &bytes)?,
                "beffroi.fish" => self.put("usr/share/fish/vendor_completions.d", name, &bytes)?,
                page => self.put_packed("usr/share/man/man1", page, &bytes)?,
            }
        }
        Ok(())
    }

    /// The package's own description, its scripts and the sums of its files.
    pub(super) fn control(&self, package: &Package, needs: &str) -> anyhow::Result<()> {
        let top = files::root().join("packaging/debian");
        let (mut sums, mut bytes) = (String::new(), 0);
        for path in self.files()? {
            let whole = files::read(&path)?;
            bytes += whole.len();
            let inside = path.strip_prefix(&self.root).context("a file outside the package")?;
            let sum = said(Command::new("md5sum").arg(&path))?;
            let sum = sum.split_whitespace().next().unwrap_or_default();
            writeln!(sums, "{sum}  {}", inside.display())?;
        }
        let control = String::from_utf8(files::read(&top.join("control"))?)?
            .replace("@VERSION@", &package.version)
            .replace("@ARCHITECTURE@", &package.architecture)
            .replace("@SIZE@", &bytes.div_ceil(1_024).to_string())
            .replace("@SHLIBS@", needs);
        self.put("DEBIAN", "control", control.as_bytes())?;
        self.put("DEBIAN", "md5sums", sums.as_bytes())?;
        self.put("DEBIAN", "templates", &files::read(&top.join("templates"))?)?;
        for script in ["postinst", "prerm", "postrm"] {
            self.put("DEBIAN", script, &files::read(&top.join(script))?)?;
        }
        Ok(())
    }

    /// Every file of the package, sorted.
    fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut found = self.all()?;
        found.retain(|path| path.is_file());
        Ok(found)
    }

    /// Everything in the package, folders after what they hold.
    fn all(&self) -> anyhow::Result<Vec<PathBuf>> {
        let (mut folders, mut found) = (vec![self.root.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            let read = || format!("reading {}", folder.display());
            for entry in fs::read_dir(&folder).with_context(read)? {
                let path = entry.with_context(read)?.path();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                found.push(path);
            }
        }
        found.sort();
        found.reverse();
        Ok(found)
    }

    /// Gives everything its rights and its time, whatever this machine's habits are.
    pub(super) fn settle(&self, epoch: u64) -> anyhow::Result<()> {
        let time = UNIX_EPOCH + Duration::from_secs(epoch);
        let times = FileTimes::new().set_accessed(time).set_modified(time);
        let mut all = self.all()?;
        all.push(self.root.clone());
        for path in all {
            let script = path.parent().is_some_and(|folder| folder.ends_with("DEBIAN"))
                && ["postinst", "prerm", "postrm"].iter().any(|name| path.ends_with(name));
            let runs = path.is_dir() || script || path.ends_with("usr/bin/beffroi");
            let mode = if runs { 0o755 } else { 0o644 };
            let settled = || {
                fs::set_permissions(&path, Permissions::from_mode(mode))?;
                File::open(&path)?.set_times(times)
            };
            settled().with_context(|| format!("settling {}", path.display()))?;
        }
        Ok(())
    }
}
