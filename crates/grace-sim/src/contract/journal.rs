//! The contract of [`Journal`].

use grace_core::{Journal, JournalEntry, JournalExcerpt, JournalQuery, Priority, Uptime};

use crate::fakes::Record;

/// The functions of this module, and the bullet that each tests.
pub const BULLETS: [(&str, &str); 7] = [
    ("only_this_boot", "Only entries of this boot are returned."),
    ("oldest_first_and_none_twice", "Entries come oldest first, and none comes twice."),
    ("none_less_bad", "No entry is less bad than the query asks for."),
    (
        "bounded_and_counted",
        "At most `first + last` entries come, and `total` counts all that match.",
    ),
    (
        "no_entries_is_empty",
        "No entries is an empty excerpt, not an error and not a line that says so.",
    ),
    (
        "unreadable_entry_spoils_itself",
        "An entry that cannot be read spoils only itself and is named among the gaps.",
    ),
    (
        "unreadable_is_an_error",
        "A journal that cannot be read is an error, never an empty excerpt.",
    ),
];

/// A maker of journals.
pub trait JournalSubject {
    /// The port under test.
    type Port: Journal;

    /// The port on a journal that holds these records.
    fn journal(&self, history: &History) -> Self::Port;

    /// The port on journals that cannot be read, at least one.
    fn unreadable(&self) -> Vec<Self::Port>;
}

/// What a journal holds, oldest first.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct History {
    /// The boot before this one.
    pub earlier: Vec<Record>,
    /// This boot.
    pub this_boot: Vec<Record>,
}

/// Only entries of this boot are returned.
pub async fn only_this_boot(subject: &impl JournalSubject) {
    let history = History {
        earlier: records(["before the crash", "the last words"].map(error)),
        this_boot: records(["after it", "and later"].map(error)),
    };
    let excerpt = read(&subject.journal(&history), JournalQuery::default()).await;
    assert_eq!(messages(&excerpt), ["after it", "and later"]);
    assert_eq!(excerpt.total, 2);
}

/// Entries come oldest first, and none comes twice.
pub async fn oldest_first_and_none_twice(subject: &impl JournalSubject) {
    let entries: Vec<_> = (0..10).map(numbered).collect();
    let journal = subject.journal(&this_boot(entries.clone()));
    for (first, last) in [(0, 0), (0, 4), (4, 0), (3, 3), (5, 5), (7, 7), (20, 20)] {
        let excerpt = read(&journal, JournalQuery::new(Priority::ERR, first, last)).await;
        let expected: Vec<_> = entries
            .iter()
            .enumerate()
            .filter(|(index, _)| *index < first || index + last >= entries.len())
            .map(|(_, entry)| entry.clone())
            .collect();
        assert_eq!(excerpt.entries, expected, "first {first}, last {last}");
        assert_eq!(excerpt.total, 10, "first {first}, last {last}");
    }
}

/// No entry is less bad than the query asks for.
pub async fn none_less_bad(subject: &impl JournalSubject) {
    let levels = || (0..=7).filter_map(Priority::new);
    let of_each = levels().map(|level| error(level.as_str()).with_priority(level));
    let journal = subject.journal(&this_boot(of_each.collect()));
    for asked in levels() {
        let excerpt = read(&journal, JournalQuery::new(asked, 25, 25)).await;
        let expected: Vec<_> = levels().filter(|level| *level <= asked).collect();
        let found: Vec<_> = excerpt.entries.iter().map(|entry| entry.priority).collect();
        assert_eq!(found, expected, "asked for {}", asked.as_str());
        assert_eq!(excerpt.total, expected.len() as u64, "asked for {}", asked.as_str());
    }
}

/// At most `first + last` entries come, and `total` counts all that match.
pub async fn bounded_and_counted(subject: &impl JournalSubject) {
    let journal = subject.journal(&this_boot((0..600).map(numbered).collect()));
    let excerpt = read(&journal, JournalQuery::default()).await;
    assert_eq!(excerpt.entries.len(), 50);
    assert_eq!(excerpt.total, 600);
    assert_eq!(excerpt.skipped(), 550);
    assert_eq!(excerpt.entries.first(), Some(&numbered(0)));
    assert_eq!(excerpt.entries.last(), Some(&numbered(599)));
    assert_eq!(excerpt.gaps, [], "a long journal is not a damaged one");
}

/// No entries is an empty excerpt, not an error and not a line that says so.
pub async fn no_entries_is_empty(subject: &impl JournalSubject) {
    let info = Priority::new(6).expect("info is a priority");
    let history = History {
        earlier: records([error("an error of the boot before")]),
        this_boot: records([error("all is well").with_priority(info)]),
    };
    let excerpt = read(&subject.journal(&history), JournalQuery::default()).await;
    assert_eq!(excerpt, JournalExcerpt::default());
}

/// An entry that cannot be read spoils only itself and is named among the gaps.
pub async fn unreadable_entry_spoils_itself(subject: &impl JournalSubject) {
    let history = History {
        earlier: Vec::new(),
        this_boot: vec![
            Record::Entry(error("before")),
            Record::Unreadable,
            Record::Entry(error("after")),
        ],
    };
    let excerpt = read(&subject.journal(&history), JournalQuery::default()).await;
    assert_eq!(messages(&excerpt), ["before", "after"]);
    assert_eq!(excerpt.total, 3, "what cannot be read has matched all the same");
    assert_eq!(excerpt.gaps.len(), 1, "{:?}", excerpt.gaps);
}

/// A journal that cannot be read is an error, never an empty excerpt.
pub async fn unreadable_is_an_error(subject: &impl JournalSubject) {
    let journals = subject.unreadable();
    assert!(!journals.is_empty(), "the subject has no journal that cannot be read");
    for journal in journals {
        if let Ok(excerpt) = journal.excerpt(JournalQuery::default()).await {
            panic!("the journal cannot be read and holds {excerpt:?}");
        }
    }
}

async fn read(journal: &impl Journal, query: JournalQuery) -> JournalExcerpt {
    journal.excerpt(query).await.expect("the journal can be read")
}

fn this_boot(entries: Vec<JournalEntry>) -> History {
    History { earlier: Vec::new(), this_boot: records(entries) }
}

fn records(entries: impl IntoIterator<Item = JournalEntry>) -> Vec<Record> {
    entries.into_iter().map(Record::Entry).collect()
}

fn error(message: &str) -> JournalEntry {
    JournalEntry::new(message).written("pvestatd", Uptime::from_millis(12_345))
}

fn numbered(number: u64) -> JournalEntry {
    JournalEntry::new(format!("storage 'nas' is not online ({number})"))
        .written("pvestatd", Uptime::from_millis(1_000 + number))
        .with_unit("pvestatd.service")
}

fn messages(excerpt: &JournalExcerpt) -> Vec<&str> {
    excerpt.entries.iter().map(|entry| entry.message.as_str()).collect()
}
