//! The print post with the real program and a real platform: enrolled, confirmed, printing into a
//! folder and by `lp`, cut off, refused by the printer, revoked. `lp` is played by a script: what the
//! program says to it is the interface.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use beffroi_desk::{
    appointments::{Visitor, group},
    keys::{self, Hand},
    print_posts as posts, sealing,
};
use beffroi_platform::edge::SystemClock;
use beffroi_store::{
    Store, agendas,
    appointments::{self as kept, Asked, NewAppointment, Seat},
    facts,
    print_posts::{self as rows, NewPrintPost, sheets},
};
use beffroi_town::{
    Actor, Agenda, AgendaId, Instant, Lang, PrintPostId, ServiceId,
    agenda::{Day, PeopleTake, Rules, Slot},
    edge::Clock as _,
    oncall::Span,
    printer::Invitation,
    procedure::KeyGroup,
    watch::PlatformAddress,
};
use beffroi_words::Zone;
use tempfile::tempdir;

use crate::{
    counter::{Director, open, opened, runtime, scope},
    program::{BEFFROI, Said, run},
    server::{Server, serve},
};

fn now() -> Instant {
    SystemClock.now()
}

/// The day of the sheet: the post of these tests prints tomorrow's from midnight on.
fn tomorrow() -> Day {
    Zone::paris().day(now()).plus(1)
}

fn point() -> Agenda {
    let rules = Rules {
        about_fr: "Carte d’identité".to_owned(),
        about_en: "Identity card".to_owned(),
        place: "Mairie, guichet 3".to_owned(),
        week: Span::parse_all("lun-ven 9h-12h").unwrap(),
        slot_minutes: 20,
        seats: 9,
        people_max: 1,
        people_take: PeopleTake::OneSeat,
        notice_hours: 0,
        days_ahead: 60,
        closures: Vec::new(),
        procedure: None,
        paused: false,
    };
    let service = ServiceId::parse("identity_cards").unwrap();
    Agenda { id: AgendaId::parse("cartes").unwrap(), service, rank: 1, rules, word: None }
}

/// Takes an appointment for somebody, sealed for whoever reads it now.
async fn take(store: &Store, who: &str) {
    let (scope, by, one) = (scope(), Actor::Outside, point());
    let facts =
        facts::load(&mut store.read().await.unwrap(), &scope, now()).await.unwrap().unwrap();
    let its = beffroi_desk::appointments::service(&facts, &one).map_or(KeyGroup::General, group);
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), &by, now()).await.unwrap();
    let readers = keys::recipients(tx.conn(), &scope, its).await.unwrap();
    let visitor = Visitor { name: who.to_owned(), ..Visitor::default() };
    let plain = serde_json::to_vec(&visitor).unwrap();
    let sealed = sealing::seal_for(&readers, &plain).unwrap();
    let slot = Slot { day: tomorrow(), minute: 560 };
    let begins_at = Zone::paris().instant(slot).unwrap();
    let seat = Seat { agenda: &one.id, slot, begins_at, seats: 1, of: 9 };
    let new = NewAppointment { seat, people: 1, sealed: &sealed, lang: Lang::Fr, token: who };
    let asked = kept::take(&mut tx, scope.tenant(), &new).await.unwrap();
    assert!(matches!(asked, Asked::Taken(_)), "{asked:?}");
    tx.commit().await.unwrap();
}

/// A town hall with a counter that is open, a service point, an appointment, and a post to enrol.
struct Hall {
    folder: PathBuf,
    director: Director,
    post: PrintPostId,
    token: String,
}

async fn hall(folder: &Path) -> Hall {
    let director = opened(folder).await;
    let (store, scope, by) = (open(folder).await, scope(), Actor::CommandLine);
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, now()).await.unwrap();
    agendas::save(&mut tx, tenant, &point()).await.unwrap();
    let new = NewPrintPost {
        name: "Accueil",
        lang: Lang::Fr,
        evening: 0,
        groups: KeyGroup::ALL,
        expires_at: now().plus_ms(600_000),
    };
    let (post, token) = rows::make(&mut tx, tenant, &new).await.unwrap();
    tx.commit().await.unwrap();
    take(&store, "Avant-Confirmée").await;
    store.close().await;
    Hall { folder: folder.to_owned(), director, post, token }
}

impl Hall {
    fn invitation(&self, server: &Server) -> PathBuf {
        let file = Invitation {
            platforms: vec![PlatformAddress::plain(format!("http://{}", server.address))],
            certificate_sha256: None,
            tenant: scope().tenant().clone(),
            post: self.post.clone(),
            token: self.token.clone(),
        };
        let path = self.folder.join("poste.json");
        fs::write(&path, serde_json::to_vec(&file).unwrap()).unwrap();
        path
    }

    /// Somebody who holds the keys confirms the post.
    async fn confirm(&self) {
        let (store, scope) = (open(&self.folder).await, scope());
        let mut conn = store.read().await.unwrap();
        let own = sealing::secret(&self.director.1);
        let ring = keys::keyring(&mut conn, &scope, (&self.director.0, &own)).await.unwrap();
        let facts = facts::load(&mut conn, &scope, now()).await.unwrap().unwrap();
        let post = rows::get(&mut conn, &scope, &self.post).await.unwrap().unwrap();
        drop(conn);
        let hand = Hand { store: &store, scope: &scope, account: &self.director.0, at: now() };
        let done = posts::confirm(&hand, &ring, &facts, &post).await.unwrap();
        assert_eq!((done.appointments, done.days), (1, 0));
        take(&store, "Après-Confirmée").await;
        store.close().await;
    }

    async fn wish(&self) {
        let (store, scope, by) = (open(&self.folder).await, scope(), Actor::CommandLine);
        let tenant = scope.tenant();
        let mut tx = store.begin(std::slice::from_ref(tenant), &by, now()).await.unwrap();
        let wanted = (&point().id, tomorrow());
        sheets::wish(&mut tx, tenant, &self.post, wanted).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    }

    async fn revoke(&self) {
        let (store, scope, by) = (open(&self.folder).await, scope(), Actor::CommandLine);
        let tenant = scope.tenant();
        let mut tx = store.begin(std::slice::from_ref(tenant), &by, now()).await.unwrap();
        rows::revoke(&mut tx, tenant, &self.post).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    }

    /// What the platform knows: times printed, whether it fails, wishes that stand.
    async fn known(&self) -> (u32, bool, usize) {
        let (store, scope) = (open(&self.folder).await, scope());
        let mut conn = store.read().await.unwrap();
        let all = sheets::list(&mut conn, &scope, &self.post, tomorrow()).await.unwrap();
        let post = rows::get(&mut conn, &scope, &self.post).await.unwrap().unwrap();
        let wishes = sheets::wishes(&mut conn, &scope, &self.post, now()).await.unwrap();
        drop(conn);
        store.close().await;
        let times = all.iter().map(|sheet| sheet.times).sum();
        (times, post.failing_since.is_some(), wishes.len())
    }

    fn print(&self, more: &[&str]) -> Said {
        let words = ["desk", "printer", "run", "--dir", "post", "--once"];
        let words: Vec<&str> = words.into_iter().chain(more.iter().copied()).collect();
        run(&self.folder, &words)
    }

    /// The same with a folder of programs of ours before all others.
    fn print_by_lp(&self, programs: &Path) -> Said {
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(BEFFROI)
            .args(["desk", "printer", "run", "--dir", "post", "--once", "--printer", "ACCUEIL"])
            .env("PATH", format!("{}:{path}", programs.display()))
            .current_dir(&self.folder)
            .output()
            .unwrap();
        output.into()
    }

    fn printed(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(self.folder.join("out")).unwrap();
        let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all
    }
}

fn text(pdf: &Path) -> String {
    let output = Command::new("pdftotext").args(["-layout"]).arg(pdf).arg("-").output();
    let output = output.expect("pdftotext, of poppler-utils");
    assert!(output.status.success(), "{}", pdf.display());
    String::from_utf8(output.stdout).unwrap().replace('\u{a0}', " ")
}

/// A program that stands for `lp`: it keeps its arguments and what it was handed.
fn played_lp(folder: &Path, refuses: bool) -> PathBuf {
    let programs = folder.join("programs");
    fs::create_dir_all(&programs).unwrap();
    let end = if refuses {
        "cat >/dev/null; echo 'lp: The printer or class does not exist.' >&2; exit 1"
    } else {
        "cat >paper.pdf; echo 'request id is ACCUEIL-1 (0 file(s))'"
    };
    let script = format!("#!/bin/sh\ncd {}\necho \"$@\" >>said\n{end}\n", folder.display());
    let path = programs.join("lp");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    programs
}

#[test]
fn sheets_come_out_once_by_folder_and_by_lp_whatever_breaks() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let hall = runtime().block_on(hall(here));
    let server = serve(here);
    fs::create_dir(here.join("out")).unwrap();
    let nothing = hall.print(&["--folder", "out"]).refused();
    assert!(nothing.contains("no print post yet"), "{nothing}");
    let enrol = ["desk", "printer", "enrol", "poste.json", "--to", "post"];
    let file = hall.invitation(&server);
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replace("127.0.0.1", "mairie.example")).unwrap();
    let clear = run(here, &enrol).refused();
    assert!(clear.contains("asked by https://"), "{clear}");
    fs::write(&file, good).unwrap();
    let said = run(here, &enrol).well();
    assert!(said.contains("'Accueil'"), "{said}");
    let again = run(here, &enrol).refused();
    assert!(again.contains("is a print post already"), "{again}");
    let other = run(here, &["desk", "printer", "enrol", "poste.json", "--to", "other"]).refused();
    assert!(other.contains("used or older than an hour"), "{other}");
    assert!(!here.join("other/post.json").exists());
    for file in ["post/post.json", "post"] {
        let mode = fs::metadata(here.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }

    // Another that prints the same would print each sheet twice.
    let held = fs::File::create(here.join("post/lock")).unwrap();
    held.lock().unwrap();
    let busy = hall.print(&["--folder", "out"]).refused();
    assert!(busy.contains("stop it first"), "{busy}");
    drop(held);

    // Nobody confirmed it yet; then what was taken before and after stands on one sheet.
    hall.print(&["--folder", "out"]).well();
    assert!(hall.printed().is_empty());
    runtime().block_on(hall.confirm());
    hall.print(&["--folder", "out"]).well();
    let all = hall.printed();
    assert_eq!(all.len(), 1, "{all:?}");
    let sheet = text(all.first().unwrap());
    assert!(sheet.contains("Avant-Confirmée") && sheet.contains("Après-Confirmée"), "{sheet}");
    assert!(!sheet.contains("Remplace"), "{sheet}");
    hall.print(&["--folder", "out"]).well();
    assert_eq!(hall.printed().len(), 1, "it is printed twice");
    assert_eq!(runtime().block_on(hall.known()), (1, false, 0));

    // Asked for, with a printer that refuses; then with one that works.
    runtime().block_on(hall.wish());
    let refused = hall.print_by_lp(&played_lp(here, true)).refused();
    assert!(refused.contains("lp refuses the sheet: lp: The printer"), "{refused}");
    assert_eq!(runtime().block_on(hall.known()), (1, true, 1));
    let programs = played_lp(here, false);
    hall.print_by_lp(&programs).well();
    assert_eq!(runtime().block_on(hall.known()), (2, false, 0));
    let said = fs::read_to_string(here.join("said")).unwrap();
    let title = format!("-d ACCUEIL -t cartes-{}-", tomorrow());
    assert!(said.lines().count() == 2 && said.contains(&title), "{said}");
    assert!(!said.contains("Confirmée"), "{said}");
    assert!(text(&here.join("paper.pdf")).contains("Remplace la feuille imprimée le"));
    hall.print_by_lp(&programs).well();
    assert_eq!(fs::read_to_string(here.join("said")).unwrap().lines().count(), 2);

    // The platform is away: nothing is lost, and it says so.
    let address = server.address.clone();
    drop(server);
    runtime().block_on(hall.wish());
    let away = hall.print_by_lp(&programs).refused();
    assert!(away.contains("not reached"), "{away}");
    let _server = crate::server::serve_at(here, &address);
    hall.print_by_lp(&programs).well();
    assert_eq!(runtime().block_on(hall.known()), (3, false, 0));

    runtime().block_on(hall.revoke());
    let gone = hall.print_by_lp(&programs).refused();
    assert!(gone.contains("was revoked"), "{gone}");
    assert_eq!(fs::read_to_string(here.join("said")).unwrap().lines().count(), 3);
}
