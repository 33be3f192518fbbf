use std::{borrow::Cow, collections::HashMap};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use wharf_core::Error;
use wharf_model::{Region, Regions};

use crate::{
    Action, ApiError, COMMON_CODES, Call, Encode, Facts, Field, Message, Parameter, Path, Refusal, RegionUse,
    flat::cut, request::missing, say,
};

/// A product of the cloud: its name, its version, its actions, and the codes for what is refused.
pub struct Product {
    /// The name that signatures and hosts carry, such as `tcr`.
    pub service: &'static str,
    /// `X-TC-Version`.
    pub version: &'static str,
    errors: fn(&Error) -> &'static [&'static str],
    values: &'static [&'static str],
    facts: fn(&str) -> Option<&'static Facts>,
    actions: HashMap<&'static str, Entry>,
}

/// An action as declared, for tests and documentation.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The action's name.
    pub name: &'static str,
    /// What it does here, a sentence or more.
    pub meaning: &'static str,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it answers, without `RequestId`.
    pub output: Vec<Field>,
}

/// Calls a second where an action documents none: what nearly all of them have.
const USUAL_RATE: u32 = 20;

type Run = fn(Map<String, Value>, Call) -> BoxFuture<'static, Result<Map<String, Value>, Failure>>;

struct Entry {
    run: Run,
    decode: fn(&Map<String, Value>) -> Result<(), Refusal>,
    declaration: fn() -> Declaration,
}

/// Why an action answers no output.
enum Failure {
    /// The parameters are not as declared.
    Request(Refusal),
    /// Core refused or failed.
    Core(Error),
}

impl Product {
    /// A product without actions. `errors` lists, for each of core's errors, the codes that fit, the best first, and
    /// `values` those for a parameter whose value its declaration does not allow; `facts` tells what is documented of
    /// each action that the API has, whether it is added here or not.
    pub fn new(
        service: &'static str,
        version: &'static str,
        errors: fn(&Error) -> &'static [&'static str],
        values: &'static [&'static str],
        facts: fn(&str) -> Option<&'static Facts>,
    ) -> Self {
        Self { service, version, errors, values, facts, actions: HashMap::new() }
    }

    /// Adds an action.
    #[must_use]
    pub fn action<A: Action>(mut self) -> Self {
        let declaration = || Declaration {
            name: A::NAME,
            meaning: A::MEANING,
            parameters: A::parameters(),
            output: A::Output::fields(),
        };
        let decode = |parameters: &Map<_, _>| A::from_object(parameters, &Path::default()).map(drop);
        self.actions.insert(A::NAME, Entry { run: run::<A>, decode, declaration });
        self
    }

    /// Every action as declared, by name.
    pub fn declarations(&self) -> Vec<Declaration> {
        let mut declarations: Vec<_> = self.actions.values().map(|entry| (entry.declaration)()).collect();
        declarations.sort_by_key(|declaration| declaration.name);
        declarations
    }

    /// What is documented of an action; none where the API has no such action.
    pub fn facts(&self, action: &str) -> Option<&'static Facts> {
        (self.facts)(action)
    }

    /// How often an action may be called, in a second, by one account in one region.
    pub fn rate(&self, action: &str) -> u32 {
        self.facts(action).map_or(USUAL_RATE, |facts| facts.rate)
    }

    /// Whether the action is there and takes these parameters. Nothing is done.
    ///
    /// # Errors
    /// `InvalidAction`, `UnsupportedOperation`; as [`Decode::decode`](crate::Decode::decode).
    pub fn check(&self, action: &str, parameters: &Map<String, Value>) -> Result<(), ApiError> {
        let entry = self.find(action)?;
        (entry.decode)(parameters).map_err(|refusal| self.refused(action, refusal))
    }

    /// Whether the API has an action of that name.
    pub fn knows(&self, name: &str) -> bool {
        self.actions.contains_key(name) || self.facts(name).is_some()
    }

    /// Refuses an action that is not there.
    ///
    /// # Errors
    /// `UnsupportedOperation` where the API has it, else `InvalidAction`.
    pub(crate) fn expect(&self, name: &str) -> Result<(), ApiError> {
        self.find(name).map(drop)
    }

    fn find(&self, name: &str) -> Result<&Entry, ApiError> {
        self.actions.get(name).ok_or_else(|| {
            if !self.knows(name) {
                return invalid_action(name);
            }
            let message =
                say!("The action `{name}` is not supported here yet.", "此处尚不支持接口 `{name}`。");
            ApiError::new("UnsupportedOperation", message)
        })
    }

    /// The region of a call, as the action uses it, out of `regions`. For one that uses none it is the first. An action
    /// that the cloud offers in some regions only is offered in all where the configuration has none of these.
    ///
    /// # Errors
    /// `MissingParameter`; `UnsupportedRegion`, with what is allowed.
    pub(crate) fn region(
        &self,
        action: &str,
        name: Option<&str>,
        regions: Regions,
    ) -> Result<&'static Region, ApiError> {
        let all = regions.all().iter().map(|region| region.name);
        let mut allowed: Vec<_> = match self.facts(action).map(|facts| facts.region) {
            Some(RegionUse::Unused) => return Ok(&regions.all()[0]),
            Some(RegionUse::OneOf(names)) => all.clone().filter(|name| names.contains(name)).collect(),
            Some(RegionUse::Required) | None => Vec::new(),
        };
        if allowed.is_empty() {
            allowed = all.collect();
        }
        let name = name.ok_or_else(|| missing("Region"))?;
        regions.named(name).filter(|region| allowed.contains(&region.name)).ok_or_else(|| {
            let (shown, english, chinese) = (cut(name), allowed.join(", "), allowed.join("、"));
            let message = say!(
                "`{action}` is not offered in the region `{shown}`, only in {english}.",
                "接口 `{action}` 不支持地域 `{shown}`，支持的地域为 {chinese}。"
            );
            ApiError::new("UnsupportedRegion", message)
        })
    }

    /// Runs the action of that name.
    pub(crate) async fn run(
        &self,
        name: &str,
        parameters: Map<String, Value>,
        call: Call,
    ) -> Result<Map<String, Value>, ApiError> {
        let entry = self.find(name)?;
        (entry.run)(parameters, call).await.map_err(|failure| match failure {
            Failure::Request(refusal) => self.refused(name, refusal),
            Failure::Core(error) => self.answer(name, &error),
        })
    }

    fn refused(&self, action: &str, refusal: Refusal) -> ApiError {
        refusal.answer(self.code(action, self.values))
    }

    /// The answer for an error of core. What is not the caller's fault goes to the log.
    fn answer(&self, action: &str, error: &Error) -> ApiError {
        let code = Cow::Borrowed(self.code(action, (self.errors)(error)));
        if error.is_internal() {
            tracing::error!(action, %error, "an action failed");
            return ApiError { code, message: Message::internal() };
        }
        ApiError { code, message: Message::of(error) }
    }

    /// The first of the codes that the action documents, else the first that every action may answer.
    fn code(&self, action: &str, codes: &[&'static str]) -> &'static str {
        let documented = self.facts(action).map_or(&[][..], |facts| facts.errors);
        let own = codes.iter().find(|code| documented.contains(code));
        let code = own.or_else(|| codes.iter().find(|code| COMMON_CODES.contains(code)));
        code.copied().unwrap_or("FailedOperation")
    }
}

pub(crate) fn invalid_action(name: &str) -> ApiError {
    let name = cut(name);
    let message = say!(
        "There is no action `{name}` in this version of the product.",
        "该产品的这个版本没有接口 `{name}`。"
    );
    ApiError::new("InvalidAction", message)
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

#[cfg(test)]
mod tests {
    use wharf_core::Error;
    use wharf_model::Regions;

    use super::{Facts, Product, RegionUse};

    fn facts(action: &str) -> Option<&'static Facts> {
        match action {
            "Anywhere" => {
                Some(&Facts { errors: &["OperationDenied"], region: RegionUse::Required, rate: 20 })
            }
            "Somewhere" => {
                Some(&Facts { errors: &[], region: RegionUse::OneOf(&["ap-beijing", "ap-chengdu"]), rate: 1 })
            }
            "Nowhere" => Some(&Facts { errors: &[], region: RegionUse::Unused, rate: 100 }),
            _ => None,
        }
    }

    fn product() -> Product {
        Product::new(
            "p",
            "2020-01-01",
            |_| &["OperationDenied", "FailedOperation.X", "ResourceInUse"],
            &[],
            facts,
        )
    }

    #[test]
    fn a_region_is_looked_at_as_the_action_uses_it() {
        let product = product();
        let region = |action, name| {
            product
                .region(action, name, Regions::default())
                .map(|region| region.name)
                .map_err(|error| (error.code, error.message))
        };
        assert_eq!(region("Anywhere", Some("ap-guangzhou")).unwrap(), "ap-guangzhou");
        assert_eq!(region("Somewhere", Some("ap-chengdu")).unwrap(), "ap-chengdu");
        assert!(region("Nowhere", None).is_ok() && region("Nowhere", Some("mars")).is_ok());
        assert_eq!(region("Anywhere", None).unwrap_err().0, "MissingParameter");
        for (action, name) in [("Anywhere", "mars"), ("Somewhere", "ap-guangzhou"), ("Somewhere", "mars")] {
            let (code, message) = region(action, Some(name)).unwrap_err();
            assert_eq!(code, "UnsupportedRegion");
            for message in [message.english, message.chinese] {
                assert!(message.contains(name) && message.contains("ap-beijing"), "{message}");
            }
        }
    }

    #[test]
    fn configured_regions_are_all_that_there_are() {
        let product = product();
        let own = Regions::configured([(900, "mars".to_owned(), "m".to_owned())]).unwrap();
        for action in ["Anywhere", "Somewhere"] {
            assert_eq!(product.region(action, Some("mars"), own).unwrap().id, 900);
            let error = product.region(action, Some("ap-beijing"), own).unwrap_err();
            assert_eq!(error.code, "UnsupportedRegion");
        }
        assert_eq!(product.region("Nowhere", None, own).unwrap().name, "mars");
    }

    #[test]
    fn an_action_answers_what_it_documents_or_what_is_common() {
        let product = product();
        let code = |action| product.answer(action, &Error::Unauthenticated).code;
        assert_eq!(code("Anywhere"), "OperationDenied");
        assert_eq!(code("Nowhere"), "ResourceInUse");
        let product = Product::new("p", "2020-01-01", |_| &["OperationDenied"], &[], facts);
        assert_eq!(product.answer("Nowhere", &Error::Unauthenticated).code, "FailedOperation");
    }
}
