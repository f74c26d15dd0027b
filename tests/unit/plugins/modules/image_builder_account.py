# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Image builders in whatever state in the simulated AWS, whose time passes while a module waits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import reconcile, waits
from appstream_simulator.aws import image_builder, models
from simulated_account import Simulated

IMAGE, OTHER_IMAGE = "AppStream-WinServer2022-09-09-2026", "AppStream-WinServer2022-03-17-2026"
CREATION = {"name": "design", "image_name": IMAGE, "instance_type": "stream.standard.large"}


def let_time_pass(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual minute passes between two readings, and time-outs count virtual seconds."""
    clock = SimpleNamespace(monotonic=simulated.server.clock.now, sleep=lambda _seconds: simulated.advance(60))
    monkeypatch.setattr(waits, "time", clock)
    monkeypatch.setattr(reconcile, "time", clock)
    # botocore's own pauses before it tries again.
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))


def backend() -> models.AppStreamBackend:
    found: models.AppStreamBackend = models.appstream_backends["123456789012"]["eu-west-1"]
    return found


def builder(name: str = "design") -> image_builder.ImageBuilder:
    """The image builder as the simulator has it."""
    return backend().image_builder(name)


def tags(name: str = "design") -> dict[str, str]:
    return backend().tags[builder(name).arn]


def add(simulated: Simulated, state: str = "RUNNING", *then: str, name: str = "design", **request: Any) -> None:
    """Put an image builder in a state, after which it goes through others, a minute each; its making does not count."""
    request = {"InstanceType": "stream.standard.large", "ImageName": IMAGE, **request}
    simulated.client("appstream").create_image_builder(Name=name, **request)
    simulated.advance(900)
    made = builder(name)
    if state != made.state:
        made.enter(state)
    now = simulated.server.clock.now()
    for minute, later in enumerate(then, start=1):
        backend().timetable.at(now + 60 * minute, lambda _due, to=later: made.enter(to))
    simulated.server.calls.clear()


def subnet(simulated: Simulated) -> str:
    return str(simulated.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"])


def states_of(result: dict[str, Any]) -> list[str]:
    return [change["state"] for change in result["state_changes"]]


def count(simulated: Simulated, operation: str) -> int:
    """How often an operation was called."""
    return [str(call["operation"]) for call in simulated.server.calls.entries()].count(operation)
