# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets for app packages: those of all users, and what every new user gets (modules Appx and Dism)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...machine import app_packages
from ...machine.appx import AppPackage, AppxError, publisher_id
from ..errors import NetError, UnknownError
from ..parameters import Cmdlet, Option
from ..session import on_disk
from ..values import CustomObject, NetObject

if TYPE_CHECKING:
    from ..pipelines import Run

_ALL_USERS = Option("AllUsers", "switch")


def _get_packages(run: Run) -> Iterator[Any]:
    """Only with -AllUsers: whoever comes over WinRM has none of his own to speak of."""
    if not run.get("allusers"):
        raise UnknownError("Get-AppxPackage without -AllUsers")
    _require_administrator(run)
    users: dict[str, list[str]] = {}
    packages: dict[str, AppPackage] = {}
    for user, found in app_packages.installed(run.session.disk).items():
        for package in found:
            packages[package.full_name] = package
            users.setdefault(package.full_name, []).append(user)
    for name, package in packages.items():
        yield NetObject(
            "Microsoft.Windows.Appx.PackageManager.Commands.AppxPackage",
            {
                "Name": package.name,
                "Publisher": package.publisher,
                "PublisherId": publisher_id(package.publisher),
                "Version": package.version,
                "PackageFullName": name,
                "PackageFamilyName": package.family_name,
                "IsFramework": False,
                "IsResourcePackage": False,
                "NonRemovable": False,
                "SignatureKind": "Developer",
                "PackageUserInformation": [
                    CustomObject({"UserSecurityId": user, "InstallState": "Installed"}) for user in users[name]
                ],
            },
            text=name,
        )


def _get_provisioned(run: Run) -> Iterator[Any]:
    if not run.get("online"):
        raise UnknownError("Get-AppxProvisionedPackage without -Online")
    _require_administrator(run)
    for package in app_packages.provisioned(run.session.disk):
        yield NetObject(
            "Microsoft.Dism.Commands.AppxPackageObject",
            {
                "DisplayName": package.name,
                "Version": package.version,
                "PackageName": package.full_name,
                "PublisherId": publisher_id(package.publisher),
            },
            text=package.full_name,
        )


def _add(run: Run) -> Iterator[Any]:
    session = run.session
    for path in run.texts("path"):
        if not run.should("Add-AppxPackage", path):
            continue
        content = on_disk(session.disk.read, session.absolute(path))
        try:
            with session.machine.disk_in_use():
                app_packages.install(session.disk, session.machine.identifier(session.user), content)
        except AppxError as error:
            kind = "System.Runtime.InteropServices.COMException"
            raise NetError(kind, f"Deployment failed with HRESULT: 0x{error.code:08X}, {error}") from error
    yield from ()


def _remove(run: Run) -> Iterator[Any]:
    if not run.get("allusers"):
        raise UnknownError("Remove-AppxPackage without -AllUsers")
    _require_administrator(run)
    for name in run.texts("package"):
        if run.should("Remove-AppxPackage", name) and not app_packages.remove(run.session.disk, name):
            kind = "System.Runtime.InteropServices.COMException"
            raise NetError(kind, "Deployment failed with HRESULT: 0x80073CF1, Package was not found.")
    yield from ()


def _require_administrator(run: Run) -> None:
    if not run.session.machine.is_administrator(run.session.user):
        raise NetError("System.UnauthorizedAccessException", "Access is denied.")


CMDLETS = (
    Cmdlet("Get-AppxPackage", (_ALL_USERS,), _get_packages),
    Cmdlet("Get-AppxProvisionedPackage", (Option("Online", "switch"),), _get_provisioned),
    Cmdlet("Add-AppxPackage", (Option("Path", "string[]", 0),), _add, changes=True),
    Cmdlet("Remove-AppxPackage", (Option("Package", "string[]", 0), _ALL_USERS), _remove, changes=True),
)
