//! The brake's instructions: what the kernel does at a deletion, without asking anybody.
//!
//! Rules:
//! - Offsets of the kernel's own fields come from its description of itself ([`Btf`]).
//! - It reads, counts and sends one signal. It stops nobody but ordinary users' processes, and
//!   nobody at all once the guard has been silent for [`SILENCE_NS`].
//!
//! Stack, from its end: 8 bytes read from the kernel (−8); a key of 4 (−16); a key of 16, device,
//! user and inode (−32); process numbers (−40); a fresh count (−64).

use super::Maps;
use crate::assembler::{
    ADD, AND_NUMBER, AND_NUMBER_4, ATOMIC_ADD_8, COPY, Code, IF_EQUAL, IF_GREATER,
    IF_GREATER_REGISTER, IF_LESS, IF_LESS_SIGNED, IF_OTHER, LOAD_2, LOAD_4, LOAD_8,
    REGISTERS_OF_TASK, SET, STORE_4, STORE_8, STORE_NUMBER_4, STORE_NUMBER_8, SUBTRACT, offset16,
};
use crate::btf::Btf;

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

// Helpers by number.
const CLOCK: i32 = 5;
const USER: i32 = 15;
const SEND_SIGNAL: i32 = 109;
const PROCESS_IN_SPACE: i32 = 120;
const THIS_TASK: i32 = 158;

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

impl Code {
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
}
