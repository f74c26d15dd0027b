# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Time that is let pass at once: what begins on a machine on the way goes on until the end of it."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from appstream_simulator.server import Server
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.requests import CreateImage

PENDING, BOOT, REBOOTING = 600, 60, 120


@dataclass
class Account:
    """A simulator whose clock stands still, and a subnet in it."""

    server: Server
    subnet: str

    @property
    def appstream(self) -> Any:
        return _client(self.server, "appstream")

    @property
    def machine(self) -> Machine:
        """The machine of the only image builder."""
        machines: list[Machine] = self.server.site.machines()
        (machine,) = machines
        return machine

    def advance(self, seconds: float) -> None:
        """Let time pass, over the control plane."""
        request = urllib.request.Request(
            f"{self.server.endpoint}/_simulator/clock", data=json.dumps({"advance": seconds}).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=60):
            pass

    @property
    def state(self) -> tuple[str, str]:
        """State of the image builder, power of its machine."""
        (builder,) = self.appstream.describe_image_builders()["ImageBuilders"]
        return builder["State"], self.machine.describe()["power"]


def _client(server: Server, service: str) -> Any:
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "not-a-secret-but-long-enough"}
    return boto3.client(service, region_name="eu-west-1", endpoint_url=server.endpoint, **keys)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(Settings(speed=0, state_directory=tmp_path_factory.mktemp("state"))).start()
    yield server
    server.stop()


@pytest.fixture
def account(server: Server) -> Iterator[Account]:
    """There is an image builder, PENDING."""
    server.reset()
    ec2 = _client(server, "ec2")
    assert server.network is not None
    vpc = ec2.create_vpc(CidrBlock=str(server.network))["Vpc"]["VpcId"]
    part = list(server.network.subnets(new_prefix=24))[1]
    account = Account(server, ec2.create_subnet(VpcId=vpc, CidrBlock=str(part))["Subnet"]["SubnetId"])
    account.appstream.create_image_builder(
        Name="builder",
        InstanceType="stream.standard.medium",
        ImageName="AppStream-WinServer2022-09-09-2026",
        VpcConfig={"SubnetIds": [account.subnet]},
    )
    yield account
    assert server.simulation.errors == []


def test_a_machine_boots_within_the_time_its_builder_is_running(account: Account) -> None:
    begun = account.server.clock.now()
    account.advance(PENDING + BOOT - 1)
    assert account.state == ("RUNNING", "booting")
    account.advance(1)
    assert account.state == ("RUNNING", "on")
    assert account.machine.boot_time == begun + PENDING + BOOT


def test_all_at_once(account: Account) -> None:
    begun = account.server.clock.now()
    account.advance(10 * PENDING)
    assert account.state == ("RUNNING", "on")
    assert account.machine.boot_time == begun + PENDING + BOOT
    assert account.server.clock.now() == begun + 10 * PENDING


@pytest.mark.parametrize(("seconds", "state"), [(0, ("REBOOTING", "restarting")), (REBOOTING, ("RUNNING", "on"))])
def test_a_restart(account: Account, seconds: float, state: tuple[str, str]) -> None:
    account.advance(PENDING + BOOT)
    begun = account.server.clock.now()
    account.machine.restart(5)
    account.advance(5 + seconds)
    assert account.state == state
    assert account.server.clock.now() == begun + 5 + seconds


def test_what_begins_when_something_ends(account: Account) -> None:
    account.advance(PENDING + BOOT)
    machine = account.machine
    ended: list[float] = []
    begun = machine.clock.now()

    def work() -> None:
        machine.spend(10)
        machine.clock.start(then, name="then")

    def then() -> None:
        for _ in range(3):
            machine.spend(20)
            ended.append(machine.clock.now() - begun)

    machine.clock.start(work, name="work")
    account.advance(50)
    assert ended == [30, 50]
    account.advance(1000)
    assert ended == [30, 50, 70]


def test_an_image_is_what_the_disk_was_then(account: Account) -> None:
    """What is written after the cut is not in the image, however long the time that is let pass."""
    account.advance(PENDING + BOOT)
    machine = account.machine

    def write() -> None:
        for number in range(100):
            machine.spend(6)
            machine.disk.write(f"C:\\{number}.txt", b"")

    machine.clock.start(_until_it_goes_off(write), name="write")
    machine.request.on_create_image(CreateImage(name="image"))
    account.advance(4000)
    (image,) = account.appstream.describe_images(Names=["image"])["Images"]
    assert image["State"] == "AVAILABLE"
    names = [name for name in account.machine.disk.list("C:\\") if name.endswith(".txt")]
    # It is cut off 15 seconds after create-image.
    assert sorted(names) == ["0.txt", "1.txt"]


def test_who_waits_for_a_client_is_not_waited_for(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appstream_simulator.aws.ticker._PATIENCE", 2)
    released = threading.Event()
    account.server.clock.start(released.wait, name="waits")
    account.advance(PENDING + BOOT)
    assert account.state == ("RUNNING", "on")
    released.set()


def test_advances_at_the_same_time_add_up(account: Account) -> None:
    begun = account.server.clock.now()
    threads = [threading.Thread(target=account.advance, args=(seconds,)) for seconds in (600, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert account.server.clock.now() == begun + 660
    assert account.state == ("RUNNING", "on")


def _until_it_goes_off(function: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            function()
        except ConnectionError:
            pass

    return run
