//! Requests accepted and durable, at a steady rate that does not wait for slow ones.

use std::{sync::Arc, time::Duration};

use beffroi_desk::{
    codes,
    keys::{self, Hand},
    procedures,
    requests::{self, Filed, Sending},
    sealing,
};
use beffroi_store::{
    Location, Store, TenantScope, accounts, desk::requests as rows, own_keys, tenants,
};
use beffroi_town::{
    AccountId, Actor, Instant, Lang, Procedure, Role, Tenant, TenantId,
    edge::Entropy,
    procedure::{Answers, Health},
    request::RequestWay,
};
use beffroi_words::Zone;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::{
    task::JoinSet,
    time::{Instant as Watch, sleep_until},
};

use super::{AT, Done};

/// How many are sent, and how many each second.
const REQUESTS: u32 = 1_000;
const EACH_SECOND: u32 = 200;

struct Chance(SystemRandom);
impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        // Without chance there is nothing to measure: the zeros make the run fail by itself.
        let _filled = self.0.fill(bytes);
    }
}

/// What is sent to.
struct Counter {
    store: Store,
    scope: TenantScope,
    procedure: Procedure,
    zone: Zone,
}

/// The ninety-ninth of a hundred times to accept a request, milliseconds; and how many of them were
/// found again and opened after everything was closed and opened anew.
pub(crate) fn accepted() -> Done<(f64, u32)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Done<(f64, u32)> {
    let folder = tempfile::tempdir()?;
    let place = Location::Folder(folder.path().to_owned());
    let store = Store::open(&place, Arc::new(Chance(SystemRandom::new()))).await?;
    let scope = TenantScope::for_tenant(&TenantId::parse("59273")?);
    let (director, own) = opened(&store, &scope).await?;
    let all = procedures::house()?;
    let procedure = all.into_iter().next().ok_or("there is no procedure")?;
    let counter = Arc::new(Counter { store, scope, procedure, zone: Zone::paris() });
    let (start, mut sending) = (Watch::now(), JoinSet::new());
    for number in 0..REQUESTS {
        let (counter, due) =
            (Arc::clone(&counter), start + Duration::from_secs(1) * number / EACH_SECOND);
        sending.spawn(async move {
            sleep_until(due).await;
            let reference = one(&counter, number).await;
            (reference, due.elapsed())
        });
    }
    let (mut times, mut references) = (Vec::new(), Vec::new());
    while let Some(done) = sending.join_next().await {
        let (reference, took) = done?;
        references.push(reference.map_err(|error| error.to_string())?);
        times.push(took.as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    let p99 = times.get(times.len() * 99 / 100).copied().ok_or("nothing was sent")?;
    counter.store.close().await;
    let again = Store::open(&place, Arc::new(Chance(SystemRandom::new()))).await?;
    let mut conn = again.read().await?;
    let ring = keys::keyring(&mut conn, &counter.scope, (&director, &own)).await?;
    let mut opened = 0;
    for reference in &references {
        let found = rows::by_reference(&mut conn, &counter.scope, reference).await?;
        let id = found.ok_or("a request is lost")?.id;
        opened += u32::from(requests::open(&mut conn, &counter.scope, &ring, &id).await?.is_some());
    }
    Ok((p99, opened))
}

/// A counter whose director holds the keys.
async fn opened(
    store: &Store,
    scope: &TenantScope,
) -> Done<(AccountId, age::secrecy::SecretString)> {
    let (tenant, by) = (scope.tenant(), Actor::CommandLine);
    let mut tx = store.begin_founding(std::slice::from_ref(tenant), &by, AT).await?;
    let town = Tenant {
        id: tenant.clone(),
        name: "Gravelines".to_owned(),
        department: Some("59".to_owned()),
        region: None,
        population: None,
        siren: None,
        postcodes: Vec::new(),
        epci: None,
        opened_at: AT,
        closed_at: None,
    };
    tenants::add(&mut tx, &town).await?;
    let new =
        accounts::NewAccount { tenant, name: "Direction", role: Role::Director, incident: None };
    let director = accounts::create(&mut tx, &new).await?;
    let pair = sealing::new_identity();
    let public = pair.to_public().to_string();
    own_keys::make(&mut tx, tenant, &director, (&public, "held here")).await?;
    tx.commit().await?;
    let hand = Hand { store, scope, account: &director, at: AT };
    let sheet = keys::make(&hand).await?;
    if !keys::prove(&hand, &sheet.check_code).await? {
        return Err("the counter does not open".into());
    }
    Ok((director, sealing::secret(&pair)))
}

async fn one(counter: &Counter, number: u32) -> Result<String, beffroi_desk::DeskError> {
    let sending = Sending {
        store: &counter.store,
        scope: &counter.scope,
        procedure: &counter.procedure,
        health: Health::Off,
        lang: Lang::Fr,
        zone: &counter.zone,
        at: Instant::from_ms(AT.ms() + i64::from(number)),
    };
    let texts = counter.procedure.fields().flat_map(beffroi_town::procedure::Field::keys);
    let answers = texts.map(|key| (key, format!("réponse {number} du formulaire"))).collect();
    let new = Filed {
        answers: Answers(answers),
        files: Vec::new(),
        consent: None,
        way: RequestWay::Online,
        copy_code: None,
        asked_at: sending.at,
        tracking: codes::new_tracking(counter.store.entropy()),
        sent: Some(format!("form {number}")),
        by: Actor::Outside,
    };
    let receipt = requests::file(&sending, new).await?;
    receipt.map(|receipt| receipt.reference).ok_or(beffroi_desk::DeskError::NoDraft)
}
