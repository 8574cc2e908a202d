//! Work cut into pieces: many small files together, a large one in windows.

use std::ops::Range;

use crate::{plan::Plan, restore::Step};

/// What one worker holds of contents at a time.
const BATCH_BYTES_MAX: u64 = 4 << 20;
/// With little to bring back, pieces are smaller, so that there is one for everybody.
const BATCH_BYTES_MIN: u64 = 256 << 10;
/// Files of a batch, however small.
const BATCH_FILES_MAX: usize = 256;

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Batch {
    /// Whole files, by number.
    Files(Vec<usize>),
    /// A part of one file's content.
    Window { file: usize, parts: Range<usize>, at: u64 },
}

/// Cuts what is to be brought back into pieces.
pub(super) fn cut(plan: &Plan, steps: &[Step], workers: usize) -> Vec<Batch> {
    let pending = || {
        let all = plan.files.iter().zip(steps).enumerate();
        all.filter(|(_, (_, step))| **step != Step::Nothing)
            .map(|(number, (file, _))| (number, file))
    };
    let total: u64 = pending().map(|(_, file)| file.bytes).sum();
    let share = total / (workers as u64 * 4).max(1);
    let bytes_max = share.clamp(BATCH_BYTES_MIN, BATCH_BYTES_MAX);
    let (mut batches, mut some, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (number, file) in pending() {
        if file.bytes > BATCH_BYTES_MAX {
            windows(plan, number, &mut batches);
            continue;
        }
        if bytes + file.bytes > bytes_max || some.len() >= BATCH_FILES_MAX {
            batches.push(Batch::Files(std::mem::take(&mut some)));
            bytes = 0;
        }
        some.push(number);
        bytes += file.bytes;
    }
    batches.push(Batch::Files(some));
    batches.retain(|batch| *batch != Batch::Files(Vec::new()));
    batches
}

fn windows(plan: &Plan, number: usize, batches: &mut Vec<Batch>) {
    let Some(file) = plan.files.get(number) else { return };
    let (mut first, mut at, mut bytes) = (0, 0, 0);
    for (part, id) in file.content.iter().enumerate() {
        let length = plan.length(id).map_or(0, u64::from);
        if bytes > 0 && bytes + length > BATCH_BYTES_MAX {
            batches.push(Batch::Window { file: number, parts: first..part, at });
            (first, at, bytes) = (part, at + bytes, 0);
        }
        bytes += length;
    }
    batches.push(Batch::Window { file: number, parts: first..file.content.len(), at });
}
