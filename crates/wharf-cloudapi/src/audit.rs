//! What the audit log is told of a call.

use http::{HeaderMap, request::Parts};
use serde_json::{Map, Value};
use wharf_core::{AuditEvent, Audited, Core, Refusal, SigningCredential};
use wharf_model::{Peer, Region, Timestamp};

use crate::{
    ApiError, Product,
    request::{Envelope, text},
};

/// Parameters that may be noted: names, ids and switches. All others, passwords and whole rules among them, are not.
const NOTED: &[&str] = &[
    "CertificateId",
    "DeleteBucket",
    "DeletionProtection",
    "DestinationNamespace",
    "DestinationRegistryId",
    "DestinationRepo",
    "DestinationTag",
    "Disable",
    "Disabled",
    "Domain",
    "DomainName",
    "DryRun",
    "Duration",
    "Enable",
    "EnableCosVersioning",
    "ExpiresAt",
    "Flag",
    "ForceDelete",
    "Id",
    "ImageVersion",
    "IsAutoScan",
    "IsPreventVUL",
    "IsPublic",
    "ModifyFlag",
    "Name",
    "Namespace",
    "NamespaceName",
    "Operation",
    "Override",
    "Random",
    "RegistryChargeType",
    "RegistryId",
    "RegistryName",
    "RegistryType",
    "ReplicationRegionId",
    "ReplicationRegistryId",
    "RepoName",
    "RepositoryName",
    "Resource",
    "ResourceList",
    "RetentionId",
    "RoleArn",
    "RuleId",
    "Severity",
    "SourceNamespace",
    "SourceReference",
    "SourceRegistryId",
    "SourceRepo",
    "TagKeys",
    "Tags",
    "TargetRegion",
    "TargetStorageName",
    "TokenId",
    "TokenType",
];
/// Items of a list, and characters of a text, that are noted.
const ITEMS: usize = 20;
const CHARACTERS: usize = 256;

/// Codes of calls of which anybody can make as many as they like: whoever signs wrongly, and whoever calls too often.
const STRANGERS: [&str; 2] = ["AuthFailure", "RequestLimitExceeded"];

/// Codes whose messages name the key.
const NAMES_KEY: [&str; 2] = ["AuthFailure.InvalidSecretId", "AuthFailure.SecretIdNotFound"];

/// What is known of a call so far.
pub(crate) struct Trail {
    event: AuditEvent,
    /// Whether it is known who claims to call what.
    is_named: bool,
    /// Whether there is such a key.
    has_key: bool,
    /// Whether core has seen to the event.
    is_told: bool,
}

impl Trail {
    pub(crate) fn begin(parts: &Parts, request_id: &str) -> Self {
        let event = AuditEvent {
            time: Timestamp::now(),
            request_id: Some(request_id.to_owned()),
            account: None,
            owner: None,
            credential: None,
            address: parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_string()),
            product: "unknown".to_owned(),
            action: String::new(),
            region: None,
            resource: None,
            code: None,
            message: None,
            user_agent: client(&parts.headers),
            parameters: None,
        };
        Self { event, is_named: false, has_key: false, is_told: false }
    }

    /// What the request says of itself.
    pub(crate) fn claims(&mut self, envelope: &Envelope) {
        self.is_named = true;
        self.event.action = envelope.action.clone();
        self.event.region = envelope.region.clone();
        self.event.credential = Some(envelope.claim.secret_id().as_str().to_owned());
    }

    /// The key that the request names is there.
    pub(crate) fn finds_key(&mut self) {
        self.has_key = true;
    }

    /// Who signed.
    pub(crate) fn proves(&mut self, credential: &SigningCredential) {
        self.event.account = Some(credential.uin);
        self.event.owner = Some(credential.owner);
    }

    /// Which action it is, in which region.
    pub(crate) fn asks(&mut self, product: &Product, region: &Region) {
        self.event.product = product.service.to_owned();
        self.event.region = Some(region.name.to_owned());
    }

    /// With which parameters.
    pub(crate) fn names(&mut self, parameters: &Map<String, Value>) {
        let noted = noted(parameters);
        self.event.resource = resource(parameters);
        self.event.parameters = (!noted.is_empty()).then(|| Value::Object(noted).to_string());
    }

    /// Does what was asked for, which the event tells of.
    pub(crate) async fn run(
        &mut self,
        core: &Core,
        work: impl Future<Output = Result<Map<String, Value>, ApiError>>,
    ) -> Result<Map<String, Value>, ApiError> {
        self.is_told = true;
        let event = self.event.clone();
        let kind = if only_reads(&event.action) { Audited::Read } else { Audited::Change };
        core.audited(event, kind, work, |error| Some(refusal(error))).await
    }

    /// The call was refused before it was run.
    pub(crate) fn refused(self, core: &Core, error: &ApiError) {
        if self.is_told || !self.is_named {
            return;
        }
        let (mut event, mut refusal) = (self.event, refusal(error));
        if !self.has_key {
            // It may be a SecretKey in the wrong place.
            event.credential = event.credential.map(|id| id.chars().take(8).chain(['…']).collect());
            if NAMES_KEY.contains(&&*error.code) {
                refusal.message = None;
            }
        }
        if STRANGERS.iter().any(|code| error.code.starts_with(code)) {
            core.note_stranger(event, refusal);
        } else {
            core.note_refusal(event, refusal);
        }
    }
}

/// Whether an action changes nothing, by its name.
fn only_reads(action: &str) -> bool {
    const READS: [&str; 6] = ["Check", "Describe", "Download", "Get", "List", "Validate"];
    READS.iter().any(|verb| action.starts_with(verb)) && !action.starts_with("GetFederationToken")
}

fn refusal(error: &ApiError) -> Refusal {
    Refusal { code: error.code.to_string(), message: Some(error.message.english.clone()), resource: None }
}

/// The official SDKs say in a header of their own what they are.
fn client(headers: &HeaderMap) -> Option<String> {
    text(headers, "x-tc-requestclient").or_else(|| text(headers, "user-agent")).map(str::to_owned)
}

/// `INSTANCE/NAMESPACE/REPOSITORY:TAG`, as far as the parameters name it.
fn resource(parameters: &Map<String, Value>) -> Option<String> {
    let named = |names: [&str; 2]| names.iter().find_map(|name| parameters.get(*name)?.as_str());
    let parts = [
        named(["RegistryId", "RegistryName"]).or_else(|| named(["SourceRegistryId", "Resource"])),
        named(["NamespaceName", "Namespace"]).or_else(|| named(["DestinationNamespace", "SourceNamespace"])),
        named(["RepositoryName", "RepoName"]).or_else(|| named(["DestinationRepo", "SourceRepo"])),
    ];
    let mut resource = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
    if let Some(tag) = named(["ImageVersion", "DestinationTag"]) {
        resource.push(':');
        resource.push_str(tag);
    }
    (!resource.is_empty()).then_some(resource)
}

fn noted(parameters: &Map<String, Value>) -> Map<String, Value> {
    let noted = parameters.iter().filter(|(name, _)| NOTED.contains(&name.as_str()));
    noted.filter_map(|(name, value)| Some((name.clone(), short(value)?))).collect()
}

fn short(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) | Value::Number(_) => Some(value.clone()),
        Value::String(text) => Some(Value::String(text.chars().take(CHARACTERS).collect())),
        Value::Array(items) => {
            let plain = items.iter().filter(|item| !item.is_array() && !item.is_object());
            Some(Value::Array(plain.take(ITEMS).filter_map(short).collect()))
        }
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{noted, only_reads, resource};

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn secrets_and_documents_are_not_noted() {
        let parameters = object(json!({
            "RegistryId": "tcr-1",
            "Password": "swordfish",
            "Rule": {"Password": "swordfish"},
            "Name": {"Password": "swordfish"},
            "ResourceList": ["a", {"Password": "swordfish"}, ["swordfish"]],
            "DryRun": true,
            "Description": "swordfish",
        }));
        let expected = json!({"RegistryId": "tcr-1", "ResourceList": ["a"], "DryRun": true});
        assert_eq!(Value::Object(noted(&parameters)), expected);
        let long = object(json!({"Name": "x".repeat(1000)}));
        assert_eq!(noted(&long)["Name"].as_str().unwrap().len(), 256);
    }

    #[test]
    fn the_resource_is_named_as_far_as_the_parameters_do() {
        let whole = json!({
            "RegistryId": "tcr-1",
            "NamespaceName": "team",
            "RepositoryName": "app",
            "ImageVersion": "1",
        });
        assert_eq!(resource(&object(whole)).as_deref(), Some("tcr-1/team/app:1"));
        assert_eq!(resource(&object(json!({"RegistryName": "acme"}))).as_deref(), Some("acme"));
        let copy = json!({
            "RegistryId": "tcr-1",
            "SourceNamespace": "team",
            "SourceRepo": "app",
            "DestinationNamespace": "live",
            "DestinationTag": "2",
        });
        assert_eq!(resource(&object(copy)).as_deref(), Some("tcr-1/live/app:2"));
        assert_eq!(resource(&object(json!({"Offset": 1}))), None);
    }

    #[test]
    fn actions_that_only_read_are_known_by_their_names() {
        for action in ["DescribeImages", "CheckInstanceName", "GetResources", "ListSkills"] {
            assert!(only_reads(action), "{action}");
        }
        for action in
            ["CreateInstance", "DeleteImage", "ManageReplication", "GetFederationToken", "TagResources"]
        {
            assert!(!only_reads(action), "{action}");
        }
    }
}
