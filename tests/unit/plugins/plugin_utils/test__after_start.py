# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _after_start as after_start
from appstream_simulator.windows.machine import command_line
from hypothesis import given
from hypothesis import strategies as st

COMMANDS = [
    ["net", "user", "build admin", "/delete"],
    ["certutil", "-delstore", "My", "0A1B"],
    ["reg", "delete", "HKLM\\SOFTWARE\\Listener\\*+HTTPS", "/f"],
    ["reg", "delete", "HKLM\\SOFTWARE\\Rules", "/v", "{0A-1B}", "/f"],
]


def test_one_command_line_runs_all():
    assert after_start.problems(COMMANDS) == []
    assert after_start.command_line(COMMANDS) == (
        'cmd.exe /d /s /c "net user "build admin" /delete || echo after_start 0 failed'
        " & certutil -delstore My 0A1B || echo after_start 1 failed"
        " & reg delete HKLM\\SOFTWARE\\Listener\\*+HTTPS /f || echo after_start 2 failed"
        ' & reg delete HKLM\\SOFTWARE\\Rules /v {0A-1B} /f || echo after_start 3 failed"'
    )


@pytest.mark.parametrize(
    "token", ["a&b", "a|b", "%PATH%", 'a"b', "a^b", "!a!", "(a", "a>b", "a\nb", "", "a\\", " a", "'"]
)
def test_nothing_for_cmd_to_interpret(token):
    (problem,) = after_start.problems([["net", "user", token]])
    assert problem.startswith("after_start[0]: ")


def test_an_empty_command():
    assert after_start.problems([[]]) == ["after_start[0] is empty"]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_what_passes_arrives_as_it_was(tokens):
    if after_start.problems([tokens]):
        return
    line = after_start.command_line([tokens]).partition('/c "')[2].rpartition(" || ")[0]
    assert command_line.split(f"program {line}")[1:] == tokens
    assert not set(line.replace('"', "")) & set("&|<>^%!()\n\r'`;,")


def test_outcomes():
    done = after_start.outcome(COMMANDS, {"rc": 0, "stdout": "The command completed successfully.\r\n", "stderr": ""})
    assert (done["status"], done["failed"], after_start.warning(done)) == ("done", [], None)
    failed = after_start.outcome(COMMANDS, {"rc": 0, "stdout": "after_start 1 failed\r\n", "stderr": "not found"})
    assert (failed["status"], failed["failed"]) == ("failed", ["certutil -delstore My 0A1B"])
    assert "certutil -delstore My 0A1B" in after_start.warning(failed)
    lost = after_start.outcome(COMMANDS, {"failed": True, "rc": -1, "module_stdout": "", "msg": "MODULE FAILURE"})
    assert lost["status"] == "unknown"
    assert "MODULE FAILURE" in after_start.warning(lost)
