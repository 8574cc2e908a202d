//! Files as people send them.

use super::*;

const COLUMNS: &[Column] = &[
    Column { key: "name", names: &["nom", "name"], required: true },
    Column { key: "hours", names: &["horaires d'été", "hours"], required: false },
];

fn first(bytes: &[u8]) -> (String, String) {
    let sheet = read(bytes, COLUMNS).unwrap_or_else(|error| panic!("{error}"));
    (sheet.rows[0].get("name").to_owned(), sheet.rows[0].get("hours").to_owned())
}

fn reasons(bytes: &[u8]) -> Vec<(usize, Reason)> {
    let errors = read(bytes, COLUMNS).expect_err("refused");
    errors.list().iter().map(|error| (error.row, error.reason.clone())).collect()
}

#[test]
fn every_encoding_and_separator_gives_the_same_cells() {
    let text = "Nom;Horaires d'été\nÉcole;9 h – 12 h\n";
    let expect = ("École".to_owned(), "9 h – 12 h".to_owned());
    let utf16: Vec<u8> =
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(first(text.as_bytes()), expect);
    assert_eq!(first(format!("\u{FEFF}{text}").as_bytes()), expect);
    assert_eq!(first(&utf16), expect);
    assert_eq!(first(&encoding_rs::WINDOWS_1252.encode(text).0), expect);
    assert_eq!(first(text.replace(';', "\t").as_bytes()), expect);
    assert_eq!(first(text.replace(';', ",").replace('\n', "\r\n").as_bytes()), expect);
    assert_eq!(first("HORAIRES D’ETE;NOM\n1;x\n".as_bytes()), ("x".into(), "1".into()));
}

#[test]
fn short_rows_are_completed_and_unknown_headings_told() {
    let sheet = read(b"nom;couleur;horaires d'ete;\n\na\n b ;red;9h;;;\n", COLUMNS).unwrap();
    assert_eq!(sheet.unused, ["couleur"]);
    let rows: Vec<_> =
        sheet.rows.iter().map(|r| (r.number, r.get("name"), r.get("hours"), r.get("x"))).collect();
    assert_eq!(rows, [(3, "a", "", ""), (4, "b", "9h", "")]);
}

#[test]
fn all_errors_are_told_and_nothing_is_returned() {
    let long = "x".repeat(CELL_CHARS_MAX + 1);
    let file = format!("nom;heures;hours;hours\na;b;c;d;e\n{long};\n\u{7};\nfine;\n");
    assert_eq!(
        reasons(file.as_bytes()),
        [
            (1, Reason::DuplicateColumn),
            (2, Reason::TooManyCells { found: 5, expected: 4 }),
            (3, Reason::CellTooLong { max: CELL_CHARS_MAX }),
            (4, Reason::ControlCharacter),
        ]
    );
    let message = read(file.as_bytes(), COLUMNS).unwrap_err().to_string();
    assert!(message.contains("4 errors, nothing was imported"), "{message}");
    assert!(message.contains("\n  row 3, column 'nom': the cell is longer"), "{message}");
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(reasons(b""), [(0, Reason::Empty)]);
    assert_eq!(reasons(b"\xEF\xBB\xBF \r\n;;\n"), [(0, Reason::Empty)]);
    assert_eq!(reasons(b"nom\n\n"), [(0, Reason::NoRow)]);
    assert_eq!(reasons(b"PK\x03\x04\x14\0\x06\0\xFF\x00"), [(0, Reason::NotText)]);
    assert_eq!(reasons(b"nom\nplain\0text\n"), [(0, Reason::NotText)]);
    assert_eq!(reasons(b"\xFF\xFEn\0o\0m\0\n\0a\0\0\xD8"), [(0, Reason::NotText)]);
    assert_eq!(
        reasons(
            "nom\n\u{e9}cole"
                .as_bytes()
                .iter()
                .chain(b"\n\xE9t\xE9\n")
                .copied()
                .collect::<Vec<u8>>()
                .as_slice()
        ),
        [(0, Reason::MixedEncodings)]
    );
    assert_eq!(reasons(b"a;b\n1;2\n"), [(1, Reason::MissingColumn { names: &["nom", "name"] })]);
    assert_eq!(reasons(b"nom\n\"a\nb\nc"), [(2, Reason::OpenQuote)]);
}

#[test]
fn size_and_rows_are_bounded() {
    let bytes = FILE_BYTES_MAX + 1;
    assert_eq!(reasons(&vec![b'a'; bytes]), [(0, Reason::FileTooLarge { bytes })]);
    let just = "nom\n".to_owned() + &"a\n".repeat(ROWS_MAX);
    assert_eq!(read(just.as_bytes(), COLUMNS).unwrap().rows.len(), ROWS_MAX);
    assert_eq!(reasons((just + "a\n").as_bytes()), [(0, Reason::TooManyRows { max: ROWS_MAX })]);
    // One enormous row of separators or of quotes ends quickly and is refused.
    let wide = "nom\n".to_owned() + &";".repeat(1_000_000) + "x";
    assert_eq!(reasons(wide.as_bytes()).len(), 1);
    let quotes = "nom\n".to_owned() + &"\"".repeat(2_000_001);
    assert!(reasons(quotes.as_bytes()).contains(&(2, Reason::OpenQuote)));
}

#[test]
fn the_message_shows_a_few_errors_and_counts_the_others() {
    let file = "nom\n".to_owned() + &"a;b\n".repeat(1_000);
    let message = read(file.as_bytes(), COLUMNS).unwrap_err().to_string();
    assert_eq!(message.lines().count(), 22);
    assert!(message.ends_with("and 980 more"), "{message}");
}

/// Any bytes end in rows or in at least one error, never in a panic.
#[test]
fn damaged_files_are_read_or_refused() {
    let file = "nom;hours\n\"a;\"\"b\";\u{e9}t\u{e9}\r\nc;\"d\ne\"\n".as_bytes();
    let mut state = 1_u32;
    let mut next = |below: usize| {
        // The numbers of Numerical Recipes: the same damage at every run.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(state >> 8).unwrap() % below
    };
    let (mut read_whole, mut refused) = (0, 0);
    for _ in 0..5_000 {
        let mut bytes = file.to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = b"\";,\t\n\r\xC3\xE9\xFF\0a"[next(11)],
                1 => bytes.truncate(at + 1),
                _ => bytes.insert(at, b"\";\n\xA0"[next(4)]),
            }
        }
        match read(&bytes, COLUMNS) {
            Ok(sheet) => {
                assert!(!sheet.rows.is_empty(), "{bytes:?}");
                read_whole += 1;
            }
            Err(errors) => {
                assert!(!errors.list().is_empty(), "{bytes:?}");
                refused += 1;
            }
        }
    }
    assert!(read_whole > 100 && refused > 100, "{read_whole} read, {refused} refused");
}
