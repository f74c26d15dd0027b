# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Licence-included software of image builders and images: one function per API operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import call_if_there, call_known, call_tokens, require_support
from ..core.validation import SOFTWARE_NAME
from ..image_builder.api import describe_image_builder

# botocore has these operations from 1.40.60 on.
DESCRIBE = "DescribeSoftwareAssociations"
ASSOCIATE = "AssociateSoftwareToImageBuilder"
DISASSOCIATE = "DisassociateSoftwareFromImageBuilder"
DEPLOY = "StartSoftwareDeploymentToImageBuilder"


def describe_software_associations(client: Any, arn: str) -> list[dict[str, Any]]:
    """Return the software of an image builder or an image, by name. Raises AppStreamError."""
    require_support(client, DESCRIBE, {"AssociatedResource": arn})
    found = call_tokens(client, "describe_software_associations", arn, "SoftwareAssociations", AssociatedResource=arn)
    return sorted((to_ansible_dict(one) for one in found), key=lambda one: str(one["software_name"]))


def describe_image_builder_software(client: Any, name: str) -> dict[str, Any] | None:
    """Return name, arn, state, platform and software of an image builder, None when there is none of that name."""
    builder = describe_image_builder(client, name)
    if builder is None:
        return None
    shown: dict[str, Any] = {key: builder[key] for key in ("name", "arn", "state", "platform") if key in builder}
    return {**shown, "software_associations": describe_software_associations(client, builder["arn"])}


def statuses_of(image_builder: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the status of all software of an image builder as read here, by name."""
    return {one["software_name"]: one["status"] for one in (image_builder or {}).get("software_associations", [])}


def associate_software(client: Any, name: str, softwares: Sequence[str]) -> None:
    """Stage software for installation on a running image builder that has just been read. Raises AppStreamError.

    A name of another form than all known ones may be misspelt: "not found" does not pass then.
    """
    about = f"{', '.join(softwares)} on image builder {name}"
    parameters = {"ImageBuilderName": name, "SoftwareNames": list(softwares)}
    require_support(client, ASSOCIATE, parameters)
    call_if_there(
        client,
        "associate_software_to_image_builder",
        about,
        lambda: all(SOFTWARE_NAME.match(software) for software in softwares),
        **parameters,
    )


def disassociate_software(client: Any, name: str, softwares: Sequence[str]) -> None:
    """Stage software for removal from a running image builder that has just been read. Raises AppStreamError.

    "Not found" passes as long as the image builder has the software.
    """
    about = f"{', '.join(softwares)} on image builder {name}"
    parameters = {"ImageBuilderName": name, "SoftwareNames": list(softwares)}
    require_support(client, DISASSOCIATE, parameters)
    call_if_there(
        client,
        "disassociate_software_from_image_builder",
        about,
        lambda: set(softwares) <= set(statuses_of(describe_image_builder_software(client, name))),
        **parameters,
    )


def start_software_deployment(client: Any, name: str, retry_failed: bool) -> None:
    """Install and remove what is staged on an image builder that has just been read. Raises AppStreamError.

    ``retry_failed``: and what failed before.
    """
    parameters: dict[str, Any] = {"ImageBuilderName": name}
    if retry_failed:
        parameters["RetryFailedDeployments"] = True
    require_support(client, DEPLOY, parameters)
    call_known(client, "start_software_deployment_to_image_builder", f"image builder {name}", **parameters)
