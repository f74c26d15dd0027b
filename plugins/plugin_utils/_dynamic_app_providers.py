# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Adds dynamic app providers to ``Agents.json``.

The administration guide ("Enable Dynamic App Providers") says only to "add the following entries" ``DisplayName`` and
``Path`` to a file that is there already, and doesn't show the file as a whole. The installer of AWS's own Virtual
Application Management writes an object with the list ``Agents``, by Windows PowerShell's ``Out-File``, that is, in
UTF-16. Unproven [agents_json_form]. This file is the only place that knows.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

AGENTS_PATH = r"C:\ProgramData\Amazon\AppStream\AppCatalogHelper\DynamicAppCatalog\Agents.json"

_AGENTS = "Agents"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decoded(content: bytes) -> str:
    """The text of the file: UTF-16 with a byte order mark, else UTF-8. Raises ValueError when it is neither."""
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{AGENTS_PATH} is neither UTF-8 nor UTF-16 with a byte order mark") from error


def agents_content(current: str, providers: Sequence[Mapping[str, str]]) -> str:
    """The file's new text: each provider (``display_name``, ``path``) added, or its path corrected.

    Entries of other providers stay, for installers add them too, and so does whatever else the object holds; text that
    need not change comes back as it is. A bare list, which earlier versions of this collection wrote and nobody is
    known to read, becomes the list of an object. Raises ValueError for text whose structure isn't clear.
    """
    document = _document(current)
    agents = _entries(document)
    before = json.dumps(document)
    for provider in providers:
        wanted = {"DisplayName": provider["display_name"], "Path": provider["path"]}
        same = [entry for entry in agents if entry.get("DisplayName") == wanted["DisplayName"]]
        if same:
            same[0].update(wanted)
        else:
            agents.append(wanted)
    after = {_AGENTS: agents} if isinstance(document, list) else {**document, _key(document): agents}
    return current if json.dumps(after) == before and current.strip() else json.dumps(after, indent=2) + "\n"


def _document(current: str) -> Any:
    text = current.lstrip("\ufeff").strip()
    try:
        document = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{AGENTS_PATH} is not valid JSON ({error})") from error
    return {} if document is None else document


def _entries(document: Any) -> list[dict[str, Any]]:
    """The providers in the document: what it has below its key, in any case, or the document itself."""
    agents = document
    if isinstance(document, dict):
        agents = document.get(_key(document)) if _key(document) in document or not document else False
    agents = [] if agents is None else agents
    if not isinstance(agents, list) or not all(isinstance(entry, dict) for entry in agents):
        raise ValueError(
            f"{AGENTS_PATH} is no object with the list {_AGENTS} of providers; add the providers to it yourself"
        )
    return agents


def _key(document: Mapping[str, Any]) -> str:
    """The key of the providers as it is spelt in the document."""
    return next((key for key in document if key.lower() == _AGENTS.lower()), _AGENTS)
