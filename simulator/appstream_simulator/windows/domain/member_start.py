# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a member of a domain does when it starts: finds its policy, applies it, runs the start-up scripts in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.security_identifiers import SYSTEM, WELL_KNOWN
from appstream_simulator.windows.powershell import script_runs
from appstream_simulator.windows.powershell.errors import UnknownError
from appstream_simulator.windows.powershell.session import Session
from appstream_simulator.windows.powershell.values import Names

from . import policy_application
from .group_policy import DomainUnreachableError
from .membership import Membership
from .policy import ComputerPolicy, StartupScript

if TYPE_CHECKING:
    from appstream_simulator.windows.machine.machine import Machine

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


def run_startup_scripts(machine: Machine, policy: ComputerPolicy) -> None:
    """Run the start-up scripts of a policy, in order, each as SYSTEM; scripts that wait take their time.

    A script in which anything is outside of the simulator's subset of PowerShell has no effect at all.
    """
    for item in policy.objects:
        for script in item.startup_scripts:
            _run(machine, script)


def _run(machine: Machine, script: StartupScript) -> None:
    user = WELL_KNOWN[SYSTEM]
    with machine.logged_on(user):
        session = Session(machine, user, Names(machine.environment(user)), "C:\\Windows\\System32")
        try:
            if not script.powershell or script.parameters.strip():
                raise UnknownError("a start-up script that is not PowerShell, or has parameters")
            prepared = script_runs.prepared(session, script.content.decode("utf-8-sig"))
            outcome = script_runs.run_file(session, prepared)
        except (UnknownError, UnicodeDecodeError) as error:
            machine.record("unhandled", what=f"start-up script {script.name}", text=str(error))
            return
    failed = {"failed": True, "message": outcome.error.message} if outcome.error else {"failed": False}
    errors = [record.message for record in session.streams.errors]
    machine.record("startup_script", name=script.name, **failed, **({"errors": errors} if errors else {}))
