//! Programs for the kernel, put together by hand: no compiler at build or run time.
//!
//! The kernel checks each before it takes it. Numbers are those of `uapi/linux/bpf.h`.

use crate::sys::Table;

pub(crate) const LOAD_2: u8 = 0x69;
pub(crate) const LOAD_4: u8 = 0x61;
pub(crate) const LOAD_8: u8 = 0x79;
pub(crate) const STORE_4: u8 = 0x63;
pub(crate) const STORE_8: u8 = 0x7b;
pub(crate) const STORE_NUMBER_4: u8 = 0x62;
pub(crate) const STORE_NUMBER_8: u8 = 0x7a;
pub(crate) const ATOMIC_ADD_8: u8 = 0xdb;
pub(crate) const COPY: u8 = 0xbf;
pub(crate) const SET: u8 = 0xb7;
pub(crate) const ADD_NUMBER: u8 = 0x07;
pub(crate) const SUBTRACT: u8 = 0x1f;
pub(crate) const ADD: u8 = 0x0f;
pub(crate) const AND_NUMBER: u8 = 0x57;
pub(crate) const AND_NUMBER_4: u8 = 0x54;
pub(crate) const IF_EQUAL: u8 = 0x15;
pub(crate) const IF_OTHER: u8 = 0x55;
pub(crate) const IF_GREATER: u8 = 0x25;
pub(crate) const IF_GREATER_REGISTER: u8 = 0x2d;
pub(crate) const IF_LESS: u8 = 0xa5;
pub(crate) const IF_LESS_SIGNED: u8 = 0xc5;

// Helpers by number.
const MAP_LOOKUP: i32 = 1;
const MAP_UPDATE: i32 = 2;
pub(crate) const READ_KERNEL: i32 = 113;
/// The registers with which a task came into the kernel.
pub(crate) const REGISTERS_OF_TASK: i32 = 175;

/// Instructions so far; jumps are filled in at the end.
#[derive(Default)]
pub(crate) struct Code {
    words: Vec<u64>,
    labels: Vec<usize>,
    jumps: Vec<(usize, usize)>,
    ends: Vec<usize>,
}

impl Code {
    pub(crate) fn add(&mut self, code: u8, (to, from): (u8, u8), offset: i16, number: i32) {
        let bytes = offset.to_le_bytes();
        let registers = to | from << 4;
        let head = u32::from_le_bytes([code, registers, bytes[0], bytes[1]]);
        self.words.push(u64::from(head) | u64::from(number.cast_unsigned()) << 32);
    }

    pub(crate) fn call(&mut self, helper: i32) {
        self.add(0x85, (0, 0), 0, helper);
    }

    /// Calls a function of the kernel's own, by its number in the kernel's description of itself.
    pub(crate) fn call_function(&mut self, function: i32) {
        self.add(0x85, (0, 2), 0, function);
    }

    pub(crate) fn exit(&mut self) {
        self.add(SET, (0, 0), 0, 0);
        self.add(0x95, (0, 0), 0, 0);
    }

    /// A number of 64 bits, or with `kind` 1 the table behind a descriptor.
    pub(crate) fn wide(&mut self, to: u8, kind: u8, value: u64) {
        let low = value & 0xffff_ffff;
        self.words.push(u64::from(u16::from_le_bytes([0x18, to | kind << 4])) | low << 32);
        self.words.push(value >> 32 << 32);
    }

    pub(crate) fn label(&mut self) -> usize {
        self.labels.push(0);
        self.labels.len() - 1
    }

    pub(crate) fn here(&mut self, label: usize) {
        if let Some(place) = self.labels.get_mut(label) {
            *place = self.words.len();
        }
    }

    pub(crate) fn jump(&mut self, code: u8, sides: (u8, u8), number: i32, label: usize) {
        self.jumps.push((self.words.len(), label));
        self.add(code, sides, 0, number);
    }

    pub(crate) fn end_if(&mut self, code: u8, left: u8, right: u8, number: i32) {
        self.ends.push(self.words.len());
        self.add(code, (left, right), 0, number);
    }

    pub(crate) fn finish(mut self) -> Vec<u64> {
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
    pub(crate) fn stack(&mut self, register: u8, place: i32) {
        self.add(COPY, (register, 10), 0, 0);
        self.add(ADD_NUMBER, (register, 0), 0, place);
    }

    /// Reads a field of the kernel's into the eight bytes at −8.
    pub(crate) fn read_kernel(&mut self, object: u8, offset: i32, bytes: i32) {
        self.add(COPY, (3, object), 0, 0);
        self.add(ADD_NUMBER, (3, 0), 0, offset);
        self.stack(1, -8);
        self.add(SET, (2, 0), 0, bytes);
        self.call(READ_KERNEL);
        self.end_if(IF_OTHER, 0, 0, 0);
    }

    /// What a table holds under the key on the stack: its address, or nothing.
    pub(crate) fn look_up(&mut self, map: &Table, key: i32) {
        self.wide(1, 1, map.descriptor());
        self.stack(2, key);
        self.call(MAP_LOOKUP);
    }

    /// Puts what stands on the stack into a table.
    pub(crate) fn put(&mut self, map: &Table, key: i32, value: i32) {
        self.wide(1, 1, map.descriptor());
        self.stack(2, key);
        self.stack(3, value);
        self.add(SET, (4, 0), 0, 0);
        self.call(MAP_UPDATE);
    }
}

pub(crate) fn offset16(offset: i32) -> i16 {
    i16::try_from(offset).unwrap_or(i16::MAX)
}
