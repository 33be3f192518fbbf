use wharf_core::Error;

/// The codes that the API documents for an action, beside the common ones.
pub(crate) fn documented(action: &str) -> &'static [&'static str] {
    include!(concat!(env!("OUT_DIR"), "/documented_errors.rs"))
}

/// The codes that fit an error of core, the best first; the first that the action documents is answered.
pub(crate) fn codes(error: &Error) -> &'static [&'static str] {
    match error {
        Error::InvalidName(_)
        | Error::InvalidValue { .. }
        | Error::InvalidTag { .. }
        | Error::InvalidManifest(_) => &["InvalidParameter.ErrorTcrInvalidParameter", "InvalidParameter"],
        Error::TooManyTags { .. } => &["InvalidParameter.ErrorTagOverLimit", "InvalidParameter"],

        Error::InstanceNameIllegal(_) => &["InvalidParameter.ErrorNameIllegal", "InvalidParameter"],
        Error::InstanceNameReserved(_) => &["InvalidParameter.ErrorNameReserved", "InvalidParameter"],
        Error::InstanceNameTaken(_) => &["InvalidParameter.ErrorNameExists", "InvalidParameter"],
        Error::InstanceNotFound(_) => &["ResourceNotFound", "ResourceNotFound.TcrResourceNotFound"],
        Error::InstanceNotRunning { .. } => {
            &["ResourceInsufficient.ErrorInstanceNotRunning", "OperationDenied", "FailedOperation"]
        }
        Error::DeletionProtected(_) => &["OperationDenied"],

        Error::NamespaceNotFound(_) | Error::RepositoryNotFound(_) | Error::ManifestNotFound { .. } => {
            &["ResourceNotFound.TcrResourceNotFound", "ResourceNotFound"]
        }
        Error::NamespaceExists(_) | Error::RepositoryExists(_) => {
            &["FailedOperation.ErrorTcrResourceConflict", "InternalError.ErrorTcrResourceConflict"]
        }
        Error::NamespaceNotEmpty { .. } | Error::RepositoryNotEmpty { .. } => {
            &["FailedOperation.PreconditionFailed", "OperationDenied"]
        }

        Error::Denied { .. } => &["UnauthorizedOperation"],
        Error::Store(_) => &["InternalError.DbError", "InternalError"],
        _ => &["InternalError"],
    }
}
