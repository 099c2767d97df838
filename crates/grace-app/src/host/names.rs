//! What one source knows of a guest and another does not: its name, and who started it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use grace_core::{GuestId, Happening, HostEvents, Note, Occurrence, Origin, PortError, Text};
use grace_health::GuestConfigs;

/// The most guests of which anything is remembered.
const REMEMBERED: usize = 10_000;

/// A source whose guests have the names that the node's configuration gives them. How a guest's start ended may
/// be told by one that does not know who began it: that is taken from what told of the beginning.
pub(super) struct Named<S> {
    source: S,
    /// Where the names are, if this host has any.
    configs: Option<GuestConfigs>,
    /// What is known of each guest that was seen: its name, or that it has none.
    names: BTreeMap<GuestId, Option<Text>>,
    /// Whether the host itself has begun what each guest is at.
    begun: BTreeMap<GuestId, bool>,
    /// What was read, and whose guest's name is still to be looked up.
    unnamed: Option<Occurrence>,
}

impl<S: HostEvents> Named<S> {
    pub(super) fn new(source: S, configs: Option<GuestConfigs>) -> Self {
        Self { source, configs, names: BTreeMap::new(), begun: BTreeMap::new(), unnamed: None }
    }

    /// Reads the names anew, for a guest that has not been seen before. One that is not configured, as one that
    /// was removed since, keeps the name its source gave it.
    async fn look_up(&mut self, id: &GuestId) {
        if self.names.len() >= REMEMBERED {
            self.names.clear();
        }
        if let Some(configs) = &self.configs
            && let Ok(configured) = configs.read().await
        {
            let names = configured.guests.into_iter().map(|config| config.guest);
            self.names.extend(names.map(|guest| (guest.id, Some(guest.name))));
        }
        self.names.entry(id.clone()).or_default();
    }
}

#[async_trait]
impl<S: HostEvents> HostEvents for Named<S> {
    fn name(&self) -> &str {
        self.source.name()
    }

    fn origin(&self) -> Origin {
        self.source.origin()
    }

    async fn next(&mut self) -> Result<Occurrence, PortError> {
        if self.unnamed.is_none() {
            self.unnamed = Some(self.source.next().await?);
        }
        // Until its name is known it stays where a caller that gave up waiting finds it again.
        let guest = self.unnamed.as_ref().and_then(|occurrence| occurrence.what.guest());
        if let Some(id) = guest.map(|guest| guest.id.clone())
            && !self.names.contains_key(&id)
        {
            self.look_up(&id).await;
        }
        match self.unnamed.take() {
            Some(mut occurrence) => {
                self.complete(&mut occurrence);
                Ok(occurrence)
            }
            None => self.source.next().await,
        }
    }
}

impl<S> Named<S> {
    fn complete(&mut self, occurrence: &mut Occurrence) {
        let begins = matches!(
            occurrence.what,
            Happening::Note(Note::GuestStarting(_) | Note::GuestStopping(_))
        );
        let Some(guest) = occurrence.what.guest_mut() else { return };
        if let Some(Some(name)) = self.names.get(&guest.id) {
            guest.name = name.clone();
        }
        match guest.autostart {
            Some(autostart) if begins && self.begun.len() < REMEMBERED => {
                self.begun.insert(guest.id.clone(), autostart);
            }
            None if begins => drop(self.begun.remove(&guest.id)),
            None => guest.autostart = self.begun.remove(&guest.id),
            Some(_) => {}
        }
    }
}
