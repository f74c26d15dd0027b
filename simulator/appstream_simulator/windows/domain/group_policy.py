# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Group policy of a domain member."""

from __future__ import annotations

from appstream_simulator.windows.domain import member_process
from appstream_simulator.windows.domain.join_errors import JoinError
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import ComputerPolicy
from appstream_simulator.windows.domain.policy_json import from_json


class DomainUnreachableError(Exception):
    """The domain controller does not answer, or does not let the machine in."""


def read(membership: Membership) -> ComputerPolicy:
    """The computer policy that applies to a machine now, read with its own account from its domain controller.

    Takes about a second of real time.

    Raises:
        DomainUnreachableError: the controller cannot be reached, or the machine's account does not work any more.
    """
    try:
        return from_json(member_process.run("policy", membership))
    except JoinError as error:
        raise DomainUnreachableError(f"{error} ({error.detail})") from None
