//! Whether a content that could be read turned into one that cannot.
//!
//! Pure: pieces of both in, yes or no out. Containers that others write into (databases, mail
//! boxes, disks of virtual machines) take in packed things all the time: they have turned only when
//! they lost what they begin with.

use beffroi_town::content::{
    Change, ContentKind, Damage, PIECES_BROKEN, SAMPLE_BYTES, kind, looks_random, pieces_replaced,
};

/// Pieces of one content.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pieces<'b> {
    /// Its first part.
    pub(super) head: &'b [u8],
    /// The first part that is not the other's; begins at the same place in both.
    pub(super) other: &'b [u8],
    /// Its last part.
    pub(super) tail: &'b [u8],
    /// Runs of parts that were replaced between parts that were not.
    pub(super) runs: u32,
}

/// Text in which so many ordinary blocks turned into noise is no text any more.
const BLOCKS_TURNED: u32 = 4;
/// How much of an end tells whether a form is whole.
const TAIL_BYTES: usize = 64 << 10;
/// Shorter than this, noise cannot be told from other things.
const NOISE_BYTES_LEAST: usize = 512;

/// Whether a content can no longer be read that could be before.
pub(super) fn turned(before: &Pieces<'_>, after: &Pieces<'_>) -> bool {
    let (old, new) = (window(before.head, 0), window(after.head, 0));
    if old.is_empty() || new.is_empty() {
        return false;
    }
    let wiped = Change::between(old, new).damage() == Damage::Wiped;
    wiped || lost_its_form(old, new, after) || scrambled(before, after) || cut_off(before, after)
}

/// It begins as nothing that is known, and did before.
fn lost_its_form(old: &[u8], new: &[u8], after: &Pieces<'_>) -> bool {
    let (was, is) = (kind(old), kind(new));
    if is_known(new) {
        // Noise may be written down as text.
        let packed = matches!(was, ContentKind::Zip | ContentKind::Pdf | ContentKind::Image);
        return packed && is == ContentKind::Text;
    }
    let is_noise = is_noise(new) || is_noise(window(after.other, 0));
    let has_form = is_known(old) && was != ContentKind::Text;
    if has_form {
        // Its beginning was replaced, in place or with everything else.
        return is_noise || Change::between(old, new).broken;
    }
    is_noise && !looks_random(old)
}

/// Noise lies in it here and there.
fn scrambled(before: &Pieces<'_>, after: &Pieces<'_>) -> bool {
    let (was, new) = (kind(window(before.head, 0)), window(after.head, 0));
    match was {
        // Packed or converted, it begins as something else that is known.
        ContentKind::Text if is_known(new) && kind(new) != ContentKind::Text => false,
        ContentKind::Text => {
            let (mut turned, mut of) = (0, 0);
            for (old, new) in windows(before, after) {
                let change = Change::between(old, new);
                turned += change.blocks_turned_random;
                of += change.blocks;
            }
            turned >= BLOCKS_TURNED || (turned > 0 && turned * 3 >= of)
        }
        ContentKind::Zip | ContentKind::Pdf | ContentKind::Image | ContentKind::Packed => {
            let pieces = pieces_replaced(before.head, after.head)
                .max(pieces_replaced(before.other, after.other))
                .max(after.runs);
            pieces >= PIECES_BROKEN
        }
        _ => false,
    }
}

/// It begins as before, and does not end as its form must, though it did.
fn cut_off(before: &Pieces<'_>, after: &Pieces<'_>) -> bool {
    let (was, is) = (kind(window(before.head, 0)), kind(window(after.head, 0)));
    was == is && ends_well(was, before) == Some(true) && ends_well(is, after) == Some(false)
}

/// Whether a form ends as it must; none when that cannot be told.
fn ends_well(kind: ContentKind, pieces: &Pieces<'_>) -> Option<bool> {
    let from = pieces.tail.len().saturating_sub(TAIL_BYTES);
    let end = pieces.tail.get(from..)?;
    let has = |mark: &[u8]| end.windows(mark.len()).any(|some| some == mark);
    let head = pieces.head;
    match kind {
        ContentKind::Zip => Some(has(b"PK\x05\x06")),
        ContentKind::Pdf => Some(has(b"%%EOF")),
        ContentKind::Image if head.starts_with(b"\x89PNG") => Some(has(b"IEND")),
        ContentKind::Image if head.starts_with(b"\xff\xd8") => Some(end.ends_with(b"\xff\xd9")),
        _ => None,
    }
}

/// What lies at the same places in both, a few windows of it.
fn windows<'b>(before: &Pieces<'b>, after: &Pieces<'b>) -> Vec<(&'b [u8], &'b [u8])> {
    let mut all = vec![(window(before.head, 0), window(after.head, 0))];
    let both = before.other.len().min(after.other.len());
    for at in [0, both / 2, both.saturating_sub(SAMPLE_BYTES)] {
        // Blocks are compared place by place.
        let at = at - at % 512;
        all.push((window(before.other, at), window(after.other, at)));
    }
    all
}

fn window(bytes: &[u8], at: usize) -> &[u8] {
    let end = bytes.len().min(at.saturating_add(SAMPLE_BYTES));
    bytes.get(at..end).unwrap_or_default()
}

/// Whether these bytes are spread as evenly as chance spreads them.
pub(super) fn is_noise(sample: &[u8]) -> bool {
    sample.len() >= NOISE_BYTES_LEAST && looks_random(sample)
}

/// Whether a content begins as something that is known. What encrypts on purpose is not among
/// them: a file that turned into that cannot be read any more.
pub(super) fn is_known(sample: &[u8]) -> bool {
    const AT: &[(usize, &[u8])] = &[
        (0, b"RIFF"),
        (0, b"OggS"),
        (0, b"fLaC"),
        (0, b"ID3"),
        (0, b"\x1a\x45\xdf\xa3"),
        (0, b"\x00\x00\x01\xba"),
        (0, b"!BDN"),
        (0, b"MZ"),
        (0, b"\x7fELF"),
        (0, b"KDMV"),
        (0, b"QFI\xfb"),
        (0, b"vhdxfile"),
        (0, b"conectix"),
        (0, b"Rar!"),
        (0, b"\x04\x22\x4d\x18"),
        (0, b"MSCF"),
        (0, b"AC10"),
        (0, b"TAPE"),
        (0, b"PGDMP"),
        (0, b"wOFF"),
        (0, b"wOF2"),
        (0, b"\0\0\x01\0"),
        (0, b"\x03\xd9\xa2\x9a"),
        (4, b"Standard "),
        (4, b"ftyp"),
        (4, b"moov"),
        (257, b"ustar"),
    ];
    let found = kind(sample);
    if !matches!(found, ContentKind::Other | ContentKind::Empty) {
        return true;
    }
    AT.iter().any(|(at, mark)| sample.get(*at..).is_some_and(|rest| rest.starts_with(mark)))
}

/// Whether a name says that the file begins in a known way, and these bytes are noise instead.
pub(super) fn belies_its_name(ending: &[u8], sample: &[u8]) -> bool {
    !is_known(sample) && is_noise(sample) && names_a_form(ending)
}

/// Whether files with this ending begin in a known way.
pub(super) fn names_a_form(ending: &[u8]) -> bool {
    const ENDINGS: &[&[u8]] = &[
        b"pdf", b"docx", b"xlsx", b"pptx", b"odt", b"ods", b"odp", b"doc", b"xls", b"ppt", b"zip",
        b"jpg", b"jpeg", b"png", b"gif", b"tif", b"tiff", b"txt", b"csv", b"xml", b"html", b"htm",
        b"rtf", b"eml", b"json", b"svg", b"ics", b"vcf", b"gz", b"7z", b"sqlite", b"msg",
    ];
    ENDINGS.contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, n: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()[0]
        })
        .skip(32)
        .take(n)
        .collect()
    }

    fn prose(n: usize) -> Vec<u8> {
        "Le conseil municipal s'est réuni en séance ordinaire.\n".bytes().cycle().take(n).collect()
    }

    /// A compressed form: a beginning, noise, an end.
    fn form(begins: &[u8], ends: &[u8], seed: u64, n: usize) -> Vec<u8> {
        let mut bytes = noise(seed, n);
        bytes.splice(..begins.len(), begins.iter().copied());
        bytes.splice(n - ends.len().., ends.iter().copied());
        bytes
    }

    fn whole(bytes: &[u8]) -> Pieces<'_> {
        Pieces { head: bytes, other: bytes, tail: bytes, runs: 0 }
    }

    fn is_turned(before: &[u8], after: &[u8]) -> bool {
        turned(&whole(before), &whole(after))
    }

    #[test]
    fn every_way_of_ruining_a_file_is_seen() {
        let zip = |seed| form(b"PK\x03\x04", b"PK\x05\x06", seed, 90_000);
        let jpg = form(b"\xff\xd8\xff", b"\xff\xd9", 5, 50_000);
        let pdf = form(b"%PDF-1.7", b"%%EOF\n", 6, 50_000);
        let old: [(&str, Vec<u8>); 5] = [
            ("text", prose(60_000)),
            ("zip", zip(3)),
            ("jpg", jpg),
            ("pdf", pdf),
            ("ole", form(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 8, 70_000)),
        ];
        for (name, old) in &old {
            assert!(is_turned(old, &noise(9, old.len())), "{name} whole");
            let mut head = old.clone();
            head.splice(..4096, noise(11, 4096));
            assert!(is_turned(old, &head), "{name} first 4 KB");
            assert!(is_turned(old, &vec![0; old.len()]), "{name} wiped");
            assert!(is_turned(old, &noise(12, old.len() + 300)), "{name} longer");
        }
        for (name, old) in &old[..4] {
            let mut patched = old.clone();
            for block in (1..old.len() / 4096).step_by(2) {
                patched.splice(block * 4096..(block + 1) * 4096, noise(block as u64, 4096));
            }
            assert!(is_turned(old, &patched), "{name} every other block");
            let mut rest = old.clone();
            rest.splice(4096.., noise(13, old.len() - 4096));
            assert!(is_turned(old, &rest), "{name} all but the first 4 KB");
        }
        assert!(is_turned(&zip(3), &prose(40_000)), "noise written down as text");
    }

    #[test]
    fn daily_work_is_nothing() {
        let zip = |seed| form(b"PK\x03\x04", b"PK\x05\x06", seed, 90_000);
        let jpg = |seed| form(b"\xff\xd8\xff", b"\xff\xd9", seed, 50_000);
        assert!(!is_turned(&zip(3), &zip(4)), "a document that was saved");
        assert!(!is_turned(&jpg(3), &jpg(4)), "a picture that was encoded anew");
        assert!(!is_turned(&noise(3, 9_000), &noise(4, 9_000)), "a container that is noise");
        assert!(
            !is_turned(&prose(9_000), &form(b"\x1f\x8b", b"", 5, 4_000)),
            "a log that was packed"
        );
        let mp4 = form(b"\0\0\0\x20ftypisom", b"", 5, 40_000);
        assert!(!is_turned(&form(b"RIFF", b"", 7, 40_000), &mp4), "a film that was encoded anew");
        // A database that takes in pictures where it was empty or held text.
        let mut base = vec![0; 60_000];
        base.splice(..16, *b"SQLite format 3\0");
        let mut grown = base.clone();
        grown.splice(8_192..40_960, noise(9, 32_768));
        assert!(!is_turned(&base, &grown));
        let mut edited = prose(30_000);
        edited.splice(100..120, *b"entirely new opening");
        assert!(!is_turned(&prose(30_000), &edited));
        assert!(!is_turned(b"", &noise(3, 4_000)) && !is_turned(&prose(900), b""));
    }

    #[test]
    fn a_name_is_belied_by_noise_alone() {
        assert!(belies_its_name(b"pdf", &noise(3, 9_000)));
        assert!(!belies_its_name(b"pdf", &form(b"\xff\xd8\xff", b"", 3, 9_000)));
        assert!(!belies_its_name(b"gpg", &noise(3, 9_000)));
        assert!(!belies_its_name(b"pdf", &prose(100)));
    }
}
