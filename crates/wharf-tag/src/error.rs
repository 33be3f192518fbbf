use wharf_core::{Error, ResourceFault, TagRule};

/// The codes for a parameter whose value its declaration does not allow.
pub(crate) const VALUES: &[&str] = &["InvalidParameter"];

/// The code that fits an error of core.
pub(crate) fn codes(error: &Error) -> &'static [&'static str] {
    match error {
        Error::InvalidTag { rule, .. } => match rule {
            TagRule::KeyEmpty => &["InvalidParameterValue.TagKeyEmpty"],
            TagRule::KeyLength => &["InvalidParameterValue.TagKeyLengthExceeded"],
            TagRule::KeyCharacters => &["InvalidParameterValue.TagKeyCharacterIllegal"],
            TagRule::KeyReserved => &["InvalidParameterValue.ReservedTagKey"],
            TagRule::ValueLength => &["InvalidParameterValue.TagValueLengthExceeded"],
            TagRule::ValueCharacters => &["InvalidParameterValue.TagValueCharacterIllegal"],
            TagRule::Duplicate => &["InvalidParameterValue.TagKeyDuplicate"],
            TagRule::SetAndDeleted => &["InvalidParameterValue.DeleteTagsParamError"],
        },
        Error::InvalidResource { fault, .. } => match fault {
            ResourceFault::Form => &["InvalidParameterValue.ResourceDescriptionError"],
            ResourceFault::Service => &["InvalidParameter.UnsupportedService"],
            ResourceFault::Kind => &["InvalidParameterValue.ResourcePrefixInvalid"],
            ResourceFault::Id => &["InvalidParameterValue.ResourceIdInvalid"],
        },
        Error::InstanceNotFound(_) | Error::NamespaceNotFound(_) => {
            &["InvalidParameterValue.ResourceIdInvalid"]
        }
        Error::TagAttached(_) => &["ResourceInUse.TagKeyAttached"],
        Error::TagNotAttached(_) => &["ResourceNotFound.AttachedTagKeyNotFound"],
        Error::TooManyTags { .. } => &["LimitExceeded.ResourceAttachedTags"],
        Error::TooManyTagsInRequest { .. } => &["LimitExceeded.TagNumPerRequest"],
        Error::TooManyResources { .. } => &["LimitExceeded.ResourceNumPerRequest"],
        Error::InvalidValue { name, .. } => match *name {
            "Offset" => &["InvalidParameterValue.OffsetInvalid"],
            "PaginationToken" => &["InvalidParameter.PaginationTokenInvalid"],
            "ResourcePrefix" => &["InvalidParameterValue.ResourcePrefixInvalid"],
            "ResourceRegion" => &["InvalidParameterValue.RegionInvalid"],
            "ServiceType" => &["InvalidParameterValue.ServiceTypeInvalid"],
            "TagFilters" => &["InvalidParameterValue.TagFilters"],
            _ => &["InvalidParameter"],
        },
        Error::InvalidName(_) => &["InvalidParameter"],
        Error::Unauthorized { .. } => &["UnauthorizedOperation"],
        _ => &["InternalError"],
    }
}

#[cfg(test)]
mod tests {
    use wharf_core::{Error, ResourceFault, TagRule};

    use super::codes;
    use crate::facts::CODES;

    #[test]
    fn no_other_code_is_answered() {
        let value = |name| Error::InvalidValue { name, rule: String::new() };
        let tag = |rule| Error::InvalidTag { key: String::new(), rule };
        let resource = |fault| Error::InvalidResource { resource: String::new(), fault };
        for error in [
            tag(TagRule::KeyEmpty),
            tag(TagRule::KeyLength),
            tag(TagRule::KeyCharacters),
            tag(TagRule::KeyReserved),
            tag(TagRule::ValueLength),
            tag(TagRule::ValueCharacters),
            tag(TagRule::Duplicate),
            tag(TagRule::SetAndDeleted),
            resource(ResourceFault::Form),
            resource(ResourceFault::Service),
            resource(ResourceFault::Kind),
            resource(ResourceFault::Id),
            value("Offset"),
            value("PaginationToken"),
            value("ResourcePrefix"),
            value("ResourceRegion"),
            value("ServiceType"),
            value("TagFilters"),
            value("Limit"),
            Error::InstanceNotFound(String::new()),
            Error::TagAttached(String::new()),
            Error::TagNotAttached(String::new()),
            Error::TooManyTags { found: 2, limit: 1 },
            Error::TooManyTagsInRequest { found: 2, limit: 1 },
            Error::TooManyResources { found: 2, limit: 1 },
        ] {
            assert!(CODES.contains(&codes(&error)[0]), "{error}");
        }
    }
}
