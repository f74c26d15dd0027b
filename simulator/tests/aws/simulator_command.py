# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command `appstream-simulator` in processes of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[2]
AWS = shutil.which("aws", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@dataclass
class Served:
    """A simulator in a process of its own."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def network(self) -> str:
        """Where its image builders must be, as a CIDR block."""
        return str(self.ready["network"])

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


def wait_for(condition: Any) -> None:
    """Until the condition holds; the test fails when it never does."""
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def start(folder: Path, *arguments: str) -> Served:
    """Serve in this folder; the test fails when nothing is served."""
    folder.mkdir(exist_ok=True)
    settings, ready = folder / "settings.yml", folder / "ready.json"
    settings.write_text("accounts: {automation: a-long-password}\nstate_directory: state\n", encoding="utf-8")
    process = command("serve", "--settings", str(settings), "--ready-file", str(ready), *arguments)
    wait_for(lambda: ready.exists() or process.poll() is not None)
    assert process.poll() is None, process.stderr and process.stderr.read()
    return Served(process, json.loads(ready.read_text(encoding="utf-8")))
