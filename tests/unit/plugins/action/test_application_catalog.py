# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleActionFail
from catalog_builder import NPP, PUTTY, Builder, png, runner


@pytest.fixture
def run(make_action, monkeypatch):
    return runner(make_action, monkeypatch)


def test_adds_what_is_missing_and_verifies_it(run):
    builder = Builder(PUTTY)
    result = run(builder, {**NPP, "display_name": "Notepad++", "launch_parameters": '-x "a b"'})
    assert (result["changed"], result["added"], result["updated"], result["removed"]) == (True, ["npp"], [], [])
    assert builder.operations() == ["list-applications", "add-application", "list-applications"]
    assert {entry["name"] for entry in result["applications"]} == {"npp", "putty"}
    assert result["commands"] == 4


@pytest.mark.parametrize("one_token", ["understood", "refused", "cut"])
def test_launch_parameters_with_a_hyphen_are_said_in_another_way_when_they_do_not_come_through(run, one_token):
    builder = Builder()
    builder.one_token = one_token
    application = {**NPP, "launch_parameters": '-x "a b"'}
    run(builder, application)
    assert builder.catalog["npp"]["LaunchParameters"] == '-x "a b"'
    again = {"understood": [], "refused": ["add-application"], "cut": ["remove-application", "add-application"]}
    assert [name for name in builder.operations() if name != "list-applications"] == [
        "add-application",
        *again[one_token],
    ]
    assert run(builder, application)["changed"] is False


def test_launch_parameters_that_come_through_in_no_way_are_an_error_with_a_remedy(run):
    builder = Builder()
    builder.one_token = builder.wrapped = "cut"
    with pytest.raises(AnsibleActionFail, match=r"launch_parameters is '', not '-x y'; npp: register a \.bat file"):
        run(builder, {**NPP, "launch_parameters": "-x y"})


def test_an_entry_is_put_back_when_its_new_launch_parameters_are_refused_in_every_way(run):
    builder = Builder(NPP)
    builder.catalog["npp"]["LaunchParameters"] = "/old"
    builder.one_token = "refused"
    builder.refuse["add-application"] = ["Invalid value", "Invalid value"]
    with pytest.raises(AnsibleActionFail, match=r"Invalid value; the former entry was put back"):
        run(builder, {**NPP, "launch_parameters": "-x y"})
    assert builder.catalog["npp"]["LaunchParameters"] == "/old"


def test_the_second_run_takes_one_command(run, tmp_path):
    (tmp_path / "npp.png").write_bytes(png(256, 256))
    builder = Builder()
    application = {**NPP, "icon": "npp.png", "optimize": [r"C:\npp"], "launch_parameters": "-x"}
    first = run(builder, application)
    second = run(builder, application)
    assert (first["changed"], second["changed"], second["commands"]) == (True, False, 1)
    assert second["applications"] == first["applications"]


def test_replaces_what_differs_and_keeps_what_was_not_given(run):
    builder = Builder(NPP)
    builder.catalog["npp"]["DisplayName"] = "Old"
    builder.catalog["npp"]["LaunchParameters"] = "/keep"
    result = run(builder, {**NPP, "display_name": "New"})
    assert result["updated"] == ["npp"]
    assert builder.operations() == [
        "list-applications",
        "remove-application",
        "add-application",
        "list-applications",
    ]
    assert builder.catalog["npp"]["DisplayName"] == "New"
    assert builder.catalog["npp"]["LaunchParameters"] == "/keep"


def test_an_empty_string_clears_what_may_be_empty(run):
    builder = Builder(NPP)
    builder.catalog["npp"].update(DisplayName="Notepad++", LaunchParameters="/x", WorkingDirectory="C:\\npp")
    empty = {**NPP, "display_name": "", "launch_parameters": "", "working_directory": "", "icon": "", "manifest": ""}
    assert run(builder, empty)["updated"] == ["npp"]
    assert builder.catalog["npp"] == {"Name": "npp", "AbsoluteAppPath": NPP["path"], "DisplayName": "Notepad++"}
    assert run(builder, empty)["changed"] is False


@pytest.mark.parametrize(("purge", "removed"), [(False, []), (True, ["putty"])])
def test_purge(run, purge, removed):
    builder = Builder(NPP, PUTTY)
    result = run(builder, NPP, purge=purge)
    assert result["removed"] == removed
    assert result["changed"] is purge


def test_removals_make_room_for_additions(run):
    builder = Builder(*({"name": f"old{n}", "path": NPP["path"]} for n in range(50)))
    result = run(builder, NPP, purge=True)
    assert len(result["removed"]) == 50
    assert list(builder.catalog) == ["npp"]


def test_absent(run):
    builder = Builder(NPP, PUTTY)
    assert run(builder, {"name": "NPP"}, state="absent")["removed"] == ["npp"]
    assert run(builder, {"name": "npp"}, state="absent")["changed"] is False
    assert list(builder.catalog) == ["putty"]


@pytest.mark.parametrize(
    ("applications", "message"),
    [
        ([{"name": "a b", "path": r"C:\a.exe"}], "white space"),
        ([{"name": "a"}], "path is required"),
        ([NPP, {**NPP, "name": "NPP"}], "must be unique"),
        ([{**NPP, "icon": "missing.png"}], "missing.png"),
        ([{**NPP, "icon": "large.png"}], "257x16 pixels"),
        ([{**NPP, "icon": "text.png"}], "icon: the file is not a PNG"),
        ([{**NPP, "icon": "npp.ico"}], "let icon be from_program"),
        ([{**NPP, "trace": "missing.csv"}], "trace: Could not find or access 'missing.csv'"),
        ([{**NPP, "trace": "registry.csv"}], "trace registry.csv: it names no file"),
        ([{**NPP, "manifest": "relative.txt"}], r"manifest relative.txt: it must list absolute .*'lib"),
        ([{**NPP, "launch_parameters": "x" * 33_000}], "npp: its command line has up to"),
        ([{**NPP, "launch_parameters": "a\x00b"}], "control characters"),
    ],
)
def test_limits_are_checked_before_anything_runs(run, tmp_path, applications, message):
    (tmp_path / "large.png").write_bytes(png(257, 16))
    (tmp_path / "text.png").write_text("text")
    (tmp_path / "registry.csv").write_text("Operation,Path,Result\nRegOpenKey,HKLM\\Software,SUCCESS\n")
    (tmp_path / "relative.txt").write_text("C:\\a\nlib\\b\n")
    builder = Builder()
    with pytest.raises(AnsibleActionFail, match=message):
        run(builder, *applications)
    assert builder.calls == []


def test_the_catalog_has_at_most_50_applications(run):
    builder = Builder(*({"name": f"old{n}", "path": NPP["path"]} for n in range(50)))
    with pytest.raises(AnsibleActionFail, match="would hold 51 applications"):
        run(builder, NPP)
    assert builder.operations() == ["list-applications"]


def test_check_mode_changes_nothing_and_shows_the_diff(run):
    builder = Builder(PUTTY)
    result = run(builder, NPP, purge=True, check_mode=True, diff=True)
    assert (result["changed"], result["added"], result["removed"]) == (True, ["npp"], ["putty"])
    assert result["diff"] == {
        "before": {"putty": {"path": PUTTY["path"]}},
        "after": {"npp": {"path": NPP["path"]}},
    }
    assert builder.operations() == ["list-applications"]


def test_check_mode_warns_of_what_is_not_installed_yet(run):
    result = run(Builder(), {"name": "new", "path": r"C:\new.exe"}, check_mode=True)
    assert result["changed"]
    assert "does not exist" in result["warnings"][0]


def test_the_tools_own_message_is_the_failure(run):
    builder = Builder()
    builder.refuse["add-application"] = ["Administrator privileges are required to perform this operation"]
    with pytest.raises(AnsibleActionFail, match=r"add-application npp failed \(status 1\): Administrator privileges"):
        run(builder, NPP)


@pytest.mark.parametrize(
    ("messages", "told", "left"),
    [
        (["Unsupported"], "Unsupported; the former entry was put back", ["npp"]),
        (
            ["Unsupported", "Disk full"],
            r"could not be put back \(Disk full\); npp may be missing.* display_name: Old\)",
            [],
        ),
    ],
)
def test_the_former_entry_is_put_back(run, messages, told, left):
    builder = Builder(NPP)
    builder.refuse["add-application"] = [*messages, None]
    builder.catalog["npp"]["DisplayName"] = "Old"
    with pytest.raises(AnsibleActionFail, match=told):
        run(builder, {**NPP, "display_name": "New"})
    assert list(builder.catalog) == left
    assert all(entry["DisplayName"] == "Old" for entry in builder.catalog.values())


@pytest.mark.parametrize(
    ("operation", "answers", "told"),
    [
        ("remove-application", [], "remove-application npp got no answer: reset"),
        ("add-application", [], "add-application npp got no answer: reset"),
        (
            "add-application",
            ["Disk full"],
            "add-application npp failed: Disk full; putting the former entry back got no",
        ),
    ],
)
def test_a_connection_lost_in_between_tells_the_former_entry(run, operation, answers, told):
    builder = Builder(NPP)
    builder.catalog["npp"]["LaunchParameters"] = "/old"
    builder.refuse[operation] = [*answers, ConnectionResetError("reset")]
    former = re.escape(f"now (former values: name: npp, path: {NPP['path']}, launch_parameters: /old)")
    with pytest.raises(AnsibleActionFail, match=rf"{told}.*npp may be missing from the catalog {former}"):
        run(builder, {**NPP, "launch_parameters": "/new"})


def test_launch_parameters_are_not_wrapped_twice(run):
    builder = Builder(NPP)
    builder.catalog["npp"].update(LaunchParameters='"-x ""a b"""', DisplayName="Old")
    assert run(builder, {**NPP, "display_name": "New"})["updated"] == ["npp"]
    assert builder.catalog["npp"]["LaunchParameters"] == '-x "a b"'


def test_a_catalog_that_is_not_as_asked_afterwards_is_a_failure(run, monkeypatch):
    builder = Builder()
    answer = builder.win_command

    def mangling(arguments):
        result = answer(arguments)
        for entry in builder.catalog.values():
            entry["LaunchParameters"] = "/mangled"
        return result

    monkeypatch.setattr(builder, "win_command", mangling)
    with pytest.raises(AnsibleActionFail, match="launch_parameters is '/mangled', not '/new'"):
        run(builder, {**NPP, "launch_parameters": "/new"})


def test_an_unreadable_catalog_is_no_empty_one(run, monkeypatch):
    builder = Builder()
    monkeypatch.setattr(builder, "win_command", lambda arguments: {"rc": 0, "stdout": "oops", "stderr": ""})
    with pytest.raises(AnsibleActionFail, match="could not be read"):
        run(builder, NPP)
