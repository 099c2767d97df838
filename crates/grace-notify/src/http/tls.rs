//! TLS: whose certificates are trusted. Nothing of it is the process's.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use grace_core::Text;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// TLS that trusts the authorities in a PEM file, or those of the host.
pub(super) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut store = RootCertStore::empty();
    // A host's store often holds one or two that are too old to be read, and the rest is enough.
    store.add_parsable_certificates(roots(ca_file)?);
    if store.is_empty() {
        return Err(TlsError::NoRoots { why: Text::literal("none of them can be used") });
    }
    with(store)
}

/// TLS that trusts nobody, for a client that needs none and may not be built without.
pub(super) fn none() -> Result<ClientConfig, TlsError> {
    with(RootCertStore::empty())
}

fn with(store: RootCertStore) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions();
    let builder =
        builder.map_err(|error| TlsError::NoRoots { why: Text::new(error.to_string()) })?;
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

/// The certificate authorities in a PEM file, or those of the host. Reads them here and now.
pub(crate) fn roots(ca_file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let Some(path) = ca_file else {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let why = found.errors.first().map_or_else(Text::default, |e| Text::new(e.to_string()));
            return Err(TlsError::NoRoots { why });
        }
        return Ok(found.certs);
    };
    let failed = |error| TlsError::Read { path: path.to_owned(), error };
    let pem = fs::read(path).map_err(failed)?;
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match roots {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        _ => Err(TlsError::NotPem { path: path.to_owned() }),
    }
}

/// Why there is nobody to trust.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{}: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{}: no certificate in PEM in it", path.display())]
    NotPem { path: PathBuf },
    #[error("this host has no certificate authorities: {why}")]
    NoRoots { why: Text },
}
