# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._dynamic_app_providers import agents_content
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import session_scripts
from ansible_collections.euc.appstream.plugins.plugin_utils._session_settings import session_problems, user_key

SCRIPTS = {
    "session_start": {"executables": [{"context": "user", "filename": "C:\\a.bat"}]},
    "files": [{"src": "a.bat"}],
}
SOUND = {
    "session_scripts": SCRIPTS,
    "dynamic_app_providers": [{"display_name": "Provider", "path": "C:\\p.exe"}],
    "default_profile": {
        "from_user": "CORP\\template",
        "registry": [{"key": "HKCU:\\Software\\X", "name": "a", "data": 1}],
        "files": [{"src": "x.ini", "dest": "AppData\\Roaming\\x.ini"}],
    },
}


def test_sound_settings_have_no_problems():
    assert session_problems(SOUND) == []
    assert session_problems({}) == []
    assert session_problems({"session_scripts": {"config": "a file of the controller"}}) == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"session_scripts": {"config": {"X": 1}}}, "session_scripts: config: X is no key"),
        ({"session_scripts": {"files": [{"src": "config.json"}]}}, "session_scripts: files: config.json"),
        ({"dynamic_app_providers": [{"display_name": "P", "path": "p.exe"}]}, "P: path p.exe is no absolute path"),
        ({"default_profile": {"registry": [{"key": "HKLM:\\Software\\X"}]}}, "is no key below HKCU"),
        ({"default_profile": {"files": [{"src": "a", "dest": "C:\\a"}]}}, "must be relative to the profile"),
        ({"default_profile": {"files": [{"src": "a", "dest": "..\\Public\\a"}]}}, "must be relative to the profile"),
        ({"default_profile": {"files": [{"src": "a", "dest": "ntuser.dat"}]}}, "set its values with registry"),
        ({"default_profile": {"from_user": "bob@corp.example.com"}}, "from_user: bob@corp.example.com is no user"),
    ],
)
def test_what_is_wrong_is_told(settings, told):
    (problem,) = session_problems(settings)
    assert told in problem


@pytest.mark.parametrize(
    ("key", "relative"),
    [
        ("Software\\X", "Software\\X"),
        ("HKCU:\\Software\\X\\", "Software\\X"),
        ("hkey_current_user\\Software\\X", "Software\\X"),
        ("HKCU:\\", None),
        ("HKU:\\S-1-5-18\\X", None),
        ("HKEY_LOCAL_MACHINE\\X", None),
        ("", None),
    ],
)
def test_keys_of_a_user(key, relative):
    assert user_key(key) == relative


def test_the_file_of_session_scripts_and_what_belongs_to_it():
    made = session_scripts(SCRIPTS)
    assert json.loads(made.content) == {"SessionStart": SCRIPTS["session_start"]}
    assert made.references == ["C:\\a.bat"]
    assert made.files == [{"src": "a.bat", "dest": "C:\\AppStream\\SessionScripts\\a.bat"}]
    with pytest.raises(ValueError, match="config: X is no key"):
        session_scripts({"config": {"X": 1}})


def test_the_file_of_dynamic_app_providers():
    assert json.loads(agents_content("", SOUND["dynamic_app_providers"]))["Agents"] == [
        {"DisplayName": "Provider", "Path": "C:\\p.exe"}
    ]
    with pytest.raises(ValueError, match="not valid JSON"):
        agents_content("{", [])
