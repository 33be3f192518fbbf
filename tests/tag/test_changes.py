"""Tags set and taken away by the Tag product are those that the registry shows."""

import pytest
from tag.conftest import Tags, as_list

from wharf.account import Account
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.sdk import REGION
from wharf.server import Server
from wharf.signed_request import SignedRequest

BAD = "InvalidParameterValue"


def shown(cloud: Cloud, instance: Instance) -> dict[str, str]:
    """What DescribeInstances shows."""
    (found,) = cloud.call("DescribeInstances", Registryids=[instance.id]).Registries
    return {tag.Key: tag.Value for tag in found.TagSpecification.Tags}


def test_as_terraform_s_provider_does_it(cloud: Cloud, tags: Tags, instance: Instance):
    """After CreateInstance the provider sets tags by a name without an account's number, and later changes them."""
    resource = f"qcs::tcr:{REGION}:uin/:instance/{instance.id}"
    tags.set(resource, team="shop", stage="test")
    assert tags.of(instance) == shown(cloud, instance) == {"team": "shop", "stage": "test"}
    tags.call(
        "ModifyResourceTags",
        Resource=resource,
        ReplaceTags=as_list({"stage": "live", "cost": "42"}),
        DeleteTags=[{"TagKey": "team"}],
    )
    assert tags.of(instance) == shown(cloud, instance) == {"stage": "live", "cost": "42"}
    # The provider may send it again after a time-out.
    tags.call("ModifyResourceTags", Resource=resource, DeleteTags=[{"TagKey": "team"}])
    assert shown(cloud, instance) == {"stage": "live", "cost": "42"}


def test_tags_of_creation_are_found_and_changed(cloud: Cloud, tags: Tags, instance_name: str):
    given = {"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "shop"}]}
    made = cloud.create_instance(instance_name, TagSpecification=given)
    assert tags.of(made) == {"team": "shop"}
    tags.set(tags.name(made), team="garden")
    assert shown(cloud, made) == {"team": "garden"}


def test_namespaces_have_tags_of_their_own(cloud: Cloud, tags: Tags, instance: Instance):
    tags.set(tags.name(instance, NAMESPACE), team="shop")
    assert tags.of(instance, NAMESPACE) == {"team": "shop"} and tags.of(instance) == {}
    found = cloud.call("DescribeNamespaces", RegistryId=instance.id, NamespaceName=NAMESPACE).NamespaceList
    assert [(tag.Key, tag.Value) for tag in found[0].TagSpecification.Tags] == [("team", "shop")]
    cloud.call("DeleteNamespace", RegistryId=instance.id, NamespaceName=NAMESPACE)
    cloud.create_namespace(instance, NAMESPACE)
    assert tags.of(instance, NAMESPACE) == {}


def test_several_resources_at_once(tags: Tags, instance: Instance):
    resources = [tags.name(instance), tags.name(instance, NAMESPACE)]
    wrong = [tags.name(instance, "absent"), "qcs::cvm:ap-guangzhou:uin/:instance/ins-1", "nonsense"]
    answer = tags.call("TagResources", ResourceList=resources + wrong, Tags=as_list({"a": "1", "b": "2"}))
    failed = {one.Resource: one.Code for one in answer.FailedResources}
    assert failed == {
        wrong[0]: f"{BAD}.ResourceIdInvalid",
        wrong[1]: "InvalidParameter.UnsupportedService",
        wrong[2]: f"{BAD}.ResourceDescriptionError",
    }
    assert tags.of(instance) == tags.of(instance, NAMESPACE) == {"a": "1", "b": "2"}
    answer = tags.call("UnTagResources", ResourceList=resources, TagKeys=["a", "never-there"])
    assert answer.FailedResources == []
    assert tags.of(instance) == tags.of(instance, NAMESPACE) == {"b": "2"}


def test_one_tag_is_attached_and_detached(tags: Tags, instance: Instance):
    resource = tags.name(instance)
    tags.call("AddResourceTag", TagKey="a", TagValue="1", Resource=resource)
    with refused("ResourceInUse.TagKeyAttached"):
        tags.call("AddResourceTag", TagKey="a", TagValue="2", Resource=resource)
    assert tags.of(instance) == {"a": "1"}
    tags.call("DeleteResourceTag", TagKey="a", Resource=resource)
    with refused("ResourceNotFound.AttachedTagKeyNotFound"):
        tags.call("DeleteResourceTag", TagKey="a", Resource=resource)
    assert tags.of(instance) == {}


@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        ("InvalidParameter", {}),
        ("InvalidParameter", {"ReplaceTags": []}),
        (f"{BAD}.TagKeyEmpty", {"ReplaceTags": as_list({"": "1"})}),
        (f"{BAD}.TagKeyLengthExceeded", {"ReplaceTags": as_list({"x" * 128: "1"})}),
        (f"{BAD}.TagKeyCharacterIllegal", {"ReplaceTags": as_list({"<a>": "1"})}),
        (f"{BAD}.ReservedTagKey", {"ReplaceTags": as_list({"qcs:a": "1"})}),
        (f"{BAD}.TagValueLengthExceeded", {"ReplaceTags": as_list({"a": "x" * 256})}),
        (f"{BAD}.TagValueCharacterIllegal", {"ReplaceTags": as_list({"a": "\t"})}),
        (f"{BAD}.TagKeyDuplicate", {"ReplaceTags": as_list({"a": "1"}) + as_list({"a": "2"})}),
        (
            f"{BAD}.DeleteTagsParamError",
            {"ReplaceTags": as_list({"a": "1"}), "DeleteTags": [{"TagKey": "a"}]},
        ),
        ("LimitExceeded.TagNumPerRequest", {"ReplaceTags": as_list({f"k{n}": "" for n in range(11)})}),
    ],
)
def test_rules_of_tags(tags: Tags, instance: Instance, code: str, parameters: dict):
    tags.set(tags.name(instance), kept="1")
    with refused(code):
        tags.call("ModifyResourceTags", Resource=tags.name(instance), **parameters)
    assert tags.of(instance) == {"kept": "1"}


def test_a_resource_has_so_many_tags_at_most(tags: Tags, instance: Instance):
    tags.set(tags.name(instance), **{f"k{number}": "" for number in range(10)})
    with refused("LimitExceeded.ResourceAttachedTags"):
        tags.set(tags.name(instance), one_more="1")
    # One may take the place of another.
    tags.call(
        "ModifyResourceTags",
        Resource=tags.name(instance),
        ReplaceTags=as_list({"another": "1"}),
        DeleteTags=[{"TagKey": "k0"}],
    )
    assert len(tags.of(instance)) == 10


def test_more_resources_than_a_request_may_name(tags: Tags, instance: Instance):
    with refused("LimitExceeded.ResourceNumPerRequest"):
        tags.call("TagResources", ResourceList=[tags.name(instance)] * 11, Tags=as_list({"a": "1"}))
    assert tags.of(instance) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "qcs::tcr:ap-guangzhou:uin/{uin}:instance/tcr-absent00",
        "qcs::tcr:ap-guangzhou:uin/{uin}:instance/ID",
        "qcs::tcr:ap-shanghai:uin/{uin}:instance/{id}",
        "qcs::tcr:ap-guangzhou:uin/100000999999:instance/{id}",
        "qcs::tcr:ap-guangzhou:uin/{uin}:namespace/{id}/absent",
    ],
)
def test_what_is_not_there_has_no_tags(tags: Tags, instance: Instance, wrong: str):
    resource = wrong.format(uin=tags.account.uin, id=instance.id)
    with refused(f"{BAD}.ResourceIdInvalid"):
        tags.set(resource, a="1")
    assert tags.of(instance) == {}


def test_another_account_s_resource_is_like_none(
    server: Server, tags: Tags, instance: Instance, account: Account
):
    intruder = Tags(server, account)
    tags.set(tags.name(instance), a="1")
    nowhere = Instance("tcr-absent00", "absent")
    answers = []
    for target in (instance, nowhere):
        for owner in (tags, intruder):
            answer = request(account, "ModifyResourceTags", {
                "Resource": owner.name(target), "ReplaceTags": as_list({"a": "2"}),
            }).send(server)
            answers.append((answer.code, answer.message.replace(target.id, "ID")))
        answer = request(account, "TagResources", {
            "ResourceList": [intruder.name(target)], "Tags": as_list({"a": "2"}),
        }).send(server)
        (failed,) = answer.response["FailedResources"]
        answers.append((failed["Code"], failed["Message"].replace(target.id, "ID")))
    assert len(set(answers)) == 1 and answers[0][0] == f"{BAD}.ResourceIdInvalid"
    assert intruder.of(instance) == {}
    assert intruder.call("GetResources", ResourceList=[intruder.name(instance)]).ResourceTagMappingList == []
    assert tags.of(instance) == {"a": "1"}


def request(account: Account, action: str, parameters: dict) -> SignedRequest:
    made = SignedRequest(account, action, parameters)
    made.version, made.service = "2018-08-13", "tag"
    return made
