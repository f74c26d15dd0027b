# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Adds dynamic app providers to ``Agents.json``.

The administration guide ("Enable Dynamic App Providers") says only to "add the following entries" ``DisplayName`` and
``Path`` to a file that is there already, and doesn't show the file as a whole. So whatever structure it has is kept:
the one list of objects in it is added to. A file that is missing or empty becomes a list of objects, which is
unproven. This file is the only place that knows.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

AGENTS_PATH = r"C:\ProgramData\Amazon\AppStream\AppCatalogHelper\DynamicAppCatalog\Agents.json"


def agents_content(current: str, providers: Sequence[Mapping[str, str]]) -> str:
    """The file's new text: each provider (``display_name``, ``path``) added, or its path corrected.

    Entries of other providers stay, for installers add them too; text that need not change comes back as it is. Raises
    ValueError for text whose structure isn't clear.
    """
    document = _document(current)
    entries = _entries(document)
    before = json.dumps(document)
    for provider in providers:
        wanted = {"DisplayName": provider["display_name"], "Path": provider["path"]}
        same = [entry for entry in entries if entry.get("DisplayName") == wanted["DisplayName"]]
        if same:
            same[0].update(wanted)
        else:
            entries.append(wanted)
    return current if json.dumps(document) == before and current.strip() else json.dumps(document, indent=2) + "\n"


def _document(current: str) -> Any:
    text = current.lstrip("\ufeff").strip()
    try:
        document = json.loads(text) if text else []
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{AGENTS_PATH} is not valid JSON ({error})") from error
    return document or []


def _entries(document: Any) -> list[dict[str, Any]]:
    """The list within the document that holds the providers."""
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
    if len(lists) != 1 or not all(isinstance(entry, dict) for entry in lists[0]):
        raise ValueError(
            f"{AGENTS_PATH} is no list of providers, nor an object with one; add the providers to it yourself"
        )
    return lists[0]
