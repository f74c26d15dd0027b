# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Images that an account has from before the simulation began, for tests that are not about making them."""

from __future__ import annotations

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID

from appstream_simulator.aws import graphics_drivers, regions
from appstream_simulator.aws.image import Image, without_none
from appstream_simulator.aws.models import appstream_backends


def add(body: dict[str, Any]) -> dict[str, Any]:
    """Put an image into an account, as if it had been taken of a builder of a base image without changes.

    The base image may be one that no builder can be started from any more.

    Args:
        body: `name` and `base_image` (a name), `region`, and optionally `account`, `tags` and `state`: AVAILABLE, which
            it is by default, or FAILED.

    Returns:
        The API's Image.

    Raises:
        ValueError, KeyError: something is missing, the base image does not exist, or the name is taken.
    """
    unknown = sorted(set(body) - {"name", "base_image", "region", "account", "state", "tags"})
    if unknown:
        raise ValueError(f"an image has no {', '.join(unknown)} here")
    state = body.get("state", "AVAILABLE")
    if state not in ("AVAILABLE", "FAILED"):
        raise ValueError(f"an image from before is not {state}")
    problem = regions.problem("appstream", body["region"])
    if problem:
        raise ValueError(problem)
    backend = appstream_backends[body.get("account", DEFAULT_ACCOUNT_ID)][body["region"]]
    name, base = body["name"], backend.public[body["base_image"]]
    if backend.image_name_exists(name):
        raise ValueError(f"there is an image {name} already")
    image = Image(
        name=name,
        arn=backend.arn(f"image/{name}"),
        serial=next(backend.serials),
        state=state,
        visibility="PRIVATE",
        created=backend.simulation.clock.now(),
        agent_version=base.agent_version,
        latest_agent=False,
        families=graphics_drivers.families_of_image_from(base, base.graphics_driver),
        platform=base.platform,
        attributes=without_none(
            {
                "BaseImageArn": base.arn,
                "ImageBuilderSupported": True,
                "Applications": [],
                "PublicBaseImageReleasedDate": base.attributes["PublicBaseImageReleasedDate"],
                "DynamicAppProvidersEnabled": "DISABLED",
                "ManagedSoftwareIncluded": False,
                "ImageSoftwareMetadata": graphics_drivers.metadata(base.graphics_driver),
            }
        ),
    )
    backend.images[name] = image
    backend.tags[image.arn] = {key: str(value) for key, value in body.get("tags", {}).items()}
    return image.describe()
