# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Makes a page of the documentation, and a table of both READMEs, from the list of assumptions.

Run as a program it writes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_ROOT = Path(__file__).resolve().parents[2]
LIST = _ROOT / "plugins" / "plugin_utils" / "_verify_service" / "assumptions.yml"
PAGE = _ROOT / "docs" / "docsite" / "rst" / "assumptions.rst"
READMES = (_ROOT / "README.md", _ROOT / "simulator" / "README.md")
BEGIN = "<!-- made by tests/shared/assumptions_page.py of assumptions.yml -->"
END = "<!-- end of what is made -->"

Entry = Mapping[str, Any]
Areas = Mapping[str, list[Entry]]

_HEAD = """.. Copyright: (c) 2026, The euc.appstream team
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

.. Made by tests/shared/assumptions_page.py of plugins/plugin_utils/_verify_service/assumptions.yml.

.. _ansible_collections.euc.appstream.docsite.assumptions:

What nobody has proved
======================

The collection was written without an AWS account and without Windows. Each row is a question about AppStream, Image
Assistant or Windows that no source answers for certain, what the simulator does and the collection counts on, what asks
it, and what is known so far. The playbook ``euc.appstream.verify_service`` puts them to an account of yours, see
:ref:`ansible_collections.euc.appstream.docsite.guide_verify_service`.

{summary}

*Confirmed* and *refuted* name their evidence: published code or documents, or a report of somebody who has seen it on
real AWS.

.. contents::
   :local:
   :depth: 1
"""


def read() -> dict[str, list[dict[str, Any]]]:
    """The entries by their areas."""
    areas: dict[str, list[dict[str, Any]]] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return areas


def entries(areas: Areas) -> list[Entry]:
    """All entries."""
    return [entry for listed in areas.values() for entry in listed]


def verdict(entry: Entry) -> str:
    """What is known of it: refuted, confirmed or open."""
    kinds = {answer["kind"] for answer in entry.get("known", [])}
    return next((kind for kind in ("refuted", "confirmed") if kind in kinds), "open")


def is_asked(entry: Entry) -> bool:
    """Whether a probe asks it."""
    return not str(entry["probe"]).startswith("none: ")


def page(areas: Areas) -> str:
    """The whole page."""
    sections = [_HEAD.replace("{summary}", _summary(entries(areas)))]
    for area, listed in areas.items():
        title = f"{area[0].upper()}{area[1:]}"
        sections.append(f"{title}\n{'-' * len(title)}\n")
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: 34 24 18 24", ""]
        for row in [["Question", "Assumed", "Asked by", "Known"], *map(_row, listed)]:
            lines += [f"   * - {row[0]}", *(f"     - {cell}" for cell in row[1:])]
        sections.append("\n".join([*lines, ""]))
    return "\n".join(sections)


def table(areas: Areas) -> str:
    """The table of the READMEs: how many of each area are asked, and what is known."""
    lines = [
        "| Assumptions about | all | asked by `verify_service` | confirmed | refuted | open |",
        "|---|---|---|---|---|---|",
    ]
    for area, listed in [*areas.items(), ("**all**", entries(areas))]:
        known = Counter(map(verdict, listed))
        numbers = [len(listed), sum(map(is_asked, listed)), *(known[kind] for kind in ("confirmed", "refuted", "open"))]
        lines.append(f"| {area} | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def with_table(text: str, areas: Areas) -> str:
    """A README with the table as it is now.

    Raises:
        ValueError: the README has no place for it.
    """
    before, begin, rest = text.partition(BEGIN)
    _former, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README lacks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table(areas)}\n{END}{after}"


def _summary(listed: list[Entry]) -> str:
    known = Counter(map(verdict, listed))
    asked = sum(map(is_asked, listed))
    return (
        f"Of {len(listed)} assumptions {known['confirmed']} are confirmed, {known['refuted']} refuted and "
        f"{known['open']} open. The playbook asks {asked}; of the others it is said why not."
    )


def _row(entry: Entry) -> list[str]:
    question = f"{entry['question']} ``{entry['id']}``"
    assumed = [_value(entry["assumed"]), str(entry.get("because", ""))]
    asked = str(entry["probe"]).removeprefix("none: ") if not is_asked(entry) else f"``{entry['probe']}``"
    known = "; ".join(
        f"{_text(one['answer'])}: *{one['kind']}*, {_text(one['evidence'])}" for one in entry.get("known", [])
    )
    return [_text(question), " ".join(filter(None, [assumed[0], _text(assumed[1])])), _text(asked), known or "open"]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"``{name}``: {one}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(f"``{one}``" for one in value) or "nothing"
    return f"``{value:g}``" if isinstance(value, (int, float)) else f"``{value}``"


def _text(text: Any) -> str:
    shown = ("yes" if text else "no") if isinstance(text, bool) else str(text)
    return shown.replace("\\", "\\\\")


if __name__ == "__main__":
    known = read()
    PAGE.write_text(page(known), encoding="utf-8")
    for readme in READMES:
        readme.write_text(with_table(readme.read_text(encoding="utf-8"), known), encoding="utf-8")
    print(f"{PAGE} and the tables of the READMEs are written")
