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

    def display(self, line: str, stderr: bool = False) -> None:
        self.shown.append((line, stderr))


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
