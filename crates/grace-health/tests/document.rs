//! Health documents of other monitors: from a file, a command and a server, in every shape.

#[path = "support/server.rs"]
mod server;
mod support;

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use grace_core::wire::{CategoryMapping, ChecksMapping, HealthMapping};
use grace_core::{HealthSource, PortErrorKind, Status};
use grace_health::{Document, Endpoint};
use grace_sim::contract::health::{HealthSubject, Names, Scene};
use server::{Reply, Server};
use support::{Tree, print};

/// A monitor's document of a scene, in the shape with `details`.
fn json(scene: Scene) -> &'static str {
    match scene {
        Scene::Well => {
            r#"{"overall": "OK", "details": {"storage": {"status": "OK", "checks": {
                "local": {"status": "OK"}, "nas": {"status": "OK"}}}}}"#
        }
        Scene::Ill => {
            r#"{"overall": "CRITICAL", "details": {"storage": {"status": "CRITICAL", "checks": {
                "local": {"status": "OK"}, "nas": {"status": "CRITICAL", "detail": "gone"}}}}}"#
        }
        Scene::Spoilt => {
            r#"{"overall": "OK", "details": {"storage": {"status": "OK", "checks": {
                "local": {"status": "OK"}, "nas": {"status": "sideways"}}}}}"#
        }
    }
}

const NAMES: Names = Names { category: "storage", well: "local", ill: "nas", spoilt: "nas" };

/// What is written where a document should be.
const NO_DOCUMENTS: [&str; 5] = ["", "OK", "[]", "{\"overall\": \"OK\"", "<html>OK</html>"];

struct FileHost(Tree);

impl HealthSubject for FileHost {
    type Port = Document;

    fn host(&self) -> Document {
        Document::file("monitor", self.0.path().join("health.json"))
    }

    fn set(&self, scene: Scene) {
        self.0.write("health.json", json(scene));
    }

    fn names(&self) -> Names {
        NAMES
    }

    fn unreadable(&self) -> Vec<Document> {
        self.0.directory("directory");
        let mut paths = vec!["missing".to_owned(), "directory".to_owned()];
        for (number, text) in NO_DOCUMENTS.iter().enumerate() {
            self.0.write(&number.to_string(), text);
            paths.push(number.to_string());
        }
        let document = |path: String| Document::file("monitor", self.0.path().join(path));
        paths.into_iter().map(document).collect()
    }
}

struct CommandHost(Tree);

impl HealthSubject for CommandHost {
    type Port = Document;

    fn host(&self) -> Document {
        let path = self.0.path().join("health.json").display().to_string();
        Document::command("monitor", "/bin/cat", [path])
    }

    fn set(&self, scene: Scene) {
        self.0.write("health.json", json(scene));
    }

    fn names(&self) -> Names {
        NAMES
    }

    fn unreadable(&self) -> Vec<Document> {
        let mut documents: Vec<_> = NO_DOCUMENTS
            .iter()
            .map(|text| Document::command("monitor", "/bin/echo", [*text]))
            .collect();
        documents.push(Document::command("monitor", "/nowhere/monitor", [""; 0]));
        documents.push(Document::command("monitor", "/bin/false", [""; 0]));
        documents.push(Document::command("monitor", "/bin/cat", ["/nowhere"]));
        documents
    }
}

struct HttpHost(Server);

impl HttpHost {
    async fn new() -> Self {
        Self(Server::plain().await)
    }

    fn at(&self, path: &str) -> Document {
        let endpoint = Endpoint::new(&self.0.url(path)).expect("a URL");
        Document::http("monitor", endpoint).expect("a client")
    }
}

impl HealthSubject for HttpHost {
    type Port = Document;

    fn host(&self) -> Document {
        self.at("/health")
    }

    fn set(&self, scene: Scene) {
        self.0.on("/health", Reply::json(json(scene)));
    }

    fn names(&self) -> Names {
        NAMES
    }

    fn unreadable(&self) -> Vec<Document> {
        let well = json(Scene::Well);
        self.0.on("/torn", Reply::json(well).cut(20));
        self.0.on("/error", Reply::typed(500, "application/json", well));
        let mut paths = vec!["/missing".to_owned(), "/torn".to_owned(), "/error".to_owned()];
        for (number, text) in NO_DOCUMENTS.iter().enumerate() {
            let path = format!("/{number}");
            self.0.on(&path, Reply::json(text));
            paths.push(path);
        }
        paths.iter().map(|path| self.at(path)).collect()
    }
}

/// The same scenes from a monitor of another shape.
struct MappedHost(Tree);

impl MappedHost {
    fn mapping() -> HealthMapping {
        let at = |pointer: &str| pointer.parse().expect("a pointer");
        let checks = ChecksMapping::new(at("/components")).with_status(at("/state"));
        HealthMapping::new()
            .with_category(CategoryMapping::new("storage").with_checks(checks))
            .with_word("up", Status::Ok)
            .with_word("down", Status::Critical)
    }
}

impl HealthSubject for MappedHost {
    type Port = Document;

    fn host(&self) -> Document {
        let path = self.0.path().join("health.json");
        Document::file("monitor", path).with_mapping(Self::mapping())
    }

    fn set(&self, scene: Scene) {
        let state = match scene {
            Scene::Well => "UP",
            Scene::Ill => "DOWN",
            Scene::Spoilt => "SIDEWAYS",
        };
        let components =
            format!(r#"{{"local": {{"state": "UP"}}, "nas": {{"state": "{state}"}}}}"#);
        self.0.write("health.json", format!(r#"{{"components": {components}}}"#));
    }

    fn names(&self) -> Names {
        NAMES
    }

    fn unreadable(&self) -> Vec<Document> {
        self.0.write("html", "<html>");
        let document = |path: &str| Document::file("monitor", self.0.path().join(path));
        ["missing", "html"].map(|path| document(path).with_mapping(Self::mapping())).into()
    }
}

mod file {
    grace_sim::contract!(health, Some(super::FileHost(super::Tree::new())));
}

mod command {
    grace_sim::contract!(health, Some(super::CommandHost(super::Tree::new())));
}

mod http {
    grace_sim::contract!(health, Some(super::HttpHost::new().await));
}

mod mapped {
    grace_sim::contract!(health, Some(super::MappedHost(super::Tree::new())));
}

/// The reading of a file with this text, which is now or some time old.
async fn read(text: impl AsRef<[u8]>, with: impl FnOnce(Document) -> Document) -> String {
    let tree = Tree::new();
    tree.write("health.json", text);
    let path = tree.path().join("health.json");
    let document = with(Document::file("monitor", path));
    print(document.check().await).replace(&tree.path().display().to_string(), "")
}

#[tokio::test]
async fn a_document_has_its_owners_name_and_its_gaps_say_so() {
    let document = Document::file("rack 7", "/nowhere");
    assert_eq!(document.name(), "rack 7");
    let gaps = read(json(Scene::Spoilt), |document| document).await;
    let words = "? monitor: check nas of category storage: the status \"sideways\" is not known";
    assert!(gaps.ends_with(words), "{gaps}");
}

#[tokio::test]
async fn what_is_no_document_is_malformed_with_its_beginning() {
    let page = format!("<html>\n<h1>Sign in</h1>{}", " ".repeat(1 << 16));
    let words = read(page, |document| document).await;
    assert_eq!(
        words,
        "malformed: /health.json: not a health document: expected value at line 1 column 1: \
         <html> <h1>Sign in</h1>"
    );
    let bomb = format!("{{\"details\": {}", "[".repeat(1 << 20));
    let words = read(bomb, |document| document).await;
    assert!(words.starts_with("malformed: ") && words.len() < 512, "{words}");
}

#[tokio::test]
async fn what_is_not_unicode_costs_its_own_character() {
    let text = b"{\"overall\": \"OK\", \"details\": {\"n\xffs\": {\"status\": \"OK\"}}}";
    assert_eq!(read(text, |document| document).await, "OK\nn\u{fffd}s OK");
}

#[tokio::test]
async fn a_file_that_is_too_long_is_malformed() {
    let words = read(" ".repeat((4 << 20) + 1), |document| document).await;
    assert_eq!(words, "malformed: /health.json: longer than 4194304 bytes");
    let well = json(Scene::Well);
    let longest = format!("{well}{}", " ".repeat((4 << 20) - well.len()));
    assert!(read(longest, |document| document).await.starts_with("OK"));
}

#[tokio::test]
async fn a_pipe_or_a_device_is_no_file_and_is_not_waited_for() {
    let tree = Tree::new();
    let pipe = tree.path().join("pipe");
    if !made_pipe(&pipe).await {
        println!("skipped: mkfifo is missing");
        return;
    }
    for path in [&pipe, Path::new("/dev/zero"), tree.path()] {
        let document = Document::file("monitor", path).with_deadline(Duration::from_secs(60));
        let error = tokio::time::timeout(Duration::from_secs(10), document.check()).await;
        let error = error.expect("an answer at once").expect_err("no file");
        assert_eq!(error.to_string(), format!("{}: not a regular file", path.display()));
    }
}

/// Makes a named pipe, by the program for it.
async fn made_pipe(path: &Path) -> bool {
    let arg = path.display().to_string();
    let made = Document::command("mkfifo", "mkfifo", [arg]).check().await;
    made.expect_err("mkfifo prints nothing").kind() == PortErrorKind::Malformed
}

#[tokio::test]
async fn a_command_is_killed_when_it_is_late() {
    let soon = Duration::from_millis(200);
    let document = Document::command("monitor", "/bin/sleep", ["600"]).with_deadline(soon);
    assert_eq!(print(document.check().await), "timed out: /bin/sleep 600: no answer within 200ms");
}

#[tokio::test]
async fn a_command_that_fails_is_an_error_whatever_it_prints() {
    let script = "echo '{\"overall\": \"OK\", \"details\": {}}'; echo no pool >&2; exit 3";
    let document = Document::command("monitor", "/bin/sh", ["-c", script]);
    let words = print(document.check().await);
    assert!(words.starts_with("failed: /bin/sh -c "), "{words}");
    assert!(words.ends_with("exit status: 3: no pool"), "{words}");
}

/// A monitor that says all is well and one thing is not, at this time.
fn dated(timestamp: &str) -> String {
    format!(
        r#"{{"overall": "OK", "timestamp": {timestamp}, "details": {{
            "cpu": {{"status": "OK", "checks": {{"load": {{"status": "INFO"}}}}}},
            "network": {{"status": "EXCLUDED"}}, "disks": {{"status": "CRITICAL"}}}}}}"#
    )
}

const FRESH: &str = "OK\ncpu OK\n- load INFO\nnetwork EXCLUDED\ndisks CRITICAL";
const STALE: &str = "UNKNOWN\ncpu UNKNOWN\n- load UNKNOWN\nnetwork EXCLUDED\ndisks CRITICAL\n? ";

fn believed(document: Document) -> Document {
    document.with_max_age(Duration::from_secs(3600))
}

#[tokio::test]
async fn of_a_document_that_is_old_nothing_is_well_and_the_bad_stays() {
    let old = dated("\"2020-01-01T00:00:00Z\"");
    assert_eq!(read(&old, |document| document).await, FRESH);
    let stale = read(&old, believed).await;
    assert!(stale.starts_with(&format!("{STALE}monitor: it is ")), "{stale}");
    assert!(stale.ends_with("s old, more than 3600s"), "{stale}");
}

#[tokio::test]
async fn the_time_in_the_document_counts_before_the_files() {
    let future = read(dated("\"2400-01-01T00:00:00Z\""), believed).await;
    assert!(future.starts_with(&format!("{STALE}monitor: it is from the future")), "{future}");
    assert_eq!(read(dated("null"), believed).await, FRESH);
    let odd = read(dated("\"yesterday\""), believed).await;
    let words = "monitor: its age is not known: its time \"yesterday\" is not understood";
    assert_eq!(odd, format!("{STALE}{words}"));
}

#[tokio::test]
async fn a_file_without_a_time_is_as_old_as_its_last_change() {
    let tree = Tree::new();
    tree.write("health.json", dated("null"));
    let path = tree.path().join("health.json");
    let document = believed(Document::file("monitor", &path));
    assert_eq!(print(document.check().await), FRESH);

    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    File::options().write(true).open(&path).and_then(|file| file.set_modified(long_ago)).unwrap();
    let stale = print(document.check().await);
    assert!(stale.starts_with(STALE), "{stale}");
}

#[tokio::test]
async fn a_document_that_does_not_tell_its_time_is_not_believed() {
    let printed = believed(Document::command("monitor", "/bin/echo", [dated("null")]));
    let words = "monitor: its age is not known: no time at /timestamp";
    assert_eq!(print(printed.check().await), format!("{STALE}{words}"));
}

#[tokio::test]
async fn the_time_may_stand_elsewhere() {
    let text = r#"{"overall": "OK", "details": {}, "meta": {"at": 1600000000}}"#;
    let elsewhere = |document: Document| {
        believed(document).with_timestamp("/meta/at".parse().expect("a pointer"))
    };
    let stale = read(text, elsewhere).await;
    assert!(stale.starts_with("UNKNOWN\n? monitor: it is "), "{stale}");
    let gone = read(r#"{"overall": "OK", "details": {}}"#, elsewhere).await;
    assert_eq!(gone, "OK");
}

#[tokio::test]
async fn both_shapes_are_read() {
    let list = r#"{"overall_status": "WARNING", "categories": {"vms": {"status": "WARNING",
        "reason": "CT 101", "checks": [{"name": "CT 101", "status": "WARNING", "message": "slow"}]}}}"#;
    let map = r#"{"overall": "WARNING", "details": {"vms": {"status": "WARNING",
        "reason": "CT 101", "checks": {"CT 101": {"status": "WARNING", "detail": "slow"}}}}}"#;
    for text in [list, map] {
        let reading = read(text, |document| document).await;
        assert_eq!(reading, "WARNING\nvms WARNING: CT 101\n- CT 101 WARNING: slow");
    }
}
