//! restic's REST protocol, as a client.
//!
//! Rules: nothing is followed elsewhere, since the credential would go with it; an answer has a
//! bound and a time; what fails for a moment is asked for again, what is refused is not.

use std::{io::Read as _, path::Path, sync::Arc, time::Duration};

use beffroi_town::vault::ObjectKind;
use data_encoding::BASE64;
use ureq::{
    Agent,
    http::{Request, Response, header, request::Builder},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{Part, SourceError};
use crate::{access::RestUrl, error::BackupError, id::Id};

const LIST_V2: &str = "application/vnd.x.restic.rest.v2";
/// How many bytes a second a long answer must bring.
const BYTES_A_SECOND: u64 = 16 << 10;
/// How often something is asked for again, and after which part of the patience.
const PAUSES: [u32; 3] = [100, 15, 6];
/// The longest list of names: a million objects.
const LIST_BYTES_MAX: u64 = 128 << 20;
/// How much of a refusal is read.
const SAID_BYTES_MAX: u64 = 300;
/// The most connections that are kept open.
const CONNECTIONS: usize = 16;

pub(crate) struct Rest {
    agent: Agent,
    base: String,
    authorization: Option<String>,
    patience: Duration,
}

#[derive(serde::Deserialize)]
struct Listed {
    name: Id,
}

impl Rest {
    pub(crate) fn new(
        url: &RestUrl,
        authority: Option<&Path>,
        patience: Duration,
    ) -> Result<Self, BackupError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots(authority)?))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(patience / 3))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_idle_connections(CONNECTIONS)
            .max_idle_connections_per_host(CONNECTIONS)
            .proxy(None)
            .user_agent(concat!("beffroi/", env!("CARGO_PKG_VERSION")))
            .build();
        let authorization =
            url.credential.as_ref().map(|both| format!("Basic {}", BASE64.encode(both.as_bytes())));
        Ok(Self { agent: config.into(), base: url.base.clone(), authorization, patience })
    }

    fn path(&self, kind: ObjectKind, name: Option<&Id>) -> String {
        let name = name.map(|name| format!("/{name}")).unwrap_or_default();
        format!("{}{}{name}", self.base, kind.code())
    }

    pub(crate) fn names(&self, kind: ObjectKind) -> Result<Vec<Id>, SourceError> {
        let url = format!("{}{}/", self.base, kind.code());
        let accept = [(header::ACCEPT, LIST_V2.to_owned())];
        let text = self.get(&url, &accept, (200, LIST_BYTES_MAX))?;
        // A server of the first version answers with plain names.
        let listed: Result<Vec<Listed>, _> = serde_json::from_slice(&text);
        let names = match listed {
            Ok(listed) => listed.into_iter().map(|one| one.name).collect(),
            Err(_) => serde_json::from_slice(&text).map_err(|_| SourceError::Refused {
                status: 200,
                said: "what it lists are no names of restic's".to_owned(),
            })?,
        };
        Ok(names)
    }

    pub(crate) fn whole(
        &self,
        kind: ObjectKind,
        name: Option<&Id>,
        bytes_max: u64,
    ) -> Result<Vec<u8>, SourceError> {
        self.get(&self.path(kind, name), &[], (200, bytes_max))
    }

    pub(crate) fn part(&self, pack: &Id, part: Part) -> Result<Vec<u8>, SourceError> {
        let last = part.from + (part.bytes as u64).saturating_sub(1);
        let range = [(header::RANGE, format!("bytes={}-{last}", part.from))];
        let url = self.path(ObjectKind::Data, Some(pack));
        let bytes = self.get(&url, &range, (206, part.bytes as u64))?;
        if bytes.len() == part.bytes { Ok(bytes) } else { Err(SourceError::Short) }
    }

    pub(crate) fn tail(&self, pack: &Id, bytes: u64) -> Result<Vec<u8>, SourceError> {
        let range = [(header::RANGE, format!("bytes=-{bytes}"))];
        self.get(&self.path(ObjectKind::Data, Some(pack)), &range, (206, bytes))
    }

    /// What stands at a path that is no object of restic's.
    pub(crate) fn read(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, SourceError> {
        self.get(&format!("{}{path}", self.base), &[], (200, bytes_max))
    }

    /// Asks until there is an answer or patience ends.
    fn get(
        &self,
        url: &str,
        headers: &[(header::HeaderName, String)],
        wanted: (u16, u64),
    ) -> Result<Vec<u8>, SourceError> {
        self.patiently(|| self.get_once(url, headers, wanted))
    }

    /// Does it again as long as what fails may pass.
    fn patiently<T>(&self, ask: impl Fn() -> Result<T, SourceError>) -> Result<T, SourceError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let failed = match ask() {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let may_pass = match &failed {
                SourceError::Silent(_) => true,
                // A full vault stays full.
                SourceError::Refused { status: 507, .. } => false,
                SourceError::Refused { status, .. } => *status >= 500 || *status == 429,
                _ => false,
            };
            match pauses.next().filter(|_| may_pass) {
                Some(part) => rest_for(self.patience / part),
                None => return Err(failed),
            }
        }
    }

    fn get_once(
        &self,
        url: &str,
        headers: &[(header::HeaderName, String)],
        (status, bytes_max): (u16, u64),
    ) -> Result<Vec<u8>, SourceError> {
        let long = Duration::from_secs(bytes_max.min(1 << 30) / BYTES_A_SECOND);
        let mut request = Request::get(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = self
            .request(request)
            .body(())
            .map_err(|error| SourceError::Silent(error.to_string()))?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_recv_response(Some(self.patience))
            .timeout_recv_body(Some(self.patience + long))
            .build();
        let answer = self.agent.run(request).map_err(|error| silent(&error))?;
        match answer.status().as_u16() {
            got if got == status => body(answer, bytes_max),
            401 | 403 => Err(SourceError::NotAdmitted),
            404 => Err(SourceError::Absent),
            416 => Err(SourceError::Short),
            got => Err(refusal(got, answer)),
        }
    }

    /// Sends an object, or asks for something to be done.
    pub(crate) fn send(&self, path: &str, body: &[u8]) -> Result<(), SourceError> {
        let long = Duration::from_secs(body.len() as u64 / BYTES_A_SECOND);
        let request = self.request(Request::post(format!("{}{path}", self.base)));
        let request = request.body(body).map_err(|error| SourceError::Silent(error.to_string()))?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_send_body(Some(self.patience + long))
            .timeout_recv_response(Some(self.patience + long))
            .build();
        done(self.agent.run(request))
    }

    /// Keeps an object. The same again changes nothing, so it is sent again when no answer came.
    pub(crate) fn put(&self, kind: ObjectKind, name: &Id, bytes: &[u8]) -> Result<(), SourceError> {
        let path = format!("{}/{name}", kind.code());
        self.patiently(|| self.send(&path, bytes))
    }

    pub(crate) fn drop_lock(&self, name: &Id) -> Result<(), SourceError> {
        let request = Request::delete(self.path(ObjectKind::Locks, Some(name)));
        let request = self.request(request).body(());
        let request = request.map_err(|error| SourceError::Silent(error.to_string()))?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_recv_response(Some(self.patience))
            .build();
        done(self.agent.run(request))
    }

    fn request(&self, request: Builder) -> Builder {
        match &self.authorization {
            Some(authorization) => request.header(header::AUTHORIZATION, authorization),
            None => request,
        }
    }
}

/// Whether something was done.
fn done(answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<(), SourceError> {
    let answer = answer.map_err(|error| silent(&error))?;
    match answer.status().as_u16() {
        200 => Ok(()),
        401 | 404 => Err(SourceError::NotAdmitted),
        got => Err(refusal(got, answer)),
    }
}

fn silent(error: &ureq::Error) -> SourceError {
    SourceError::Silent(error.to_string())
}

fn body(answer: Response<ureq::Body>, bytes_max: u64) -> Result<Vec<u8>, SourceError> {
    let length = answer.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > bytes_max) {
        return Err(SourceError::Long);
    }
    let room = usize::try_from(length.unwrap_or(0)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(room);
    let mut reader = answer.into_body().into_reader().take(bytes_max + 1);
    reader.read_to_end(&mut bytes).map_err(|error| SourceError::Silent(error.to_string()))?;
    if bytes.len() as u64 > bytes_max { Err(SourceError::Long) } else { Ok(bytes) }
}

fn refusal(status: u16, answer: Response<ureq::Body>) -> SourceError {
    let mut said = String::new();
    let mut reader = answer.into_body().into_reader().take(SAID_BYTES_MAX);
    if reader.read_to_string(&mut said).is_err() {
        said.clear();
    }
    said.retain(|letter| !letter.is_control());
    SourceError::Refused { status, said: said.trim().to_owned() }
}

fn rest_for(time: Duration) {
    let begun = std::time::Instant::now();
    while begun.elapsed() < time {
        std::thread::park_timeout(time.saturating_sub(begun.elapsed()));
    }
}

/// The authorities that are believed: those of a file, or else this machine's.
fn roots(authority: Option<&Path>) -> Result<Vec<Certificate<'static>>, BackupError> {
    let Some(path) = authority else {
        let system = rustls_native_certs::load_native_certs().certs;
        return Ok(system.iter().map(|der| Certificate::from_der(der).to_owned()).collect());
    };
    let pem = std::fs::read(path).map_err(BackupError::file("read", path))?;
    let mut all = Vec::new();
    for item in parse_pem(&pem) {
        if let Ok(PemItem::Certificate(certificate)) = item {
            all.push(certificate);
        }
    }
    if all.is_empty() {
        let fault = "holds no certificate in PEM: take authority.pem of the platform's tls folder";
        return Err(BackupError::Access { path: path.to_owned(), fault: fault.to_owned() });
    }
    Ok(all)
}
