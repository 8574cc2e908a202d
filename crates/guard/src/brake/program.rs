//! The brake's instructions: what the kernel does at a deletion, without asking anybody.
//!
//! Rules:
//! - Assembled here by hand and checked by the kernel before it takes them: no compiler at build or
//!   run time. Offsets of the kernel's own fields come from its description of itself ([`Btf`]).
//! - It reads, counts and sends one signal. It stops nobody but ordinary users' processes, and
//!   nobody at all once the guard has been silent for [`SILENCE_NS`].
//!
//! Stack, from its end: 8 bytes read from the kernel (−8); a key of 4 (−16); a key of 16, device,
//! user and inode (−32); process numbers (−40); a fresh count (−64).

use super::Maps;
use crate::btf::Btf;
use crate::sys::Table;

/// A guard that has not beaten for so long stops nobody here.
const SILENCE_NS: i32 = 1_000_000_000;
/// Length of the window in which deletions count, in seconds; that of `decide`.
const WINDOW_NS: u64 = 60_000_000_000;
/// Deletion at which the brake takes hold; that of `decide`.
const HOLD_GONE: i32 = 20;
/// First user identifier of ordinary accounts: whoever serves others has a lower one.
const ORDINARY_UID_MIN: i32 = 1000;
const REGULAR_FILE: i32 = 0o100_000;
const KIND_OF_FILE: i32 = 0o170_000;

/// System calls that delete a name: `unlink`, `unlinkat`, and both as 32-bit calls, whose numbers
/// mean nothing here that changes a file's state as a deletion does.
#[cfg(target_arch = "x86_64")]
const DELETING: (&str, u8, &[i32]) = ("orig_ax", LOAD_8, &[87, 263, 10, 301]);
#[cfg(not(target_arch = "x86_64"))]
const DELETING: (&str, u8, &[i32]) = ("syscallno", LOAD_4, &[35]);

const LOAD_2: u8 = 0x69;
const LOAD_4: u8 = 0x61;
const LOAD_8: u8 = 0x79;
const STORE_4: u8 = 0x63;
const STORE_8: u8 = 0x7b;
const STORE_NUMBER_4: u8 = 0x62;
const STORE_NUMBER_8: u8 = 0x7a;
const ATOMIC_ADD_8: u8 = 0xdb;
const COPY: u8 = 0xbf;
const SET: u8 = 0xb7;
const ADD_NUMBER: u8 = 0x07;
const SUBTRACT: u8 = 0x1f;
const ADD: u8 = 0x0f;
const AND_NUMBER: u8 = 0x57;
const AND_NUMBER_4: u8 = 0x54;
const IF_EQUAL: u8 = 0x15;
const IF_OTHER: u8 = 0x55;
const IF_GREATER: u8 = 0x25;
const IF_GREATER_REGISTER: u8 = 0x2d;
const IF_LESS: u8 = 0xa5;
const IF_LESS_SIGNED: u8 = 0xc5;

// Helpers by number (`uapi/linux/bpf.h`).
const MAP_LOOKUP: i32 = 1;
const MAP_UPDATE: i32 = 2;
const CLOCK: i32 = 5;
const USER: i32 = 15;
const SEND_SIGNAL: i32 = 109;
const READ_KERNEL: i32 = 113;
const PROCESS_IN_SPACE: i32 = 120;
const THIS_TASK: i32 = 158;
const REGISTERS_OF_TASK: i32 = 175;

/// Which of the kernel's announcements a program listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// ext4 is about to delete a name: folder and name.
    Unlink,
    /// A file's state changed during a system call that deletes: the file alone. Xfs and btrfs,
    /// Linux 6.13 and later.
    Changed,
}

impl Way {
    /// As it stands in the table of devices.
    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Unlink => 1,
            Self::Changed => 2,
        }
    }
}

/// Where the kernel keeps what is needed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offsets {
    inode_device: i32,
    device_number: i32,
    inode_number: i32,
    inode_links: i32,
    inode_mode: i32,
    name_inode: i32,
    call_number: i32,
}

impl Offsets {
    pub(crate) fn of(btf: &Btf<'_>) -> Option<Self> {
        Some(Self {
            inode_device: btf.offset("inode", "i_sb")?,
            device_number: btf.offset("super_block", "s_dev")?,
            inode_number: btf.offset("inode", "i_ino")?,
            inode_links: btf.offset("inode", "i_nlink")?,
            inode_mode: btf.offset("inode", "i_mode")?,
            name_inode: btf.offset("dentry", "d_inode")?,
            call_number: btf.offset("pt_regs", DELETING.0)?,
        })
    }
}

/// The instructions for one way. `space` names the guard's own process space: device and inode.
pub(crate) fn assemble(way: Way, offsets: &Offsets, maps: &Maps, space: (u64, u64)) -> Vec<u64> {
    let mut code = Code::default();
    match way {
        Way::Unlink => {
            code.add(LOAD_8, (6, 1), 0, 0);
            code.add(LOAD_8, (7, 1), 8, 0);
            code.read_kernel(7, offsets.name_inode, 8);
            code.add(LOAD_8, (7, 10), -8, 0);
        }
        Way::Changed => {
            code.add(LOAD_8, (7, 1), 0, 0);
            code.call(THIS_TASK);
            code.add(COPY, (1, 0), 0, 0);
            code.call(REGISTERS_OF_TASK);
            code.add(DELETING.1, (1, 0), offset16(offsets.call_number), 0);
            let deletes = code.label();
            for call in DELETING.2 {
                code.jump(IF_EQUAL, (1, 0), *call, deletes);
            }
            code.exit();
            code.here(deletes);
        }
    }
    code.is_protected(way, offsets, maps);
    code.is_ordinary_and_guarded(maps);
    code.is_not_its_own(offsets, maps);
    code.count_and_stop(maps, space);
    code.finish()
}

/// Instructions so far; jumps are filled in at the end.
#[derive(Default)]
struct Code {
    words: Vec<u64>,
    labels: Vec<usize>,
    jumps: Vec<(usize, usize)>,
    ends: Vec<usize>,
}

impl Code {
    fn add(&mut self, code: u8, (to, from): (u8, u8), offset: i16, number: i32) {
        let bytes = offset.to_le_bytes();
        let registers = to | from << 4;
        let head = u32::from_le_bytes([code, registers, bytes[0], bytes[1]]);
        self.words.push(u64::from(head) | u64::from(number.cast_unsigned()) << 32);
    }

    fn call(&mut self, helper: i32) {
        self.add(0x85, (0, 0), 0, helper);
    }

    fn exit(&mut self) {
        self.add(SET, (0, 0), 0, 0);
        self.add(0x95, (0, 0), 0, 0);
    }

    /// A number of 64 bits, or with `kind` 1 the table behind a descriptor.
    fn wide(&mut self, to: u8, kind: u8, value: u64) {
        let low = value & 0xffff_ffff;
        self.words.push(u64::from(u16::from_le_bytes([0x18, to | kind << 4])) | low << 32);
        self.words.push(value >> 32 << 32);
    }

    fn label(&mut self) -> usize {
        self.labels.push(0);
        self.labels.len() - 1
    }

    fn here(&mut self, label: usize) {
        if let Some(place) = self.labels.get_mut(label) {
            *place = self.words.len();
        }
    }

    fn jump(&mut self, code: u8, sides: (u8, u8), number: i32, label: usize) {
        self.jumps.push((self.words.len(), label));
        self.add(code, sides, 0, number);
    }

    fn end_if(&mut self, code: u8, left: u8, right: u8, number: i32) {
        self.ends.push(self.words.len());
        self.add(code, (left, right), 0, number);
    }

    fn finish(mut self) -> Vec<u64> {
        let end = self.words.len();
        self.exit();
        let labelled = self
            .jumps
            .iter()
            .filter_map(|(at, label)| self.labels.get(*label).map(|place| (*at, *place)));
        let all: Vec<_> = labelled.chain(self.ends.iter().map(|at| (*at, end))).collect();
        for (at, place) in all {
            let steps = i16::try_from(place - at - 1).unwrap_or(0).cast_unsigned();
            if let Some(word) = self.words.get_mut(at) {
                *word |= u64::from(steps) << 16;
            }
        }
        self.words
    }

    /// The address of a place on the stack.
    fn stack(&mut self, register: u8, place: i32) {
        self.add(COPY, (register, 10), 0, 0);
        self.add(ADD_NUMBER, (register, 0), 0, place);
    }

    /// Reads a field of the kernel's into the eight bytes at −8.
    fn read_kernel(&mut self, object: u8, offset: i32, bytes: i32) {
        self.add(COPY, (3, object), 0, 0);
        self.add(ADD_NUMBER, (3, 0), 0, offset);
        self.stack(1, -8);
        self.add(SET, (2, 0), 0, bytes);
        self.call(READ_KERNEL);
        self.end_if(IF_OTHER, 0, 0, 0);
    }

    /// What a table holds under the key on the stack: its address, or nothing.
    fn look_up(&mut self, map: &Table, key: i32) {
        self.wide(1, 1, map.descriptor());
        self.stack(2, key);
        self.call(MAP_LOOKUP);
    }

    /// Ends unless an ordinary file of a watched folder, which the reserve holds too, loses a name.
    /// Leaves its device in register 8.
    fn is_protected(&mut self, way: Way, offsets: &Offsets, maps: &Maps) {
        self.read_kernel(7, offsets.inode_device, 8);
        self.add(LOAD_8, (8, 10), -8, 0);
        self.read_kernel(8, offsets.device_number, 4);
        self.add(LOAD_4, (8, 10), -8, 0);
        self.add(STORE_4, (10, 8), -16, 0);
        self.look_up(&maps.devices, -16);
        self.end_if(IF_EQUAL, 0, 0, 0);
        self.add(LOAD_4, (1, 0), 0, 0);
        self.end_if(IF_OTHER, 1, 0, way.code().cast_signed());
        if way == Way::Unlink {
            self.read_kernel(6, offsets.inode_number, 8);
            self.add(LOAD_8, (1, 10), -8, 0);
            self.add(STORE_4, (10, 8), -32, 0);
            self.add(STORE_NUMBER_4, (10, 0), -28, 0);
            self.add(STORE_8, (10, 1), -24, 0);
            self.look_up(&maps.folders, -32);
            self.end_if(IF_EQUAL, 0, 0, 0);
        }
        self.read_kernel(7, offsets.inode_mode, 2);
        self.add(LOAD_2, (1, 10), -8, 0);
        self.add(AND_NUMBER, (1, 0), 0, KIND_OF_FILE);
        self.end_if(IF_OTHER, 1, 0, REGULAR_FILE);
        // Its own name and the reserve's: both announcements come before the count falls.
        self.read_kernel(7, offsets.inode_links, 4);
        self.add(LOAD_4, (1, 10), -8, 0);
        self.end_if(IF_LESS, 1, 0, 2);
    }

    /// Ends for whoever may serve others, and when no guard watches. Leaves the user in register 9
    /// and the time in register 6.
    fn is_ordinary_and_guarded(&mut self, maps: &Maps) {
        self.call(USER);
        self.add(COPY, (9, 0), 0, 0);
        self.add(AND_NUMBER_4, (9, 0), 0, -1);
        self.end_if(IF_LESS, 9, 0, ORDINARY_UID_MIN);
        self.add(STORE_NUMBER_4, (10, 0), -16, 0);
        self.look_up(&maps.beat, -16);
        self.end_if(IF_EQUAL, 0, 0, 0);
        self.add(LOAD_8, (6, 0), 0, 0);
        self.call(CLOCK);
        self.add(COPY, (1, 0), 0, 0);
        self.add(SUBTRACT, (1, 6), 0, 0);
        self.add(COPY, (6, 0), 0, 0);
        self.end_if(IF_GREATER, 1, 0, SILENCE_NS);
    }

    /// Ends where this user made the file a short while ago.
    fn is_not_its_own(&mut self, offsets: &Offsets, maps: &Maps) {
        self.read_kernel(7, offsets.inode_number, 8);
        self.add(LOAD_8, (1, 10), -8, 0);
        self.add(STORE_4, (10, 8), -32, 0);
        self.add(STORE_4, (10, 9), -28, 0);
        self.add(STORE_8, (10, 1), -24, 0);
        self.look_up(&maps.made, -32);
        let counts = self.label();
        self.jump(IF_EQUAL, (0, 0), 0, counts);
        self.add(LOAD_8, (1, 0), 0, 0);
        self.end_if(IF_GREATER_REGISTER, 1, 6, 0);
        self.here(counts);
    }

    fn count_and_stop(&mut self, maps: &Maps, space: (u64, u64)) {
        // Only processes that the guard can name: it must be able to let them go on.
        self.wide(1, 0, space.0);
        self.wide(2, 0, space.1);
        self.stack(3, -40);
        self.add(SET, (4, 0), 0, 8);
        self.call(PROCESS_IN_SPACE);
        self.end_if(IF_OTHER, 0, 0, 0);
        self.add(STORE_4, (10, 9), -16, 0);
        self.put(&maps.deleters, -40, -16);
        self.look_up(&maps.counts, -16);
        let known = self.label();
        self.jump(IF_OTHER, (0, 0), 0, known);
        // The first deletion of this user.
        self.wide(1, 0, WINDOW_NS);
        self.add(ADD, (1, 6), 0, 0);
        self.add(STORE_8, (10, 1), -64, 0);
        self.add(STORE_NUMBER_8, (10, 0), -56, 1);
        self.put(&maps.counts, -16, -64);
        self.exit();
        self.here(known);
        self.add(LOAD_8, (1, 0), 0, 0);
        let goes_on = self.label();
        self.jump(IF_GREATER_REGISTER, (1, 6), 0, goes_on);
        self.wide(1, 0, WINDOW_NS);
        self.add(ADD, (1, 6), 0, 0);
        self.add(STORE_8, (0, 1), 0, 0);
        self.add(STORE_NUMBER_8, (0, 0), 8, 0);
        self.here(goes_on);
        self.add(SET, (1, 0), 0, 1);
        self.add(ATOMIC_ADD_8, (0, 1), 8, 0);
        self.add(LOAD_8, (1, 0), 8, 0);
        self.end_if(IF_LESS_SIGNED, 1, 0, HOLD_GONE);
        // Written down first: whoever is paused must be found again.
        self.add(LOAD_4, (1, 10), -36, 0);
        self.add(STORE_4, (10, 1), -16, 0);
        self.add(STORE_8, (10, 6), -64, 0);
        self.put(&maps.paused, -16, -64);
        self.end_if(IF_OTHER, 0, 0, 0);
        self.add(SET, (1, 0), 0, libc::SIGSTOP);
        self.call(SEND_SIGNAL);
    }

    /// Puts what stands on the stack into a table.
    fn put(&mut self, map: &Table, key: i32, value: i32) {
        self.wide(1, 1, map.descriptor());
        self.stack(2, key);
        self.stack(3, value);
        self.add(SET, (4, 0), 0, 0);
        self.call(MAP_UPDATE);
    }
}

fn offset16(offset: i32) -> i16 {
    i16::try_from(offset).unwrap_or(i16::MAX)
}
