# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import capture_preflight
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import ENVIRONMENT_KEY, POLICIES_KEY

POLICY = """[System Access]
NewAdministratorName = "{name}"
[Privilege Rights]
SeInteractiveLogonRight = *S-1-5-32-545
"""


class Builder:
    """A sound builder, answering to the modules the plugin runs. ``failing``: modules that fail."""

    def __init__(self) -> None:
        self.administrator = "Administrator"
        self.registry: dict[str, dict[str, Any]] = {POLICIES_KEY: {"LegalNoticeText": ""}}
        self.facts = {"ansible_reboot_pending": False, "ansible_windows_domain_member": False}
        self.failing: dict[str, dict[str, Any]] = {}
        self.unreadable: str | None = None
        self.reboots = 0

    def run(self, action, task_vars, module, arguments, *, read_only=False):
        name = module.removeprefix("ansible.windows.")
        assert read_only or name == "win_reboot", "it only looks, in check mode too"
        self.check_mode = action._task.check_mode
        if name in self.failing:
            return {"failed": True, "msg": f"{name} failed", **self.failing[name]}
        return getattr(self, name)(arguments)

    def win_powershell(self, arguments):
        parameters = arguments["parameters"]
        keys = [{"Kind": "key", "Name": key, "Value": self.registry.get(key, {})} for key in parameters["Key"]]
        policy = base64.b64encode(POLICY.format(name=self.administrator).encode("utf-16")).decode()
        manifest = {"Kind": "manifest", "Name": parameters["Manifest"], "Value": self.unreadable}
        return {"output": [*keys, {"Kind": "policy", "Name": "policy", "Value": policy}, manifest]}

    def setup(self, arguments):
        return {"ansible_facts": self.facts}

    def win_reboot(self, arguments):
        if not self.check_mode:
            self.reboots += 1
            self.facts["ansible_reboot_pending"] = False
        return {"changed": True, "rebooted": True}

    def win_service_info(self, arguments):
        return {"services": [{"name": "WinRM", "path": "svchost.exe", "state": "started", "start_mode": "auto"}]}


@pytest.fixture
def builder():
    return Builder()


@pytest.fixture
def run(make_action, monkeypatch, builder):
    monkeypatch.setattr(capture_preflight, "run_on_host", builder.run)

    def run(check_mode=False, **options):
        return make_action(capture_preflight.ActionModule, options, check_mode=check_mode).run(task_vars={})

    return run


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_sound_builder_passes(run, builder, check_mode):
    result = run(check_mode=check_mode)
    assert (result["changed"], result["problems"], result["warnings"]) == (False, [], [])
    assert "failed" not in result


def test_all_problems_are_told_at_once_without_secrets(run, builder):
    builder.administrator = "root"
    builder.registry[POLICIES_KEY]["LegalNoticeText"] = "Beware"
    builder.registry[ENVIRONMENT_KEY] = {"AWS_SECRET_ACCESS_KEY": "s3cret"}
    builder.facts["ansible_reboot_pending"] = True
    result = run()
    assert result["failed"]
    assert result["msg"].startswith("no image can be taken of this builder yet: ")
    assert [any(word in problem for problem in result["problems"]) for word in ("root", "Notice", "AWS", "reboot")] == [
        True
    ] * 4
    assert all(problem in result["msg"] for problem in result["problems"])
    assert "s3cret" not in str(result)


def test_without_fail_problems_are_only_told(run, builder):
    builder.administrator = "root"
    result = run(fail=False)
    assert "failed" not in result
    assert len(result["problems"]) == 1


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_pending_reboot_is_made_where_it_is_wanted(run, builder, check_mode):
    builder.facts["ansible_reboot_pending"] = True
    result = run(check_mode=check_mode, settle_pending_reboot=True, reboot_timeout=60)
    assert (result["changed"], result["problems"], builder.reboots) == (True, [], 0 if check_mode else 1)
    builder.facts["ansible_reboot_pending"] = False
    assert run(check_mode=check_mode, settle_pending_reboot=True)["changed"] is False


def test_a_reboot_that_fails_is_no_sound_builder(run, builder):
    builder.facts["ansible_reboot_pending"] = True
    builder.failing["win_reboot"] = {}
    with pytest.raises(AnsibleActionFail, match="the pending reboot failed"):
        run(settle_pending_reboot=True)


def test_a_manifest_that_cannot_be_read_is_warned_of(run, builder):
    builder.unreadable = "Access is denied"
    result = run()
    assert result["problems"] == []
    assert (
        len(result["warnings"]) == 1 and "PrewarmManifest.txt can't be read (Access is denied)" in result["warnings"][0]
    )


@pytest.mark.parametrize(
    ("module", "answer", "told"),
    [
        ("setup", {}, "cannot read the facts"),
        ("win_service_info", {}, "cannot read the services"),
        ("win_powershell", {}, "cannot read the settings of the image builder: win_powershell failed"),
        (
            "win_powershell",
            {"error": [{"exception": {"message": "cannot export the local security policy: Access is denied."}}]},
            "settings of the image builder: cannot export the local security policy: Access is denied.",
        ),
    ],
)
def test_what_cannot_be_read_is_no_sound_builder(run, builder, module, answer, told):
    builder.failing[module] = answer
    with pytest.raises(AnsibleActionFail, match=re.escape(told)):
        run()
