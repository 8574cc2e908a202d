//! Everything read out of either database and loaded into either: nothing left out, nothing half.

use std::{collections::BTreeSet, fs, io::BufReader};

use beffroi_store::{
    Error, Location, OperatorScope, Store, TestOptions, accounts, census,
    dump::{self, Contents},
    guards, held,
    load::{self, Load, LoadError, Loaded, Origin},
    outbox, sessions, throttle,
};
use beffroi_town::Instant;
use ring::digest::{SHA256, digest};
use serde_json::json;

use crate::{
    nouns::{alarm, an_incident, newest_entry, words},
    world::{ACTOR, FIVE, Place, chance, code, codes, found, on_both, verified},
};

on_both!(
    everything_comes_back_on_sqlite,
    everything_comes_back_on_postgres,
    what_is_damaged_is_refused_and_nothing_is_kept,
    a_database_that_fails_at_any_call_keeps_nothing,
    a_place_that_holds_data_is_refused,
    an_older_schema_is_brought_up_to_date,
    what_would_be_lost_is_counted,
    the_census_counts_across_tenants,
);

const OPTIONS: TestOptions = TestOptions {
    lite_without_sync: false,
    lite_pages_max: None,
    pg_without_sync: true,
    fail_nth_call: 0,
};

/// Towns with an incident, an alarm, a draft, sessions, failures, work that is claimed.
async fn busy(place: &Place) -> Store {
    let store = place.open().await;
    found(place, &store, &FIVE).await;
    let mut tx = store.begin(&FIVE.map(code), &ACTOR, place.now()).await.unwrap();
    let at = tx.at();
    beffroi_store::incidents::declare(&mut tx, &an_incident("i1", &FIVE, at)).await.unwrap();
    beffroi_store::alarms::raise(&mut tx, &alarm("a1", "44184", at), 1).await.unwrap();
    let notice = beffroi_town::NoticeId::parse("n1").unwrap();
    let text = words("l’été\n« fin »\t\u{1F514}");
    beffroi_store::notices::put_draft(&mut tx, &code("44184"), &notice, None, &text).await.unwrap();
    tx.seal_text(&code("44184"), "une raison").await.unwrap();
    let new = beffroi_store::accounts::NewAccount {
        tenant: &code("44184"),
        name: "Élodie \"Direction\"",
        role: beffroi_town::Role::Director,
        incident: None,
    };
    let account = beffroi_store::accounts::create(&mut tx, &new).await.unwrap();
    tx.post(&code("44184"), "wake", json!({}), at).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    let session = sessions::NewSession {
        token: "a token",
        account: &account,
        at,
        expires_at: at.plus_ms(60_000),
        second_factor_at: None,
        device: Some("a device"),
    };
    sessions::create(&mut book, &session).await.unwrap();
    sessions::note_device(&mut book, &account, "a device", at).await.unwrap();
    throttle::fail(&mut book, "key", at, 1_000).await.unwrap();
    assert_eq!(outbox::claim(&mut book, "wake", at, 1, 3_600_000).await.unwrap().len(), 1);
    book.commit().await.unwrap();
    store
}

async fn dumped(store: &Store) -> (Contents, Vec<u8>) {
    let operator = OperatorScope::for_operator();
    let mut conn = store.read().await.unwrap();
    let contents = dump::survey(&mut conn, &operator).await.unwrap();
    let mut bytes = Vec::new();
    dump::write(&mut conn, &operator, &contents, &mut bytes).await.unwrap();
    (contents, bytes)
}

fn give_key(from: &Place, to: &Place) {
    fs::create_dir_all(to.folder()).unwrap();
    fs::copy(from.folder().join("master.key"), to.folder().join("master.key")).unwrap();
}

async fn loaded(
    to: &Place,
    contents: &Contents,
    bytes: &[u8],
    aside: Option<&str>,
) -> Result<Loaded, LoadError> {
    loaded_with(to, contents, bytes, (aside, OPTIONS)).await
}

async fn loaded_with(
    to: &Place,
    contents: &Contents,
    bytes: &[u8],
    (aside, options): (Option<&str>, TestOptions),
) -> Result<Loaded, LoadError> {
    let origin = Origin { sha256: "ab".repeat(32), made_at: Instant::from_ms(5) };
    let mut from = BufReader::new(bytes);
    let at = to.now();
    let load = Load { contents, from: &mut from, origin: &origin, at, aside };
    load::into_for_test(&to.location, chance(), load, options).await
}

async fn everything_comes_back_on_sqlite(from: Place) {
    everything_comes_back(from, Place::lite()).await;
}

async fn everything_comes_back_on_postgres(from: Place) {
    everything_comes_back(from, Place::postgres()).await;
}

async fn everything_comes_back(from: Place, to: Place) {
    let store = busy(&from).await;
    let (contents, bytes) = dumped(&store).await;
    // Every table that the database has, and every row of it.
    let mut raw = from.dump().await;
    raw.retain(|name, _| !name.starts_with("sqlite_"));
    let named: BTreeSet<&str> = contents.tables.iter().map(|sum| sum.table.as_str()).collect();
    assert_eq!(named, raw.keys().map(String::as_str).collect());
    for sum in &contents.tables {
        assert_eq!(sum.rows, raw[&sum.table].len() as u64, "{}", sum.table);
    }
    assert!(contents.rows() > 200 && contents.heads.len() == 5, "{}", contents.rows());
    load::check(&contents, &mut &*bytes).unwrap();

    give_key(&from, &to);
    let told = loaded(&to, &contents, &bytes, None).await.unwrap();
    assert_eq!((told.rows, told.journals), (contents.rows(), 5));
    let again = to.open().await;
    let (back, _) = dumped(&again).await;
    assert_eq!(back.schema, contents.schema);
    for (was, is) in contents.tables.iter().zip(&back.tables) {
        let more = is.rows.cast_signed() - was.rows.cast_signed();
        match was.table.as_str() {
            "session" | "throttle" => assert_eq!((was.rows, is.rows), (1, 0)),
            "journal_entry" | "journal_signed" | "change" => assert_eq!(more, 5, "{}", was.table),
            "journal_head" | "change_head" | "outbox" => assert_eq!(more, 0, "{}", was.table),
            _ => assert_eq!(was, is),
        }
    }
    for town in FIVE {
        assert_eq!(verified(&again, town).await, verified(&store, town).await + 1);
        let entry = newest_entry(&again, town).await;
        assert_eq!(entry.kind, "platform_restored");
        assert_eq!(entry.body, json!({ "backup": "ab".repeat(32), "made_at": 5 }));
    }
    // Work that somebody had claimed is claimed anew at once; it was not forgotten.
    let mut book = again.bookkeeping().await.unwrap();
    let at = from.now();
    assert_eq!(outbox::claim(&mut book, "wake", at, 9, 1_000).await.unwrap().len(), 1);
}

async fn what_is_damaged_is_refused_and_nothing_is_kept(from: Place) {
    let store = busy(&from).await;
    let (contents, bytes) = dumped(&store).await;
    let text = String::from_utf8(bytes.clone()).unwrap();
    let to = match from.location {
        Location::Folder(_) => Place::lite(),
        Location::Postgres { .. } => Place::postgres(),
    };
    give_key(&from, &to);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let without = |at: usize| lines[..at].concat() + &lines[at + 1..].concat();
    let entry = lines.iter().position(|line| line.starts_with("[\"44030\",1,\"{")).unwrap();
    let broken = [
        ("cut in a line", text[..text.len() / 2].to_owned()),
        ("cut between lines", lines[..lines.len() / 2].concat()),
        ("empty", String::new()),
        ("a row gone", without(entry)),
        ("a value altered", text.replacen("44184-mail", "44184-mai1", 1)),
        ("a heading altered", text.replacen("\"table\":\"asset\"", "\"table\":\"asse\"", 1)),
        ("not text", text.replacen("\"44030\"", "true", 1)),
        ("not JSON", text.replacen("[\"44030\"", "\"44030\"", 1)),
    ];
    for (what, text) in broken {
        let checked = load::check(&contents, &mut text.as_bytes());
        assert!(matches!(checked, Err(LoadError::Damaged { .. })), "{what}: {checked:?}");
        let refused = loaded(&to, &contents, text.as_bytes(), None).await;
        assert!(matches!(refused, Err(LoadError::Damaged { .. })), "{what}: {refused:?}");
        assert_eq!(held::held_for_test(&to.location, OPTIONS).await.unwrap(), None, "{what}");
    }
    // Rows that fit their hashes, of a journal that does not hold.
    let mut forged = contents.clone();
    let altered = rehashed(&mut forged, &text.replacen(r#"\"kind\":\""#, r#"\"kinD\":\""#, 1));
    let refused = loaded(&to, &forged, altered.as_bytes(), None).await;
    assert!(matches!(refused, Err(LoadError::Journal { .. })), "{refused:?}");
    // Another master key than the one that sealed it.
    fs::write(to.folder().join("master.key"), [9; 32]).unwrap();
    let refused = loaded(&to, &contents, &bytes, None).await;
    assert!(matches!(refused, Err(LoadError::OtherMasterKey)), "{refused:?}");
    let mut newer = contents.clone();
    newer.schema += 1_000;
    let refused = loaded(&to, &newer, &bytes, None).await;
    assert!(matches!(refused, Err(LoadError::Store(Error::TooNew { .. }))), "{refused:?}");
    assert_eq!(held::held_for_test(&to.location, OPTIONS).await.unwrap(), None);
}

async fn a_database_that_fails_at_any_call_keeps_nothing(from: Place) {
    let store = busy(&from).await;
    let (contents, bytes) = dumped(&store).await;
    let to = match from.location {
        Location::Folder(_) => Place::lite(),
        Location::Postgres { .. } => Place::postgres(),
    };
    give_key(&from, &to);
    let (mut nth, mut failed) = (1, 0);
    loop {
        let options = TestOptions { fail_nth_call: nth, ..OPTIONS };
        match loaded_with(&to, &contents, &bytes, (None, options)).await {
            Err(LoadError::Store(Error::Injected)) => failed += 1,
            other => {
                other.unwrap();
                break;
            }
        }
        assert_eq!(held::held_for_test(&to.location, OPTIONS).await.unwrap(), None, "call {nth}");
        // Every one of the first, then fewer: hundreds of rows are filled in alike.
        nth += 1 + nth / 12;
    }
    assert!(failed > 30 && nth > 100, "only {failed} calls could fail, of {nth}");
    let again = to.open().await;
    for town in FIVE {
        verified(&again, town).await;
    }
}

/// Counts and hashes a text anew, as a forger would; the text.
fn rehashed(contents: &mut Contents, text: &str) -> String {
    let mut lines = text.split_inclusive('\n');
    for sum in &mut contents.tables {
        assert!(lines.next().unwrap().contains(&format!("\"{}\"", sum.table)));
        let rows: String =
            (0..sum.rows).map(|_| lines.next().unwrap().to_owned()).collect::<Vec<_>>().concat();
        sum.sha256 = data_encoding::HEXLOWER.encode(digest(&SHA256, rows.as_bytes()).as_ref());
    }
    text.to_owned()
}

async fn a_place_that_holds_data_is_refused(from: Place) {
    let store = busy(&from).await;
    let (contents, bytes) = dumped(&store).await;
    let refused = loaded(&from, &contents, &bytes, None).await;
    assert!(matches!(refused, Err(LoadError::NotEmpty)), "{refused:?}");
    store.close().await;
    let moved = loaded(&from, &contents, &bytes, Some("set_aside")).await;
    if from.url().is_some() {
        // PostgreSQL: the old schema is still there, under another name.
        moved.unwrap();
        let again = from.open().await;
        assert_eq!(newest_entry(&again, "44184").await.kind, "platform_restored");
    } else {
        assert!(matches!(moved, Err(LoadError::NotEmpty)), "{moved:?}");
    }
}

fn hash_of(rows: &[String]) -> String {
    data_encoding::HEXLOWER.encode(digest(&SHA256, rows.concat().as_bytes()).as_ref())
}

/// A row without some of its columns.
fn without(row: &str, columns: &[usize]) -> String {
    let mut at = 0..;
    let mut values: Vec<serde_json::Value> = serde_json::from_str(row).unwrap();
    values.retain(|_| !columns.contains(&at.next().unwrap()));
    serde_json::to_string(&values).unwrap() + "\n"
}

async fn an_older_schema_is_brought_up_to_date(from: Place) {
    let store = busy(&from).await;
    let (mut contents, bytes) = dumped(&store).await;
    let (newest, text) = (contents.schema, String::from_utf8(bytes).unwrap());
    assert!(newest > 1);
    // As the first edition of this program would have written it.
    contents.schema = 1;
    let later = tables_since_the_first();
    let mut old = String::new();
    let mut lines = text.split_inclusive('\n');
    for sum in &mut contents.tables {
        let heading = lines.next().unwrap();
        let mut rows: Vec<String> =
            (0..sum.rows).map(|_| lines.next().unwrap().to_owned()).collect();
        // Whatever columns it was given since.
        if later.contains(&sum.table) {
            continue;
        }
        if sum.table == "schema_migration" {
            rows.retain(|row| row == "[1]\n");
            sum.rows = 1;
            sum.sha256 = hash_of(&rows);
        }
        let added: Vec<usize> =
            (0..sum.columns.len()).filter(|at| is_later(&sum.table, &sum.columns[*at])).collect();
        if !added.is_empty() {
            rows = rows.iter().map(|row| without(row, &added)).collect();
            sum.sha256 = hash_of(&rows);
            sum.columns.retain(|column| !is_later(&sum.table, column));
            old += &json!({ "table": sum.table, "columns": sum.columns }).to_string();
            old.push('\n');
            old += &rows.concat();
            continue;
        }
        old += heading;
        old += &rows.concat();
    }
    contents.tables.retain(|sum| !later.contains(&sum.table));
    let to = match from.location {
        Location::Folder(_) => Place::lite(),
        Location::Postgres { .. } => Place::postgres(),
    };
    give_key(&from, &to);
    loaded(&to, &contents, old.as_bytes(), None).await.unwrap();
    assert_eq!(dumped(&to.open().await).await.0.schema, newest);
    // A table that the schema has and the dump has not is no matter to pass over.
    let gone = contents.tables.pop().unwrap();
    let fresh = Place::lite();
    give_key(&from, &fresh);
    let refused = loaded(&fresh, &contents, old.as_bytes(), None).await;
    assert!(matches!(refused, Err(LoadError::OtherTables { .. })), "{}: {refused:?}", gone.table);
}

/// Every migration but the first one, as one text.
fn since_the_first() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let later = paths.filter(|path| !path.ends_with("0001_house.sql"));
    later.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Tables that a later migration than the first one made.
fn tables_since_the_first() -> BTreeSet<String> {
    let text = since_the_first();
    let made = text.split("CREATE TABLE ").skip(1);
    made.map(|rest| rest.split_whitespace().next().unwrap().to_owned()).collect()
}

/// Whether a later migration than the first one added this column to a table of the first.
fn is_later(table: &str, column: &str) -> bool {
    since_the_first().contains(&format!("ALTER TABLE {table} ADD COLUMN {column} "))
}

async fn what_would_be_lost_is_counted(place: Place) {
    assert_eq!(held::held_for_test(&place.location, OPTIONS).await.unwrap(), None);
    let store = busy(&place).await;
    let (contents, _) = dumped(&store).await;
    let same = held::held_for_test(&place.location, OPTIONS).await.unwrap().unwrap();
    assert_eq!((same.schema, same.newest_change), (contents.schema, contents.newest_change));
    assert_eq!(same.lost_with(&contents), held::Loss::default());
    for (towns, times) in [(&["44184"][..], 2), (&["44184", "44030"][..], 1)] {
        for _ in 0..times {
            let ids: Vec<_> = towns.iter().map(|town| code(town)).collect();
            let mut tx = store.begin(&ids, &ACTOR, place.now()).await.unwrap();
            for town in &ids {
                tx.record(town, "login", json!({})).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    }
    found(&place, &store, &["59273"]).await;
    let later = held::held_for_test(&place.location, OPTIONS).await.unwrap().unwrap();
    let alone = verified(&store, "59273").await;
    assert_eq!(later.lost_with(&contents), held::Loss { entries: 4 + alone, tenants: 3 });
    assert!(later.newest_at() > same.newest_at());
    // The same number, another history.
    let mut other = contents.clone();
    other.heads[0].hash = "0".repeat(64);
    assert_eq!(same.lost_with(&other).tenants, 1);
    // What the other has and this has not is no loss.
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    tx.record(&code("59273"), "login", json!({})).await.unwrap();
    tx.commit().await.unwrap();
    let (newest, _) = dumped(&store).await;
    assert_eq!(later.lost_with(&newest), held::Loss::default());
}

async fn the_census_counts_across_tenants(place: Place) {
    let store = busy(&place).await;
    let operator = OperatorScope::for_operator();
    let town = code("44184");
    let scope = crate::world::scope("44184");
    let mut conn = store.read().await.unwrap();
    let nobody = |able: &census::Able| (able.tenant.to_string(), able.people);
    let able = census::able(&mut conn, &operator).await.unwrap();
    assert_eq!(able.iter().map(nobody).collect::<Vec<_>>(), FIVE.map(|town| (town.to_owned(), 0)));
    let director = accounts::list(&mut conn, &scope).await.unwrap().remove(0);
    drop(conn);
    // A director counts once there is a second factor, and no more once it is spent.
    let mut tx = store.begin(&codes(["44184"]), &ACTOR, place.now()).await.unwrap();
    accounts::set_codes(&mut tx, &town, &director.id, &["one".into(), "two".into()]).await.unwrap();
    accounts::use_code(&mut tx, &town, &director.id, "one").await.unwrap();
    let server = crate::world::asset_id("44184", "file_server");
    let until = tx.at().plus_ms(60_000);
    let token = guards::offer(&mut tx, &town, &server, until).await.unwrap();
    let request = crate::nouns::enrol_request(&token, &server);
    let guard = guards::enrol(&mut tx, &request).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let able = census::able(&mut conn, &operator).await.unwrap();
    assert_eq!(able.iter().find(|one| one.tenant == town).unwrap().people, 1);
    let heard = census::guards(&mut conn, &operator).await.unwrap();
    assert_eq!(heard, [census::Heard { guard, last: None }]);
    let hypervisors = census::hypervisors(&mut conn, &operator).await.unwrap();
    assert_eq!(hypervisors.len(), FIVE.len());
    assert_eq!(census::given_up(&mut conn, &operator).await.unwrap(), 0);
    drop(conn);
    let mut tx = store.begin(&codes(["44184"]), &ACTOR, place.now()).await.unwrap();
    accounts::use_code(&mut tx, &town, &director.id, "two").await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let able = census::able(&mut conn, &operator).await.unwrap();
    assert!(able.iter().all(|one| one.people == 0));
    drop(conn);
    let looked = store.look_through().await.unwrap();
    assert_eq!(looked, place.url().is_none().then(Vec::new));
}
