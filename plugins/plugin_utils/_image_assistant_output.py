# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads what ``image-assistant.exe`` prints.

The guide promises one JSON object ``{"status": int, "message": str[, "applications": [...]]}`` whose status is also
the exit code. Its own samples are not all valid JSON, and the agent's release notes of 2021-05-17 mention a fix of
invalid JSON: hence the exit code decides, and the text is read as far as it can be.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IMAGE_EXISTS = "An image with the given name already exists"
"""Message of ``create-image``, with status 1, as the guide lists it."""

_STATUS = re.compile(r'"status"\s*:\s*(\d{1,10})')
_MESSAGE = re.compile(r'"message"\s*:\s*"')

_ATTRIBUTES = {
    "name": "name",
    "absoluteapppath": "path",
    "displayname": "display_name",
    "absoluteiconpath": "icon",
    "workingdirectory": "working_directory",
    "launchparameters": "launch_parameters",
    "absolutemanifestpath": "manifest",
}
"""Keys of a listed application in lower case.

Only ``Name`` and ``AbsoluteAppPath`` are evidenced; the others follow the API's ApplicationConfig.
"""


@dataclass(frozen=True)
class Outcome:
    """What one run of the Image Assistant said.

    ``status`` is 0 (success), 1 (failure the guide lists) or anything else (unexpected). ``applications`` is None when
    the output held no readable JSON object, else the listed catalog entries with our own keys (name, path,
    display_name, icon, working_directory, launch_parameters, manifest), each only when it was listed.
    """

    status: int
    message: str
    applications: list[dict[str, str]] | None = None

    @property
    def succeeded(self) -> bool:
        return self.status == 0


def parse(return_code: int, stdout: str, stderr: str = "") -> Outcome:
    """Interpret a finished run. Never raises; text that can't be read becomes the message as it is.

    A non-zero exit code is a failure whatever the text says; with exit code 0 a non-zero status in the text is one too.
    """
    document = _json_object(stdout)
    if document is None:
        status, message = _salvaged(stdout)
        applications = None
    else:
        status, message = document.get("status"), document.get("message")
        applications = _applications(document.get("applications"))
    reported_status = status if isinstance(status, int) and not isinstance(status, bool) else 0
    text = message if isinstance(message, str) and message else _raw_text(stdout, stderr)
    return Outcome(status=return_code or reported_status, message=text, applications=applications)


def _json_object(text: str) -> Mapping[str, Any] | None:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        document = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _salvaged(text: str) -> tuple[int | None, str | None]:
    """Status and message of text that resembles the JSON object but isn't (closing brace missing, a quote too many)."""
    status, message = _STATUS.search(text), _MESSAGE.search(text)
    return int(status.group(1)) if status else None, _without_end(text[message.end() :]) if message else None


def _without_end(text: str) -> str:
    """A message without what ends the JSON object. A pattern would try each way to part blanks and signs."""
    return text.rstrip().rstrip(",}").rstrip().rstrip('"')


def _applications(listed: Any) -> list[dict[str, str]]:
    """Catalog entries with our own keys; agents print null or nothing at all for an empty catalog."""
    entries = [_application(item) for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return [entry for entry in entries if "name" in entry]


def _application(item: Mapping[str, Any]) -> dict[str, str]:
    found = {_ATTRIBUTES.get(str(key).lower()): value for key, value in item.items()}
    return {attribute: str(value or "") for attribute, value in found.items() if attribute is not None}


def _raw_text(stdout: str, stderr: str) -> str:
    return (
        "\n".join(text.strip() for text in (stdout, stderr) if text.strip()) or "The Image Assistant printed nothing."
    )
