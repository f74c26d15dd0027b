# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import seal
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.reading import MANIFEST, REGISTRATION

LISTENER = """Listener
    Address = *
    Transport = {transport}
    Port = {port}
    CertificateThumbprint{thumbprint}
"""
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
        self.listeners = {"HTTPS": ("5986", "AA01"), "HTTP": ("5985", "")}
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
        verb, what = arguments["argv"][-2:]
        assert verb == "delete"
        del self.listeners[what.rpartition("=")[2]]
        return {"changed": True, "stdout": ""}

    def enumerated(self):
        blocks = [
            LISTENER.format(transport=transport, port=port, thumbprint=thumbprint and f" = {thumbprint}")
            for transport, (port, thumbprint) in self.listeners.items()
        ]
        return "\n".join(blocks)

    def win_certificate_info(self, arguments, dry):
        own = self.stores["My"].items()
        return {"certificates": [{"thumbprint": key, "subject": subject, "dns_names": []} for key, subject in own]}

    def win_certificate_store(self, arguments, dry):
        return self._discard(self.stores[arguments["store_name"]], arguments["thumbprint"], dry)

    def win_service(self, arguments, dry):
        assert arguments == {"name": "AmazonSSMAgent", "state": "stopped"}
        return {"changed": True}

    def win_acl(self, arguments, dry):
        return {"changed": self.acl_changes}

    def win_powershell(self, arguments, dry):
        paths, script = arguments["parameters"]["Path"], arguments["script"]
        if "SupportsShouldProcess" not in script:
            assert not dry, "it only reads, in check mode too"
            values = [("file", path, path in self.paths) for path in paths]
            values.append(("transcripts", arguments["parameters"]["Transcription"], self.transcripts))
            values += [("listeners", "WinRM", self.enumerated())] if arguments["parameters"]["Listener"] else []
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
    ["winrm", "delete", "winrm/config/Listener?Address=*+Transport=HTTPS"],
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
    assert ["net", "localgroup", "Administrators", "CORP\\Builders", "/delete"] in result["after_start"]
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
    assert not wanted or builder.ran[:2] == ["setup", "win_reboot"]


def test_a_hybrid_activation_goes_with_its_files(run, builder):
    builder.paths.add(REGISTRATION)
    run()
    assert "win_service" in builder.ran
    assert any("SSM\\Vault" in path for path in builder.patterns)


def test_without_an_activation_the_agent_and_its_files_stay(run, builder):
    run()
    assert "win_service" not in builder.ran
    assert not any("SSM" in path for path in builder.patterns)


def test_transcripts_are_looked_up_where_policy_puts_them(run, builder):
    builder.transcripts = "D:\\Transcripts"
    run()
    assert "D:\\Transcripts\\*" in builder.patterns


def test_what_is_turned_off_is_not_even_looked_at(run, builder):
    options = ("remove_access", "remove_hybrid_activation", "manifest_permissions", "remove_temporary_files")
    result = run(**dict.fromkeys((*options, "remove_logs"), False))
    assert builder.ran == ["setup"]
    assert result["changed"] is False
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
