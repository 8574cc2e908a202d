//! The files of the repository and what cargo knows of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;

/// Folders that are made, not written.
const MADE: &[&str] = &["target", "node_modules", ".git", "beffroi-data"];

/// The top of the repository. As cargo says now: what it built in a shared folder for another clone
/// may be run for this one.
pub(crate) fn root() -> &'static Path {
    static TOP: OnceLock<PathBuf> = OnceLock::new();
    TOP.get_or_init(|| {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate is");
        Path::new(&here).parent().expect("xtask lies in the repository").to_path_buf()
    })
}

/// Every written file whose name ends so, relative to the top, sorted.
pub(crate) fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("listing {}: {error}", folder.display()));
        for entry in entries {
            let entry = entry.expect("a folder can be listed to its end");
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().expect("a file has a type");
            if kind.is_dir() && !MADE.contains(&name.as_str()) {
                folders.push(entry.path());
            } else if kind.is_file() && name.ends_with(ending) {
                found.push(entry.path().strip_prefix(root()).expect("under the top").to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// The text of a file, or none when it is no text.
pub(crate) fn text(path: &Path) -> Option<String> {
    let bytes = std::fs::read(root().join(path))
        .unwrap_or_else(|error| panic!("reading {}: {error}", path.display()));
    String::from_utf8(bytes).ok()
}

/// What `cargo metadata` says, as far as the rules need it.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
}

/// A crate of the tree, ours or not.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// What a crate names in its manifest.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
}

impl Metadata {
    /// The crates of this workspace.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }
}

/// The tree as it is built on this machine, test tools included.
pub(crate) fn metadata() -> &'static Metadata {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    METADATA.get_or_init(|| {
        let host = run("rustc", &["-vV"])
            .lines()
            .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
            .expect("rustc names its host");
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let arguments = ["metadata", "--format-version=1", "--locked", "--filter-platform", &host];
        serde_json::from_str(&run(&cargo, &arguments)).expect("cargo metadata is understood")
    })
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("starting {program}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}
