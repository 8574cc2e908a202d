//! Both databases have the same schema, and every SQL text prepares on both.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _,
};

use crate::world::{Place, on_both, raw_lite, run};

on_both!(every_text_prepares, opening_again_migrates_nothing, two_may_open_a_new_store_at_once);

/// A column: type, whether it may be null, its place in the primary key.
type Column = (String, bool, i64);

#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    columns: BTreeMap<(String, String), Column>,
    /// Unique columns of a table, the primary key too.
    unique: BTreeSet<(String, Vec<String>)>,
    /// Indexed columns that are not unique, by name of the index.
    indexed: BTreeSet<(String, String, Vec<String>)>,
    /// Table, column, table referred to, column referred to.
    foreign: BTreeSet<(String, String, String, String)>,
}

async fn lite_schema(place: &Place) -> Schema {
    let mut conn = raw_lite(place).await;
    let mut schema = Schema::default();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    for table in conn.fetch_all(tables).await.unwrap() {
        let table: String = table.get(0);
        let columns = sqlx::query("SELECT name, type, \"notnull\", pk FROM pragma_table_info($1)");
        let mut key = BTreeMap::new();
        for row in columns.bind(&table).fetch_all(&mut conn).await.unwrap() {
            let (name, place): (String, i64) = (row.get(0), row.get(3));
            let column = (row.get(1), row.get::<i64, _>(2) == 0, place);
            if place > 0 {
                key.insert(place, name.clone());
            }
            schema.columns.insert((table.clone(), name), column);
        }
        schema.unique.insert((table.clone(), key.into_values().collect()));
        let lists = sqlx::query("SELECT name, \"unique\" FROM pragma_index_list($1)");
        for index in lists.bind(&table).fetch_all(&mut conn).await.unwrap() {
            let (name, unique): (String, bool) = (index.get(0), index.get::<i64, _>(1) != 0);
            let info = sqlx::query("SELECT name FROM pragma_index_info($1) ORDER BY seqno");
            let rows = info.bind(&name).fetch_all(&mut conn).await.unwrap();
            let columns = rows.iter().map(|row| row.get(0)).collect();
            if unique {
                schema.unique.insert((table.clone(), columns));
            } else {
                schema.indexed.insert((table.clone(), name, columns));
            }
        }
        let keys =
            sqlx::query("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list($1)");
        for row in keys.bind(&table).fetch_all(&mut conn).await.unwrap() {
            schema.foreign.insert((table.clone(), row.get(0), row.get(1), row.get(2)));
        }
    }
    schema
}

async fn pg_schema(place: &Place) -> Schema {
    let mut conn = PgConnection::connect(&place.url().unwrap()).await.unwrap();
    let mut schema = Schema::default();
    let columns = "SELECT c.relname::text, a.attname::text, upper(format_type(a.atttypid, a.atttypmod)), NOT a.attnotnull,
            COALESCE(array_position(i.indkey::int2[], a.attnum), -1)::int8
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE a.attnum > 0 AND NOT a.attisdropped";
    for row in conn.fetch_all(columns).await.unwrap() {
        // int2vector counts from 0.
        let column = (row.get(2), row.get(3), row.get::<i64, _>(4) + 1);
        schema.columns.insert((row.get(0), row.get(1)), column);
    }
    let indexes = "SELECT t.relname::text, i.relname::text, x.indisunique,
            ARRAY(SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(n, o)
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.o)
        FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public' WHERE t.relkind = 'r'";
    for row in conn.fetch_all(indexes).await.unwrap() {
        let (table, name, columns): (String, String, Vec<String>) =
            (row.get(0), row.get(1), row.get(3));
        if row.get(2) {
            schema.unique.insert((table, columns));
        } else {
            schema.indexed.insert((table, name, columns));
        }
    }
    let keys = "SELECT t.relname::text, a.attname::text, r.relname::text, b.attname::text
        FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
        JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.confkey[1] WHERE k.contype = 'f'";
    for row in conn.fetch_all(keys).await.unwrap() {
        schema.foreign.insert((row.get(0), row.get(1), row.get(2), row.get(3)));
    }
    schema
}

mod postgres_beside_lite {
    use super::*;

    #[test]
    fn both_databases_have_the_same_schema() {
        run(async {
            let (lite, pg) = (Place::lite(), Place::postgres());
            lite.open().await;
            pg.open().await;
            let (ours, theirs) = (lite_schema(&lite).await, pg_schema(&pg).await);
            assert!(ours.columns.len() > 150, "{}", ours.columns.len());
            assert_eq!(ours.columns, theirs.columns);
            assert_eq!(ours.unique, theirs.unique);
            assert_eq!(ours.indexed, theirs.indexed);
            assert!(ours.foreign.len() > 20);
            assert_eq!(ours.foreign, theirs.foreign);
            for ((table, column), (kind, null, key)) in &ours.columns {
                assert!(kind == "TEXT" || kind == "BIGINT", "{table}.{column} is {kind}");
                assert!(!(*null && *key > 0), "{table}.{column} may be null and is a key");
            }
        });
    }
}

async fn every_text_prepares(place: Place) {
    place.open().await;
    let texts = beffroi_store::sql_texts();
    assert!(texts.len() > 110, "{}", texts.len());
    let names: BTreeSet<&str> = texts.iter().map(|sql| sql.name()).collect();
    assert_eq!(names.len(), texts.len(), "two texts have the same name");
    if let Some(url) = place.url() {
        let mut conn = PgConnection::connect(&url).await.unwrap();
        for sql in texts {
            let done = conn.prepare(AssertSqlSafe(sql.text()).into_sql_str()).await;
            done.unwrap_or_else(|error| panic!("{}: {error}", sql.name()));
        }
    } else {
        let mut conn = raw_lite(&place).await;
        for sql in texts {
            let done = conn.prepare(AssertSqlSafe(sql.text()).into_sql_str()).await;
            done.unwrap_or_else(|error| panic!("{}: {error}", sql.name()));
        }
    }
}

/// A module that declares texts and is not in the register would escape the test above.
#[test]
fn every_module_with_texts_is_in_the_register() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let registered: BTreeSet<&str> =
        beffroi_store::sql_texts().iter().filter_map(|sql| sql.name().split("::").next()).collect();
    let (mut found, mut folders) = (BTreeSet::new(), vec![source]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for rest in text.split("\nsqls! { \"").skip(1) {
                found.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    assert_eq!(registered, found.iter().map(String::as_str).collect());
}

async fn opening_again_migrates_nothing(place: Place) {
    place.open().await.close().await;
    let before = place.dump().await;
    place.open().await.close().await;
    assert_eq!(place.dump().await, before);
}

async fn two_may_open_a_new_store_at_once(place: Place) {
    let (first, second) = tokio::join!(place.open(), place.open());
    assert_eq!(
        first.open_sealed("x", &second.seal("x", b"same key").unwrap()).unwrap(),
        b"same key"
    );
}
