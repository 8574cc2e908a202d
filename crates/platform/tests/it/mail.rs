//! Mail through a relay that truly speaks STARTTLS.

use std::{net::SocketAddr, path::Path, sync::Arc};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_rustls::TlsAcceptor;

use crate::{LISTEN, start, town::Town};

/// A certificate for `localhost` that only this test believes.
fn certificate(folder: &Path) -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("relay.pem"), made.cert.pem()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).unwrap();
    let chain = vec![CertificateDer::from(made.cert.der().to_vec())];
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Speaks SMTP until the client quits or asks for TLS; `true` when it asks.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    (greeting, offers): (&str, &str),
    said: &UnboundedSender<String>,
) -> Option<bool> {
    let mut stream = BufReader::new(stream);
    stream.write_all(greeting.as_bytes()).await.ok()?;
    let mut letter: Option<String> = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return Some(false);
        }
        if let Some(text) = &mut letter {
            if line == ".\r\n" {
                said.send(letter.take().unwrap()).ok()?;
                stream.write_all(b"250 taken\r\n").await.ok()?;
            } else {
                text.push_str(&line);
            }
            continue;
        }
        let answer = match line.get(..4).unwrap_or_default().to_uppercase().as_str() {
            "EHLO" => format!("250-relay\r\n250-8BITMIME\r\n250 {offers}\r\n"),
            "STAR" => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(true);
            }
            "AUTH" => {
                said.send(line.clone()).ok()?;
                "235 welcome\r\n".to_owned()
            }
            "DATA" => {
                letter = Some(String::new());
                "354 go on\r\n".to_owned()
            }
            "QUIT" => return Some(false),
            _ => {
                said.send(line.clone()).ok()?;
                "250 well\r\n".to_owned()
            }
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// A relay; without `tls` it offers none.
async fn relay(tls: Option<TlsAcceptor>) -> (SocketAddr, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (said, heard) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let offers = if tls.is_some() { "STARTTLS" } else { "HELP" };
            let greeting = ("220 relay\r\n", offers);
            if converse(&mut stream, greeting, &said).await != Some(true) {
                continue;
            }
            let Some(tls) = &tls else { continue };
            if let Ok(mut stream) = tls.accept(stream).await {
                said.send("(TLS)".to_owned()).unwrap();
                converse(&mut stream, ("", "AUTH PLAIN LOGIN"), &said).await;
            }
        }
    });
    (address, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_out_over_starttls_alone() {
    let town = Town::new().await;
    let (address, mut heard) = relay(Some(certificate(town.path()))).await;
    let (bare, mut overheard) = relay(None).await;
    let password = town.path().join("password");
    std::fs::write(&password, "pass word\n").unwrap();
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&password, closed).unwrap();
    let channel = |name: &str, port: u16, more: &str| {
        format!(
            "[channels.{name}]\nkind = \"mail\"\nhost = \"localhost\"\nport = {port}\n\
             from = \"beffroi@example.fr\"\nca_file = {:?}\ntimeout_seconds = 5\n{more}\n",
            town.path().join("relay.pem"),
        )
    };
    let login = format!("user = \"beffroi\"\npassword_file = {password:?}");
    let settings = [
        LISTEN.to_owned(),
        channel("mail", address.port(), &login),
        channel("bare", bare.port(), ""),
        // Another name's certificate is not believed.
        channel("stranger", address.port(), "").replace("\"localhost\"", "\"127.0.0.1\""),
    ]
    .concat();
    let to = "astreinte@example.fr";
    let alix = town.person("Alix", &[("mail", to), ("bare", to), ("stranger", to)]).await;
    let platform = start(town.path(), &settings).await.unwrap();
    let call = town.test(&alix).await;
    let want = [("mail", "receipt"), ("bare", "tls"), ("stranger", "tls")];
    let want = want.map(|(channel, code)| (channel.to_owned(), code.to_owned()));
    assert_eq!(town.outcomes(&call).await, want);
    let mut all = Vec::new();
    while let Ok(line) = heard.try_recv() {
        all.push(line);
    }
    let at = |start: &str| all.iter().position(|line| line.contains(start)).unwrap();
    assert!(at("(TLS)") < at("AUTH") && at("AUTH") < at("MAIL FROM"), "{all:?}");
    assert!(all.iter().any(|line| line.starts_with("RCPT TO:<astreinte@example.fr>")));
    let letter = all.iter().find(|text| text.contains("Subject:")).unwrap();
    for part in ["From: beffroi@example.fr", "Auto-Submitted: auto-generated", "TEST Gravelines"] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    assert!(overheard.try_recv().is_err(), "nothing is said in clear text");
    platform.stop().await;
}
