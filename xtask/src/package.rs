//! `cargo xtask package`: the Debian package, its bill of materials, their checksums.
//!
//! Rules: the package holds what `packaging/` and the program say, nothing else; every time in it is
//! that of the newest commit, so that the same program packs to the same bytes; only tools of Debian
//! itself are needed (dpkg-dev, binutils).

mod sbom;
mod tree;

use std::{
    ffi::OsStr,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail, ensure};

use crate::files;

/// What is packed and when it was written.
struct Package {
    version: String,
    architecture: String,
    /// Seconds since 1970: the time of everything in the package.
    epoch: u64,
    /// Where everything is made.
    folder: PathBuf,
}

/// Builds the program and packs it.
pub(crate) fn run(profile: &str, as_version: Option<String>) -> anyhow::Result<()> {
    said(files::cargo().args(["build", "--locked", "--bin", "beffroi", "--profile", profile]))?;
    // cargo keeps the profile 'dev' in a folder of another name.
    let kept = if profile == "dev" { "debug" } else { profile };
    let program = files::target()?.join(kept).join("beffroi");
    let metadata = sbom::metadata()?;
    let package = Package {
        version: as_version.map_or_else(|| sbom::version(&metadata), Ok)?,
        architecture: said(Command::new("dpkg").arg("--print-architecture"))?,
        epoch: epoch()?,
        folder: files::target()?.join("package"),
    };
    fs::create_dir_all(&package.folder)
        .with_context(|| format!("making {}", package.folder.display()))?;
    // What is given out is packed small; what is only tried, fast.
    let how: &[&str] = if profile == "release" { &["-Zxz"] } else { &["-Zgzip", "-z1"] };
    let deb = pack(&package, &program, how)?;
    let bill = package.folder.join(format!("beffroi_{}.cdx.json", package.version));
    files::write(&bill, &sbom::write(&metadata, &package.version, package.epoch)?)?;
    sum(&package.folder, &[&deb, &bill])
}

/// The time of the newest commit, or what the caller says.
fn epoch() -> anyhow::Result<u64> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => said(Command::new("git").args(["log", "-1", "--format=%ct"]))?,
    };
    text.trim().parse().with_context(|| format!("SOURCE_DATE_EPOCH is no time: {text}"))
}

/// Lays the package's files out and calls dpkg-deb.
fn pack(package: &Package, program: &Path, how: &[&str]) -> anyhow::Result<PathBuf> {
    let root = package.folder.join("root");
    if root.exists() {
        fs::remove_dir_all(&root).with_context(|| format!("emptying {}", root.display()))?;
    }
    let tree = tree::Tree::new(&root);
    let stripped = tree.folder("usr/bin")?.join("beffroi");
    fs::copy(program, &stripped).with_context(|| format!("copying {}", program.display()))?;
    said(Command::new("strip").arg("--strip-unneeded").arg(&stripped))?;
    tree.lay(program, &package.folder)?;
    tree.control(package, &shared_libraries(&package.folder, &stripped)?)?;
    tree.settle(package.epoch)?;
    let name = format!("beffroi_{}_{}.deb", package.version, package.architecture);
    let deb = package.folder.join(name);
    let mut command = Command::new("dpkg-deb");
    command.args(how).args(["--root-owner-group", "--build"]).arg(&root).arg(&deb);
    said(command.env("SOURCE_DATE_EPOCH", package.epoch.to_string()))?;
    files::say(&format!("wrote {} ({} bytes)", deb.display(), fs::metadata(&deb)?.len()));
    Ok(deb)
}

/// What the program needs of the system, as Debian's own tool reads it from the program.
fn shared_libraries(folder: &Path, program: &Path) -> anyhow::Result<String> {
    let work = folder.join("shlibs");
    fs::create_dir_all(work.join("debian")).context("making a folder for dpkg-shlibdeps")?;
    let control = "Source: beffroi\n\nPackage: beffroi\nArchitecture: any\n";
    fs::write(work.join("debian/control"), control).context("writing for dpkg-shlibdeps")?;
    let mut command = Command::new("dpkg-shlibdeps");
    let told = said(command.arg("-O").arg("-e").arg(program).current_dir(&work))?;
    let needs = told.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    let needs = needs.context("dpkg-shlibdeps says nothing of what the program needs")?;
    ensure!(needs.contains("libc6 (>="), "no version of libc6 in: {needs}");
    Ok(needs.to_owned())
}

/// Writes `SHA256SUMS`, as `sha256sum --check` reads it.
fn sum(folder: &Path, paths: &[&Path]) -> anyhow::Result<()> {
    let mut text = String::new();
    for path in paths {
        let name = path.file_name().and_then(OsStr::to_str).context("a name that is not text")?;
        writeln!(text, "{}  {name}", files::sha256(&files::read(path)?))?;
    }
    files::write(&folder.join("SHA256SUMS"), text.as_bytes())
}

/// Runs a program in the repository and returns what it said, without the last line end.
fn said(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_owned();
    if command.get_current_dir().is_none() {
        command.current_dir(files::root());
    }
    let output = command.stderr(std::process::Stdio::inherit()).output().with_context(|| {
        format!("starting {}; Debian has it in dpkg-dev or binutils", name.display())
    })?;
    if !output.status.success() {
        bail!("{} ended with {}", name.display(), output.status);
    }
    let text =
        String::from_utf8(output.stdout).with_context(|| format!("reading {}", name.display()))?;
    Ok(text.trim_end().to_owned())
}
