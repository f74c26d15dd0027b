# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Removes what access and installation left behind on an image builder, step by step.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils import _after_start as after_start
from ansible_collections.euc.appstream.plugins.plugin_utils import _capture_baseline as baselines
from ansible_collections.euc.appstream.plugins.plugin_utils import _pending_reboot as pending_reboot
from ansible_collections.euc.appstream.plugins.plugin_utils import _ssm_registration as ssm_registration
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing import access
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.files import (
    CATALOG_FOLDER,
    REMOVE_ITEMS,
    paths_to_remove,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.names import (
    Accounts,
    TaskPath,
    accounts_to_seal,
    scheduled_task_path,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.reading import (
    MANIFEST,
    State,
    read,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    RunModule,
    require_success,
    run_script,
)

IN_USE = access.IN_USE
_NO_COMMAND = "from group policy; stays, for its name can be on no command line: remove it from the policy before"
_ADMINISTRATORS, _SYSTEM, _EVERYONE = "S-1-5-32-544", "S-1-5-18", "S-1-1-0"
_FACTS = ["!all", "!min", "platform", "user"]
_REMOVE_MEMBERS = (
    *("powershell.exe", "-NoProfile", "-NonInteractive", "-Command"),
    *("Remove-LocalGroupMember", "-SID", _ADMINISTRATORS, "-Member"),
)
"""net.exe takes no names of more than 20 characters, and the group's in Windows' language only."""
_IDENTIFIERS = r"""
param([string[]]$Name)
foreach ($one in $Name) {
    if ($one -like 'S-1-*') { $one } else {
        [Security.Principal.NTAccount]::new($one).Translate([Security.Principal.SecurityIdentifier]).Value
    }
}
"""


@dataclass
class Record:
    """What was removed, or would be in check mode; what was kept, and why; commands for after the image's start.

    ``ends_access``: those commands take away what the connection lives on.
    """

    removed: list[dict[str, str]] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)
    after_start: list[list[str]] = field(default_factory=list)
    ends_access: bool = False
    changed: bool = False

    def remove(self, kind: str, name: str) -> None:
        """Note what is gone."""
        self.removed.append({"kind": kind, "name": name})
        self.changed = True

    def keep(self, kind: str, name: str, reason: str) -> None:
        """Note what stays."""
        self.kept.append({"kind": kind, "name": name, "reason": reason})

    def defer(self, *commands: Sequence[str], ends_access: bool = True) -> None:
        """Note what goes after the start."""
        self.after_start += [list(command) for command in commands]
        self.ends_access |= ends_access and bool(commands)


@dataclass(frozen=True)
class Builder:
    """The image builder and the connection to it: ``transport`` is http or https, ``port`` the controller's side."""

    run_module: RunModule
    transport: str
    port: int
    check_mode: bool


def seal(options: Mapping[str, Any], builder: Builder, record: Record) -> None:
    """Remove everything the options ask for. Raises AnsibleActionFail; ``record`` has what was done until then."""
    facts = _facts(builder)
    state = read(options, facts, builder.run_module)
    known = state.baseline.pending if state.baseline else ()
    # What is pending again after each boot is not cured by one more.
    if state.pending and options["settle_pending_reboot"] and not pending_reboot.is_known(state.pending, known):
        arguments = {
            "reboot_timeout": options["reboot_timeout"],
            "msg": "A reboot was pending before the image is taken.",
        }
        require_success(builder.run_module("ansible.windows.win_reboot", arguments), "the pending reboot failed")
        record.changed = True
        state = read(options, facts, builder.run_module)
    computer = str(facts.get("ansible_hostname") or "")
    accounts = accounts_to_seal(
        options["accounts"], profiles=options["profiles"], user=connected_user(facts), computer=computer
    )
    _remove_accounts(accounts, builder, record)
    _remove_administrators(options["administrators"], accounts.local, builder, record)
    _remove_scheduled_tasks([scheduled_task_path(path) for path in options["scheduled_tasks"]], builder, record)
    if options["remove_access"]:
        _remove_access(options["certificates"], computer, state, builder, record)
    if MANIFEST in state.files:
        _set_manifest_permissions(builder, record)
    _remove_registration(state, record)
    if state.has_baseline:
        record.defer(baselines.REMOVAL, ends_access=False)
    _remove_files(options, state, builder, record)
    emptied = "; emptied of temporary files and history" if options["remove_temporary_files"] else ""
    record.keep("profile", accounts.own_profile, f"in use by this connection{emptied}")
    if not options["remove_access"]:
        record.keep("listener", "WinRM", "remove_access is false")
    # How long the builder lives on after create-image nobody has published: what takes seconds comes last.
    record.after_start.sort(key=_takes_seconds)


def _takes_seconds(command: Sequence[str]) -> bool:
    return command[0] in ("powershell.exe", "rd") or tuple(command[:2]) == ("net", "stop")


def connected_user(facts: Mapping[str, Any]) -> str:
    r"""The account of the connection, ``.\name`` when it is one of the computer's own.

    Accounts of a computer have its security identifier with a number after it. Windows knows the account however the
    connection got it: a variable, the command line, a certificate, a ticket.
    """
    machine, identifier = str(facts.get("ansible_machine_id") or ""), str(facts.get("ansible_user_sid") or "")
    domain = "." if not machine or identifier.startswith(f"{machine}-") else "DOMAIN"
    return f"{domain}\\{facts['ansible_user_id']}"


def _facts(builder: Builder) -> Mapping[str, Any]:
    result = builder.run_module("ansible.windows.setup", {"gather_subset": _FACTS}, read_only=True)
    facts: Mapping[str, Any] = require_success(result, "cannot read the facts of the image builder")["ansible_facts"]
    return facts


def _remove_accounts(accounts: Accounts, builder: Builder, record: Record) -> None:
    for name in accounts.unused:
        result = builder.run_module("ansible.windows.win_user", {"name": name, "state": "absent"})
        if require_success(result, f"cannot delete the account {name}")["changed"]:
            record.remove("account", name)
    for name in accounts.profiles:
        # By the name of the folder, which is how the profile of an account that is gone can be found.
        arguments = {"name": name, "state": "absent", "remove_multiple": True}
        result = builder.run_module("ansible.windows.win_user_profile", arguments)
        if result.get("failed"):
            record.keep("profile", name, f"could not be removed: {result.get('msg')}")
        elif result["changed"]:
            record.remove("profile", name)
    for name in accounts.used:
        record.keep("account", name, IN_USE)
        record.defer(["net", "user", name, "/delete"])


def _remove_administrators(members: list[str], now: bool, builder: Builder, record: Record) -> None:
    """Take members out of Administrators; an account of the domain may have its own rights from them: afterwards."""
    if not members:
        return
    arguments = {"name": "Administrators", "members": members, "state": "absent"}
    result = builder.run_module("ansible.windows.win_group_membership", arguments, predict=not now)
    names = require_success(result, "cannot take members out of Administrators").get("removed") or []
    for name in names:
        if now:
            record.remove("administrator", name)
        else:
            record.keep("administrator", name, IN_USE)
    if names and not now:
        record.defer(*([*_REMOVE_MEMBERS, identifier] for identifier in _identifiers(names, builder)))


def _identifiers(names: Sequence[str], builder: Builder) -> list[str]:
    """The security identifiers of accounts, while whoever knows them can still be asked."""
    found = run_script(
        _IDENTIFIERS, {"Name": list(names)}, builder.run_module, "cannot look the administrators up", read_only=True
    )
    return [str(identifier) for identifier in found]


def _remove_scheduled_tasks(paths: list[TaskPath], builder: Builder, record: Record) -> None:
    for folder in dict.fromkeys(path.folder for path in paths):
        arguments = {"path": folder}
        found = builder.run_module("community.windows.win_scheduled_task_stat", arguments, read_only=True)
        names = require_success(found, f"cannot list the scheduled tasks of {folder}").get("folder_task_names") or []
        meant = [path for path in paths if path.folder == folder]
        for name in names:
            if not any(re.match(path.pattern, name, re.IGNORECASE) for path in meant):
                continue
            arguments = {"path": folder, "name": name, "state": "absent"}
            result = builder.run_module("community.windows.win_scheduled_task", arguments)
            if require_success(result, f"cannot remove the scheduled task {meant[0].prefix}{name}")["changed"]:
                record.remove("scheduled_task", f"{meant[0].prefix}{name}")


def _remove_access(patterns: list[str], computer: str, state: State, builder: Builder, record: Record) -> None:
    """Remove WinRM's listeners and certificates that the connection does not live on."""
    plan = access.plan(
        state.listeners,
        _certificates(builder),
        transport=builder.transport,
        port=builder.port,
        computer_names=[computer],
        patterns=patterns,
    )
    for listener in plan["listeners"]:
        if not builder.check_mode:
            deleted = builder.run_module("ansible.windows.win_command", {"argv": listener["command"]})
            require_success(deleted, f"cannot delete the listener {listener['name']}")
        record.remove("listener", listener["name"])
    for certificate in plan["certificates"]:
        if _remove_certificate(certificate["thumbprint"], "My", builder):
            record.remove("certificate", certificate["subject"])
    for thumbprint in plan["untrusted"]:
        # Scripts that make a certificate for WinRM have the computer trust it.
        if _remove_certificate(thumbprint, "Root", builder):
            record.remove("trusted_authority", thumbprint)
    record.kept += plan["kept"]
    record.defer(*plan["after_start"])
    commands, rules = access.policy_removals(state.has_policy, state.firewall, state.listeners)
    for rule in rules:
        record.keep("firewall_rule", rule, access.OF_POLICY if _is_harmless(rule) else _NO_COMMAND)
    record.defer(*(command for command in commands if not after_start.problems([command])))


def _is_harmless(name: str) -> bool:
    return not after_start.problems([[name]])


def _certificates(builder: Builder) -> list[dict[str, Any]]:
    result = builder.run_module("ansible.windows.win_certificate_info", {}, read_only=True)
    found: list[dict[str, Any]] = require_success(result, "cannot list the computer's certificates")["certificates"]
    return found


def _remove_certificate(thumbprint: str, store: str, builder: Builder) -> bool:
    arguments = {"thumbprint": thumbprint, "state": "absent", "store_name": store, "store_location": "LocalMachine"}
    result = builder.run_module("ansible.windows.win_certificate_store", arguments)
    return bool(require_success(result, f"cannot remove the certificate {thumbprint} from {store}")["changed"])


def _remove_registration(state: State, record: Record) -> None:
    """Have a registration of this build go after the start; AppStream may need its own to take the image at all."""
    if not state.node:
        return
    if state.baseline is None:
        reason = (
            "it is not known whether this build made it: nothing was noted when the image builder was first reached"
        )
    elif state.node == state.baseline.node:
        reason = "the base image came with it"
    else:
        record.keep("ssm_registration", state.node, "may be needed; goes right after the image has been started")
        record.defer(*ssm_registration.REMOVAL, ends_access=False)
        return
    record.keep("ssm_registration", state.node, reason)


def _set_manifest_permissions(builder: Builder, record: Record) -> None:
    changed = False
    for user, state in ((_ADMINISTRATORS, "present"), (_SYSTEM, "present"), (_EVERYONE, "absent")):
        arguments = {"path": MANIFEST, "user": user, "type": "allow", "rights": "FullControl", "state": state}
        result = builder.run_module("ansible.windows.win_acl", arguments)
        changed |= bool(require_success(result, f"cannot set the permissions of {MANIFEST}")["changed"])
    if changed:
        record.remove("permissions", MANIFEST)


def _remove_files(options: Mapping[str, Any], state: State, builder: Builder, record: Record) -> None:
    paths = paths_to_remove(options, transcripts=state.transcripts)
    items = run_script(REMOVE_ITEMS, {"Path": paths}, builder.run_module, "cannot remove files") if paths else []
    for item in items:
        if item["Reason"] is None:
            record.remove("file", item["Path"])
        else:
            record.keep("file", item["Path"], item["Reason"])
    if options["remove_temporary_files"] and not options["remove_catalog_files"]:
        record.keep("file", CATALOG_FOLDER, "entries of the application catalog point to it")
