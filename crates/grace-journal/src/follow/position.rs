//! How far the journal has been read, and where to go on. Pure.

use grace_core::Text;

/// The place in the journal up to which it has been read.
///
/// journalctl is asked to go on *at* the last entry rather than after it: that the entry comes again proves
/// that nothing lies between, while `--after-cursor` passes over what comes next where the entry is gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Position {
    cursor: Option<Text>,
    /// Lines without a cursor that have been read since: what could not be read, or is of another boot.
    since: u64,
}

impl Position {
    /// The cursor to go on at; without one, at the boot's start.
    pub(super) const fn cursor(&self) -> Option<&Text> {
        self.cursor.as_ref()
    }

    /// A line has been read; one that can be gone on at has a cursor.
    pub(super) fn passed(&mut self, cursor: Option<Text>) {
        match cursor {
            Some(cursor) => *self = Self { cursor: Some(cursor), since: 0 },
            None => self.since += 1,
        }
    }

    /// What a child that goes on here prints again.
    pub(super) fn repetition(&self) -> Repetition {
        Repetition { expected: self.cursor.clone(), rest: self.since }
    }
}

/// What a child that goes on at a position has still to print again.
#[derive(Debug, Default)]
pub(super) struct Repetition {
    expected: Option<Text>,
    rest: u64,
}

/// What a line is to whoever has read the journal up to a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    /// It was read before.
    Old,
    /// It was not.
    New,
    /// It was not, and what lay before it is gone from the journal, read or not.
    AfterLoss,
}

impl Repetition {
    /// Takes one line, with its cursor if it has one that can be read.
    pub(super) fn novelty(&mut self, cursor: Option<&str>) -> Novelty {
        if let Some(expected) = self.expected.take() {
            if cursor.is_some_and(|cursor| is_same_entry(&expected, cursor)) {
                return Novelty::Old;
            }
            self.rest = 0;
            return Novelty::AfterLoss;
        }
        if self.rest > 0 {
            self.rest -= 1;
            return Novelty::Old;
        }
        Novelty::New
    }
}

/// Whether two cursors name one entry.
///
/// The first parts of a cursor say where the entry lies, and change when journald moves it from /run to
/// /var; the rest (`b` boot, `m` and `t` times, `x` a hash of the fields) is its own.
fn is_same_entry(one: &str, other: &str) -> bool {
    one == other || own_part(one).is_some_and(|own| own_part(other) == Some(own))
}

fn own_part(cursor: &str) -> Option<&str> {
    cursor.get(cursor.find(";b=")?..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(cursor: Option<&str>, since: u64) -> Position {
        let mut position = Position::default();
        if let Some(cursor) = cursor {
            position.passed(Some(cursor.into()));
        }
        (0..since).for_each(|_| position.passed(None));
        position
    }

    #[track_caller]
    fn check(position: &Position, lines: &[(Option<&str>, Novelty)]) {
        let mut repetition = position.repetition();
        for (cursor, expected) in lines {
            assert_eq!(repetition.novelty(*cursor), *expected, "{cursor:?}");
        }
    }

    #[test]
    fn at_the_start_all_is_new() {
        check(&Position::default(), &[(Some("a"), Novelty::New), (None, Novelty::New)]);
    }

    #[test]
    fn the_last_entry_comes_again_and_is_old() {
        check(&position(Some("a"), 0), &[(Some("a"), Novelty::Old), (Some("b"), Novelty::New)]);
    }

    #[test]
    fn what_had_no_cursor_is_counted() {
        check(
            &position(Some("a"), 2),
            &[
                (Some("a"), Novelty::Old),
                (None, Novelty::Old),
                (None, Novelty::Old),
                (None, Novelty::New),
            ],
        );
        check(&position(None, 1), &[(None, Novelty::Old), (None, Novelty::New)]);
    }

    #[test]
    fn where_the_last_entry_is_gone_there_is_a_loss_and_what_comes_is_new() {
        check(
            &position(Some("a"), 2),
            &[(Some("x"), Novelty::AfterLoss), (Some("y"), Novelty::New)],
        );
        check(&position(Some("a"), 0), &[(None, Novelty::AfterLoss), (Some("b"), Novelty::New)]);
    }

    #[test]
    fn an_entry_that_journald_has_moved_is_the_same() {
        let [run, var, other] = [
            "s=bd;i=5;b=bb;m=1e;t=6b;x=9c",
            "s=fe;i=1;b=bb;m=1e;t=6b;x=9c",
            "s=fe;i=2;b=bb;m=1f;t=6c;x=9c",
        ];
        check(&position(Some(run), 0), &[(Some(var), Novelty::Old)]);
        check(&position(Some(run), 0), &[(Some(other), Novelty::AfterLoss)]);
    }
}
