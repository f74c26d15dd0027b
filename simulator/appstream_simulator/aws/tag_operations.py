# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on tags. Each takes the back end and the validated request and returns the response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appstream_simulator.assumptions import ACCEPTED, answer
from appstream_simulator.aws.exceptions import ResourceNotFoundException
from appstream_simulator.aws.unproven import exception_named, refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]

_MAXIMUM = 50


def tag_resource(backend: AppStreamBackend, request: Request) -> Response:
    """TagResource."""
    tags = {**_tags(backend, request), **request["Tags"]}
    _check_pending("tagging_pending_image", ACCEPTED, backend, request["ResourceArn"])
    if len(tags) > _MAXIMUM:
        raise refusal("more than 50 tags", f"A resource cannot have more than {_MAXIMUM} tags.")
    backend.tags[request["ResourceArn"]] = tags
    return {}


def untag_resource(backend: AppStreamBackend, request: Request) -> Response:
    """UntagResource. Keys the resource does not have are ignored."""
    tags = _tags(backend, request)
    for key in request["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(backend: AppStreamBackend, request: Request) -> Response:
    """ListTagsForResource."""
    tags = _tags(backend, request)
    _check_pending("tags_of_pending_image", "readable", backend, request["ResourceArn"])
    return {"Tags": tags}


def _check_pending(name: str, usual: str, backend: AppStreamBackend, arn: str) -> None:
    """Raise the exception with which the real service was seen to refuse this of an image that is PENDING."""
    seen = answer(name)
    if seen != usual and any(image.arn == arn and image.state == "PENDING" for image in backend.images.values()):
        raise exception_named(seen)(f"The image {arn} is PENDING.")


def _tags(backend: AppStreamBackend, request: Request) -> dict[str, str]:
    arn = request["ResourceArn"]
    if not backend.taggable(arn):
        raise ResourceNotFoundException(f"The resource {arn} does not exist.")
    return backend.tags.setdefault(arn, {})
