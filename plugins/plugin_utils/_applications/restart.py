# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Restarts Windows after an installation, and finds an image builder again whose address is another one then.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.run import Run, StepError
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import ask_aws, connection_options

_MOVING = ("REBOOTING", "PENDING", "UPDATING_AGENT")
_DELAY = 10


def restart(run: Run) -> None:
    """Restart Windows and wait until it answers. Raises StepError."""
    timeout = int(run.settings["reboot_timeout"])
    message = f"The installation of {run.entry['name']} asks for a restart."
    with run.doing("Restart Windows"):
        run.rebooted = True
        result = run.host.run("ansible.windows.win_reboot", {"reboot_timeout": timeout, "msg": message})
        if not result.get("failed") and not result.get("unreachable"):
            return
        said = str(result.get("msg") or "no answer")
        if not run.settings.get("image_builder_name"):
            raise StepError(
                {
                    "msg": f"Windows has not come back from the restart within {timeout} s ({said}). Raise "
                    "install_applications_reboot_timeout (reboot_timeout of the module) if it takes longer, and see "
                    "the console of the image builder otherwise"
                }
            )
        _find_again(run, timeout)


def _find_again(run: Run, timeout: int) -> None:
    """Connect to the address that AWS reports; it may be another one after a restart."""
    name = str(run.settings["image_builder_name"])
    builder = _builder(run, name, timeout)
    state = builder.get("state", "ABSENT")
    if state != "RUNNING":
        raise StepError(
            {
                "msg": f"Windows has not come back from the restart, and AppStream says that the image builder {name} "
                f"is {state}. Start the build again"
            }
        )
    address = builder["network_access_configuration"]["eni_private_ip_address"]
    run.facts["ansible_host"] = address
    connection = run.host.action._connection
    connection.set_option("remote_addr", address)
    run.host.action._play_context.remote_addr = address
    with contextlib.suppress(Exception):
        connection.reset()
    arguments = {"timeout": timeout, "sleep": 5, "connect_timeout": 10}
    answer = run.host.run("ansible.builtin.wait_for_connection", arguments)
    if answer.get("failed") or answer.get("unreachable"):
        raise StepError(
            {
                "msg": f"Windows has not come back from the restart within {timeout} s: AppStream says that the image "
                f"builder {name} is RUNNING at {address}, but WinRM does not answer there "
                f"({answer.get('msg') or 'no answer'}). Raise install_applications_reboot_timeout if it takes longer, "
                "and see the console of the image builder otherwise"
            }
        )


def _builder(run: Run, name: str, timeout: int) -> dict[str, Any]:
    """The image builder as soon as it does not move any more, or when the time is up; empty when there is none."""
    arguments = {"names": [name], "include_tags": False, **connection_options(run.settings)}
    deadline = time.monotonic() + timeout
    while True:
        result = ask_aws(run.host.action, run.host.variables, "image_builder_info", arguments)
        found: list[dict[str, Any]] = result.get("image_builders") or []
        builder = found[0] if found else {}
        is_moving = bool(result.get("failed")) or builder.get("state") in _MOVING
        if not is_moving or time.monotonic() > deadline:
            return builder
        time.sleep(_DELAY)
