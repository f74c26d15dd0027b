# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From recordings and scopes to policies, and from policies to what the documentation shows. Run by tools/policies."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import recording
from scopes import BUILD, LEFT_OUT, PURPOSES, SCOPES, Scope

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "docs" / "policies"
README = REPOSITORY / "README.md"
GUIDE = REPOSITORY / "docs" / "docsite" / "rst" / "guide_policies.rst"

Document = dict[str, Any]


def document(purpose: str) -> Document:
    """The policy of a purpose.

    Raises:
        ValueError: a right that was recorded is in no scope.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [statement for _scope, statement in statements(purpose, recording.read(purpose))],
    }


def statements(purpose: str, rights: recording.Rights) -> list[tuple[Scope, dict[str, Any]]]:
    """The statements of a policy, each with what it was made of.

    Raises:
        ValueError: a right is in no scope.
    """
    needed = ((action, kind) for action, kinds in rights.items() for kind in kinds)
    pairs = sorted(pair for pair in needed if (purpose, *pair) not in LEFT_OUT)
    by_scope: dict[str, list[tuple[str, str]]] = {}
    for action, kind in pairs:
        covering = [scope for scope in SCOPES if scope.covers(purpose, action, kind)]
        # What is for the preflight only is said so, and not again among what is read.
        covering = [one for one in covering if kind != "*"] or covering[:1]
        if not covering:
            raise ValueError(f"{purpose}: no scope has {action} on {kind}")
        for scope in covering:
            by_scope.setdefault(scope.sid, []).append((action, kind))
    return [(scope, _statement(scope, by_scope[scope.sid])) for scope in SCOPES if scope.sid in by_scope]


def _statement(scope: Scope, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": scope.sid,
        "Effect": "Allow",
        "Action": sorted({action for action, _kind in pairs}),
        "Resource": _one_or_more(sorted({scope.arn(kind) for _action, kind in pairs})),
    }
    if scope.condition:
        statement["Condition"] = {name: dict(keys) for name, keys in scope.condition.items()}
    return statement


def _one_or_more(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def text(policy: Mapping[str, Any]) -> str:
    """A policy as files have it."""
    return json.dumps(policy, indent=2) + "\n"


def readme() -> str:
    """The README with the policy of a build in it."""
    old = README.read_text(encoding="utf-8")
    return re.sub(
        r"```json\n.*?```", lambda _found: f"```json\n{text(document(BUILD))}```", old, count=1, flags=re.DOTALL
    )


def guide() -> str:
    """The guide with all policies in it: what is between its two marks is written here."""
    old = GUIDE.read_text(encoding="utf-8")
    start, end = ".. Written by tools/policies from here on.\n", ".. Written by tools/policies up to here.\n"
    before, after = old.partition(start)[0], old.partition(end)[2]
    return f"{before}{start}{''.join(map(_chapter, PURPOSES))}\n{end}{after}"


def _chapter(purpose: str) -> str:
    title = PURPOSES[purpose]
    policy = textwrap.indent(text(document(purpose)), "   ")
    rows = "".join(_rows(purpose))
    return (
        f"\n{title}\n{'-' * len(title)}\n\nFile ``docs/policies/{purpose}.json``.\n\n"
        f".. code-block:: json\n\n{policy}\n"
        f".. list-table::\n   :header-rows: 1\n   :widths: 25 75\n\n   * - Statement\n     - Why so\n{rows}"
    )


def _rows(purpose: str) -> Iterator[str]:
    for scope in (scope for scope, _made in statements(purpose, recording.read(purpose))):
        yield f"   * - ``{scope.sid}``\n     - {scope.why}\n"


def main() -> None:
    """Write the policies and what shows them."""
    FOLDER.mkdir(exist_ok=True)
    for purpose in PURPOSES:
        (FOLDER / f"{purpose}.json").write_text(text(document(purpose)), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
    GUIDE.write_text(guide(), encoding="utf-8")
    print(f"wrote {len(PURPOSES)} policies", file=sys.stderr)


if __name__ == "__main__":
    main()
