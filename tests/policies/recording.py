# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rights that runs of playbooks have needed, by purpose: read, compared with, and written.

A recording is a JSON file: kinds of resources, such as 'appstream:image', by action.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Rights = Mapping[str, set[str]]

FOLDER = Path(__file__).with_name("recorded")


def kind_of(arn: str) -> str:
    """What a recording calls a resource: the service and the type in its ARN, '*' for none."""
    if arn == "*":
        return arn
    service, resource = arn.split(":", 5)[2::3]
    if service == "s3":
        return "s3:object" if "/" in resource else "s3:bucket"
    return f"{service}:{resource.partition('/')[0]}"


def rights_of(calls: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The rights that calls have needed, as the simulator's log of calls has them.

    Raises:
        ValueError: the simulator does not know which ones that are.
    """
    found: dict[str, set[str]] = {}
    for call in calls:
        if call["needs"] is None:
            raise ValueError(f"the simulator does not know which rights {call['service']}:{call['operation']} needs")
        for need in call["needs"]:
            found.setdefault(need["action"], set()).add(kind_of(need["resource"]))
    return found


def read(purpose: str) -> dict[str, set[str]]:
    """What has been recorded for a purpose; nothing where there is no recording."""
    file = FOLDER / f"{purpose}.json"
    content = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {action: set(kinds) for action, kinds in content.items()}


def beyond(rights: Rights, recorded: Rights) -> list[str]:
    """Those rights that are not in a recording, in words."""
    return sorted(
        f"{action} on {kind}" for action, kinds in rights.items() for kind in kinds - recorded.get(action, set())
    )


def add(purpose: str, rights: Rights) -> None:
    """Add rights to the recording of a purpose."""
    recorded = read(purpose)
    merged = {action: recorded.get(action, set()) | rights.get(action, set()) for action in {*recorded, *rights}}
    FOLDER.mkdir(exist_ok=True)
    content = {action: sorted(kinds) for action, kinds in sorted(merged.items())}
    (FOLDER / f"{purpose}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
