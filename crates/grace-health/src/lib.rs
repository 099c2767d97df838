//! grace-health
