# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Does the simulator do as a real account did, with the settings that were written? Asks what changes nothing.

Usage: python tests/live/compare.py FOLDER, which has the files of the playbook verify_service
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from appstream_simulator.server import Server
from appstream_simulator.settings import load

# How AWS's base images and quotas are is not for settings to say.
_NOT_COMPARED = {"families_spelling", "base_images_without_families", "sample_images_for_fleets_only", "quota_names"}


def main(folder: Path) -> int:
    """Returns the exit code: 1 when something differs."""
    real = _seen(folder / "verify_service.json")
    with tempfile.TemporaryDirectory() as other:
        _ask_simulator(folder / "verify_service_settings.yml", Path(other))
        simulated = _seen(Path(other) / "verify_service.json")
    differing = {name for name, value in simulated.items() if name in real and real[name] != value} - _NOT_COMPARED
    for name in sorted(differing):
        print(f"{name}: the account {real[name]!r}, the simulator {simulated[name]!r}")
    print(f"{len(differing)} of {len(simulated)} differ")
    return 1 if differing else 0


def _seen(file: Path) -> dict[str, Any]:
    told = json.loads(file.read_text(encoding="utf-8"))
    return {row["id"]: row["seen"] for row in told["assumptions"] if "seen" in row}


def _ask_simulator(settings: Path, folder: Path) -> None:
    server = Server(load(settings, {}), site=_NoMachines()).start()
    keys = {"AWS_ACCESS_KEY_ID": "AKIASIMULATEDACCESS1", "AWS_SECRET_ACCESS_KEY": "any", "AWS_REGION": "eu-west-1"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    try:
        subprocess.run(
            ["ansible-playbook", "euc.appstream.verify_service", "--tags", "read_only"],
            env={**environment, **keys, "AWS_ENDPOINT_URL": server.endpoint},
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    finally:
        server.stop()
    for file in (folder / "appstream_reports").iterdir():
        file.rename(folder / file.name)


class _NoMachines:
    """In place of the Windows machines, of which nothing is asked."""

    def machines(self) -> list[Any]:
        return []

    def close(self) -> None: ...


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
