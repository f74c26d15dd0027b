# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleActionFail, AnsibleError
from catalog_builder import ICON_COPY, NPP, PUTTY, Builder, png, runner


@pytest.fixture
def run(make_action, monkeypatch):
    return runner(make_action, monkeypatch)


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


def test_files_are_sent_and_looked_for_together(run, tmp_path):
    builder, applications = Builder(), []
    for number in range(40):
        (tmp_path / f"{number}.png").write_bytes(png(number, 16))
        builder.files[rf"C:\apps\{number}\a.exe"] = b""
        application = {"name": str(number), "path": rf"C:\apps\{number}\a.exe", "icon": f"{number}.png"}
        applications.append({**application, "working_directory": rf"C:\apps\{number}"})
    assert run(builder, *applications)["commands"] == 40 + 5
    others = [name for name, _arguments in builder.calls if name != "win_command"]
    assert others == ["win_powershell", "win_file", "win_copy"]


def test_a_folder_named_like_a_variable_is_no_variable(run):
    builder = Builder()
    builder.files[r"C:\%TEMP%\a.exe"] = b""
    assert run(builder, {"name": "a", "path": r"C:\%TEMP%\a.exe", "working_directory": r"C:\%TEMP%"})["added"] == ["a"]


def test_the_icon_of_the_program_is_extracted_again_when_the_program_changed(run):
    builder = Builder()
    application = {**NPP, "icon": "from_program"}
    assert run(builder, application)["commands"] == 7
    first = builder.catalog["npp"]["AbsoluteIconPath"]
    assert builder.files[first] == png(32, 32)
    again = run(builder, application)
    assert (again["changed"], again["commands"]) == (False, 2)
    assert run(builder, {**application, "name": "other"})["commands"] == 6  # the icon is there
    builder.files[NPP["path"]] = b"newer"
    assert run(builder, application)["updated"] == ["npp"]
    assert builder.catalog["npp"]["AbsoluteIconPath"] not in ("", first)


def test_an_icon_that_cannot_be_extracted_is_a_failure_before_the_catalog_is_changed(run):
    builder = Builder()
    builder.files[NPP["path"]] = b"no icon"
    told = (
        r"npp: the icon of C:\npp\notepad++.exe could not be extracted, give a .png file as icon instead: Value is not"
    )
    with pytest.raises(AnsibleActionFail, match=re.escape(told)):
        run(builder, {**NPP, "icon": "from_program"})
    assert builder.operations() == ["list-applications"]


def test_the_icon_of_a_program_that_is_not_there(run):
    missing = {"name": "new", "path": r"C:\new.exe", "icon": "from_program"}
    with pytest.raises(AnsibleActionFail, match=r"new: path C:\\new.exe does not exist"):
        run(Builder(), missing)
    assert len(run(Builder(), missing, check_mode=True)["warnings"]) == 1


def test_the_default_icon_replaces_another_one_without_a_warning(run):
    builder = Builder(NPP)
    builder.catalog["npp"]["AbsoluteIconPath"] = r"C:\icons\npp.png"
    result = run(builder, {**NPP, "icon": "default"})
    assert (result["updated"], "warnings" in result) == (["npp"], False)
    assert builder.catalog["npp"] == {"Name": "npp", "AbsoluteAppPath": NPP["path"]}
    builder.catalog["npp"]["AbsoluteIconPath"] = ICON_COPY
    assert run(builder, {**NPP, "icon": "default"})["changed"] is False


def test_a_trace_becomes_a_manifest_of_the_files_that_exist(run, tmp_path):
    (tmp_path / "start.txt").write_text(
        "C:\\gone.dll\nC:\\NPP\\lib\\a.dll\nC:\\npp\\notepad++.exe\nC:\\npp\\lib\\A.dll\n"
    )
    builder = Builder()
    result = run(builder, {**NPP, "trace": "start.txt"})
    (warning,) = result["warnings"]
    assert warning.startswith("npp: 1 of 3 files of trace start.txt do not exist on the builder and were left out")
    path = builder.catalog["npp"]["AbsoluteManifestPath"]
    assert builder.files[path] == b"C:\\NPP\\lib\\a.dll\r\nC:\\npp\\notepad++.exe\r\n"
    assert [name for name, _arguments in builder.calls].count("win_powershell") == 1
    again = run(builder, {**NPP, "trace": "start.txt"})
    assert (again["changed"], again["commands"]) == (False, 1)


@pytest.mark.parametrize(
    ("option", "lines", "told"),
    [
        ("trace", [r"C:\gone\1.dll", r"C:\gone\2.dll"], r"2 of 2 files of trace list.txt do not exist"),
        (
            "manifest",
            [r"C:\npp\lib", r"C:\gone.dll"],
            r"1 of 2 files of manifest list.txt do not exist .*: C:\\gone.dll",
        ),
    ],
)
def test_listed_files_that_do_not_exist(run, tmp_path, option, lines, told):
    (tmp_path / "list.txt").write_text("\n".join(lines))
    builder = Builder()
    with pytest.raises(AnsibleActionFail, match=f"npp: {told}"):
        run(builder, {**NPP, option: "list.txt"})
    assert builder.operations() == ["list-applications"]
    assert len(run(builder, {**NPP, option: "list.txt"}, check_mode=True)["warnings"]) == 1


def test_a_manifest_of_the_controller_is_copied(run, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "m.txt").write_text("c:/npp/lib\r\nC:\\npp\\notepad++.exe\r\n", encoding="utf-16")
    builder = Builder()
    run(builder, {**NPP, "manifest": "m.txt"})
    assert builder.files[builder.catalog["npp"]["AbsoluteManifestPath"]] == b"c:/npp/lib\r\nC:\\npp\\notepad++.exe\r\n"
    assert run(builder, {**NPP, "manifest": "m.txt"})["changed"] is False


@pytest.mark.parametrize("pair", [("optimize", "manifest"), ("optimize", "trace"), ("manifest", "trace")])
def test_one_way_to_make_a_manifest(run, pair):
    values = {"optimize": [r"C:\npp"], "manifest": r"C:\m.txt", "trace": "t.csv"}
    with pytest.raises(AnsibleError, match="mutually exclusive"):
        run(Builder(), {**NPP, **{option: values[option] for option in pair}})


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
