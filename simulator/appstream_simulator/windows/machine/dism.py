# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dism.exe /Online: provisioned app packages, optional features, and standalone updates.

Options and what they do from Microsoft's "DISM app package servicing command-line options" and "Enable or disable
Windows features using DISM"; the wording of most output is that of DISM's message tables, its layout unproven
[dism_layout].
"""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import app_packages, appx, installation, msu_packages, server_features, stock
from .appx import AppxError
from .shares import ShareError
from .stock_packages import PROVISIONED, WINDOWS_APPS

if TYPE_CHECKING:
    from .processes import Process

_SUCCESS = "The operation completed successfully."
_RESTART_REQUIRED = 3010
# Options that change neither what happens nor, here, what is shown.
_HARMLESS = frozenset({"/online", "/english", "/quiet", "/norestart"})
_ACTIONS_WITH = {
    "/add-provisionedappxpackage": ("packagepath", "skiplicense", "licensepath", "region"),
    "/get-provisionedappxpackages": (),
    "/remove-provisionedappxpackage": ("packagename",),
    "/add-package": ("packagepath", "ignorecheck", "preventpending"),
    "/enable-feature": ("featurename", "all", "source", "limitaccess"),
    "/disable-feature": ("featurename",),
}

Options = Mapping[str, str]


class _UnhandledError(Exception):
    """Something that is not simulated."""


class _DismError(Exception):
    """DISM ends with an error: its exit code, what it shows as number and its text."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def run(process: Process) -> ProcessResult:
    """One run of DISM on the running system."""
    given = [argument.partition(":") for argument in process.arguments[1:]]
    options = {name.lower(): value.strip('"') for name, _colon, value in given}
    action = next((name for name in options if name in _ACTIONS_WITH), "")
    known = {*_HARMLESS, action, *(f"/{name}" for name in _ACTIONS_WITH.get(action, ()))}
    if "/online" not in options or not action or set(options) - known:
        return process.unhandled("dism")
    try:
        if not process.administrator:
            raise _DismError(740, "Elevated permissions are required to run DISM.\r\nUse an elevated command prompt.")
        exit_code, text = _ACTIONS[action](process, {name.lstrip("/"): value for name, value in options.items()})
    except _UnhandledError:
        return process.unhandled("dism", 87)
    except _DismError as error:
        number = str(error.code) if error.code < 0x10000 else f"{error.code:#010x}".replace("0X", "0x")
        exit_code = error.code if error.code < 0x80000000 else error.code - (1 << 32)
        log = "The DISM log file can be found at C:\\Windows\\Logs\\DISM\\dism.log"
        text = f"\r\nError: {number}\r\n\r\n{error}\r\n\r\n{log}"
    return ProcessResult(exit_code, f"{_banner(process)}{text}\r\n".encode())


def _banner(process: Process) -> str:
    version = stock.PLATFORMS[process.machine.request.platform].version
    tool = f"\r\nDeployment Image Servicing and Management tool\r\nVersion: {version}\r\n"
    return f"{tool}\r\nImage Version: {version}\r\n\r\n"


def _add_package(process: Process, options: Options) -> tuple[int, str]:
    disk = process.machine.disk
    path = ntpath.normpath(ntpath.join(process.working_directory, options.get("packagepath", "")))
    if "skiplicense" not in options and "licensepath" not in options:
        # Without a license DISM takes packages only as far as sideloading is allowed; it is, on servers.
        raise _UnhandledError
    try:
        content = disk.read(path)
        package = appx.parse(content)
    except (FileNotFoundError, ShareError) as error:
        raise _DismError(3, "The system cannot find the path specified.") from error
    except AppxError as error:
        raise _DismError(error.code, str(error)) from error
    if not package.signed:
        raise _DismError(0x800B0100, "No signature was present in the subject.")
    with process.machine.disk_in_use():
        folder = app_packages.unpack(disk, package, content)
        disk.registry.set(f"{PROVISIONED}\\{package.full_name}", "Path", f"{folder}\\{appx.MANIFEST}")
    process.record("install", installer=package.name, exit_code=0)
    return 0, _SUCCESS


def _list_packages(process: Process, _options: Options) -> tuple[int, str]:
    lines = ["Getting the list of app packages (.appx or .appxbundle) in this image...", ""]
    for package in app_packages.provisioned(process.machine.disk):
        lines += [
            f"DisplayName : {package.name}",
            f"Version : {package.version}",
            f"Architecture : {package.architecture}",
            "ResourceId : ~",
            f"PackageName : {package.full_name}",
            "Regions : all",
            "",
        ]
    return 0, "\r\n".join([*lines, _SUCCESS])


def _remove_package(process: Process, options: Options) -> tuple[int, str]:
    wanted, disk = options.get("packagename", "").lower(), process.machine.disk
    package = next((item for item in app_packages.provisioned(disk) if item.full_name.lower() == wanted), None)
    if package is None:
        raise _DismError(2, "The system cannot find the file specified.")
    with process.machine.disk_in_use():
        disk.registry.delete_key(f"{PROVISIONED}\\{package.full_name}")
        disk.remove(f"{WINDOWS_APPS}\\{package.full_name}")
    process.record("uninstall", installer=package.name, exit_code=0)
    return 0, _SUCCESS


def _add_update(process: Process, options: Options) -> tuple[int, str]:
    """A standalone update; one that is there counts as installed (assumed [present_update])."""
    machine = process.machine
    path = ntpath.normpath(ntpath.join(process.working_directory, options.get("packagepath", "")))
    try:
        update = msu_packages.find(machine, path)
    except FileNotFoundError as error:
        raise _DismError(3, "The system cannot find the path specified.") from error
    if update is None:
        # It may be a cabinet that the simulator knows nothing of.
        raise _UnhandledError
    if not msu_packages.applies(machine, update):
        raise _DismError(0x800F081E, "The specified package is not applicable to this image.")
    exit_code = 0 if msu_packages.is_installed(machine, update.kb) else msu_packages.install(machine, update)
    process.record("install", installer=update.name, exit_code=exit_code)
    if exit_code not in installation.INSTALLED_EXIT_CODES:
        raise _DismError(exit_code, "An error occurred applying the package.")
    text = f"Processing 1 of 1 - Adding package\r\n[====100.0%====] \r\n{_SUCCESS}"
    if exit_code == _RESTART_REQUIRED:
        text += "\r\nRestart Windows to complete this operation."
    return exit_code, text


def _change_feature(process: Process, options: Options, *, present: bool) -> tuple[int, str]:
    disk, name = process.machine.disk, options.get("featurename", "")
    feature = server_features.optional(name)
    if feature is None:
        raise _DismError(0x800F080C, f"Feature name {name} is unknown.")
    change = [feature]
    if present:
        try:
            change = server_features.to_enable(
                disk, change, with_parents="all" in options, source=options.get("source")
            )
        except server_features.FeatureError as error:
            raise _DismError(0x800F081F, str(error)) from error
    server_features.apply(disk, change, present=present)
    restart = any(item.restart for item in change)
    doing = "Enabling" if present else "Disabling"
    text = f"{doing} feature(s)\r\n[==========================100.0%==========================] \r\n{_SUCCESS}"
    if restart:
        text += "\r\nRestart Windows to complete this operation."
    return (_RESTART_REQUIRED if restart else installation.INSTALLED_EXIT_CODES[0]), text


_ACTIONS: Mapping[str, Callable[[Process, Options], tuple[int, str]]] = {
    "/add-provisionedappxpackage": _add_package,
    "/get-provisionedappxpackages": _list_packages,
    "/remove-provisionedappxpackage": _remove_package,
    "/add-package": _add_update,
    "/enable-feature": lambda process, options: _change_feature(process, options, present=True),
    "/disable-feature": lambda process, options: _change_feature(process, options, present=False),
}
