# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Web requests of win_get_url, win_package and curl.exe.

They are answered from the installer shelf, `file:` URLs from the disk, and URLs of the simulator's own AWS endpoint
(pre-signed ones of S3) by really fetching them.
"""

from __future__ import annotations

import base64
import datetime
import ntpath
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from ..shelf_items import Installer
from .task import Option, Task

if TYPE_CHECKING:
    from ..machine import Machine

# Options of Get-AnsibleWindowsWebRequestSpec that change nothing here: nobody redirects and all answer at once, no
# certificate is checked, and no machine has a proxy.
HARMLESS_OPTIONS = frozenset(
    {"http_agent", "url_timeout", "follow_redirects", "maximum_redirection", "validate_certs", "use_proxy"}
)
# What is sent along to identify the caller; `force_basic_auth` only saves a round trip.
OPTIONS = {
    "headers": Option("dict"),
    "url_username": Option(),
    "url_password": Option(),
    "force_basic_auth": Option("bool", False),
}
# Those that must be what they are by default.
DEFAULT_OPTIONS = {
    "url_method": Option(default="GET"),
    "use_default_credential": Option("bool", False),
    "proxy_use_default_credential": Option("bool", False),
}


class WebRequestError(Exception):
    """The request failed; `fields` are the return values Invoke-AnsibleWindowsWebRequest sets then."""

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.fields = fields


@dataclass(frozen=True)
class Response:
    """A successful answer: the content, and the file name the URL ends with."""

    content: bytes
    file_name: str


@dataclass(frozen=True)
class Request:
    """What is sent: headers by lower-case name, and the account for an answer 401."""

    headers: Mapping[str, str] = field(default_factory=dict)
    account: str = ""


def get(task: Task, url: str) -> Response:
    """Fetch a URL with the headers and the account that the task's options give.

    Raises:
        WebRequestError: not there (404), not for this caller (401, 403), no such host, or a scheme that is not
            supported.
    """
    parts = urlsplit(url)
    file_name = unquote(parts.path).rpartition("/")[2]
    if parts.scheme == "file":
        return Response(_local(task, url), file_name)
    if parts.scheme not in ("http", "https"):
        raise WebRequestError("The URI prefix is not recognized.")
    return Response(content(task.machine, url, _request(task)), file_name)


def content(machine: Machine, url: str, request: Request) -> bytes:
    """What the web answers a machine's request for an http or https URL with.

    Raises:
        WebRequestError: as for `get`; `status_code` is among its fields when a server has answered.
    """
    parts = urlsplit(url)
    endpoint = machine.options.aws_endpoint
    if endpoint and (parts.scheme, parts.netloc) == urlsplit(endpoint)[:2]:
        return _fetch(url, request)
    entry = machine.shelf.by_url(url)
    if entry is not None:
        _authorise(entry, request)
        return entry.content
    if not machine.shelf.has_host(url):
        raise WebRequestError(f"The remote name could not be resolved: '{parts.hostname}'")
    raise _refused(404)


def _request(task: Task) -> Request:
    given = task.options(OPTIONS)
    headers = {str(name).lower(): str(value) for name, value in (given["headers"] or {}).items()}
    user, password = given["url_username"], given["url_password"] or ""
    return Request(headers, f"{user}:{password}" if user else "")


def _authorise(entry: Installer, request: Request) -> None:
    """Basic authentication comes with the header of a task, or in answer to the server's 401."""
    if entry.basic_auth:
        wanted = f"{entry.basic_auth.get('username', '')}:{entry.basic_auth.get('password', '')}"
        header = f"basic {base64.b64encode(wanted.encode()).decode()}"
        if request.account != wanted and request.headers.get("authorization", "").replace("Basic", "basic") != header:
            raise _refused(401)
    if any(request.headers.get(name.lower()) != str(value) for name, value in entry.require_headers.items()):
        raise _refused(403)


def _refused(status: int) -> WebRequestError:
    phrase = HTTPStatus(status).phrase
    return WebRequestError(f"The remote server returned an error: ({status}) {phrase}.", status_code=status)


def disk_full() -> str:
    """What the download's last step fails with when the disk is full."""
    return 'Exception calling "CopyTo" with "1" argument(s): "There is not enough space on the disk.\r\n"'


def _fetch(url: str, request: Request) -> bytes:
    if _has_expired(url):
        raise _refused(403)
    headers = {name: value for name, value in request.headers.items() if name != "host"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        raise _refused(error.code) from error
    except OSError as error:
        raise WebRequestError("Unable to connect to the remote server") from error


def _has_expired(url: str) -> bool:
    """Whether a pre-signed URL is past its time, which moto does not look at; signers live in real time."""
    query, now = parse_qs(urlsplit(url).query), datetime.datetime.now(datetime.timezone.utc)
    if "X-Amz-Date" not in query:
        # Signature version 2 names the end itself.
        return "Signature" in query and now.timestamp() > float(query.get("Expires", ["0"])[0])
    signed = datetime.datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    seconds = int(query.get("X-Amz-Expires", ["0"])[0])
    return now > signed + datetime.timedelta(seconds=seconds)


def _local(task: Task, url: str) -> bytes:
    parts = urlsplit(url)
    path = unquote(parts.path).replace("/", "\\")
    path = f"\\\\{parts.netloc}{path}" if parts.netloc else path.lstrip("\\")
    if not task.disk.is_file(path):
        raise WebRequestError(f"Could not find file '{ntpath.normpath(path)}'.")
    return task.disk.read(path)
