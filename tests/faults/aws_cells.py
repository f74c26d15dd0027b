# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults of AWS at every operation of a build."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from cell import SURVIVED, Cell, Expected

_FOR_EVER: dict[str, Any] = {}
_NAMED = r'\["{name}"\]'
_READY = '"State": ?"RUNNING"'
_IMAGE_NAMED = r'\["{name}-1"\]'


@dataclasses.dataclass(frozen=True)
class Target:
    """An operation at a step.

    Attributes:
        request: regular expression that the request about this very image has.
        state: of the builder while this step makes the call; '' for any.
        builder: where the builder ends when this operation is refused for good and the recipe says on_error: delete.
        image: likewise.
        answered: regular expression of the answer after which this step makes the next such call.
        phase: what the report calls the step, if not so.
    """

    step: str
    operation: str
    request: str
    state: str = ""
    builder: str = "ABSENT"
    image: str = "ABSENT"
    recipe: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    builder_before: str = ""
    answered: str = ""
    phase: str = ""


_SEALED = {"seal": {"scan": False, "manifest_permissions": False, "remove_hybrid_activation": False}}

TARGETS = (
    Target("provision", "DescribeImageBuilders", _NAMED, "ABSENT"),
    Target("provision", "CreateImageBuilder", '"Name": ?"{name}"'),
    Target("provision", "DescribeImageBuilders while PENDING", _NAMED, "PENDING"),
    Target("provision", "StartImageBuilder", '"Name": ?"{name}"', builder_before="STOPPED"),
    Target("capture", "DescribeImages", _IMAGE_NAMED, "RUNNING", "RUNNING"),
    Target("capture", "DescribeImageBuilders", _NAMED, "RUNNING", "RUNNING", recipe=_SEALED, answered=_READY),
    Target("capture", "TagResource", "image-builder/{name}", "RUNNING", recipe=_SEALED),
    Target("capture", "ListTagsForResource", "image-builder/{name}", "RUNNING", recipe=_SEALED),
    Target("wait", "DescribeImages", _IMAGE_NAMED, "SNAPSHOTTING|STOPPED", "STOPPED", "AVAILABLE", phase="capture"),
    Target("wait", "ListTagsForResource", "image/{name}-1", "", "ABSENT", "AVAILABLE"),
    Target("remove", "DescribeImageBuilders", _NAMED, "STOPPED", "STOPPED", "AVAILABLE"),
    Target("remove", "ListTagsForResource", "image-builder/{name}", "STOPPED", "STOPPED", "AVAILABLE"),
    Target("remove", "DeleteImageBuilder", '"Name": ?"{name}"', "STOPPED", "STOPPED", "AVAILABLE"),
    Target("remove", "DescribeImageBuilders while DELETING", _NAMED, "DELETING", "ABSENT", "AVAILABLE"),
)


@dataclasses.dataclass(frozen=True)
class Fault:
    """What goes wrong with a call, and for how many calls (rules of the simulator)."""

    text: str
    rule: Mapping[str, Any]


_THROTTLED = {"code": "ThrottlingException", "message": "Rate exceeded"}
_EXPIRED = {"code": "ExpiredTokenException", "message": "The security token included in the request is expired"}
_CLOCK = {"code": "InvalidSignatureException", "message": "Signature expired: 20261130T100000Z is now earlier than ..."}

# Those that pass by themselves. Some of them are longer than all attempts of botocore.
PASSING = (
    Fault("throttled 8 times", {**_THROTTLED, "times": 8}),
    Fault("error 500, 8 times", {"code": "InternalFailure", "message": "", "status": 500, "times": 8}),
    Fault("connection dropped before the call", {"drop": True, "times": 2}),
    Fault("connection dropped after the call", {"drop": "after", "times": 1}),
    Fault("credentials expired for a while", {**_EXPIRED, "times": 3}),
    Fault("clock wrong for a while", {**_CLOCK, "times": 3}),
)

_DENIED = {"code": "AccessDeniedException", "message": "User is not authorized to perform this action", "status": 400}


def cells() -> Iterator[Cell]:
    """Each fault at each target, where it can strike."""
    for target in TARGETS:
        # What only reads can't tell whether the connection was lost before or after.
        reads = target.operation.startswith(("Describe", "List"))
        for fault in (one for one in PASSING if not (reads and one.rule.get("drop") == "after")):
            yield _cell(target, fault.text, f"AWS, {fault.text}", fault.rule, SURVIVED)
    for target in TARGETS:
        yield from _denied(target)


def _cell(target: Target, fault: str, batch: str, rule: Mapping[str, Any], expected: Expected) -> Cell:
    bound = {"match": f"appstream:{target.operation.split()[0]}", "request": target.request, **rule}
    if target.state:
        bound.update(builder="{name}", state=target.state)
    recipe, before = target.recipe, target.builder_before
    if target.answered:
        bound.update(answered=target.answered)
    return Cell(
        target.step, target.operation, fault, batch, expected, recipe=recipe, aws=(bound,), builder_before=before
    )


def _denied(target: Target) -> Iterator[Cell]:
    """A right that is missing ends the image, unless there is one already, or only a tag was concerned."""
    named = f"{_snake(target.operation)} failed.*AccessDenied"
    ended = Expected(target.builder, target.image, 2, target.phase or target.step, named, "Allow this action")
    left = Expected(
        target.builder, target.image, left_to_do="AccessDenied.*Allow this action.*Run the same command again"
    )
    expected = left if target.step == "remove" else ended
    if target.operation in ("ListTagsForResource", "TagResource") or target.recipe is _SEALED:
        expected = SURVIVED
    batch = "AWS, lasting" if expected is ended else "AWS, lasting, survived"
    yield _cell(target, "access denied", batch, _DENIED, expected)


def _snake(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation.split()[0]).lstrip("_")
