//! The notifier contract over every service that speaks HTTP, each played by a server on loopback.

mod support;

use std::sync::Arc;

use grace_core::Notifier;
use grace_sim::contract::notifier::{NotifierSubject, Taken};

use self::support::build::notifier_at;
use self::support::server::{Conduct, Loopback};
use self::support::services::{self, HttpService};

/// A service that takes messages, and servers that do not.
struct Subject {
    service: HttpService,
    willing: Loopback,
    unwilling: Vec<Loopback>,
}

impl Subject {
    fn new(service: HttpService) -> Self {
        let willing = Loopback::start(Conduct::says(200, service.answer));
        let mut conducts = vec![
            Conduct::says(500, "out of order"),
            Conduct::says(503, ""),
            Conduct::says(429, r#"{"retry_after":3}"#),
            Conduct::says(400, "bad request"),
            Conduct::says(401, ""),
            Conduct::says(404, "no such thing"),
            Conduct::Says(302, "location: http://127.0.0.1:9/\r\n", String::new()),
            Conduct::Babbles,
            Conduct::BreaksOff,
            Conduct::Closes,
        ];
        if service.confirms {
            conducts.push(Conduct::says(200, "<html>Log in to the hotel's network</html>"));
            conducts.push(Conduct::says(200, r#"{"ok":false,"description":"chat not found"}"#));
        }
        let unwilling = conducts.into_iter().map(Loopback::start).collect();
        Self { service, willing, unwilling }
    }
}

impl NotifierSubject for Subject {
    type Port = Arc<dyn Notifier>;

    fn service(&self) -> Self::Port {
        notifier_at(&self.service, &self.willing.url())
    }

    fn unwilling(&self) -> Vec<Self::Port> {
        let urls = self.unwilling.iter().map(Loopback::url);
        let nobody = ["http://127.0.0.1:9", "http://no-such-host.invalid"].map(str::to_owned);
        urls.chain(nobody).map(|url| notifier_at(&self.service, &url)).collect()
    }

    fn taken(&self) -> Vec<Taken> {
        let received = self.willing.received().into_iter();
        let taken = received.map(|request| {
            let text = (self.service.text)(&request.json());
            Taken::new(request.headers["x-grace-event-id"].clone(), text)
        });
        taken.collect()
    }

    fn says_cut(&self) -> Option<&'static str> {
        self.service.cuts.then_some("lines cut]")
    }
}

mod ntfy {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::NTFY)));
}

mod gotify {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::GOTIFY)));
}

mod discord {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::DISCORD)));
}

mod telegram {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::TELEGRAM)));
}

mod telegram_markdown {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::TELEGRAM_MARKDOWN)));
}

mod apprise {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::APPRISE)));
}

mod webhook {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::WEBHOOK)));
}

mod alertmanager {
    use super::{Subject, services};

    grace_sim::contract!(notifier, Some(Subject::new(services::ALERTMANAGER)));
}
