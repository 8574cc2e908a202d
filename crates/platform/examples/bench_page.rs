//! Measures the public page beside nginx serving the same bytes from a file; started by
//! `cargo xtask bench page`. Needs `nginx` and `wrk` (Debian: nginx-light, wrk).
//!
//! Both run in processes of their own with one worker thread's worth of everything they like; the
//! runs alternate, the medians count. Processor time is the servers' own, read from `/proc`.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use beffroi_platform::{
    Platform,
    config::RawConfig,
    edge::{SystemClock, SystemEntropy},
};
use beffroi_store::{Location, Store, assets, services, tenants};
use beffroi_town::{Actor, Tenant, TenantId, catalogue, edge::Clock};
use serde_json::{Value, json};

const RUNS: usize = 7;
const SECONDS: &str = "3s";
const CONNECTIONS: &str = "64";

type Done<T> = Result<T, Box<dyn Error>>;

/// A server in a process of its own; ended when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked, not killed: nginx must end its workers too.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if let Err(error) = asked.and_then(|_| self.child.wait()) {
            eprintln!("a server may still run: {error}");
        }
    }
}

fn main() -> Done<()> {
    if let Some(folder) = std::env::args().nth(1) {
        return serve(Path::new(&folder));
    }
    println!("{}", measure()?);
    Ok(())
}

/// The child: the real platform on a free port, until its standard input ends.
fn serve(folder: &Path) -> Done<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut raw = RawConfig::default();
        raw.data.folder = Some(folder.to_owned());
        raw.doors.listen = Some("127.0.0.1:0".to_owned());
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy::new()));
        let platform = Platform::start(raw.check()?, clock, entropy).await?;
        println!("{}", platform.address());
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
        platform.stop().await;
        Ok(())
    })
}

fn measure() -> Done<Value> {
    for (program, flag) in [("nginx", "-v"), ("wrk", "-v")] {
        Command::new(program).arg(flag).output().map_err(|error| {
            format!("{program}: {error}; type: apt-get install nginx-light wrk")
        })?;
    }
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(found(folder.path()))?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let said = child.stdout.take().ok_or("no output of the platform")?;
    BufReader::new(said).read_line(&mut line)?;
    let ours = Server { child, address: line.trim().parse()? };
    let page = fetch(ours.address, "/c/59273/")?;
    let nginx = nginx(folder.path(), &page)?;
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        mine.push(run(&ours, "/c/59273/", &[ours.child.id()])?);
        theirs.push(run(&nginx, "/page.html", &workers(nginx.child.id())?)?);
    }
    let rates = |all: &[(f64, f64)]| median(all.iter().map(|one| one.0).collect());
    let costs = |all: &[(f64, f64)]| median(all.iter().map(|one| one.1).collect());
    let (rate, their_rate) = (rates(&mine), rates(&theirs));
    let (cpu, their_cpu) = (costs(&mine), costs(&theirs));
    let what = format!("status page of {} bytes", page.len());
    Ok(json!([
        row(&format!("{what}, requests served"), "1/s", (rate, their_rate), rate / their_rate),
        row(&format!("{what}, processor time a request"), "us", (cpu, their_cpu), their_cpu / cpu),
    ]))
}

fn row(what: &str, unit: &str, (ours, peer): (f64, f64), ratio: f64) -> Value {
    let short = |value: f64| (value * 100.0).round() / 100.0;
    json!({ "what": what, "unit": unit, "ours": short(ours), "peer": short(peer),
        "peer_name": "nginx", "ratio": short(ratio), "goal": 1.0, "met": short(ratio) >= 1.0 })
}

/// Requests a second, and microseconds of the server's processor time a request.
fn run(server: &Server, path: &str, pids: &[u32]) -> Done<(f64, f64)> {
    let before = ticks(pids)?;
    let url = format!("http://{}{path}", server.address);
    let output =
        Command::new("wrk").args(["-t1", "-c", CONNECTIONS, "-d", SECONDS, &url]).output()?;
    let text = String::from_utf8(output.stdout)?;
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(format!("not every request was answered: {text}").into());
    }
    let number = |word: &str| -> Done<f64> {
        let line =
            text.lines().find(|line| line.contains(word)).ok_or("wrk said something else")?;
        let number = line.split_whitespace().find_map(|one| one.parse::<f64>().ok());
        Ok(number.ok_or("wrk said something else")?)
    };
    let (requests, rate) = (number("requests in")?, number("Requests/sec")?);
    // USER_HZ is 100 on every Linux: a tick is 10 ms.
    Ok((rate, (ticks(pids)? - before) * 10_000.0 / requests))
}

fn ticks(pids: &[u32]) -> Done<f64> {
    let mut sum = 0.0;
    for pid in pids {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let after = stat.rsplit(')').next().ok_or("an odd stat file")?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        for index in [11, 12] {
            sum += fields.get(index).ok_or("an odd stat file")?.parse::<f64>()?;
        }
    }
    Ok(sum)
}

fn workers(master: u32) -> Done<Vec<u32>> {
    let list = fs::read_to_string(format!("/proc/{master}/task/{master}/children"))?;
    Ok(list.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

fn fetch(address: SocketAddr, path: &str) -> Done<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no answer")?;
    Ok(answer.split_off(end + 4))
}

/// nginx as it would be set up for static files, on a free port.
fn nginx(folder: &Path, page: &[u8]) -> Done<Server> {
    let root = folder.join("nginx");
    fs::create_dir(&root)?;
    fs::write(root.join("page.html"), page)?;
    // Workers run as another user, who must be able to read the page.
    for path in [folder, &root] {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    }
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let text = format!(
        "daemon off;\nworker_processes auto;\npid {root}/pid;\nerror_log {root}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;\n\
         open_file_cache max=100; types {{ text/html html; }}\n\
         server {{ listen {address}; root {root}; }} }}\n",
        root = root.display()
    );
    let config = root.join("nginx.conf");
    fs::write(&config, text)?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&config).arg("-p").arg(&root);
    // What speaks to the program that started us is ours alone.
    let child = command.stdout(Stdio::null()).stdin(Stdio::null()).spawn()?;
    let server = Server { child, address };
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        if fetch(address, "/page.html").is_ok_and(|found| found == page) {
            return Ok(server);
        }
        std::thread::yield_now();
    }
    Err("nginx does not answer with the page".into())
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A town with what every town starts from.
async fn found(folder: &Path) -> Done<()> {
    let store =
        Store::open(&Location::Folder(folder.to_owned()), Arc::new(SystemEntropy::new())).await?;
    let (id, at) = (TenantId::parse("59273")?, SystemClock.now());
    let tenant = Tenant {
        id: id.clone(),
        name: "Gravelines".to_owned(),
        department: Some("59".to_owned()),
        region: Some("32".to_owned()),
        population: Some(11_430),
        siren: None,
        postcodes: vec!["59820".to_owned()],
        epci: None,
        opened_at: at,
        closed_at: None,
    };
    let (its_services, its_assets) = catalogue::start(&id, at)?;
    let mut tx = store.begin_founding(std::slice::from_ref(&id), &Actor::Platform, at).await?;
    tenants::add(&mut tx, &tenant).await?;
    assets::add(&mut tx, &its_assets).await?;
    services::add(&mut tx, &id, &its_services).await?;
    tx.commit().await?;
    store.close().await;
    Ok(())
}
