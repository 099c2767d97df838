//! What the machine does, one behaviour a file, through its public interface alone.

mod common;

mod behaviour {
    mod adaptive;
    mod alerts;
    mod bad_input;
    mod clock;
    mod decisions;
    mod destinations;
    mod destinations_restart;
    mod facts_asked;
    mod guests;
    mod ledger;
    mod messages;
    mod outbox;
    mod policies;
    mod report;
    mod restore;
    mod shutdown;
    mod start;
    mod summary;
    mod text;
    mod uptime;
    mod vocabulary;
    mod windows;
}
