//! grace-notify
