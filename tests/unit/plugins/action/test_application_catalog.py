# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import base64
import json
import re
import struct
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import application_catalog

NPP = {"name": "npp", "path": r"C:\npp\notepad++.exe"}
PUTTY = {"name": "putty", "path": r"C:\putty\putty.exe"}
ICON_COPY = r"C:\ProgramData\Amazon\Photon\AppCatalogHelper\AppIcons\npp.png"
FILES = [NPP["path"], PUTTY["path"], r"C:\npp\lib\a.dll", r"C:\icons\npp.png"]
OPTIONS = {
    "--absolute-app-path": "AbsoluteAppPath",
    "--display-name": "DisplayName",
    "--absolute-icon-path": "AbsoluteIconPath",
    "--working-directory": "WorkingDirectory",
    "--launch-parameters": "LaunchParameters",
    "--absolute-manifest-path": "AbsoluteManifestPath",
}


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


class Builder:
    """A builder's catalog and files, answering to the modules the plugin runs.

    ``refuse``: messages an operation fails with, in turn; None lets it succeed, an exception is raised.
    """

    def __init__(self, *listed: dict[str, str]) -> None:
        self.catalog = {entry["name"]: self._listed(entry) for entry in listed}
        self.files: dict[str, bytes] = dict.fromkeys(FILES, b"")
        self.refuse: dict[str, list[str | Exception | None]] = {}
        self.calls: list[tuple[str, Any]] = []

    @staticmethod
    def _listed(entry: dict[str, str]) -> dict[str, str]:
        return {"Name": entry["name"], "AbsoluteAppPath": entry["path"]}

    def run(self, action, task_vars, module, arguments, *, read_only=False):
        name = module.removeprefix("ansible.windows.")
        if action._task.check_mode and not read_only:
            raise AssertionError(f"{name} was run in check mode")
        self.calls.append((name, arguments["argv"][1:] if name == "win_command" else arguments))
        return getattr(self, name)(arguments)

    def win_command(self, arguments):
        operation, *rest = arguments["argv"][1:]
        message = (self.refuse.get(operation) or [None]).pop(0)
        if isinstance(message, Exception):
            raise message
        if message:
            return {"failed": True, "rc": 1, "stdout": json.dumps({"status": 1, "message": message}), "stderr": ""}
        options = dict(zip(rest[::2], rest[1::2]))
        answer: dict[str, Any] = {"status": 0, "message": "Success"}
        if operation == "list-applications":
            answer["applications"] = list(self.catalog.values())
        elif operation == "remove-application":
            del self.catalog[options["--name"]]
        else:
            entry = {key: options[option] for option, key in OPTIONS.items() if option in options}
            self.catalog[options["--name"]] = {"Name": options["--name"], **entry}
        return {"rc": 0, "stdout": json.dumps(answer), "stderr": ""}

    def win_stat(self, arguments):
        path = arguments["path"]
        is_folder = any(file.startswith(path.rstrip("\\") + "\\") for file in self.files)
        return {"stat": {"exists": path in self.files or is_folder, "isreg": path in self.files, "isdir": is_folder}}

    def win_find(self, arguments):
        folders = [folder.rstrip("\\") + "\\" for folder in arguments["paths"]]
        return {"files": [{"path": file} for file in self.files if any(file.startswith(folder) for folder in folders)]}

    def win_file(self, arguments):
        return {"changed": True}

    def win_copy(self, arguments):
        self.files[arguments["dest"]] = arguments.get("content", "").encode()
        return {"changed": True}

    def slurp(self, arguments):
        return {"content": base64.b64encode(self.files[arguments["src"]]).decode()}

    def operations(self) -> list[str]:
        return [call[1][0] for call in self.calls if call[0] == "win_command"]


@pytest.fixture
def run(make_action, monkeypatch):
    def run(builder: Builder, *applications: dict[str, Any], check_mode=False, diff=False, **options):
        monkeypatch.setattr(application_catalog, "run_on_host", builder.run)
        arguments = {"applications": list(applications), **options}
        action = make_action(application_catalog.ActionModule, arguments, check_mode=check_mode, diff=diff)
        return action.run(task_vars={})

    return run


def test_adds_what_is_missing_and_verifies_it(run):
    builder = Builder(PUTTY)
    result = run(builder, {**NPP, "display_name": "Notepad++", "launch_parameters": '-x "a b"'})
    assert (result["changed"], result["added"], result["updated"], result["removed"]) == (True, ["npp"], [], [])
    assert builder.operations() == ["list-applications", "add-application", "list-applications"]
    assert {entry["name"] for entry in result["applications"]} == {"npp", "putty"}
    assert result["commands"] == 4


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
        ([{**NPP, "icon": "text.png"}], "not a PNG"),
    ],
)
def test_limits_are_checked_before_anything_runs(run, tmp_path, applications, message):
    (tmp_path / "large.png").write_bytes(png(257, 16))
    (tmp_path / "text.png").write_text("text")
    builder = Builder()
    with pytest.raises(AnsibleActionFail, match=message):
        run(builder, *applications)
    assert builder.calls == []


def test_the_catalog_has_at_most_50_applications(run):
    builder = Builder(*({"name": f"old{n}", "path": NPP["path"]} for n in range(50)))
    with pytest.raises(AnsibleActionFail, match="would hold 51 applications"):
        run(builder, NPP)
    assert builder.operations() == ["list-applications"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": r"C:\gone.exe"}, r"path C:\\gone.exe does not exist"),
        ({"working_directory": r"C:\nowhere"}, r"working_directory C:\\nowhere does not exist"),
        ({"working_directory": NPP["path"]}, "working_directory"),
        ({"manifest": r"C:\m.txt"}, r"manifest C:\\m.txt does not exist"),
        ({"icon": r"C:\gone.png"}, r"icon C:\\gone.png does not exist"),
        ({"icon": r"C:\icons\npp.png"}, "not a PNG"),
        ({"optimize": [r"C:\npp", r"C:\npp\*.txt"]}, r"optimize C:\\npp\\\*.txt matches no file"),
        ({"optimize": [r"C:\nowhere\*.txt"]}, "matches no file"),
        ({"optimize": [r"C:\gone.dll"]}, "matches no file"),
    ],
)
def test_missing_files_are_found_before_anything_is_changed(run, changes, message):
    builder = Builder(PUTTY)
    with pytest.raises(AnsibleActionFail, match=message):
        run(builder, {**NPP, **changes}, purge=True)
    assert builder.operations() == ["list-applications"]
    assert list(builder.catalog) == ["putty"]


def test_an_icon_on_the_builder_is_looked_at(run):
    builder = Builder()
    builder.files[r"C:\icons\npp.png"] = png(512, 512)
    with pytest.raises(AnsibleActionFail, match="512x512"):
        run(builder, {**NPP, "icon": r"C:\icons\npp.png"})
    builder.files[r"C:\icons\npp.png"] = png(32, 32)
    assert run(builder, {**NPP, "icon": r"C:\icons\npp.png"})["changed"]


def test_icons_of_the_controller_are_copied_under_a_name_of_their_content(run, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "npp.png").write_bytes(png(16, 16))
    builder = Builder()
    run(builder, {**NPP, "icon": "npp.png"})
    first = builder.catalog["npp"]["AbsoluteIconPath"]
    assert first.startswith("C:\\ProgramData\\euc.appstream\\")
    assert first in builder.files
    (tmp_path / "files" / "npp.png").write_bytes(png(32, 32))
    assert run(builder, {**NPP, "icon": "npp.png"})["updated"] == ["npp"]
    assert builder.catalog["npp"]["AbsoluteIconPath"] != first


def test_the_manifest_lists_the_files_found(run):
    builder = Builder()
    run(builder, {**NPP, "optimize": [r"C:\npp\**\*.dll", NPP["path"]]}, builder_directory=r"D:\own")
    path = builder.catalog["npp"]["AbsoluteManifestPath"]
    assert path.startswith("D:\\own\\npp-")
    assert builder.files[path].decode() == "C:\\npp\\lib\\a.dll\r\nC:\\npp\\notepad++.exe\r\n"
    assert ("win_file", {"path": r"D:\own", "state": "directory"}) in builder.calls


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


def test_the_former_entry_is_put_back_without_the_tools_own_icon(run):
    builder = Builder(NPP)
    builder.catalog["npp"]["AbsoluteIconPath"] = ICON_COPY
    builder.catalog["npp"]["DisplayName"] = "Old"
    builder.refuse["add-application"] = ["Unsupported", None]
    with pytest.raises(AnsibleActionFail, match="was put back, but with the icon of its program"):
        run(builder, {**NPP, "display_name": "New"})
    assert builder.catalog == {"npp": {"Name": "npp", "AbsoluteAppPath": NPP["path"], "DisplayName": "Old"}}


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_icon_that_gets_lost_is_warned_of(run, check_mode):
    builder = Builder(NPP)
    builder.catalog["npp"].update(AbsoluteIconPath=ICON_COPY, DisplayName="Old")
    (warning,) = run(builder, {**NPP, "display_name": "New"}, check_mode=check_mode)["warnings"]
    assert warning.startswith("npp: its icon becomes that of its program")
    builder.catalog["npp"].update(AbsoluteIconPath=ICON_COPY, DisplayName="New")
    assert "warnings" not in run(builder, {**NPP, "display_name": "New"}, check_mode=check_mode)


def test_launch_parameters_are_not_wrapped_twice(run):
    builder = Builder(NPP)
    builder.catalog["npp"].update(LaunchParameters='"-x ""a b"""', DisplayName="Old")
    assert run(builder, {**NPP, "display_name": "New"})["updated"] == ["npp"]
    assert builder.catalog["npp"]["LaunchParameters"] == '"-x ""a b"""'


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
