# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Agents.json: the dynamic app providers that AppStream's agent starts.

Sources: the administration guide, "Enable Dynamic App Providers" (entries with DisplayName and Path), and the installer
of AWS's Virtual Application Management, which writes an object with the list `Agents` in UTF-16. That the agent reads
no other form is assumed, so that whatever writes another one is noticed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .disk import Disk

AGENTS = "C:\\ProgramData\\Amazon\\AppStream\\AppCatalogHelper\\DynamicAppCatalog\\Agents.json"
_ENTRY = ("DisplayName", "Path")


def providers(disk: Disk) -> list[dict[str, str]]:
    """The providers of a disk, none without the file.

    Raises:
        ValueError: the file is not what the agent reads.
    """
    if not disk.is_file(AGENTS):
        return []
    content = disk.read(AGENTS)
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    document = json.loads(content.decode(encoding))
    agents = document.get("Agents") if isinstance(document, dict) else None
    if not isinstance(agents, list):
        raise ValueError("it is no object with a list Agents")
    for agent in agents:
        if not isinstance(agent, dict) or not all(isinstance(agent.get(name), str) for name in _ENTRY):
            raise ValueError(f"a provider has no {' or no '.join(_ENTRY)}")
    return [{name: agent[name] for name in _ENTRY} for agent in agents]


def problem(disk: Disk) -> str:
    """Why the agent can't read the file; empty when it can, or when there is none."""
    try:
        providers(disk)
    except ValueError as error:
        return str(error) or type(error).__name__
    return ""
