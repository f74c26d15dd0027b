# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""POWERSHELL.md lists what the interpreter knows."""

from __future__ import annotations

import re
from pathlib import Path

from appstream_simulator.windows.powershell import dotnet
from appstream_simulator.windows.powershell.commands_table import NAMES, cmdlet_named

PAGE = (Path(__file__).resolve().parents[2] / "POWERSHELL.md").read_text(encoding="utf-8")


def test_every_cmdlet_is_listed_with_its_parameters() -> None:
    listed = {
        found[1]: set(re.findall(r"`-(\w+)`", found[2])) for found in re.finditer(r"\| `(\w+-\w+)` \| (.*) \|", PAGE)
    }
    known = {name: cmdlet_named(name) for name in NAMES}
    assert listed == {name: {option.name for option in cmdlet.options} for name, cmdlet in known.items() if cmdlet}


def test_every_static_member_is_listed() -> None:
    listed = {
        (found[1].lower().replace("[object]", "`1[system.object]"), member.lower())
        for found in re.finditer(r"\| `\[([\w.\[\]]+)\]` \| (.*) \|", PAGE)
        for member in re.findall(r"`(\w+)(?:\(\))?`", found[2])
    }
    members = {*dotnet.METHODS, *dotnet.PROPERTIES, *((name, "new") for name in dotnet.CONSTRUCTORS)}
    assert listed == {(name.removeprefix("System.").lower(), member) for name, member in members}
