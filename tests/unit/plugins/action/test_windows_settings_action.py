# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import windows_settings

OPTIONS: dict[str, Any] = {
    "environment": {"LICENSE_SERVER": "27000@licenses", "GONE": None},
    "registry_policies": [{"path": "Microsoft\\Edge", "name": "HideFirstRunExperience", "data": 1, "type": "dword"}],
    "services": [{"name": "spooler", "state": "stopped", "start_mode": "disabled"}],
    "time_zone": "Tokyo Standard Time",
    "regional_settings": {"format": "ja-JP", "location": 122},
    "features": [{"name": ["WebDAV-Redirector"]}],
    "optional_features": [{"name": ["TelnetClient"], "state": "absent"}],
}


class Builder:
    """A builder answering to the modules the plugin runs; ``state``: what modules that change something were given."""

    def __init__(self) -> None:
        self.services = [
            {"name": "Spooler", "display_name": "Print Spooler", "path": "C:\\Windows\\System32\\spoolsv.exe"},
            {"name": "Agent", "display_name": "Agent", "path": '"C:\\Program Files\\Amazon\\agent.exe"'},
        ]
        self.state: dict[str, Any] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.reboots = 0

    def run(self, action, task_vars, module, arguments, *, read_only=False, predict=False):
        name = module.removeprefix("ansible.windows.")
        if self.answers.get(name, {}).get("failed"):
            return self.answers[name]
        if name == "win_service_info":
            return {"services": self.services}
        assert None not in arguments.values(), "what is left out is no argument"
        key = f"{name} {arguments.get('path') or arguments.get('name') or ''} {arguments.get('hive', '')}"
        changed = self.state.get(key) != arguments
        if not (action._task.check_mode or predict):
            self.state[key] = dict(arguments)
            self.reboots += name == "win_reboot"
        return {"changed": changed, **self.answers.get(name, {})}


@pytest.fixture
def builder():
    return Builder()


@pytest.fixture
def run(make_action, monkeypatch, builder):
    monkeypatch.setattr(windows_settings, "run_on_host", builder.run)

    def run(check_mode=False, diff=False, **options):
        action = make_action(windows_settings.ActionModule, options, check_mode=check_mode, diff=diff)
        return action.run(task_vars={})

    return run


def test_what_modules_are_given(run, builder):
    result = run(**OPTIONS)
    edge = "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Edge"
    assert builder.state[f"win_regedit {edge} "]["path"] == edge
    assert builder.state["win_service spooler "] == OPTIONS["services"][0]
    assert builder.state["win_region  "] == {"format": "ja-JP", "location": 122, "copy_settings": True}
    assert builder.state["win_environment  "]["variables"] == OPTIONS["environment"]
    assert result["changes"] == [
        "environment variables LICENSE_SERVER, GONE",
        f"policy {edge}\\HideFirstRunExperience",
        "service spooler",
        "time zone Tokyo Standard Time",
        "regional settings",
        "features WebDAV-Redirector",
        "optional features TelnetClient",
    ]


def test_the_account_differs_where_new_users_do(run, builder):
    run(regional_settings={"format": "en-US", "location": 244})
    account = {key: value for key, value in builder.state.items() if "HKCU" in key}
    assert sorted(value["data"] for value in account.values()) == ["242", "en-GB"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_time_zone_asks_for_a_reboot(run, builder, check_mode):
    result = run(check_mode=check_mode, time_zone="Tokyo Standard Time")
    assert (result["rebooted"], builder.reboots) == (True, 0 if check_mode else 1)
    again = run(check_mode=check_mode, time_zone="Tokyo Standard Time")
    assert again["rebooted"] is check_mode


@pytest.mark.parametrize(
    ("module", "key", "options"),
    [
        ("win_region", "restart_required", {"regional_settings": {"system_locale": "ja-JP"}}),
        ("win_feature", "reboot_required", {"features": OPTIONS["features"]}),
        ("win_optional_feature", "reboot_required", {"optional_features": OPTIONS["optional_features"]}),
    ],
)
def test_what_asks_for_a_reboot_gets_one(run, builder, module, key, options):
    assert run(**options)["rebooted"] is False
    builder.answers[module] = {key: True}
    assert run(**options)["rebooted"] is True
    assert builder.reboots == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [("Nobody", "There is no service Nobody on the image builder"), ("agent", "belong to AppStream .* agent")],
)
def test_services_are_refused_before_anything_is_changed(run, builder, name, told):
    result = run(**{**OPTIONS, "services": [{"name": name, "state": "stopped"}]})
    assert result["failed"] and not result["changed"]
    assert told.partition(" .* ")[0] in result["msg"] and name in result["msg"]
    assert builder.state == {}


def test_a_service_by_the_name_it_is_shown_with(run, builder):
    assert run(services=[{"name": "Print Spooler", "state": "stopped"}])["changes"] == ["service Print Spooler"]


def test_a_failure_says_what_was_done_until_then(run, builder):
    builder.answers["win_timezone"] = {"failed": True, "msg": "isn't supported on the machine"}
    result = run(diff=True, **OPTIONS)
    assert result["msg"] == "cannot set time zone Tokyo Standard Time: isn't supported on the machine"
    assert result["changed"] and result["changes"][-1] == "service spooler"
    assert "27000" not in str(result), "values may be secret"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"environment": {"AWS_SECRET_ACCESS_KEY": "s3cret"}}, "holds AWS credentials"),
        ({"services": [{"name": "WinRM", "state": "stopped"}]}, "is configured through"),
        ({"registry_policies": [{"path": "HKLM:\\X", "name": "a", "data": 1}]}, "is no key below"),
        ({"services": [{}]}, "missing required arguments: name"),
        ({"regional_settings": "text"}, "dictionary"),
    ],
)
def test_what_is_wrong_is_refused_without_a_builder(run, builder, options, told):
    with pytest.raises(AnsibleActionFail, match=told) as caught:
        run(validate_only=True, **options)
    assert "s3cret" not in str(caught.value)
    assert builder.state == {}


def test_sound_settings_are_only_verified(run, builder):
    assert run(validate_only=True, **OPTIONS)["changes"] == []
    assert builder.state == {}
