//! A ZIP archive of parts that are stored as they are, as small office documents may be.

/// Packs these parts, by their names.
pub(super) fn pack(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in parts {
        let facts = facts(name, bytes);
        let begins = number(file.len());
        file.extend(b"PK\x03\x04");
        file.extend(&facts);
        file.extend(name.as_bytes());
        file.extend(bytes);
        // Version made by, the same facts, no comment, disk and attributes 0, where it begins.
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&facts);
        directory.extend([0; 10]);
        directory.extend(begins);
        directory.extend(name.as_bytes());
    }
    let (begins, length) = (number(file.len()), number(directory.len()));
    let count = u16::try_from(parts.len()).unwrap_or(u16::MAX).to_le_bytes();
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count);
    file.extend(count);
    file.extend(length);
    file.extend(begins);
    file.extend([0, 0]);
    file
}

/// Version needed, flags (names in UTF-8), stored, time and day (1 January 2024), check sum, both
/// lengths, length of the name, no extra field.
fn facts(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut facts = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0x58];
    facts.extend(check_sum(bytes).to_le_bytes());
    facts.extend(number(bytes.len()));
    facts.extend(number(bytes.len()));
    facts.extend(u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
    facts.extend([0, 0]);
    facts
}

fn number(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// CRC-32 as ZIP uses it.
fn check_sum(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    let all = bytes
        .iter()
        .fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)));
    !all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_the_known_one() {
        assert_eq!(check_sum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn another_program_finds_the_parts_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let parts = [("un.txt", b"un".repeat(900)), ("dossier/deux.xml", b"<a/>".to_vec())];
        std::fs::write(&path, pack(&parts)).unwrap();
        let tested = std::process::Command::new("python3")
            .args(["-m", "zipfile", "-t"])
            .arg(&path)
            .output()
            .expect("python3 is missing; scripts/setup-tests");
        let said = String::from_utf8_lossy(&tested.stdout);
        assert!(tested.status.success() && !said.contains("corrupted"), "{said}");
    }
}
