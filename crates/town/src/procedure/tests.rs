use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{TenantId, crockford::Slip, edge::Entropy};

/// Chance that is played.
struct Played(Vec<u8>);

impl Entropy for Played {
    fn fill(&self, bytes: &mut [u8]) {
        for (byte, value) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *value;
        }
    }
}

fn said(text: &str) -> serde_json::Value {
    json!({ "fr": text, "en": text })
}

fn field(code: &str, kind: &str) -> serde_json::Value {
    json!({ "code": code, "kind": kind, "label": said("Quoi ?") })
}

fn sample() -> serde_json::Value {
    let mut which = field("which", "choice");
    which["option"] = json!([
        { "code": "one", "label": said("Un") }, { "code": "two", "label": said("Deux") },
    ]);
    let mut when = field("when", "date");
    when["shown_when"] = json!({ "field": "which", "is": ["two"] });
    json!({
        "code": "sample", "mark": "SA", "version": 1, "group": "general", "service": "reception",
        "title": said("Demander"), "what": said("Pour voir."), "by_when": said("Demain."),
        "next": [said("On répond.")],
        "privacy": {
            "purpose": said("voir"), "basis": "public_task", "law": "RGPD",
            "readers": said("les agents"),
            "kept": { "months": 12, "from": "answer", "visa": false, "source": "proposal: so" },
        },
        "section": [{ "title": said("Vous"), "field": [which, when, field("who", "person")] }],
    })
}

fn read(value: serde_json::Value) -> Procedure {
    serde_json::from_value(value).unwrap()
}

/// The faults of a sample that was changed.
fn faults(change: impl FnOnce(&mut serde_json::Value)) -> Vec<String> {
    let mut value = sample();
    change(&mut value);
    check(&read(value)).iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_procedure_has_no_fault() {
    assert_eq!(faults(|_| {}), Vec::<String>::new());
}

#[test]
fn each_fault_says_where_it_is_and_what_to_write() {
    type Change = fn(&mut serde_json::Value);
    let cases: [(Change, &str); 14] = [
        (|v| v["mark"] = json!("IL"), "mark: write two capital letters"),
        (|v| v["version"] = json!(32), "version: write a number from 1 to 31"),
        (|v| v["title"]["en"] = json!(" "), "title.en: says nothing"),
        (|v| v["what"]["fr"] = json!("a".repeat(501)), "what.fr: is too long"),
        (|v| v["what"]["fr"] = json!("a\nb"), "what.fr: has a line break"),
        (|v| v["next"] = json!([]), "next: say what happens then"),
        (|v| v["section"] = json!([]), "section: nothing is asked"),
        (|v| v["privacy"]["kept"]["months"] = json!(0), "privacy.kept.months: write a number"),
        (
            |v| v["section"][0]["field"][1]["code"] = json!("which"),
            "section 1, field 'which': its code is there twice",
        ),
        (
            |v| v["section"][0]["field"][1]["shown_when"]["is"] = json!(["three"]),
            "section 1, field 'when': 'three' is no answer of 'which'",
        ),
        (
            |v| v["section"][0]["field"][1]["shown_when"]["field"] = json!("who"),
            "section 1, field 'when': asks of 'who': name a field that was asked before",
        ),
        (
            |v| v["section"][0]["field"][0]["option"] = json!([]),
            "section 1, field 'which': option: write 2 to 14 options",
        ),
        (
            |v| v["section"][0]["field"][2]["health"] = json!(true),
            "section 1, field 'who': instead: a field about health says",
        ),
        (
            |v| v["section"][0]["field"][2]["lines"] = json!(3),
            "section 1, field 'who': lines: only a long_text has lines",
        ),
    ];
    for (change, expected) in cases {
        let found = faults(change);
        assert!(found.iter().any(|one| one.starts_with(expected)), "{expected}: {found:?}");
    }
}

#[test]
fn two_procedures_never_share_a_code_or_a_mark() {
    let one = read(sample());
    let mut other = one.clone();
    other.code = ProcedureId::parse("other").unwrap();
    let found = check_together(&[one.clone(), other]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].to_string().contains("its mark 'SA' is another's too"));
    assert_eq!(check_together(&[one.clone(), one]).len(), 2);
}

#[test]
fn what_is_asked_follows_from_what_was_answered() {
    let mut value = sample();
    value["section"][0]["field"][2]["health"] = json!(true);
    let one = read(value);
    let (when, who) = (one.field("when").unwrap(), one.field("who").unwrap());
    let mut answers = Answers::default();
    assert!(!one.is_asked(when, Health::Off, &answers));
    answers.0.insert("which".to_owned(), "two".to_owned());
    assert!(one.is_asked(when, Health::Off, &answers));
    assert!(!one.is_asked(who, Health::Off, &answers));
    assert!(one.is_asked(who, Health::Checked, &answers));
    assert_eq!(who.keys(), ["who.family_name", "who.given_names"]);
    assert_eq!(when.keys(), ["when"]);
    let many = serde_json::from_value::<Field>(json!({
        "code": "days", "kind": "choices", "label": said("?"),
        "option": [{ "code": "mon", "label": said("L") }, { "code": "tue", "label": said("M") }],
    }));
    assert_eq!(many.unwrap().keys(), ["days.mon", "days.tue"]);
}

#[test]
fn a_square_opens_for_its_own_tenant_alone() {
    let code = CopyCode::new("CA", 1, &Played(vec![7, 250, 31, 0, 64, 99])).unwrap();
    for (own, other) in [("59273", "62473"), ("epci:242900660", "59273")] {
        let (own, other) = (TenantId::parse(own).unwrap(), TenantId::parse(other).unwrap());
        let square = code.square(&own);
        assert_eq!(CopyCode::read_for(&own, &square), Ok(code.clone()), "{square}");
        assert_eq!(CopyCode::read_for(&own, &code.printed()), Ok(code.clone()));
        assert_eq!(CopyCode::read_for(&other, &square), Err(Slip::Shape));
        assert!(
            square
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || ":-".contains(c))
        );
    }
    for text in ["", ":", "BEFFROI:59273", "https://example.org/", "BEFFROI:59273:É"] {
        let own = TenantId::parse("59273").unwrap();
        assert!(CopyCode::read_for(&own, text).is_err(), "{text}");
    }
    assert!(CopyCode::new("IO", 1, &Played(vec![1])).is_none());
    assert!(CopyCode::new("ca", 1, &Played(vec![1])).is_none());
}

proptest! {
    #[test]
    fn a_code_is_read_back_and_every_single_error_and_swap_is_noticed(
        chance in proptest::collection::vec(any::<u8>(), 11),
        version in 1_u8..=31,
        place in 0_usize..12,
        other in 0_u8..32,
        swap in 0_usize..11,
    ) {
        let code = CopyCode::new("RD", version, &Played(chance)).unwrap();
        let printed = code.printed();
        prop_assert_eq!((printed.len(), code.version()), (15, version));
        prop_assert_eq!(code.mark(), "RD");
        let letters: Vec<char> = printed.chars().filter(|c| *c != '-').collect();
        let typed = |letters: &[char]| letters.iter().collect::<String>().to_lowercase();
        prop_assert_eq!(CopyCode::read(&typed(&letters)), Ok(code));
        let mut wrong = letters.clone();
        wrong[place] = crate::crockford::letter(other);
        prop_assert!(wrong == letters || CopyCode::read(&typed(&wrong)) == Err(Slip::Check));
        let mut swapped = letters.clone();
        swapped.swap(swap, swap + 1);
        prop_assert!(swapped == letters || CopyCode::read(&typed(&swapped)) == Err(Slip::Check));
        prop_assert!(CopyCode::read(&typed(&letters[..11])).is_err());
    }
}
