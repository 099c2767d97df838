//! A host whose health is what the test says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use grace_core::{
    CategoryHealth, Check, Gap, GapKind, Guest, HealthSnapshot, HealthSource, PortError,
    PortErrorKind, Status,
};

/// A health source held in memory. A clone is the same source.
#[derive(Debug, Clone)]
pub struct FakeHealth {
    name: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    snapshot: HealthSnapshot,
    guests: Option<Vec<Guest>>,
    conduct: Conduct,
    asked: u64,
}

#[derive(Debug, Clone, Copy)]
enum Conduct {
    Answers,
    Fails(PortErrorKind),
    Hangs,
}

impl FakeHealth {
    /// A source of this name that reads this snapshot.
    #[must_use]
    pub fn new(name: impl Into<String>, snapshot: HealthSnapshot) -> Self {
        Self {
            name: name.into(),
            state: Arc::new(Mutex::new(State {
                snapshot,
                guests: None,
                conduct: Conduct::Answers,
                asked: 0,
            })),
        }
    }

    /// A source of this name on a host where the one check of one category is well.
    #[must_use]
    pub fn well(name: impl Into<String>, category: &str, check: &str) -> Self {
        let fake = Self::new(name, HealthSnapshot::new(Status::Ok));
        fake.report(category, Check::new(check, Status::Ok, ""));
        fake
    }

    /// From now on the source reads this snapshot.
    pub fn set(&self, snapshot: HealthSnapshot) {
        self.lock().snapshot = snapshot;
    }

    /// From now on this check of this category is in every reading, in place of an earlier one of its name;
    /// the statuses of the category and of the whole follow.
    pub fn report(&self, category: &str, check: Check) {
        self.lock().change(category, |checks| {
            match checks.iter_mut().find(|earlier| earlier.name == check.name) {
                Some(earlier) => *earlier = check,
                None => checks.push(check),
            }
        });
    }

    /// From now on this check cannot be read: it is a gap instead.
    pub fn spoil(&self, category: &str, check: &str) {
        let mut state = self.lock();
        state.change(category, |checks| checks.retain(|there| there.name != check));
        let detail = format!("check {check} of category {category}: spoilt by the test");
        let gap = Gap::new(GapKind::HealthIncomplete, detail);
        state.snapshot.gaps.push(gap);
    }

    /// From now on the host says that it is still starting, or that it is not, or cannot tell.
    pub fn set_starting(&self, starting: Option<bool>) {
        self.lock().snapshot.starting = starting;
    }

    /// From now on these are the guests that the host starts at boot.
    pub fn expect_guests(&self, guests: Vec<Guest>) {
        self.lock().guests = Some(guests);
    }

    /// From now on the source cannot be read, for this reason.
    pub fn break_down(&self, kind: PortErrorKind) {
        self.lock().conduct = Conduct::Fails(kind);
    }

    /// From now on the source never answers.
    pub fn hang(&self) {
        self.lock().conduct = Conduct::Hangs;
    }

    /// From now on the source can be read again.
    pub fn repair(&self) {
        self.lock().conduct = Conduct::Answers;
    }

    /// How often its health was asked for.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.lock().asked
    }

    async fn answer<T>(&self, answer: impl FnOnce(&mut State) -> T) -> Result<T, PortError> {
        let conduct = self.lock().conduct;
        match conduct {
            Conduct::Answers => Ok(answer(&mut self.lock())),
            Conduct::Fails(kind) => Err(PortError::new(kind, "the fake source was broken")),
            Conduct::Hangs => std::future::pending().await,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl HealthSource for FakeHealth {
    fn name(&self) -> &str {
        &self.name
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        self.lock().asked += 1;
        self.answer(|state| state.snapshot.clone()).await
    }

    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        self.answer(|state| state.guests.clone()).await
    }
}

impl State {
    /// Changes the checks of a category, and with them what follows from them.
    fn change(&mut self, name: &str, change: impl FnOnce(&mut Vec<Check>)) {
        let categories = &mut self.snapshot.categories;
        let index = categories.iter().position(|category| category.name.eq_ignore_ascii_case(name));
        let index = index.unwrap_or_else(|| {
            categories.push(CategoryHealth::new(name, Status::Ok, ""));
            categories.len() - 1
        });
        let mut checks = std::mem::take(&mut categories[index].checks);
        change(&mut checks);
        categories[index] = CategoryHealth::from_checks(name, checks);
        self.snapshot.overall = HealthSnapshot::from_categories(categories.clone()).overall;
    }
}
