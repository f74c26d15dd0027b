# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A network belongs to one simulator, as long as that lives."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import boto3
import pytest
from appstream_simulator import networks, settings
from appstream_simulator.networks import NetworkTakenError, claim
from simulated_aws import BASE_IMAGE, REGION, create_builder, error_of
from simulator_command import Served, command, start

Start = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Start]:
    """Starts simulators, each with a folder of its own; kills them in the end."""
    started: list[Served] = []

    def begin(*arguments: str) -> Served:
        started.append(start(tmp_path / f"simulator-{len(started)}", *arguments))
        return started[-1]

    yield begin
    for served in started:
        served.process.kill()
        served.process.communicate(timeout=10)


@pytest.fixture
def network() -> IPv4Network:
    """A network that was free just now, and that nobody else takes next."""
    for candidate in random.sample(networks.FREE_NETWORKS[60:], 60):
        with contextlib.suppress(NetworkTakenError):
            claim(candidate).close()
            return candidate
    raise AssertionError("all networks are taken")


def refusal(network: str, folder: Path) -> str:
    """What a simulator says that does not get the network."""
    process = command("serve", "--network", network, "--state-directory", str(folder))
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    return errors


def client(served: Served, service: str) -> Any:
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "not-a-secret-but-long-enough"}
    return boto3.client(service, region_name=REGION, endpoint_url=served.ready["endpoint"], **keys)


def test_two_in_one_network(serve: Start, network: IPv4Network, tmp_path: Path) -> None:
    first = serve("--network", str(network))
    assert first.network == str(network)
    holder = f"the simulator at {first.ready['endpoint']}, process {first.process.pid}"
    assert refusal(str(network), tmp_path) == f"appstream-simulator: the network {network} belongs to {holder}\n"
    first.process.kill()
    first.process.wait(10)
    third = serve("--network", str(network))
    assert third.network == str(network)
    assert third.control("health")["status"] == "ok"
    third.process.terminate()
    assert third.process.wait(30) == 0
    claim(network).close()


def test_without_one_each_takes_its_own(serve: Start) -> None:
    first, second = serve(), serve()
    assert first.network != second.network
    assert {IPv4Network(first.network), IPv4Network(second.network)} <= set(networks.FREE_NETWORKS)


def test_builders_elsewhere_are_refused(serve: Start, network: IPv4Network) -> None:
    served = serve("--network", str(network))
    ec2, appstream = (client(served, service) for service in ("ec2", "appstream"))
    vpc = ec2.create_vpc(CidrBlock="127.15.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="127.15.1.0/24")["Subnet"]["SubnetId"]
    code, message = error_of(
        appstream.create_image_builder,
        Name="builder",
        ImageName=BASE_IMAGE,
        InstanceType="stream.standard.medium",
        VpcConfig={"SubnetIds": [subnet]},
    )
    assert code == "SimulatorNotImplemented"
    assert f"127.15.1.0/24 is not in this simulator's network {network}" in message
    assert appstream.describe_image_builders()["ImageBuilders"] == []
    # One without a machine needs no address.
    create_builder(appstream)


def test_a_network_is_held_until_it_is_left(network: IPv4Network) -> None:
    held = claim(network, "http://127.0.0.1:1")
    with pytest.raises(NetworkTakenError, match=rf"{network} belongs to the simulator at http://127.0.0.1:1, process"):
        claim(network)
    held.close()
    claim(network).close()


def test_another_program_is_there(network: IPv4Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "_PATIENCE", 0.01)
    place = (str(network.broadcast_address), 5985)
    with socket.create_server(place), pytest.raises(NetworkTakenError, match=r"another program.*port 5985"):
        claim(network)


@pytest.mark.parametrize("wanted", [None, IPv4Network("192.0.0.0/16")])
def test_addresses_of_other_computers(monkeypatch: pytest.MonkeyPatch, wanted: IPv4Network | None) -> None:
    monkeypatch.setattr(networks, "FREE_NETWORKS", (IPv4Network("192.0.0.0/16"),))
    with pytest.raises(NetworkTakenError, match=r"192\.0\.255\.255 .*macOS it has to be added"):
        claim(wanted)


@pytest.mark.parametrize("text", ["127.77.1.0/24", "127.77.1.1/16", "127.77", "fd00::/16"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(settings.SettingsError, match=r"16|IPv4|host bits|octets"):
        settings.load(None, {}, {"network": text})
    assert settings.load(None, {"APPSTREAM_SIMULATOR_NETWORK": "127.77.0.0/16"}).network == IPv4Network("127.77.0.0/16")
