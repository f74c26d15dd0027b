# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_hotfix: standalone updates of the shelf, one package in each file.

One that Windows Update has installed is known by its number, but is not removed here. Error codes are shown as DISM's
cmdlets do.
"""

from __future__ import annotations

import re
from typing import Any

from .. import installation, msu_packages
from ..shelf_items import Installer
from .task import Option, Task

OPTIONS = {
    "hotfix_kb": Option(),
    "hotfix_identifier": Option(),
    "state": Option(default="present"),
    "source": Option("path"),
}

_KB = re.compile(r"KB(\d+)", re.IGNORECASE)


def run(task: Task) -> dict[str, Any]:
    """Install the update in a file, or remove one."""
    options = task.options(OPTIONS)
    return _remove(task, options) if options["state"] == "absent" else _install(task, options)


def _fail(task: Task, message: str) -> None:
    task.fail(message, changed=False, reboot_required=False)


def _identifier(kb: str) -> str:
    return f"Package_for_KB{kb}~31bf3856ad364e35~amd64~~10.0.1.0"


def _install(task: Task, options: dict[str, Any]) -> dict[str, Any]:
    source = options["source"]
    if source is None:
        _fail(task, "source must be set when state=present")
    if not task.disk.is_file(source):
        _fail(task, f"the path set for source {source} does not exist or is not a file")
    update = _update(task, source)
    _compare(task, update, options)
    name, kb = _identifier(update.kb), f"KB{update.kb}"
    result: dict[str, Any] = {"changed": False, "reboot_required": False, "identifier": name, "kb": kb}
    result |= {"identifiers": [name], "kbs": [kb]}
    if msu_packages.is_installed(task.machine, update.kb):
        return result
    exit_code = 0 if task.check_mode else msu_packages.install(task.machine, update)
    if exit_code not in installation.INSTALLED_EXIT_CODES:
        path = f"{task.variables['TEMP']}\\Windows10.0-{kb}-x64.cab"
        reason = f"Add-WindowsPackage failed. Error code = 0x{exit_code:08x}"
        task.fail(f"failed to add windows package from path {path}: {reason}", **result)
    return {**result, "changed": True, "reboot_required": exit_code == installation.RESTART_REQUIRED}


def _update(task: Task, source: str) -> Installer:
    update = msu_packages.find(task.machine, source)
    if update is None:
        message = "failed to get metadata xml inside MSU file, cannot get hotfix metadata required for this task"
        return task.fail(message, changed=False, reboot_required=False)
    if not msu_packages.applies(task.machine, update):
        _fail(task, "hotfix package is not applicable for this server")
    return update


def _compare(task: Task, update: Installer, options: dict[str, Any]) -> None:
    """The file has to be what the task says it is."""
    for option, what, found in (
        ("hotfix_identifier", "identifier", _identifier(update.kb)),
        ("hotfix_kb", "KB", f"KB{update.kb}"),
    ):
        wanted = options[option]
        if wanted is not None and wanted.lower() != found.lower():
            _fail(
                task,
                f"the hotfix {what} {wanted} does not match with the source msu {what} {found}, "
                f"please omit or specify the correct {what} to continue",
            )


def _remove(task: Task, options: dict[str, Any]) -> dict[str, Any]:
    given = options["hotfix_identifier"] or options["hotfix_kb"]
    if given is None:
        _fail(task, "either hotfix_identifier or hotfix_kb needs to be set when state=absent")
    number = _KB.search(str(given))
    kb = number[1] if number else ""
    result: dict[str, Any] = {"changed": False, "reboot_required": False}
    if not msu_packages.is_installed(task.machine, kb):
        return result
    result |= {"changed": True, "identifier": _identifier(kb), "kb": f"KB{kb}"}
    if task.check_mode:
        return result
    with task.machine.disk_in_use():
        removed = msu_packages.remove(task.machine, kb)
    if not removed:
        task.machine.record("unhandled", what="win_hotfix", text=f"KB{kb} came by Windows Update")
        _fail(task, f"appstream-simulator: KB{kb} came by Windows Update, which is not removed here")
    needs_restart = {item.kb for item in task.machine.shelf.installers.values() if item.reboot_required}
    return {**result, "reboot_required": kb in needs_restart}
