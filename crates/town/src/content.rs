//! What kind of content a file holds, and what a rewriting did to it: what a guard sees as it
//! happens, and an inspector finds in backups afterwards.
//!
//! Pure. Works on samples (the first [`SAMPLE_BYTES`]); measures are simple on purpose, so that
//! the same bytes give the same answer everywhere. An encrypted content has lost its type, shares
//! few bytes with the earlier one, and its bytes are spread like random ones.

use serde::{Deserialize, Serialize};

/// How much of a file is compared, from its start.
pub const SAMPLE_BYTES: usize = 64 * 1024;
/// Size of the blocks in which a partial rewriting is looked for.
const BLOCK_BYTES: usize = 512;
/// Changed blocks that make a file count as damaged; of a small one, a third of its blocks.
const BLOCKS_DAMAGED: u32 = 4;
/// Separate pieces replaced inside a compressed file that make it count as broken: its own programs
/// write it anew, they do not patch it here and there.
pub const PIECES_BROKEN: u32 = 4;

/// What a content looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// No byte at all.
    Empty,
    /// Text in UTF-8, Latin-1 or a neighbour of it.
    Text,
    /// ZIP, and what is built on it: docx, odt, jar.
    Zip,
    /// PDF.
    Pdf,
    /// An image of a known form.
    Image,
    /// gzip, xz, bzip2, zstd, 7z.
    Packed,
    /// A `SQLite` database.
    Database,
    /// The older office container.
    Ole,
    /// None of these.
    Other,
}

/// What a rewriting did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it was.
    pub before: ContentKind,
    /// What it is.
    pub after: ContentKind,
    /// Bytes equal at the same place, in thousandths of the earlier sample.
    pub equal_permille: u16,
    /// The bytes are now spread like random ones.
    pub random_after: bool,
    /// Blocks of 512 bytes that were ordinary and are now random.
    pub blocks_turned_random: u32,
    /// One byte repeated, where there was content.
    pub wiped: bool,
    /// Blocks that were compared.
    #[serde(default)]
    pub blocks: u32,
    /// A form with a structure (archive, document, image) that lost its head or was replaced in
    /// separate pieces.
    #[serde(default)]
    pub broken: bool,
}

/// What one rewriting counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Nothing suspicious.
    None,
    /// The whole content turned into noise.
    Transformed,
    /// Parts of it did.
    Blocks,
    /// Overwritten with one byte.
    Wiped,
    /// Emptied.
    Emptied,
    /// Its structure is broken.
    Broken,
}

impl Change {
    /// Compares two samples of one file.
    pub fn between(before: &[u8], after: &[u8]) -> Self {
        let equal = before.iter().zip(after).filter(|(a, b)| a == b).count();
        let permille = (equal * 1000).checked_div(before.len()).unwrap_or(1000);
        let blocks = Blocks::between(before, after);
        let kinds = (kind(before), kind(after));
        Self {
            before: kinds.0,
            after: kinds.1,
            blocks: blocks.compared,
            broken: is_broken(kinds, &blocks) && before.len() == after.len(),
            equal_permille: u16::try_from(permille).unwrap_or(1000),
            random_after: looks_random(after),
            blocks_turned_random: blocks.turned_random,
            wiped: is_one_byte(after) && !before.is_empty() && !is_one_byte(before),
        }
    }

    /// Adds what became of further places of the same file, which have no head to lose.
    pub fn add(&mut self, further: &Self) {
        self.blocks_turned_random += further.blocks_turned_random;
        self.blocks += further.blocks;
        let compressed = matches!(
            self.before,
            ContentKind::Zip | ContentKind::Pdf | ContentKind::Image | ContentKind::Packed
        );
        self.broken |= compressed && further.equal_permille < 100 && further.blocks >= 4;
    }

    /// What it counts as.
    pub fn damage(&self) -> Damage {
        if self.before == ContentKind::Empty {
            return Damage::None;
        }
        if self.after == ContentKind::Empty {
            return Damage::Emptied;
        }
        if self.wiped {
            return Damage::Wiped;
        }
        let type_lost = self.before != ContentKind::Other && self.after == ContentKind::Other;
        if type_lost && self.random_after && self.equal_permille < 100 {
            return Damage::Transformed;
        }
        let turned = self.blocks_turned_random;
        let most = turned > 0 && turned * 3 >= self.blocks;
        if (turned >= BLOCKS_DAMAGED || most) && self.after != ContentKind::Packed {
            return Damage::Blocks;
        }
        if self.broken {
            return Damage::Broken;
        }
        Damage::None
    }
}

/// What a content looks like, from its first bytes.
pub fn kind(sample: &[u8]) -> ContentKind {
    const MAGIC: &[(&[u8], ContentKind)] = &[
        (b"PK\x03\x04", ContentKind::Zip),
        (b"PK\x05\x06", ContentKind::Zip),
        (b"%PDF-", ContentKind::Pdf),
        (b"\xff\xd8\xff", ContentKind::Image),
        (b"\x89PNG\r\n", ContentKind::Image),
        (b"GIF8", ContentKind::Image),
        (b"II*\0", ContentKind::Image),
        (b"MM\0*", ContentKind::Image),
        (b"\x1f\x8b", ContentKind::Packed),
        (b"\xfd7zXZ\0", ContentKind::Packed),
        (b"BZh", ContentKind::Packed),
        (b"\x28\xb5\x2f\xfd", ContentKind::Packed),
        (b"7z\xbc\xaf\x27\x1c", ContentKind::Packed),
        (b"SQLite format 3\0", ContentKind::Database),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ContentKind::Ole),
    ];
    if sample.is_empty() {
        return ContentKind::Empty;
    }
    if let Some((_, found)) = MAGIC.iter().find(|(magic, _)| sample.starts_with(magic)) {
        return *found;
    }
    if is_text(sample) { ContentKind::Text } else { ContentKind::Other }
}

/// Text has no control characters but white space, and in an 8-bit encoding few high bytes.
fn is_text(sample: &[u8]) -> bool {
    let head = sample.get(..4096).unwrap_or(sample);
    let control = |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if head.iter().filter(control).count() > 0 {
        return false;
    }
    let high = head.iter().filter(|b| **b >= 0x7f).count();
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // The sample may cut the last character in two.
        Err(error) if error.error_len().is_none() => true,
        Err(_) => high * 100 < head.len() * 30,
    }
}

fn is_one_byte(sample: &[u8]) -> bool {
    sample.first().is_some_and(|first| sample.iter().all(|b| b == first))
}

/// Whether the bytes are spread as evenly as chance would spread them, within a tenth of a bit.
pub fn looks_random(sample: &[u8]) -> bool {
    let n = sample.len();
    if n < 48 {
        return false;
    }
    let (entropy, distinct) = spread(sample);
    let length = f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if n < 1024 {
        // Too short for entropy: count how many different bytes there are.
        let expected = 256.0 * (1.0 - (255.0_f64 / 256.0).powf(length));
        return f64::from(distinct) >= 0.9 * expected;
    }
    let expected = 8.0 - 255.0 / (2.0 * length * std::f64::consts::LN_2);
    entropy > expected - 0.1
}

/// Entropy in bits per byte, and the number of different bytes.
fn spread(sample: &[u8]) -> (f64, u32) {
    let mut counts = [0_u32; 256];
    for byte in sample {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let length = f64::from(u32::try_from(sample.len()).unwrap_or(u32::MAX));
    let mut entropy = 0.0;
    let mut distinct = 0;
    for count in counts.into_iter().filter(|count| *count > 0) {
        let share = f64::from(count) / length;
        entropy -= share * share.log2();
        distinct += 1;
    }
    (entropy, distinct)
}

/// What became of the blocks of a file, place by place.
struct Blocks {
    compared: u32,
    /// Ordinary before, random now.
    turned_random: u32,
    /// The first one was replaced.
    head_replaced: bool,
    /// Runs of replaced blocks with untouched ones after them.
    pieces: u32,
}

impl Blocks {
    fn between(before: &[u8], after: &[u8]) -> Self {
        let mut all = Self { compared: 0, turned_random: 0, head_replaced: false, pieces: 0 };
        let mut in_piece = false;
        for (old, new) in before.chunks_exact(BLOCK_BYTES).zip(after.chunks_exact(BLOCK_BYTES)) {
            let equal = old.iter().zip(new).filter(|(a, b)| a == b).count();
            let replaced = equal * 20 < BLOCK_BYTES;
            all.turned_random += u32::from(replaced && spread(new).0 > 7.35 && spread(old).0 < 6.5);
            all.head_replaced |= replaced && all.compared == 0;
            all.pieces += u32::from(in_piece && equal == BLOCK_BYTES);
            in_piece = replaced || (in_piece && equal != BLOCK_BYTES);
            all.compared += 1;
        }
        all
    }
}

/// How many separate pieces were replaced, with untouched ones after them: programs write a
/// compressed file anew, they do not patch it here and there.
pub fn pieces_replaced(before: &[u8], after: &[u8]) -> u32 {
    Blocks::between(before, after).pieces
}

fn is_broken((before, after): (ContentKind, ContentKind), blocks: &Blocks) -> bool {
    use ContentKind::{Database, Image, Ole, Packed, Pdf, Zip};
    let lost_its_head = matches!(before, Zip | Pdf | Image | Packed | Ole | Database)
        && after == ContentKind::Other
        && blocks.head_replaced;
    let patched = matches!(before, Zip | Pdf | Image | Packed) && blocks.pieces >= PIECES_BROKEN;
    lost_its_head || patched
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as an encryption leaves them, the same in each run.
    fn noise(seed: u64, n: usize) -> Vec<u8> {
        let mut state = seed | 1;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()[0]
        })
        // The first values of a small seed are not yet mixed.
        .skip(32)
        .take(n)
        .collect()
    }

    fn prose(n: usize) -> Vec<u8> {
        "Le conseil municipal s'est réuni en séance ordinaire.\n".bytes().cycle().take(n).collect()
    }

    #[test]
    fn encryption_is_seen_at_any_size() {
        for n in [64, 200, 700, 1500, 4096, 60_000] {
            let change = Change::between(&prose(n), &noise(7, n));
            assert_eq!(change.damage(), Damage::Transformed, "{n} bytes");
        }
    }

    #[test]
    fn a_compressed_original_that_loses_its_type_is_seen() {
        let mut zip = noise(3, 8000);
        zip.splice(0..4, *b"PK\x03\x04");
        assert_eq!(Change::between(&zip, &noise(9, 8000)).damage(), Damage::Transformed);
    }

    #[test]
    fn parts_of_a_file_are_seen() {
        let old = prose(40_000);
        let mut new = old.clone();
        for block in (0..70).step_by(2) {
            new.splice(block * 512..block * 512 + 512, noise(block as u64 + 1, 512));
        }
        assert_ne!(Change::between(&old, &new).damage(), Damage::None);
    }

    #[test]
    fn a_compressed_file_broken_in_parts_is_seen_and_one_written_anew_is_not() {
        let mut zip = noise(3, 20_000);
        zip.splice(0..4, *b"PK\x03\x04");
        let mut headless = zip.clone();
        headless.splice(0..4096, noise(11, 4096));
        assert_eq!(Change::between(&zip, &headless).damage(), Damage::Broken);
        let mut patched = zip.clone();
        for block in (1..39).step_by(2) {
            patched.splice(block * 512..block * 512 + 512, noise(block as u64 + 1, 512));
        }
        assert_eq!(Change::between(&zip, &patched).damage(), Damage::Broken);
        let mut anew = noise(17, 21_000);
        anew.splice(0..4, *b"PK\x03\x04");
        assert_eq!(Change::between(&zip, &anew).damage(), Damage::None);
        let mut longer = zip.clone();
        longer.extend(noise(19, 900));
        assert_eq!(Change::between(&zip, &longer).damage(), Damage::None);
    }

    #[test]
    fn every_other_block_of_a_small_file_is_seen() {
        let old = prose(1600);
        let mut new = old.clone();
        new.splice(0..512, noise(5, 512));
        assert_eq!(Change::between(&old, &new).damage(), Damage::Blocks);
    }

    #[test]
    fn wiping_and_emptying_are_seen() {
        assert_eq!(Change::between(&prose(900), &[0; 900]).damage(), Damage::Wiped);
        assert_eq!(Change::between(&prose(900), b"").damage(), Damage::Emptied);
    }

    #[test]
    fn everyday_changes_are_nothing() {
        let old = prose(5000);
        let mut edited = old.clone();
        edited.splice(100..120, *b"entirely new opening");
        assert_eq!(Change::between(&old, &edited).damage(), Damage::None);
        let mut packed = noise(5, 5000);
        packed.splice(0..2, *b"\x1f\x8b");
        assert_eq!(Change::between(&old, &packed).damage(), Damage::None);
        assert_eq!(Change::between(b"", &noise(5, 5000)).damage(), Damage::None);
        let latin: Vec<u8> = b"Mairie de Besan\xe7on, d\xe9lib\xe9ration\n".repeat(50);
        assert_eq!(kind(&latin), ContentKind::Text);
    }
}
