# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import capture_preflight
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_baseline import KEY as BASELINE_KEY
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import ENVIRONMENT_KEY, POLICIES_KEY
from ansible_collections.euc.appstream.plugins.plugin_utils._pending_reboot import SESSION_MANAGER_KEY

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
        self.facts = {
            "ansible_reboot_pending": False,
            "ansible_windows_domain_member": False,
            "ansible_machine_id": "S-1-5-21-1-2-3",
        }
        self.failing: dict[str, dict[str, Any]] = {}
        self.unreadable: str | None = None
        self.reboots = 0
        # What is pending again after each reboot; what Windows' servicing waits for; apps; the node of SSM.
        self.renewed: list[str] = []
        self.servicing = False
        self.apps: list[str] | str = []
        self.unlisted: str | None = None
        self.node: str | None = None

    def run(self, action, task_vars, module, arguments, *, read_only=False):
        name = module.removeprefix("ansible.windows.")
        assert read_only or name in ("win_reboot", "win_regedit"), "it only looks, in check mode too"
        self.check_mode = action._task.check_mode
        if name in self.failing:
            return {"failed": True, "msg": f"{name} failed", **self.failing[name]}
        return getattr(self, name)(arguments)

    def win_powershell(self, arguments):
        parameters = arguments["parameters"]
        keys = [{"Kind": "key", "Name": key, "Value": self.registry.get(key, {})} for key in parameters["Key"]]
        policy = base64.b64encode(POLICY.format(name=self.administrator).encode("utf-16")).decode()
        manifest = {"Kind": "manifest", "Name": parameters["Manifest"], "Value": self.unreadable}
        more = [
            ("servicing", parameters["Servicing"], self.servicing),
            ("apps", "apps", self.apps),
            ("apps", "reason", self.unlisted),
            ("node", parameters["Registration"], self.node),
        ]
        found = [{"Kind": kind, "Name": name, "Value": value} for kind, name, value in more]
        return {"output": [*keys, {"Kind": "policy", "Name": "policy", "Value": policy}, manifest, *found]}

    def win_regedit(self, arguments):
        if not self.check_mode:
            self.registry.setdefault(arguments["path"], {})[arguments["name"]] = arguments["data"]
        return {"changed": True}

    def pending(self, *files: str) -> None:
        """A reboot is pending for these files to be deleted."""
        renames = [part for file in files for part in (f"\\??\\{file}", "")]
        self.registry[SESSION_MANAGER_KEY] = {"PendingFileRenameOperations": renames}
        self.facts["ansible_reboot_pending"] = bool(files) or self.servicing

    def setup(self, arguments):
        return {"ansible_facts": self.facts}

    def win_reboot(self, arguments):
        if not self.check_mode:
            self.reboots += 1
            self.servicing = False
            self.pending(*self.renewed)
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


def test_what_the_base_image_brought_is_a_warning_and_what_came_since_a_problem(run, builder):
    builder.registry[POLICIES_KEY]["LegalNoticeText"] = "Beware"
    noted = run(note_baseline=True)
    assert noted["changed"] and "failed" not in noted and len(noted["problems"]) == 1
    assert run()["problems"] == []
    assert "the base image came with this" in run()["warnings"][0]

    builder.administrator = "root"
    result = run()
    assert result["failed"] and len(result["problems"]) == 1 and "root" in result["problems"][0]
    assert "not known" not in result["msg"]


def test_what_came_since_is_not_noted_over_the_first_baseline(run, builder):
    run(note_baseline=True)
    builder.administrator = "root"
    again = run(note_baseline=True)
    assert (again["changed"], again["baseline"]) == (False, True)
    assert run()["failed"]


def test_noting_in_check_mode_writes_nothing(run, builder):
    assert run(check_mode=True, note_baseline=True)["changed"]
    assert BASELINE_KEY not in builder.registry


@pytest.mark.parametrize("other", ["computer", "image", "garbage"])
def test_a_baseline_of_another_builder_does_not_count(run, builder, other):
    builder.administrator = "root"
    builder.registry[ENVIRONMENT_KEY] = {"AppStream_Image_Arn": "arn:1"}
    run(note_baseline=True)
    assert run()["problems"] == []
    if other == "computer":
        builder.facts["ansible_machine_id"] = "S-1-5-21-4-5-6"
    elif other == "image":
        builder.registry[ENVIRONMENT_KEY] = {"AppStream_Image_Arn": "arn:2"}
    else:
        builder.registry[BASELINE_KEY]["Found"] = "{"
    result = run()
    assert result["failed"] and result["baseline"] is False
    assert result["msg"].endswith("has created, and was not noted on this one.")


def test_a_reboot_that_is_pending_again_after_a_reboot_is_a_warning_that_names_the_files(run, builder):
    builder.renewed = [f"C:\\Updater\\{number}.dll" for number in range(7)]
    builder.pending("C:\\Temp\\new.dll", *builder.renewed)
    result = run(settle_pending_reboot=True)
    assert (result["problems"], builder.reboots) == ([], 1)
    (warning,) = result["warnings"]
    assert "C:\\Updater\\0.dll" in warning and "and 2 more" in warning and "new.dll" not in warning


def test_what_is_pending_at_each_boot_costs_no_further_reboot(run, builder):
    builder.renewed = ["C:\\Updater\\old.dll"]
    builder.pending(*builder.renewed)
    run(note_baseline=True)
    result = run(settle_pending_reboot=True)
    assert (result["changed"], result["problems"], builder.reboots) == (False, [], 0)
    assert "as it was when the image builder was first reached" in result["warnings"][0]

    builder.pending("C:\\App\\new.dll", *builder.renewed)
    assert run(settle_pending_reboot=True)["changed"] and builder.reboots == 1


@pytest.mark.parametrize("settle", [True, False])
def test_windows_own_servicing_is_named(run, builder, settle):
    builder.servicing = True
    builder.pending()
    result = run(settle_pending_reboot=settle, fail=False)
    assert (len(result["problems"]), builder.reboots) == ((0, 1) if settle else (1, 0))
    assert settle or "Windows' component servicing" in result["problems"][0]


@pytest.mark.parametrize("apps", ["Contoso.App_1.0.0.0_x64__abc", ["Contoso.App_1.0.0.0_x64__abc"]])
def test_apps_that_sysprep_refuses_are_problems(run, builder, apps):
    builder.apps = apps
    (problem,) = run()["problems"]
    assert "Contoso.App_1.0.0.0_x64__abc" in problem and "Sysprep" in problem


def test_apps_that_cannot_be_listed_are_warned_of(run, builder):
    builder.unlisted = "Access is denied."
    result = run()
    assert result["problems"] == [] and "can't be listed (Access is denied.)" in result["warnings"][0]


def test_the_node_of_systems_manager_is_noted(run, builder):
    builder.node = "mi-0a"
    run(note_baseline=True)
    assert '"node": "mi-0a"' in builder.registry[BASELINE_KEY]["Found"]
