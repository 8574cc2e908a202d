//! The one table of the console's routes: method, path, who may, whether a second factor is asked
//! for, and the handler. The router is made from it and from nothing else, so that the test which
//! walks the table walks the console.

use std::{
    future::{Future, ready},
    pin::Pin,
};

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    response::Response,
    routing::{MethodFilter, MethodRouter, on},
};
use beffroi_town::Role;

use crate::{
    Refusal,
    call::Call,
    console::{
        agendas, alarms, assets, assets_of_the_look as look, calls, contact, cuts, declare, desk,
        doctor, emergency, guards, incidents, journal, kit, language, login, maintenance, notices,
        oncall, packs, people, phones, prepare, printers, rehearsal, roster, rule, services, setup,
        sheets, tenants, thinning, today, vault, watch,
    },
    doors::Doors,
    gate,
    may::{ACTORS, HEADS, OPERATORS, STAFF, WRITERS},
};

/// What a handler comes back with.
pub type Answer = Result<Response, Refusal>;
/// A handler.
pub type Run = fn(Call) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, logged in or not.
    Anyone,
    /// These roles.
    Only(&'static [Role]),
}

/// Whether a second factor must have been given within the last minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// No.
    Never,
    /// Yes: cut, lift, restore, publish, accounts.
    Always,
    /// Once the caller's account has been set up: whoever holds a session alone must not link a
    /// telephone to it or print its codes.
    OnceInUse,
}

/// What its form may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Fields that people type.
    Fields,
    /// A file beside them.
    AFile,
}

/// How it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads; changes nothing.
    Get,
    /// Changes something; always with a form.
    Post,
}

impl Verb {
    /// As HTTP writes it.
    pub const fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
        }
    }
}

/// One row of the table.
pub struct Route {
    /// How it is asked.
    pub verb: Verb,
    /// Its path; names in braces are handed to the handler.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// Whether a second factor must have been given within the last minutes.
    pub second_factor: Second,
    /// What its form may hold.
    pub takes: Takes,
    /// The handler.
    pub run: Run,
}

const fn route(
    (verb, path): (Verb, &'static str),
    who: Who,
    second_factor: Second,
    run: Run,
) -> Route {
    Route { verb, path, who, second_factor, takes: Takes::Fields, run }
}

const fn get(path: &'static str, roles: &'static [Role], run: Run) -> Route {
    route((Verb::Get, path), Who::Only(roles), Second::Never, run)
}

const fn post(path: &'static str, roles: &'static [Role], run: Run) -> Route {
    route((Verb::Post, path), Who::Only(roles), Second::Never, run)
}

/// A change that asks for a second factor.
const fn grave(path: &'static str, roles: &'static [Role], run: Run) -> Route {
    route((Verb::Post, path), Who::Only(roles), Second::Always, run)
}

/// A change to the caller's own ways in.
const fn own(path: &'static str, run: Run) -> Route {
    route((Verb::Post, path), Who::Only(STAFF), Second::OnceInUse, run)
}

const fn open(verb: Verb, path: &'static str, run: Run) -> Route {
    route((verb, path), Who::Anyone, Second::Never, run)
}

/// A change whose form may hold a file.
const fn upload(path: &'static str, roles: &'static [Role], run: Run) -> Route {
    Route { takes: Takes::AFile, ..post(path, roles, run) }
}

/// Every route of the console.
pub static ROUTES: &[Route] = &[
    open(Verb::Get, "/console", |c| Box::pin(ready(login::to_today(&c)))),
    open(Verb::Get, "/console/style.css", |c| Box::pin(ready(look::style(&c)))),
    open(Verb::Get, "/console/mark.svg", |c| Box::pin(ready(look::mark(&c)))),
    open(Verb::Get, "/console/lang/{tag}", |c| Box::pin(ready(language::choose(&c)))),
    open(Verb::Get, "/console/login", |c| Box::pin(ready(login::show(&c)))),
    open(Verb::Post, "/console/login", |c| Box::pin(login::with_phrase(c))),
    open(Verb::Post, "/console/login/code", |c| Box::pin(login::with_code(c))),
    post("/console/logout", STAFF, |c| Box::pin(login::log_out(c))),
    get("/console/setup", STAFF, |c| Box::pin(ready(setup::phrase(&c)))),
    post("/console/setup", STAFF, |c| Box::pin(setup::keep_phrase(c))),
    get("/console/setup/totp", STAFF, |c| Box::pin(ready(setup::totp(&c)))),
    own("/console/setup/totp", |c| Box::pin(setup::keep_totp(c))),
    own("/console/setup/codes", |c| Box::pin(setup::codes(c))),
    get("/console/", STAFF, |c| Box::pin(today::show(c))),
    get("/console/card", STAFF, |c| Box::pin(declare::card(c))),
    get("/console/alarms", STAFF, |c| Box::pin(alarms::list(c))),
    get("/console/alarms/{id}", STAFF, |c| Box::pin(alarms::show(c))),
    get("/console/alarms/{id}/files", STAFF, |c| Box::pin(alarms::files(c))),
    post("/console/alarms/{id}/merge", ACTORS, |c| Box::pin(alarms::merge(c))),
    post("/console/alarms/{id}/dismiss", ACTORS, |c| Box::pin(alarms::dismiss(c))),
    get("/console/declare", ACTORS, |c| Box::pin(declare::form(c))),
    post("/console/declare/check", ACTORS, |c| Box::pin(declare::check(c))),
    post("/console/declare", ACTORS, |c| Box::pin(declare::declare(c))),
    get("/console/incidents", STAFF, |c| Box::pin(incidents::list(c))),
    get("/console/incidents/{id}", STAFF, |c| Box::pin(incidents::show(c))),
    post("/console/incidents/{id}/advance", ACTORS, |c| Box::pin(incidents::advance(c))),
    get("/console/assets", STAFF, |c| Box::pin(assets::list(c))),
    get("/console/assets/{id}", STAFF, |c| Box::pin(assets::show(c))),
    post("/console/assets/{id}/state", ACTORS, |c| Box::pin(assets::set_state(c))),
    post("/console/assets/{id}/exposure", ACTORS, |c| Box::pin(assets::set_exposure(c))),
    post("/console/assets/{id}/means", ACTORS, |c| Box::pin(assets::about::set_means(c))),
    post("/console/assets/{id}/about", ACTORS, |c| Box::pin(assets::about::set_about(c))),
    post("/console/assets/{id}/folder", ACTORS, |c| Box::pin(assets::folders::set(c))),
    grave("/console/assets/{id}/cut", ACTORS, |c| Box::pin(cuts::order(c))),
    post("/console/assets/{id}/confirm", ACTORS, |c| Box::pin(cuts::confirm(c))),
    grave("/console/assets/{id}/lift", ACTORS, |c| Box::pin(cuts::lift(c))),
    get("/console/services", STAFF, |c| Box::pin(services::list(c))),
    get("/console/services/{id}", STAFF, |c| Box::pin(services::show(c))),
    post("/console/services/{id}/details", WRITERS, |c| Box::pin(services::set_details(c))),
    post("/console/services/{id}/needs", ACTORS, |c| Box::pin(services::set_needs(c))),
    post("/console/services/{id}/override", HEADS, |c| Box::pin(services::override_status(c))),
    post("/console/services/{id}/clear", HEADS, |c| Box::pin(services::clear(c))),
    get("/console/agendas", STAFF, |c| Box::pin(agendas::list(c))),
    post("/console/agendas", WRITERS, |c| Box::pin(agendas::add(c))),
    get("/console/agendas/{id}", STAFF, |c| Box::pin(agendas::show(c))),
    post("/console/agendas/{id}", WRITERS, |c| Box::pin(agendas::save(c))),
    post("/console/agendas/{id}/word", WRITERS, |c| Box::pin(agendas::say(c))),
    get("/console/agendas/{id}/sheet/{day}", WRITERS, |c| Box::pin(agendas::day_sheet(c))),
    post("/console/agendas/{id}/pull", WRITERS, |c| Box::pin(agendas::pull(c))),
    post("/console/agendas/{id}/forget", WRITERS, |c| Box::pin(agendas::forget(c))),
    grave("/console/agendas/{id}/close", HEADS, |c| Box::pin(agendas::close(c))),
    get("/console/printers", STAFF, |c| Box::pin(printers::list(c))),
    grave("/console/printers", HEADS, |c| Box::pin(printers::make(c))),
    get("/console/printers/{id}", STAFF, |c| Box::pin(printers::show(c))),
    grave("/console/printers/{id}/confirm", WRITERS, |c| Box::pin(printers::confirm(c))),
    post("/console/printers/{id}/again", WRITERS, |c| Box::pin(printers::again(c))),
    post("/console/printers/{id}/ask", WRITERS, |c| Box::pin(printers::ask(c))),
    grave("/console/printers/{id}/revoke", HEADS, |c| Box::pin(printers::revoke(c))),
    get("/console/notices", STAFF, |c| Box::pin(notices::list(c))),
    get("/console/notices/new", WRITERS, |c| Box::pin(notices::new(c))),
    post("/console/notices/new", WRITERS, |c| Box::pin(notices::create(c))),
    get("/console/notices/{id}", STAFF, |c| Box::pin(notices::show(c))),
    post("/console/notices/{id}", WRITERS, |c| Box::pin(notices::save(c))),
    get("/console/notices/{id}/preview", STAFF, |c| Box::pin(notices::preview(c))),
    get("/console/notices/{id}/preview/{lang}", STAFF, |c| Box::pin(notices::preview(c))),
    grave("/console/notices/{id}/publish", HEADS, |c| Box::pin(notices::publish(c))),
    grave("/console/notices/{id}/end", HEADS, |c| Box::pin(notices::end(c))),
    get("/console/journal", STAFF, |c| Box::pin(journal::show(c))),
    get("/console/journal/export", STAFF, |c| Box::pin(journal::export(c))),
    get("/console/people", STAFF, |c| Box::pin(people::list(c))),
    grave("/console/people", HEADS, |c| Box::pin(people::add(c))),
    grave("/console/people/{id}/codes", HEADS, |c| Box::pin(people::new_code(c))),
    grave("/console/people/{id}/role", HEADS, |c| Box::pin(people::set_role(c))),
    grave("/console/people/{id}/disable", HEADS, |c| Box::pin(people::disable(c))),
    get("/console/guards", STAFF, |c| Box::pin(guards::list(c))),
    grave("/console/guards/enrol", ACTORS, |c| Box::pin(guards::enrol(c))),
    get("/console/guards/{id}", STAFF, |c| Box::pin(guards::show(c))),
    grave("/console/guards/{id}/revoke", ACTORS, |c| Box::pin(guards::revoke(c))),
    grave("/console/guards/{id}/maintenance", ACTORS, |c| Box::pin(maintenance::announce(c))),
    grave("/console/guards/{id}/let-go", ACTORS, |c| Box::pin(guards::let_go(c))),
    grave("/console/guards/{id}/restore", ACTORS, |c| Box::pin(guards::restore(c))),
    get("/console/rule", STAFF, |c| Box::pin(rule::show(c))),
    grave("/console/rule", HEADS, |c| Box::pin(rule::sign(c))),
    grave("/console/rule/withdraw", HEADS, |c| Box::pin(rule::withdraw(c))),
    get("/console/vault", STAFF, |c| Box::pin(vault::show(c))),
    get("/console/vault/{id}/back", STAFF, |c| Box::pin(vault::back(c))),
    get("/console/vault/{id}/order.txt", STAFF, |c| Box::pin(vault::order(c))),
    grave("/console/vault/{id}/judge", ACTORS, |c| Box::pin(vault::judge(c))),
    post("/console/vault", WRITERS, |c| Box::pin(vault::prove(c))),
    get("/console/vault/thinning", STAFF, |c| Box::pin(thinning::show(c))),
    grave("/console/vault/thinning/{id}/agree", HEADS, |c| Box::pin(thinning::agree(c))),
    grave("/console/vault/thinning/{id}/cancel", HEADS, |c| Box::pin(thinning::cancel(c))),
    grave("/console/vault/thinning/{id}/undo", HEADS, |c| Box::pin(thinning::undo(c))),
    get("/console/rehearsal", STAFF, |c| Box::pin(rehearsal::show(c))),
    post("/console/rehearsal/end", STAFF, |c| Box::pin(ready(rehearsal::end(&c)))),
    get("/console/oncall", STAFF, |c| Box::pin(oncall::list(c))),
    grave("/console/oncall", ACTORS, |c| Box::pin(contact::add(c))),
    grave("/console/oncall/week", ACTORS, |c| Box::pin(oncall::set_week(c))),
    post("/console/oncall/test", ACTORS, |c| Box::pin(oncall::test(c))),
    get("/console/oncall/{id}", STAFF, |c| Box::pin(contact::show(c))),
    grave("/console/oncall/{id}", ACTORS, |c| Box::pin(contact::change(c))),
    grave("/console/oncall/{id}/move", ACTORS, |c| Box::pin(contact::move_to(c))),
    grave("/console/oncall/{id}/pause", ACTORS, |c| Box::pin(contact::pause(c))),
    grave("/console/oncall/{id}/remove", ACTORS, |c| Box::pin(contact::remove(c))),
    post("/console/oncall/{id}/test", ACTORS, |c| Box::pin(contact::test(c))),
    get("/console/calls/{id}", STAFF, |c| Box::pin(calls::show(c))),
    post("/console/calls/{id}/answer", WRITERS, |c| Box::pin(calls::answer(c))),
    open(Verb::Get, "/console/watch.js", |c| Box::pin(ready(watch::script(&c)))),
    get("/console/watch", STAFF, |c| Box::pin(watch::show(c))),
    get("/console/watch.json", STAFF, |c| Box::pin(watch::json(c))),
    get("/console/watch/all", OPERATORS, |c| Box::pin(watch::show_all(c))),
    get("/console/watch/all.json", OPERATORS, |c| Box::pin(watch::json_all(c))),
    get("/console/doctor", OPERATORS, |c| Box::pin(doctor::show(c))),
    get("/console/prepare", STAFF, |c| Box::pin(prepare::show(c))),
    get("/console/phones", STAFF, |c| Box::pin(phones::list(c))),
    post("/console/phones", WRITERS, |c| Box::pin(phones::add(c))),
    get("/console/phones/{id}", STAFF, |c| Box::pin(phones::show(c))),
    post("/console/phones/{id}", WRITERS, |c| Box::pin(phones::save(c))),
    post("/console/phones/{id}/state", WRITERS, |c| Box::pin(phones::set_state(c))),
    grave("/console/phones/{id}/remove", WRITERS, |c| Box::pin(phones::remove(c))),
    get("/console/emergency", WRITERS, |c| Box::pin(emergency::show(c))),
    post("/console/emergency", WRITERS, |c| Box::pin(emergency::save(c))),
    get("/console/roster", WRITERS, |c| Box::pin(roster::list(c))),
    post("/console/roster", WRITERS, |c| Box::pin(roster::add(c))),
    post("/console/roster/import", WRITERS, |c| Box::pin(roster::import(c))),
    get("/console/roster/{id}", WRITERS, |c| Box::pin(roster::show(c))),
    post("/console/roster/{id}", WRITERS, |c| Box::pin(roster::save(c))),
    grave("/console/roster/{id}/remove", WRITERS, |c| Box::pin(roster::remove(c))),
    get("/console/kit", STAFF, |c| Box::pin(kit::show(c))),
    grave("/console/kit", HEADS, |c| Box::pin(kit::print(c))),
    get("/console/sheets", WRITERS, |c| Box::pin(sheets::list(c))),
    get("/console/sheets/{kind}", WRITERS, |c| Box::pin(sheets::show(c))),
    get("/console/sheets/{kind}/print/{lang}", WRITERS, |c| Box::pin(sheets::print(c))),
    get("/console/sheets/{kind}/pdf/{lang}", WRITERS, |c| Box::pin(sheets::document(c))),
    get("/console/desk", WRITERS, |c| Box::pin(desk::list(c))),
    post("/console/desk/search", WRITERS, |c| Box::pin(desk::search(c))),
    post("/console/desk/unlock", WRITERS, |c| Box::pin(desk::unlock(c))),
    get("/console/desk/export", WRITERS, |c| Box::pin(desk::export(c))),
    get("/console/desk/print", WRITERS, |c| Box::pin(desk::print::show(c))),
    post("/console/desk/print", WRITERS, |c| Box::pin(desk::print::print(c))),
    get("/console/desk/keys", WRITERS, |c| Box::pin(desk::keys::show(c))),
    grave("/console/desk/keys/make", HEADS, |c| Box::pin(desk::keys::make(c))),
    post("/console/desk/keys/prove", HEADS, |c| Box::pin(desk::keys::prove(c))),
    grave("/console/desk/keys/recover", HEADS, |c| Box::pin(desk::keys::recover(c))),
    grave("/console/desk/keys/{id}/give", WRITERS, |c| Box::pin(desk::keys::give(c))),
    grave("/console/desk/keys/{id}/take", HEADS, |c| Box::pin(desk::keys::take(c))),
    get("/console/desk/entry", WRITERS, |c| Box::pin(desk::entry::show(c))),
    post("/console/desk/entry", WRITERS, |c| Box::pin(desk::entry::by_code(c))),
    post("/console/desk/register", WRITERS, |c| Box::pin(desk::entry::register(c))),
    get("/console/desk/new/{procedure}", WRITERS, |c| Box::pin(desk::entry::form(c))),
    post("/console/desk/new/{procedure}", WRITERS, |c| Box::pin(desk::entry::file(c))),
    get("/console/desk/{id}", WRITERS, |c| Box::pin(desk::request::show(c))),
    get("/console/desk/{id}/file/{number}", WRITERS, |c| Box::pin(desk::request::file(c))),
    post("/console/desk/{id}/take", WRITERS, |c| Box::pin(desk::request::take(c))),
    post("/console/desk/{id}/answer", WRITERS, |c| Box::pin(desk::request::answer(c))),
    post("/console/desk/{id}/close", WRITERS, |c| Box::pin(desk::request::close(c))),
    post("/console/desk/{id}/transfer", WRITERS, |c| Box::pin(desk::request::transfer(c))),
    post("/console/desk/{id}/visa", HEADS, |c| Box::pin(desk::request::visa(c))),
    get("/console/packs", WRITERS, |c| Box::pin(packs::list(c))),
    get("/console/packs/{kind}", WRITERS, |c| Box::pin(packs::show(c))),
    upload("/console/packs/{kind}/import", WRITERS, |c| Box::pin(packs::import::import(c))),
    post("/console/packs/{kind}/record", WRITERS, |c| Box::pin(packs::record(c))),
    grave("/console/packs/{kind}/{number}/open", WRITERS, |c| Box::pin(packs::open(c))),
    post("/console/packs/{kind}/{number}/printed", WRITERS, |c| Box::pin(packs::printed(c))),
    grave("/console/packs/{kind}/{number}/destroyed", WRITERS, |c| Box::pin(packs::destroyed(c))),
    get("/console/tenants/", OPERATORS, |c| Box::pin(tenants::list(c))),
    post("/console/tenants/enter", OPERATORS, |c| Box::pin(tenants::enter(c))),
];

/// The console's part of the router.
pub fn console() -> Router<Doors> {
    let mut paths: Vec<&'static str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    let mut router = Router::new();
    let mut done: Vec<&'static str> = Vec::new();
    for path in paths {
        if !done.contains(&path) {
            done.push(path);
            router = router.route(path, method_router(path));
        }
    }
    router
}

fn method_router(path: &'static str) -> MethodRouter<Doors> {
    let mut router = MethodRouter::new();
    for route in ROUTES.iter().filter(|route| route.path == path) {
        let filter = match route.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        let handler =
            move |State(doors): State<Doors>, request: Request| gate::pass(doors, route, request);
        router = router.merge(on(filter, handler));
    }
    router.fallback(|State(doors): State<Doors>, request: Request| {
        gate::refuse(doors, Refusal::Method, request)
    })
}
