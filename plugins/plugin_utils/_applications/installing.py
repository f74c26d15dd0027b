# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs what installs or removes an application, a function for each way that kinds of applications take.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications import arguments as args
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.fetching import retried, unpack
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import KINDS
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import FONTS
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.run import Run, StepError, require
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.state import full_package_name, list_packages
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import show
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import WIN_COMMAND

WIN_PACKAGE = "ansible.windows.win_package"
WIN_SHORTCUT = "community.windows.win_shortcut"
WIN_REGEDIT = "ansible.windows.win_regedit"
WIN_FILE = "ansible.windows.win_file"
WIN_CHOCOLATEY = "chocolatey.chocolatey.win_chocolatey"
FONTS_KEY = "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Fonts"

_STORE_APPS = "C:\\Program Files\\WindowsApps"

BUSY = 1618
"""Exit code of Windows Installer: another installation is in progress. Windows services itself after its first boot."""
BUSY_SECONDS = 600.0
"""Pauses add up to this at least: that servicing takes minutes, and it is no fault of the package's."""
BUSY_RETRIES = 12
"""And it is tried again this often at least."""
_WANT_RESTART = (1641, 3010)

# Also success: an update is there already (WU_S_ALREADY_INSTALLED), a driver has no device (ERROR_NO_MORE_ITEMS).
_FURTHER_SUCCESS = {"msu": (0x00240006,), "driver": (259,)}


def install(run: Run, found: Mapping[str, Any]) -> None:
    """Run what installs the application. ``found`` is what was seen before. Raises StepError."""
    _RUNNERS[KINDS[run.entry["kind"]].runner](run, found)


def remove(run: Run) -> None:
    """Run what removes the application. Raises StepError."""
    _REMOVERS[KINDS[run.entry["kind"]].remover](run)


def _package(run: Run, _found: Mapping[str, Any]) -> None:
    """A file of Windows Installer or a setup program.

    What win_package would look for itself has been looked for: it is given neither product_id nor creates_path.
    """
    entry = run.entry
    if entry["unattended"]:
        _console(run)
        return
    arguments = {
        "path": entry["local"],
        "arguments": run.resolved(entry["arguments"]) or None,
        "expected_return_code": entry["expected_return_codes"],
        "log_path": entry["install_log"] or None,
        "chdir": entry["chdir"] or None,
        "state": "present",
    }
    result = _job(run, WIN_PACKAGE, arguments)
    if entry["kind"] == "msi" and not result.get("changed"):
        # The same product is there, but not as it is described.
        _job(run, WIN_PACKAGE, {**arguments, "arguments": None, "state": "absent"})
        result = _job(run, WIN_PACKAGE, arguments)
    _note(run, result)


def _console(run: Run) -> None:
    """A program that reads answers from its standard input."""
    entry = run.entry
    given = entry["arguments"] if entry["kind"] == "exe" else None
    line = args.command([entry["local"]], given) if given is not None else entry["command"]
    answers = "".join(f"{line}\r\n" for line in entry["unattended"])
    _command(run, {**line, "stdin": answers})


def _process(run: Run, _found: Mapping[str, Any]) -> None:
    """A program of Windows, or a script."""
    entry = run.entry
    if entry["unattended"]:
        _console(run)
    elif entry["kind"] == "winget":
        _command(run, {"argv": [_winget(run), *entry["argv"][1:]]})
    else:
        _command(run, entry.get("command") or {"argv": entry["argv"]})


def _winget(run: Run) -> str:
    """Path of winget, whose short name works for users only who have logged on at the screen. Raises StepError."""
    arguments = {"paths": [_STORE_APPS], "patterns": ["winget.exe"], "recurse": True, "depth": 2}
    found = require(run.host.run("ansible.windows.win_find", arguments, read_only=True))["files"]
    paths = sorted(str(file["path"]) for file in found if "Microsoft.DesktopAppInstaller_" in str(file["path"]))
    if not paths:
        raise StepError(
            {
                "msg": "this builder has no winget, which comes with Windows 11 and Windows Server 2025. Use "
                "chocolatey, or the package's own installer"
            }
        )
    return paths[-1]


def _command(run: Run, line: Mapping[str, Any]) -> None:
    arguments = {**run.resolved(dict(line)), "chdir": run.entry["chdir"] or None}
    expected = [*run.entry["expected_return_codes"], *_FURTHER_SUCCESS.get(run.entry["kind"], ())]
    _note(run, _job(run, WIN_COMMAND, arguments, expected=expected))


def _archive(run: Run, _found: Mapping[str, Any]) -> None:
    unpack(run, run.entry["local"], run.entry["destination"])
    run.changed = True
    for shortcut in run.entry["shortcuts"]:
        set_shortcut(run, shortcut)


def _font(run: Run, _found: Mapping[str, Any]) -> None:
    name = _font_file(run)
    arguments = {"src": run.entry["local"], "dest": f"{FONTS}\\{name}", "remote_src": True}
    require(run.host.run("ansible.windows.win_copy", arguments))
    value = {"path": FONTS_KEY, "name": _font_value(run), "data": name, "type": "string"}
    require(run.host.run(WIN_REGEDIT, value))
    run.changed = True


def _font_file(run: Run) -> str:
    return str(run.entry["local"]).rpartition("\\")[2]


def _font_value(run: Run) -> str:
    """Name of the value by which Windows knows the font; a name of one's own will do."""
    return f"{run.entry['name']} ({'OpenType' if _font_file(run).lower().endswith('.otf') else 'TrueType'})"


def _chocolatey(run: Run, found: Mapping[str, Any]) -> None:
    _prepare_chocolatey(run)
    install, credential = run.install, run.credential(run.entry["credential"])
    arguments = {
        "name": [run.entry["package"]],
        "version": run.entry["package_version"] or None,
        "source": run.entry["package_source"] or None,
        "source_username": credential.get("username"),
        "source_password": credential.get("password"),
        "install_args": run.resolved(run.entry["install_arguments"]) or None,
        "package_params": run.resolved(install.get("package_params")),
        "allow_prerelease": install.get("package_prerelease") or None,
        "ignore_checksums": install.get("package_ignore_checksums") or None,
        "pinned": install.get("package_pinned"),
        # What was installed before is there in another version or with other arguments.
        "force": bool(found.get("recorded")),
        "state": "present",
    }
    _note(run, _job(run, WIN_CHOCOLATEY, arguments, secret=bool(credential)))


def _prepare_chocolatey(run: Run) -> None:
    if not (run.install.get("package_sources") or run.install.get("package_features")):
        return
    _run(run, WIN_CHOCOLATEY, {"name": ["chocolatey"], "state": "present"})
    for source in run.install.get("package_sources") or []:
        credential = run.credential(str(source.get("credential") or ""))
        arguments = {
            "name": source["name"],
            "source": source.get("source"),
            "source_username": credential.get("username"),
            "source_password": credential.get("password"),
            "priority": source.get("priority"),
            "state": source.get("state", "present"),
        }
        _run(run, "chocolatey.chocolatey.win_chocolatey_source", arguments, secret=bool(credential))
    for name, enabled in (run.install.get("package_features") or {}).items():
        state = "enabled" if enabled else "disabled"
        _run(run, "chocolatey.chocolatey.win_chocolatey_feature", {"name": name, "state": state})


def _windows_feature(run: Run, _found: Mapping[str, Any]) -> None:
    arguments = {"name": run.entry["features"], "state": "present"}
    _note(run, _job(run, "ansible.windows.win_feature", arguments))


def _role(run: Run, _found: Mapping[str, Any]) -> None:
    """The role has run before this task."""
    run.changed = True


def _remove_product(run: Run) -> None:
    arguments = {
        "product_id": run.entry["product_id"],
        "arguments": run.resolved(run.entry["arguments"]) or None,
        "expected_return_code": run.entry["expected_return_codes"],
        "state": "absent",
    }
    _note(run, _job(run, WIN_PACKAGE, arguments))


def _remove_provisioned_package(run: Run) -> None:
    name = full_package_name(list_packages(run.host), run.entry["product_id"])
    argv = ["dism.exe", "/Online", "/Remove-ProvisionedAppxPackage", f"/PackageName:{name}"]
    _note(run, _job(run, WIN_COMMAND, {"argv": argv}, expected=[0, 3010]))


def _remove_archive(run: Run) -> None:
    _run(run, WIN_FILE, {"path": run.entry["destination"], "state": "absent"})
    for shortcut in run.entry["shortcuts"]:
        _run(run, WIN_SHORTCUT, {"dest": shortcut["path"], "state": "absent"})


def _remove_font(run: Run) -> None:
    _run(run, WIN_REGEDIT, {"path": FONTS_KEY, "name": _font_value(run), "state": "absent"})
    _run(run, WIN_FILE, {"path": f"{FONTS}\\{_font_file(run)}", "state": "absent"})


def _remove_chocolatey(run: Run) -> None:
    _note(run, _job(run, WIN_CHOCOLATEY, {"name": [run.entry["package"]], "state": "absent"}))


def _remove_winget(run: Run) -> None:
    argv = [_winget(run), *args.winget_removal(run.install)[1:]]
    result = _job(run, WIN_COMMAND, {"argv": argv}, expected=[0, _NOT_INSTALLED])
    if not _same_code(result.get("rc"), _NOT_INSTALLED):
        run.changed = True


_NOT_INSTALLED = 0x8A150014
"""Exit code of winget: no package found matching input criteria (its "Return codes")."""


def _remove_windows_feature(run: Run) -> None:
    arguments = {"name": run.entry["features"], "state": "absent"}
    _note(run, _job(run, "ansible.windows.win_feature", arguments))


def set_shortcut(run: Run, shortcut: Mapping[str, str]) -> None:
    """Make or remove a shortcut. Raises StepError."""
    arguments: dict[str, Any] = {"dest": shortcut["path"], "state": shortcut["state"]}
    if shortcut["state"] == "present":
        arguments |= {
            "src": shortcut["target"],
            "arguments": shortcut["arguments"] or None,
            "directory": shortcut["working_directory"] or None,
            "icon": shortcut["icon"] or None,
        }
    _run(run, WIN_SHORTCUT, arguments)


def _run(run: Run, module: str, arguments: Mapping[str, Any], *, secret: bool = False) -> Mapping[str, Any]:
    """Result of a module that ends soon. Raises StepError."""
    process = run.process()
    process = replace(process, account=None, secret=process.secret or secret)
    result = require(run.host.run(module, _given(arguments), process))
    run.changed = run.changed or bool(result.get("changed"))
    return result


def _job(
    run: Run,
    module: str,
    arguments: Mapping[str, Any],
    *,
    expected: list[int] | None = None,
    secret: bool = False,
) -> Mapping[str, Any]:
    """Result of a module that takes its time, tried again as the application says. Raises StepError."""
    entry = run.entry
    process = run.process(entry["arguments"], run.install.get("package_params"), entry["unattended"])
    process = replace(process, secret=process.secret or secret)

    def attempt() -> Mapping[str, Any]:
        run.changed = True
        return judged(run.job(module, _given(arguments), process), expected)

    before = run.changed
    result = require(retried(run, lambda: _not_busy(run, attempt)))
    if not result.get("changed"):
        run.changed = before
    return result


def _not_busy(run: Run, attempt: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Result of an attempt, made again while another installation is in progress."""
    result, delay = attempt(), run.entry["retry_delay"]
    for again in range(busy_retries(delay)):
        is_busy = result.get("rc") == BUSY and result.get("failed")
        if not is_busy or run.entry["kind"] not in ("msi", "msp", "exe"):
            break
        if not again:
            show(f"{run.entry['name']}: another installation is in progress (exit code {BUSY}), trying again")
        time.sleep(delay)
        result = attempt()
    return result


def busy_retries(delay: float) -> int:
    """How often it is tried again with this many seconds in between."""
    return max(BUSY_RETRIES, math.ceil(BUSY_SECONDS / delay)) if delay > 0 else BUSY_RETRIES


def judged(result: Mapping[str, Any], expected: list[int] | None) -> Mapping[str, Any]:
    """The result of a command: exit codes that mean success are no failure, others are."""
    if expected is None or "rc" not in result:
        return result
    succeeded = any(_same_code(result["rc"], code) for code in expected)
    return {**result, "failed": not succeeded}


def _same_code(one: Any, other: int) -> bool:
    """Exit codes have 32 bits, which some read with a sign."""
    return isinstance(one, int) and one % (1 << 32) == other % (1 << 32)


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _note(run: Run, result: Mapping[str, Any]) -> None:
    run.restart = run.restart or bool(result.get("reboot_required")) or result.get("rc") in _WANT_RESTART


_RUNNERS: dict[str, Callable[[Run, Mapping[str, Any]], None]] = {
    "package": _package,
    "command": _process,
    "archive": _archive,
    "font": _font,
    "chocolatey": _chocolatey,
    "windows_feature": _windows_feature,
    "role": _role,
}
_REMOVERS: dict[str, Callable[[Run], None]] = {
    "product": _remove_product,
    "provisioned_package": _remove_provisioned_package,
    "archive": _remove_archive,
    "font": _remove_font,
    "chocolatey": _remove_chocolatey,
    "winget": _remove_winget,
    "windows_feature": _remove_windows_feature,
}
