//! Where a field stands in a structure of the running kernel, as the kernel itself describes it
//! (`/sys/kernel/btf/vmlinux`).
//!
//! Pure. Every length is checked against the bytes; what does not fit is 'not known', never guessed.

/// Magic number at the start, in this machine's own order.
const MAGIC: u16 = 0xeb9f;
const STRUCT: u32 = 4;
const UNION: u32 = 5;
const FUNCTION: u32 = 12;
/// Anonymous structures inside one another that are followed.
const DEPTH_MAX: u32 = 4;

/// A description, with the place of each type in it.
pub(crate) struct Btf<'a> {
    types: &'a [u8],
    strings: &'a [u8],
    /// Where type `n` begins, from 1; type 0 is none.
    starts: Vec<usize>,
}

impl<'a> Btf<'a> {
    /// Reads the table of contents.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        if u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?) != MAGIC {
            return None;
        }
        let head = number(bytes, 4)?;
        let part = |offset: usize, length: usize| {
            let start = head.checked_add(number(bytes, offset)?)?;
            bytes.get(start..start.checked_add(number(bytes, length)?)?)
        };
        let (types, strings) = (part(8, 12)?, part(16, 20)?);
        let mut starts = vec![0];
        let mut at = 0;
        while at < types.len() {
            starts.push(at);
            at = at.checked_add(12 + detail_bytes(word(types, at + 4)?)?)?;
        }
        Some(Self { types, strings, starts })
    }

    /// Bytes from the start of structure `name` to its field `field`, also one in an anonymous
    /// structure or union inside.
    pub(crate) fn offset(&self, name: &str, field: &str) -> Option<i32> {
        let at = *self.starts.get(self.number_of(STRUCT, name)?)?;
        let bits = self.bits(at, field, DEPTH_MAX)?;
        (bits % 8 == 0).then(|| i32::try_from(bits / 8).ok())?
    }

    /// The number by which a program calls function `name` of the kernel.
    pub(crate) fn function(&self, name: &str) -> Option<i32> {
        i32::try_from(self.number_of(FUNCTION, name)?).ok()
    }

    fn number_of(&self, wanted: u32, name: &str) -> Option<usize> {
        let is_it = |at: &usize| {
            word(self.types, *at + 4).map(kind) == Some(wanted)
                && word(self.types, *at).and_then(|name| self.text(name)) == Some(name.as_bytes())
        };
        self.starts.iter().skip(1).position(is_it).map(|before| before + 1)
    }

    fn bits(&self, at: usize, field: &str, depth: u32) -> Option<u32> {
        let info = word(self.types, at + 4)?;
        for member in 0..(info & 0xffff) as usize {
            let place = at + 12 + member * 12;
            let name = self.text(word(self.types, place)?)?;
            let offset = word(self.types, place + 8)?;
            // With the kind's flag the upper byte is the width of a bit field.
            let offset = if info >> 31 == 1 { offset & 0x00ff_ffff } else { offset };
            if name == field.as_bytes() {
                return Some(offset);
            }
            if !name.is_empty() || depth == 0 {
                continue;
            }
            let inner = *self.starts.get(word(self.types, place + 4)? as usize)?;
            let anonymous = matches!(kind(word(self.types, inner + 4)?), STRUCT | UNION);
            let further = anonymous.then(|| self.bits(inner, field, depth - 1)).flatten();
            if let Some(further) = further {
                return offset.checked_add(further);
            }
        }
        None
    }

    fn text(&self, at: u32) -> Option<&'a [u8]> {
        self.strings.get(at as usize..)?.split(|byte| *byte == 0).next()
    }
}

fn kind(info: u32) -> u32 {
    info >> 24 & 0x1f
}

/// What follows the 12 bytes of each type (`uapi/linux/btf.h`).
fn detail_bytes(info: u32) -> Option<usize> {
    let members = (info & 0xffff) as usize;
    match kind(info) {
        2 | 7..=12 | 16 | 18 => Some(0),
        1 | 14 | 17 => Some(4),
        3 => Some(12),
        6 | 13 => Some(8 * members),
        STRUCT | UNION | 15 | 19 => Some(12 * members),
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(word(bytes, at)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `struct a { int n; union { int x; int y; }; }` with `int` as type 1, and a function `f`.
    fn sample() -> Vec<u8> {
        let strings = b"\0int\0a\0n\0x\0y\0f\0";
        let mut types: Vec<u32> = vec![1, 1 << 24, 4, 0x20];
        types.extend([0, 5 << 24 | 2, 4, 9, 1, 0, 11, 1, 0]);
        types.extend([5, 4 << 24 | 2, 8, 7, 1, 0, 0, 2, 32]);
        types.extend([13, 12 << 24, 1]);
        let types: Vec<u8> = types.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let mut bytes = MAGIC.to_ne_bytes().to_vec();
        bytes.extend([1, 0]);
        for word in [24, 0, types.len(), types.len(), strings.len()] {
            bytes.extend(u32::try_from(word).unwrap().to_ne_bytes());
        }
        bytes.extend(types);
        bytes.extend(strings);
        bytes
    }

    #[test]
    fn fields_are_found_also_in_anonymous_parts() {
        let bytes = sample();
        let btf = Btf::parse(&bytes).unwrap();
        assert_eq!(btf.offset("a", "n"), Some(0));
        assert_eq!(btf.offset("a", "y"), Some(4));
        assert_eq!((btf.offset("a", "z"), btf.offset("b", "n")), (None, None));
        assert_eq!((btf.function("f"), btf.function("a")), (Some(4), None));
    }

    proptest! {
        #[test]
        fn a_damaged_description_says_nothing(at in 0..200_usize, byte: u8, cut in 0..200_usize) {
            let mut bytes = sample();
            if let Some(one) = bytes.get_mut(at) { *one = byte; }
            bytes.truncate(cut);
            if let Some(btf) = Btf::parse(&bytes) { btf.offset("a", "y"); btf.function("f"); }
        }
    }
}
