# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The guide's table of kinds of applications, made from the collection's own table of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import KINDS, Kind

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_applications.rst"
_BEGIN, _END = "     - ``state: absent``\n", "\nThose with ``yes``"


def table() -> str:
    """Rows of a list-table."""
    return "".join(line + "\n" for name, kind in KINDS.items() for line in _row(name, kind))


def written() -> str:
    """The rows that the guide has."""
    return GUIDE.read_text(encoding="utf-8").partition(_BEGIN)[2].partition(_END)[0]


def _row(name: str, kind: Kind) -> Iterator[str]:
    told = f"``{kind.inferred_from}``" if kind.inferred_from else ", ".join(f"``{one}``" for one in kind.extensions)
    yield f"   * - ``{name}``"
    yield f"     - {told or f'``kind: {name}``'}"
    yield f"     - {kind.summary}"
    yield f"     - {'yes' if kind.remover else 'no'}"
