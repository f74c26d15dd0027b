# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_certificate_store, for the stores of the machine and of users, not for those of services."""

from __future__ import annotations

from typing import Any

from appstream_simulator.windows.protocol.certificates import SelfSigned

from .. import certificate_stores
from ..certificate_stores import CertificateFileError
from .task import Option, Task

OPTIONS = {
    "state": Option(default="present"),
    "path": Option("path"),
    "thumbprint": Option(),
    "store_name": Option(default="My"),
    "store_location": Option(default="LocalMachine"),
    "store_type": Option(default="system"),
    "password": Option(),
    "key_exportable": Option("bool", True),
    "key_storage": Option(default="default"),
    "file_type": Option(default="der"),
}

_LOCATIONS = ("CurrentUser", "LocalMachine")
_NOT_FOUND = "CertOpenStore failed (The system cannot find the file specified, Win32ErrorCode 2 - 0x00000002)"
_ACCESS_DENIED = "CertOpenStore failed (Access is denied, Win32ErrorCode 5 - 0x00000005)"


def run(task: Task) -> dict[str, Any]:
    """Import, remove or export certificates."""
    options = task.options(OPTIONS)
    result: dict[str, Any] = {"changed": False, "thumbprints": []}
    store = _store(task, options, result)
    if options["state"] == "exported":
        return _exported(task, options, store, result)
    if options["state"] == "absent":
        return _absent(task, options, store, result)
    for certificate in _file(task, options, result):
        result["thumbprints"].append(certificate.thumbprint)
        existing = store.get(certificate.thumbprint)
        # One that is there without its key is imported again.
        if existing is None or (certificate.key_pem and not existing.key_pem):
            result["changed"] = True
            if not task.check_mode:
                store[certificate.thumbprint] = certificate
    return result


def _store(task: Task, options: dict[str, Any], result: dict[str, Any]) -> dict[str, SelfSigned]:
    if options["store_type"] != "system":
        task.machine.record("unhandled", what="win_certificate_store of a service", text=options["store_location"])
        task.fail("appstream-simulator: the certificate stores of services are not simulated", **result)
    location = next((item for item in _LOCATIONS if item.lower() == options["store_location"].lower()), None)
    if location is None:
        known = ", ".join(_LOCATIONS)
        task.fail(
            f"value of store_location must be one of: {known}. Got no match for: {options['store_location']}",
            **result,
        )
    name = certificate_stores.name_of(options["store_name"])
    if name is None:
        task.fail(f"unable to find store '{options['store_name']}': ({_NOT_FOUND})", **result)
    changes = options["state"] != "exported" and location == "LocalMachine"
    if changes and not task.machine.is_administrator(task.call.user):
        task.fail(f"unable to open the store with the current permissions: ({_ACCESS_DENIED})", **result)
    return certificate_stores.store(task.disk, location, name, task.machine.identifier(task.call.user))


def _file(task: Task, options: dict[str, Any], result: dict[str, Any]) -> list[SelfSigned]:
    path = options["path"]
    if not task.disk.is_file(path):
        task.fail(f"File at '{path}' either does not exist or is not a file", **result)
    try:
        return certificate_stores.parse(task.disk.read(path), options["password"])
    except CertificateFileError as error:
        shown = f'Exception calling "Import" with "3" argument(s): "{error}\r\n"'
        task.fail(f"Failed to load cert from file: {shown}", **result)


def _absent(
    task: Task, options: dict[str, Any], store: dict[str, SelfSigned], result: dict[str, Any]
) -> dict[str, Any]:
    thumbprints = [options["thumbprint"]]
    if options["path"] is not None:
        thumbprints = [certificate.thumbprint for certificate in _file(task, options, result)]
    for thumbprint in thumbprints:
        result["thumbprints"].append(thumbprint)
        if thumbprint.upper() in store:
            result["changed"] = True
            if not task.check_mode:
                del store[thumbprint.upper()]
    return result


def _exported(
    task: Task, options: dict[str, Any], store: dict[str, SelfSigned], result: dict[str, Any]
) -> dict[str, Any]:
    path, thumbprint, disk = options["path"], options["thumbprint"], task.disk
    file_type, password = options["file_type"], options["password"]
    result["thumbprints"].append(thumbprint)
    if disk.is_directory(path):
        task.fail(f"Cannot export cert to path '{path}' as it is a directory", **result)
    if disk.is_file(path) and certificate_stores.type_of(disk.read(path), password) == file_type:
        try:
            present = [item.thumbprint for item in certificate_stores.parse(disk.read(path), password)]
        except CertificateFileError:
            present = []
        if present == [thumbprint.upper()]:
            return result
    certificate = store.get(thumbprint.upper())
    if certificate is None:
        task.fail("Found 0 certs when only expecting 1", **result)
    if not task.check_mode:
        try:
            disk.write(path, certificate_stores.exported(certificate, file_type, password))
        except OSError as error:
            task.fail(f"Failed to write cert to file due to IO Exception: {error}", **result)
    # The module's source never says that it has exported the key.
    extra = {"key_exported": False, "key_exportable": True} if file_type == "pkcs12" else {}
    return {**result, "changed": True, **extra}
