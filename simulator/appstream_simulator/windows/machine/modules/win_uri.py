# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_uri: GET and HEAD of what the shelf has; what another method would do there, nobody knows.

The web servers of the shelf send Content-Type by the name's extension, Content-Length and Last-Modified.
"""

from __future__ import annotations

import datetime
import json
import mimetypes
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from . import web_request
from .task import Option, Task, checksum
from .web_request import WebRequestError

OPTIONS = {
    "url": Option(),
    "content_type": Option(),
    "body": Option("raw"),
    "dest": Option("path"),
    "creates": Option("path"),
    "removes": Option("path"),
    "return_content": Option("bool", False),
    "status_code": Option("list", [200]),
    "url_method": Option(default="GET", aliases=("method",)),
}

_HARMLESS_OPTIONS = web_request.HARMLESS_OPTIONS | {"timeout", "content_type"}
_DEFAULT_OPTIONS = {name: option for name, option in web_request.DEFAULT_OPTIONS.items() if name != "url_method"}
_SIMULATED_METHODS = ("GET", "HEAD")
_METHOD = re.compile(r"[A-Z]+")
_READ_AS_JSON = ("text", "json", "javascript")
# The shelf's files are as old as the simulator's stock disk.
_LAST_MODIFIED = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@dataclass(frozen=True)
class _Answer:
    status: int
    content: bytes
    content_type: str

    @property
    def name(self) -> str:
        """The member of .NET's HttpStatusCode."""
        return "" if self.status == 0 else HTTPStatus(self.status).phrase.title().replace(" ", "").replace("-", "")


def run(task: Task) -> dict[str, Any]:
    """Send a request; the answer's properties, its content if that is asked for, and what `dest` has become."""
    simulated = {**OPTIONS, **web_request.OPTIONS}
    task.refuse_other_options(simulated, harmless=_HARMLESS_OPTIONS, at_default=_DEFAULT_OPTIONS)
    options = task.options(OPTIONS)
    result: dict[str, Any] = {"changed": False, "elapsed": 0, "url": options["url"]}
    method = options["url_method"].upper()
    if not _METHOD.fullmatch(method):
        task.fail("Parameter 'method' needs to be a single word in uppercase, like GET or POST.", **result)
    reason = _reason_to_skip(task, options)
    if reason:
        return {**result, "skipped": True, "msg": reason}
    if method not in _SIMULATED_METHODS or options["body"] is not None:
        task.machine.record("unhandled", what="win_uri", text=f"{method} {options['url']}")
        task.fail("appstream-simulator: win_uri is simulated for GET and HEAD without a body", **result)
    answer = _ask(task, options, method, result)
    if options["return_content"]:
        result |= _content(answer)
    if options["dest"]:
        _save(task, options["dest"], answer.content, result)
    wanted = [int(code) for code in options["status_code"]]
    if answer.status not in wanted:
        message = f"Status code of request '{answer.status}' is not in list of valid status codes"
        task.fail(f"{message} {' '.join(map(str, wanted))} : {answer.name}'.", **result)
    return result


def _reason_to_skip(task: Task, options: dict[str, Any]) -> str:
    if options["creates"] and task.disk.exists(options["creates"]):
        return f"The 'creates' file or directory ({options['creates']}) already exists."
    if options["removes"] and not task.disk.exists(options["removes"]):
        return f"The 'removes' file or directory ({options['removes']}) does not exist."
    return ""


def _ask(task: Task, options: dict[str, Any], method: str, result: dict[str, Any]) -> _Answer:
    """The answer, whose properties are put into the result; an error status is one, too."""
    url = options["url"]
    file_name = urlsplit(url).path
    content_type = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
    try:
        answer = _Answer(200, web_request.get(task, url).content, content_type)
    except WebRequestError as error:
        if "status_code" not in error.fields:
            message = "Unhandled exception occurred when sending web request. Exception: "
            task.fail(f'{message}Exception calling "GetResponse" with "0" argument(s): "{error}"', **result)
        answer = _Answer(int(error.fields["status_code"]), b"", "text/html")
    if urlsplit(url).scheme == "file":
        # The answer to a file: URL has no status, so it is never among those that are valid.
        result |= {"content_length": len(answer.content), "content_type": "application/octet-stream", "msg": "OK"}
        return _Answer(0, answer.content, "application/octet-stream")
    phrase = HTTPStatus(answer.status).phrase
    result |= {
        "character_set": "",
        "content_encoding": "",
        "content_length": len(answer.content),
        "content_type": answer.content_type,
        "last_modified": _LAST_MODIFIED.strftime("%Y-%m-%dT%H:%M:%S.0000000+00:00"),
        "method": method,
        "response_uri": url,
        "server": "",
        "status_code": answer.status,
        "status_description": phrase,
        "msg": phrase,
    }
    return _Answer(answer.status, b"" if method == "HEAD" else answer.content, answer.content_type)


def _content(answer: _Answer) -> dict[str, Any]:
    text = answer.content.decode(errors="replace")
    if not any(part in answer.content_type for part in _READ_AS_JSON):
        return {"content": text}
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return {"content": text, "json": value} if value else {"content": text}


def _save(task: Task, dest: str, content: bytes, result: dict[str, Any]) -> None:
    present = checksum(task.disk.read(dest), "sha256") if task.disk.is_file(dest) else None
    result["changed"] = present != checksum(content, "sha256")
    if not result["changed"] or task.check_mode:
        return
    try:
        task.disk.write(dest, content)
    except OSError as error:
        reason = f"Could not find a part of the path '{dest}'." if isinstance(error, FileNotFoundError) else str(error)
        message = "Unhandled exception occurred when sending web request. Exception: "
        task.fail(f'{message}Exception calling "Create" with "1" argument(s): "{reason}"', **result)
