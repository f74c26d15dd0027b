# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image_import`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core import old_settings as settings
from ..core import states
from ..core.calls import ALREADY_EXISTS, require_support
from ..core.errors import AppStreamError
from ..core.old_settings import Setting, camel_case, filled, is_empty
from ..core.tags import as_request, tags_after
from ..core.waits import Outcome, Reconciler, Resource, first_sight, wait_options
from ..image import api as images
from ..image import derived as made_images
from ..image.derived import failure_reason, is_made, next_step
from . import api as image_imports

# The options that say what to bring about, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "retry_failed": {"type": "bool", "default": False},
    **wait_options(timeout=7200),
}

IMPORTED_TYPES = ("CUSTOM", "BYOL")
AGAIN = "imported anew"

_COMPARED = ("name", "absolute_app_path", "working_directory", "launch_parameters")


def _agent(image: Mapping[str, Any]) -> str | None:
    told = image.get("latest_appstream_agent_version")
    return {"TRUE": "ALWAYS_LATEST", "FALSE": "CURRENT_LATEST"}.get(str(told))


def _catalog(image: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an image's applications as the option has them, with what the service tells of them."""
    names = {"launch_path": "absolute_app_path"}
    kept = ("name", "display_name", "launch_path", "working_directory", "launch_parameters")
    applications = image.get("applications") or []
    return [{names.get(key, key): one[key] for key in kept if one.get(key)} for one in applications]


def _comparable(applications: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(one.get(option) or "") for option in _COMPARED) for one in applications)


def _catalog_request(applications: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [camel_case({key: value or None for key, value in one.items()}) for one in applications]


SETTINGS: tuple[Setting, ...] = (
    # What the service does not tell of an image can't be compared.
    Setting("source_ami_id", "SourceAmiId", lambda image: None),
    Setting("workspace_image_id", "WorkspaceImageId", lambda image: None),
    Setting("iam_role_arn", "IamRoleArn", lambda image: None),
    Setting("runtime_validation_config", "RuntimeValidationConfig", lambda image: None, to_request=camel_case),
    Setting("description", "Description", lambda image: image.get("description") or ""),
    Setting("display_name", "DisplayName", lambda image: image.get("display_name") or ""),
    Setting("agent_software_version", "AgentSoftwareVersion", _agent),
    Setting("app_catalog_config", "AppCatalogConfig", _catalog, to_request=_catalog_request, comparable=_comparable),
)


def about(name: str) -> str:
    """Return how messages name the image."""
    return f"Image {name}"


@dataclass
class Wish(made_images.Wish):
    """What the options of module ``image_import`` ask for."""

    settings: dict[str, Any] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``image_import``."""
        wanted = settings.wanted_settings(SETTINGS, options)
        return cls(
            name=options["name"],
            about=about(options["name"]),
            again=AGAIN,
            texts={},
            settings=wanted,
            request=creation_request(options["name"], wanted, options["tags"]),
            tags=options["tags"],
            purge_tags=options["purge_tags"],
            retry_failed=options["retry_failed"],
        )


def creation_request(name: str, wanted: Mapping[str, Any], tags: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the parameters of CreateImportedImage."""
    request: dict[str, Any] = {"Name": name}
    for setting in SETTINGS:
        value = wanted.get(setting.option)
        if value is not None and not is_empty(value):
            request[setting.parameter] = setting.to_request(value)
    if tags:
        request["Tags"] = as_request(tags)
    return request


def require_possible(client: Any, image: Resource, wish: Wish) -> None:
    """Raise AppStreamError when the image is somebody else's, or has to be made and botocore is too old for that."""
    if image is not None and not images.is_own(image):
        raise AppStreamError(
            f"Image {wish.name} is {image.get('visibility')} and not this account's, choose another name"
        )
    if is_made(image, wish):
        require_support(client, image_imports.OPERATION, wish.request)


def check(client: Any, image: Resource, wish: Wish) -> None:
    """Have the service check an import that is to come. Raises AppStreamError as the import would.

    The name of an image that is to be deleted before is still taken, which says nothing of the import.
    """
    require_support(client, image_imports.OPERATION, {"DryRun": True})
    try:
        image_imports.check_imported_image(client, wish.request)
    except AppStreamError as error:
        if image is None or error.code != ALREADY_EXISTS:
            raise


def warnings(image: Resource, wish: Wish) -> list[str]:
    """Tell what differs on an image that is kept, which the service cannot change."""
    if image is None or is_made(image, wish):
        return []
    found = []
    kind = image.get("image_type")
    if kind and kind not in IMPORTED_TYPES:
        found.append(f"image {wish.name} was not imported, its type is {kind}")
    told = [_difference(option, both) for option, both in settings.differences(SETTINGS, image, wish.settings).items()]
    if told:
        found.append(f"image {wish.name} exists and cannot be changed, but it differs from the task: {'; '.join(told)}")
    return found


def _difference(option: str, both: Mapping[str, Any]) -> str:
    if option != "app_catalog_config":
        return f"{option} is {both['current']!r}, wanted {both['wanted']!r}"
    # Launch parameters may be secret.
    current, wanted = (", ".join(one["name"] for one in both[key]) or "nothing" for key in ("current", "wanted"))
    return f"{option} has {current}, wanted {wanted}" if current != wanted else f"{option} has other settings"


def view(image: Resource) -> dict[str, Any]:
    """Return what can be compared of an image: its settings as options, its state and tags; {} when absent."""
    if image is None:
        return {}
    shown = settings.view(SETTINGS, image)
    return {**shown, "state": states.state_of(image), "tags": dict(image.get("tags") or {})}


def view_after(before: Resource, wish: Wish) -> dict[str, Any]:
    """Return the view of the image as it is to be."""
    if before is not None and not is_made(before, wish):
        return {**view(before), "tags": tags_after(before["tags"], wish.tags, wish.purge_tags)}
    return {**filled(wish.settings), "state": "AVAILABLE", "tags": tags_after({}, wish.tags, wish.purge_tags)}


def predicted_outcome(before: Resource, after: Mapping[str, Any], wish: Wish) -> Outcome:
    """Return what check mode promises: the image as far as it can be known."""
    if before is not None and not is_made(before, wish):
        return Outcome({**before, "tags": after["tags"]}, 0, first_sight(before), [])
    known = ("description", "display_name", "state", "tags")
    shown = {key: after[key] for key in known if key in after}
    return Outcome({"name": wish.name, **shown}, 0, first_sight(before), [])


def goal(client: Any, wish: Wish, before: Resource, after: Mapping[str, Any]) -> Reconciler:
    """Return how to get the image AVAILABLE, with the tags it is known to have."""

    def tagged(image: Resource) -> Resource:
        known = after if wish.created or (before and not is_made(before, wish)) else before or {}
        return image and {**image, "tags": dict(known.get("tags", {}))}

    def make() -> Resource:
        return image_imports.create_imported_image(client, wish.request)

    def act(step: str, image: Resource) -> tuple[Resource, list[str]]:
        current = made_images.take(client, wish.name, step, image, make)
        wish.created = wish.created or step == states.CREATE
        return tagged(current), [step]

    return Reconciler(
        about=wish.about,
        result_key=made_images.RESULT_KEY,
        wanted="AVAILABLE",
        next_step=lambda image: next_step(image, wish),
        act=act,
        read=lambda: tagged(images.describe_image(client, wish.name)),
        is_transient=lambda error: error.is_retryable,
        failure_reason=lambda image: failure_reason(image, wish.about, wish.again),
    )
