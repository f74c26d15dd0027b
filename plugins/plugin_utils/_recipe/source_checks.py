# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether what image builders will download is there: each URL is asked for from the controller, without its content.

The controller may have no way to where the builders have one: what it does not reach is a doubt, no problem.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import base64
import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible_collections.euc.appstream.plugins.plugin_utils._applications import sources

TIME_LIMIT = 10
"""Seconds a server has for each answer."""

_GONE = (404, 410)
_WEB_PAGE = ("text/html", "application/xhtml+xml")
_HEAD_REFUSED = 400
"""From this status on HEAD proves nothing: servers, and signatures for GET, refuse it."""


@dataclass(frozen=True)
class Download:
    """A URL that a recipe names, with the name of its credential."""

    url: str
    credential: str = ""

    @property
    def shown(self) -> str:
        return sources.shown(self.url)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.shown


@dataclass(frozen=True)
class Answer:
    """``problem``: what is wrong with a download; ``doubt``: what may be; ``unreached``: why it could not be asked."""

    problem: str = ""
    doubt: str = ""
    unreached: str = ""


def downloads(applications: list[dict[str, Any]]) -> list[Download]:
    """What applications have image builders download, each once."""
    named: list[Mapping[str, Any]] = []
    for application in applications:
        install = application.get("install") or {}
        named += [install, *(install.get("sources") or [])]
    found = [Download(str(one["source"]), str(one.get("credential") or "")) for one in named if _is_url(one)]
    return list(dict.fromkeys(found))


def shares_without_credential(applications: list[dict[str, Any]]) -> list[str]:
    """Shares that image builders read as the account of the connection."""
    found = []
    for application in applications:
        install = application.get("install") or {}
        for one in (install, *(install.get("sources") or [])):
            source = str(one.get("source") or "")
            found += [source] if source.startswith("\\\\") and not one.get("credential") else []
    return list(dict.fromkeys(found))


def ask(download: Download, credentials: Mapping[str, Any]) -> Answer:
    """Ask for the size only, or for the first byte where that is refused."""
    try:
        answer = _judged(download, "HEAD", credentials)
        return answer or _judged(download, "GET", credentials) or Answer()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return _failed(download, error)


def summary(answers: Mapping[Download, Answer]) -> tuple[list[str], list[str]]:
    """Problems and warnings of a recipe; what was not reached is one warning."""
    problems = [answer.problem for answer in answers.values() if answer.problem]
    warnings = [answer.doubt for answer in answers.values() if answer.doubt]
    unreached = {download.host: answer.unreached for download, answer in answers.items() if answer.unreached}
    if unreached:
        count = sum(1 for answer in answers.values() if answer.unreached)
        reasons = ", ".join(f"{host}: {reason}" for host, reason in sorted(unreached.items()))
        warnings.append(
            f"{count} of {len(answers)} downloads could not be asked for from this controller ({reasons}). Whether "
            "they are there shows when the image builder fetches them"
        )
    return problems, warnings


def _is_url(entry: Mapping[str, Any]) -> bool:
    try:
        return sources.origin(str(entry.get("source") or "")) == "url"
    except ValueError:
        return False


class _NotWithSecrets(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: another server must not get what is meant for this one."""

    def redirect_request(self, *arguments: Any, **keywords: Any) -> None:
        return None


def _judged(download: Download, method: str, credentials: Mapping[str, Any]) -> Answer | None:
    """None when this method proves nothing."""
    headers = _headers(download, credentials)
    handlers: list[Any] = [urllib.request.HTTPSHandler(context=ssl.create_default_context())]
    handlers += [_NotWithSecrets()] if headers else []
    first_byte = {"Range": "bytes=0-0"} if method == "GET" else {}
    request = urllib.request.Request(
        _without_user(download.url), headers={**headers, **first_byte, "User-Agent": "euc.appstream"}, method=method
    )
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=TIME_LIMIT) as response:
            return _of_content(download, response.headers)
    except urllib.error.HTTPError as error:
        with error:
            if method == "HEAD" and error.code >= _HEAD_REFUSED:
                return None
            return _of_status(download, error.code, error.headers)
    except http.client.RemoteDisconnected:
        if method == "HEAD":
            return None
        raise


def _of_content(download: Download, headers: Any) -> Answer:
    if headers.get("Content-Length") == "0":
        return Answer(f"{download.shown} is empty")
    kind = str(headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    if kind in _WEB_PAGE and sources.extension(sources.file_name(download.url, "url")) not in (".html", ".htm"):
        return Answer(
            doubt=f"{download.shown} is a web page ({kind}), perhaps one to log on at, and no file to install"
        )
    return Answer()


def _of_status(download: Download, status: int, headers: Any) -> Answer:
    if status < _HEAD_REFUSED:  # a redirect that is not followed
        return Answer()
    if status in _GONE:
        return Answer(f"{download.shown} is not there (HTTP {status})")
    schemes = " ".join(headers.get_all("WWW-Authenticate") or []).lower()
    if status == 401 and (download.credential or "basic" in schemes or "bearer" in schemes):
        logon = (
            f"refuses credential {download.credential}" if download.credential else "wants a logon: name a credential"
        )
        return Answer(f"{download.shown} {logon} (HTTP 401)")
    return Answer(
        doubt=f"{download.shown} answers this controller with HTTP {status}; an image builder may fare better"
    )


def _failed(download: Download, error: Exception) -> Answer:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Answer(
            f"{download.shown}: this controller refuses the certificate of {download.host} ({reason.verify_message}). "
            "Where only image builders know its authority, have appstream_preflight warn of sources"
        )
    if isinstance(reason, OSError):
        return Answer(unreached=str(reason.strerror or reason) or type(reason).__name__)
    return Answer(unreached=str(reason) or type(reason).__name__)


def _headers(download: Download, credentials: Mapping[str, Any]) -> dict[str, str]:
    """What the builder will send, too: headers and basic authentication of the credential, or the URL's own user."""
    entry = credentials.get(download.credential) if download.credential else None
    credential: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    headers = {str(name): str(value) for name, value in (credential.get("headers") or {}).items()}
    parts = urlsplit(download.url)
    user, password = credential.get("username"), credential.get("password")
    if not user and parts.username:
        user, password = unquote(parts.username), unquote(parts.password or "")
    if user:
        logon = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers.setdefault("Authorization", f"Basic {logon}")
    return headers


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
