# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import ConnectionLostError, outcome_of


def test_an_answer():
    outcome = outcome_of({"rc": 1, "failed": True, "stdout": '{"status": 1, "message": "App not found"}', "stderr": ""})
    assert (outcome.status, outcome.message) == (1, "App not found")


@pytest.mark.parametrize(
    "result",
    [
        {"unreachable": True, "msg": "connection refused"},
        {"failed": True, "rc": -1, "module_stdout": "", "module_stderr": "", "msg": "MODULE FAILURE"},
        {
            "failed": True,
            "rc": -1,
            "module_stdout": "",
            "module_stderr": "",
            "msg": "Module result deserialization failed.",
        },
        {"failed": True, "rc": 1, "module_stdout": "", "module_stderr": "reset", "msg": ""},
    ],
)
def test_no_answer(result):
    with pytest.raises(ConnectionLostError, match="connection was lost"):
        outcome_of(result)


@pytest.mark.parametrize("stdout", ["", '{"status": -1, "message": "Unexpected"}'])
def test_a_tool_that_ended_with_minus_one_has_answered(stdout):
    outcome = outcome_of({"failed": True, "rc": -1, "stdout": stdout, "stderr": "", "msg": "non-zero return code"})
    assert (outcome.status, outcome.succeeded) == (-1, False)


def test_not_started_is_no_lost_connection():
    result = {"failed": True, "rc": 2, "cmd": "x", "msg": "Failed to run: the system cannot find the file specified"}
    with pytest.raises(AnsibleActionFail, match="could not be started: Failed to run") as raised:
        outcome_of(result)
    assert not isinstance(raised.value, ConnectionLostError)
