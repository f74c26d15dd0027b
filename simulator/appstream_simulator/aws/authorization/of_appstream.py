# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rights that calls of AppStream need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws.authorization.need import ANYTHING, Need
from appstream_simulator.aws.authorization.reference import REQUEST_TAG, RESOURCE_TAG, TAG_KEYS, Action, action

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = Mapping[str, Any]

_SERVICE = "appstream.amazonaws.com"

# The member of a request that names a resource of a type. Where there is none it is `Name`, of the type that the
# operation is about.
_MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "image-builder": ("ImageBuilderName",),
        "image": ("ImageArn", "ImageName", "SourceImageName", "existingImageName"),
        "fleet": ("FleetName",),
        "stack": ("StackName",),
    }
)
_WHOLE_ARNS = ("ResourceArn", "AssociatedResource")
# Tags that a new resource gets, and the type of that resource with the member that has its name.
_TAGS = ("Tags", "newImageTags")
_CREATED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "CreateImageBuilder": ("image-builder", "Name"),
        "CreateFleet": ("fleet", "Name"),
        "CreateStack": ("stack", "Name"),
        "CreateUpdatedImage": ("image", "newImageName"),
    }
)


def needs(backend: AppStreamBackend, operation: str, request: Request) -> list[Need]:
    """What a call needs: its action on each of its resources, and what comes with tags and with a role.

    Raises:
        NotImplementedError: nothing is known of this operation.
    """
    known = action(operation)
    arns = list(_arns(backend, operation, request, known)) or [ANYTHING]
    found = [Need(f"appstream:{operation}", arn, _context(backend, known, arn, request)) for arn in arns]
    # With tags that come along nobody but the creator of the resource is asked about the resource's own.
    if operation in _CREATED and _tags(request):
        kind, member = _CREATED[operation]
        context = _context(backend, action("TagResource"), "", request)
        found.append(Need("appstream:TagResource", backend.arn(f"{kind}/{request.get(member)}"), context))
    role = request.get("IamRoleArn")
    if role:
        found.append(Need("iam:PassRole", str(role), {"iam:passedtoservice": [_SERVICE]}))
    return found


def _arns(backend: AppStreamBackend, operation: str, request: Request, known: Action) -> Iterator[str]:
    for kind in (one.rstrip("*") for one in known.types):
        given = next((str(request[name]) for name in _MEMBERS[kind] if request.get(name)), "")
        if not given and _is_about(operation, kind):
            given = str(request.get("Name") or "")
        if given:
            yield given if given.startswith("arn:") else _arn(backend, kind, given)
    if known.types:
        yield from (str(request[name]) for name in _WHOLE_ARNS if request.get(name))


def _is_about(operation: str, kind: str) -> bool:
    """Whether `Name` is that of a resource of this type. DescribeImagePermissions and the like are about images."""
    name = operation.removesuffix("StreamingURL").removesuffix("Permissions")
    return name.endswith({"image-builder": "ImageBuilder", "image": "Image", "fleet": "Fleet", "stack": "Stack"}[kind])


def _arn(backend: AppStreamBackend, kind: str, name: str) -> str:
    public = backend.public.get(name) if kind == "image" and name not in backend.images else None
    return public.arn if public is not None else backend.arn(f"{kind}/{name}")


def _context(backend: AppStreamBackend, known: Action, arn: str, request: Request) -> dict[str, list[str]]:
    """The condition keys of a resource's own tags and of those in the request."""
    context: dict[str, list[str]] = {}
    if RESOURCE_TAG in known.keys:
        context |= {f"{RESOURCE_TAG}/{key}".lower(): [value] for key, value in backend.tags.get(arn, {}).items()}
    tags = _tags(request)
    if REQUEST_TAG in known.keys:
        context |= {f"{REQUEST_TAG}/{key}".lower(): [value] for key, value in tags.items()}
    keys = list(tags) or list(request.get("TagKeys") or [])
    if TAG_KEYS in known.keys and keys:
        context[TAG_KEYS.lower()] = keys
    return context


def _tags(request: Request) -> dict[str, str]:
    found: Any = next((request[name] for name in _TAGS if request.get(name)), {})
    if not isinstance(found, Mapping):
        raise ValueError("the tags are no map")
    return {str(key): str(value) for key, value in found.items()}
