# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The control plane, and what must hold of the server as a whole."""

from __future__ import annotations

import threading
import urllib.error
from typing import Any

import pytest
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.server import Server
from appstream_simulator.windows.machine.disk import Disk
from simulated_aws import BASE_IMAGE, Network, Simulator, create_builder, describe_builder


def test_clock(simulator: Simulator) -> None:
    before = simulator.control("GET", "clock")
    after = simulator.control("POST", "clock", {"advance": 10})
    assert (before["speed"], after["now"] - before["now"]) == (0, 10)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "soon"])
def test_time_that_cannot_pass(simulator: Simulator, seconds: Any) -> None:
    before = simulator.control("GET", "clock")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        simulator.control("POST", "clock", {"advance": seconds})
    assert simulator.control("GET", "clock") == before


def test_time_passes_without_anybody_asking(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.control("DELETE", "calls")
    arrived = threading.Event()
    machine = simulator.machine("builder")
    machine.power_on = lambda address: arrived.set()  # type: ignore[method-assign]  # told when it comes up
    simulator.control("POST", "clock", {"speed": 100_000})
    try:
        assert arrived.wait(10)
    finally:
        simulator.control("POST", "clock", {"speed": 0})
    assert simulator.control("GET", "calls") == []


def test_state(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config, Tags={"k": "v"})
    simulator.advance(600)
    simulator.machine("builder").create_image("image", tags={"i": "j"})
    simulator.advance(10)
    state = simulator.control("GET", "state")
    (builder,), (image,), (machine,) = state["builders"], state["images"], state["machines"]
    assert (builder["Name"], builder["State"], builder["Tags"]) == ("builder", "SNAPSHOTTING", {"k": "v"})
    assert (builder["Account"], builder["Region"]) == ("123456789012", "eu-west-1")
    assert (image["Name"], image["State"], image["Visible"], image["Tags"]) == ("image", "PENDING", False, {"i": "j"})
    assert machine == {"builder": "builder", "address": "127.77.1.4"}


def test_files_of_a_machine(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    disk = simulator.machine("builder").disk = Disk(lambda: 0.0)
    disk.write("C:\\a b.txt", b"\xff\0")
    assert simulator.control("GET", "machines/builder/files") == {"path": "C:\\", "names": ["a b.txt"]}
    assert simulator.control("GET", "machines/builder/files?path=c:/a%20b.txt")["base64"] == "/wA="
    for path in ("machines/builder/files?path=C:/nothing", "machines/other/files"):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            simulator.control("GET", path)


def test_call_log(simulator: Simulator, appstream: Any) -> None:
    appstream.describe_images()
    with pytest.raises(appstream.exceptions.ResourceNotFoundException):
        describe_builder(appstream)
    simulator.client("ec2").describe_vpcs()
    calls = simulator.control("GET", "calls")
    assert [(call["service"], call["operation"], call["status"]) for call in calls] == [
        ("appstream", "DescribeImages", 200),
        ("appstream", "DescribeImageBuilders", 404),
        ("ec2", "DescribeVpcs", 200),
    ]
    assert {(call["access_key"], call["region"]) for call in calls} == {("AKIAIOSFODNN7EXAMPLE", "eu-west-1")}
    simulator.control("DELETE", "calls")
    assert simulator.control("GET", "calls") == []


def test_call_log_has_no_secrets(simulator: Simulator, appstream: Any) -> None:
    appstream.create_directory_config(
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=["OU=x,DC=corp"],
        ServiceAccountCredentials={"AccountName": "n", "AccountPassword": "hidden-password"},
    )
    assert "hidden-password" not in str(simulator.control("GET", "calls"))
    assert "hidden-password" not in str(simulator.control("GET", "state"))


def test_windows_faults_are_handed_to_the_machines(simulator: Simulator) -> None:
    simulator.control("POST", "faults/windows", [{"kind": "refuse"}, {"kind": "drop"}])
    assert simulator.site.faults.rules == [{"kind": "refuse"}, {"kind": "drop"}]
    simulator.control("DELETE", "faults/windows")
    assert simulator.control("GET", "faults/windows") == []


def test_journal(simulator: Simulator) -> None:
    simulator.server.journal.record("module", name="win_ping")
    assert [entry["name"] for entry in simulator.control("GET", "journal")] == ["win_ping"]
    simulator.control("DELETE", "journal")
    assert simulator.control("GET", "journal") == []


@pytest.mark.parametrize("path", ["/_simulator/reset", "/moto-api/reset"])
def test_reset(simulator: Simulator, appstream: Any, network: Network, path: str) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    machine = simulator.machine("builder")
    simulator.control("POST", "faults/aws", {"match": "nothing"})
    simulator.control("POST", "outcomes", {"builder": ".*", "error_code": "INTERNAL_SERVICE_ERROR"})
    simulator.control("POST", path)
    for listing in ("faults/aws", "outcomes", "calls", "journal"):
        assert simulator.control("GET", listing) == []
    state = simulator.control("GET", "state")
    assert (state["builders"], state["images"], state["machines"]) == ([], [], [])
    # A machine of before is no one's any more.
    machine.request.on_restart(True)
    with pytest.raises(Exception, match="RUNNING"):
        machine.create_image("image")


@pytest.mark.parametrize(("method", "path"), [("GET", "nothing"), ("DELETE", "clock"), ("GET", "reset")])
def test_unknown_controls(simulator: Simulator, method: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        simulator.control(method, path)
    assert raised.value.code == 404
    assert b"POST reset" in raised.value.read()


@pytest.mark.parametrize("body", [{"sped": 1}, {"advance": -1}, {"speed": -1}, {"advance": "far"}])
def test_malformed_clock(simulator: Simulator, body: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        simulator.control("POST", "clock", body)
    assert raised.value.code == 400


def test_failures_of_the_simulator_are_loud(
    simulator: Simulator, appstream: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(builder: ImageBuilder) -> None:
        raise ZeroDivisionError("a mistake")

    create_builder(appstream)
    monkeypatch.setattr(ImageBuilder, "describe", broken)
    with pytest.raises(Exception, match=r"InternalFailure.*simulator error: ZeroDivisionError: a mistake"):
        describe_builder(appstream)
    with pytest.raises(urllib.error.HTTPError) as raised:
        simulator.control("GET", "health")
    assert raised.value.code == 500
    assert "ZeroDivisionError" in capsys.readouterr().err
    simulator.server.simulation.errors.clear()


def test_failures_of_machines_are_loud(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(1)
    simulator.site.remove(simulator.machine("builder").request.key)
    simulator.advance(600)
    assert len(simulator.server.simulation.errors) == 1
    simulator.server.simulation.errors.clear()


def test_there_can_be_one_only(simulator: Simulator) -> None:
    with pytest.raises(RuntimeError, match="already running"):
        Server(site=simulator.site).start()


def test_callbacks_and_calls_do_not_block_each_other(simulator: Simulator, appstream: Any, network: Network) -> None:
    for number in range(4):
        create_builder(appstream, f"builder-{number}", VpcConfig=network.config)
    simulator.advance(600)

    def ask() -> None:
        client = simulator.client()
        for _ in range(10):
            client.describe_image_builders()

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for number in range(4):
        simulator.machine(f"builder-{number}").create_image(f"image-{number}")
    for asker in askers:
        asker.join(30)
        assert not asker.is_alive()
    assert len(simulator.control("GET", "state")["images"]) == 4


def test_other_services_are_there(simulator: Simulator) -> None:
    s3 = simulator.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="bucket", Key="a b/ü.txt", Body=BASE_IMAGE.encode())
    assert s3.get_object(Bucket="bucket", Key="a b/ü.txt")["Body"].read() == BASE_IMAGE.encode()
    assert simulator.client("sts").get_caller_identity()["Account"] == "123456789012"
