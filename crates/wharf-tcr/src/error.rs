use wharf_core::Error;

/// The codes for a parameter whose value its declaration does not allow, the best first.
pub(crate) const VALUES: &[&str] =
    &["InvalidParameterValue", "InvalidParameter.ErrorTcrInvalidParameter", "InvalidParameter"];

/// The codes that fit an error of core, the best first; the first that the action documents is answered.
pub(crate) fn codes(error: &Error) -> &'static [&'static str] {
    match error {
        Error::InvalidName(_)
        | Error::InvalidServiceAccount { .. }
        | Error::InvalidValue { .. }
        | Error::InvalidTag { .. }
        | Error::PrepaidWithoutPeriod
        | Error::WrongRenewal { .. }
        | Error::PaidTooFar(_)
        | Error::InvalidManifest(_) => VALUES,
        Error::MissingValue(_) => &["MissingParameter"],
        Error::TooManyTags { .. } => &["InvalidParameter.ErrorTagOverLimit", "InvalidParameter"],

        Error::InstanceNameIllegal(_) => &["InvalidParameter.ErrorNameIllegal", "InvalidParameter"],
        Error::InstanceNameReserved(_) => &["InvalidParameter.ErrorNameReserved", "InvalidParameter"],
        Error::InstanceNameTaken(_) => &["InvalidParameter.ErrorNameExists", "InvalidParameter"],
        Error::InstanceNotFound(_) => {
            &["ResourceNotFound", "ResourceNotFound.TcrResourceNotFound", "InternalError.ErrNotExist"]
        }
        Error::InstanceNotRunning { .. } => {
            &["ResourceInsufficient.ErrorInstanceNotRunning", "OperationDenied", "ResourceUnavailable"]
        }
        Error::QuotaExceeded { .. } | Error::TooManyInstances { .. } => {
            &["OperationDenied.QuotaOverLimit", "InternalError.ErrorOverLimit", "LimitExceeded"]
        }
        Error::StorageNotFound { .. } | Error::StorageRegion { .. } => VALUES,
        Error::StorageMoveUnderWay { .. } => &["OperationDenied", "ResourceInUse"],
        Error::StorageUnchanged { .. } | Error::StorageTwice { .. } => &["FailedOperation"],
        Error::StorageUnknown { .. } => &["ResourceUnavailable"],
        Error::DeletionProtected(_) | Error::EditionTooSmall { .. } => &["OperationDenied"],

        Error::NamespaceNotFound(_)
        | Error::RepositoryNotFound(_)
        | Error::ManifestNotFound { .. }
        | Error::InstanceTokenNotFound(_) => &["ResourceNotFound.TcrResourceNotFound", "ResourceNotFound"],
        Error::NamespaceExists(_) | Error::RepositoryExists(_) | Error::TagExists { .. } => {
            &["FailedOperation.ErrorTcrResourceConflict", "InternalError.ErrorTcrResourceConflict"]
        }
        Error::ServiceAccountNotFound(_) => &["ResourceNotFound.TcrResourceNotFound", "ResourceNotFound"],
        Error::ServiceAccountExists(_) => &["FailedOperation.ErrorTcrResourceConflict", "FailedOperation"],
        Error::NamespaceNotEmpty { .. } | Error::RepositoryNotEmpty { .. } => {
            &["FailedOperation.PreconditionFailed", "OperationDenied"]
        }

        Error::ManifestContentMissing { .. }
        | Error::ManifestTooLarge { .. }
        | Error::TooManyLinks { .. }
        | Error::IndexTooDeep { .. }
        | Error::TooManyBelongings { .. } => &["FailedOperation.PreconditionFailed", "FailedOperation"],
        Error::ConfigTooLarge { .. } => &["FailedOperation"],

        Error::Denied { .. } | Error::Unauthorized { .. } | Error::TemporaryCredential => {
            &["UnauthorizedOperation"]
        }
        Error::Store(_) => &["InternalError.DbError", "FailedOperation.DbError", "InternalError"],
        _ => &["InternalError"],
    }
}
