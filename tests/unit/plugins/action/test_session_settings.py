# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import base64
import json
import ntpath
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import session_settings
from ansible_collections.euc.appstream.plugins.plugin_utils._dynamic_app_providers import AGENTS_PATH
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import CONFIG_PATH

NOTEPAD = "C:\\Windows\\notepad.exe"
START = "C:\\AppStream\\SessionScripts\\start.bat"
SCRIPTS: dict[str, Any] = {
    "files": [{"src": "start.bat"}],
    "session_start": {"executables": [{"context": "user", "filename": START}], "waiting_time": 30},
}
CONFIG = {"SessionStart": {"executables": [{"context": "user", "filename": START}], "waitingTime": 30}}
PROVIDERS = [{"display_name": "Provider", "path": NOTEPAD}]
PROFILE = {
    "registry": [
        {"key": "HKCU:\\Software\\Example", "name": "FirstRun", "data": 7, "type": "dword"},
        {"key": "Software\\Gone", "state": "absent"},
    ],
    "files": [{"src": "settings.ini", "dest": "AppData\\Roaming\\Example\\settings.ini"}],
}
SETTINGS = "C:\\Users\\Default\\AppData\\Roaming\\Example\\settings.ini"


class Builder:
    """A builder with files, answering to the modules the plugin runs."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {NOTEPAD: "MZ"}
        self.folders = {"C:\\Windows", "C:\\Users\\Default"}
        self.registry: dict[tuple[str, str | None], Any] = {("HKLM:\\ANSIBLE\\Software\\Gone", None): ""}
        self.copied_profiles: list[str] = []
        self.failing: set[str] = set()
        self.ran: list[str] = []

    def run(self, action, task_vars, module, arguments, *, read_only=False, predict=False):
        name = module.rpartition(".")[2]
        self.ran.append(name)
        if name in self.failing:
            return {"failed": True, "msg": f"{name} failed"}
        return getattr(self, name)(arguments, action._task.check_mode and not read_only)

    def win_powershell(self, arguments, dry):
        assert not dry
        paths = arguments["parameters"]["Path"]
        return {"output": [int(path in self.files) + 2 * int(path in self.folders) for path in paths]}

    def slurp(self, arguments, dry):
        return {"content": base64.b64encode(self.files[arguments["src"]].encode()).decode()}

    def win_file(self, arguments, dry):
        assert arguments["state"] == "directory"
        if not dry:
            self.folders.add(arguments["path"])
        return {"changed": True}

    def win_copy(self, arguments, dry):
        text, path = arguments.get("content", f"content of {arguments.get('src')}"), arguments["dest"]
        assert dry or ntpath.dirname(path) in self.folders
        changed = self.files.get(path) != text
        if not dry:
            self.files[path] = text
        return {"changed": changed}

    def win_regedit(self, arguments, dry):
        assert arguments["hive"] == "C:\\Users\\Default\\NTUSER.DAT"
        place, wanted = (arguments["path"], arguments.get("name")), arguments.get("data")
        changed = self.registry.get(place) != wanted
        if not dry:
            self.registry[place] = wanted
        return {"changed": changed}

    def default_profile(self, arguments, dry):
        self.copied_profiles.append(arguments["profile"])
        return {"changed": True}


@pytest.fixture
def builder():
    return Builder()


@pytest.fixture
def run(make_action, monkeypatch, builder):
    monkeypatch.setattr(session_settings, "run_on_host", builder.run)

    def run(check_mode=False, diff=False, **options):
        action = make_action(session_settings.ActionModule, options, check_mode=check_mode, diff=diff)
        return action.run(task_vars={})

    return run


EVERYTHING = {"session_scripts": SCRIPTS, "dynamic_app_providers": PROVIDERS, "default_profile": PROFILE}


def test_everything_is_written_once(run, builder):
    first = run(**EVERYTHING)
    assert json.loads(builder.files[CONFIG_PATH]) == CONFIG
    assert json.loads(builder.files[AGENTS_PATH]) == {"Agents": [{"DisplayName": "Provider", "Path": NOTEPAD}]}
    assert builder.files[START] == "content of start.bat"
    assert builder.files[SETTINGS] == "content of settings.ini"
    assert builder.registry[("HKLM:\\ANSIBLE\\Software\\Example", "FirstRun")] == 7
    assert builder.registry[("HKLM:\\ANSIBLE\\Software\\Gone", None)] is None
    assert first["changed"] and f"file {CONFIG_PATH}" in first["changes"]
    again = run(**EVERYTHING)
    assert (again["changed"], again["changes"]) == (False, [])


def test_check_mode_tells_the_same_and_writes_nothing(run, builder):
    predicted = run(check_mode=True, diff=True, **EVERYTHING)
    assert (builder.files, len(builder.registry)) == ({NOTEPAD: "MZ"}, 1)
    assert predicted["changes"] == run(**EVERYTHING)["changes"]
    assert {part["before_header"] for part in predicted["diff"]} == {CONFIG_PATH, AGENTS_PATH}


def test_the_diff_shows_what_was_there(run, builder):
    run(session_scripts=SCRIPTS)
    slower = {**SCRIPTS, "session_start": {**SCRIPTS["session_start"], "waiting_time": 60}}
    (part,) = run(diff=True, session_scripts=slower)["diff"]
    assert ('"waitingTime": 30' in part["before"], '"waitingTime": 60' in part["after"]) == (True, True)


def test_entries_of_other_providers_stay(run, builder):
    other = {"DisplayName": "Other", "Path": "C:\\other.exe"}
    builder.files[AGENTS_PATH] = json.dumps({"Agents": [other]})
    builder.folders.add(ntpath.dirname(AGENTS_PATH))
    run(dynamic_app_providers=PROVIDERS)
    assert json.loads(builder.files[AGENTS_PATH])["Agents"][0] == other


def test_the_profile_of_a_user_comes_first(run, builder):
    result = run(default_profile={**PROFILE, "from_user": "CORP\\template"})
    assert builder.copied_profiles == ["CORP\\template"]
    assert builder.ran.index("default_profile") < builder.ran.index("win_regedit")
    assert result["changes"][0] == "default profile, that of CORP\\template"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"session_scripts": {**SCRIPTS, "files": None}}, "Session scripts name what is not on the image builder"),
        ({"dynamic_app_providers": [{"display_name": "P", "path": "C:\\no.exe"}]}, "providers are not on the image"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_is_missing_is_refused_before_anything_is_changed(run, builder, options, told, check_mode):
    result = run(check_mode=check_mode, **{**EVERYTHING, **options})
    assert result["failed"] and told in result["msg"]
    assert (result["changed"], builder.files) == (False, {NOTEPAD: "MZ"})


def test_a_file_of_providers_that_is_not_understood_is_left_alone(run, builder):
    builder.files[AGENTS_PATH] = "{"
    result = run(**EVERYTHING)
    assert result["failed"] and "Agents.json is not valid JSON" in result["msg"]
    assert set(builder.files) == {NOTEPAD, AGENTS_PATH}


def test_a_failure_says_what_was_done_until_then(run, builder):
    builder.failing.add("win_regedit")
    result = run(**EVERYTHING)
    assert result["failed"] and "cannot set Software\\Example FirstRun of new users" in result["msg"]
    assert result["changed"] and f"file {START}" in result["changes"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"session_scripts": {"config": {"X": 1}}}, "X is no key; known are SessionStart"),
        ({"session_scripts": {"config": "broken.json"}}, "config is not valid JSON"),
        ({"session_scripts": {"config": "nowhere.json"}}, r"config nowhere\.json can't be read"),
        ({"session_scripts": {"files": [{"src": "config.json"}]}}, r"config\.json is written from the other options"),
        ({"default_profile": {"from_user": "a/b"}}, "is no user: write"),
        ({"dynamic_app_providers": [{}]}, "missing required arguments: display_name, path"),
        ({"session_scripts": "text"}, "dictionary"),
    ],
)
def test_what_is_wrong_is_refused_without_a_builder(run, builder, tmp_path, options, told):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "broken.json").write_text('{"SessionStart": ')
    with pytest.raises(AnsibleActionFail, match=told):
        run(validate_only=True, **options)
    assert builder.ran == []


def test_a_configuration_in_a_file_of_the_controller(run, builder, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "config.json").write_text(json.dumps(CONFIG))
    assert run(validate_only=True, session_scripts={"config": "config.json"})["changed"] is False
    builder.files[START] = "there"
    run(session_scripts={"config": "config.json"})
    assert json.loads(builder.files[CONFIG_PATH]) == CONFIG


def test_without_settings_nothing_is_looked_at(run, builder):
    assert run()["changed"] is False
    assert builder.ran == []
