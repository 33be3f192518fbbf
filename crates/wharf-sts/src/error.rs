use wharf_core::Error;

/// The codes that the Security Token Service documents, beside the common ones: they are the same for each action.
pub(crate) fn documented(_: &str) -> &'static [&'static str] {
    &[
        "FailedOperation.TempKeyNotAllowed",
        "InvalidParameter.OverLimit",
        "InvalidParameter.OverTimeError",
        "InvalidParameter.ParamError",
        "InvalidParameter.PolicyTooLong",
        "InvalidParameter.StrategyFormatError",
        "ResourceNotFound.RoleNotFound",
    ]
}

/// The codes that fit an error of core, the best first.
pub(crate) fn codes(error: &Error) -> &'static [&'static str] {
    match error {
        Error::InvalidName(_) | Error::InvalidValue { .. } => &["InvalidParameter.ParamError"],
        Error::InvalidPolicy(_) => &["InvalidParameter.StrategyFormatError"],
        Error::SessionTooLong { .. } => &["InvalidParameter.OverTimeError"],
        Error::RoleNotFound(_) => &["ResourceNotFound.RoleNotFound"],
        Error::TemporaryCredential => &["FailedOperation.TempKeyNotAllowed"],
        Error::Unauthorized { .. } => &["UnauthorizedOperation"],
        _ => &["InternalError"],
    }
}
