//! A file read in blocks, some of which are kept.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// How much is read at once, in bytes. The kernel reads ahead by itself; this is what it is asked to copy.
const BLOCK: u64 = 8 * 1024;
/// How many blocks are kept of one file: 1 MiB.
const SLOTS: u64 = 128;

/// A file, and the blocks of it that were read last: each has one place where it may be, and takes it from
/// whatever was there.
#[derive(Debug)]
pub(crate) struct Blocks {
    file: File,
    slots: Vec<Block>,
    /// What does not lie within one block.
    across: Vec<u8>,
}

#[derive(Debug, Default, Clone)]
struct Block {
    number: Option<u64>,
    bytes: Vec<u8>,
}

impl Blocks {
    pub(crate) fn new(file: File) -> Self {
        Self { file, slots: vec![Block::default(); SLOTS as usize], across: Vec::new() }
    }

    /// These bytes of the file. One that ends before is an error.
    pub(crate) fn read(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let number = offset / BLOCK;
        let start = (offset % BLOCK) as usize;
        if start + length > BLOCK as usize {
            self.across.resize(length, 0);
            self.file.read_exact_at(&mut self.across, offset)?;
            return Ok(&self.across);
        }
        let block = &mut self.slots[(number % SLOTS) as usize];
        if block.number != Some(number) {
            block.fill(&self.file, number)?;
        }
        block.bytes.get(start..start + length).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Drops the block that has this byte, so that it is read anew.
    pub(crate) fn forget(&mut self, offset: u64) {
        self.slots[(offset / BLOCK % SLOTS) as usize].number = None;
    }

    /// Drops all blocks, and the memory they take.
    pub(crate) fn forget_all(&mut self) {
        self.slots.fill(Block::default());
    }
}

impl Block {
    fn fill(&mut self, file: &File, number: u64) -> io::Result<()> {
        self.number = None;
        self.bytes.resize(BLOCK as usize, 0);
        let mut filled = 0;
        while filled < self.bytes.len() {
            match file.read_at(&mut self.bytes[filled..], number * BLOCK + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(filled);
        self.number = Some(number);
        Ok(())
    }
}
