# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs `member` in a process of its own."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from appstream_simulator.windows.domain.join_errors import JoinError
from appstream_simulator.windows.domain.membership import Membership

_MODULE = "appstream_simulator.windows.domain.member"
_PACKAGES = Path(__file__).resolve().parents[3]
# Real seconds; a controller that does not answer is given up sooner, so this is for one that hangs.
_TIMEOUT = 60


def run(command: str, membership: Membership | None = None, **request: Any) -> Any:
    """The result of one of `member`'s commands.

    Raises:
        JoinError: the domain refuses it or cannot be reached.
        RuntimeError: the process failed; a failure of the simulator.
    """
    if membership is not None:
        request["membership"] = dataclasses.asdict(membership)
    try:
        finished = subprocess.run(
            [sys.executable, "-m", _MODULE],
            input=json.dumps({"command": command, **request}, default=str),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise JoinError("ERROR_NO_SUCH_DOMAIN", f"no answer in {_TIMEOUT} s ({command})") from None
    if finished.returncode:
        raise RuntimeError(f"{command} ended with {finished.returncode}: {finished.stderr[-2000:]}")
    answer = json.loads(finished.stdout)
    if "error" in answer:
        raise JoinError(answer["error"]["name"], answer["error"]["detail"])
    return answer["result"]


def environment() -> dict[str, str]:
    """This process' environment, with this package importable and without any Kerberos of the user's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KRB5")}
    paths = [str(_PACKAGES), *filter(None, [inherited.get("PYTHONPATH")])]
    return {**inherited, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
