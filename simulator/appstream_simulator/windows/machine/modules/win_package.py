# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_package for MSI files, patches and programs (providers msi, msp and registry)."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass
from typing import Any

from appstream_simulator.windows.protocol.host import ProcessResult

from .. import command_line, environment, installation, msi_patches, processes, program_files
from ..disk import DiskFullError
from ..msi_database import Database, MsiError
from ..shelf_items import MSI_MAGIC, Installer
from . import web_request, win_command
from .task import ModuleFailure, Option, Task, checksum
from .web_request import WebRequestError

OPTIONS = {
    "arguments": Option("raw"),
    "expected_return_code": Option("list", [0, 3010]),
    "path": Option(),
    "chdir": Option("path"),
    "checksum": Option(),
    "checksum_algorithm": Option(default="sha1"),
    "product_id": Option(),
    "state": Option(default="present"),
    "creates_path": Option("path"),
    "creates_version": Option(),
    "creates_service": Option(),
    "log_path": Option("path"),
    "provider": Option(default="auto"),
}

_HARMLESS_OPTIONS = web_request.HARMLESS_OPTIONS | {"wait_for_children"}
_DEFAULT_OPTIONS = {**web_request.DEFAULT_OPTIONS, "verify_signature": Option("bool", False)}
_PROVIDERS = ("auto", "msi", "msp", "registry")

# Windows' text for error 1620.
_CANNOT_OPEN = (
    "This installation package could not be opened.  Contact the application vendor to verify that this is a valid "
    "Windows Installer package"
)
_UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall"
_UNINSTALL_KEYS = [
    f"{hive}:\\{view}\\{_UNINSTALL}" for hive in ("HKLM", "HKCU") for view in ("SOFTWARE", "SOFTWARE\\Wow6432Node")
]


@dataclass
class _Package:
    """What Get-InstalledStatus finds out: which provider, which product, and whether it is installed."""

    provider: str
    product_id: str
    installed: bool
    registry_path: str = ""
    products: tuple[str, ...] = ()


def run(task: Task) -> dict[str, Any]:
    """Install or remove a product, if its state is another."""
    simulated = {**OPTIONS, **web_request.OPTIONS}
    task.refuse_other_options(simulated, harmless=_HARMLESS_OPTIONS, at_default=_DEFAULT_OPTIONS)
    options = task.options(OPTIONS)
    if options["provider"] not in _PROVIDERS:
        task.machine.record("unhandled", what="win_package provider", text=options["provider"])
        task.fail(f"appstream-simulator: win_package is simulated without the provider {options['provider']}")
    result: dict[str, Any] = {"changed": False, "reboot_required": False, "rc": 0}
    is_url = (options["path"] or "").lower().startswith("http")
    present = options["state"] == "present"
    package = None
    if is_url and options["product_id"] and present:
        package = _status(task, options, None)
    path = options["path"]
    temporary = None
    if is_url and not (package and package.installed):
        path = temporary = _download(task, path, result)
    elif path and not is_url and not task.disk.exists(path) and not task.check_mode:
        task.fail(f"the file at the path '{path}' cannot be reached", **_without(result, "rc"))
    try:
        if package is None or not package.installed:
            package = _status(task, options, None if is_url and not temporary else path)
        changed = present != package.installed
        if changed and not task.check_mode:
            _change(task, options, package, path, result)
        if not present and options["product_id"] is None and is_url:
            reason = "Please specify product_id when using state=absent"
            task.fail(f"Unable to find Product ID from the URL path. {reason}", **result)
        result["changed"] = changed
        return result
    finally:
        if temporary:
            task.disk.remove(ntpath.dirname(temporary))


def _without(result: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != name}


def _download(task: Task, url: str, result: dict[str, Any]) -> str:
    try:
        response = web_request.get(task, url)
    except WebRequestError as error:
        reason = f'Exception calling "GetResponse" with "0" argument(s): "{error}"'
        task.fail(f"Unhandled exception while executing module: {reason}", **{**result, **error.fields})
    result |= {"status_code": 200, "msg": "OK", "elapsed": 0}
    folder = f"{task.machine.profile_directory(task.call.user)}\\AppData\\Local\\Temp\\ansible-moduletmp-{id(task)}"
    task.disk.make_directories(folder)
    path = f"{folder}\\{response.file_name or 'index.html'}"
    try:
        task.disk.write(path, response.content)
    except DiskFullError:
        task.fail(f"Unhandled exception while executing module: {web_request.disk_full()}", **result)
    return path


def _status(task: Task, options: dict[str, Any], path: str | None) -> _Package:
    package = _patch(task, options, path)
    if package is None and path and options["provider"] in ("auto", "msi") and task.disk.is_file(path):
        content = task.disk.read(path)
        package = _msi_status(task, _product_code(task, path, content)) if content.startswith(MSI_MAGIC) else None
    elif package is None and not path and options["provider"] in ("auto", "msi"):
        found = _msi_status(task, options["product_id"] or "")
        package = found if found.installed or options["provider"] == "msi" else None
    _refuse_further_formats(task, path)
    package = package or _registry_status(task, options["product_id"] or "")
    if options["creates_path"]:
        package.installed = _created(task, options["creates_path"], options["creates_version"])
    if options["creates_service"]:
        package.installed = options["creates_service"].lower() in task.disk.services
    return package


def _patch(task: Task, options: dict[str, Any], path: str | None) -> _Package | None:
    """The provider msp: a patch by its file, or by its code among those that products have."""
    if options["provider"] not in ("auto", "msp"):
        return None
    machine = task.machine
    if path:
        entry = machine.shelf.recognise(task.disk.read(path)) if task.disk.is_file(path) else None
        if entry is None or entry.kind != "msp":
            return None
        product = msi_patches.target(machine.shelf, entry)
        if not installation.is_product_installed(task.disk, product.product_code):
            reason = "The specified patch does not apply to any installed MSI packages."
            task.fail(f"Unhandled exception while executing module: {reason}", changed=False, reboot_required=False)
        return _patch_status(task, entry, product)
    entry = msi_patches.by_code(task.disk, machine.shelf, options["product_id"] or "")
    if entry is None:
        return _Package("msp", options["product_id"] or "", False) if options["provider"] == "msp" else None
    return _patch_status(task, entry, msi_patches.target(machine.shelf, entry))


def _patch_status(task: Task, patch: Installer, product: Installer) -> _Package:
    applied = msi_patches.is_applied(task.disk, product.product_code, patch.patch_code)
    return _Package("msp", patch.patch_code, applied, products=(product.product_code,))


def _refuse_further_formats(task: Task, path: str | None) -> None:
    """App packages have a provider of their own, which is not simulated."""
    extension = ntpath.splitext(path or "")[1].lower()
    if extension in (".appx", ".appxbundle", ".msix", ".msixbundle"):
        task.machine.record("unhandled", what="win_package path", text=str(path))
        task.fail(f"appstream-simulator: win_package is simulated without files of the kind {extension}")


def _product_code(task: Task, path: str, content: bytes) -> str:
    installer = task.machine.shelf.recognise(content)
    if installer is not None:
        return installer.product_code
    try:
        return Database(content).properties["ProductCode"]
    except MsiError as error:
        task.machine.record("error", what="msi", path=path, error=str(error))
        reason = f'Exception calling "OpenPackage" with "2" argument(s): "{_CANNOT_OPEN}"'
        task.fail(f"Unhandled exception while executing module: {reason}", changed=False, reboot_required=False)


def _msi_status(task: Task, product_code: str) -> _Package:
    return _Package("msi", product_code, installation.is_product_installed(task.disk, product_code))


def _registry_status(task: Task, product_id: str) -> _Package:
    for key in _UNINSTALL_KEYS if product_id else []:
        if task.disk.registry.has_key(f"{key}\\{product_id}"):
            return _Package("registry", product_id, True, f"{key}\\{product_id}")
    return _Package("registry", product_id, False)


def _created(task: Task, path: str, version: str | None) -> bool:
    if not version or not task.disk.exists(path):
        return task.disk.exists(path)
    if not task.disk.is_file(path):
        task.fail("creates_path must be a file not a directory when creates_version is set")
    return ".".join(str(number) for number in program_files.version(task.disk.read(path))) == version


def _change(task: Task, options: dict[str, Any], package: _Package, path: str | None, result: dict[str, Any]) -> None:
    if options["state"] == "present" and path:
        _verify_checksum(task, options, path, result)
    if package.provider == "msi":
        action = ["/i", path or ""] if options["state"] == "present" else ["/x", package.product_id]
        _run_msiexec(task, options, action, result)
        return
    if package.provider == "msp":
        removals = [["/uninstall", package.product_id, "/package", code] for code in package.products]
        for action in [["/update", path or ""]] if options["state"] == "present" else removals:
            _run_msiexec(task, options, action, result)
        return
    line = command_line.escape(path) if path else _uninstall_command(task, package, result)
    arguments = _arguments(options)
    process, line = _start(task, f"{line} {arguments}" if arguments else line, options)
    _finish(task, options, process, line, process.stdout.decode(errors="replace"), None, result)


def _verify_checksum(task: Task, options: dict[str, Any], path: str, result: dict[str, Any]) -> None:
    found = checksum(task.disk.read(path), options["checksum_algorithm"]).upper()
    result["checksum"] = found
    wanted = options["checksum"]
    if wanted and wanted.upper() != found:
        task.fail(f"The checksum for {path} did not match '{wanted}', it was '{found}'", **result)


def _run_msiexec(task: Task, options: dict[str, Any], action: list[str], result: dict[str, Any]) -> None:
    log = options["log_path"] or f"{task.variables['TEMP']}\\msiexec.log"
    line = command_line.join(["C:\\Windows\\System32\\msiexec.exe", *action, "/L*V", log, "/qn", "/norestart"])
    arguments = _arguments(options)
    try:
        process, line = _start(task, f"{line} {arguments}" if arguments else line, options)
        _finish(task, options, process, line, process.stdout.decode("utf-16-le", errors="replace"), log, result)
    finally:
        if not options["log_path"] and task.disk.is_file(log):
            task.disk.remove(log)


def _arguments(options: dict[str, Any]) -> str:
    arguments = options["arguments"]
    if isinstance(arguments, list):
        return command_line.join(str(argument) for argument in arguments)
    return str(arguments or "")


def _start(task: Task, line: str, options: dict[str, Any]) -> tuple[ProcessResult, str]:
    try:
        return win_command.start_process(task, line, options["chdir"]), line
    except (FileNotFoundError, processes.BadImageError) as error:
        reason = win_command.create_process_failure(error)
        message = f'Exception calling "CreateProcess" with "7" argument(s): "{reason}"'
        task.fail(f"Unhandled exception while executing module: {message}", rc=0, reboot_required=False)


def _uninstall_command(task: Task, package: _Package, result: dict[str, Any]) -> str:
    values = task.disk.registry.texts(package.registry_path)
    for name in ("QuietUninstallString", "UninstallString"):
        if name in values:
            return environment.expand(values[name], task.variables)
    message = f"Failed to find registry uninstall string at registry path '{package.registry_path}'"
    raise ModuleFailure(message, **result)


def _finish(
    task: Task,
    options: dict[str, Any],
    process: ProcessResult,
    line: str,
    stdout: str,
    log: str | None,
    result: dict[str, Any],
) -> None:
    result["rc"] = process.exit_code
    if process.exit_code not in [int(code) for code in options["expected_return_code"]]:
        result |= {"stdout": stdout, "stderr": process.stderr.decode(errors="replace")}
        if log and task.disk.is_file(log):
            result["log"] = task.disk.read(log).decode("utf-16")
        task.fail(
            f"unexpected rc from '{line}': see rc, stdout, and stderr for more details", **_without(result, "msg")
        )
    # Without this Ansible takes any other rc than 0 for a failure.
    result["failed"] = False
    result["reboot_required"] = process.exit_code == installation.RESTART_REQUIRED
