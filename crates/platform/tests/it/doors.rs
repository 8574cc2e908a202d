//! The doors: what each answers, what each shows, who is turned away.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::pki_types::{CertificateDer, pem::PemObject};
use tempfile::TempDir;

use crate::{LISTEN, certificate, gravelines, start};

/// Asks a URL, believing in one certificate alone; follows nothing.
pub(crate) fn fetch(url: &str, root: &[u8]) -> Result<(u16, String), ureq::Error> {
    let roots = [ureq::tls::Certificate::from_der(root).to_owned()];
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = ureq::Agent::config_builder().tls_config(tls).max_redirects(0);
    let agent: ureq::Agent = config.http_status_as_error(false).build().into();
    let mut answer = agent.get(url).call()?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

async fn asked(url: String, root: &[u8]) -> (u16, String) {
    let root = root.to_vec();
    tokio::task::spawn_blocking(move || fetch(&url, &root)).await.unwrap().unwrap()
}

/// Says something to a door and hears it out.
fn say(address: SocketAddr, words: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(words).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap_or_default();
    answer
}

async fn said(address: SocketAddr, words: &[u8]) -> Vec<u8> {
    let words = words.to_vec();
    tokio::task::spawn_blocking(move || say(address, &words)).await.unwrap()
}

fn authority(folder: &TempDir) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(folder.path().join("data/tls/ca.pem")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guards_door_answers_guards_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    gravelines(folder.path()).await;
    let settings = format!("{LISTEN}guards = \"127.0.0.1:0\"\n");
    let platform = start(folder.path(), &settings).await.unwrap();
    let door = platform.guards_address().unwrap();
    let ca = authority(&folder);
    for path in ["/", "/c/59273/", "/console/login", "/api/guard/v1/", "/api/guard/v1/none"] {
        let (status, body) = asked(format!("https://{door}{path}"), &ca).await;
        assert_eq!((status, body.as_str()), (404, ""), "{path}");
    }
    // The enrolment is there, though only for who posts.
    assert_eq!(asked(format!("https://{door}/api/guard/v1/enrol"), &ca).await.0, 405);
    // The public door is as it was.
    let page = said(platform.address(), b"GET /c/59273/ HTTP/1.0\r\n\r\n").await;
    assert!(page.starts_with(b"HTTP/1.0 200"));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_of_tls_turns_the_clear_and_the_old_away() {
    let folder = TempDir::new().unwrap();
    gravelines(folder.path()).await;
    let settings = format!("{LISTEN}tls = \"own\"\nguards = \"127.0.0.1:0\"\n");
    let platform = start(folder.path(), &settings).await.unwrap();
    assert!(platform.url().starts_with("https://"));
    let ca = authority(&folder);
    assert!(asked(format!("{}/c/59273/", platform.url()), &ca).await.1.contains("Gravelines"));
    for door in [platform.address(), platform.guards_address().unwrap()] {
        let long = format!("POST / HTTP/1.1\r\n\r\n{}", "x".repeat(30_000));
        for words in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET", &long] {
            let answer = String::from_utf8(said(door, words.as_bytes()).await).unwrap();
            assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("https://"), "{answer}");
        }
        for minor in [1, 2] {
            let answer = said(door, &client_hello(minor)).await;
            // An alert (21), fatal (2): this version is not spoken here (70).
            assert_eq!((answer.first(), answer.get(5..7)), (Some(&21), Some(&[2, 70][..])));
        }
    }
    // Whoever believes in another authority does not get in.
    let other = TempDir::new().unwrap();
    let foreign = certificate(other.path());
    let url = format!("{}/c/59273/", platform.url());
    let refused = tokio::task::spawn_blocking(move || fetch(&url, &foreign)).await.unwrap();
    assert!(refused.is_err());
    platform.stop().await;
}

/// The first words of a client that speaks TLS 1.0 (minor 1) or 1.1 (minor 2) at best.
fn client_hello(minor: u8) -> Vec<u8> {
    let mut hello = vec![3, minor];
    hello.extend([7; 32]); // chance
    hello.push(0); // no session
    hello.extend([0, 4, 0xc0, 0x09, 0xc0, 0x13]); // two suites of that age
    hello.extend([1, 0]); // no compression
    // Curve P-256 in uncompressed points, ECDSA with SHA-256: nothing else stands against it.
    hello.extend([0, 22, 0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 3]);
    let length = |bytes: usize| u8::try_from(bytes).unwrap();
    let mut record = vec![22, 3, 1, 0, length(hello.len() + 4)];
    record.extend([1, 0, 0, length(hello.len())]);
    record.append(&mut hello);
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_certificate_file_is_shown_without_a_restart() {
    let folder = TempDir::new().unwrap();
    gravelines(folder.path()).await;
    let first = certificate(folder.path());
    let (chain, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    let settings = format!("{LISTEN}certificate = {chain:?}\nkey = {key:?}\n");
    let platform = start(folder.path(), &settings).await.unwrap();
    let url = format!("{}/c/59273/", platform.url());
    assert_eq!(asked(url.clone(), &first).await.0, 200);
    // Half of the pair is new: what was there goes on.
    fs::write(&key, rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    assert_eq!(asked(url.clone(), &first).await.0, 200);
    let second = certificate(folder.path());
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let (url, second) = (url.clone(), second.clone());
        let shown = tokio::task::spawn_blocking(move || fetch(&url, &second)).await.unwrap();
        if shown.is_ok() {
            break;
        }
        assert!(Instant::now() < end, "the newer certificate is not shown");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_in_the_clear_is_sent_to_the_right_door() {
    let folder = TempDir::new().unwrap();
    gravelines(folder.path()).await;
    let settings = format!(
        "{LISTEN}tls = \"own\"\npublic_url = \"https://mairie.example\"\nredirect = \"127.0.0.1:0\"\n"
    );
    let platform = start(folder.path(), &settings).await.unwrap();
    let address = platform.redirect_address().unwrap();
    let answer = said(address, b"GET /c/59273/?a=b HTTP/1.0\r\nHost: evil\r\n\r\n").await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 308"), "{answer}");
    assert!(answer.contains("location: https://mairie.example/c/59273/?a=b\r\n"), "{answer}");
    platform.stop().await;
}
