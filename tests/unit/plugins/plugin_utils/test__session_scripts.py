# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import (
    configuration,
    file_destination,
    file_problems,
    referenced_files,
)
from hypothesis import given
from hypothesis import strategies as st

POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
BATCH = {"context": "system", "filename": "C:\\Scripts\\a.bat"}


def event(*executables: Any, **others: Any) -> dict[str, Any]:
    return {"SessionStart": {"executables": list(executables), **others}}


def test_options_become_awss_own_form():
    assert configuration(
        {
            "session_start": {
                "executables": [
                    {**BATCH, "arguments": "-x", "s3_log_enabled": False},
                    {"context": "user", "filename": "C:\\Scripts\\b.exe", "arguments": None},
                ],
                "waiting_time": 30,
            },
            "session_termination": {"executables": [BATCH]},
        }
    ) == {
        "SessionStart": {
            "executables": [
                {**BATCH, "arguments": "-x", "s3LogEnabled": False},
                {"context": "user", "filename": "C:\\Scripts\\b.exe"},
            ],
            "waitingTime": 30,
        },
        "SessionTermination": {"executables": [BATCH]},
    }


def test_nothing_asked_for_is_a_file_without_scripts():
    assert configuration({}) == {}


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
def test_the_text_of_a_file_is_taken_in_either_spelling_of_the_keys(prefix):
    given_text = json.dumps(
        {
            "SessionStart": {
                "Executables": [{"Context": "user", "Filename": BATCH["filename"], "S3LogEnabled": True}],
                "WaitingTime": 60,
            }
        }
    )
    assert configuration({"config": prefix + given_text}) == {
        "SessionStart": {
            "executables": [{"context": "user", "filename": BATCH["filename"], "s3LogEnabled": True}],
            "waitingTime": 60,
        }
    }


def test_the_sample_of_the_guide_is_valid_and_runs_nothing():
    sample = {"filename": "", "arguments": "", "s3LogEnabled": True}
    config = event({"context": "system", **sample}, {"context": "user", **sample}, waitingTime=30)
    assert configuration({"config": config}) == config
    assert referenced_files(config) == []


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ([], "config is no object"),
        ("{'a'}", "config is not valid JSON"),
        ('{"a": "C:\\Scripts"}', "a backslash is written twice"),
        ({"SessionBegin": {}}, "config: SessionBegin is no key"),
        ({"SessionStart": []}, "SessionStart is no object"),
        ({"SessionStart": {}}, "executables is required"),
        ({"SessionStart": {"executables": BATCH}}, "executables is required, a list"),
        (event("a.bat"), "SessionStart, executable 1 is no object"),
        (event({**BATCH, "path": "x"}), "executable 1: path is no key"),
        (event({**BATCH, "context": "admin"}), "context must be user or system"),
        (event({"filename": BATCH["filename"]}), "context must be user or system"),
        (event({**BATCH, "filename": "a.bat"}), "filename a.bat is no absolute path"),
        (event({**BATCH, "filename": "C:\\a.ps1"}), "a PowerShell script is run by powershell.exe"),
        (event({**BATCH, "filename": "C:\\" + "a" * 994 + ".bat"}), "filename is longer than 1000 characters"),
        (event({**BATCH, "arguments": "a" * 1001}), "arguments is longer than 1000 characters"),
        (event({**BATCH, "arguments": ["-x"]}), "arguments must be a string"),
        (event({**BATCH, "s3LogEnabled": "True"}), "s3LogEnabled must be true or false"),
        (event(BATCH, waitingTime=61), "waitingTime is 61, but scripts are stopped after 60 seconds at most"),
        (event(BATCH, waitingTime=-1), "waitingTime is -1"),
        (event(BATCH, waitingTime="30"), "waitingTime is no whole number"),
        (event(BATCH, waitingTime=True), "waitingTime is no whole number"),
        (event(BATCH, BATCH), "two scripts for the context system"),
    ],
)
def test_what_breaks_the_documented_limits_is_refused(config, told):
    with pytest.raises(ValueError, match=told.replace("(", "\\(")):
        configuration({"config": config})


def test_everything_wrong_is_told_at_once():
    with pytest.raises(ValueError, match=r"no absolute path.*no whole number|no whole number.*no absolute path"):
        configuration({"config": event({**BATCH, "filename": "a.bat"}, waitingTime="x")})


def test_one_form_excludes_the_other():
    with pytest.raises(ValueError, match="config and session_start can't be given together"):
        configuration({"config": {}, "session_start": {"executables": []}})


@pytest.mark.parametrize(
    ("arguments", "script"),
    [
        ('-File "C:\\My scripts\\a.ps1"', "C:\\My scripts\\a.ps1"),
        ("-NoProfile -ExecutionPolicy Bypass -file C:\\a.ps1 -Name x", "C:\\a.ps1"),
        ("-f C:\\a.ps1", "C:\\a.ps1"),
        ("-Command Get-Date", None),
        ("-NoProfile", None),
    ],
)
def test_scripts_that_powershell_runs_must_exist_too(arguments, script):
    config = event({"context": "user", "filename": POWERSHELL, "arguments": arguments})
    assert referenced_files(config) == [POWERSHELL, *([script] if script else [])]


def test_files_go_where_the_scripts_are():
    assert file_destination({"src": "scripts/a.ps1"}) == "C:\\AppStream\\SessionScripts\\a.ps1"
    assert file_destination({"src": "a.ps1", "dest": "D:\\b.ps1"}) == "D:\\b.ps1"


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ({"src": "a", "dest": "Scripts\\a"}, "no absolute path"),
        ({"src": "config.json"}, "give its content as config"),
    ],
)
def test_files_in_wrong_places_are_refused(file, told):
    (problem,) = file_problems({"files": [file]})
    assert told in problem


texts = st.text(max_size=1000)
entries = st.fixed_dictionaries(
    {"context": st.sampled_from(["user", "system"])},
    optional={
        "filename": st.text(st.characters(exclude_characters="\\/."), max_size=900).map("C:\\a{}.bat".format),
        "arguments": texts,
        "s3LogEnabled": st.booleans(),
    },
)
events = st.fixed_dictionaries(
    {"executables": st.lists(entries, max_size=2, unique_by=lambda entry: entry["context"])},
    optional={"waitingTime": st.integers(0, 60)},
)


@given(st.dictionaries(st.sampled_from(["SessionStart", "SessionTermination"]), events))
def test_what_keeps_the_limits_comes_back_as_it_is(config):
    assert configuration({"config": json.dumps(config)}) == configuration({"config": config}) == config


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
    )
)
def test_any_json_is_either_taken_or_refused_with_a_reason(document):
    try:
        assert set(configuration({"config": json.dumps(document)})) <= {"SessionStart", "SessionTermination"}
    except ValueError as error:
        assert str(error)
