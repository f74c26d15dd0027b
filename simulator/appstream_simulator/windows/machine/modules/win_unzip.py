# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_unzip: zip files, and what the tar.exe of Windows unpacks."""

from __future__ import annotations

import io
import ntpath
import re
import tarfile
import zipfile
from typing import Any

from .. import windows_paths
from .task import ModuleFailure, Option, Task

OPTIONS = {
    "src": Option("path"),
    "dest": Option("path"),
    "creates": Option("path"),
    "recurse": Option("bool", False),
    "delete_archive": Option("bool", False, aliases=("rm",)),
    "password": Option(),
}

_TAR = re.compile(r"\.(tar|tar\.gz|tgz|tar\.bz2|tbz2|tar\.xz|txz)$")
_NEEDS_PSCX = (
    "PowerShellCommunityExtensions PowerShell Module (PSCX) is required for this archive type, recursive extraction, "
    "or password-protected archives."
)
# The general purpose flag that says that names are UTF-8; without it they are read as UTF-8 all the same.
_UTF8_NAMES = 0x800


def run(task: Task) -> dict[str, Any]:
    """Unpack an archive, always anew."""
    options = task.options(OPTIONS)
    source, dest = options["src"], options["dest"]
    result: dict[str, Any] = {"removed": False, "src": source.replace("$", ""), "dest": dest.replace("$", "")}
    result["changed"] = False
    if options["creates"] and task.disk.exists(options["creates"]):
        return {**result, "skipped": True, "msg": f"The file or directory '{options['creates']}' already exists."}
    if not task.disk.exists(source):
        task.fail(f"File '{source}' does not exist.", **result)
    if not task.check_mode and not task.disk.is_directory(dest):
        _make_destination(task, dest, result)
    if options["password"] or options["recurse"]:
        task.fail(_NEEDS_PSCX, **result)
    if ntpath.splitext(source)[1].lower() == ".zip":
        _expand_zip(task, source, dest, result)
    elif _TAR.search(ntpath.basename(source).lower()) and task.machine.request.platform != "WINDOWS_SERVER_2016":
        _expand_tar(task, source, dest, result)
    else:
        task.fail(_NEEDS_PSCX, **result)
    if options["delete_archive"]:
        if not task.check_mode:
            task.disk.remove(source)
        result["removed"] = True
    return result


def _make_destination(task: Task, dest: str, result: dict[str, Any]) -> None:
    try:
        task.disk.make_directories(dest)
    except OSError as error:
        task.fail(f"Error creating '{dest}' directory! Msg: {error}", **result)


def _expand_zip(task: Task, source: str, dest: str, result: dict[str, Any]) -> None:
    failed = f"Error unzipping '{source}' to '{dest}'!"
    try:
        with zipfile.ZipFile(io.BytesIO(task.disk.read(source))) as archive:
            for entry in archive.infolist():
                _expand_entry(task, archive, entry, dest, failed, result)
    except ModuleFailure:
        raise
    except zipfile.BadZipFile as error:
        text = 'Exception calling "Open" with "3" argument(s): "End of Central Directory record could not be found."'
        message = f"{failed}. Method: System.IO.Compression.ZipFile, Exception: {text}"
        raise ModuleFailure(message, **result) from error
    except (OSError, RuntimeError) as error:
        text = f'Exception calling "ExtractToFile" with "3" argument(s): "{error}"'
        message = f"{failed}. Method: System.IO.Compression.ZipFile, Exception: {text}"
        raise ModuleFailure(message, **result) from error


def _expand_entry(
    task: Task, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, dest: str, failed: str, result: dict[str, Any]
) -> None:
    name = entry.filename if entry.flag_bits & _UTF8_NAMES else entry.filename.encode("cp437").decode(errors="replace")
    target = ntpath.join(dest, name)
    full, root = windows_paths.normalise(target), windows_paths.normalise(dest)
    if not f"{full}\\".startswith(f"{root}\\"):
        reason = f"Filename contains relative paths which would extract outside the destination: {target}"
        task.fail(f"{failed} {reason}", **result)
    result["changed"] = True
    if task.check_mode:
        return
    if target.endswith(("/", "\\")):
        task.disk.make_directories(full)
        return
    task.disk.make_directories(ntpath.dirname(full))
    task.disk.write(full, archive.read(entry))


def _expand_tar(task: Task, source: str, dest: str, result: dict[str, Any]) -> None:
    result["changed"] = True
    if task.check_mode:
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(task.disk.read(source))) as archive:
            for member in archive.getmembers():
                target = windows_paths.normalise(ntpath.join(dest, member.name))
                content = archive.extractfile(member) if member.isfile() else None
                task.disk.make_directories(target if content is None else ntpath.dirname(target))
                if content is not None:
                    task.disk.write(target, content.read())
    except (tarfile.TarError, OSError) as error:
        result["changed"] = False
        text = f"Error extracting '{source}' to '{dest}' using tar.exe (rc=1): tar.exe: Error opening archive: {error}"
        raise ModuleFailure(text, **result) from error
