# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets for members of local groups (module Microsoft.PowerShell.LocalAccounts)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...machine.accounts import is_identifier
from ..errors import NetError, UnknownError
from ..parameters import Cmdlet, Option
from ..values import to_text

if TYPE_CHECKING:
    from ..pipelines import Run

_KIND = "Microsoft.PowerShell.Commands."


def _remove_members(run: Run) -> Iterator[Any]:
    """Members by name or security identifier, each of them on its own: one that is none is an error of its own."""
    machine = run.session.machine
    accounts = machine.disk.accounts
    given = to_text(run.get("sid") or run.get("group"))
    if not given or (run.get("group") and is_identifier(given)):
        raise UnknownError("Remove-LocalGroupMember of a group that is given in another way")
    group = accounts.group_name(given)
    if group is None:
        raise NetError(f"{_KIND}GroupNotFoundException", f"Group {given} was not found.")
    if not machine.is_administrator(run.session.user):
        raise NetError(f"{_KIND}AccessDeniedException", "Access denied.")
    for member in run.texts("member"):
        if not run.should("Remove-LocalGroupMember", group):
            continue
        own = next((user for user in accounts.users.values() if accounts.user_identifier(user.name) == member), None)
        is_number = is_identifier(member)
        name = own.name if own else ("" if is_number else member)
        if not accounts.remove_member(group, name or member, member.upper() if is_number and not own else ""):
            run.error(f"Member {member} was not found in group {group}.", f"{_KIND}MemberNotFoundException", member)
    yield from ()


CMDLETS = (
    Cmdlet(
        "Remove-LocalGroupMember",
        (Option("Group", "string", 0), Option("Member", "string[]", 1), Option("SID", "string")),
        _remove_members,
        changes=True,
    ),
)
