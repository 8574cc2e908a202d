//! What a place holds already, looked at without touching it: before something else is put there.
//!
//! Rules: opens for reading alone, migrates nothing, needs no master key.

use std::{collections::BTreeMap, sync::Arc};

use beffroi_town::{Instant, TenantId};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use crate::{
    Error, Head, Location, OperatorScope, Result, TestOptions, changes,
    db::{Conn, Db, Faults, Purpose},
    dump::Contents,
    journal,
    keys::Keys,
    migrate, store,
};

/// What a place holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Number of the newest migration of its schema.
    pub schema: i64,
    /// Number of its newest change.
    pub newest_change: u64,
    /// The newest signed head of every journal.
    pub heads: Vec<Head>,
}

/// What would be lost by putting something older in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Entries of journals that the other does not have.
    pub entries: u64,
    /// Of how many tenants.
    pub tenants: u64,
}

impl Held {
    /// When the newest of its journals was last signed; none when it has no journal.
    pub fn newest_at(&self) -> Option<Instant> {
        self.heads.iter().map(|head| head.at).max()
    }

    /// What of this a dump does not have. A history that ends elsewhere at the same number is
    /// another one: all of it would be lost.
    pub fn lost_with(&self, contents: &Contents) -> Loss {
        let there: BTreeMap<&TenantId, &Head> =
            contents.heads.iter().map(|head| (&head.tenant, head)).collect();
        let lost = |head: &Head| match there.get(&head.tenant) {
            None => head.seq,
            Some(other) if other.seq == head.seq && other.hash != head.hash => head.seq,
            Some(other) => head.seq.saturating_sub(other.seq),
        };
        let lost: Vec<u64> = self.heads.iter().map(lost).filter(|entries| *entries > 0).collect();
        Loss { entries: lost.iter().sum(), tenants: lost.len() as u64 }
    }
}

/// What a place holds; none when there is no database, or an empty one.
pub async fn held(location: &Location) -> Result<Option<Held>> {
    held_for_test(location, TestOptions::default()).await
}

#[doc(hidden)]
pub async fn held_for_test(location: &Location, options: TestOptions) -> Result<Option<Held>> {
    let db = match location {
        Location::Folder(folder) => {
            let file = folder.join("beffroi.db");
            if !file.exists() {
                return Ok(None);
            }
            let options = SqliteConnectOptions::new().filename(file).read_only(true);
            // A pool opens when it is first used; a file that is no database is told at once.
            SqliteConnection::connect_with(&options)
                .await
                .map_err(Error::database("look into beffroi.db"))?
                .close()
                .await
                .map_err(Error::database("close beffroi.db"))?;
            let readers = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
            Db::Lite { writer: readers.clone(), readers }
        }
        Location::Postgres { url, .. } => Db::Pg { pool: store::open_pg(url, options).await? },
    };
    let live = db.begin(Purpose::Read).await?;
    let mut conn = Conn::new(live, Arc::<Faults>::default(), Arc::new(Keys::none()));
    let held = look(&mut conn).await;
    drop(conn);
    match db {
        Db::Lite { readers, .. } => readers.close().await,
        Db::Pg { pool } => pool.close().await,
    }
    held
}

async fn look(conn: &mut Conn) -> Result<Option<Held>> {
    if conn.tables().await?.is_empty() {
        return Ok(None);
    }
    Ok(Some(Held {
        schema: migrate::newest(conn).await?,
        newest_change: changes::newest(conn).await?,
        heads: journal::heads(conn, &OperatorScope::for_operator()).await?,
    }))
}
