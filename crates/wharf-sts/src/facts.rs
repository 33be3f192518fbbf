use wharf_cloudapi::{Facts, RegionUse};

/// What the Security Token Service documents of an action beside its parameters. It has one list of error codes for all.
pub(crate) fn of(action: &str) -> Option<&'static Facts> {
    match action {
        "AssumeRole" | "GetFederationToken" => Some(&CREDENTIALS),
        "GetCallerIdentity" => Some(&CALLER_IDENTITY),
        "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity" | "GetSessionToken" | "QueryApiKey" => {
            Some(&CREDENTIALS)
        }
        _ => None,
    }
}

const CREDENTIALS: Facts = Facts { errors: &ERRORS, region: RegionUse::Unused, rate: 600 };
const CALLER_IDENTITY: Facts = Facts { rate: 20, ..CREDENTIALS };

const ERRORS: [&str; 5] = [
    "FailedOperation.TempKeyNotAllowed",
    "InvalidParameter.OverTimeError",
    "InvalidParameter.ParamError",
    "InvalidParameter.StrategyFormatError",
    "ResourceNotFound.RoleNotFound",
];
