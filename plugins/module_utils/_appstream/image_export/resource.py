# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The export of an image to an AMI as a managed resource: the task that does it."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Mapping
from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES, once_only_config, require_support
from ..core.common_settings import image_name_of
from ..core.errors import AppStreamError
from ..core.reconcile import ManagedResource, Plan
from ..core.retries import CONNECTION_ATTEMPTS, is_refused, pause_before
from ..core.settings import Setting, changes, creation_request, filled, in_words, view
from ..core.tags import as_request
from ..core.waits import History, Resource
from ..image import api as images
from . import api
from .rules import EXPORTED_PLATFORMS, image_export_problems

# What the AMI is given when the export begins.
SETTINGS = (
    Setting("ami_description", "AmiDescription", lambda task: task.get("ami_description") or ""),
    Setting("tags", "TagSpecifications", lambda task: task.get("tag_specifications") or {}),
)
# What a task calls them.
_KEYS = {"ami_description": "ami_description", "tags": "tag_specifications"}


def find_task(tasks: Iterable[Mapping[str, Any]], image: Resource, name: str, ami_name: str) -> Resource:
    """Return the newest task for an image and AMI name; those of a former image of the same name don't count."""
    return next(
        (
            dict(task)
            for task in tasks
            if image_name_of(task) == name
            and task["ami_name"] == ami_name
            and not (image and api.is_older(task, image))
        ),
        None,
    )


class ImageExport(ManagedResource):
    """The export that module ``image_export`` describes."""

    result_key = "export_image_task"

    @property
    def name(self) -> str:
        """What lines of progress call the task: its id says nothing."""
        return f"{self.params['name']} to {self.params['ami_name']}"

    @property
    def about(self) -> str:
        """What messages call the export."""
        return f"Export of image {self.params['name']} to AMI {self.params['ami_name']}"

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return image_export_problems(self.params)

    def read(self) -> Resource:
        """Return the newest task, None when its AMI has been deregistered since: the image is exported again then."""
        task = self._find(self._tasks_before, self._image)
        return None if task and self._ami_is_gone(task) else task

    def plan(self, before: Resource) -> Plan:
        """Return whether a task has to be begun."""
        desired = self._desired()
        if states.export_task_step(before, retry=self.params["retry_failed"]) != states.CREATE:
            shown = _view(before)
            return Plan(shown, shown, warnings=self._warnings(before, desired), predicted=before, wanted="COMPLETED")
        image = self._require_possible()
        ami_name = {"ami_name": self.params["ami_name"]}
        after = {**ami_name, "image": image["name"], "tags": {}, **desired}
        given = {_KEYS[option]: value for option, value in desired.items()}
        predicted = {"image_arn": image["arn"], **ami_name, "state": "COMPLETED", **given}
        return Plan(_view(before), after, predicted=predicted, wanted="COMPLETED", is_changed=True)

    def read_again(self, plan: Any, history: History) -> Resource:
        """Return the task as it is now. Unproven [export_task_seen_at_once]: one that has just been begun may not be
        found at once."""
        task = history.resource
        return (api.get_export_image_task(self._client, task["task_id"]) or task) if task else None

    def next_step(self, resource: Resource, plan: Any, history: History) -> str:
        """Return what brings the export nearer to its end; what failed in this run is not begun again."""
        retry = self.params["retry_failed"] and states.CREATE not in history.actions
        return states.export_task_step(resource, retry=retry)

    def act(self, step: str, resource: Resource, plan: Any, history: History) -> tuple[Resource, list[str]]:
        """Begin a task."""
        return self._begin(), [step]

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why an export in this state can't be COMPLETED."""
        state = states.state_of(resource)
        if state == "TIMED_OUT":
            return f"{self.about} has TIMED_OUT on the side of AWS"
        return f"{self.about} has {state}" if states.export_task_is(states.FAILED, state) else None

    @functools.cached_property
    def _client(self) -> Any:
        return self.connect("appstream", config=once_only_config())

    @functools.cached_property
    def _tasks_before(self) -> list[dict[str, Any]]:
        """All tasks there were when this run began."""
        return api.list_export_image_tasks(self._client)

    @functools.cached_property
    def _image(self) -> Resource:
        return images.describe_image(self._client, self.params["name"])

    def _begin(self) -> dict[str, Any]:
        """Begin a task; when the answer got lost, see whether it has begun before it is begun once more."""
        attempt = 1
        while True:
            try:
                return api.create_export_image_task(self._client, self._request())
            except AppStreamError as error:
                if not error.is_retryable:
                    raise
                begun = self._find_new()
                if begun is not None:
                    return begun
                if attempt >= CONNECTION_ATTEMPTS or (error.cause and is_refused(error.cause)):
                    raise
            attempt += 1
            time.sleep(pause_before(attempt))

    def _find(self, tasks: Iterable[Mapping[str, Any]], image: Resource) -> Resource:
        return find_task(tasks, image, self.params["name"], self.params["ami_name"])

    def _find_new(self) -> Resource:
        """Return the task that has begun in this run although its answer got lost."""
        known = {task["task_id"] for task in self._tasks_before}
        return self._find(
            (one for one in api.list_export_image_tasks(self._client) if one["task_id"] not in known), None
        )

    def _ami_is_gone(self, task: Mapping[str, Any]) -> bool:
        """Say whether the AMI of a task is no more; who may not look at AMIs has to believe the task."""
        if states.state_of(task) != "COMPLETED" or not task.get("ami_id"):
            return False
        try:
            return api.ami_is_gone(self.connect("ec2"), task["ami_id"])
        except AppStreamError as error:
            if error.code not in ACCESS_DENIED_CODES:
                raise
            return False

    def _desired(self) -> dict[str, Any]:
        return filled({"ami_description": self.params["ami_description"], "tags": as_request(self.params["tags"])})

    def _request(self) -> dict[str, Any]:
        names = {"ImageName": self.params["name"], "AmiName": self.params["ami_name"]}
        return {**names, "IamRoleArn": self.params["iam_role_arn"], **creation_request(SETTINGS, self._desired())}

    def _require_possible(self) -> dict[str, Any]:
        """Return the image; raises AppStreamError when it cannot be exported."""
        image, problem = self._image, _problem_of(self._image)
        if image is None or problem:
            raise AppStreamError(f"Image {self.params['name']} cannot be exported: {problem}")
        require_support(self._client, "CreateExportImageTask", self._request())
        return image

    def _warnings(self, task: Resource, desired: Mapping[str, Any]) -> list[str]:
        """Tell what differs on a task that is kept."""
        differing = in_words(changes(SETTINGS, task, desired))
        if not differing:
            return []
        return [f"{self.about} has begun before and cannot be changed, but it differs from the task: {differing}"]


def _problem_of(image: Resource) -> str | None:
    """Say why an image cannot be exported, None when it can be."""
    if image is None:
        return "it does not exist"
    if not images.is_own(image):
        return f"it is {image.get('visibility')} and not this account's"
    if not states.image_is(states.READY, image.get("state")):
        return f"it is {image.get('state')}, not AVAILABLE"
    if image.get("platform") not in EXPORTED_PLATFORMS:
        return f"its platform is {image.get('platform')}, and only {' and '.join(EXPORTED_PLATFORMS)} can be exported"
    return None


def _view(task: Resource) -> dict[str, Any]:
    """Return what can be compared of an export; {} when there is none, or when it has failed."""
    if task is None or states.export_task_is(states.FAILED, states.state_of(task)):
        return {}
    shown = {"ami_name": task["ami_name"], "image": image_name_of(task)}
    return {**shown, "tags": {}, **view(SETTINGS, task)}
