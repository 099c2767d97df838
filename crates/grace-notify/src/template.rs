//! A user's own words for a message: minijinja templates.

use grace_core::Text;
use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use crate::json::MessageDocument;
use crate::render::Markup;

/// How much work one template may make, in minijinja's instructions: a line for each of some thousand guests.
const FUEL: u64 = 1_000_000;

/// What a template may name: the keys of a [`MessageDocument`].
const NAMES: [&str; 14] = [
    "id",
    "attempt",
    "kind",
    "severity",
    "host",
    "title",
    "body",
    "time",
    "at_seconds",
    "sections",
    "details",
    "event",
    "digest",
    "report",
];

const TITLE: &str = "title";
const BODY: &str = "body";

/// A user's own words for title and body. What they see is a [`MessageDocument`].
///
/// The text of a body's template is markup, as it stands. What is put into it is escaped for that markup, as is
/// all text from outside; `| safe` puts it in as it is. What a message does not have is nothing, however deep
/// it is looked for, so that one template does for all kinds.
#[derive(Debug)]
pub(crate) struct Template {
    environment: Environment<'static>,
    title: bool,
    body: bool,
}

impl Template {
    /// Templates for title and body, where there are any.
    pub(crate) fn new(
        title: Option<&str>,
        body: Option<&str>,
        markup: Markup,
    ) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_formatter(move |out, state, value| {
            let markup = if state.name() == BODY { markup } else { Markup::Plain };
            let text = if value.is_none() || value.is_undefined() {
                String::new()
            } else {
                value.to_string()
            };
            let text = if value.is_safe() { text } else { markup.escape(&text) };
            Ok(out.write_str(&text)?)
        });
        for (name, source) in [(TITLE, title), (BODY, body)] {
            if let Some(source) = source {
                let added = environment.add_template_owned(name, source.to_owned());
                added.map_err(|error| TemplateError::new(name, &error))?;
            }
        }
        let template = Self { environment, title: title.is_some(), body: body.is_some() };
        template.check_names()?;
        Ok(template)
    }

    /// Nothing is all that a misspelt name gives, so it is looked for here.
    fn check_names(&self) -> Result<(), TemplateError> {
        let is_known = |name: &str| {
            let mut functions = self.environment.globals();
            NAMES.contains(&name) || functions.any(|(function, _)| function == name)
        };
        for part in [TITLE, BODY] {
            let Ok(template) = self.environment.get_template(part) else { continue };
            let mut names: Vec<_> = template.undeclared_variables(false).into_iter().collect();
            names.sort();
            if let Some(name) = names.iter().find(|name| !is_known(name)) {
                let words = format!("has \"{name}\": there are {}", NAMES.join(", "));
                return Err(TemplateError { part, words: Text::new(words) });
            }
        }
        Ok(())
    }

    /// Whether there are any words of the user's.
    pub(crate) const fn is_used(&self) -> bool {
        self.title || self.body
    }

    /// The title in the user's words, if there are any.
    pub(crate) fn title(&self, message: &MessageDocument<'_>) -> Option<Rendering> {
        self.title.then(|| self.render(TITLE, message))
    }

    /// The body in the user's words, if there are any.
    pub(crate) fn body(&self, message: &MessageDocument<'_>) -> Option<Rendering> {
        self.body.then(|| self.render(BODY, message))
    }

    fn render(&self, name: &'static str, message: &MessageDocument<'_>) -> Rendering {
        let template = self.environment.get_template(name);
        let text = template.and_then(|template| template.render(Serde(message)));
        text.map_err(|error| TemplateError::new(name, &error))
    }
}

/// What a template makes of a message.
pub(crate) type Rendering = Result<String, TemplateError>;

/// Why a template gives no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template for {part}: {words}")]
#[non_exhaustive]
pub struct TemplateError {
    /// `title` or `body`.
    pub part: &'static str,
    /// What is wrong with it, and in which line.
    pub words: Text,
}

impl TemplateError {
    fn new(part: &'static str, error: &minijinja::Error) -> Self {
        let words = match error.kind() {
            ErrorKind::OutOfFuel => "takes too long".to_owned(),
            kind => match error.detail() {
                Some(detail) => format!("{kind}: {detail}"),
                None => kind.to_string(),
            },
        };
        let line = error.line().map_or_else(String::new, |line| format!(" (line {line})"));
        Self { part, words: Text::bounded(&format!("{words}{line}"), 300) }
    }
}
