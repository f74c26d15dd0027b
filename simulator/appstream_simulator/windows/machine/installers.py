# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Running installers: msiexec.exe with entries of the shelf and real MSI files, setup programs and uninstallers."""

from __future__ import annotations

import ntpath
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from appstream_simulator import given_patterns
from appstream_simulator.windows.protocol.host import ProcessResult

from . import (
    command_line,
    installation,
    installer_values,
    msi_installation,
    msi_patches,
    msiexec_command_line,
    setup_command_lines,
)
from .disk import DiskFullError
from .installer_values import Given
from .msi_installation import MsiError, Product
from .msi_patches import PatchError
from .msiexec_command_line import CommandLine, InvalidCommandLineError, NotSimulatedError
from .shares import ShareError
from .shelf_items import MSI_MAGIC, Installer, NeededFile

if TYPE_CHECKING:
    from .machine import Machine
    from .processes import Process

# Exit codes of Windows Installer (Microsoft: "MsiExec.exe and InstMsi.exe error messages").
SUCCESS = 0
UNKNOWN_PRODUCT = 1605
INSTALL_FAILURE = 1603
INSTALL_PACKAGE_OPEN_FAILED = 1619
INSTALL_PACKAGE_INVALID = 1620
INSTALL_ALREADY_RUNNING = 1618
INVALID_COMMAND_LINE = 1639
# What setup programs that find the disk full end with.
DISK_FULL = 112

# Unproven [restart_after_1641]: how long an installer that restarts the machine (1641) leaves it up, in virtual
# seconds.
_RESTART_DELAY = 5.0

_CANNOT_OPEN = "This installation package could not be opened."
_MESSAGES = {
    UNKNOWN_PRODUCT: "This action is only valid for products that are currently installed.",
    INSTALL_PACKAGE_OPEN_FAILED: f"{_CANNOT_OPEN} Verify that the package exists and that you can access it, or "
    "contact the application vendor to verify that this is a valid Windows Installer package.",
    INSTALL_PACKAGE_INVALID: f"{_CANNOT_OPEN} Contact the application vendor to verify that this is a valid Windows "
    "Installer package.",
    INSTALL_ALREADY_RUNNING: "Another installation is already in progress. Complete that installation before "
    "proceeding with this install.",
    msi_patches.TRANSFORM_FAILURE: "Error applying transforms. Verify that the specified transform paths are valid.",
    msi_patches.PATCH_OPEN_FAILED: "This update package could not be opened. Verify that the update package exists and "
    "that you can access it, or contact the application vendor to verify that this is a valid Windows Installer update "
    "package.",
    msi_patches.PATCH_INVALID: "This update package could not be opened. Contact the application vendor to verify that "
    "this is a valid Windows Installer update package.",
    msi_patches.PATCH_TARGET_NOT_FOUND: "The upgrade cannot be installed by the Windows Installer service because the "
    "program to be upgraded may be missing, or the upgrade may update a different version of the program. Verify that "
    "the program to be upgraded exists on your computer and that you have the correct upgrade.",
    msi_patches.UNKNOWN_PATCH: "The patch is not applied to this product.",
    INVALID_COMMAND_LINE: "Invalid command line argument. Consult the Windows Installer SDK for detailed command line "
    "help.",
}


@dataclass(frozen=True)
class _Package:
    """What msiexec works on: an entry of the shelf, or a product of a real MSI file with its bytes.

    Attributes:
        given: what the installation is given, the properties of its transforms included.
    """

    installer: Installer
    given: Given = field(default_factory=Given)
    product: Product | None = None
    content: bytes = b""


def run_msiexec(process: Process) -> ProcessResult:
    """`msiexec /i FILE` (or /package), `/x FILE|PRODUCT-CODE` (or /uninstall), `/p PATCHES` (or /update), and
    `/uninstall PATCH /package PRODUCT`, with /q…, /l… LOG and properties.
    """
    try:
        line = msiexec_command_line.parse(command_line.after_program(process.command_line))
        work = _work(process, line)
    except InvalidCommandLineError:
        return _installer_result(process, INVALID_COMMAND_LINE)
    except NotSimulatedError:
        return process.unhandled("msiexec")
    except PatchError as error:
        return _installer_result(process, error.code)
    if isinstance(work, int):
        return _installer_result(process, work)
    package, patches = work
    if not line.quiet:
        return _wait_for_a_click(process, package.installer)
    machine = process.machine
    if machine.options.faults.busy(machine.builder_name, process.command_line):
        process.record("fault", fault="busy", task=line.target)
        return _installer_result(process, INSTALL_ALREADY_RUNNING)
    if not machine.windows_installer.acquire(blocking=False):
        return _installer_result(process, INSTALL_ALREADY_RUNNING)
    notes: list[str] = []
    try:
        if package.installer.hangs:
            return _hang(process, package.installer)
        process.machine.spend(package.installer.seconds)
        exit_code = _carry_out(process, line, package, patches, notes)
    except PatchError as error:
        exit_code = error.code
    finally:
        process.machine.windows_installer.release()
    _write_log(process, line.log, package.installer, exit_code, notes)
    return _installer_result(process, exit_code)


def _work(process: Process, line: CommandLine) -> tuple[_Package, list[Installer]] | int:
    """The product a command line is about and the patches for it, or the error that msiexec ends with."""
    machine = process.machine
    place = msi_patches.Place(machine.disk, machine.shelf, process.working_directory)
    if line.patch:
        patch = msi_patches.by_code(machine.disk, machine.shelf, line.patch)
        if patch is None:
            return msi_patches.UNKNOWN_PATCH
        return _Package(msi_patches.target(machine.shelf, patch)), [patch]
    if line.action == "patch":
        patches = msi_patches.patches(place, line.target)
        return _Package(msi_patches.target(machine.shelf, patches[0]), _given(process, line.properties)), patches
    package = _package(process, line.target, line.properties)
    if isinstance(package, int):
        return package
    installer = None if package.product else package.installer
    folder = ntpath.dirname(ntpath.join(process.working_directory, line.target))
    set_by_transforms = msi_patches.transformed(place, installer, folder, line.properties.get("TRANSFORMS", ""))
    given = _given(process, {**set_by_transforms, **line.properties})
    return replace(package, given=given), msi_patches.patches(place, line.properties.get("PATCH", ""))


def _given(process: Process, properties: Mapping[str, str]) -> Given:
    machine = process.machine
    place = msi_patches.Place(machine.disk, machine.shelf, process.working_directory)
    return Given(command_line.after_program(process.command_line), properties, process.environment, place.read)


def _carry_out(
    process: Process, line: CommandLine, package: _Package, patches: list[Installer], notes: list[str]
) -> int:
    """Install, patch or remove.

    Raises:
        PatchError: a patch is not for what is installed.
    """
    machine, product = process.machine, package.installer
    if line.patch:
        if not machine.is_administrator(process.user):
            return INSTALL_FAILURE
        msi_patches.remove(machine.disk, product, patches[0])
        process.record("uninstall", installer=patches[0].name, exit_code=SUCCESS)
        return SUCCESS
    if line.action == "uninstall" or line.properties.get("REMOVE") == "ALL":
        return _remove_package(process, package)
    exit_code = SUCCESS if line.action == "patch" else _install_package(process, package, notes)
    for patch in patches if exit_code in installation.INSTALLED_EXIT_CODES else ():
        exit_code = _apply_patch(process, patch, package.given) or exit_code
    return exit_code


def _apply_patch(process: Process, patch: Installer, given: Given) -> int:
    """Raises PatchError: it is not for anything that is installed."""
    machine = process.machine
    product = installer_values.as_installed(machine.disk, msi_patches.target(machine.shelf, patch))
    exit_code = patch.exit_code if machine.is_administrator(process.user) else INSTALL_FAILURE
    if exit_code in installation.INSTALLED_EXIT_CODES:
        if exit_code == SUCCESS and patch.reboot_required:
            exit_code = installation.RESTART_REQUIRED
        with machine.disk_in_use():
            place = product.install_location
            msi_patches.apply(machine.disk, product, patch, lambda item: installer_values.resolve(item, given, place))
            if exit_code == installation.RESTART_REQUIRED:
                installation.mark_restart_pending(machine.disk)
    process.record("install", installer=patch.name, exit_code=exit_code)
    return exit_code


def _package(process: Process, target: str, properties: dict[str, str]) -> _Package | int:
    machine = process.machine
    if target.startswith("{"):
        return _installed_package(process, target)
    path = ntpath.join(process.working_directory, target)
    try:
        if not machine.disk.is_file(path):
            return INSTALL_PACKAGE_OPEN_FAILED
        content = machine.disk.read(path)
    except ShareError:
        return INSTALL_PACKAGE_OPEN_FAILED
    if not content.startswith(MSI_MAGIC):
        return INSTALL_PACKAGE_INVALID
    installer = machine.shelf.recognise(content)
    if installer:
        return _Package(installer) if installer.kind == "msi" else INSTALL_PACKAGE_INVALID
    return _real_package(process, content, properties) or INSTALL_PACKAGE_INVALID


def _real_package(process: Process, content: bytes, properties: dict[str, str]) -> _Package | None:
    try:
        product = msi_installation.read(process.machine, content, process.user, properties)
    except MsiError as error:
        process.record("error", what="msi", error=str(error))
        return None
    return _Package(product.installer, product=product, content=content)


def _installed_package(process: Process, product_code: str) -> _Package | int:
    machine = process.machine
    if not installation.is_product_installed(machine.disk, product_code):
        return UNKNOWN_PRODUCT
    installer = machine.shelf.by_product_code(product_code)
    if installer:
        return _Package(installer)
    content = msi_installation.kept_package(machine.disk, product_code)
    return (_real_package(process, content, {}) if content else None) or UNKNOWN_PRODUCT


def _install_package(process: Process, package: _Package, notes: list[str]) -> int:
    """Install, and note for the log what stands in the way."""
    machine, product = process.machine, package.product
    if product is None:
        directory = package.given.properties.get(package.installer.directory_property.upper(), "").rstrip("\\")
        return _install(process, package.installer, package.given, directory, notes)
    for what in product.beyond:
        process.record("unhandled", what="msi", text=f"{product.installer.name}: {what}")
    if product.refusal or not machine.is_administrator(process.user):
        notes.append(
            f"Product: {product.installer.display_name} -- {product.refusal or 'You are not an administrator.'}"
        )
        exit_code = INSTALL_FAILURE
    elif machine.disk.free_space() < product.size + len(package.content):
        notes.append(_out_of_space(machine, product.size + len(package.content)))
        exit_code = INSTALL_FAILURE
    else:
        exit_code = SUCCESS
        with machine.disk_in_use():
            for code in product.replaces:
                _remove_replaced(process, code)
            msi_installation.install(machine.disk, product, package.content)
    process.record("install", installer=product.installer.name, exit_code=exit_code)
    return exit_code


def _remove_replaced(process: Process, product_code: str) -> None:
    content = msi_installation.kept_package(process.machine.disk, product_code)
    package = _real_package(process, content, {}) if content else None
    if package and package.product:
        msi_installation.remove(process.machine.disk, package.product)
        process.record("uninstall", installer=package.installer.name, exit_code=SUCCESS)


def _remove_package(process: Process, package: _Package) -> int:
    if package.product is None:
        return _uninstall(process, package.installer)
    machine = process.machine
    if not installation.is_product_installed(machine.disk, package.installer.product_code):
        return UNKNOWN_PRODUCT
    with machine.disk_in_use():
        msi_installation.remove(machine.disk, package.product)
    process.record("uninstall", installer=package.installer.name, exit_code=SUCCESS)
    return SUCCESS


def _out_of_space(machine: Machine, needed: int) -> str:
    """Windows Installer's error 1601; sizes in KB."""
    available = machine.disk.free_space() // 1024
    return (
        f"Error 1601. Out of disk space -- Volume: 'C:'; required space: {needed // 1024} KB; available space: "
        f"{available} KB. Free some disk space and retry."
    )


def run_installer(process: Process) -> ProcessResult:
    """A setup program from the shelf."""
    machine = process.machine
    installer = machine.shelf.recognise(machine.disk.read(process.program))
    assert installer is not None
    arguments = command_line.after_program(process.command_line)
    try:
        line = setup_command_lines.read(installer.command_line, arguments, installer.silent_arguments)
    except InvalidCommandLineError:
        return ProcessResult(INVALID_COMMAND_LINE)
    except NotSimulatedError:
        return process.unhandled("installer")
    if not line.silent:
        return _wait_for_a_click(process, installer)
    if installer.hangs:
        return _hang(process, installer)
    machine.spend(installer.seconds)
    if line.answers:
        beside = ntpath.join(ntpath.dirname(process.program), line.answers)
        folder = beside if installer.command_line == "installshield" else line.answers
        installer = replace(installer, needs=(*installer.needs, NeededFile(folder, exit_code=line.without_answers)))
    notes: list[str] = []
    exit_code = _install(process, installer, _given(process, line.properties), line.directory, notes)
    return ProcessResult(exit_code, "".join(f"{note}\r\n" for note in notes).encode())


def run_uninstaller(process: Process) -> ProcessResult:
    """An uninstaller that a setup program from the shelf left on the disk."""
    installer = by_uninstaller(process.machine, process.program)
    assert installer is not None and installer.uninstaller is not None
    silent = installer.uninstaller.silent_arguments
    if silent and not setup_command_lines.contains(command_line.after_program(process.command_line), silent):
        return _wait_for_a_click(process, installer)
    process.machine.spend(installer.uninstaller.seconds)
    return _installer_result(process, _uninstall(process, installer))


def by_uninstaller(machine: Machine, path: str) -> Installer | None:
    """The EXE whose uninstaller is this file."""
    for item in machine.shelf.installers.values():
        if item.uninstaller:
            uninstaller = installer_values.as_installed(machine.disk, item).uninstaller
            if uninstaller and uninstaller.path.lower() == path.lower():
                return item
    return None


def _install(process: Process, installer: Installer, given: Given, directory: str, notes: list[str]) -> int:
    machine = process.machine
    arguments = command_line.after_program(process.command_line)
    rule = next((rule for rule in installer.exit_codes if given_patterns.found(rule.arguments, arguments)), None)
    exit_code = rule.exit_code if rule else installer.exit_code
    paths = [path for path in installer.needs if isinstance(path, str)]
    if not machine.is_administrator(process.user) or not all(machine.disk.exists(path) for path in paths):
        exit_code = INSTALL_FAILURE
    elif exit_code in installation.INSTALLED_EXIT_CODES and (missing := installer_values.missing(given, installer)):
        exit_code, message = missing
        notes.append(message)
    if exit_code in installation.INSTALLED_EXIT_CODES and machine.disk.free_space() < installer.size:
        exit_code = DISK_FULL
        if installer.kind == "msi":
            notes.append(_out_of_space(machine, installer.size))
            exit_code = INSTALL_FAILURE
    if exit_code in installation.INSTALLED_EXIT_CODES:
        if exit_code == SUCCESS and installer.reboot_required:
            exit_code = installation.RESTART_REQUIRED
        with machine.disk_in_use():
            installation.install(machine.disk, installer_values.resolve(installer, given, directory))
            if exit_code == installation.RESTART_REQUIRED:
                installation.mark_restart_pending(machine.disk)
    process.record("install", installer=installer.name, exit_code=exit_code)
    if exit_code == installation.RESTART_INITIATED:
        machine.restart(_RESTART_DELAY)
    return exit_code


def _uninstall(process: Process, installer: Installer) -> int:
    machine = process.machine
    exit_code = SUCCESS if installation.is_installed(machine.disk, installer) else UNKNOWN_PRODUCT
    if exit_code == SUCCESS:
        with machine.disk_in_use():
            installation.uninstall(machine.disk, installer)
            msi_patches.forget(machine.disk, installer.product_code)
    process.record("uninstall", installer=installer.name, exit_code=exit_code)
    return exit_code


def _hang(process: Process, installer: Installer) -> ProcessResult:
    """An installer that never ends by itself."""
    process.record("install", installer=installer.name, waiting_for="ever")
    process.machine.wait_for_power_off()
    return ProcessResult(1)


def _wait_for_a_click(process: Process, installer: Installer) -> ProcessResult:
    """Without its silent argument an installer shows a window nobody sees in session 0, and waits for good."""
    process.record("install", installer=installer.name, waiting_for="a window")
    process.machine.wait_for_power_off()
    return ProcessResult(1)


def _write_log(process: Process, log: str, installer: Installer, exit_code: int, notes: list[str]) -> None:
    path = ntpath.join(process.working_directory, log)
    if log and process.machine.disk.is_directory(ntpath.dirname(path)):
        with suppress(DiskFullError):
            process.machine.disk.write(path, _log_text(installer, exit_code, notes).encode("utf-16"))


def _log_text(installer: Installer, exit_code: int, notes: list[str]) -> str:
    lines = [
        f"Property(S): ProductCode = {installer.product_code}",
        f"Property(S): ProductName = {installer.display_name}",
        *notes,
    ]
    if exit_code not in installation.INSTALLED_EXIT_CODES:
        lines.append("Action ended: InstallFinalize. Return value 3.")
    lines.append(f"MainEngineThread is returning {exit_code}")
    return "".join(f"{line}\r\n" for line in lines)


def _installer_result(process: Process, exit_code: int) -> ProcessResult:
    if exit_code in installation.INSTALLED_EXIT_CODES or not process.program.lower().endswith("msiexec.exe"):
        return ProcessResult(exit_code)
    # msiexec writes what it has to say in UTF-16 to its standard output.
    text = _MESSAGES.get(exit_code)
    return ProcessResult(exit_code, f"{text}\r\n".encode("utf-16-le") if text else b"")
