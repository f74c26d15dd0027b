# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image_export`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES, require_support
from ..core.common_settings import image_name_of
from ..core.errors import AppStreamError
from ..core.old_settings import told
from ..core.retries import CONNECTION_ATTEMPTS, is_refused, pause_before
from ..core.tags import as_request
from ..core.waits import Outcome, Reconciler, Resource, first_sight, untouched, wait_options
from ..image import api as images
from ..image_import.rules import EXPORTED_PLATFORMS
from . import api as image_exports

RESULT_KEY = "export_image_task"

# The options that say what to bring about, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "ami_name": {"type": "str", "required": True},
    "retry_failed": {"type": "bool", "default": True},
    **wait_options(timeout=7200),
}


@dataclass
class Wish:
    """What the options of module ``image_export`` ask for. ``created`` turns true when this run has begun a task."""

    name: str
    ami_name: str
    request: dict[str, Any]
    retry_failed: bool
    created: bool = field(default=False)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``image_export``."""
        request = {
            "ImageName": options["name"],
            "AmiName": options["ami_name"],
            "IamRoleArn": options["iam_role_arn"],
            "AmiDescription": options["ami_description"] or None,
            "TagSpecifications": as_request(options["tags"]) or None,
        }
        return cls(
            name=options["name"],
            ami_name=options["ami_name"],
            request={member: value for member, value in request.items() if value is not None},
            retry_failed=options["retry_failed"],
        )

    @property
    def about(self) -> str:
        """What messages call it."""
        return about(self.name, self.ami_name)


def about(name: str, ami_name: str) -> str:
    """Return what messages call the export of an image."""
    return f"Export of image {name} to AMI {ami_name}"


def find_task(tasks: Iterable[Mapping[str, Any]], image: Resource, wish: Wish) -> Resource:
    """Return the newest task for the image and AMI name; those of a former image of the same name don't count."""
    return next(
        (
            dict(task)
            for task in tasks
            if image_name_of(task) == wish.name
            and task["ami_name"] == wish.ami_name
            and not (image and image_exports.is_older(task, image))
        ),
        None,
    )


def still_counts(task: Resource, open_ec2: Callable[[], Any]) -> Resource:
    """Return the task, None when its AMI has been deregistered since: then the image has to be exported anew.

    Who may not look at AMIs has to believe the task.
    """
    if task is None or states.state_of(task) != "COMPLETED" or not task.get("ami_id"):
        return task
    try:
        return None if image_exports.ami_is_gone(open_ec2(), task["ami_id"]) else task
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return task


def next_step(task: Resource, wish: Wish) -> str:
    """Decide what brings the export one step nearer to its end; what failed in this run is not tried again."""
    return states.export_task_step(task, retry=wish.retry_failed and not wish.created)


def require_possible(client: Any, image: Resource, task: Resource, wish: Wish) -> None:
    """Raise AppStreamError when a task has to be begun and the image cannot be exported."""
    if next_step(task, wish) != states.CREATE:
        return
    problem = _problem(image)
    if problem:
        raise AppStreamError(f"Image {wish.name} cannot be exported: {problem}", result=untouched(RESULT_KEY, task))
    require_support(client, "CreateExportImageTask", wish.request)


def _problem(image: Resource) -> str | None:
    if image is None:
        return "it does not exist"
    if not images.is_own(image):
        return f"it is {image.get('visibility')} and not this account's"
    if not states.image_is(states.READY, image.get("state")):
        return f"it is {image.get('state')}, not AVAILABLE"
    if image.get("platform") not in EXPORTED_PLATFORMS:
        return f"its platform is {image.get('platform')}, and only {' and '.join(EXPORTED_PLATFORMS)} can be exported"
    return None


def warnings(task: Resource, wish: Wish) -> list[str]:
    """Tell what differs on a task that is kept: description and tags are given to the AMI when the task begins."""
    if task is None or next_step(task, wish) == states.CREATE:
        return []
    current = {"ami_description": task.get("ami_description") or "", "tags": task.get("tag_specifications") or {}}
    wanted = {"ami_description": wish.request.get("AmiDescription"), "tags": wish.request.get("TagSpecifications")}
    drift = {
        option: {"current": current[option], "wanted": value}
        for option, value in wanted.items()
        if value is not None and value != current[option]
    }
    if not drift:
        return []
    return [f"{wish.about} has begun before and cannot be changed, but it differs from the task: {told(drift)}"]


def view(task: Resource) -> dict[str, Any]:
    """Return what can be compared of an export; {} when there is none, or when it has failed."""
    if task is None or states.export_task_is(states.FAILED, states.state_of(task)):
        return {}
    shown = {"ami_name": task["ami_name"], "image": image_name_of(task)}
    description, tags = task.get("ami_description"), task.get("tag_specifications")
    return {**shown, **({"ami_description": description} if description else {}), "tags": dict(tags or {})}


def view_after(before: Resource, wish: Wish) -> dict[str, Any]:
    """Return the view of the export as it is to be."""
    if next_step(before, wish) != states.CREATE:
        return view(before)
    description = wish.request.get("AmiDescription")
    shown = {"ami_name": wish.ami_name, "image": wish.name, **({"ami_description": description} if description else {})}
    return {**shown, "tags": wish.request.get("TagSpecifications", {})}


def predicted_outcome(before: Resource, image: Resource, wish: Wish) -> Outcome:
    """Return what check mode promises."""
    if next_step(before, wish) != states.CREATE:
        return Outcome(before, 0, first_sight(before), [])
    names = {"AmiDescription": "ami_description", "TagSpecifications": "tag_specifications"}
    known = {names[member]: value for member, value in wish.request.items() if member in names}
    task = {"image_arn": (image or {})["arn"], "ami_name": wish.ami_name, "state": "COMPLETED", **known}
    return Outcome(task, 0, first_sight(before), [])


def goal(client: Any, wish: Wish, before: Resource, known_ids: frozenset[str]) -> Reconciler:
    """Return how to get the export COMPLETED. ``known_ids``: the ids of all tasks there were when this run began."""
    latest = {"task": before}

    def act(step: str, task: Resource) -> tuple[Resource, list[str]]:
        latest["task"] = _begin(client, wish, known_ids)
        wish.created = True
        return latest["task"], [step]

    def read() -> Resource:
        task = latest["task"]
        # Unproven: a task begun just now may not be found at once.
        return (image_exports.get_export_image_task(client, task["task_id"]) or task) if task else None

    return Reconciler(
        about=wish.about,
        result_key=RESULT_KEY,
        wanted="COMPLETED",
        next_step=lambda task: next_step(task, wish),
        act=act,
        read=read,
        is_transient=lambda error: error.is_retryable,
        failure_reason=lambda task: failure_reason(wish.name, wish.ami_name, task),
    )


def _begin(client: Any, wish: Wish, known_ids: frozenset[str]) -> dict[str, Any]:
    """Begin a task; when the answer got lost, look whether it has begun before it is begun once more."""
    attempt = 1
    while True:
        try:
            return image_exports.create_export_image_task(client, wish.request)
        except AppStreamError as error:
            if not error.is_retryable:
                raise
            begun = find_task(_others(client, known_ids), None, wish)
            if begun is not None:
                return begun
            if attempt >= CONNECTION_ATTEMPTS or (error.cause and is_refused(error.cause)):
                raise
        attempt += 1
        time.sleep(pause_before(attempt))


def _others(client: Any, known_ids: frozenset[str]) -> list[dict[str, Any]]:
    return [task for task in image_exports.list_export_image_tasks(client) if task["task_id"] not in known_ids]


def failure_reason(name: str, ami_name: str, task: Resource) -> str | None:
    """Say why an export in this state can't be COMPLETED; None when its state says it all."""
    state = states.state_of(task)
    if state == "TIMED_OUT":
        return f"{about(name, ami_name)} has TIMED_OUT on the side of AWS"
    return f"{about(name, ami_name)} has {state}" if states.export_task_is(states.FAILED, state) else None
