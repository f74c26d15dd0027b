# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""When a build gives a sign of life, and what ends it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _build_lock


@pytest.fixture
def lock(tmp_path: Path) -> dict[str, Any]:
    file = str(tmp_path / "run" / "design.lock")
    return {
        "builder_name": "design",
        "run": "r",
        "type": "tags",
        "table": None,
        "stale_after": 30,
        "job": "",
        "file": file,
    }


def age(lock: dict[str, Any], seconds: float) -> None:
    then = time.time() - seconds
    os.utime(lock["file"], (then, then))


def test_a_third_of_the_time_after_which_it_is_stale(lock: dict[str, Any]) -> None:
    assert _build_lock.claim(lock) is True
    assert _build_lock.claim(lock) is False
    age(lock, 590)
    assert _build_lock.claim(lock) is False
    age(lock, 601)
    assert _build_lock.claim(lock) is True
    assert _build_lock.claim(lock) is False
    _build_lock.expire(lock)
    assert _build_lock.claim(lock) is True


def test_a_file_that_cannot_be_written_makes_more_signs_of_life(lock: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder should be")
    assert _build_lock.claim(lock) is True
    assert _build_lock.claim(lock) is True
    _build_lock.expire(lock)


@pytest.mark.parametrize(
    ("result", "reason", "again"),
    [
        ({"renewed": True}, "", False),
        ({"renewed": False}, "", True),
        ({"failed": True, "msg": "Rate exceeded"}, "", False),
        ({"failed": True, "lost": True, "msg": "Another run has it"}, "Another run has it", False),
    ],
)
def test_keep(lock: dict[str, Any], result: dict[str, Any], reason: str, again: bool) -> None:
    asked = []

    def ask(arguments: dict[str, Any]) -> dict[str, Any]:
        asked.append(arguments)
        return result

    assert _build_lock.keep(lock, ask) == reason
    assert _build_lock.keep(lock, ask) == (reason if again else "")
    expected = {"state": "renewed", "builder_name": "design", "run": "r", "type": "tags", "stale_after": 30}
    assert asked == [expected] * (2 if again else 1)
