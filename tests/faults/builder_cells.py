# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Image builders and images that do not come to what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
from cell import Cell, Expected

_BATCH = "builders and images"
# After the words of AWS the message goes on with a sentence of its own.
_REMEDY = r"\. [A-Z].*\.$"


def builder_codes() -> list[str]:
    """Error codes that the service model has for image builders (of fleets alone: those that name one)."""
    model = botocore.session.get_session().get_service_model("appstream")
    return [code for code in model.shape_for("FleetErrorCode").enum if "FLEET" not in code]


def cells() -> Iterator[Cell]:
    """Builders by error code, images by error code, and those that stay what they are for ever."""
    for code in builder_codes():
        rule = {"builder": "{name}", "error_code": code, "times": 1}
        expected = Expected("ABSENT", "ABSENT", 2, "provision", code, _REMEDY)
        batch = "domain join" if code.startswith("DOMAIN_JOIN") else "builders FAILED"
        yield Cell("provision", "builder FAILED", code, batch, expected, outcomes=(rule,))
    yield _stopped()
    yield from _refused()
    yield from _endless()
    yield from _images()


def _stopped() -> Cell:
    rule = {"builder": "{name}", "error_code": "INTERNAL_SERVICE_ERROR", "state": "STOPPED", "times": 1}
    expected = Expected("ABSENT", "ABSENT", 2, "provision", "INTERNAL_SERVICE_ERROR", "Try again")
    return Cell("provision", "builder", "STOPPED instead of RUNNING", _BATCH, expected, outcomes=(rule,))


def _refused() -> Iterator[Cell]:
    """What AWS answers to create-image-builder when it can't be."""
    answers = {
        "quota used up": ("LimitExceededException", "The image builder limit has been exceeded.", "Service Quotas"),
        "no capacity": ("ResourceNotAvailableException", "There is no capacity for this instance type.", "choose|try"),
        "role not known": ("InvalidRoleException", "The IAM role is not valid.", "IAM role must exist"),
        "account not verified": (
            "InvalidAccountStatusException",
            "The account is not verified.",
            "contact AWS Support",
        ),
    }
    for fault, (code, message, remedy) in answers.items():
        answer: dict[str, Any] = {"code": code, "message": message, "status": 400}
        rule = {"match": "appstream:CreateImageBuilder", "request": '"Name": ?"{name}"', **answer}
        expected = Expected("ABSENT", "ABSENT", 2, "provision", code, remedy)
        yield Cell("provision", "CreateImageBuilder", fault, _BATCH, expected, aws=(rule,))


def _images() -> Iterator[Cell]:
    for code in ("INTERNAL_SERVICE_ERROR", "VALIDATION_ERROR"):
        rule = {"image": "{name}-1", "error_code": code, "times": 1}
        expected = Expected("ABSENT", "FAILED", 2, "capture", code, _REMEDY)
        yield Cell("capture", "snapshot FAILED", code, _BATCH, expected, outcomes=(rule,))
    never = {"image": "{name}-1", "state": "ABSENT", "times": 1}
    expected = Expected("ABSENT", "ABSENT", 2, "capture", "no image .* showed up", "run the same task again")
    yield Cell("capture", "image", "never appears", _BATCH, expected, outcomes=(never,))
    pending = {"image": "{name}-1", "state": "PENDING"}
    expected = Expected("STOPPED", "PENDING", 2, "capture", "still PENDING after", "")
    variables = {"build_image_image_wait_timeout": 60}
    yield Cell("capture", "image", "PENDING for ever", _BATCH, expected, variables=variables, outcomes=(pending,))


def _endless() -> Iterator[Cell]:
    """Builders that do not come to an end; each is waited for a minute only."""
    recipe, variables = {"builder": quick_builder}, {"remove_image_builder_wait_timeout": 60}
    endless = {"builder": "{name}", "state": "PENDING"}
    expected = Expected("PENDING", "ABSENT", 2, "provision", "still PENDING after", "Look whether the service role")
    yield Cell("provision", "builder", "PENDING for ever", _BATCH, expected, recipe, variables, outcomes=(endless,))
    nowhere = {"builder": "{name}", "state": "RUNNING", "times": 1}
    expected = Expected("ABSENT", "ABSENT", 2, "provision", "no private address", "create the image builder again")
    yield Cell("provision", "builder", "RUNNING without an address", _BATCH, expected, recipe, outcomes=(nowhere,))


def quick_builder(workplace: Any) -> dict[str, Any]:
    """A builder that is waited for a minute only."""
    return {
        "instance_type": "stream.standard.medium",
        "subnet_id": workplace.subnet_id,
        "security_group_ids": [workplace.security_group_id],
        "wait_timeout": 60,
    }
