# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The simulated AWS in the process of the tests. There can be one per process: fixture `simulator` has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.models import appstream_backends
from appstream_simulator.server import Server
from appstream_simulator.settings import Settings
from botocore.config import Config


class _Machine:
    """In place of a Windows machine: can be switched on and off, and has nothing inside."""

    def power_on(self, address: str) -> None: ...

    def power_off(self) -> None: ...

    def snapshot(self) -> None: ...


class _NoMachines:
    """In place of the site of Windows machines."""

    faults = SimpleNamespace(clear=lambda: None)

    def create(self, request: Any) -> None: ...

    def get(self, key: str) -> _Machine:
        return _Machine()

    def remove(self, key: str) -> None: ...

    def machines(self) -> list[Any]:
        return []

    def close(self) -> None: ...


class Simulated:
    """The simulated AWS in this process, as modules see it: over HTTP, every request checked by the service's model."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._clients: dict[str, Any] = {}

    def client(self, service: str, config: Config | None = None, region: str = "eu-west-1", **keys: str) -> Any:
        """A boto3 client, of the usual account unless given keys; making one takes long, so they are kept."""
        key = f"{service} {region} {config and config.retries} {keys}"
        if key not in self._clients:
            keys = keys or {"aws_access_key_id": "AKIASIMULATEDACCESS1", "aws_secret_access_key": "not-a-secret"}
            endpoint = {"region_name": region, "endpoint_url": self.server.endpoint}
            self._clients[key] = boto3.client(service, config=config, **endpoint, **keys)
        return self._clients[key]

    def other_account(self, account: str = "222222222222") -> dict[str, str]:
        """The keys of a role in another account, for `client`."""
        role = f"arn:aws:iam::{account}:role/images"
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }

    def advance(self, seconds: float) -> None:
        """Let virtual time pass: what is due by then has happened."""
        self.server.ticker.advance(seconds)

    def fail(self, **fault: Any) -> None:
        """Let calls fail, see the simulator's faults."""
        self.server.gateway.faults.add(fault)

    def operations(self) -> list[str]:
        """The operations called that change something."""
        called = [str(call["operation"]) for call in self.server.calls.entries()]
        return [name for name in called if not name.startswith(("Describe", "Get", "HEAD ", "List", "Simulate"))]


@contextmanager
def start_simulated() -> Iterator[Simulated]:
    """Start the simulated AWS, without Windows machines and with a clock that stands still."""
    with pytest.MonkeyPatch.context() as patch:
        # Reading them takes most of the time of a reset.
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        server = Server(Settings(speed=0), site=_NoMachines()).start()
        yield Simulated(server)
        server.stop()


def add_image(
    name: str,
    region: str = "eu-west-1",
    state: str = "AVAILABLE",
    tags: dict[str, str] | None = None,
    agent_version: str = "09-02-2026",
    **attributes: Any,
) -> Image:
    """Put an image in some state into the simulated account; ``attributes`` are members of the API's Image."""
    backend = appstream_backends["123456789012"][region]
    image = Image(
        name=name,
        arn=backend.arn(f"image/{name}"),
        serial=next(backend.serials),
        state=state,
        visibility="PRIVATE",
        created=backend.simulation.clock.now(),
        agent_version=agent_version,
        latest_agent=False,
        families=["General Purpose", "Compute Optimized", "Memory Optimized"],
        platform="WINDOWS_SERVER_2022",
        attributes={"ImageBuilderSupported": True, "Applications": [], **attributes},
    )
    backend.images[name] = image
    backend.tags[image.arn] = dict(tags or {})
    return image
