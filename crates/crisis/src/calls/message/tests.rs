use super::*;
use beffroi_town::{AlarmKind, TenantId, alarm::Urgency, oncall::CallState};

const LINK: &str = "https://beffroi.example.fr/a/ABCDEFGHJKMNPQR";
const CODE: &str = "ABC-DEF-GHJ-KMN-PQR";
/// Eleven o'clock in Gravelines, Thursday 25 April 2024.
const ELEVEN: Instant = Instant::from_ms(1_714_035_600_000);

fn town(name: &str) -> Tenant {
    Tenant {
        id: TenantId::parse("59273").unwrap(),
        name: name.to_owned(),
        department: Some("59".to_owned()),
        region: None,
        population: None,
        siren: None,
        postcodes: vec![],
        epci: None,
        opened_at: ELEVEN,
        closed_at: None,
    }
}

fn call(kind: CallKind, told: Option<AlarmKind>) -> Call {
    Call {
        id: CallId::parse("call").unwrap(),
        tenant: TenantId::parse("59273").unwrap(),
        kind,
        told,
        urgency: told.map_or(Urgency::Lesser, AlarmKind::urgency),
        since_at: ELEVEN.plus_ms(4 * 60_000),
        simulated: false,
        opened_at: ELEVEN.plus_ms(30 * 60_000),
        state: CallState::Ringing,
        state_at: ELEVEN,
        round: 1,
        acknowledged: None,
        ended_at: None,
    }
}

fn said(call: &Call, name: &str, lang: Lang, hours: i64) -> String {
    let now = ELEVEN.plus_ms(hours * 3_600_000);
    words_of(call, &town(name), lang, now, (LINK, CODE)).1
}

#[test]
fn it_says_which_town_what_since_when_and_how_to_answer() {
    let attack = call(CallKind::Alarm, Some(AlarmKind::FilesVanishing));
    assert_eq!(
        said(&attack, "Gravelines", Lang::Fr, 1),
        format!(
            "Gravelines : des fichiers disparaissent (11 h 04). Répondez : {LINK} ou code {CODE}"
        )
    );
    assert_eq!(
        said(&attack, "Gravelines", Lang::En, 1),
        format!("Gravelines: files are vanishing (11:04). Answer: {LINK} or code {CODE}")
    );
    let played = Call { simulated: true, ..attack.clone() };
    assert!(said(&played, "Gravelines", Lang::Fr, 1).starts_with("SIMULATION Gravelines"));
    assert!(said(&attack, "Gravelines", Lang::Fr, 24).contains("25 avril, 11 h 04"));
    let gap = call(CallKind::Alarm, Some(AlarmKind::PlatformSilent));
    assert!(said(&gap, "Gravelines", Lang::Fr, 1).contains("11 h 04 à 11 h 30"));
    for kind in [CallKind::Weekly, CallKind::Single] {
        let test = call(kind, None);
        assert!(said(&test, "Gravelines", Lang::Fr, 1).starts_with("TEST Gravelines"));
        assert!(words_of(&test, &town("X"), Lang::En, ELEVEN, (LINK, CODE)).0.contains("TEST"));
    }
}

#[test]
fn every_message_fits_one_text_and_keeps_its_link() {
    let longest = "Saint-Germain-de-Tallevende-la-Lande-Vaumont";
    let tests = [call(CallKind::Weekly, None), call(CallKind::Single, None)];
    let alarms = AlarmKind::ALL.iter().map(|kind| call(CallKind::Alarm, Some(*kind)));
    for one in tests.into_iter().chain(alarms) {
        for (name, simulated) in [("Gravelines", false), (longest, false), (longest, true)] {
            let one = Call { simulated, ..one.clone() };
            for (lang, hours) in [(Lang::Fr, 1), (Lang::En, 1), (Lang::Fr, 48), (Lang::En, 48)] {
                let text = said(&one, name, lang, hours);
                assert!(text.chars().count() <= gsm::MESSAGE_CHARS, "{}: {text}", text.len());
                assert!(text.contains(LINK) && text.contains(&name[..8]), "{text}");
                assert_eq!(gsm::plain(&text), text);
                let secret = ["fichier.odt", "rançon", "attaque"];
                assert!(secret.iter().all(|word| !text.contains(word)), "{text}");
            }
        }
    }
}
