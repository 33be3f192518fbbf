use std::{borrow::Cow, collections::HashMap};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use wharf_core::Error;

use crate::{Action, ApiError, COMMON_CODES, Call, Parameter, Path};

/// A product of the cloud: its name, its version, its actions, and the codes for core's errors.
pub struct Product {
    /// The name that signatures and hosts carry, such as `tcr`.
    pub service: &'static str,
    /// `X-TC-Version`.
    pub version: &'static str,
    errors: fn(&Error) -> &'static [&'static str],
    documented: fn(&str) -> &'static [&'static str],
    rate: fn(&str) -> Option<u32>,
    needs_region: bool,
    actions: HashMap<&'static str, Entry>,
}

/// An action as declared, for tests and documentation.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The action's name.
    pub name: &'static str,
    /// What it takes.
    pub parameters: Vec<Parameter>,
}

/// Calls a second where an action documents none: what nearly all of them have.
const USUAL_RATE: u32 = 20;

type Run = fn(Map<String, Value>, Call) -> BoxFuture<'static, Result<Map<String, Value>, Failure>>;

struct Entry {
    run: Run,
    declaration: fn() -> Declaration,
}

/// Why an action answers no output.
enum Failure {
    /// The request was not understood.
    Request(ApiError),
    /// Core refused or failed.
    Core(Error),
}

impl Product {
    /// A product without actions. `errors` lists, for each of core's errors, the codes that fit, the best first;
    /// `documented` the codes of an action beside the common ones.
    pub fn new(
        service: &'static str,
        version: &'static str,
        errors: fn(&Error) -> &'static [&'static str],
        documented: fn(&str) -> &'static [&'static str],
    ) -> Self {
        Self {
            service,
            version,
            errors,
            documented,
            rate: |_| None,
            needs_region: true,
            actions: HashMap::new(),
        }
    }

    /// Takes over how many calls a second the product documents for its actions.
    #[must_use]
    pub fn rated(self, rate: fn(&str) -> Option<u32>) -> Self {
        Self { rate, ..self }
    }

    /// Says that the product is the same in all regions: a call need not name one.
    #[must_use]
    pub fn global(self) -> Self {
        Self { needs_region: false, ..self }
    }

    /// Whether a call must name a region.
    pub(crate) fn needs_region(&self) -> bool {
        self.needs_region
    }

    /// Adds an action.
    #[must_use]
    pub fn action<A: Action>(mut self) -> Self {
        let declaration = || Declaration { name: A::NAME, parameters: A::parameters() };
        self.actions.insert(A::NAME, Entry { run: run::<A>, declaration });
        self
    }

    /// Every action as declared, by name.
    pub fn declarations(&self) -> Vec<Declaration> {
        let mut declarations: Vec<_> = self.actions.values().map(|entry| (entry.declaration)()).collect();
        declarations.sort_by_key(|declaration| declaration.name);
        declarations
    }

    /// Calls a second that a caller may make of an action in a region.
    pub fn rate(&self, action: &str) -> u32 {
        (self.rate)(action).unwrap_or(USUAL_RATE)
    }

    /// Whether there is an action of that name.
    pub fn has(&self, name: &str) -> bool {
        self.actions.contains_key(name)
    }

    /// Runs the action of that name.
    pub(crate) async fn run(
        &self,
        name: &str,
        parameters: Map<String, Value>,
        call: Call,
    ) -> Result<Map<String, Value>, ApiError> {
        let entry = self.actions.get(name).ok_or_else(|| invalid_action(name))?;
        (entry.run)(parameters, call).await.map_err(|failure| match failure {
            Failure::Request(error) => error,
            Failure::Core(error) => self.answer(name, &error),
        })
    }

    /// The first code that fits the error and that the action documents, else the first that every action may answer.
    /// What is not the caller's fault goes to the log.
    fn answer(&self, action: &str, error: &Error) -> ApiError {
        let (codes, documented) = ((self.errors)(error), (self.documented)(action));
        let own = codes.iter().find(|code| documented.contains(code));
        let code = own.or_else(|| codes.iter().find(|code| COMMON_CODES.contains(code))).or(codes.first());
        let code = code.copied().unwrap_or("InternalError");
        if error.is_internal() {
            tracing::error!(action, %error, "an action failed");
            return ApiError::new(
                code,
                "The server failed at this request. Its log has the reason under the RequestId.",
            );
        }
        ApiError { code: Cow::Borrowed(code), message: error.to_string() }
    }
}

pub(crate) fn invalid_action(name: &str) -> ApiError {
    let name: String = name.chars().take(64).collect();
    ApiError::new("InvalidAction", format!("There is no action `{name}` in this version of the product."))
}

fn run<A: Action>(
    parameters: Map<String, Value>,
    call: Call,
) -> BoxFuture<'static, Result<Map<String, Value>, Failure>> {
    Box::pin(async move {
        let input = A::from_object(&parameters, &Path::default()).map_err(Failure::Request)?;
        let output = input.run(call).await.map_err(Failure::Core)?;
        match serde_json::to_value(output) {
            Ok(Value::Object(output)) => Ok(output),
            _ => Err(Failure::Core(Error::Internal(format!("the output of {} is no object", A::NAME)))),
        }
    })
}
