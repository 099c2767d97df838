//! From a thread that may block to a task that may not: records in batches, through a short queue.

use std::ops::ControlFlow;
use std::time::Duration;

use grace_core::Text;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::progress::Progress;
use crate::error::JournalError;
use crate::record::Record;

/// How many entries are looked at before what came of them is handed over.
const BATCH: u64 = 1024;
/// How many batches wait for the task before the thread waits for it.
const QUEUE: usize = 4;

/// The thread's end of the queue.
#[derive(Debug)]
pub(crate) struct Feed {
    sender: mpsc::Sender<Vec<Record>>,
    batch: Vec<Record>,
    progress: Progress,
    steps: u64,
    records: u64,
    is_heard: bool,
}

impl Feed {
    /// There is so much of what the steps count.
    pub(crate) fn begin(&self, total: u64) {
        self.progress.begin(total);
    }

    /// Hands a record to the task, by and by.
    pub(crate) fn record(&mut self, record: Record) {
        self.batch.push(record);
    }

    /// One entry has been looked at, and `done` of the whole. It is time to stop when nobody listens any more.
    pub(crate) fn step(&mut self, done: u64) -> ControlFlow<()> {
        self.steps += 1;
        if self.steps.is_multiple_of(BATCH) {
            self.hand_over(done);
        }
        if self.is_heard { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// Hands over what there is, were it nothing: that is a sign of life.
    fn hand_over(&mut self, done: u64) {
        self.records += self.batch.len() as u64;
        self.progress.reach(self.records, done);
        let next = Vec::with_capacity(self.batch.len());
        let batch = std::mem::replace(&mut self.batch, next);
        self.is_heard &= self.sender.blocking_send(batch).is_ok();
    }
}

/// Runs `work` in a thread that may block, and hands each record that it feeds to `on_record`. Gives what the work
/// gave, and how many records came.
///
/// When this future is dropped the work is told to stop at its next batch.
pub(crate) async fn pump<T: Send + 'static>(
    journal: &Text,
    stall: Duration,
    progress: &Progress,
    work: impl FnOnce(&mut Feed) -> Result<T, JournalError> + Send + 'static,
    mut on_record: impl FnMut(&Record),
) -> Result<(T, u64), JournalError> {
    let (sender, mut batches) = mpsc::channel(QUEUE);
    let progress = progress.clone();
    let mut feed =
        Feed { sender, batch: Vec::new(), progress, steps: 0, records: 0, is_heard: true };
    let thread = spawn_blocking(move || {
        let result = work(&mut feed);
        feed.hand_over(u64::MAX);
        result
    });
    let stalled = || JournalError::Stalled { journal: journal.clone(), after: stall };
    let mut records = 0;
    while let Some(batch) = timeout(stall, batches.recv()).await.map_err(|_late| stalled())? {
        records += batch.len() as u64;
        batch.iter().for_each(&mut on_record);
    }
    let broke_off = |_panic| JournalError::BrokeOff { journal: journal.clone() };
    Ok((thread.await.map_err(broke_off)??, records))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Text {
        Text::literal("a journal")
    }

    #[tokio::test]
    async fn records_come_in_the_order_in_which_they_are_fed() {
        let progress = Progress::default();
        let mut seen = Vec::new();
        let work = |feed: &mut Feed| {
            feed.begin(5_000);
            for number in 0..5_000 {
                feed.record(Record { unix_micros: Some(number), ..Record::default() });
                assert_eq!(feed.step(number + 1), ControlFlow::Continue(()));
            }
            Ok("done")
        };
        let on_record = |record: &Record| seen.extend(record.unix_micros);
        let read = pump(&journal(), Duration::from_secs(60), &progress, work, on_record).await;
        assert_eq!(read.expect("it ends well"), ("done", 5_000));
        assert!(seen.iter().copied().eq(0..5_000));
        assert_eq!((progress.records(), progress.fraction()), (5_000, Some(1.0)));
    }

    #[tokio::test]
    async fn when_nobody_listens_any_more_the_work_is_told() {
        let (told, mut hears) = mpsc::channel(1);
        let work = move |feed: &mut Feed| {
            let mut steps = 0;
            while feed.step(0).is_continue() {
                steps += 1;
            }
            told.blocking_send(steps).ok();
            Ok(())
        };
        let progress = Progress::default();
        let journal = journal();
        let reading = pump(&journal, Duration::from_secs(60), &progress, work, |_| {});
        assert!(timeout(Duration::from_millis(20), reading).await.is_err());
        let steps = timeout(Duration::from_secs(10), hears.recv()).await.expect("it stops");
        assert!(steps.is_some_and(|steps| steps > 0));
    }

    #[tokio::test]
    async fn work_that_gives_no_sign_is_given_up_and_one_that_dies_is_an_error() {
        let progress = Progress::default();
        let (release, hold) = std::sync::mpsc::sync_channel::<()>(1);
        let hangs = move |_: &mut Feed| {
            hold.recv().ok();
            Ok(())
        };
        let read = pump(&journal(), Duration::from_millis(20), &progress, hangs, |_| {}).await;
        assert!(matches!(read, Err(JournalError::Stalled { .. })), "{read:?}");
        drop(release);

        let dies = |_: &mut Feed| -> Result<(), JournalError> { panic!("a fault in this program") };
        let read = pump(&journal(), Duration::from_secs(60), &progress, dies, |_| {}).await;
        assert!(matches!(read, Err(JournalError::BrokeOff { .. })), "{read:?}");
    }
}
