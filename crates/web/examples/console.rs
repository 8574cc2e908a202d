//! Serves two sample towns on a free port, with an open alarm, and prints ways in. For looking at
//! the console: `cargo run -p beffroi-web --example console`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program for looking at pages")]
#![expect(clippy::indexing_slicing, reason = "shared with the tests, where it is allowed")]

#[path = "../tests/it/sample.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod sample;

use beffroi_crisis::cuts;
use beffroi_registry::accounts::{self, NewPerson};
use beffroi_store::guards;
use beffroi_town::{
    Actor, Role,
    watch::{CutAlone, LiftedByCode},
};
use sample::{Sample, TOWN};

/// The guard cut its host by itself a while ago, and a printed code lifted that.
async fn cut_alone(sample: &Sample) {
    let (store, at) = (&sample.doors.store, Sample::START);
    let all = guards::list(&mut store.read().await.unwrap(), &Sample::scope(TOWN)).await.unwrap();
    let guard = all.iter().find(|guard| guard.id == sample.guard).unwrap();
    let (done, lifted) = (CutAlone { at, times: 1 }, LiftedByCode { at, times: 1 });
    cuts::cut_by_guard_alone(store, guard, at, done).await.unwrap();
    cuts::lifted_by_code(store, guard, at, lifted).await.unwrap();
}

#[tokio::main]
async fn main() {
    let sample = Sample::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    for role in Role::ALL {
        for code in sample.codes.get(&(TOWN.to_owned(), role)).into_iter().flatten() {
            println!("{role} {code}");
        }
    }
    cut_alone(&sample).await;
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(TOWN));
    let new = NewPerson { name: "Camille Neuf", role: Role::Clerk };
    let first = accounts::add(&sample.doors.store, &by, at, &scope, &new).await.unwrap();
    println!("answer {}", sample.answer().await);
    println!("first {}", first.code);
    axum::serve(listener, beffroi_web::router(sample.doors.clone())).await.unwrap();
}
