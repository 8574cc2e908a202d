//! A resident takes, moves and cancels an appointment, as the pages offer it, without a script.

use axum::http::{Method, StatusCode};
use beffroi_crisis::{Deed, incidents};
use beffroi_store::{agendas, appointments as kept};
use beffroi_town::{
    Actor, AgendaId, Role,
    agenda::{Day, Word},
    incident::Nature,
};

use crate::{
    browser::{Browser, Page},
    sample::{OTHER, Sample, TOWN, rounds::received},
};

const BASE: &str = "/c/59273/rendez-vous/";
/// Tuesday 30 April 2024, 9:20: five days after the sample begins.
const HOUR: &str = "/c/59273/rendez-vous/lieu/cartes/2024-04-30T0920/";

/// A person declares an incident that the town is in.
async fn declare(sample: &Sample) {
    let (store, scope, by) = (&sample.doors.store, Sample::scope(TOWN), Actor::CommandLine);
    let deed = Deed { store, actor: &by, at: Sample::START, scope: &scope };
    let what = incidents::Declaration {
        nature: Nature::Unknown,
        noticed_at: Sample::START,
        others: Vec::new(),
        alarm: None,
        states: Vec::new(),
    };
    incidents::declare(&deed, &what).await.unwrap();
}

async fn get(browser: &mut Browser, path: &str) -> Page {
    browser.ask(Method::GET, path, None).await
}

/// Sends the one form of a page with a button pressed and fields filled in.
async fn press(
    browser: &mut Browser,
    page: &Page,
    (path, step): (&str, &str),
    filled: &[(&str, &str)],
) -> Page {
    let inside = page.body.split("<form").nth(1).unwrap_or_else(|| panic!("{}", page.body));
    let hidden = inside.split("type=\"hidden\" name=\"").skip(1).map(|rest| {
        let name = rest.split('"').next().unwrap();
        let value = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        (name.to_owned(), value.replace("&#39;", "'"))
    });
    let mut fields: Vec<(String, String)> = hidden.collect();
    fields.retain(|(name, _)| !filled.iter().any(|(other, _)| name == other));
    fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fields.push(("step".to_owned(), step.to_owned()));
    browser.post(path, &fields).await
}

const CAMILLE: [(&str, &str); 4] =
    [("name", "Camille QZ-Martin"), ("phone", "06 11 22 33 55"), ("mail", ""), ("about", "")];

/// Takes the hour; the page that confirms it.
pub(crate) async fn take(browser: &mut Browser) -> Page {
    let form = get(browser, HOUR).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let check = press(browser, &form, (HOUR, "check"), &CAMILLE).await;
    assert!(check.body.contains("Camille QZ-Martin"), "{}", check.body);
    press(browser, &check, (HOUR, "send"), &[]).await
}

/// Without the spaces that do not break.
fn plain(page: &Page) -> String {
    page.body.replace('\u{a0}', " ")
}

fn code(page: &Page) -> String {
    let found = page.body.split("class=\"code\">").nth(1);
    found.unwrap_or_else(|| panic!("{}", page.body)).split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_appointment_is_taken_moved_and_cancelled() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    let points = get(&mut browser, BASE).await;
    assert!(points.body.contains("/rendez-vous/lieu/cartes/"), "{}", points.body);
    let days = get(&mut browser, "/c/59273/rendez-vous/lieu/cartes/").await;
    assert!(days.body.contains(HOUR), "{}", days.body);
    // One day's notice: nothing today.
    assert!(!days.body.contains("2024-04-25T"));
    let done = take(&mut browser).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let its = code(&done);
    // The very same form sent again is the same appointment.
    assert!(!done.headers.contains_key("set-cookie"));
    assert_eq!(done.headers["cache-control"], "no-store");

    let mut conn = sample.doors.store.read().await.unwrap();
    let scope = Sample::scope(TOWN);
    let day = Day::parse("2024-04-30").unwrap();
    let all = kept::of_day(&mut conn, &scope, day).await.unwrap();
    assert_eq!(all.len(), 1);
    assert!(!all[0].sealed.as_deref().unwrap().contains("QZ-"));
    drop(conn);
    // The director's printed code opens the keys; a technician holds none.
    let sheet = "/console/agendas/cartes/sheet/2024-04-30";
    for (role, status) in
        [(Role::Director, StatusCode::OK), (Role::Technician, StatusCode::CONFLICT)]
    {
        let mut staff = Browser::new(&router);
        staff.enter(&sample.code(TOWN, role)).await;
        let answer = get(&mut staff, sheet).await;
        assert_eq!(answer.status, status, "{role}");
        assert_eq!(answer.body.starts_with("%PDF-"), status == StatusCode::OK);
    }

    let manage = format!("{BASE}gerer/");
    let ask = get(&mut browser, &manage).await;
    let typed = its.to_lowercase().replace('-', " ");
    let mine = press(&mut browser, &ask, (&manage, "find"), &[("code", &typed)]).await;
    assert!(plain(&mine).contains("30 avril 2024"), "{}", mine.body);
    let file = press(&mut browser, &mine, (&format!("{manage}agenda.ics"), ""), &[]).await;
    assert!(file.body.contains("DTSTART:20240430T072000Z"), "{}", file.body);
    assert!(!file.body.contains("QZ"));
    let choose = press(&mut browser, &mine, (&manage, "move"), &[]).await;
    assert!(choose.body.contains("value=\"2024-04-29T0900\""), "{}", choose.body);
    let there = [("slot", "2024-04-29T0900")];
    let moved = press(&mut browser, &choose, (&manage, "moved"), &there).await;
    assert!(plain(&moved).contains("29 avril 2024"), "{}", moved.body);
    assert_eq!(code(&moved), its);
    let sure = press(&mut browser, &ask, (&manage, "sure"), &[("code", &its)]).await;
    let gone = press(&mut browser, &sure, (&manage, "cancel"), &[]).await;
    assert!(gone.body.contains("annulé"), "{}", gone.body);
    let again = press(&mut browser, &ask, (&manage, "find"), &[("code", &its)]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_is_told_and_nothing_is_taken() {
    let sample = Sample::new().await;
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    let form = get(&mut browser, HOUR).await;
    for (filled, word) in [
        (vec![("name", ""), ("phone", "0611223355")], "name"),
        (vec![("name", "A"), ("phone", ""), ("mail", "")], "phone"),
        (vec![("name", "A"), ("phone", "dix")], "phone"),
        (vec![("name", "A"), ("phone", ""), ("mail", "a@b")], "mail"),
        (vec![("name", "A"), ("phone", "0611223355"), ("people", "9")], "people"),
        (vec![("name", &*"é".repeat(10_000)), ("phone", "0611223355")], "name"),
    ] {
        let page = press(&mut browser, &form, (HOUR, "send"), &filled).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{word}");
        assert!(page.body.contains(&format!("href=\"#{word}\"")), "{word}: {}", page.body);
    }
    for path in ["nulle-part/", "cartes/2024-04-30/", "cartes/2024-04-30T0921/", "cartes/x/"] {
        let page = get(&mut browser, &format!("{BASE}lieu/{path}")).await;
        let missing = matches!(page.status, StatusCode::NOT_FOUND | StatusCode::CONFLICT);
        assert!(missing, "{path}: {}", page.status);
    }
    let elsewhere = get(&mut browser, "/c/59272/rendez-vous/lieu/cartes/").await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    // Script in a field is text, emoji and right-to-left names are kept.
    let odd = [("name", "<script>alert(1)</script> 👩‍👧 مريم"), ("phone", "0611223355")];
    let page = press(&mut browser, &form, (HOUR, "check"), &odd).await;
    assert!(page.body.contains("مريم") && !page.body.contains("<script>"), "{}", page.body);
    let mut conn = sample.doors.store.read().await.unwrap();
    let day = Day::parse("2024-04-30").unwrap();
    assert!(kept::of_day(&mut conn, &Sample::scope(TOWN), day).await.unwrap().is_empty());
}

#[tokio::test]
async fn guesses_of_codes_are_slowed_down_and_a_right_code_still_opens() {
    let sample = Sample::new().await;
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    let its = code(&take(&mut browser).await);
    let manage = format!("{BASE}gerer/");
    let ask = get(&mut browser, &manage).await;
    let mut slowed = false;
    for number in 0..60_u8 {
        let mut values = vec![number & 31; 14];
        values[0] = number >> 3;
        values.push(beffroi_town::crockford::check_value(&values));
        let guess = beffroi_town::crockford::text(&values);
        let page = press(&mut browser, &ask, (&manage, "find"), &[("code", &guess)]).await;
        slowed |= page.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed);
    let mine = press(&mut browser, &ask, (&manage, "find"), &[("code", &its)]).await;
    assert_eq!(mine.status, StatusCode::OK);
}

#[tokio::test]
async fn in_an_incident_a_person_says_first_what_can_be_kept() {
    let sample = Sample::new().await;
    received(&sample.doors.store, OTHER).await;
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    let page = get(&mut browser, "/c/59272/rendez-vous/").await;
    assert!(page.body.contains("pas encore ouverts"), "no key, no appointment: {}", page.body);
    let its = code(&take(&mut browser).await);
    declare(&sample).await;
    let page = get(&mut browser, BASE).await;
    assert!(page.body.contains("maintenus") && !page.body.contains("lieu/cartes"));
    let refused = get(&mut browser, HOUR).await;
    assert!(!refused.body.contains("name=\"name\""), "{}", refused.body);
    // The one already taken is kept, and can be seen.
    let manage = format!("{BASE}gerer/");
    let ask = get(&mut browser, &manage).await;
    let mine = press(&mut browser, &ask, (&manage, "find"), &[("code", &its)]).await;
    assert_eq!(mine.status, StatusCode::OK);
    let (store, scope, by) = (&sample.doors.store, Sample::scope(TOWN), Actor::CommandLine);
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, Sample::START).await.unwrap();
    let note_fr = Some("Retrait des cartes prêtes.".to_owned());
    let word = Word { serves: true, note_fr, note_en: None, at: Sample::START };
    let id = AgendaId::parse(Sample::AGENDA).unwrap();
    agendas::say(&mut tx, tenant, &id, &word).await.unwrap();
    tx.commit().await.unwrap();
    let page = get(&mut browser, BASE).await;
    assert!(page.body.contains("lieu/cartes") && page.body.contains("Retrait des cartes prêtes."));
}

#[tokio::test]
async fn an_agenda_is_pulled_and_forgotten_from_the_console_and_shows_no_password() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut staff = Browser::new(&router);
    staff.enter(&sample.code(TOWN, Role::Clerk)).await;
    let (page, pull) = ("/console/agendas/cartes", "/console/agendas/cartes/pull");
    let form = staff.open(page).await;
    for bad in ["", "http://agenda.example/x.ics", "../x.csv", "agenda.txt"] {
        let wrong = staff.send(&form, pull, &[("from", bad)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(wrong.body.contains("href=\"#from\""), "{}", wrong.body);
    }
    let place = "https://mairie:motdepasse@agenda.example/cartes.ics?cle=motdepasse";
    let done = staff.send(&form, pull, &[("from", place)]).await;
    assert!(done.body.contains("agenda.example") && !done.body.contains("motdepasse"));
    let done = staff.send(&done, pull, &[("from", "cartes.csv")]).await;
    assert!(done.body.contains("cartes.csv"), "{}", done.body);
    let forget = "/console/agendas/cartes/forget";
    let foreign = [("source", "nowhere")];
    assert_eq!(staff.send(&done, forget, &foreign).await.status, StatusCode::NOT_FOUND);
    staff.send(&done, forget, &[]).await;
    let mut conn = sample.doors.store.read().await.unwrap();
    let left = agendas::sources::list(&mut conn, &Sample::scope(TOWN)).await.unwrap();
    assert_eq!(left.len(), 1);
}
