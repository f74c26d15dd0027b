# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command, and the simulator it serves as the AWS CLI sees it."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator_command import Served, command, start, wait_for


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = start(tmp_path, "--speed", "2000")
    try:
        yield served
    finally:
        served.process.kill()
        served.process.wait(10)


def listens(address: str, port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


def test_served_to_the_aws_cli(served: Served) -> None:
    vpc = served.aws("ec2", "create-vpc", "--cidr-block", served.network)["Vpc"]["VpcId"]
    block = served.network.replace(".0.0/16", ".1.0/24")
    subnet = served.aws("ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", block)["Subnet"]["SubnetId"]
    image = "AppStream-WinServer2022-09-09-2026"
    instance_type = "stream.standard.medium"
    create = ["--name", "builder", "--image-name", image, "--instance-type", instance_type]
    created = served.aws("appstream", "create-image-builder", *create, "--vpc-config", f"SubnetIds={subnet}")
    assert created["ImageBuilder"]["State"] == "PENDING"

    wait_for(lambda: served.control("state")["builders"][0]["State"] == "RUNNING")
    (builder,) = served.aws("appstream", "describe-image-builders", "--names", "builder")["ImageBuilders"]
    address = builder["NetworkAccessConfiguration"]["EniPrivateIpAddress"]
    for port in (5985, 5986):
        wait_for(lambda port=port: listens(address, port))
    with pytest.raises(RuntimeError, match="SimulatorNotImplemented"):
        served.aws("appstream", "describe-app-blocks")
    served.aws("appstream", "stop-image-builder", "--name", "builder")
    wait_for(lambda: not listens(address, 5985) and not listens(address, 5986))
    assert len(served.aws("appstream", "describe-images", "--page-size", "5")["Images"]) > 5
    assert served.control("health")["errors"] == []
    assert Path(served.ready["ca_file"]).is_file()
    assert served.ready["pid"] == served.process.pid
    ends_cleanly(served, signal.SIGTERM)


def test_interrupt_ends_it(served: Served) -> None:
    ends_cleanly(served, signal.SIGINT)


def ends_cleanly(served: Served, number: signal.Signals) -> None:
    served.process.send_signal(number)
    output, errors = served.process.communicate(timeout=30)
    assert (served.process.returncode, errors) == (0, "")
    assert output.strip() == served.ready["endpoint"]


def test_shelf(tmp_path: Path) -> None:
    listing, _ = command("shelf", "list").communicate(timeout=60)
    digests = set(re.findall(r"sha256:([0-9a-f]{64})", listing))
    assert digests
    written, _ = command("shelf", "export", str(tmp_path / "shelf")).communicate(timeout=60)
    assert len(written.split("\n")) == len(digests) + 1
    assert len(list((tmp_path / "shelf").iterdir())) == len(digests)


@pytest.mark.parametrize("content", ["speed: fast\n", "sped: 1\n", "durations: {LUNCH: 1}\n", "- speed\n"])
def test_wrong_settings_are_named(tmp_path: Path, content: str) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text(content, encoding="utf-8")
    process = command("serve", "--settings", str(settings))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("appstream-simulator: ")
    assert "Traceback" not in errors
