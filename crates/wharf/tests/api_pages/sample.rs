use serde_json::{Map, Value, json};
use wharf_cloudapi::{Declaration, Parameter};

/// What is said by parameters that need not be there, to make a line that does something.
const OPTIONAL: [(&str, &[&str]); 24] = [
    ("CreateInstance", &["DeletionProtection"]),
    ("CreateInstanceToken", &["TokenType", "Desc"]),
    ("CreateServiceAccount", &["Duration"]),
    ("DescribeInstances", &["Filters"]),
    ("DescribeInstanceAllNamespaces", &["Limit", "Offset"]),
    ("DescribeInstanceToken", &["Limit", "Offset"]),
    ("DescribeImages", &["ImageVersion", "ExactMatch"]),
    ("DescribeNamespaces", &["All"]),
    ("DescribeRepositories", &["NamespaceName", "SortBy"]),
    ("DescribeServiceAccounts", &["EmbedPermission"]),
    ("DeleteInstance", &["DryRun"]),
    ("DeleteRepository", &["ForceDelete"]),
    ("DuplicateImage", &["DestinationNamespace", "Override"]),
    ("ModifyInstance", &["RegistryType"]),
    ("ModifyInstanceToken", &["Enable"]),
    ("ModifyNamespace", &["IsPublic"]),
    ("ModifyServiceAccount", &["Disable"]),
    ("DescribeResourceTags", &["ResourceId", "ServiceType", "ResourcePrefix"]),
    ("ModifyResourceTags", &["ReplaceTags"]),
    ("GetResources", &["TagFilters"]),
    ("GetTags", &["TagKeys"]),
    ("GetFederationToken", &["DurationSeconds"]),
    ("AssumeRole", &["DurationSeconds"]),
    ("DescribeTagKeys", &["Limit"]),
];

/// One line of `tccli` that calls the action.
pub(crate) fn command(service: &str, declaration: &Declaration) -> String {
    let optional = OPTIONAL
        .iter()
        .find(|(name, _)| *name == declaration.name)
        .map(|(_, names)| *names)
        .unwrap_or_default();
    let said = |parameter: &&Parameter| parameter.required || optional.contains(&parameter.name);
    let mut words = vec![format!("tccli {service} {}", declaration.name)];
    for parameter in declaration.parameters.iter().filter(said) {
        let value = shell(&value(declaration.name, parameter));
        let between = if value.starts_with('-') { '=' } else { ' ' };
        words.push(format!("--{}{between}{value}", parameter.name));
    }
    words.join(" ")
}

/// A value as a shell takes it.
fn shell(value: &Value) -> String {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/".contains(c));
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) => format!("'{text}'"),
        Value::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
        Value::Number(number) => number.to_string(),
        structured => format!("'{structured}'"),
    }
}

fn value(action: &str, parameter: &Parameter) -> Value {
    if let Some(known) = known(action, parameter.name) {
        return known;
    }
    if let Some(first) = parameter.values.first() {
        return first.parse::<i64>().map_or_else(|_| json!(first), |number| json!(number));
    }
    match parameter.type_name.as_str() {
        "bool" => json!(true),
        "int64" | "uint64" => json!(parameter.limits.and_then(|limits| limits.least()).unwrap_or(1).max(1)),
        "string" => panic!("{action} needs a sample of {}", parameter.name),
        list if list.starts_with("list<") => json!([structure(action, &parameter.members)]),
        _ => structure(action, &parameter.members),
    }
}

/// A structure with what it must have, and what there is a sample of.
fn structure(action: &str, members: &[Parameter]) -> Value {
    let said = |member: &&Parameter| member.required || known(action, member.name).is_some();
    let member = |member: &Parameter| (member.name.to_owned(), value(action, member));
    Value::Object(members.iter().filter(said).map(member).collect::<Map<_, _>>())
}

/// What parameters of a name are in the examples, wherever they stand.
fn known(action: &str, name: &str) -> Option<Value> {
    const RESOURCE: &str = "qcs::tcr:ap-guangzhou:uin/:instance/tcr-abcd1234";
    Some(match (action, name) {
        ("CreateServiceAccount", "Name") => json!("ci"),
        (_, "Name") if action.ends_with("ServiceAccount") || action.ends_with("ServiceAccountPassword") => {
            json!("tcr$ci")
        }
        ("DescribeInstances", "Name") => json!("RegistryName"),
        ("DescribeInstances", "Values") => json!(["acme"]),
        ("GetFederationToken", "Name") => json!("ci"),
        ("RenewInstance", "Flag") => json!(1),
        (_, "RegistryId") => json!("tcr-abcd1234"),
        (_, "RegistryIds" | "Registryids") => json!(["tcr-abcd1234"]),
        (_, "RegistryName") => json!("acme"),
        (_, "NamespaceName" | "SourceNamespace") => json!("team"),
        (_, "DestinationNamespace") => json!("release"),
        (_, "RepositoryName" | "SourceRepo") => json!("app"),
        (_, "ImageVersion" | "SourceReference" | "DestinationTag") => json!("v1"),
        ("DeleteRepositoryTags", "Tags") => json!(["v1", "v2"]),
        (_, "BriefDescription") => json!("the shop"),
        (_, "Description") => json!("what the shop shows"),
        (_, "Desc") => json!("ci"),
        (_, "TokenId") => json!("ctrm3g86h7cp1kb7el2g"),
        (_, "TokenType") => json!("longterm"),
        (_, "RegistryType") => json!("standard"),
        (_, "SortBy") => json!("-update_time"),
        (_, "Enable" | "IsPublic") => json!(false),
        (_, "Limit") => json!(20),
        (_, "Offset") => json!(0),
        (_, "Duration") => json!(30),
        (_, "DurationSeconds") => json!(1800),
        ("CreateServiceAccount", "Permissions") => {
            json!([{"Resource": "team", "Actions": ["tcr:PullRepository", "tcr:PushRepository"]}])
        }
        (_, "TargetRegion") => json!("ap-guangzhou"),
        (_, "TargetStorageName") => json!("archive"),
        (_, "Password") => json!("Correct-horse-7-battery"),
        (_, "Policy") => {
            json!(r#"{"version":"2.0","statement":[{"effect":"allow","action":"tcr:Pull*","resource":"*"}]}"#)
        }
        (_, "RoleArn") => json!("qcs::cam::uin/100000000001:roleName/ci"),
        (_, "RoleSessionName") => json!("build-7"),
        (_, "Resource") => json!(RESOURCE),
        (_, "ResourceList") => json!([RESOURCE]),
        (_, "ResourceIds") => json!(["tcr-abcd1234"]),
        (_, "ResourceId") => json!("tcr-abcd1234"),
        (_, "ServiceType") => json!("tcr"),
        (_, "ResourcePrefix") => json!("instance"),
        (_, "ResourceRegion") => json!("ap-guangzhou"),
        (_, "TagKey") => json!("team"),
        ("GetResources", "TagValue") => json!(["shop"]),
        (_, "TagValue") => json!("shop"),
        (_, "TagKeys") => json!(["team"]),
        _ => return None,
    })
}
