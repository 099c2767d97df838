//! grace-proc
