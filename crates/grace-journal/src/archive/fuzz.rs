//! A door for the fuzzers of `fuzz/`: the export format.

use super::export::Export;

/// The fields of an entry, or why it could not be read.
pub type Entry = Result<Vec<(Vec<u8>, Vec<u8>)>, String>;

/// Reads a stream whose fields have no more than `bound` bytes: its entries, and how far it was read.
#[must_use]
pub fn export(bytes: &[u8], bound: usize) -> (Vec<Entry>, u64) {
    let mut export = Export::new(bytes, 0, bound);
    let mut entries = Vec::new();
    loop {
        let mut fields = Vec::new();
        let on_field = |name: &[u8], value: &[u8]| fields.push((name.to_vec(), value.to_vec()));
        match export.next(|_| true, on_field) {
            Ok(Some(Ok(()))) => entries.push(Ok(fields)),
            Ok(Some(Err(bad))) => entries.push(Err(bad.to_string())),
            Ok(None) => return (entries, export.position()),
            Err(error) => unreachable!("bytes in memory: {error}"),
        }
    }
}
