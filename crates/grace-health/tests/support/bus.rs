//! A system bus of the test's own, on which python-dbusmock plays systemd and logind.

use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use grace_health::SystemBus;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

pub(crate) const SYSTEMD: &str = "org.freedesktop.systemd1";
pub(crate) const LOGIND: &str = "org.freedesktop.login1";

/// What is needed, and where Debian has it.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("dbus-daemon", &["dbus-daemon", "--version"]),
    ("busctl", &["busctl", "--version"]),
    ("python3-dbusmock", &["/usr/bin/python3", "-c", "import dbusmock"]),
];

/// A bus, and who is on it. All of it ends with this.
pub(crate) struct PrivateBus {
    dir: TempDir,
    daemon: Option<Process>,
    systemd: Option<Process>,
    logind: Option<Process>,
}

impl PrivateBus {
    /// A bus with nobody on it. `None`, and a line that says so, where it cannot be had.
    pub(crate) async fn empty() -> Option<Self> {
        for (package, argv) in PROGRAMS {
            let found = command(argv).output();
            if !found.is_ok_and(|output| output.status.success()) {
                println!("skipped: {package} is not there");
                return None;
            }
        }
        let dir = TempDir::new().unwrap();
        let mut bus = Self { dir, daemon: None, systemd: None, logind: None };
        bus.start().await;
        Some(bus)
    }

    /// A bus with a systemd that runs and has no failed unit, and a logind that has no plan.
    pub(crate) async fn host() -> Option<Self> {
        let mut bus = Self::empty().await?;
        bus.start_systemd().await;
        bus.start_logind(Logind::Of257).await;
        Some(bus)
    }

    pub(crate) fn address(&self) -> String {
        format!("unix:path={}", self.dir.path().join("bus").display())
    }

    pub(crate) fn bus(&self) -> SystemBus {
        SystemBus::at(self.address())
    }

    /// Starts the bus itself.
    pub(crate) async fn start(&mut self) {
        let config = self.dir.path().join("bus.conf");
        let text = format!(
            "<busconfig><type>system</type><listen>{}</listen><auth>EXTERNAL</auth>\
             <policy context='default'><allow send_destination='*' eavesdrop='true'/>\
             <allow eavesdrop='true'/><allow own='*'/></policy></busconfig>",
            self.address()
        );
        fs::write(&config, text).unwrap();
        let config = format!("--config-file={}", config.display());
        let argv = ["dbus-daemon", &config, "--nofork", "--nopidfile"];
        self.daemon = Some(Process::start(&argv, &self.address()));
        self.until("the bus answers", |bus| bus.try_call("list").status.success()).await;
    }

    /// Ends the bus; whoever is on it goes too.
    pub(crate) fn stop(&mut self) {
        (self.systemd, self.logind) = (None, None);
        self.daemon = None;
        fs::remove_file(self.dir.path().join("bus")).unwrap();
    }

    /// The bus is there, and does not answer.
    pub(crate) fn freeze(&self) {
        let daemon = self.daemon.as_ref().expect("it runs");
        assert!(
            command(&["kill", "-STOP", &daemon.0.id().to_string()]).status().unwrap().success()
        );
    }

    pub(crate) async fn start_systemd(&mut self) {
        self.systemd = Some(self.play(SYSTEMD, "/org/freedesktop/systemd1").await);
        self.fill(SYSTEMD, &["SystemState s running", "FinishTimestampMonotonic t 12500000"]);
        self.answer("Subscribe", "", "", "");
        self.answer("ListUnitsByPatterns", "asas", "a(ssssssouso)", &self.list("units"));
        self.answer("ListJobs", "", "a(usssoo)", &self.list("jobs"));
        self.add_unit("local_2dfs_2etarget", "Requires as 0 Wants as 0");
        self.add_unit(
            "remote_2dfs_2etarget",
            "Requires as 1 mnt-nas.mount Wants as 1 mnt-usb.mount",
        );
        self.add_unit("multi_2duser_2etarget", "Requires as 0 Wants as 1 tmp.mount");
    }

    /// A unit of the name that its path has, with these properties.
    pub(crate) fn add_unit(&self, name: &str, properties: &str) {
        let path = format!("/org/freedesktop/systemd1/unit/{name}");
        let count = if properties.contains("Wants") { 2 } else { 1 };
        let rest = format!("{count} {properties} 0");
        let first = [path.as_str(), "org.freedesktop.systemd1.Unit"];
        self.mock(SYSTEMD, "AddObject ssa{sv}a(ssss)", &first, &rest);
    }

    /// The mount units, `NAME STATE`, as systemd lists them from now on.
    pub(crate) fn set_mounts(&self, mounts: &[(&str, &str)]) {
        self.write("units", mounts, |(name, state)| {
            let path = name.replace('-', "_2d").replace('.', "_2e");
            let path = format!("/org/freedesktop/systemd1/unit/{path}");
            format!("('{name}', 'Words', 'loaded', '{state}', '', '', '{path}', 0, '', '/')")
        });
    }

    pub(crate) async fn start_logind(&mut self, version: Logind) {
        self.logind = Some(self.play(LOGIND, "/org/freedesktop/login1").await);
        self.fill(
            LOGIND,
            &[
                "PreparingForShutdown b false",
                "PreparingForSleep b false",
                "ScheduledShutdown (st) - 0",
            ],
        );
        if version == Logind::Of257 {
            self.fill(LOGIND, &["PreparingForShutdownWithMetadata a{sv} 1 preparing b false"]);
        }
    }

    /// python-dbusmock's own logind, which gives locks and knows who has them.
    pub(crate) async fn start_logind_template(&mut self) {
        let argv = ["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind"];
        self.logind = Some(Process::start(&argv, &self.address()));
        self.until("the mock answers", |bus| bus.has(LOGIND)).await;
    }

    /// Who has a lock, as busctl prints them.
    pub(crate) fn inhibitors(&self) -> String {
        let output = self.try_call(&format!(
            "call {LOGIND} /org/freedesktop/login1 {LOGIND}.Manager ListInhibitors"
        ));
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The unique names of everyone on the bus.
    pub(crate) fn clients(&self) -> Vec<String> {
        let output = self.try_call("list --no-legend --unique");
        let names = String::from_utf8(output.stdout).unwrap();
        names.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    }

    /// Ends logind alone.
    pub(crate) async fn stop_logind(&mut self) {
        self.logind = None;
        self.until("logind is gone", |bus| !bus.has(LOGIND)).await;
    }

    /// The failed units, `NAME SUBSTATE`, as systemd lists them from now on.
    pub(crate) fn set_units(&self, units: &[(&str, &str)]) {
        self.write("units", units, |(name, sub)| {
            format!("('{name}', 'Words', 'loaded', 'failed', '{sub}', '', '/u', 0, '', '/')")
        });
    }

    /// The jobs, `UNIT STATE`, as systemd lists them from now on.
    pub(crate) fn set_jobs(&self, jobs: &[(&str, &str)]) {
        self.write("jobs", jobs, |(unit, state)| {
            format!("(7, '{unit}', 'start', '{state}', '/j', '/u')")
        });
    }

    /// Changes a property, written as busctl does: `SystemState s degraded`. A dash is the empty word.
    pub(crate) fn set(&self, service: &str, property: &str) {
        let properties = format!("1 {property}");
        self.mock(service, "UpdateProperties sa{sv}", &[&interface(service)], &properties);
    }

    /// Changes a property and tells nobody.
    pub(crate) fn set_silently(&self, service: &str, property: &str) {
        let code = "self.props[args[0]][args[1]] = args[2]";
        let method = ["", "SetSilently", "ssv", "", code];
        self.mock(service, "AddMethod sssss", &method, "");
        let path = format!("/{}", service.replace('.', "/"));
        let (name, value) = property.split_once(' ').unwrap();
        let of = interface(service);
        let output = self
            .try_call(&format!("call {service} {path} {of} SetSilently ssv {of} {name} {value}"));
        assert!(output.status.success(), "{output:?}");
    }

    /// Sends a signal of the service with these arguments, such as `b true`.
    pub(crate) fn emit(&self, service: &str, signal: &str, arguments: &[&str]) {
        self.emit_of(service, &interface(service), signal, arguments);
    }

    /// Schedules a shutdown, or `-` for none, as a new logind does: it tells.
    pub(crate) fn schedule(&self, word: &str) {
        self.set_silently(LOGIND, &format!("ScheduledShutdown (st) {word} 7"));
        self.tell_schedule(word);
    }

    /// Tells that what is scheduled has changed to this, and keeps nothing of it.
    pub(crate) fn tell_schedule(&self, word: &str) {
        let of = format!("s {}", interface(LOGIND));
        let changed = format!("a{{sv}} 1 ScheduledShutdown (st) {word} 7");
        let arguments = [of.as_str(), &changed, "as 0"];
        self.emit_of(LOGIND, "org.freedesktop.DBus.Properties", "PropertiesChanged", &arguments);
    }

    fn emit_of(&self, service: &str, interface: &str, signal: &str, arguments: &[&str]) {
        let signature = arguments.iter().filter_map(|one| one.split(' ').next());
        let signature: String = signature.collect();
        let arguments = format!("{} {}", arguments.len(), arguments.join(" "));
        self.mock(service, "EmitSignal sssav", &[interface, signal, &signature], &arguments);
    }

    /// Runs `busctl` here.
    pub(crate) fn try_call(&self, words: &str) -> Output {
        self.busctl(words.split(' ').map(|word| if word == "-" { "" } else { word }))
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !is_so(self) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(20), waiting).await.unwrap_or_else(|_| panic!("until {what}"));
    }

    fn has(&self, service: &str) -> bool {
        self.try_call(&format!("status {service}")).status.success()
    }

    async fn play(&self, service: &str, path: &str) -> Process {
        let argv =
            ["/usr/bin/python3", "-m", "dbusmock", "--system", service, path, &interface(service)];
        let process = Process::start(&argv, &self.address());
        self.until("the mock answers", |bus| bus.has(service)).await;
        process
    }

    fn fill(&self, service: &str, properties: &[&str]) {
        let properties = format!("{} {}", properties.len(), properties.join(" "));
        self.mock(service, "AddProperties sa{sv}", &[&interface(service)], &properties);
    }

    fn answer(&self, method: &str, takes: &str, gives: &str, code: &str) {
        let argv = [&interface(SYSTEMD), method, takes, gives, code];
        self.mock(SYSTEMD, "AddMethod sssss", &argv, "");
    }

    /// A call of the mock's own interface.
    fn mock(&self, service: &str, method: &str, first: &[&str], rest: &str) {
        let path = format!("/{}", service.replace('.', "/"));
        let call = ["call", service, &path, "org.freedesktop.DBus.Mock"];
        let rest = rest.split(' ').filter(|word| !word.is_empty());
        let rest = rest.map(|word| if word == "-" { "" } else { word });
        let words = call.into_iter().chain(method.split(' ')).chain(first.iter().copied());
        let output = self.busctl(words.chain(rest));
        assert!(output.status.success(), "{method} {first:?}: {output:?}");
    }

    fn busctl<'a>(&self, words: impl Iterator<Item = &'a str>) -> Output {
        let address = format!("--address={}", self.address());
        let mut busctl = command(&["busctl", &address, "--timeout=10", "--no-pager"]);
        busctl.args(words).output().unwrap()
    }

    /// Python that answers with the list in a file, which may be written at any time.
    fn list(&self, name: &str) -> String {
        let path = self.dir.path().join(name);
        fs::write(&path, "[]").unwrap();
        format!("ret = eval(open('{}').read())", path.display())
    }

    fn write<T>(&self, name: &str, entries: &[T], tuple: impl Fn(&T) -> String) {
        let entries: Vec<_> = entries.iter().map(tuple).collect();
        fs::write(self.dir.path().join(name), format!("[{}]", entries.join(", "))).unwrap();
    }
}

/// How old logind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logind {
    /// As in Debian 12: it neither names a shutdown's kind nor tells when its plans change.
    Of252,
    Of257,
}

fn interface(service: &str) -> String {
    format!("{service}.Manager")
}

/// A child that is killed and waited for when this goes.
struct Process(Child);

impl Process {
    fn start(argv: &[&str], address: &str) -> Self {
        let mut command = command(argv);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", address);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().expect("it is ours");
        self.0.wait().expect("it is ours");
    }
}

fn command(argv: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests' own children, waited for")]
    let mut command = Command::new(argv[0]);
    command.args(&argv[1..]).stdin(Stdio::null());
    command
}
