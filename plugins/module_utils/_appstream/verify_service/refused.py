# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Requests that AWS should refuse, so that nothing is made and nothing is paid for.

What is made all the same has the tags of the probes; fleets, which cost nothing while they are STOPPED, are deleted at
once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.calls import call_pages
from ..core.reconcile import Connect
from .asking import Question, Subject, ask, ask_all
from .reading import NOTHING
from .seen import ACCEPTED, Answer, Answers, not_asked, seen

_DISABLED = {
    "Settings": [{"AgentAction": "COMPUTER_VISION", "Permission": "DISABLED"}],
    "ScreenResolution": "W_1280xH_720",
    "ScreenImageFormat": "PNG",
}
_NO_SUBNET, _NO_GROUP, _NO_AMI = "subnet-00000000000000000", "sg-00000000000000000", "ami-00000000000000000"
_DOMAIN = "euc-verify.invalid"
_UNIT = "OU=None,DC=euc-verify,DC=invalid"


def refused_image_builders(connect: Connect, subject: Subject) -> Answers:
    """Ask for image builders that can't be. Raises AppStreamError."""
    client = connect("appstream")
    public = call_pages(client, "describe_images", "AWS's images", "Images", Type="PUBLIC")
    arn = next((one["Arn"] for one in public if one["Name"] == subject.base_image), "")
    graphics = _graphics_image(public)
    changes: Mapping[str, Mapping[str, Any] | None] = {
        "not_exactly_one_of_imagename_and_imagearn": {"ImageArn": arn} if arn else None,
        "image_without_image_builder_support": _named(_image(public, supported=False)),
        "unknown_instance_type": {"InstanceType": "stream.standard.none"},
        "instance_family_not_supported_by_the_image": _named(graphics),
        "not_exactly_one_subnet": {"VpcConfig": {"SubnetIds": [subject.subnet_id, subject.subnet_id]}},
        "subnet_not_found": {"VpcConfig": {"SubnetIds": [_NO_SUBNET]}},
        "security_group_not_found": {"VpcConfig": {**subject.vpc_config, "SecurityGroupIds": [_NO_GROUP]}},
        "role_does_not_exist": {"IamRoleArn": f"arn:aws:iam::{subject.account}:role/{subject.another(NOTHING)[:60]}"},
        "directory_config_not_found": {"DomainJoinInfo": _join(_DOMAIN, _UNIT)},
        "organizational_unit_not_in_directory_config": (
            {"DomainJoinInfo": _join(subject.domain["directory_name"], _UNIT)} if subject.domain else None
        ),
        "domain_name_without_organizational_unit": {"DomainJoinInfo": {"DirectoryName": _DOMAIN}},
        "root_volume_out_of_range": {"RootVolumeConfig": {"VolumeSizeInGb": 100000}},
        "unknown_agent_version": {"AppstreamAgentVersion": "01-01-1999"},
        "unknown_software": {"SoftwaresToInstall": ["No_Such_Software"]},
        "agent_access_settings": {"AgentAccessConfig": _DISABLED},
    }
    answers = ask_all(
        client,
        [
            Question(about, "create_image_builder", _builder(subject, about, change), _MISSING)
            for about, change in changes.items()
        ],
    )
    return {**answers, "text_of_several_families": _text_of_families(graphics, answers)}


_MISSING = "the account has nothing to ask it with"


def refused_images(connect: Connect, subject: Subject) -> Answers:
    """Ask for images that can't be."""
    public = subject.base_image
    copy = {"SourceImageName": public, "DestinationRegion": subject.region}
    questions = (
        Question("deleting_a_public_image", "delete_image", {"Name": public}),
        Question("copying_a_public_image", "copy_image", {**copy, "DestinationImageName": subject.another("copy")}),
        Question("updating_a_public_image", "create_updated_image", _dry_update(public, subject.another("update"))),
        Question("not_exactly_one_of_sourceamiid_and_workspaceimageid", "create_imported_image", _dry_import(subject)),
        Question("importing_an_ami_without_a_role", "create_imported_image", _dry_import(subject, SourceAmiId=_NO_AMI)),
    )
    return ask_all(connect("appstream"), questions)


def refused_fleets(connect: Connect, subject: Subject) -> Answers:
    """Ask for fleets that can't be. Raises AppStreamError."""
    client = connect("appstream")
    public = call_pages(client, "describe_images", "AWS's images", "Images", Type="PUBLIC")
    single = next((one for one in public if one.get("Platform") == "WINDOWS_SERVER_2016" and _is_usable(one)), None)
    elastic = {
        "FleetType": "ELASTIC",
        "Platform": "WINDOWS_SERVER_2019",
        "MaxConcurrentSessions": 1,
        "ImageName": None,
        "ComputeCapacity": None,
    }
    sessions = {"ComputeCapacity": {"DesiredSessions": 2}}
    changes: Mapping[str, Mapping[str, Any] | None] = {
        "image_without_multi_session_support": (
            {"ImageName": single["Name"], "MaxSessionsPerInstance": 2, **sessions} if single else None
        ),
        "member_of_another_fleet_type": {"MaxConcurrentSessions": 1},
        "member_missing_for_the_fleet_type": {"ComputeCapacity": None},
        "platform_of_another_fleet_type": {"Platform": "AMAZON_LINUX2"},
        "wrong_kind_of_compute_capacity": sessions,
        "fleet_number_out_of_range": {"MaxUserDurationInSeconds": 1},
        "fleet_without_subnets_in_its_vpc": {"VpcConfig": {"SubnetIds": []}},
        "elastic_fleet_in_one_availability_zone": elastic,
    }
    answers: Answers = {
        "no_fleet_named": ask(client, "update_fleet", DisplayName="verify"),
        "expire_no_session": ask(client, "expire_session", SessionId="00000000-0000-0000-0000-000000000000"),
    }
    for about, change in changes.items():
        answers[about] = _fleet_asked(client, subject, about, change)
    return answers


def _fleet_asked(client: Any, subject: Subject, about: str, change: Mapping[str, Any] | None) -> Answer:
    if change is None:
        return not_asked(_MISSING)
    name = subject.another(about)
    request = {**fleet_request(subject), "FleetType": "ON_DEMAND", "Name": name, **change}
    answer = ask(client, "create_fleet", **{key: value for key, value in request.items() if value is not None})
    if answer.get("seen") == ACCEPTED:
        ask(client, "delete_fleet", Name=name)
    return answer


def fleet_request(subject: Subject) -> dict[str, Any]:
    """Return CreateFleet of a fleet with one instance, of the own image if there is one."""
    return {
        "Name": subject.name,
        "InstanceType": subject.instance_type,
        "ImageName": subject.image or subject.base_image,
        "ComputeCapacity": {"DesiredInstances": 1},
        "VpcConfig": subject.vpc_config,
        "Tags": dict(subject.tags),
    }


def _builder(subject: Subject, about: str, change: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "Name": subject.another(about),
        "InstanceType": subject.instance_type,
        "ImageName": subject.base_image,
        "VpcConfig": subject.vpc_config,
        "Tags": dict(subject.tags),
        **change,
    }


def _join(directory: str, unit: str) -> dict[str, str]:
    return {"DirectoryName": directory, "OrganizationalUnitDistinguishedName": unit}


def _is_usable(image: Mapping[str, Any]) -> bool:
    return image.get("State") == "AVAILABLE" and bool(image.get("ImageBuilderSupported"))


def _image(images: Sequence[Mapping[str, Any]], *, supported: bool) -> Mapping[str, Any] | None:
    found = (one for one in images if bool(one.get("ImageBuilderSupported")) == supported)
    return next((one for one in found if one.get("State") == "AVAILABLE"), None)


def _graphics_image(images: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return a Windows image for graphics, of as many families as there are: no usual instance type fits it."""
    found = [
        one
        for one in images
        if _is_usable(one)
        and str(one.get("Platform", "")).startswith("WINDOWS")
        and _families(one)
        and all("Graphics" in family for family in _families(one))
    ]
    return max(found, key=lambda one: len(_families(one)), default=None)


def _families(image: Mapping[str, Any]) -> list[str]:
    return [str(family) for family in image.get("SupportedInstanceFamilies") or []]


def _named(image: Mapping[str, Any] | None) -> dict[str, str] | None:
    return {"ImageName": str(image["Name"])} if image else None


def _text_of_families(image: Mapping[str, Any] | None, answers: Answers) -> Answer:
    text = str(answers["instance_family_not_supported_by_the_image"].get("text") or "")
    if image is None or not text or len(_families(image)) < 2:
        return not_asked("no image of several families was refused")
    return seen("with commas between" if ", ".join(_families(image)) in text else "otherwise", text)


def _dry_update(name: str, new: str) -> dict[str, Any]:
    return {"existingImageName": name, "newImageName": new, "dryRun": True}


def _dry_import(subject: Subject, **more: Any) -> dict[str, Any]:
    return {"Name": subject.another("import"), "DryRun": True, "Tags": dict(subject.tags), **more}
