//! A town's line, played: 100 Mbit/s each way, 20 ms there and back, between two programs of this
//! machine. The kernel's own (`tc netem`) would need a module that many lack.
//!
//! Every byte waits for its turn on the line, which all connections share, then for the way. A
//! connection costs one more way there and back, as its handshake would.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant as Stopwatch},
};

use super::Done;

/// 100 Mbit/s: a byte takes 80 ns.
const BYTE_NS: u64 = 80;
const ONE_WAY: Duration = Duration::from_millis(10);
/// What is sent at once, and how many of them are on the way: more than the line holds.
const PIECE_BYTES: usize = 16 * 1_024;
const PIECES: usize = 64;

/// When one way of the line is free again.
type Free = Arc<Mutex<Stopwatch>>;

/// Plays a line to `server`; the address of its near end.
pub(crate) fn line(server: SocketAddr) -> Done<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let near = listener.local_addr()?;
    let free = || Arc::new(Mutex::new(Stopwatch::now()));
    let (up, down) = (free(), free());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (up, down) = (Arc::clone(&up), Arc::clone(&down));
            thread::spawn(move || {
                wait_until(Stopwatch::now() + 2 * ONE_WAY);
                if let Err(error) = join(&client, server, up, down) {
                    eprintln!("a connection over the line ended: {error}");
                }
            });
        }
    });
    Ok(near)
}

fn join(client: &TcpStream, server: SocketAddr, up: Free, down: Free) -> std::io::Result<()> {
    let far = TcpStream::connect(server)?;
    for end in [client, &far] {
        end.set_nodelay(true)?;
    }
    way(client.try_clone()?, far.try_clone()?, up);
    way(far, client.try_clone()?, down);
    Ok(())
}

/// One direction of one connection.
fn way(from: TcpStream, to: TcpStream, free: Free) {
    let (sender, receiver) = sync_channel(PIECES);
    thread::spawn(move || take(from, &free, &sender));
    thread::spawn(move || bring(to, &receiver));
}

type Piece = (Stopwatch, Vec<u8>);

fn take(mut from: TcpStream, free: &Free, sender: &SyncSender<Piece>) {
    let mut buffer = vec![0; PIECE_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let on_line = Duration::from_nanos(BYTE_NS * length as u64);
        let sent = {
            let mut free = free.lock().unwrap_or_else(PoisonError::into_inner);
            *free = (*free).max(Stopwatch::now()) + on_line;
            *free
        };
        let piece = buffer.get(..length).unwrap_or_default().to_vec();
        if sender.send((sent + ONE_WAY, piece)).is_err() {
            return;
        }
    }
}

fn bring(mut to: TcpStream, receiver: &Receiver<Piece>) {
    while let Ok((due, piece)) = receiver.recv() {
        wait_until(due);
        if to.write_all(&piece).is_err() {
            return;
        }
    }
    // The other end has closed its half: this one learns it in its turn.
    to.shutdown(Shutdown::Write).ok();
}

fn wait_until(due: Stopwatch) {
    loop {
        let left = due.saturating_duration_since(Stopwatch::now());
        if left.is_zero() {
            return;
        }
        thread::park_timeout(left);
    }
}
