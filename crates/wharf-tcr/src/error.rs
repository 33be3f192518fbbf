use wharf_core::Error;

/// The codes for a parameter whose value its declaration does not allow, the best first.
pub(crate) const VALUES: &[&str] =
    &["InvalidParameterValue", "InvalidParameter.ErrorTcrInvalidParameter", "InvalidParameter"];

/// The codes that fit an error of core, the best first; the first that the action documents is answered.
pub(crate) fn codes(error: &Error) -> &'static [&'static str] {
    match error {
        Error::InvalidName(_)
        | Error::InvalidValue { .. }
        | Error::InvalidTag { .. }
        | Error::PrepaidWithoutPeriod
        | Error::InvalidManifest(_) => VALUES,
        Error::TooManyTags { .. } => &["InvalidParameter.ErrorTagOverLimit", "InvalidParameter"],

        Error::InstanceNameIllegal(_) => &["InvalidParameter.ErrorNameIllegal", "InvalidParameter"],
        Error::InstanceNameReserved(_) => &["InvalidParameter.ErrorNameReserved", "InvalidParameter"],
        Error::InstanceNameTaken(_) => &["InvalidParameter.ErrorNameExists", "InvalidParameter"],
        Error::InstanceNotFound(_) => &["ResourceNotFound", "ResourceNotFound.TcrResourceNotFound"],
        Error::InstanceNotRunning { .. } => {
            &["ResourceInsufficient.ErrorInstanceNotRunning", "OperationDenied", "ResourceUnavailable"]
        }
        Error::QuotaExceeded { .. } => {
            &["OperationDenied.QuotaOverLimit", "InternalError.ErrorOverLimit", "LimitExceeded"]
        }
        Error::StorageNotFound { .. } | Error::StorageRegion { .. } => VALUES,
        Error::StorageMoveUnderWay { .. } => &["OperationDenied", "ResourceInUse"],
        Error::StorageUnchanged { .. } | Error::StorageTwice { .. } => &["FailedOperation"],
        Error::StorageUnknown { .. } => &["ResourceUnavailable"],
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

        Error::Denied { .. } | Error::Unauthorized { .. } | Error::TemporaryCredential => {
            &["UnauthorizedOperation"]
        }
        Error::Store(_) => &["InternalError.DbError", "InternalError"],
        _ => &["InternalError"],
    }
}
