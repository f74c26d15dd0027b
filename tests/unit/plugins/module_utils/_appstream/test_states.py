# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which step follows from which state."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states

SUBNET = {"subnet_ids": ["subnet-0123456789abcdef0"]}
MOVING = [
    state for state, kind in states.IMAGE_BUILDER_STATES.items() if kind == states.MOVING and state != "SNAPSHOTTING"
]


def builder(state: str | None, **more: Any) -> dict[str, Any] | None:
    return None if state is None else {"state": state, **more}


@pytest.mark.parametrize(
    ("wanted", "state", "step"),
    [
        ("running", None, "create"),
        ("running", "STOPPED", "start"),
        ("running", "RUNNING", "done"),
        ("running", "SNAPSHOTTING", "fail"),
        ("running", "FAILED", "fail"),
        ("stopped", None, "create"),
        ("stopped", "RUNNING", "stop"),
        ("stopped", "STOPPED", "done"),
        ("stopped", "SNAPSHOTTING", "wait"),
        ("stopped", "FAILED", "fail"),
        ("present", None, "create"),
        ("present", "RUNNING", "done"),
        ("present", "STOPPED", "done"),
        ("present", "SNAPSHOTTING", "wait"),
        ("present", "FAILED", "fail"),
        ("absent", None, "done"),
        ("absent", "RUNNING", "stop"),
        ("absent", "STOPPED", "delete"),
        ("absent", "FAILED", "delete"),
        ("absent", "SNAPSHOTTING", "wait"),
    ],
)
def test_step(wanted: str, state: str | None, step: str) -> None:
    assert states.image_builder_step(builder(state), wanted) == step


@pytest.mark.parametrize("wanted", ["running", "stopped", "present", "absent"])
@pytest.mark.parametrize("state", [*MOVING, "SOMETHING_NEW"])
def test_moving_and_unknown_states_are_waited_out(wanted: str, state: str) -> None:
    assert states.image_builder_step(builder(state), wanted) == "wait"
    assert states.image_builder_is(states.MOVING, state)


def test_running_in_a_vpc_waits_for_the_address() -> None:
    without = builder("RUNNING", vpc_config=SUBNET)
    address = {"eni_private_ip_address": "10.0.1.5"}
    assert states.image_builder_step(without, "running") == "wait"
    assert states.image_builder_step({**without, "network_access_configuration": address}, "running") == "done"


@pytest.mark.parametrize(
    ("state", "step"), [("RUNNING", "stop"), ("STOPPED", "delete"), ("FAILED", "delete"), (None, "create")]
)
def test_replacing_goes_by_way_of_absent(state: str | None, step: str) -> None:
    assert states.image_builder_step(builder(state), "running", replace=True) == step


@pytest.mark.parametrize(
    ("state", "step"), [("RUNNING", "stop"), ("STOPPED", "update"), ("PENDING", "wait"), ("FAILED", "fail")]
)
def test_updating_goes_by_way_of_stopped(state: str, step: str) -> None:
    assert states.image_builder_step(builder(state), "running", update=True) == step


@pytest.mark.parametrize(
    ("wanted", "state", "step"),
    [
        ("available", None, "wait"),
        ("available", "PENDING", "wait"),
        ("available", "SOMETHING_NEW", "wait"),
        ("available", "AVAILABLE", "done"),
        ("available", "FAILED", "fail"),
        ("available", "DELETING", "fail"),
        ("absent", None, "done"),
        ("absent", "PENDING", "wait"),
        ("absent", "AVAILABLE", "delete"),
        ("absent", "FAILED", "delete"),
    ],
)
def test_image_step(wanted: str, state: str | None, step: str) -> None:
    assert states.image_step(builder(state), wanted) == step


@pytest.mark.parametrize(
    ("shape", "known"),
    [("ImageBuilderState", states.IMAGE_BUILDER_STATES), ("ImageState", states.IMAGE_STATES)],
)
def test_every_state_of_the_installed_model_is_known(shape: str, known: Any) -> None:
    model = boto3.client("appstream", region_name="eu-central-1").meta.service_model
    assert set(model.shape_for(shape).enum) <= set(known)
