//! Harmless, bounded attacks. Each touches only ordinary files directly in one folder that bears
//! our marker, at most [`FILES_MAX`] of them, and refuses anything else.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

/// The name of the marker.
pub(crate) const MARKER: &str = "BEFFROI-PLAYGROUND";
/// What it must hold.
pub(crate) const MARKER_TEXT: &str = "files made by the tests of beffroi, to be attacked by them";
const FILES_MAX: usize = 5_000;

pub(crate) fn play(kind: &str, folder: &Path) {
    // Tests that run at the same time share a session, and the guard stops by session.
    rustix::process::setsid().unwrap();
    let marker = fs::read_to_string(folder.join(MARKER)).unwrap_or_default();
    assert_eq!(marker, MARKER_TEXT, "refused: the folder does not bear the marker");
    let mut targets: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.path())
        .filter(|path| path.file_name() != Some(MARKER.as_ref()))
        .collect();
    targets.sort();
    assert!(targets.len() <= FILES_MAX, "refused: too many files");
    // The parent says when, so that it can take the time.
    println!("ready");
    let mut go = [0];
    std::io::stdin().read_exact(&mut go).unwrap();
    if kind == "measure" {
        measure(&targets);
        return;
    }
    if let Some(kind) = kind.strip_prefix("python ") {
        let mut python = std::process::Command::new("python3");
        let error = python.args(["-c", include_str!("attack.py"), kind]).args(&targets).exec();
        panic!("python3: {error}");
    }
    match kind {
        "all opened first" => all_opened_first(&targets),
        "eight threads" => eight_threads(&targets),
        "slow" => slow(&targets),
        _ => {
            for target in &targets {
                // Denied or gone: an attacker tries the next.
                drop(strike(kind, target));
            }
        }
    }
    println!("done");
}

fn all_opened_first(targets: &[PathBuf]) {
    let files: Vec<File> = targets
        .iter()
        .filter_map(|target| File::options().read(true).write(true).open(target).ok())
        .collect();
    for file in files {
        drop(scramble(file));
    }
}

fn eight_threads(targets: &[PathBuf]) {
    std::thread::scope(|scope| {
        for share in targets.chunks(targets.len().div_ceil(8)) {
            scope.spawn(move || share.iter().for_each(|target| drop(strike("in place", target))));
        }
    });
}

/// One file each two seconds, some of them.
fn slow(targets: &[PathBuf]) {
    for target in targets.iter().take(12) {
        drop(strike("in place", target));
        std::thread::park_timeout(std::time::Duration::from_secs(2));
    }
}

fn scramble(mut file: File) -> std::io::Result<()> {
    let mut content = Vec::new();
    file.read_to_end(&mut content)?;
    file.rewind()?;
    file.write_all(&scrambled(&content))
}

/// A name in the other marked folder, beside the one attacked.
fn elsewhere(target: &Path) -> PathBuf {
    let folder = target.parent().unwrap().with_file_name("elsewhere");
    let marker = fs::read_to_string(folder.join(MARKER)).unwrap_or_default();
    assert_eq!(marker, MARKER_TEXT, "refused: the other folder does not bear the marker");
    folder.join(target.file_name().unwrap())
}

fn strike(kind: &str, target: &Path) -> std::io::Result<()> {
    match kind {
        "delete" => fs::remove_file(target),
        "read and delete" => {
            let mut content = Vec::new();
            File::open(target)?.read_to_end(&mut content)?;
            fs::remove_file(target)
        }
        "rename" => {
            File::open(target)?.read_exact(&mut [0])?;
            let mut name = target.as_os_str().to_owned();
            name.push(".locked");
            fs::rename(target, name)
        }
        "truncate and rewrite" => {
            let content = scrambled(&fs::read(target)?);
            fs::write(target, content)
        }
        "in place" => scramble(File::options().read(true).write(true).open(target)?),
        "first 4 KB" => {
            let mut file = File::options().read(true).write(true).open(target)?;
            let mut content = Vec::new();
            (&mut file).take(4096).read_to_end(&mut content)?;
            file.rewind()?;
            file.write_all(&scrambled(&content))
        }
        "from 200 KB on" => {
            let file = File::options().read(true).write(true).open(target)?;
            let blocks = file.metadata()?.len() / 512;
            (400..blocks).try_for_each(|block| scramble_block(&file, block))
        }
        "every other block" => {
            let file = File::options().read(true).write(true).open(target)?;
            let blocks = file.metadata()?.len() / 512;
            (0..blocks).step_by(2).try_for_each(|block| scramble_block(&file, block))
        }
        "ftruncate" => File::options().write(true).open(target)?.set_len(0),
        "punch holes" => {
            let file = File::options().write(true).open(target)?;
            let flags =
                rustix::fs::FallocateFlags::PUNCH_HOLE | rustix::fs::FallocateFlags::KEEP_SIZE;
            Ok(rustix::fs::fallocate(&file, flags, 0, file.metadata()?.len())?)
        }
        "new and delete" => {
            let content = scrambled(&fs::read(target)?);
            let mut name = target.as_os_str().to_owned();
            name.push(".locked");
            fs::write(name, content)?;
            fs::remove_file(target)
        }
        "replace" => {
            let content = scrambled(&fs::read(target)?);
            let beside = target.with_extension("tmp");
            fs::write(&beside, content)?;
            fs::rename(&beside, target)
        }
        "process per file" => {
            let status =
                std::process::Command::new("rm").arg("-f").arg("--").arg(target).status()?;
            if status.success() { Ok(()) } else { Err(std::io::ErrorKind::Other.into()) }
        }
        _ => strike_slyly(kind, target),
    }
}

/// By ways around the name.
fn strike_slyly(kind: &str, target: &Path) -> std::io::Result<()> {
    match kind {
        "copied into" => {
            let source = elsewhere(target);
            fs::write(&source, scrambled(&fs::read(target)?))?;
            let mut file = File::options().write(true).open(target)?;
            std::io::copy(&mut File::open(source)?, &mut file).map(drop)
        }
        "through another link" => {
            fs::hard_link(target, elsewhere(target))?;
            strike("in place", &elsewhere(target))
        }
        "moved away and rewritten" => {
            fs::rename(target, elsewhere(target))?;
            strike("in place", &elsewhere(target))
        }
        "deleted, then rewritten" => {
            let file = File::options().read(true).write(true).open(target)?;
            fs::remove_file(target)?;
            scramble(file)
        }
        _ => panic!("no such attack: {kind}"),
    }
}

fn scramble_block(mut file: &File, block: u64) -> std::io::Result<()> {
    let mut content = [0; 512];
    file.seek(SeekFrom::Start(block * 512))?;
    file.read_exact(&mut content)?;
    file.seek(SeekFrom::Start(block * 512))?;
    file.write_all(&scrambled(&content))
}

/// Noise of the same length, as an encryption would leave.
fn scrambled(content: &[u8]) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ content.len() as u64;
    content
        .iter()
        .map(|byte| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            byte ^ state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()[0]
        })
        .collect()
}

/// Prints the median nanoseconds of an open and close, for reading and for writing.
fn measure(targets: &[PathBuf]) {
    let median = |write: bool| {
        let mut times: Vec<u128> = (0..20)
            .flat_map(|_| targets.iter())
            .map(|target| {
                let began = std::time::Instant::now();
                drop(File::options().read(true).write(write).open(target).unwrap());
                began.elapsed().as_nanos()
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    println!("read {} write {}", median(false), median(true));
}
