# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which programs a stock Windows brings; see stock_programs.yml."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import yaml

from . import program_files

_FILE = Path(__file__).with_name("stock_programs.yml")
# From the oldest to the newest; Windows 11 has what Windows Server 2025 has.
_RELEASES = ("WINDOWS_SERVER_2016", "WINDOWS_SERVER_2019", "WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025")


@functools.cache
def contents(platform: str, version: str) -> Mapping[str, Mapping[str, bytes]]:
    """The programs' files by directory and name.

    Args:
        version: of Windows.
    """
    release = _RELEASES.index(platform) if platform in _RELEASES else len(_RELEASES) - 1
    found: dict[str, dict[str, bytes]] = {}
    for entry in yaml.safe_load(_FILE.read_text(encoding="utf-8"))["programs"]:
        since, until = entry.get("since", _RELEASES[0]), entry.get("until", _RELEASES[-1])
        if _RELEASES.index(since) <= release <= _RELEASES.index(until):
            folder = entry["folder"]
            files = {name: program_files.content(f"{folder}\\{name}", version) for name in entry["programs"]}
            found.setdefault(folder, {}).update(files)
    return found
