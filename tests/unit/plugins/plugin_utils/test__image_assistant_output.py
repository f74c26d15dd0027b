# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_output import parse
from hypothesis import given
from hypothesis import strategies as st

LISTED = {"Name": "npp", "AbsoluteAppPath": r"C:\npp.exe"}


@pytest.mark.parametrize(
    ("return_code", "stdout", "status", "message"),
    [
        (0, '{"status": 0, "message": "Success"}\r\n', 0, "Success"),
        (1, '{"status": 1, "message": "Name is not unique"}', 1, "Name is not unique"),
        (255, '{"status": 255, "message": "Anything {at} all"}', 255, "Anything {at} all"),
        (1, 'noise before {"status": 1, "message": "App not found"} and after', 1, "App not found"),
        # As the guide prints them: a missing brace, a quote too many.
        (
            1,
            '{"status": 1, "message": "Directory not found (working-directory)"',
            1,
            "Directory not found (working-directory)",
        ),
        (
            1,
            '{"status": 1, "message": "Cannot copy a domain user when not joined to a domain""}',
            1,
            "Cannot copy a domain user when not joined to a domain",
        ),
        (1, "ERROR: Option 'x' is unknown.", 1, "ERROR: Option 'x' is unknown."),
        (1, "", 1, "The Image Assistant printed nothing."),
    ],
)
def test_status_and_message(return_code, stdout, status, message):
    outcome = parse(return_code, stdout)
    assert (outcome.status, outcome.message, outcome.succeeded) == (status, message, status == 0)


def test_a_failing_exit_code_outweighs_the_text():
    assert parse(1, '{"status": 0, "message": "Success"}').status == 1


def test_a_failure_in_the_text_outweighs_exit_code_zero():
    assert not parse(0, '{"status": 1, "message": "App not found"}').succeeded
    assert parse(0, '{"status": 1, "message": "Directory not found (working-directory)"').status == 1


def test_unreadable_text_is_shown_with_standard_error():
    assert parse(3, "out\n", "err\n").message == "out\nerr"


@pytest.mark.parametrize("applications", ["null", "[]", '"x"', "[null, 1]", '[{"AbsoluteAppPath": "nameless"}]'])
def test_empty_catalogs(applications):
    assert parse(0, f'{{"status": 0, "message": "Success", "applications": {applications}}}').applications == []


def test_missing_applications_are_an_empty_catalog_but_unreadable_text_is_none():
    assert parse(0, '{"status": 0, "message": "Success"}').applications == []
    assert parse(0, "Success").applications is None


@pytest.mark.parametrize("spell", [str, str.lower, str.upper])
def test_keys_of_applications_in_any_case(spell):
    listed = {spell(key): value for key, value in LISTED.items()}
    stdout = json.dumps({"status": 0, "message": "Success", "applications": [listed]})
    assert parse(0, stdout).applications == [{"name": "npp", "path": r"C:\npp.exe"}]


def test_all_attributes_and_unknown_keys():
    listed = {
        **LISTED,
        "DisplayName": "Notepad++",
        "AbsoluteIconPath": r"C:\npp.png",
        "WorkingDirectory": None,
        "LaunchParameters": "-x",
        "AbsoluteManifestPath": r"C:\m.txt",
        "Sequence": 3,
    }
    (application,) = parse(0, json.dumps({"status": 0, "applications": [listed]})).applications
    assert application == {
        "name": "npp",
        "path": r"C:\npp.exe",
        "display_name": "Notepad++",
        "icon": r"C:\npp.png",
        "working_directory": "",
        "launch_parameters": "-x",
        "manifest": r"C:\m.txt",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["status", "message", "applications", "Name"]), inner)
    ),
)


@given(st.integers(0, 2**32 - 1), st.one_of(st.text(), json_values.map(json.dumps)), st.text())
def test_nothing_makes_it_raise(return_code, stdout, stderr):
    outcome = parse(return_code, stdout, stderr)
    assert isinstance(outcome.status, int)
    assert isinstance(outcome.message, str)
    assert return_code == 0 or not outcome.succeeded
    for application in outcome.applications or []:
        assert all(isinstance(value, str) for value in application.values())


@given(st.text(alphabet='{}[]":,\\ statusmeg01', max_size=60))
def test_nearly_json_does_not_make_it_raise(stdout):
    parse(0, stdout)
