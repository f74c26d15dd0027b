# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import seal
from ansible_collections.euc.appstream.plugins.plugin_utils import _capture_baseline as baselines
from ansible_collections.euc.appstream.plugins.plugin_utils import _pending_reboot as pending_reboot
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing import access
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.files import TRANSCRIPTION_KEY
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.reading import MANIFEST

LISTENERS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener\\"
MACHINE = "S-1-5-21-1-2-3"


class Builder:
    """A builder answering to the modules the plugin runs; ``failing``: modules that fail, and ``changes`` made."""

    def __init__(self) -> None:
        self.facts = {
            "ansible_hostname": "EC2AMAZ-1",
            "ansible_machine_id": MACHINE,
            "ansible_user_sid": f"{MACHINE}-1001",
            "ansible_user_id": "installer",
            "ansible_reboot_pending": False,
        }
        self.accounts = {"installer", "helper"}
        self.profiles = {"installer", "helper"}
        self.administrators = {"CORP\\Builders", "installer"}
        self.scheduled_tasks = {"\\Build": {"Download", "Other"}}
        self.listeners: dict[str, tuple[int | str, str]] = {"HTTPS": (5986, "AA01"), "HTTP": (5985, "")}
        # Values by key, beyond those of the listeners; the node of Systems Manager.
        self.registry: dict[str, dict[str, Any]] = {}
        self.node: str | None = None
        self.stores = {"My": {"AA01": "CN=winrm", "AA02": "CN=EC2AMAZ-1"}, "Root": {"AA01": "CN=winrm"}}
        self.paths = {MANIFEST}
        self.acl_changes = True
        self.transcripts: str | None = None
        self.files: dict[str, str | None] = {"C:\\Windows\\Temp\\a.log": None}
        self.patterns: list[str] = []
        self.failing: set[str] = set()
        self.ran: list[str] = []

    def run(self, action, task_vars, module, arguments, *, read_only=False, predict=False):
        name = module.rpartition(".")[2]
        self.ran.append(name)
        if name in self.failing:
            return {"failed": True, "msg": f"{name} failed"}
        dry = predict or (action._task.check_mode and not read_only)
        return {"changed": False, **getattr(self, name)(arguments, dry)}

    def _discard(self, where, name, dry):
        if name not in where:
            return {"changed": False}
        if not dry:
            where.remove(name) if isinstance(where, set) else where.pop(name)
        return {"changed": True}

    def setup(self, arguments, dry):
        return {"ansible_facts": self.facts}

    def win_reboot(self, arguments, dry):
        self.facts["ansible_reboot_pending"] = dry
        return {"changed": True, "rebooted": True}

    def win_user(self, arguments, dry):
        return self._discard(self.accounts, arguments["name"], dry)

    def win_user_profile(self, arguments, dry):
        return self._discard(self.profiles, arguments["name"], dry)

    def win_group_membership(self, arguments, dry):
        removed = [name for name in arguments["members"] if name in self.administrators]
        if not dry:
            self.administrators -= set(removed)
        return {"changed": bool(removed), "removed": removed}

    def win_scheduled_task_stat(self, arguments, dry):
        return {"folder_task_names": sorted(self.scheduled_tasks.get(arguments["path"], ())) or None}

    def win_scheduled_task(self, arguments, dry):
        return self._discard(self.scheduled_tasks[arguments["path"]], arguments["name"], dry)

    def win_command(self, arguments, dry):
        assert not dry, "win_command is skipped in check mode"
        program, verb, key, force = arguments["argv"]
        assert (program, verb, force) == ("reg", "delete", "/f")
        del self.listeners[key.removeprefix(f"{LISTENERS}*+")]
        return {"changed": True, "stdout": ""}

    def win_certificate_info(self, arguments, dry):
        own = self.stores["My"].items()
        return {"certificates": [{"thumbprint": key, "subject": subject, "dns_names": []} for key, subject in own]}

    def win_certificate_store(self, arguments, dry):
        return self._discard(self.stores[arguments["store_name"]], arguments["thumbprint"], dry)

    def win_acl(self, arguments, dry):
        return {"changed": self.acl_changes}

    def win_powershell(self, arguments, dry):
        parameters, script = arguments["parameters"], arguments["script"]
        if "NTAccount" in script:
            assert not dry, "it only reads, in check mode too"
            return {"output": [f"S-1-5-21-9-9-9-{1200 + number}" for number, _name in enumerate(parameters["Name"])]}
        paths = parameters["Path"]
        if "SupportsShouldProcess" not in script:
            assert not dry, "it only reads, in check mode too"
            values: list[tuple[str, str, Any]] = [("file", path, path in self.paths) for path in paths]
            transcription = {TRANSCRIPTION_KEY: {"OutputDirectory": self.transcripts}} if self.transcripts else {}
            keys = {key: found for key, found in {**self.registry, **transcription}.items() if key in parameters["Key"]}
            if parameters["Parent"]:
                for transport, (port, thumbprint) in self.listeners.items():
                    keys[f"{LISTENERS}*+{transport}"] = {"Port": port, "certThumbprint": thumbprint}
            # Windows gives the names of keys in full.
            full = {f"HKEY_LOCAL_MACHINE\\{key.partition(chr(92))[2]}": found for key, found in keys.items()}
            values += [("key", key, found) for key, found in full.items()]
            values.append(("servicing", parameters["Servicing"], False))
            values.append(("node", parameters["Registration"], self.node))
            return {"output": [{"Kind": kind, "Name": name, "Value": value} for kind, name, value in values]}
        self.patterns = paths
        removed = [{"Path": path, "Reason": reason} for path, reason in self.files.items()]
        if not dry:
            self.files = {path: reason for path, reason in self.files.items() if reason is not None}
        return {"output": removed}


@pytest.fixture
def builder():
    return Builder()


@pytest.fixture
def run(make_action, monkeypatch, builder):
    monkeypatch.setattr(seal, "run_on_host", builder.run)

    def run(check_mode=False, diff=False, connection=None, **options):
        action = make_action(seal.ActionModule, options, check_mode=check_mode, diff=diff)
        action._connection.get_option = {"port": 5986, "scheme": "https", **(connection or {})}.__getitem__
        return action.run(task_vars={})

    return run


def names(entries):
    return {(entry["kind"], entry["name"]) for entry in entries}


EVERYTHING: dict[str, Any] = {
    "accounts": ["installer", "helper"],
    "administrators": ["CORP\\Builders"],
    "scheduled_tasks": ["\\Build\\Down*"],
}
REMOVED = {
    ("account", "helper"),
    ("profile", "helper"),
    ("administrator", "CORP\\Builders"),
    ("scheduled_task", "\\Build\\Download"),
    ("listener", "*+HTTP port 5985"),
    ("certificate", "CN=EC2AMAZ-1"),
    ("trusted_authority", "AA01"),
    ("permissions", MANIFEST),
    ("file", "C:\\Windows\\Temp\\a.log"),
}
AFTER_START = [
    ["net", "user", "installer", "/delete"],
    ["certutil", "-delstore", "My", "AA01"],
    ["reg", "delete", f"{LISTENERS}*+HTTPS", "/f"],
]


def test_what_goes_now_and_what_after_the_start(run, builder):
    result = run(diff=True, **EVERYTHING)
    assert (result["changed"], names(result["removed"])) == (True, REMOVED)
    assert result["after_start"] == AFTER_START
    assert names(result["kept"]) >= {("account", "installer"), ("profile", "installer"), ("certificate", "CN=winrm")}
    assert (builder.accounts, builder.administrators) == ({"installer"}, {"installer"})
    assert (builder.scheduled_tasks, set(builder.listeners)) == ({"\\Build": {"Other"}}, {"HTTPS"})
    assert result["diff"]["before"]["account"] == ["helper"] and result["diff"]["after"] == {}


def test_a_second_time_changes_nothing(run, builder):
    run(**EVERYTHING)
    builder.acl_changes = False
    again = run(**EVERYTHING)
    assert (again["changed"], again["removed"], again["after_start"]) == (False, [], AFTER_START)


def test_check_mode_tells_the_same_and_touches_nothing(run, builder):
    before = yaml.safe_dump({**vars(builder), "ran": [], "patterns": []})
    result = run(check_mode=True, **EVERYTHING)
    assert (result["changed"], names(result["removed"]), result["after_start"]) == (True, REMOVED, AFTER_START)
    assert yaml.safe_dump({**vars(builder), "ran": [], "patterns": []}) == before


def test_an_account_of_the_domain_keeps_its_rights_until_the_start(run, builder):
    builder.facts["ansible_user_sid"] = "S-1-5-21-9-9-9-1105"
    result = run(**EVERYTHING)
    assert builder.accounts == set()
    assert builder.administrators == {"CORP\\Builders", "installer"}
    command = result["after_start"][-1]  # it takes seconds to start
    assert command[-5:] == ["Remove-LocalGroupMember", "-SID", "S-1-5-32-544", "-Member", "S-1-5-21-9-9-9-1200"]
    assert result["ends_access"]
    assert ("administrator", "CORP\\Builders") in names(result["kept"])
    assert ("profile", "installer") in names(result["kept"])


def test_the_account_in_use_is_spared_when_windows_does_not_know_its_own_identifier(run, builder):
    builder.facts["ansible_machine_id"] = None
    run(**EVERYTHING)
    assert builder.accounts == {"installer"}


@pytest.mark.parametrize("wanted", [True, False])
def test_a_pending_reboot_comes_first(run, builder, wanted):
    builder.facts["ansible_reboot_pending"] = True
    result = run(settle_pending_reboot=wanted)
    assert ("win_reboot" in builder.ran) is wanted
    assert result["changed"]
    assert not wanted or builder.ran[:3] == ["setup", "win_powershell", "win_reboot"]


def test_a_reboot_that_is_pending_at_each_boot_is_not_made_again(run, builder):
    builder.facts["ansible_reboot_pending"] = True
    builder.registry[pending_reboot.SESSION_MANAGER_KEY] = {"PendingFileRenameOperations": ["\\??\\C:\\old.dll", ""]}
    builder.registry[baselines.KEY] = {"Found": baselines.Baseline(MACHINE, pending=("C:\\old.dll",)).text}
    run()
    assert "win_reboot" not in builder.ran


def baseline(builder, node=""):
    builder.registry[baselines.KEY] = {"Found": baselines.Baseline(MACHINE, node=node).text}


@pytest.mark.parametrize("before", ["", "mi-of-appstream"])
def test_a_registration_of_the_build_goes_after_the_start(run, builder, before):
    builder.node = "mi-0a"
    baseline(builder, before)
    result = run(remove_access=False)
    assert result["after_start"] == [
        ["reg", "delete", "HKLM\\SOFTWARE\\euc.appstream\\Baseline", "/f"],
        ["net", "stop", "AmazonSSMAgent"],
        ["rd", "/s", "/q", "C:\\ProgramData\\Amazon\\SSM\\Vault"],
        ["rd", "/s", "/q", "C:\\ProgramData\\Amazon\\SSM\\InstanceData"],
    ]
    assert result["ends_access"] is False
    assert ("ssm_registration", "mi-0a") in names(result["kept"])


@pytest.mark.parametrize(
    ("before", "told"), [("mi-0a", "came with it"), (None, "is not known"), ("another", "is not known")]
)
def test_a_registration_that_may_be_appstreams_own_stays(run, builder, before, told):
    builder.node = "mi-0a"
    if before is not None:
        baseline(builder, before)
    if before == "another":
        builder.facts["ansible_machine_id"] = "S-1-5-21-7-7-7"
    result = run(remove_access=False)
    assert not any("SSM" in token for command in result["after_start"] for token in command)
    (reason,) = [entry["reason"] for entry in result["kept"] if entry["kind"] == "ssm_registration"]
    assert told in reason


def test_what_policy_opened_goes_after_the_start(run, builder):
    builder.listeners = {}
    builder.registry = {
        access.POLICY_KEY: {},
        access.SERVICE_POLICY_KEY: {"AllowAutoConfig": 1},
        access.FIREWALL_KEY: {
            "WinRM-In": "v2.10|Action=Allow|Dir=In|Protocol=6|LPort=5985|",
            "a (b)": "v2.10|Action=Allow|Dir=In|LPort=5986|",
        },
    }
    result = run(connection={"port": 5985, "scheme": "http"})
    assert [command[2:] for command in result["after_start"]] == [
        ["HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules", "/v", "WinRM-In", "/f"],
        ["HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM", "/f"],
    ]
    reasons = {entry["name"]: entry["reason"] for entry in result["kept"]}
    assert reasons["*+HTTP port 5985"] == reasons["WinRM-In"] == access.OF_POLICY
    assert "remove it from the policy" in reasons["a (b)"]


def test_transcripts_are_looked_up_where_policy_puts_them(run, builder):
    builder.transcripts = "D:\\Transcripts"
    run()
    assert "D:\\Transcripts\\*" in builder.patterns


def test_what_is_turned_off_is_not_even_looked_at(run, builder):
    options = ("remove_access", "remove_hybrid_activation", "manifest_permissions", "remove_temporary_files")
    result = run(**dict.fromkeys((*options, "remove_logs"), False))
    assert builder.ran == ["setup", "win_powershell"]
    assert (result["changed"], result["after_start"], result["ends_access"]) == (False, [], False)
    assert ("listener", "WinRM") in names(result["kept"])


def test_what_cannot_be_removed_is_kept_with_the_reason(run, builder):
    builder.files["C:\\Windows\\Temp\\b.log"] = "in use"
    builder.failing.add("win_user_profile")
    kept = {(entry["name"], entry["reason"]) for entry in run(**EVERYTHING)["kept"]}
    assert ("C:\\Windows\\Temp\\b.log", "in use") in kept
    assert ("helper", "could not be removed: win_user_profile failed") in kept


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("setup", "cannot read the facts"),
        ("win_scheduled_task_stat", "cannot list the scheduled tasks of \\Build"),
        ("win_command", "cannot delete the listener"),
        ("win_certificate_info", "cannot list the computer's certificates"),
        ("win_certificate_store", "cannot remove the certificate AA02"),
        ("win_acl", "cannot set the permissions"),
        ("win_powershell", "cannot read the image builder"),
    ],
)
def test_a_failure_says_what_was_done_until_then(run, builder, module, told):
    builder.failing.add(module)
    result = run(**EVERYTHING)
    assert result["failed"] and result["msg"].startswith(told)
    read_only = module in ("setup", "win_powershell")
    assert result["changed"] is not read_only
    assert (("account", "helper") in names(result["removed"])) is not read_only


def test_listeners_that_are_not_understood_are_no_sealed_builder(run, builder):
    builder.listeners["HTTPS"] = ("many", "")
    result = run()
    assert result["failed"] and "cannot list the listeners of WinRM" in result["msg"]


def test_paths_that_take_windows_away_are_refused_before_anything(run, builder):
    with pytest.raises(AnsibleActionFail, match=r"no path for temporary_paths or log_paths: C:\\\*, x; give"):
        run(temporary_paths=["C:\\*", "C:\\Temp\\*"], log_paths=["x"])
    assert builder.ran == []
