# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Lines for people do not get among lines for programs."""

from __future__ import annotations

import pytest
from ansible import constants
from ansible_collections.euc.appstream.plugins.plugin_utils import _progress


class Display:
    def __init__(self) -> None:
        self.shown: list[tuple[str, bool]] = []
        self.verbose: list[str] = []

    def display(self, line: str, stderr: bool = False) -> None:
        self.shown.append((line, stderr))

    def v(self, line: str) -> None:
        self.verbose.append(line)


@pytest.mark.parametrize(
    ("callback", "stderr"),
    [
        ("default", False),
        ("ansible.builtin.default", False),
        ("awx_display", False),
        ("json", True),
        ("ansible.posix.json", True),
        ("ansible.posix.jsonl", True),
    ],
)
def test_lines_go_to_stderr_where_stdout_is_json(monkeypatch: pytest.MonkeyPatch, callback: str, stderr: bool) -> None:
    monkeypatch.setattr(constants.config, "get_config_value", lambda name, **_options: callback)
    display = Display()
    _progress.show("design: RUNNING", display)
    _progress.Progress("office", display).show("PENDING", 61, changed=True)
    assert display.shown == [("design: RUNNING", stderr), ("office: PENDING (1:01)", stderr)]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.6, "1:00"), (552, "9:12"), (3599, "59:59"), (3600, "1:00:00"), (7325, "2:02:05")],
)
def test_elapsed_text(seconds: float, text: str) -> None:
    assert _progress.elapsed_text(seconds) == text


def test_a_sign_of_life_every_five_minutes() -> None:
    display = Display()
    progress = _progress.Progress("design", display)
    for elapsed in range(0, 1000, 100):
        progress.show("PENDING", elapsed, changed=elapsed == 0)
    assert display.shown == [(f"design: PENDING ({time})", False) for time in ("0:00", "5:00", "10:00", "15:00")]
    assert len(display.verbose) == 6
