//! The system bus, where systemd and logind answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use grace_core::{PortErrorKind, Text};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::wire::DynamicDeserialize;
use zbus::{Connection, DynamicType, OwnedVariant, fdo};

use crate::Error;

/// The host's system bus, and a connection to it that is kept for the next question.
///
/// A clone shares the connection. One that has broken, because the bus was started again, is made anew. All
/// questions have a deadline.
#[derive(Clone, Default)]
pub struct SystemBus {
    address: Option<Text>,
    kept: Arc<Mutex<Option<Connection>>>,
}

impl SystemBus {
    /// The bus that `DBUS_SYSTEM_BUS_ADDRESS` names; without it, the one at the usual place.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bus at a D-Bus address, such as `unix:path=/run/dbus/system_bus_socket`.
    #[must_use]
    pub fn at(address: impl AsRef<str>) -> Self {
        Self { address: Some(Text::new(address)), kept: Arc::default() }
    }

    /// A connection of its own, which nobody else asks anything on.
    pub(crate) async fn connect(&self) -> Result<Connection, Error> {
        let builder = match &self.address {
            Some(address) => Builder::address(address.as_str()),
            None => Builder::system(),
        };
        builder.build().await.map_err(|error| self.no_bus(&error))
    }

    /// Asks a question on the connection that is kept, and waits for its answer no longer than `deadline`.
    pub(crate) async fn ask<Q, A>(
        &self,
        object: &Object<'_>,
        method: &str,
        question: &Q,
        deadline: Duration,
    ) -> Result<A, Error>
    where
        Q: Serialize + DynamicType,
        A: for<'d> DynamicDeserialize<'d>,
    {
        let asked = async {
            loop {
                let (connection, is_new) = self.kept().await?;
                match object.call(&connection, method, question).await {
                    // The bus may have gone since the last question, and another have come.
                    Err(zbus::Error::InputOutput(_)) if !is_new => self.forget(&connection).await,
                    answer => return answer.map_err(|error| object.failed(method, &error)),
                }
            }
        };
        let late = |_| Error::BusLate { question: object.question(method), deadline };
        timeout(deadline, asked).await.map_err(late)?
    }

    /// Reads a property, as [`ask`](Self::ask) asks.
    pub(crate) async fn property<A>(
        &self,
        object: &Object<'_>,
        name: &str,
        deadline: Duration,
    ) -> Result<A, Error>
    where
        A: TryFrom<OwnedVariant, Error = zbus::Error>,
    {
        let question = (object.interface, name);
        let answer = self.ask(&object.properties(), "Get", &question, deadline).await;
        object.value(name, answer)
    }

    /// The connection that is kept, and whether it was made just now.
    async fn kept(&self) -> Result<(Connection, bool), Error> {
        let mut kept = self.kept.lock().await;
        if let Some(connection) = kept.as_ref().filter(|connection| !connection.is_closed()) {
            return Ok((connection.clone(), false));
        }
        // What is broken goes first, in case no other can be made.
        *kept = None;
        let connection = self.connect().await?;
        *kept = Some(connection.clone());
        Ok((connection, true))
    }

    /// Lets go of a connection, unless another has taken its place.
    async fn forget(&self, broken: &Connection) {
        let mut kept = self.kept.lock().await;
        kept.take_if(|connection| connection.unique_name() == broken.unique_name());
    }

    /// The error of a connection that did not come about in time.
    pub(crate) fn late(&self, deadline: Duration) -> Error {
        let words = Text::new(format!("no answer within {deadline:?}"));
        Error::NoBus { address: self.address(), kind: PortErrorKind::TimedOut, words }
    }

    fn no_bus(&self, error: &zbus::Error) -> Error {
        let words = match error {
            zbus::Error::Connection(error, _) => error.to_string(),
            error => error.to_string(),
        };
        Error::NoBus { address: self.address(), kind: kind(error), words: Text::new(words) }
    }

    /// Where it is looked for, for people.
    fn address(&self) -> Text {
        self.address.clone().unwrap_or_else(|| {
            let named = std::env::var("DBUS_SYSTEM_BUS_ADDRESS");
            named.map_or(Text::literal("its usual place"), Text::new)
        })
    }
}

impl fmt::Debug for SystemBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemBus").field("address", &self.address).finish_non_exhaustive()
    }
}

/// An object on the bus, by the one interface of it that is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'a> {
    pub(crate) service: &'static str,
    pub(crate) path: &'a str,
    pub(crate) interface: &'static str,
}

impl Object<'static> {
    /// The bus itself.
    pub(crate) const BUS: Self = Self {
        service: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
    };
    /// systemd, org.freedesktop.systemd1(5).
    pub(crate) const SYSTEMD: Self = Self {
        service: "org.freedesktop.systemd1",
        path: "/org/freedesktop/systemd1",
        interface: "org.freedesktop.systemd1.Manager",
    };
    /// logind, org.freedesktop.login1(5).
    pub(crate) const LOGIND: Self = Self {
        service: "org.freedesktop.login1",
        path: "/org/freedesktop/login1",
        interface: "org.freedesktop.login1.Manager",
    };
}

impl Object<'_> {
    /// The same object's properties.
    pub(crate) const fn properties(&self) -> Self {
        Self { interface: "org.freedesktop.DBus.Properties", ..*self }
    }

    /// Asks on this connection, and waits no longer than `deadline`.
    pub(crate) async fn ask<Q, A>(
        &self,
        connection: &Connection,
        method: &str,
        question: &Q,
        deadline: Duration,
    ) -> Result<A, Error>
    where
        Q: Serialize + DynamicType,
        A: for<'d> DynamicDeserialize<'d>,
    {
        let late = |_| Error::BusLate { question: self.question(method), deadline };
        let answer = timeout(deadline, self.call(connection, method, question));
        answer.await.map_err(late)?.map_err(|error| self.failed(method, &error))
    }

    /// Reads a property on this connection.
    pub(crate) async fn property<A>(
        &self,
        connection: &Connection,
        name: &str,
        deadline: Duration,
    ) -> Result<A, Error>
    where
        A: TryFrom<OwnedVariant, Error = zbus::Error>,
    {
        let question = (self.interface, name);
        let answer = self.properties().ask(connection, "Get", &question, deadline).await;
        self.value(name, answer)
    }

    /// The value of the property `name`, from the answer to `Get`, of which nobody has heard.
    fn value<A>(&self, name: &str, answer: Result<OwnedVariant, Error>) -> Result<A, Error>
    where
        A: TryFrom<OwnedVariant, Error = zbus::Error>,
    {
        let value = answer.map_err(|mut error| {
            if let Error::BusLate { question, .. } | Error::BusFailed { question, .. } = &mut error
            {
                *question = self.question(name);
            }
            error
        })?;
        A::try_from(value).map_err(|error| self.failed(name, &error))
    }

    async fn call<Q, A>(
        &self,
        connection: &Connection,
        method: &str,
        question: &Q,
    ) -> zbus::Result<A>
    where
        Q: Serialize + DynamicType,
        A: for<'d> DynamicDeserialize<'d>,
    {
        let Self { service, path, interface } = *self;
        let answer =
            connection.call_method(Some(service), path, Some(interface), method, question).await?;
        answer.body().deserialize()
    }

    fn question(&self, method: &str) -> Text {
        Text::new(format!("{} {method}", self.service))
    }

    fn failed(&self, method: &str, error: &zbus::Error) -> Error {
        let words = match error {
            // Its name says no more than its words do.
            zbus::Error::MethodError(name, words, _) => {
                words.clone().unwrap_or_else(|| name.to_string())
            }
            error => error.to_string(),
        };
        let question = self.question(method);
        Error::BusFailed { question, kind: kind(error), words: Text::new(words) }
    }
}

/// The kind that an error of the bus has at the port.
fn kind(error: &zbus::Error) -> PortErrorKind {
    use std::io::ErrorKind;
    match error {
        zbus::Error::Connection(error, _) | zbus::Error::InputOutput(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => PortErrorKind::Missing,
            ErrorKind::PermissionDenied => PortErrorKind::PermissionDenied,
            ErrorKind::TimedOut => PortErrorKind::TimedOut,
            _ => PortErrorKind::Other,
        },
        zbus::Error::FDO(error) => match **error {
            fdo::Error::ServiceUnknown(_) | fdo::Error::NameHasNoOwner(_) => PortErrorKind::Missing,
            fdo::Error::AccessDenied(_) | fdo::Error::AuthFailed(_) => {
                PortErrorKind::PermissionDenied
            }
            fdo::Error::NoReply(_) | fdo::Error::Timeout(_) | fdo::Error::TimedOut(_) => {
                PortErrorKind::TimedOut
            }
            _ => PortErrorKind::Refused,
        },
        zbus::Error::MethodError(..) => PortErrorKind::Refused,
        zbus::Error::Handshake(_) => PortErrorKind::Other,
        _ => PortErrorKind::Malformed,
    }
}
