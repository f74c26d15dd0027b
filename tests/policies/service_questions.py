"""What playbook verify_service asks of AWS, in parts: who lacks an action carries out the part that needs it.

Windows is not asked: an image is there instead of the one that would be made on the image builder.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import identities
from scopes import PROBES
from workplace import REGION, Workplace

Task = dict[str, Any]

BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
READ, REFUSED, BUILDER, IMAGE, FLEET = "read", "refused", "builder", "image", "fleet"
NOT_ALLOWED = "no_fleet_named"
"""A question that the policy leaves out, see LEFT_OUT."""

# The part in which an action is first called with a resource there; READ for those not named.
_PARTS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "CopyImage",
                "CreateFleet",
                "CreateImageBuilder",
                "CreateImportedImage",
                "CreateStack",
                "CreateUpdatedImage",
                "DeleteImage",
                "DescribeSoftwareAssociations",
                "ExpireSession",
                "PassRole",
                "TagResource",
                "UpdateStack",
            ),
            REFUSED,
        ),
        **dict.fromkeys(
            (
                "AssociateSoftwareToImageBuilder",
                "CreateImageBuilderStreamingURL",
                "DeleteImageBuilder",
                "DisassociateSoftwareFromImageBuilder",
                "ListTagsForResource",
                "StartImageBuilder",
                "StartSoftwareDeploymentToImageBuilder",
                "StopImageBuilder",
                "UntagResource",
                "UpdateImageBuilder",
            ),
            BUILDER,
        ),
        **dict.fromkeys(("DeleteImagePermissions", "DescribeImagePermissions", "UpdateImagePermissions"), IMAGE),
        **dict.fromkeys(
            (
                "AssociateFleet",
                "DeleteFleet",
                "DeleteStack",
                "DisassociateFleet",
                "StartFleet",
                "StopFleet",
                "UpdateFleet",
            ),
            FLEET,
        ),
    }
)


def tasks(workplace: Workplace, user: str) -> list[Task]:
    """What a user does, with resources named after him; the one with the whole policy does everything."""
    name, tags = f"{PROBES}-{user}"[:80], {"euc.appstream:verify_service": user}
    lacks = {identities.lacking(f"appstream:{action}"): part for action, part in _PARTS.items()}
    lacks[identities.lacking("iam:PassRole")] = REFUSED
    parts = (READ, REFUSED, BUILDER, IMAGE, FLEET) if user == identities.WHOLE else (lacks.get(user, READ),)
    subject = {
        "name": name,
        "tags": tags,
        "base_image": BASE_IMAGE,
        "instance_type": "stream.standard.medium",
        "subnet_id": workplace.subnet_id,
        "security_group_ids": [workplace.security_group_id],
    }
    if IMAGE in parts:
        body = {"name": name, "base_image": BASE_IMAGE, "region": REGION, "tags": tags}
        workplace.control("images", body)
    if parts == (FLEET,):
        workplace.client("appstream").create_stack(Name=name, Tags=tags)
    made: dict[str, list[Task]] = {
        READ: _ask({"name": name}, "read_only", "base_images", "quotas"),
        REFUSED: _ask(subject, "refused_image_builders", "refused_images", "refused_fleets", "stack"),
        BUILDER: _builder(subject),
        IMAGE: _ask({**subject, "image": name}, "image_available", "image_deleting"),
        FLEET: _fleet(subject),
    }
    return [task for part in parts for task in made[part]]


def _ask(subject: Mapping[str, Any], *probes: str) -> list[Task]:
    asked = f"probed.answers | dict2items | rejectattr('key', 'eq', '{NOT_ALLOWED}')"
    refused = f"{asked} | map(attribute='value.not_asked', default='') | select('search', 'may not call') | list"
    return [
        {
            "name": f"Ask {', '.join(probes)}",
            "euc.appstream.service_probe": {**subject, "probes": list(probes)},
            "register": "probed",
        },
        {
            "name": "Fail for what may not be asked",
            "ansible.builtin.assert": {
                "that": f"({refused}) == []",
                "fail_msg": f"{{{{ {refused} }}}}",
                "quiet": True,
            },
        },
    ]


def _bring(module: str, subject: Mapping[str, Any], state: str, **more: Any) -> Task:
    options = {"name": subject["name"], "state": state, "wait": True, "wait_delay": 1, **more}
    return {"name": f"Bring it to {state}", f"euc.appstream.{module}": options}


def _builder(subject: Mapping[str, Any]) -> list[Task]:
    name = subject["name"]
    lock = {"builder_name": name, "run": "20261130T090000Z-1"}
    builder = {"image_name": BASE_IMAGE, "instance_type": subject["instance_type"], "subnet_id": subject["subnet_id"]}
    groups = {"security_group_ids": subject["security_group_ids"], "tags": subject["tags"]}
    return [
        _bring("image_builder", subject, "running", **builder, **groups, wait=False),
        *_ask(subject, "image_builder_pending"),
        _bring("image_builder", subject, "running"),
        {"name": "Lock it", "euc.appstream.build_lock": lock},
        {"name": "Release it", "euc.appstream.build_lock": {**lock, "state": "released"}},
        *_ask(subject, "image_builder_running", "image_builder_stopping"),
        _bring("image_builder", subject, "stopped"),
        *_ask(subject, "image_builder_stopped"),
        _bring("image_builder", subject, "running"),
        *_ask(subject, "image_builder_restarted", "image_builder_deleting"),
        _bring("image_builder", subject, "absent"),
    ]


def _fleet(subject: Mapping[str, Any]) -> list[Task]:
    return [
        *_ask(subject, "fleet_stopped", "fleet_starting"),
        _bring("fleet", subject, "running"),
        *_ask(subject, "fleet_running", "fleet_stopping"),
        _bring("fleet", subject, "stopped"),
        *_ask(subject, "fleet_restarted"),
        {"name": "Remove the stack", "euc.appstream.stack": {"name": subject["name"], "state": "absent"}},
        _bring("fleet", subject, "absent"),
    ]
