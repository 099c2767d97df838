//! The `grace` program.

fn main() {}
