//! Mail through an outside relay.

use beffroi_crisis::calls::Message;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
    },
};

use super::{Failure, secret};
use crate::config::{ChannelConfig, MailConfig, Security};

/// A relay that takes mail to anybody outside.
pub(super) struct Relay {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
}

impl Relay {
    pub(super) fn open(how: &MailConfig, config: &ChannelConfig) -> Result<Self, String> {
        let tls = match how.security {
            Security::None => Tls::None,
            Security::Smtps => Tls::Wrapper(tls(how, config)?),
            Security::Starttls => Tls::Required(tls(how, config)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(how.host.clone())
            .port(how.port)
            .tls(tls)
            .timeout(Some(config.timeout));
        if let Some((user, file)) = &how.login {
            builder = builder.credentials(Credentials::new(user.clone(), secret(file)?));
        }
        let from: Mailbox = how.from.parse().map_err(|_| format!("cannot send as {}", how.from))?;
        let domain = how.from.rsplit('@').next().unwrap_or_default().to_owned();
        Ok(Self { transport: builder.build(), from, domain })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), Failure> {
        let mail = self.letter(message).ok_or(Failure::BadAddress)?;
        self.transport.send(mail).await.map(drop).map_err(|error| failure(&error))
    }

    fn letter(&self, message: &Message) -> Option<lettre::Message> {
        let raw = |name: &'static str, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(message.to.parse().ok()?)
            .subject(&message.title)
            .message_id(Some(format!("<{}@{}>", message.id, self.domain)))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("Idempotency-Key", &message.id));
        if message.urgent {
            builder = builder.raw_header(raw("X-Priority", "1 (Highest)"));
        }
        builder.header(ContentType::TEXT_PLAIN).body(message.text.clone()).ok()
    }
}

fn tls(how: &MailConfig, config: &ChannelConfig) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(how.host.clone());
    if let Some(path) = &config.ca_file {
        let bad = |error: &dyn std::fmt::Display| format!("cannot use {}: {error}", path.display());
        let pem = std::fs::read(path).map_err(|error| bad(&error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| bad(&error))?;
        builder =
            builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|error| format!("cannot prepare TLS: {error}"))
}

fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_permanent() || error.is_transient() || error.is_response() {
        Failure::Refused
    } else if error.is_tls() || error.is_client() || handshake_failed(error) {
        // Also when the relay offers no TLS at all.
        Failure::Tls
    } else {
        Failure::Unreachable
    }
}

/// A handshake that fails reaches us as data that cannot be used.
fn handshake_failed(error: &dyn std::error::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        let io = inner.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        source = inner.source();
    }
    false
}
