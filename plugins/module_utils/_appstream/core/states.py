# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the states of image builders, images, fleets and directories mean, and what to do next in each of them.

States come from AppStream's ``ImageBuilderState``, ``ImageState`` and ``FleetState`` and from Directory Service's
``DirectoryStage``. The services add states over time, so one that is not listed here counts as moving: it is waited
for, never treated as a failure. ``None`` stands for a resource that does not exist.
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

# A fleet is created STOPPED, and there is no state for being deleted.
FLEET_STATES: Mapping[str | None, str] = {
    None: GONE,
    "RUNNING": READY,
    "STOPPED": RESTING,
    "STARTING": MOVING,
    "STOPPING": MOVING,
}
FLEET_DESTINATIONS: Mapping[str, str] = {"STARTING": "RUNNING", "STOPPING": "STOPPED"}
FLEET_STEPS: Mapping[str, Mapping[str | None, str]] = {
    "running": {None: CREATE, "STOPPED": START, "RUNNING": DONE},
    "stopped": {None: CREATE, "RUNNING": STOP, "STOPPED": DONE},
    "present": {None: CREATE, "RUNNING": DONE, "STOPPED": DONE},
    "absent": {None: DONE, "RUNNING": STOP, "STOPPED": DELETE},
}
# What UpdateFleet changes while RUNNING, and what only while STOPPED.
FLEET_UPDATE_STEPS: Mapping[str | None, str] = {"RUNNING": UPDATE, "STOPPED": UPDATE}
FLEET_STOPPED_UPDATE_STEPS: Mapping[str | None, str] = {"RUNNING": STOP, "STOPPED": UPDATE}

IMAGE_STEPS: Mapping[str, Mapping[str | None, str]] = {
    "available": {"AVAILABLE": DONE, "DEPRECATED": FAIL, "FAILED": FAIL, "DELETING": FAIL},
    "absent": {None: DONE, "AVAILABLE": DELETE, "DEPRECATED": DELETE, "FAILED": DELETE},
}

# An image that one call makes: of an AMI, a copy, a managed update.
MADE_IMAGE_STEPS: Mapping[str | None, str] = {
    None: CREATE,
    "AVAILABLE": DONE,
    "DEPRECATED": FAIL,
    "FAILED": FAIL,
}

EXPORT_TASK_STATES: Mapping[str | None, str] = {
    None: GONE,
    "EXPORTING": MOVING,
    "COMPLETED": READY,
    "FAILED": FAILED,
    "TIMED_OUT": FAILED,
}

EXPORT_TASK_STEPS: Mapping[str | None, str] = {
    None: CREATE,
    "COMPLETED": DONE,
    "FAILED": FAIL,
    "TIMED_OUT": FAIL,
}

# Licence-included software (SoftwareDeploymentStatus), None: no association. DONE, WAIT and FAIL as everywhere; STAGED:
# only a deployment is missing.
ASSOCIATE = "associate"
DISASSOCIATE = "disassociate"
STAGED = "staged"
DEPLOY = "deploy"
SOFTWARE_STEPS: Mapping[str, Mapping[str | None, str]] = {
    "present": {
        None: ASSOCIATE,
        "STAGED_FOR_INSTALLATION": STAGED,
        "INSTALLED": DONE,
        "STAGED_FOR_UNINSTALLATION": ASSOCIATE,
        "FAILED_TO_INSTALL": FAIL,
        "FAILED_TO_UNINSTALL": ASSOCIATE,
    },
    "absent": {
        None: DONE,
        "STAGED_FOR_INSTALLATION": DISASSOCIATE,
        "INSTALLED": DISASSOCIATE,
        "STAGED_FOR_UNINSTALLATION": STAGED,
        "FAILED_TO_INSTALL": DISASSOCIATE,
        "FAILED_TO_UNINSTALL": FAIL,
    },
}
# The status a deployment on its way leads to when nothing goes wrong.
SOFTWARE_DESTINATIONS: Mapping[str, str | None] = {
    "STAGED_FOR_INSTALLATION": "INSTALLED",
    "PENDING_INSTALLATION": "INSTALLED",
    "FAILED_TO_INSTALL": "INSTALLED",
    "STAGED_FOR_UNINSTALLATION": None,
    "PENDING_UNINSTALLATION": None,
    "FAILED_TO_UNINSTALL": None,
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


# The state in which an image builder or a fleet is as wanted.
END_STATES: Mapping[str, str] = {"running": "RUNNING", "stopped": "STOPPED"}


def wanted_state(wanted: str, seen: str | None, destinations: Mapping[str, str | None]) -> str:
    """Return the state that a resource first seen in ``seen`` is to be brought to.

    ``present`` is the running or stopped it is in, or by ``destinations`` on its way to; that is decided before
    anything is done, because an update may stop it. It stays ``present`` where neither is true.
    """
    if wanted != "present":
        return wanted
    ends = destinations.get(seen or "", seen)
    return next((name for name, state in END_STATES.items() if state == ends), wanted)


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


def has_failed_to_start(fleet: Mapping[str, Any] | None) -> bool:
    """Say whether a fleet stays STARTING for ever: then it has errors (Terraform's provider, issue 20994)."""
    return state_of(fleet) == "STARTING" and bool((fleet or {}).get("fleet_errors"))


def has_capacity(fleet: Mapping[str, Any]) -> bool:
    """Say whether a fleet has all the instances it is to have, in use or not; an elastic fleet has none of its own."""
    if fleet.get("fleet_type") == "ELASTIC":
        return True
    status = fleet.get("compute_capacity_status") or {}
    if status.get("desired_user_sessions") is not None:
        return bool(status.get("actual_user_sessions", 0) >= status["desired_user_sessions"])
    return bool(status.get("available", 0) + status.get("in_use", 0) >= status.get("desired", 0))


def fleet_step(
    fleet: Mapping[str, Any] | None,
    wanted: str,
    *,
    update: bool = False,
    stop_first: bool = False,
    retry: bool = False,
    capacity: bool = False,
) -> str:
    """Decide what brings a fleet one step nearer to the wanted state.

    ``wanted`` is ``running``, ``stopped``, ``present`` or ``absent``. ``update``: something has to be changed before
    the wanted state counts, and with ``stop_first`` only while STOPPED. ``retry``: a start that has failed is broken
    off, to be tried again (unproven [stop_starting_fleet]: that StopFleet is allowed then). ``capacity``: its instances
    have to be there.
    """
    state = state_of(fleet)
    if has_failed_to_start(fleet):
        return STOP if retry or wanted in ("stopped", "absent") else FAIL
    if fleet is not None and update and wanted != "absent":
        steps = FLEET_STOPPED_UPDATE_STEPS if stop_first or wanted == "stopped" else FLEET_UPDATE_STEPS
        return steps.get(state, WAIT)
    step = FLEET_STEPS[wanted].get(state, WAIT)
    is_empty = fleet is not None and step == DONE and state == "RUNNING" and not has_capacity(fleet)
    return WAIT if capacity and is_empty else step


def image_step(image: Mapping[str, Any] | None, wanted: str) -> str:
    """Decide what brings an image one step nearer to the wanted state, ``available`` or ``absent``."""
    return IMAGE_STEPS[wanted].get(state_of(image), WAIT)


def made_image_step(image: Mapping[str, Any] | None, *, retry: bool) -> str:
    """Decide what brings an image that one call makes nearer to AVAILABLE; with ``retry`` a FAILED one is replaced."""
    state = state_of(image)
    return DELETE if retry and image_is(FAILED, state) else MADE_IMAGE_STEPS.get(state, WAIT)


def export_task_is(kind: str, state: str | None) -> bool:
    """Say whether an export task's state is of a kind (READY, MOVING, FAILED, GONE)."""
    return EXPORT_TASK_STATES.get(state, MOVING) == kind


def export_task_step(task: Mapping[str, Any] | None, *, retry: bool) -> str:
    """Decide what brings an export one step nearer to COMPLETED; with ``retry`` a failed task is begun again."""
    state = state_of(task)
    return CREATE if retry and export_task_is(FAILED, state) else EXPORT_TASK_STEPS.get(state, WAIT)


def software_step(status: str | None, wanted: str) -> str:
    """Decide what brings software one step nearer to ``present`` or ``absent``; a status not listed is waited out."""
    return SOFTWARE_STEPS[wanted].get(status, WAIT)


def managed_directory_is(kind: str, stage: str | None) -> bool:
    """Say whether a directory's stage is of a kind (READY, MOVING, RESTING, FAILED, GONE)."""
    return MANAGED_DIRECTORY_STAGES.get(stage, MOVING) == kind


def managed_directory_step(directory: Mapping[str, Any] | None, wanted: str) -> str:
    """Decide what brings a directory one step nearer to the wanted state, ``present`` or ``absent``."""
    return MANAGED_DIRECTORY_STEPS[wanted].get(state_of(directory), WAIT)
