//! grace-journal
