use wharf_core::Error;

/// The codes for a parameter whose value its declaration does not allow.
pub(crate) const VALUES: &[&str] = &["InvalidParameter.ParamError"];

/// The codes that fit an error of core, the best first.
pub(crate) fn codes(error: &Error) -> &'static [&'static str] {
    match error {
        Error::InvalidName(_) | Error::InvalidValue { .. } => VALUES,
        Error::InvalidPolicy(_) => &["InvalidParameter.StrategyFormatError"],
        Error::SessionTooLong { .. } => &["InvalidParameter.OverTimeError"],
        Error::RoleNotFound(_) => &["ResourceNotFound.RoleNotFound"],
        Error::TemporaryCredential => &["FailedOperation.TempKeyNotAllowed"],
        Error::Unauthorized { .. } => &["UnauthorizedOperation"],
        _ => &["InternalError"],
    }
}
