# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the states of image builders, images and directories mean, and what to do next in each of them.

States come from AppStream's ``ImageBuilderState`` and ``ImageState`` and from Directory Service's ``DirectoryStage``.
The services add states over time, so one that is not listed here counts as moving: it is waited for, never treated as
a failure. ``None`` stands for a resource that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ABSENT = "ABSENT"

# What a resource does when nobody asks anything of it.
READY = "ready"
MOVING = "moving"
RESTING = "resting"
FAILED = "failed"
GONE = "gone"

IMAGE_BUILDER_STATES: Mapping[str | None, str] = {
    None: GONE,
    "RUNNING": READY,
    "STOPPED": RESTING,
    "FAILED": FAILED,
    "PENDING": MOVING,
    "UPDATING_AGENT": MOVING,
    "STOPPING": MOVING,
    "REBOOTING": MOVING,
    "SNAPSHOTTING": MOVING,
    "DELETING": MOVING,
    "UPDATING": MOVING,
    "PENDING_QUALIFICATION": MOVING,
    "PENDING_SYNCING_APPS": MOVING,
    "SYNCING_APPS": MOVING,
    "PENDING_IMAGE_IMPORT": MOVING,
}

# DEPRECATED is no member of the API's enumeration, but the service names it in error messages.
IMAGE_STATES: Mapping[str | None, str] = {
    None: GONE,
    "AVAILABLE": READY,
    "DEPRECATED": RESTING,
    "FAILED": FAILED,
    "PENDING": MOVING,
    "COPYING": MOVING,
    "CREATING": MOVING,
    "IMPORTING": MOVING,
    "VALIDATING": MOVING,
    "DELETING": MOVING,
}

# Inoperable is "not functional", Impaired works "in a degraded state" (Directory Service administration guide); either
# may heal by itself, but nobody can say when.
MANAGED_DIRECTORY_STAGES: Mapping[str | None, str] = {
    None: GONE,
    "Active": READY,
    "Impaired": RESTING,
    "Inoperable": FAILED,
    "RestoreFailed": FAILED,
    "Failed": FAILED,
    "Requested": MOVING,
    "Creating": MOVING,
    "Created": MOVING,
    "Restoring": MOVING,
    "Updating": MOVING,
    "Deleting": MOVING,
    "Deleted": GONE,
}

# The state a moving image builder arrives at when nothing goes wrong.
IMAGE_BUILDER_DESTINATIONS: Mapping[str, str | None] = {
    "PENDING": "RUNNING",
    "UPDATING_AGENT": "RUNNING",
    "REBOOTING": "RUNNING",
    "PENDING_SYNCING_APPS": "RUNNING",
    "SYNCING_APPS": "RUNNING",
    "PENDING_IMAGE_IMPORT": "RUNNING",
    "STOPPING": "STOPPED",
    "SNAPSHOTTING": "STOPPED",
    "DELETING": None,
}

# Steps. DONE, WAIT and FAIL end or continue a wait; the others are calls to the service.
DONE = "done"
WAIT = "wait"
FAIL = "fail"
CREATE = "create"
UPDATE = "update"
START = "start"
STOP = "stop"
DELETE = "delete"

# Per wanted state: what to do in a state. A state not listed is waited out.
IMAGE_BUILDER_STEPS: Mapping[str, Mapping[str | None, str]] = {
    "running": {None: CREATE, "STOPPED": START, "RUNNING": DONE, "SNAPSHOTTING": FAIL, "FAILED": FAIL},
    "stopped": {None: CREATE, "RUNNING": STOP, "STOPPED": DONE, "FAILED": FAIL},
    "present": {None: CREATE, "RUNNING": DONE, "STOPPED": DONE, "FAILED": FAIL},
    "absent": {None: DONE, "RUNNING": STOP, "STOPPED": DELETE, "FAILED": DELETE},
}

# UpdateImageBuilder is legal only while STOPPED.
IMAGE_BUILDER_UPDATE_STEPS: Mapping[str | None, str] = {
    None: CREATE,
    "RUNNING": STOP,
    "STOPPED": UPDATE,
    "FAILED": FAIL,
}

IMAGE_STEPS: Mapping[str, Mapping[str | None, str]] = {
    "available": {"AVAILABLE": DONE, "DEPRECATED": FAIL, "FAILED": FAIL, "DELETING": FAIL},
    "absent": {None: DONE, "AVAILABLE": DELETE, "DEPRECATED": DELETE, "FAILED": DELETE},
}

MANAGED_DIRECTORY_STEPS: Mapping[str, Mapping[str | None, str]] = {
    "present": {
        None: CREATE,
        "Active": DONE,
        "Impaired": DONE,
        "Inoperable": FAIL,
        "RestoreFailed": FAIL,
        "Failed": FAIL,
    },
    "absent": {
        None: DONE,
        "Active": DELETE,
        "Impaired": DELETE,
        "Inoperable": DELETE,
        "RestoreFailed": DELETE,
        "Failed": DELETE,
    },
}


def state_of(resource: Mapping[str, Any] | None) -> str | None:
    """Return the state of a resource in snake_case form, None when there is no such resource.

    Directory Service calls it the stage.
    """
    return None if resource is None else resource.get("state", resource.get("stage"))


def image_builder_is(kind: str, state: str | None) -> bool:
    """Say whether an image builder's state is of a kind (READY, MOVING, RESTING, FAILED, GONE)."""
    return IMAGE_BUILDER_STATES.get(state, MOVING) == kind


def image_is(kind: str, state: str | None) -> bool:
    """Say whether an image's state is of a kind (READY, MOVING, RESTING, FAILED, GONE)."""
    return IMAGE_STATES.get(state, MOVING) == kind


def eni_address(image_builder: Mapping[str, Any]) -> str | None:
    """Return the private address of an image builder's network interface in the customer's VPC, None when unknown."""
    return (image_builder.get("network_access_configuration") or {}).get("eni_private_ip_address")


def needs_address(image_builder: Mapping[str, Any]) -> bool:
    """Say whether the image builder sits in a VPC, where an address must show up sooner or later."""
    return bool((image_builder.get("vpc_config") or {}).get("subnet_ids"))


def image_builder_step(
    image_builder: Mapping[str, Any] | None, wanted: str, *, replace: bool = False, update: bool = False
) -> str:
    """Decide what brings an image builder one step nearer to the wanted state.

    ``wanted`` is ``running``, ``stopped``, ``present`` or ``absent``. ``replace``: what is there must go first.
    ``update``: something that can only be changed while STOPPED has to be changed before the wanted state counts.
    """
    state = state_of(image_builder)
    if image_builder is None:
        return IMAGE_BUILDER_STEPS[wanted].get(None, WAIT)
    if replace:
        return IMAGE_BUILDER_STEPS["absent"].get(state, WAIT)
    if update and wanted != "absent":
        return IMAGE_BUILDER_UPDATE_STEPS.get(state, WAIT)
    step = IMAGE_BUILDER_STEPS[wanted].get(state, WAIT)
    if step == DONE and state == "RUNNING" and needs_address(image_builder) and not eni_address(image_builder):
        return WAIT
    return step


def image_step(image: Mapping[str, Any] | None, wanted: str) -> str:
    """Decide what brings an image one step nearer to the wanted state, ``available`` or ``absent``."""
    return IMAGE_STEPS[wanted].get(state_of(image), WAIT)


def managed_directory_is(kind: str, stage: str | None) -> bool:
    """Say whether a directory's stage is of a kind (READY, MOVING, RESTING, FAILED, GONE)."""
    return MANAGED_DIRECTORY_STAGES.get(stage, MOVING) == kind


def managed_directory_step(directory: Mapping[str, Any] | None, wanted: str) -> str:
    """Decide what brings a directory one step nearer to the wanted state, ``present`` or ``absent``."""
    return MANAGED_DIRECTORY_STEPS[wanted].get(state_of(directory), WAIT)
