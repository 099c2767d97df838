//! A connection to the bus on which logind and systemd are listened to.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, join, join3, pending, select, try_join_all};
use grace_core::{Gap, GapKind, PortErrorKind, ShutdownKind, Uptime};
use tokio::time::{Interval, MissedTickBehavior, interval};
use zbus::{Connection, Message, MessageStream, OwnedObjectPath, OwnedVariant};

use super::known::Heard;
use super::signal::{self, Signal};
use crate::Error;
use crate::bus::{Object, SystemBus};
use crate::systemd::SystemState;

/// How many signals may wait to be read. Beyond, the bus keeps them, and at its own limit ends the connection,
/// which is told.
const QUEUE: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");

/// How often a logind is asked that does not tell of what it plans: before systemd 255.
const LOOKS: Duration = Duration::from_secs(5);

/// What is listened to.
pub(super) struct Session {
    stream: MessageStream,
    owners: Owners,
    deadline: Duration,
    /// When to read what is so again, where not all of it is told.
    looks: Option<Interval>,
}

/// Why a session wakes.
pub(super) enum Woken {
    /// A message has come.
    Message(Message),
    /// It is time to read what is so again.
    Look,
    /// The connection is gone, and why.
    Lost(String),
}

/// Who is whom: the bus lets anyone send a signal that looks like logind's.
#[derive(Debug, Default)]
struct Owners {
    logind: Option<String>,
    systemd: Option<String>,
}

/// What is so at this moment, and what of it cannot be told.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) heard: Vec<(Heard, Option<Uptime>)>,
    pub(super) gaps: Vec<Gap>,
}

impl Session {
    /// Connects, listens, and only then reads what is so: nothing can happen in between.
    pub(super) async fn open(bus: &SystemBus, deadline: Duration) -> Result<(Self, Facts), Error> {
        let connecting = tokio::time::timeout(deadline, bus.connect());
        let mut connection = connecting.await.map_err(|_| bus.late(deadline))??;
        connection.set_max_queued(QUEUE);
        let stream = MessageStream::from(&connection);
        let rules = signal::rules();
        let listening = rules
            .iter()
            .map(|rule| Object::BUS.ask::<_, ()>(&connection, "AddMatch", rule, deadline));
        try_join_all(listening).await?;
        Self { stream, owners: Owners::default(), deadline, looks: None }.read().await
    }

    /// Waits for a message, or for the time to look. What is given up here is not lost.
    pub(super) async fn next(&mut self) -> Woken {
        let look = async {
            match &mut self.looks {
                Some(looks) => looks.tick().await,
                None => pending().await,
            }
        };
        match select(self.stream.next(), pin!(look)).await {
            Either::Left((Some(Ok(message)), _)) => Woken::Message(message),
            Either::Left((Some(Err(error)), _)) => Woken::Lost(error.to_string()),
            Either::Left((None, _)) => Woken::Lost("it has closed the connection".to_owned()),
            Either::Right(_) => Woken::Look,
        }
    }

    /// Reads what is so, of whoever is on the bus now.
    pub(super) async fn read(mut self) -> Result<(Self, Facts), Error> {
        let (connection, deadline) = (Connection::from(&self.stream), self.deadline);
        let (logind, systemd) =
            join(logind(&connection, deadline), systemd(&connection, deadline)).await;
        self.look_again(logind.as_ref().is_ok_and(|logind| !logind.tells_plans));
        let facts = Facts::new(logind, systemd)?;
        self.owners = Owners::read(&connection, deadline).await;
        Ok((self, facts))
    }

    /// Whether what is so is read again from time to time.
    fn look_again(&mut self, again: bool) {
        if again != self.looks.is_some() {
            self.looks = again.then(|| {
                let mut looks = interval(LOOKS);
                // What is so now has just been read.
                looks.reset();
                looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                looks
            });
        }
    }

    /// What a message says, if it is a signal of one of those that are listened to.
    ///
    /// # Errors
    /// It is, and cannot be understood.
    pub(super) fn hear(&mut self, message: &Message) -> zbus::Result<Signal> {
        let Some(sender) = self.owners.object(message) else { return Ok(Signal::Other) };
        let signal = signal::read(message, &sender)?;
        let Signal::Owner { service, owner } = signal else { return Ok(signal) };
        let known = if service == Object::LOGIND.service {
            &mut self.owners.logind
        } else {
            &mut self.owners.systemd
        };
        let has_come = owner.is_some() && *known != owner;
        *known = owner;
        // Whoever has come may know more, or less, than whoever went.
        Ok(if has_come { Signal::Changed } else { Signal::Other })
    }
}

impl Owners {
    async fn read(connection: &Connection, deadline: Duration) -> Self {
        let owner = async |object: Object<'static>| {
            Object::BUS.ask(connection, "GetNameOwner", &object.service, deadline).await.ok()
        };
        let (logind, systemd) = join(owner(Object::LOGIND), owner(Object::SYSTEMD)).await;
        Self { logind, systemd }
    }

    /// Whose message it is. The bus itself vouches for a sender's unique name.
    fn object(&self, message: &Message) -> Option<Object<'_>> {
        let header = message.header();
        let sender = header.sender()?.as_str();
        if sender == Object::BUS.service {
            Some(Object::BUS)
        } else if self.logind.as_deref() == Some(sender) {
            Some(Object::LOGIND)
        } else if self.systemd.as_deref() == Some(sender) {
            Some(Object::SYSTEMD)
        } else {
            None
        }
    }
}

impl Facts {
    /// What the two say together; an error if neither says anything.
    fn new(
        logind: Result<LogindFacts, Error>,
        systemd: Result<SystemdFacts, Error>,
    ) -> Result<Self, Error> {
        let errors = [logind.as_ref().err(), systemd.as_ref().err()].into_iter().flatten();
        let gaps = errors.map(|error| Gap::new(GapKind::EventsIncomplete, error.to_string()));
        let gaps = gaps.collect();
        let (logind, systemd) = match (logind, systemd) {
            (Err(one), Err(other)) if one.kind() == PortErrorKind::Missing => return Err(other),
            (Err(one), Err(_)) => return Err(one),
            (logind, systemd) => (logind.ok(), systemd.ok()),
        };
        let mut heard = Vec::new();
        if let Some(at) = systemd.as_ref().and_then(|systemd| systemd.started) {
            heard.push((Heard::Started, at));
        }
        let goes_down = systemd.and_then(|systemd| systemd.goes_down);
        match (goes_down.or(logind.as_ref().and_then(|logind| logind.goes_down)), &logind) {
            (Some(kind), _) => heard.push((Heard::GoesDown(kind), None)),
            (None, Some(_)) => heard.push((Heard::StaysUp, None)),
            // systemd alone does not know what logind has announced.
            (None, None) => {}
        }
        if let Some(logind) = logind {
            heard.push((Heard::Scheduled(logind.scheduled), None));
            heard.push((Heard::Sleeps(logind.sleeps), None));
        }
        Ok(Self { heard, gaps })
    }
}

struct LogindFacts {
    goes_down: Option<ShutdownKind>,
    scheduled: Option<ShutdownKind>,
    sleeps: bool,
    tells_plans: bool,
}

async fn logind(connection: &Connection, deadline: Duration) -> Result<LogindFacts, Error> {
    const LOGIND: Object<'_> = Object::LOGIND;
    let preparing: bool = LOGIND.property(connection, "PreparingForShutdown", deadline).await?;
    let (metadata, scheduled, sleeps) = join3(
        LOGIND.property(connection, "PreparingForShutdownWithMetadata", deadline),
        LOGIND.property(connection, "ScheduledShutdown", deadline),
        LOGIND.property(connection, "PreparingForSleep", deadline),
    )
    .await;
    // systemd before 255 does not know it, nor does it tell when what is scheduled changes.
    let tells_plans = metadata.is_ok();
    let metadata: HashMap<String, OwnedVariant> = metadata.unwrap_or_default();
    let (word, _at): (String, u64) = scheduled?;
    Ok(LogindFacts {
        goes_down: preparing.then(|| signal::metadata_kind(&metadata)),
        scheduled: signal::scheduled(&word),
        sleeps: sleeps?,
        tells_plans,
    })
}

struct SystemdFacts {
    /// Its start is over, since when if it says.
    started: Option<Option<Uptime>>,
    goes_down: Option<ShutdownKind>,
}

async fn systemd(connection: &Connection, deadline: Duration) -> Result<SystemdFacts, Error> {
    const SYSTEMD: Object<'_> = Object::SYSTEMD;
    // It tells of its jobs and of its start's end only those who have asked for it, and refuses who asks twice.
    match SYSTEMD.ask(connection, "Subscribe", &(), deadline).await {
        Ok(()) | Err(Error::BusFailed { kind: PortErrorKind::Refused, .. }) => {}
        Err(error) => return Err(error),
    }
    let word: String = SYSTEMD.property(connection, "SystemState", deadline).await?;
    match SystemState::parse(&word) {
        Some(SystemState::Stopping) => {
            let goes_down = Some(stopping_kind(connection, deadline).await);
            Ok(SystemdFacts { started: None, goes_down })
        }
        Some(state) if state.is_starting() == Some(false) => {
            let at = SYSTEMD.property(connection, "FinishTimestampMonotonic", deadline).await;
            let at = at.ok().filter(|micros: &u64| *micros > 0);
            let at = at.map(Uptime::from_micros);
            Ok(SystemdFacts { started: Some(at), goes_down: None })
        }
        _ => Ok(SystemdFacts { started: None, goes_down: None }),
    }
}

/// How the host goes down, by the job that takes it down.
async fn stopping_kind(connection: &Connection, deadline: Duration) -> ShutdownKind {
    type Job = (u32, String, String, String, OwnedObjectPath, OwnedObjectPath);
    let jobs = Object::SYSTEMD.ask(connection, "ListJobs", &(), deadline).await;
    let jobs: Vec<Job> = jobs.unwrap_or_default();
    jobs.iter().find_map(|job| signal::target_kind(&job.1)).unwrap_or_default()
}
