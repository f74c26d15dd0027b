# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a member of a domain does when it starts: finds its policy, applies it, runs the start-up scripts in it."""

from __future__ import annotations

from collections.abc import Callable

from appstream_simulator.windows.machine.disk import Disk

from . import policy_application, startup_script_effects
from .group_policy import DomainUnreachableError
from .membership import Membership
from .policy import ComputerPolicy, StartupScript
from .powershell_statements import Unrecognised

# Writes to the journal: kind and fields.
Record = Callable[..., None]


def find(membership: Membership, read: Callable[[Membership], ComputerPolicy], record: Record) -> ComputerPolicy | None:
    """The computer's policy; None when the domain does not answer, and then what was applied last stays in force."""
    try:
        policy = read(membership)
    except DomainUnreachableError as error:
        record("policy", outcome="unreachable", reason=str(error))
        return None
    for reason in policy.errors:
        record("error", what="group policy", error=reason)
    for item in policy.objects:
        for reason in item.errors:
            record("error", what=f"group policy {item.name}", error=reason)
        for reason in item.ignored:
            record("unhandled", what=f"group policy {item.name}", text=reason)
    return policy


def apply(disk: Disk, policy: ComputerPolicy, record: Record) -> None:
    """Put the policy into force, except for its start-up scripts."""

    def report(kind: str, what: str, reason: str) -> None:
        record(kind, what=what, **{"text" if kind == "unhandled" else "error": reason})

    policy_application.apply(disk, policy, report)
    objects = [{"name": item.name, "guid": item.guid, "version": item.version} for item in policy.objects]
    record("policy", outcome="applied", objects=objects, skipped=policy.skipped)


def run_startup_scripts(disk: Disk, policy: ComputerPolicy, fqdn: str, now: float, record: Record) -> None:
    """Run the start-up scripts of a policy, in order."""
    for item in policy.objects:
        for script in item.startup_scripts:
            _run(disk, script, fqdn, now, record)


def _run(disk: Disk, script: StartupScript, fqdn: str, now: float, record: Record) -> None:
    try:
        text = script.content.decode("utf-8-sig")
        if not script.powershell or script.parameters.strip():
            raise Unrecognised(text)
        startup_script_effects.run(text, disk, fqdn, now)
    except (Unrecognised, UnicodeDecodeError) as error:
        record("unhandled", what=f"start-up script {script.name}", text=str(error))
        return
    except startup_script_effects.ScriptError as error:
        record("startup_script", name=script.name, failed=True, message=str(error))
        return
    record("startup_script", name=script.name, failed=False)
