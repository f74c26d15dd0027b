# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Web requests of win_get_url and win_package: answered from the installer shelf, `file:` URLs from the disk."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from .task import Option, Task

# Options of Get-AnsibleWindowsWebRequestSpec that change nothing here: the shelf looks at no headers, never redirects
# and answers at once, no certificate is checked, and no machine has a proxy.
HARMLESS_OPTIONS = frozenset(
    {"headers", "http_agent", "url_timeout", "follow_redirects", "maximum_redirection", "validate_certs", "use_proxy"}
)
# Those that must be what they are by default.
DEFAULT_OPTIONS = {
    "url_method": Option(default="GET"),
    "force_basic_auth": Option("bool", False),
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


def get(task: Task, url: str) -> Response:
    """Fetch a URL.

    Raises:
        WebRequestError: not there (404), no such host, or a scheme that is not supported.
    """
    parts = urlsplit(url)
    file_name = unquote(parts.path).rpartition("/")[2]
    if parts.scheme == "file":
        return Response(_local(task, url), file_name)
    if parts.scheme not in ("http", "https"):
        raise WebRequestError("The URI prefix is not recognized.")
    installer = task.machine.shelf.by_url(url)
    if installer is not None:
        return Response(installer.content, file_name)
    if not task.machine.shelf.has_host(url):
        raise WebRequestError(f"The remote name could not be resolved: '{parts.hostname}'")
    raise WebRequestError("The remote server returned an error: (404) Not Found.", status_code=404)


def _local(task: Task, url: str) -> bytes:
    parts = urlsplit(url)
    path = unquote(parts.path).replace("/", "\\")
    path = f"\\\\{parts.netloc}{path}" if parts.netloc else path.lstrip("\\")
    if not task.disk.is_file(path):
        raise WebRequestError(f"Could not find file '{ntpath.normpath(path)}'.")
    return task.disk.read(path)
