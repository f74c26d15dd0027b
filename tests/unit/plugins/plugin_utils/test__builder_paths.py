# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils import _builder_paths as builder_paths

KINDS = {r"C:\App\a.exe": 1, r"C:\App\lib": 2, r"C:\100%\%TEMP%": 2, r"C:\Größe\Ä.EXE": 1}


def answering(output, calls=None):
    def run_module(module, arguments, *, read_only=False):
        assert (module, read_only) == ("ansible.windows.win_powershell", True)
        if calls is not None:
            calls.append(arguments["parameters"]["Path"])
        return {"output": output(arguments["parameters"]["Path"])}

    return run_module


def test_one_script_for_all_paths_each_once():
    calls = []
    existing = {path.lower(): kind for path, kind in KINDS.items()}
    run_module = answering(lambda paths: [existing.get(path.lower().replace("/", "\\"), 0) for path in paths], calls)
    found = builder_paths.look_up([*KINDS, r"c:/app/A.EXE", r"C:\App\gone"], run_module)
    assert len(calls) == 1
    assert len(calls[0]) == len(KINDS) + 1
    assert builder_paths.is_file(found, r"C:\APP\a.exe")
    assert builder_paths.is_directory(found, "C:/App/lib/")
    assert builder_paths.is_directory(found, r"C:\100%\%TEMP%")
    assert not builder_paths.is_file(found, r"C:\App\lib")
    assert not builder_paths.is_directory(found, r"C:\App\a.exe")
    assert builder_paths.exists(found, r"C:\größe\ä.exe")
    assert not builder_paths.exists(found, r"C:\App\gone")


def test_nothing_is_asked_about_nothing():
    calls = []
    assert builder_paths.look_up([], answering(lambda paths: [], calls)) == {}
    assert builder_paths.checksums([], answering(lambda paths: [], calls)) == {}
    assert calls == []


def test_answers_that_do_not_fit_are_a_failure():
    with pytest.raises(AnsibleActionFail, match="1 answers about 2 paths"):
        builder_paths.look_up([r"C:\a", r"C:\b"], answering(lambda paths: [1]))


@pytest.mark.parametrize(
    "result",
    [
        {"failed": True, "error": [{"exception": {"message": "Access denied"}}], "output": []},
        {"failed": True, "error": [], "msg": "Access denied"},
    ],
)
def test_a_script_that_fails_says_why(result):
    with pytest.raises(AnsibleActionFail, match="cannot look for files on the builder: Access denied"):
        builder_paths.look_up([r"C:\a\b"], lambda *_args, **_options: result)


def test_checksums_of_programs():
    def run_module(module, arguments, *, read_only=False):
        assert (module, read_only) == ("ansible.windows.win_find", True)
        assert arguments["paths"] == [r"C:\App", r"D:\x [1]"]
        (pattern,) = arguments["patterns"]
        assert re.search(pattern, "A+B.exe", re.IGNORECASE)
        assert not re.search(pattern, "aab.exe", re.IGNORECASE)
        return {"files": [{"path": r"C:\App\A+B.EXE", "checksum": "1"}]}

    found = builder_paths.checksums([r"C:\App\a+b.exe", r"D:\x [1]\c.exe"], run_module)
    assert found == {r"c:\app\a+b.exe": "1"}
