//! How a service is reached: addresses, deadlines, certificates and credentials.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use grace_core::Text;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, Tls, TlsParameters, TlsParametersBuilder,
};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use reqwest::header::HeaderValue;

use super::form::SecretForm;
use super::{Builder, Fault, required, span};
use crate::http::{Reach, Server, SetupError, roots, words};
use crate::secret::{Hidden, Secret};

/// The time for all of it, unless the table says another.
pub(super) const DEADLINE: Duration = Duration::from_secs(20);
/// The time to connect, unless the table says another.
const CONNECT: Duration = Duration::from_secs(10);

/// A mail server, and what is kept to speak with it.
pub(super) struct MailServer {
    pub(super) transport: AsyncSmtpTransport<Tokio1Executor>,
    pub(super) server: Text,
    pub(super) hidden: Hidden,
    pub(super) deadline: Duration,
}

/// How a connection to a mail server is kept secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Security {
    Tls,
    StartTls,
    None,
}

impl Builder<'_> {
    /// An address that is no secret.
    pub(super) fn url(&mut self, default: Option<&str>) -> Result<Secret, Fault> {
        let default = default.map(|url| SecretForm::Literal(Secret::new(url)));
        let url = required("url", self.form.url.take().or(default), "url = \"https://…\"")?;
        self.text("url", url)
    }

    /// An address that is a secret.
    pub(super) fn secret_url(&mut self) -> Result<Secret, Fault> {
        let url = required("url", self.form.url.take(), "url = { file = \"…\" }")?;
        self.secret("url", url)
    }

    /// A server that is sent these secrets.
    pub(super) fn server(
        &mut self,
        url: &Secret,
        secrets: impl IntoIterator<Item = Secret>,
    ) -> Result<Server, Fault> {
        let proxy = self.form.proxy.take();
        let proxy = proxy.map(|proxy| self.text("proxy", proxy)).transpose()?;
        let form = &mut self.form;
        let ca_file: Option<PathBuf> = form.ca_file.take();
        let deadline = span("timeout", form.timeout.take())?.unwrap_or(DEADLINE);
        let connect = span("connect_timeout", form.connect_timeout.take())?;
        let reach = Reach {
            connect: connect.unwrap_or(CONNECT).min(deadline),
            deadline,
            ca_file: ca_file.as_deref(),
            proxy: proxy.as_ref().map(Secret::expose),
        };
        let clock = self.surroundings.clock.clone();
        let secrets = secrets.into_iter().chain(proxy.clone());
        Server::new(url.expose(), &reach, clock, secrets).map_err(|error| {
            let key = match error {
                SetupError::Url => "url",
                SetupError::Proxy => "proxy",
                SetupError::Tls(_) | SetupError::Client { .. } => "ca_file",
            };
            Fault::new(key, format!("cannot be used: {error}"))
        })
    }

    /// `Bearer` of a token or `Basic` of user and password, and what of it is secret.
    pub(super) fn authorization(&mut self) -> Result<(Option<HeaderValue>, Vec<Secret>), Fault> {
        let form = &mut self.form;
        let (token, user) = (form.token.take(), form.user.take());
        let password = form.password.take();
        let (key, value, secret) = match (token, user, password) {
            (None, None, None) => return Ok((None, Vec::new())),
            (Some(token), None, None) => {
                let token = self.secret("token", token)?;
                ("token", format!("Bearer {}", token.expose()), token)
            }
            (None, Some(user), Some(password)) => {
                let password = self.secret("password", password)?;
                let pair = BASE64.encode(format!("{user}:{}", password.expose()));
                ("password", format!("Basic {pair}"), password)
            }
            (Some(_), ..) => {
                return Err(Fault::new("token", "stands beside user or password: keep one way"));
            }
            (None, Some(_), None) => {
                return Err(Fault::new("password", "is missing: write { file = \"…\" }"));
            }
            (None, None, Some(_)) => return Err(Fault::new("user", "is missing")),
        };
        let secrets = vec![secret, Secret::new(value.split(' ').nth(1).unwrap_or_default())];
        Ok((Some(header_value(key, &Secret::new(value))?), secrets))
    }

    pub(super) fn mail_server(&mut self, from: &Mailbox) -> Result<MailServer, Fault> {
        let server = self.form.server.take();
        let server = required("server", server, "server = \"mail.example.org\"")?;
        let security = self.security()?;
        let port = self.form.port.take().unwrap_or(match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        });
        let (credentials, secrets) = self.credentials(&server, security)?;
        let deadline = span("timeout", self.form.timeout.take())?.unwrap_or(DEADLINE);
        let connect = span("connect_timeout", self.form.connect_timeout.take())?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&*server)
            .port(port)
            .timeout(Some(connect.unwrap_or(CONNECT).min(deadline)))
            .tls(self.tls(&server, security)?);
        if let Some(credentials) = credentials {
            builder = builder.credentials(credentials);
        }
        if let Some(name) = hello(from.email.domain()) {
            builder = builder.hello_name(name);
        }
        let server = Text::bounded(&format!("{server}:{port}"), 200);
        let hidden = Hidden::new(secrets);
        Ok(MailServer { transport: builder.build(), server, hidden, deadline })
    }

    fn security(&mut self) -> Result<Security, Fault> {
        match self.form.security.take().as_deref() {
            Some("tls") => Ok(Security::Tls),
            None | Some("starttls") => Ok(Security::StartTls),
            Some("none") => Ok(Security::None),
            Some(_) => Err(Fault::new("security", "is unknown: write tls, starttls or none")),
        }
    }

    fn credentials(
        &mut self,
        server: &str,
        security: Security,
    ) -> Result<(Option<Credentials>, Vec<Secret>), Fault> {
        let (user, password) = match (self.form.user.take(), self.form.password.take()) {
            (None, None) => return Ok((None, Vec::new())),
            (Some(user), Some(password)) => (user, self.secret("password", password)?),
            (Some(_), None) => {
                return Err(Fault::new("password", "is missing: write { file = \"…\" }"));
            }
            (None, Some(_)) => return Err(Fault::new("user", "is missing")),
        };
        if security == Security::None && !is_this_host(server) {
            let words = "is none: the password would go to another host for everyone to read; \
                         write tls or starttls";
            return Err(Fault::new("security", words));
        }
        let pair = BASE64.encode(format!("\0{user}\0{}", password.expose()));
        let forms = [BASE64.encode(password.expose()), pair].map(Secret::new);
        let credentials = Credentials::new(user, password.expose().to_owned());
        Ok((Some(credentials), forms.into_iter().chain([password]).collect()))
    }

    fn tls(&mut self, server: &str, security: Security) -> Result<Tls, Fault> {
        let ca_file = self.form.ca_file.take();
        if security == Security::None {
            return match ca_file {
                Some(_) => Err(Fault::new("ca_file", "needs security = \"tls\" or \"starttls\"")),
                None => Ok(Tls::None),
            };
        }
        let fault = |words: String| Fault::new("ca_file", format!("cannot be used: {words}"));
        let roots = roots(ca_file.as_deref()).map_err(|error| fault(error.to_string()))?;
        let builder = TlsParameters::builder(server.to_owned());
        let builder = builder.certificate_store(CertificateStore::None);
        // A host's store often holds one or two that cannot be used, and the rest is enough.
        let usable =
            roots.iter().filter(|root| rustls::RootCertStore::empty().add((*root).clone()).is_ok());
        let certificates = usable.filter_map(|root| Certificate::from_der(root.to_vec()).ok());
        let builder = certificates.fold(builder, TlsParametersBuilder::add_root_certificate);
        let parameters = builder.build().map_err(|error| fault(words(&error).to_string()))?;
        Ok(match security {
            Security::Tls => Tls::Wrapper(parameters),
            _ => Tls::Required(parameters),
        })
    }
}

/// A text that may be the value of a header. It is taken for a secret.
pub(super) fn header_value(key: &'static str, text: &Secret) -> Result<HeaderValue, Fault> {
    let value = HeaderValue::try_from(text.expose());
    let mut value = value.map_err(|_| Fault::new(key, "holds what no header of HTTP may"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The name this host greets a mail server with: the sender's, if that is one.
fn hello(domain: &str) -> Option<lettre::transport::smtp::extension::ClientId> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let name = lettre::transport::smtp::extension::ClientId::Domain(domain.to_owned());
    domain.chars().all(is_name).then_some(name)
}

fn is_this_host(server: &str) -> bool {
    let address: Result<std::net::IpAddr, _> = server.parse();
    server == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
