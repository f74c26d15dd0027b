# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import default_profile
from ansible_collections.euc.appstream.plugins.plugin_utils._default_profile import (
    PROFILE_LIST,
    RECORD_KEY,
    source_of,
)

BOB = "S-1-5-21-1-2-3-1105"
ANNA = "S-1-5-21-9-9-9-1106"


class Builder:
    """A builder with the profiles of the local bob and of CORP\\anna, answering to the modules the plugin runs."""

    def __init__(self) -> None:
        self.folders = {"bob": "C:\\Users\\bob", "CORP\\anna": "C:\\Users\\anna.CORP"}
        self.identifiers = {"S-1-5-18": "C:\\Windows\\system32\\config\\systemprofile", BOB: "c:\\users\\bob\\"}
        self.identifiers[ANNA] = "C:\\Users\\anna.CORP"
        self.accounts = {"bob", "CORP\\anna", "carol"}
        self.administrators: set[str] = set()
        self.logged_on: set[str] = set()
        self.in_domain = True
        self.record: dict[str, str] = {}
        self.checksum = "1"
        self.answer: dict[str, Any] = {"status": 0, "message": "Success"}
        self.copied: list[list[str]] = []

    def run(self, action, task_vars, module, arguments, *, read_only=False, predict=False):
        name = module.removeprefix("ansible.windows.")
        if name in ("win_user_profile", "win_group_membership") and not predict:
            raise AssertionError(f"{name} must never change anything")
        if action._task.check_mode and not (read_only or predict):
            raise AssertionError(f"{name} was run in check mode")
        return getattr(self, name)(arguments)

    def setup(self, arguments):
        return {"ansible_facts": {"ansible_windows_domain_member": self.in_domain}}

    def win_user_profile(self, arguments):
        if arguments["username"] not in self.accounts:
            return {"failed": True, "msg": f"account {arguments['username']} is not valid"}
        folder = self.folders.get(arguments["username"])
        return {"changed": folder is not None, "path": folder}

    def win_group_membership(self, arguments):
        assert (arguments["name"], arguments["state"]) == ("Administrators", "absent")
        return {"changed": not self.administrators.isdisjoint(arguments["members"])}

    def win_reg_stat(self, arguments):
        path = arguments["path"]
        if path == PROFILE_LIST:
            return {"exists": True, "properties": {}, "sub_keys": list(self.identifiers)}
        if path == RECORD_KEY:
            return {"exists": True, "properties": {name: {"value": value} for name, value in self.record.items()}}
        if path.startswith("HKU:"):
            return {"exists": path.rpartition("\\")[2] in self.logged_on}
        folder = self.identifiers[path.rpartition("\\")[2]]
        return {"exists": True, "properties": {"ProfileImagePath": {"value": folder}}}

    def win_stat(self, arguments):
        assert arguments["path"].endswith("\\NTUSER.DAT")
        return {"stat": {"exists": True, "checksum": self.checksum, "lastwritetime": 1.5}}

    def win_regedit(self, arguments):
        assert arguments["path"] == RECORD_KEY
        self.record[arguments["name"]] = arguments["data"]
        return {"changed": True}

    def win_command(self, arguments):
        self.copied.append(arguments["argv"][1:])
        return {"rc": self.answer["status"], "stdout": json.dumps(self.answer), "stderr": ""}


@pytest.fixture
def builder():
    return Builder()


@pytest.fixture
def run(make_action, monkeypatch, builder):
    monkeypatch.setattr(default_profile, "run_on_host", builder.run)

    def run(profile: str | None, *, check_mode=False, diff=False, **options):
        arguments = {**({} if profile is None else {"profile": profile}), **options}
        return make_action(default_profile.ActionModule, arguments, check_mode=check_mode, diff=diff).run(task_vars={})

    return run


@pytest.mark.parametrize(
    ("profile", "passed", "path"),
    [
        ("bob", ".\\bob", "C:\\Users\\bob"),
        (".\\bob", ".\\bob", "C:\\Users\\bob"),
        ("CORP\\anna", "CORP\\anna", "C:\\Users\\anna.CORP"),
    ],
)
def test_a_profile_is_copied_once(run, builder, profile, passed, path):
    first, second = run(profile), run(profile)
    assert builder.copied == [["update-default-profile", "--profile", passed]]
    assert (first["changed"], first["profile"], first["path"]) == (True, passed, path)
    assert second["changed"] is False


def test_the_template_user_is_the_default(run, builder):
    builder.accounts.add("DefaultProfileUser")
    builder.folders["DefaultProfileUser"] = "C:\\Users\\DefaultProfileUser"
    assert run(None)["profile"] == ".\\DefaultProfileUser"
    assert builder.copied == [["update-default-profile"]]


def test_a_profile_that_changed_is_copied_again(run, builder):
    run("bob")
    builder.checksum = "2"
    assert run("bob")["changed"]
    assert run("CORP\\anna")["changed"]
    assert run("bob")["changed"], "another profile was copied meanwhile"
    assert run("bob", force=True)["changed"]
    assert len(builder.copied) == 5


def test_check_mode_copies_nothing_and_shows_the_diff(run, builder):
    result = run("bob", check_mode=True, diff=True)
    assert result["changed"]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["Source"] == ".\\bob"
    assert (builder.copied, builder.record) == ([], {})


@pytest.mark.parametrize(
    ("profile", "spoil", "told"),
    [
        ("bob@corp.example.com", {}, r"is no user: write DOMAIN\\name"),
        ("CORP/anna", {}, r"is no user: write DOMAIN\\name"),
        ("CORP\\anna", {"in_domain": False}, r"is no member of one; for a user of the builder itself write .\\anna"),
        ("dave", {}, "is not known to the image builder: account dave is not valid"),
        ("carol", {}, "has no profile on the image builder; let the user log on once"),
        ("bob", {"logged_on": {BOB}}, "is logged on .*; log the user off or reboot"),
        ("CORP\\anna", {"logged_on": {ANNA}}, "is logged on"),
        ("bob", {"administrators": {"bob"}}, "is a local administrator.*; take another account"),
        ("bob", {"administrators": {"bob"}, "logged_on": {BOB}}, "is a local administrator.*is logged on"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_would_not_work_is_refused(run, builder, profile, spoil, told, check_mode):
    vars(builder).update(spoil)
    with pytest.raises(AnsibleActionFail, match=told):
        run(profile, check_mode=check_mode)
    assert (builder.copied, builder.record) == ([], {})


def test_somebody_else_may_be_logged_on(run, builder):
    builder.logged_on = {ANNA}
    builder.administrators = {"CORP\\anna"}
    assert run("bob")["changed"]


def test_the_tools_own_message_is_the_failure_and_nothing_is_recorded(run, builder):
    builder.answer = {"status": 1, "message": "Unable to copy file or folder: x. In use"}
    with pytest.raises(AnsibleActionFail, match=r"from .\\bob failed \(status 1\): Unable to copy file"):
        run("bob")
    assert builder.record == {}


@pytest.mark.parametrize("text", ["A\\B\\C", "A\\", "\\B", "a:b", 'a"b', "a@b", "A/b"])
def test_names_of_no_user(text):
    with pytest.raises(ValueError, match="is no user"):
        source_of(text)
