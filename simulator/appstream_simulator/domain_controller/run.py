# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs a command beside a new domain controller: `python -m appstream_simulator.domain_controller.run FOLDER COMMAND`.

The command finds the domain by DNS, as a member of it would, and in its environment `DOMAIN_CONTROLLER_FOLDER` and
`DOMAIN_ADMINISTRATOR_PASSWORD`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from appstream_simulator.domain_controller import namespaces, samba

_INSIDE = "--inside"


def run(folder: Path, command: Sequence[str]) -> int:
    """Run the command; returns its exit status.

    Args:
        folder: where the domain is kept while the command runs; what is there is removed first.

    Raises:
        OSError: this machine cannot have namespaces, or Samba is not installed.
    """
    missing = [name for name in ("samba", "samba-tool", "smbd", "winbindd") if shutil.which(name) is None]
    if missing:
        raise FileNotFoundError(f"Samba's domain controller is not installed: there is no {', '.join(missing)}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return namespaces.enter(["-m", __spec__.name, _INSIDE, str(folder.resolve()), *command])


def _inside(folder: Path, command: Sequence[str]) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    namespaces.furnish(folder, samba.ETC_FILES)
    password = f"{secrets.token_urlsafe(18)}-aA1"
    with samba.running(folder, password) as controller:
        environment = {
            **os.environ,
            "DOMAIN_CONTROLLER_FOLDER": str(controller.folder),
            "DOMAIN_ADMINISTRATOR_PASSWORD": password,
        }
        environment.pop("KRB5_CONFIG", None)
        return subprocess.run(command, env=environment, check=False).returncode


def _end(number: int, _frame: object) -> NoReturn:
    # Ends the command's wait and stops Samba on the way out; the namespace takes the rest with it.
    sys.exit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Run the command of the arguments; returns the exit status."""
    if arguments and arguments[0] == _INSIDE:
        return _inside(Path(arguments[1]), arguments[2:])
    if len(arguments) < 2:
        print(
            "usage: python -m appstream_simulator.domain_controller.run FOLDER COMMAND [ARGUMENT ...]", file=sys.stderr
        )
        return 2
    try:
        return run(Path(arguments[0]), arguments[1:])
    except OSError as error:
        print(f"domain controller: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
