//! The exact list of what was touched under each alarm: who, when, and the hash of what was there.
//!
//! Rules:
//! - One file of JSON lines beside the alarm's own. Lines are only added: what is put back later
//!   stays in it. What is counted late, as a rewriting is, comes late.
//! - The platform is sent it piece by piece, after the alarm itself and after the beat; a platform
//!   that does not take it is no platform that is out of reach.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use beffroi_town::watch::{
    AlarmReport, LISTED_BYTES_MAX, LISTED_IN_ALL_MAX, LISTED_MAX, Listed, ListedFile,
    PATH_BYTES_MAX, TEXT_BYTES_MAX, Touch,
};
use beffroi_town::{AlarmId, Instant};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::actor::bounded;
use crate::alarms::Alarms;
use crate::error::{Context, GuardError, Result, shown};
use crate::holdings::lock;
use crate::raised::Raised;
use crate::state::read_json;
use crate::touches::{TouchRecord, Touches};

/// How much of a list there is, and how much of it the platform has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extent {
    pub(crate) files: u64,
    pub(crate) sent_files: u64,
    pub(crate) sent_bytes: u64,
}

impl Extent {
    /// The same where the list at `path` is longer than was noted before the guard was killed.
    pub(crate) fn found(mut self, path: &Path) -> Self {
        let Ok(mut file) = File::open(path) else { return self };
        if file.seek(SeekFrom::Start(self.sent_bytes)).is_ok() {
            let lines = BufReader::new(file).lines().map_while(std::io::Result::ok);
            let files = lines.filter(|line| serde_json::from_str::<ListedFile>(line).is_ok());
            self.files = self.sent_files + files.count() as u64;
        }
        self
    }
}

/// Writes the lists.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// By alarm.
    known: HashMap<String, Known>,
    /// Those that could not be written.
    again: Vec<(PathBuf, AlarmId)>,
}

/// What stands in a list already.
#[derive(Debug, Default)]
struct Known {
    /// By number and time: a number comes again after a restart when all before it was put back.
    touches: HashSet<(u64, Instant)>,
    /// What was left there, by its shown path.
    dropped: HashSet<String>,
}

impl Known {
    /// Of a list that an earlier run wrote.
    fn of(path: &Path) -> Self {
        let mut known = Self::default();
        let Ok(file) = File::open(path) else { return known };
        let lines = BufReader::new(file).lines().map_while(std::io::Result::ok);
        for file in lines.filter_map(|line| serde_json::from_str::<ListedFile>(&line).ok()) {
            known.note(&file);
        }
        known
    }

    fn note(&mut self, file: &ListedFile) {
        match file.how {
            Touch::Dropped => drop(self.dropped.insert(file.path.clone())),
            _ => drop(self.touches.insert((file.number, file.at))),
        }
    }

    fn files(&self) -> u64 {
        (self.touches.len() + self.dropped.len()) as u64
    }
}

impl Lists {
    /// Adds what is new in the alarms that changed. What could not be written is tried again; it is
    /// an error once. Nothing is written under a lock that the thread takes which answers the kernel.
    pub(crate) fn add(
        &mut self,
        alarms: &Mutex<Alarms>,
        touches: &Mutex<Touches>,
        now: Instant,
    ) -> Result<()> {
        let before = std::mem::take(&mut self.again);
        let mut todo = lock(alarms).to_list();
        todo.extend(before.iter().filter(|one| !todo.contains(one)).cloned().collect::<Vec<_>>());
        let mut done = Ok(());
        for (path, id) in todo {
            let known = self.known.entry(id.to_string()).or_insert_with(|| Known::of(&path));
            let fresh = {
                let (touches, alarms) = (lock(touches), lock(alarms));
                let Some(raised) = alarms.get(&id) else { continue };
                known.fresh(raised, &touches)
            };
            match append(&path, &fresh).context("write", &path) {
                Ok(()) => {
                    for file in &fresh {
                        known.note(file);
                    }
                    lock(alarms).listed(&id, known.files());
                }
                Err(error) => {
                    if before.is_empty() {
                        done = Err(error);
                    }
                    self.again.push((path, id));
                }
            }
        }
        let alarms = lock(alarms);
        self.known.retain(|id, _| alarms.is_going_on(id, now));
        done
    }
}

impl Known {
    fn fresh(&self, raised: &Raised, touches: &Touches) -> Vec<ListedFile> {
        let Some(scope) = &raised.scope else { return Vec::new() };
        let is_new = |record: &&TouchRecord| {
            record.counted
                && record.at >= raised.report.first_touch_at
                && record.is_of(scope)
                && !self.touches.contains(&(record.number, record.at))
        };
        let dropped = raised.report.touched.iter().filter(|file| file.how == Touch::Dropped);
        let dropped = dropped.filter(|file| !self.dropped.contains(&file.path)).map(|file| {
            let actor = raised.report.actor.as_ref();
            ListedFile {
                number: 0,
                path: file.path.clone(),
                how: file.how,
                at: file.at,
                session: raised
                    .doer
                    .as_ref()
                    .map(|(session, _)| bounded(session.clone(), TEXT_BYTES_MAX))
                    .unwrap_or_default(),
                user: actor.map(|actor| actor.uid),
                process: actor.map(|actor| actor.pid),
                program: actor.map(|actor| actor.exe.clone()).filter(|exe| !exe.is_empty()),
                client: actor.and_then(|actor| actor.client.clone()),
                bytes: 0,
                sha256: None,
                recoverable: false,
            }
        });
        let room =
            usize::try_from(LISTED_IN_ALL_MAX.saturating_sub(self.files())).unwrap_or(usize::MAX);
        touches.iter().filter(is_new).map(line_of).chain(dropped).take(room).collect()
    }
}

fn line_of(record: &TouchRecord) -> ListedFile {
    let program = record.program.as_ref().map(|program| shown(&program.0));
    ListedFile {
        number: record.number,
        path: shown(&record.path.0),
        how: record.how,
        at: record.at,
        session: bounded(record.session.clone(), TEXT_BYTES_MAX),
        user: record.user,
        process: record.process,
        program: program.map(|program| bounded(program, PATH_BYTES_MAX)),
        client: record.client.map(|client| client.to_string()),
        bytes: record.before.size,
        sha256: record.before.sha256.map(|hash| HEXLOWER.encode(&hash.0)),
        recoverable: record.recoverable(),
    }
}

/// A line that was torn by a kill is not gone on with.
fn append(path: &Path, files: &[ListedFile]) -> std::io::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let mut file = File::options().create(true).append(true).read(true).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut lines = Vec::new();
    let mut last = [b'\n'];
    if length > 0 {
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut last, length - 1)?;
    }
    if last != *b"\n" {
        lines.push(b'\n');
    }
    for file in files {
        serde_json::to_writer(&mut lines, file)?;
        lines.push(b'\n');
    }
    let written = file.write_all(&lines);
    if written.is_err() {
        // On a full disk: half of it would be told twice.
        file.set_len(length)?;
    }
    written
}

/// The next piece that the platform has not got, and how much of the list it has then.
pub(crate) fn next_piece(
    path: &Path,
    id: &AlarmId,
    extent: Extent,
) -> Result<Option<(Listed, Extent)>> {
    let mut file = File::open(path).context("read", path)?;
    // What the platform is told stands on this disk first: how much it has is counted in bytes.
    file.sync_data().context("flush", path)?;
    file.seek(SeekFrom::Start(extent.sent_bytes)).context("read", path)?;
    let mut piece = Listed { alarm: id.clone(), before: extent.sent_files, files: Vec::new() };
    let (mut after, mut bytes) = (extent, 0);
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    while piece.files.len() < LISTED_MAX {
        line.clear();
        let length = lines.read_until(b'\n', &mut line).context("read", path)?;
        // The last one is still being written.
        if !line.ends_with(b"\n") || (bytes > 0 && bytes + length > LISTED_BYTES_MAX) {
            break;
        }
        bytes += length;
        after.sent_bytes += length as u64;
        if let Ok(file) = serde_json::from_slice(&line) {
            piece.files.push(file);
            after.sent_files += 1;
        }
    }
    Ok((after != extent).then_some((piece, after)))
}

/// Where the list of an alarm stands.
pub(crate) fn path_in(folder: &Path, id: &AlarmId) -> PathBuf {
    folder.join(format!("{id}.jsonl"))
}

/// An alarm of a guard as JSON lines: what is known of the alarm, and then each file that was touched
/// under it, put back since or not.
///
/// # Errors
/// [`GuardError::UnknownAlarm`]; when the state folder cannot be read.
pub fn report(state: &Path, id: &AlarmId) -> Result<Box<dyn Read>> {
    let folder = state.join("alarms");
    let path = folder.join(format!("{id}.json"));
    let raised = read_json::<Raised>(&path, "an alarm of this guard")?;
    let raised = raised.ok_or_else(|| GuardError::UnknownAlarm(id.to_string()))?;
    // Its files follow, all of them.
    let head = AlarmReport { touched: Vec::new(), ..raised.report };
    let mut head =
        serde_json::to_vec(&head).map_err(std::io::Error::from).context("tell", &path)?;
    head.push(b'\n');
    let head = std::io::Cursor::new(head);
    let list = path_in(&folder, id);
    match File::open(&list) {
        Ok(file) => Ok(Box::new(head.chain(file))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Box::new(head)),
        Err(error) => Err(error).context("read", &list),
    }
}
