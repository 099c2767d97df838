//! TLS: which certificates pass, and what is told of one that does not.

use std::path::Path;
use std::sync::Arc;

use grace_core::Text;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore,
    SignatureScheme,
};

use super::fault::HttpFault;
use super::trust::{Fingerprint, Trust};
use crate::{Error, files};

/// Why a trust cannot be set up.
pub(super) enum Setup {
    File(Error),
    Fault(HttpFault),
}

impl Setup {
    fn words(words: impl AsRef<str>) -> Self {
        Self::Fault(HttpFault::Trust { words: Text::new(words) })
    }

    /// The error of a client for this URL.
    pub(super) fn at(self, url: Text) -> Error {
        match self {
            Self::File(error) => error,
            Self::Fault(fault) => Error::Http { url, fault },
        }
    }
}

/// TLS by which this trust alone decides.
pub(super) fn config(trust: &Trust) -> Result<ClientConfig, Setup> {
    let provider = Arc::new(ring::default_provider());
    let rule = match trust {
        Trust::System => chain(system_roots()?, &provider)?,
        Trust::CaFile(path) => chain(file_roots(path)?, &provider)?,
        Trust::Fingerprint(pinned) => Rule::Leaf(*pinned),
    };
    let verifier = Arc::new(Verifier { rule, provider: Arc::clone(&provider) });
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| Setup::Fault(HttpFault::trust(&error)))?;
    // "Dangerous" is what the library calls a verifier of one's own.
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    Ok(builder.with_no_client_auth())
}

/// TLS that trusts nobody, for a client that needs none and may not be built without.
pub(super) fn no_tls() -> Result<ClientConfig, HttpFault> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| HttpFault::trust(&error))?;
    Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn system_roots() -> Result<RootCertStore, Setup> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // A host's store often holds one or two that are too old to be read, and the rest is enough.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map_or_else(String::new, |error| format!(": {error}"));
        return Err(Setup::words(format!("this host has no certificate authorities{why}")));
    }
    Ok(roots)
}

fn file_roots(path: &Path) -> Result<RootCertStore, Setup> {
    let pem = files::read(path).map_err(Setup::File)?;
    let failed =
        |words: &dyn std::fmt::Display| Setup::words(format!("{}: {words}", path.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| failed(&error))?;
        roots.add(certificate).map_err(|error| failed(&error))?;
    }
    if roots.is_empty() { Err(failed(&"no certificate in it")) } else { Ok(roots) }
}

fn chain(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Rule, Setup> {
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let verifier = verifier.build().map_err(|error| Setup::Fault(HttpFault::trust(&error)))?;
    Ok(Rule::Chain(verifier))
}

/// A certificate that did not pass.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub(super) struct Refusal {
    pub(super) seen: Fingerprint,
    pub(super) words: Text,
}

fn refusal(seen: Fingerprint, words: Text) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(Refusal { seen, words }))).into()
}

fn not_its_key(certificate: &CertificateDer<'_>, error: &rustls::Error) -> rustls::Error {
    let words = Text::new(format!("the server does not prove that it is its own: {error}"));
    refusal(Fingerprint::of(certificate), words)
}

/// Which certificate passes.
#[derive(Debug)]
enum Rule {
    /// One that leads to a trusted authority, for this name and date.
    Chain(Arc<WebPkiServerVerifier>),
    /// This one.
    Leaf(Fingerprint),
}

#[derive(Debug)]
struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let seen = Fingerprint::of(leaf);
        let words = match &self.rule {
            Rule::Chain(chain) => {
                match chain.verify_server_cert(leaf, intermediates, name, ocsp, now) {
                    Ok(verified) => return Ok(verified),
                    Err(error) => Text::new(error.to_string()),
                }
            }
            Rule::Leaf(pinned) if *pinned == seen => return Ok(ServerCertVerified::assertion()),
            Rule::Leaf(pinned) => Text::new(format!("expected {pinned}")),
        };
        Err(refusal(seen, words))
    }

    // Without these a server that only shows the certificate, and has not its key, would pass.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
            .map_err(|error| not_its_key(certificate, &error))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
            .map_err(|error| not_its_key(certificate, &error))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
