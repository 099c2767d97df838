//! A guest with a real systemd as PID 1, booted by `e2e/boot`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The longest anything may take here.
const PATIENCE: Duration = Duration::from_secs(30);

/// A guest. Its power is cut when this goes.
pub(crate) struct Guest {
    boot: Child,
    /// Open for as long as the guest may live.
    power: Option<ChildStdin>,
    console: Lines,
    init: String,
    _files: TempDir,
}

impl Guest {
    /// Boots a root file system with files of the test's own on top, `PATH` and text, and programs, by name,
    /// in `/usr/local/bin`. `None`, and a line that says why, where that cannot be done.
    pub(crate) fn boot(
        rootfs: &str,
        files: &[(&str, &str)],
        programs: &[(&str, &Path)],
    ) -> Option<Self> {
        match folder(rootfs) {
            Ok(folder) => Some(Self::start(&folder, rootfs, files, programs)),
            Err(missing) => {
                println!("skipped: {missing}");
                None
            }
        }
    }

    fn start(
        folder: &Path,
        rootfs: &str,
        files: &[(&str, &str)],
        programs: &[(&str, &Path)],
    ) -> Self {
        let own = TempDir::new().expect("a folder");
        let mut boot = command(e2e("boot"));
        let name = format!("grace-{rootfs}-{}", std::process::id());
        boot.arg(folder).arg(name).arg("--volatile=overlay");
        for (number, (path, text)) in files.iter().enumerate() {
            let file = own.path().join(number.to_string());
            fs::write(&file, text).expect("ours");
            boot.arg(format!("--bind-ro={}:{path}", file.display()));
        }
        for (name, program) in programs {
            boot.arg(format!("--bind-ro={}:/usr/local/bin/{name}", program.display()));
        }
        let (stdin, stdout) = (Stdio::piped(), Stdio::piped());
        let mut boot =
            boot.stdin(stdin).stdout(stdout).stderr(Stdio::null()).spawn().expect("it starts");
        let (power, mut console) = (boot.stdin.take(), Lines::of(&mut boot));
        let first = console.next();
        let init = first.strip_prefix("init ").unwrap_or_else(|| panic!("it boots: {first}"));
        Self { boot, power, console, init: init.to_owned(), _files: own }
    }

    /// Runs a program in the guest, to its end.
    pub(crate) fn run(&self, argv: &[&str]) -> Output {
        self.command(argv).output().expect("it starts")
    }

    /// Starts a program in the guest that writes lines, and lives no longer than the guest does.
    ///
    /// It is a child of the guest's PID 1: one of ours would be stopped with all others when the guest goes
    /// down, and nobody would wait for its end, for which the guest's end waits.
    pub(crate) fn start_program(&self, argv: &[&str]) -> Lines {
        let argv = [&["sh", "-c", "\"$@\" &", "sh"], argv].concat();
        let mut child = self.command(&argv).stdout(Stdio::piped()).spawn().expect("it starts");
        let lines = Lines::of(&mut child);
        assert!(child.wait().expect("it is ours").success());
        lines
    }

    /// Runs a program until what it writes is as it should be, and returns that.
    #[track_caller]
    pub(crate) fn until<T>(&self, argv: &[&str], wanted: impl Fn(&Output) -> Option<T>) -> T {
        let mut last = None;
        // A child each time takes longer than it takes the guest to get on.
        for _ in 0..1_000 {
            let output = self.run(argv);
            if let Some(found) = wanted(&output) {
                return found;
            }
            last = Some(output);
        }
        panic!("{argv:?} never said it, but {last:?}");
    }

    /// Waits for the guest's end, and returns how `e2e/boot` calls it.
    pub(crate) fn end(mut self) -> String {
        self.console.next()
    }

    fn command(&self, argv: &[&str]) -> Command {
        let mut run = command(e2e("run"));
        run.arg(&self.init).args(argv);
        run
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        drop(self.power.take());
        self.boot.wait().expect("it is ours");
    }
}

/// The lines that a child writes, each waited for only so long.
pub(crate) struct Lines(Receiver<String>);

impl Lines {
    fn of(child: &mut Child) -> Self {
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, receiver) = sync_channel(64);
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    #[track_caller]
    pub(crate) fn next(&mut self) -> String {
        match self.0.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("no line within {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("it has ended"),
        }
    }
}

/// The folder of a root file system, or what is missing.
fn folder(rootfs: &str) -> Result<PathBuf, String> {
    let folder = std::env::var_os("GRACE_E2E_ROOTFS").ok_or(
        "GRACE_E2E_ROOTFS does not name a folder of root file systems; `e2e/mkrootfs` makes one",
    )?;
    let folder = Path::new(&folder).join(rootfs);
    if !folder.join("usr/lib/systemd/systemd").exists() {
        return Err(format!("{}: no root file system", folder.display()));
    }
    if fs::metadata("/proc/self").is_ok_and(|me| me.uid() != 0) {
        return Err("only root can boot a guest".to_owned());
    }
    let nspawn = command("systemd-nspawn").arg("--version").output();
    nspawn.map_err(|error| format!("systemd-nspawn: {error}"))?;
    Ok(folder)
}

fn e2e(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e").join(script)
}

fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests' own children, waited for")]
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}
