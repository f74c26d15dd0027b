# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tasks that are written for a list of applications."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.tasks import installation_tasks, title

SEVEN_ZIP = {"name": "7zip", "display_name": "7-Zip", "version": "24.09", "install": {"package": "7zip"}}


@pytest.mark.parametrize(
    ("application", "expected"),
    [
        (SEVEN_ZIP, "7-Zip 24.09"),
        ({**SEVEN_ZIP, "display_name": "7-Zip 24.09"}, "7-Zip 24.09"),
        ({"name": "viewer"}, "viewer"),
        ({"name": "a", "display_name": "{{ secret }}"}, "((secret))".replace("((", "(( ").replace("))", " ))")),
    ],
)
def test_what_tasks_call_an_application(application: dict[str, Any], expected: str) -> None:
    assert title(application) == expected


def tasks_of(*applications: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    (block,) = installation_tasks(list(applications), {}, "secrets | default({})")
    return block["block"], block["always"][0]


def test_each_application_is_one_task_of_its_name() -> None:
    tasks, _result = tasks_of(
        SEVEN_ZIP, {"name": "explorer", "verify": [{"file": "C:\\a"}]}, {**SEVEN_ZIP, "name": "x", "state": "absent"}
    )
    assert [task["name"] for task in tasks] == ["Install 7-Zip 24.09", "Verify explorer", "Remove 7-Zip 24.09"]
    arguments = tasks[0]["euc.appstream.application"]
    assert arguments["install"] == "{{ install_applications_list[0].install }}"
    assert arguments["found"] == "{{ __install_applications_information.applications[0] }}"
    assert "launch" not in arguments


def test_what_depends_on_something_that_may_fail_is_given_what_has_failed() -> None:
    tasks, _result = tasks_of(
        {"name": "late", "depends_on": ["early"], "install": {"package": "late"}},
        {"name": "early", "required": False, "install": {"package": "early"}},
    )
    assert [task["name"] for task in tasks] == ["Install early", "Install late"]
    expression = tasks[1]["euc.appstream.application"]["unavailable"]
    failed = {"application": {"name": "early", "failed": True}}
    for variables, expected in (
        ({"__install_applications_outcome_1": failed}, ["early"]),
        ({"__install_applications_outcome_1": {"application": {"name": "early", "failed": False}}}, []),
        ({"__install_applications_outcome_1": {"skipped": True}}, []),
        ({}, []),
    ):
        assert Templar(loader=DataLoader(), variables=variables).template(expression) == expected
    assert "unavailable" not in tasks[0]["euc.appstream.application"]


def test_the_result_has_what_was_done_or_else_what_was_there() -> None:
    _tasks, result = tasks_of({"name": "a", "install": {"package": "a"}}, {"name": "b", "install": {"package": "b"}})
    expression = result["ansible.builtin.set_fact"]["install_applications_result"]
    information = {"applications": [{"application": {"name": "a"}}, {"application": {"name": "b"}}]}
    variables = {
        "__install_applications_information": information,
        "__install_applications_outcome_0": {"application": {"name": "a", "changed": True}},
    }
    found = Templar(loader=DataLoader(), variables=variables).template(expression)
    assert found == [{"name": "a", "changed": True}, {"name": "b"}]
