use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use super::*;

/// A server on loopback that answers every request by what `answer` makes of its path.
fn server(answer: fn(&str) -> Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut head = [0; 2048];
                let read = stream.read(&mut head).unwrap_or(0);
                let text = String::from_utf8_lossy(&head[..read]).into_owned();
                let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
                if path == "/endless" {
                    let start = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
                    stream.write_all(start).unwrap();
                    while stream.write_all(&[b'x'; 8_192]).is_ok() {}
                    return;
                }
                // The other side may have gone: that is the point of some of these tests.
                drop(stream.write_all(&answer(&path)));
            });
        }
    });
    at
}

fn permitted(at: SocketAddr) -> Fetcher {
    Fetcher::with(Outside { permitted: vec![at] }, true)
}

fn answers(path: &str) -> Vec<u8> {
    let redirect = |to: &str| {
        format!(
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    };
    let text = match path {
        "/good" => {
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfile".to_owned()
        }
        "/moved" => redirect("/good"),
        "/round" => redirect("/round"),
        "/inside" => redirect("http://127.0.0.1:1/secret"),
        "/metadata" => redirect("http://169.254.169.254/latest"),
        "/file" => redirect("file:///etc/passwd"),
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
    };
    text.into_bytes()
}

#[test]
fn what_answers_is_fetched_and_redirects_are_checked_again() {
    let at = server(answers);
    let fetch = |path: &str| permitted(at).fetch(&format!("http://{at}{path}"), 1_000);
    assert_eq!(fetch("/good").unwrap(), b"file");
    assert_eq!(fetch("/moved").unwrap(), b"file");
    assert!(matches!(fetch("/round"), Err(FetchError::Redirects)));
    assert!(matches!(fetch("/inside"), Err(FetchError::Private(_))), "{:?}", fetch("/inside"));
    assert!(matches!(fetch("/metadata"), Err(FetchError::Private(_))));
    assert!(matches!(fetch("/file"), Err(FetchError::Address)));
    assert!(matches!(fetch("/gone"), Err(FetchError::Status(404))));
    assert!(matches!(fetch("/endless"), Err(FetchError::Large(1_000))));
}

#[test]
fn the_platform_itself_asks_no_private_address_and_nothing_without_tls() {
    let at = server(answers);
    let fetch = |address: &str| Fetcher::new().fetch(address, 1_000);
    for address in [
        format!("https://{at}/good"),
        format!("https://localhost:{}/good", at.port()),
        "https://[::1]/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
    ] {
        let said = fetch(&address);
        assert!(matches!(said, Err(FetchError::Private(_))), "{address}: {said:?}");
    }
    for address in
        [format!("http://{at}/good"), "ftp://x".to_owned(), "x".to_owned(), String::new()]
    {
        assert!(matches!(fetch(&address), Err(FetchError::Address)), "{address}");
    }
}

#[test]
fn what_is_private_is_known() {
    for ip in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
        "2001::1",
    ] {
        assert!(!is_public(ip.parse().unwrap()), "{ip}");
    }
    for ip in ["1.1.1.1", "100.128.0.1", "172.32.0.1", "2001:41d0::1", "2a01:e0a::1", "2620:fe::fe"]
    {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
}
