//! Servers that answer badly, or not at all.

use std::{
    collections::HashMap,
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use beffroi_backup::{Access, BackupError, choice::Choice, restore};

use crate::house::{AT, House, PASSWORD, chosen, contents, noise, odd_things, plan};

/// What a server does about one request.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// What is asked for.
    Serve,
    /// Nothing, for ever.
    Stall,
    /// Half of the answer, then the end.
    Break,
    /// Another status.
    Status(u16),
    /// The whole object, whatever part is asked for.
    Whole,
}

/// Serves a repository over REST; `act` is asked about each request, with its path.
fn serve(repository: PathBuf, act: impl Fn(&str) -> Act + Send + Sync + 'static) -> Access {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("rest:http://u:p@{}/", listener.local_addr().unwrap());
    let act = Arc::new(act);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (repository, act) = (repository.clone(), Arc::clone(&act));
            thread::spawn(move || answer(&mut stream.unwrap(), &repository, &*act));
        }
    });
    let access = Access::new(&address, PASSWORD, None).unwrap();
    access.waiting(Duration::from_millis(600))
}

fn answer(stream: &mut TcpStream, repository: &Path, act: &dyn Fn(&str) -> Act) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let act = act(&path);
    let (mut status, mut body) = (200, object(repository, &path));
    let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="));
    match (act, range) {
        (Act::Stall, _) => {
            // Until the client goes.
            drop(stream.read_to_end(&mut Vec::new()));
            return;
        }
        (Act::Status(other), _) => (status, body) = (other, b"no".to_vec()),
        (Act::Whole, _) | (_, None) => {}
        (_, Some(range)) => {
            let (from, to) = range.split_once('-').unwrap();
            let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
            (status, body) = (206, body.get(from..=to).unwrap_or_default().to_vec());
        }
    }
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let sent = if matches!(act, Act::Break) { &body[..body.len() / 2] } else { &body[..] };
    // A client that went away is no failure.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent)));
}

fn object(repository: &Path, path: &str) -> Vec<u8> {
    let path = path.trim_start_matches('/');
    if let Some(kind) = path.strip_suffix('/') {
        let names = contents(&repository.join(kind));
        let names = names.keys().map(|name| name.file_name().unwrap().to_str().unwrap());
        let listed: Vec<String> =
            names.map(|name| format!("{{\"name\":\"{name}\",\"size\":1}}")).collect();
        return format!("[{}]", listed.join(",")).into_bytes();
    }
    let file = match path.strip_prefix("data/") {
        Some(name) => repository.join("data").join(&name[..2]).join(name),
        None => repository.join(path),
    };
    fs::read(file).unwrap()
}

#[test]
fn a_good_server_gives_everything_back() {
    let house = House::new();
    let access = serve(house.repository(), |_| Act::Serve);
    let plan = plan(&access, &Choice::all()).unwrap();
    let report = restore::carry_out(&plan, &house.target(), AT).unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert!(contents(&house.back(&house.share())) == contents(&house.share()));
}

#[test]
fn what_fails_for_a_moment_is_asked_for_again() {
    let house = House::new();
    // Counted for each object: of what several ask for at once nobody fails more often than that.
    let asked = Mutex::new(HashMap::<String, u32>::new());
    let access = serve(house.repository(), move |path| {
        let mut asked = asked.lock().unwrap();
        let times = asked.entry(path.to_owned()).or_default();
        *times += 1;
        match times {
            1 => Act::Status(503),
            2 => Act::Break,
            _ => Act::Serve,
        }
    });
    let plan = plan(&access, &Choice::all()).unwrap();
    let report = restore::carry_out(&plan, &house.target(), AT).unwrap();
    assert!(report.is_whole(), "{report:?}");
}

#[test]
fn a_server_that_stalls_is_not_waited_for() {
    let house = House::new();
    let begun = std::time::Instant::now();
    let access = serve(house.repository(), |_| Act::Stall);
    let error = plan(&access, &Choice::all()).unwrap_err();
    assert!(matches!(error, BackupError::Source { .. }), "{error}");
    assert!(error.to_string().contains("does not answer"), "{error}");
    // A credential that opens nothing is not tried twice, and said.
    let access = serve(house.repository(), |_| Act::Status(401));
    let error = plan(&access, &Choice::all()).unwrap_err();
    assert!(error.to_string().contains("vault add"), "{error}");
    // A folder in the middle of everything.
    let access = serve(house.repository(), |path| match path {
        path if path.starts_with("/data/") => Act::Stall,
        _ => Act::Serve,
    });
    let error = plan(&access, &Choice::all()).unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_server_that_ignores_what_is_asked_ruins_nothing() {
    let house = House::new();
    for act in [Act::Whole, Act::Status(418), Act::Status(404), Act::Status(301)] {
        let access =
            serve(
                house.repository(),
                move |path| {
                    if path.starts_with("/data/") { act } else { Act::Serve }
                },
            );
        let plan = plan(&access, &Choice::all()).unwrap();
        assert_eq!(plan.files(), 0, "{act:?}");
        let report = restore::carry_out(&plan, &house.target(), AT).unwrap();
        assert!(!report.is_whole() && contents(&house.target()).is_empty(), "{act:?}");
    }
}

#[test]
fn a_restore_cut_off_goes_on_where_it_was() {
    let house = House::new();
    odd_things(&house.share());
    house.save();
    let choice = chosen(&[house.share().join("odd/large"), house.share().join("service-1")]);
    let back = house.back(&house.share()).join("odd");
    let drafts = || {
        let all = fs::read_dir(&back).unwrap().map(|entry| entry.unwrap().path());
        let is_draft = |p: &PathBuf| p.to_str().unwrap().contains(".beffroi-draft-");
        all.filter(is_draft).collect::<Vec<_>>()
    };
    // The server goes in the middle of the data.
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let access = serve(house.repository(), move |path| {
        let is_data = path.starts_with("/data/");
        let before = seen.fetch_add(usize::from(is_data), std::sync::atomic::Ordering::SeqCst);
        if is_data && before >= 8 { Act::Stall } else { Act::Serve }
    });
    let first = restore::carry_out(&plan(&access, &choice).unwrap(), &house.target(), AT).unwrap();
    assert!(!first.is_whole() && first.not_reached > 0, "{first:?}");
    assert!(first.stopped.as_ref().unwrap().contains("goes on from here"), "{first:?}");
    assert!(first.failed.is_empty(), "{first:?}");
    let left = drafts();
    assert_eq!(left.len(), 1);
    assert!(!back.join("large").exists());
    // A draft that leads elsewhere is not written through; the true one goes on.
    let (draft, aside, outside) =
        (&left[0], house.here().join("aside"), house.here().join("outside"));
    fs::write(&outside, "outside").unwrap();
    fs::rename(draft, &aside).unwrap();
    fs::hard_link(&outside, draft).unwrap();
    let whole = house.bring_back(&choice);
    assert!(whole.is_whole(), "{whole:?}");
    assert_eq!(fs::read(&outside).unwrap(), b"outside");
    assert!(
        fs::read(back.join("large")).unwrap()
            == [&[1, 0, 0, 0], &noise(1, 31_000_000)[4..]].concat()
    );
    fs::remove_file(back.join("large")).unwrap();
    fs::rename(&aside, draft).unwrap();
    let rest = house.bring_back(&choice);
    assert!(rest.is_whole() && rest.restored == 1, "{rest:?}");
    assert!(rest.fetched_bytes < whole.fetched_bytes, "{rest:?} {whole:?}");
    assert!(drafts().is_empty());
}
