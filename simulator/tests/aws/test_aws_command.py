# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command, and the simulator it serves as the AWS CLI sees it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
AWS = shutil.which("aws", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
# Another block than other tests and demonstrations use, so that they can run beside this one.
CIDR, SUBNET = "127.91.0.0/16", "127.91.1.0/24"


@dataclass
class Served:
    """A simulator in a process of its own."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def aws(self, *arguments: str) -> Any:
        """The AWS CLI's answer."""
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": self.ready["endpoint"],
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret-but-long-enough",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        assert AWS is not None
        command = [sys.executable, AWS, *arguments, "--output", "json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout or "null")

    def control(self, path: str) -> Any:
        """A GET of the control plane."""
        with urllib.request.urlopen(f"{self.ready['endpoint']}/_simulator/{path}", timeout=30) as response:
            return json.loads(response.read())


def command(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """appstream-simulator, started."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    return subprocess.Popen(
        [sys.executable, "-m", "appstream_simulator", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    settings = tmp_path / "settings.yml"
    settings.write_text("accounts: {automation: a-long-password}\nstate_directory: state\n", encoding="utf-8")
    ready = tmp_path / "ready.json"
    process = command("serve", "--speed", "2000", "--settings", str(settings), "--ready-file", str(ready))
    try:
        wait_for(lambda: ready.exists() or process.poll() is not None)
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield Served(process, json.loads(ready.read_text(encoding="utf-8")))
    finally:
        process.kill()
        process.wait(10)


def wait_for(condition: Any) -> None:
    """Until the condition holds; the test fails when it never does."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def listens(address: str, port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


def test_served_to_the_aws_cli(served: Served) -> None:
    vpc = served.aws("ec2", "create-vpc", "--cidr-block", CIDR)["Vpc"]["VpcId"]
    subnet = served.aws("ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", SUBNET)["Subnet"]["SubnetId"]
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
