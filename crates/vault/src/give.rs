//! What is asked back: objects whole or in part, and the names of what is there.
//!
//! Rules:
//! - What is there is what lies on the disk, whatever the database says: a repository outlives the
//!   platform that kept it.
//! - A small answer is one trip to the disk; a large one has two pieces in memory at a time, and reads
//!   into the same two again: room fresh from the system costs more than to fill it.

use std::{
    collections::VecDeque, fs::File, io, os::unix::fs::FileExt as _, path::PathBuf, sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use beffroi_town::vault::ObjectKind;
use futures_util::stream;

use crate::{
    asked::ObjectName,
    refusal::Refusal,
    shelf,
    visit::{Visit, on_disk},
};

/// How much of an object is read at a time.
const PIECE_BYTES: u64 = 256 << 10;
const LIST_V1: &str = "application/vnd.x.restic.rest.v1";
const LIST_V2: &str = "application/vnd.x.restic.rest.v2";

/// One object, whole or the part that was asked for.
pub(crate) async fn object(
    visit: &Visit,
    kind: ObjectKind,
    name: Option<&ObjectName>,
) -> Result<Response, Refusal> {
    let path = visit.shelf.path(kind, name);
    let (range, reads) = (asked_range(&visit.parts.headers), visit.parts.method != Method::HEAD);
    let opened = on_disk(move || match File::open(&path) {
        Ok(file) => Opened::read(file, range.as_deref(), reads).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    });
    let Opened { file, bytes, part, first } = opened.await?.ok_or(Refusal::NotFound)?;
    let (status, (from, until)) = match part {
        Part::Whole => (StatusCode::OK, (0, bytes)),
        Part::Some(from, until) => (StatusCode::PARTIAL_CONTENT, (from, until)),
        Part::Beyond => return Err(Refusal::Range(bytes)),
    };
    let body = match first {
        None => Body::empty(),
        Some(first) if first.len() as u64 >= until - from => Body::from(first),
        Some(first) => {
            let sending = Sending { file: Arc::new(file), from, until, sent: VecDeque::new() };
            Body::from_stream(stream::unfold((sending, Some(first)), Sending::next))
        }
    };
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(until - from));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {from}-{}/{bytes}", until.saturating_sub(1));
        if let Ok(range) = HeaderValue::from_str(&range) {
            headers.insert(header::CONTENT_RANGE, range);
        }
    }
    Ok(answer)
}

/// An object that was found.
struct Opened {
    file: File,
    bytes: u64,
    part: Part,
    /// The first piece of what was asked for; none, where nothing is to be sent.
    first: Option<Bytes>,
}

impl Opened {
    fn read(file: File, range: Option<&str>, reads: bool) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        let part = asked_part(range, bytes);
        let first = match part {
            Part::Whole if reads => Some((0, bytes)),
            Part::Some(from, until) if reads => Some((from, until)),
            _ => None,
        };
        let first = first.map(|(from, until)| {
            let mut room = vec![0; piece_length(from, until)];
            file.read_exact_at(&mut room, from).map(|()| Bytes::from(room))
        });
        Ok(Self { bytes, part, first: first.transpose()?, file })
    }
}

fn piece_length(from: u64, until: u64) -> usize {
    usize::try_from(PIECE_BYTES.min(until - from)).unwrap_or(0)
}

fn asked_range(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::RANGE)?.to_str().ok()?.to_owned())
}

/// What of an object is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first number up to, not including, the second.
    Some(u64, u64),
    /// Nothing that is there.
    Beyond,
}

/// Reads a Range. What is no single range of bytes asks for the whole, as HTTP has it.
fn asked_part(range: Option<&str>, bytes: u64) -> Part {
    let Some((first, last)) = range
        .and_then(|value| value.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last && first < bytes => {
            Part::Some(first, last.saturating_add(1).min(bytes))
        }
        (Ok(first), Err(_)) if last.trim().is_empty() && first < bytes => Part::Some(first, bytes),
        (Err(_), Ok(count)) if first.trim().is_empty() && count > 0 && bytes > 0 => {
            Part::Some(bytes.saturating_sub(count), bytes)
        }
        (Ok(first), _) if first >= bytes => Part::Beyond,
        (Err(_), Ok(_)) if first.trim().is_empty() => Part::Beyond,
        _ => Part::Whole,
    }
}

/// A file on its way to a client.
struct Sending {
    file: Arc<File>,
    /// What was not handed over yet.
    from: u64,
    until: u64,
    /// The last pieces that were, the oldest first.
    sent: VecDeque<Bytes>,
}

/// Pieces whose room is kept: the client's connection holds on to the last one only.
const KEPT_PIECES: usize = 2;

impl Sending {
    /// The next piece, the first of which is at hand.
    async fn next(
        (mut sending, first): (Self, Option<Bytes>),
    ) -> Option<(io::Result<Bytes>, (Self, Option<Bytes>))> {
        if sending.from >= sending.until {
            return None;
        }
        let piece = match first {
            Some(first) => Ok(first),
            None => sending.read().await,
        };
        match &piece {
            Ok(piece) => {
                sending.from += piece.len() as u64;
                sending.sent.push_back(piece.clone());
            }
            // After a failure there is nothing more: the client sees the answer break off.
            Err(_) => sending.from = sending.until,
        }
        Some((piece, (sending, None)))
    }

    async fn read(&mut self) -> io::Result<Bytes> {
        let (file, from) = (Arc::clone(&self.file), self.from);
        let length = piece_length(from, self.until);
        let old = (self.sent.len() >= KEPT_PIECES).then(|| self.sent.pop_front()).flatten();
        let read = tokio::task::spawn_blocking(move || {
            // Where somebody still holds it, another room is made.
            let old = old.filter(|old| old.len() >= length).and_then(|old| old.try_into_mut().ok());
            let Some(mut room) = old else {
                let mut room = vec![0; length];
                return file.read_exact_at(&mut room, from).map(|()| Bytes::from(room));
            };
            room.truncate(length);
            file.read_exact_at(&mut room, from).map(|()| room.freeze())
        });
        read.await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}

/// The names of a kind, in the form that the client understands, folder by folder.
pub(crate) fn names(visit: &Visit, kind: ObjectKind) -> Response {
    let accepts = visit.parts.headers.get_all(header::ACCEPT).iter();
    let lengths = accepts
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|one| one.trim() == LIST_V2));
    let mut folders: Vec<PathBuf> = visit.shelf.folders(kind);
    folders.reverse();
    let state = Listing { folders, lengths, begun: false, ended: false };
    let body = Body::from_stream(stream::unfold(state, Listing::next));
    let form = if lengths { LIST_V2 } else { LIST_V1 };
    ([(header::CONTENT_TYPE, form)], body).into_response()
}

/// A list under way.
struct Listing {
    /// Folders not read yet, the next one last.
    folders: Vec<PathBuf>,
    lengths: bool,
    begun: bool,
    ended: bool,
}

impl Listing {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        if self.ended {
            return None;
        }
        let Some(folder) = self.folders.pop() else {
            self.ended = true;
            let end = if self.begun { "]" } else { "[]" };
            return Some((Ok(Bytes::from_static(end.as_bytes())), self));
        };
        let lengths = self.lengths;
        let listed = tokio::task::spawn_blocking(move || shelf::list(&folder, lengths)).await;
        let listed = listed.unwrap_or_else(|error| Err(io::Error::other(error)));
        match listed {
            Err(error) => {
                tracing::error!(%error, "a list of the vault broke off");
                self.ended = true;
                Some((Err(error), self))
            }
            Ok(listed) => {
                let text = self.text(&listed.objects);
                Some((Ok(Bytes::from(text)), self))
            }
        }
    }

    fn text(&mut self, objects: &[(ObjectName, u64)]) -> String {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(objects.len() * 96);
        for (name, bytes) in objects {
            text.push(if self.begun { ',' } else { '[' });
            self.begun = true;
            let name = name.as_str();
            // Writing to a text cannot fail.
            let written = if self.lengths {
                write!(text, "{{\"name\":\"{name}\",\"size\":{bytes}}}")
            } else {
                write!(text, "\"{name}\"")
            };
            debug_assert!(written.is_ok());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_http_has_them() {
        for (range, part) in [
            ("bytes=0-0", Part::Some(0, 1)),
            ("bytes=2-5", Part::Some(2, 6)),
            ("bytes=2-", Part::Some(2, 10)),
            ("bytes=8-99", Part::Some(8, 10)),
            ("bytes=-3", Part::Some(7, 10)),
            ("bytes=-99", Part::Some(0, 10)),
            ("bytes=10-", Part::Beyond),
            ("bytes=10-12", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=a-b", Part::Whole),
        ] {
            assert_eq!(asked_part(Some(range), 10), part, "{range}");
        }
        assert_eq!(asked_part(None, 10), Part::Whole);
    }
}
