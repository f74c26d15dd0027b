# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's become method runas: who may be become."""

from __future__ import annotations

from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.ntlm_credentials import account_forms
from appstream_simulator.windows.protocol.payload import Become

_SERVICE_ACCOUNTS = frozenset(
    {"system", "localsystem", "localservice", "local service", "networkservice", "network service"}
)


def denial(host: Host, request: Become | None) -> str | None:
    """Why the account can't be become, None when it can.

    Service accounts need no password. Of other accounts a given password must be right; without one Windows makes a
    token for any existing account, which an administrator may. The wording is Windows' (error 1326), its frame
    is assumed.
    """
    if request is None or request.user.rpartition("\\")[2].lower() in _SERVICE_ACCOUNTS:
        return None
    known = {form.lower() for account in host.accounts() for form in account_forms(account, host.computer_name)}
    if request.user.lower() in known and (
        request.password is None or host.check_password(request.user, request.password)
    ):
        return None
    host.journal.record("auth", host=host.builder_name, scheme="runas", user=request.user, outcome="refused")
    return (
        f"Failed to become user '{request.user}': The user name or password is incorrect "
        "(Win32 Error Code 1326 - 0x0000052E)"
    )
