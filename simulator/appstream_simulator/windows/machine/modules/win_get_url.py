# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_get_url."""

from __future__ import annotations

import ntpath
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from ..disk import DiskFullError
from . import web_request
from .task import Option, Task, checksum
from .web_request import WebRequestError

OPTIONS = {
    "url": Option(),
    "dest": Option("path"),
    "force": Option("bool", True),
    "checksum": Option(),
    "checksum_algorithm": Option(default="sha1"),
    "checksum_url": Option(),
}

_HARMLESS_OPTIONS = web_request.HARMLESS_OPTIONS | {"timeout"}
_DEFAULT_OPTIONS = {**web_request.DEFAULT_OPTIONS, "method": Option(default="GET")}

_MAKE_FOLDER_FIRST = (
    "Ensure download destination folder exists (perhaps using win_file state=directory) before win_get_url runs."
)


def run(task: Task) -> dict[str, Any]:
    """Download a file unless it is there already, and check it."""
    simulated = {**OPTIONS, **web_request.OPTIONS}
    task.refuse_other_options(simulated, harmless=_HARMLESS_OPTIONS, at_default=_DEFAULT_OPTIONS)
    options = task.options(OPTIONS)
    dest = _destination(task, options)
    result: dict[str, Any] = {"changed": False, "elapsed": 0, "url": options["url"], "dest": dest}
    wanted = _wanted_checksum(task, options, result)
    algorithm = options["checksum_algorithm"].strip().lower()
    present = checksum(task.disk.read(dest), algorithm) if task.disk.is_file(dest) else None
    force = options["force"] or bool(wanted and present != wanted)
    # Shelf files never change after they were made, so without `force` an existing file is never out of date.
    if not (present and wanted and present == wanted and not options["force"]) and (force or present is None):
        _download(task, options["url"], dest, wanted, algorithm, result)
    if task.disk.is_file(dest):
        content = task.disk.read(dest)
        result |= {"checksum_dest": checksum(content, algorithm), "size": len(content)}
    return result


def _destination(task: Task, options: dict[str, Any]) -> str:
    dest = str(options["dest"])
    if task.disk.is_directory(dest):
        parts = urlsplit(options["url"])
        return ntpath.join(dest, unquote(parts.path).rpartition("/")[2] or str(parts.hostname))
    if dest.endswith(("\\", "/")):
        task.fail(
            f"The destination path '{dest}' does not exist, or is not visible to the current user. "
            f"{_MAKE_FOLDER_FIRST}",
            elapsed=0,
            url=options["url"],
        )
    return dest


def _wanted_checksum(task: Task, options: dict[str, Any], result: dict[str, Any]) -> str | None:
    if not options["checksum_url"]:
        return options["checksum"].strip().lower() if options["checksum"] else None
    url = options["checksum_url"].strip()
    try:
        text = web_request.get(task, url).content.decode(errors="replace")
    except WebRequestError as error:
        task.fail(f"Error when getting the remote checksum from '{url}'. {error}", **result, **error.fields)
    file_name = unquote(urlsplit(options["url"]).path).rpartition("/")[2]
    line = next((line for line in text.splitlines() if _is_of(line, file_name)), None)
    if line is None:
        task.fail(
            f"Checksum record not found for file name '{re.escape(file_name)}' in file from url: '{url}'", **result
        )
    return re.sub(r"\W+", "", line.split(" ", 1)[0]).lower()


def _is_of(line: str, file_name: str) -> bool:
    """Whether a line of a list of checksums ends with the file's name, be it with `./` or a backslash before."""
    before, name, rest = line.rpartition(file_name) if file_name else (line.rstrip(), "", "")
    for character in "\\/.":
        before = before.removesuffix(character)
    return bool(name or not file_name) and not rest.strip() and before[-1:].isspace()


def _download(task: Task, url: str, dest: str, wanted: str | None, algorithm: str, result: dict[str, Any]) -> None:
    parent = ntpath.dirname(dest)
    if not task.disk.is_directory(parent):
        task.fail(
            f"The path '{parent}' does not exist for destination '{dest}', or is not visible to the current user. "
            f"{_MAKE_FOLDER_FIRST}",
            **result,
        )
    try:
        content = web_request.get(task, url).content
    except WebRequestError as error:
        reason = f'Exception calling "GetResponse" with "0" argument(s): "{error}"'
        task.fail(f"Error downloading '{url}' to '{dest}': {reason}", **{**result, **error.fields})
    result |= {"status_code": 200, "msg": "OK", "checksum_src": checksum(content, algorithm)}
    if wanted and wanted != result["checksum_src"]:
        del result["msg"]
        task.fail(f"The checksum for {url} did not match '{wanted}', it was '{result['checksum_src']}'", **result)
    if task.disk.is_file(dest) and task.disk.read(dest) == content:
        return
    result["changed"] = True
    if not task.check_mode:
        try:
            task.disk.write(dest, content)
        except DiskFullError:
            task.fail(
                f"Error downloading '{url}' to '{dest}': {web_request.disk_full()}", **{**result, "changed": False}
            )
