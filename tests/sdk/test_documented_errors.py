"""Each kind of error that the reference documents for an action was caused in this run, or a caller cannot cause it.

The reference has several codes for one thing, and lists most of them with most actions. An action answers one of them.
"""

import re

from wharf.error_ledger import documented

# What codes mean, as patterns.
MEANINGS = {
    "a value is not allowed": r"InvalidParameter(Value|\.ErrorTcrInvalidParameter|\.ErrorRegistryName|\.ErrorNameIllegal)?",
    "a parameter is missing": r"MissingParameter",
    "a parameter is unknown": r"UnknownParameter",
    "a name is reserved": r"InvalidParameter\.ErrorNameReserved",
    "it is there already": r".*(ErrConflict|ErrorConflict|ErrorTcrResourceConflict|ErrorNameExists)",
    "it is not there": r"ResourceNotFound.*|InternalError\.ErrNotExist",
    "there are too many": r".*(OverLimit)|LimitExceeded",
    "the operator may not": r"UnauthorizedOperation|.*ErrorTcrUnauthorized",
    "its state does not allow it": r"OperationDenied|FailedOperation\.PreconditionFailed|Resource(Insufficient.*|Unavailable|InUse)",
    "the region is none of the product's": r"InvalidParameter\.UnsupportedRegion|UnsupportedRegion",
}

# Codes, as patterns, that no caller can cause here, whatever the action.
UNREACHABLE = {
    r"FailedOperation\.DependenceError": "no other service is asked",
    r"FailedOperation\.TradeFailed": "nothing is traded",
    r"FailedOperation\.EmptyCoreBody": "no answer of another program is passed on",
    r"FailedOperation\.OperationCancel": "no call is cancelled by another",
    r"FailedOperation\.Validate.*": "what is looked up cannot fail but as the store does",
    r"FailedOperation": "each failure has a code that says more",
    r".*(DbError|DBDataError)": "the store's fault: tests/cluster/test_stores_away.py",
    r"InternalError(\.Unknown|\.ErrorTcrInternal)?": "the server's fault",
    r".*ErrorTcrInvalidMediaType": "refused before any action: tests/protocol/test_forms.py",
    r"UnsupportedOperation": "the action is there",
    r"AuthFailure.*|RequestLimitExceeded|NoSuch.*|Invalid(Action|Request)|UnsupportedProtocol": "answered before any action",
}

# What of that an action documents and a caller cannot cause: the kind, why, and the actions.
EXCEPTIONS = [
    ("it is not there", "it answers that there is none", "CheckInstance"),
    ("it is not there", "it names nothing that could be missing", "CheckInstanceName CreateInstance"),
    ("it is not there", "it names no instance", "DescribeInstanceAllNamespaces"),
    ("it is there already", "it answers that the name is taken", "CheckInstanceName"),
    (
        "it is there already",
        "it gives nothing a name",
        "CheckInstance DeleteImage DeleteInstance DeleteNamespace DeleteRepository DeleteRepositoryTags "
        "DescribeImageManifests DescribeImages DescribeInstanceAllNamespaces DescribeNamespaces DescribeRepositories "
        "ModifyInstance ModifyNamespace ModifyRepository RenewInstance",
    ),
    ("there are too many", "it makes nothing", "CheckInstance CheckInstanceName RenewInstance"),
    (
        "the region is none of the product's",
        "the common code says so, for every action",
        "CheckInstance CheckInstanceName RenewInstance",
    ),
    ("its state does not allow it", "it lists whatever there is", "DescribeInstanceAllNamespaces DescribeInstances"),
    ("a parameter is missing", "all may be left out", "DescribeInstanceAllNamespaces"),
    ("a value is not allowed", "it has no parameters", "DescribeRegions"),
]


def meaning(code: str) -> str | None:
    """What a code means; none for one that no caller can cause."""
    found = [text for text, pattern in MEANINGS.items() if re.fullmatch(pattern, code)]
    unreachable = [pattern for pattern in UNREACHABLE if re.fullmatch(pattern, code)]
    assert bool(found) != bool(unreachable), f"{code} stands in no table, or in both"
    return found[0] if found else None


def meanings(codes: set[str]) -> set[str]:
    return {found for code in codes if (found := meaning(code))}


def test_every_kind_of_documented_error_was_caused(caused_errors: dict[str, set[str]]):
    """And no exception stands in the table that was caused after all."""
    lines = []
    for action, codes in documented().items():
        caused = meanings(caused_errors.get(action, set()))
        excepted = {kind for kind, _, actions in EXCEPTIONS if action in actions.split()}
        lines += [f"{action}: not caused: {kind}" for kind in sorted(meanings(codes) - caused - excepted)]
        lines += [f"{action}: caused after all: {kind}" for kind in sorted(caused & excepted)]
    assert not lines, "\n".join(lines)
