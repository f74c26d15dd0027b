# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every operation in every state it is not for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulated_aws import Network, Simulator, create_builder, describe_builder, error_of

OLD_AGENT_IMAGE = "AppStream-WinServer2022-03-17-2026"
SOFTWARE = ["Microsoft_Office_2024_LTSC_Standard_64Bit"]

Step = Callable[[Simulator, Any], None]


def wait(seconds: float) -> Step:
    return lambda simulator, appstream: simulator.advance(seconds)


def call(operation: str) -> Step:
    return lambda simulator, appstream: getattr(appstream, operation)(Name="builder")


def outcome(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "outcomes", {"builder": ".*", "error_code": "INTERNAL_SERVICE_ERROR"})


def reboot(simulator: Simulator, appstream: Any) -> None:
    simulator.machine("builder").request.on_restart(True)


def create_image(simulator: Simulator, appstream: Any) -> None:
    simulator.machine("builder").create_image("image")


# How a builder gets into each state, after its creation.
WAYS: dict[str, list[Step]] = {
    "PENDING": [],
    "UPDATING_AGENT": [wait(600)],
    "PENDING_SYNCING_APPS": [wait(720)],
    "SYNCING_APPS": [wait(780)],
    "RUNNING": [wait(2000)],
    "REBOOTING": [wait(2000), reboot],
    "SNAPSHOTTING": [wait(2000), create_image, wait(10)],
    "STOPPING": [wait(2000), call("stop_image_builder")],
    "STOPPED": [wait(2000), call("stop_image_builder"), wait(120)],
    "FAILED": [outcome, wait(600)],
    "DELETING": [wait(2000), call("stop_image_builder"), wait(120), call("delete_image_builder")],
}
IDLE = ("RUNNING", "STOPPED", "FAILED")
LEGAL = {
    "start_image_builder": ("STOPPED",),
    "stop_image_builder": ("RUNNING",),
    "delete_image_builder": ("RUNNING", "STOPPED", "FAILED"),
    "update_image_builder": ("STOPPED",),
    "create_image_builder_streaming_url": ("RUNNING",),
}


def expected_error(operation: str, state: str) -> str:
    if operation == "create_image_builder_streaming_url":
        return "OperationNotPermittedException"
    if state not in IDLE:
        return "ConcurrentModificationException"
    return "ResourceNotAvailableException" if operation == "start_image_builder" else "OperationNotPermittedException"


@pytest.mark.parametrize("state", WAYS)
def test_operations_a_state_is_not_for(simulator: Simulator, appstream: Any, network: Network, state: str) -> None:
    create_builder(
        appstream,
        ImageName=OLD_AGENT_IMAGE,
        AppstreamAgentVersion="LATEST",
        SoftwaresToInstall=SOFTWARE,
        VpcConfig=network.config,
    )
    for step in WAYS[state]:
        step(simulator, appstream)
    refused = {}
    for operation in (operation for operation, states in LEGAL.items() if state not in states):
        code, message = error_of(getattr(appstream, operation), Name="builder")
        assert state in message
        refused[operation] = code
    assert refused == {operation: expected_error(operation, state) for operation in refused}
    assert describe_builder(appstream)["State"] == state


@pytest.mark.parametrize("operation", LEGAL)
def test_operation_on_nothing(appstream: Any, operation: str) -> None:
    assert error_of(getattr(appstream, operation), Name="nobody")[0] == "ResourceNotFoundException"


def test_creating_twice(appstream: Any) -> None:
    create_builder(appstream)
    code, _ = error_of(
        appstream.create_image_builder, Name="builder", InstanceType="stream.standard.medium", ImageName="any"
    )
    assert code == "ResourceAlreadyExistsException"
