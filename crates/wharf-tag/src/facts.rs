use wharf_cloudapi::{Facts, RegionUse};

/// What the product documents of its actions, as far as they are here; nobody tells which of its codes is which
/// action's (`tencentcloud/tag/v20180813/errorcodes.py`).
const ALL: Facts = Facts { errors: &CODES, region: RegionUse::Unused, rate: 20 };

/// What the product documents of an action beside its parameters; none where it has no such action.
pub(crate) fn of(action: &str) -> Option<&'static Facts> {
    ACTIONS.contains(&action).then_some(&ALL)
}

/// The product's actions, beside those of projects (`tencentcloud/tag/v20180813/tag_client.py`).
const ACTIONS: [&str; 28] = [
    "AddResourceTag",
    "AttachResourcesTag",
    "CreateTag",
    "CreateTags",
    "DeleteResourceTag",
    "DeleteTag",
    "DeleteTags",
    "DescribeResourceTags",
    "DescribeResourceTagsByResourceIds",
    "DescribeResourceTagsByResourceIdsSeq",
    "DescribeResourceTagsByTagKeys",
    "DescribeResourcesByTags",
    "DescribeResourcesByTagsUnion",
    "DescribeTagKeys",
    "DescribeTagValues",
    "DescribeTagValuesSeq",
    "DescribeTags",
    "DescribeTagsSeq",
    "DetachResourcesTag",
    "GetResources",
    "GetTagKeys",
    "GetTagValues",
    "GetTags",
    "ModifyResourceTags",
    "ModifyResourcesTagValue",
    "TagResources",
    "UnTagResources",
    "UpdateResourceTagValue",
];

/// The product's codes, beside the common ones.
pub(crate) const CODES: [&str; 24] = [
    "FailedOperation",
    "InvalidParameter",
    "InvalidParameter.PaginationTokenInvalid",
    "InvalidParameter.UnsupportedService",
    "InvalidParameterValue.DeleteTagsParamError",
    "InvalidParameterValue.OffsetInvalid",
    "InvalidParameterValue.RegionInvalid",
    "InvalidParameterValue.ReservedTagKey",
    "InvalidParameterValue.ResourceDescriptionError",
    "InvalidParameterValue.ResourceIdInvalid",
    "InvalidParameterValue.ResourcePrefixInvalid",
    "InvalidParameterValue.ServiceTypeInvalid",
    "InvalidParameterValue.TagFilters",
    "InvalidParameterValue.TagKeyCharacterIllegal",
    "InvalidParameterValue.TagKeyDuplicate",
    "InvalidParameterValue.TagKeyEmpty",
    "InvalidParameterValue.TagKeyLengthExceeded",
    "InvalidParameterValue.TagValueCharacterIllegal",
    "InvalidParameterValue.TagValueLengthExceeded",
    "LimitExceeded.ResourceAttachedTags",
    "LimitExceeded.ResourceNumPerRequest",
    "LimitExceeded.TagNumPerRequest",
    "ResourceInUse.TagKeyAttached",
    "ResourceNotFound.AttachedTagKeyNotFound",
];
