//! grace-app
