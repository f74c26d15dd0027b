# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's become method runas: who may be become."""

from __future__ import annotations

from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials
from appstream_simulator.windows.protocol.ntlm_credentials import account_forms
from appstream_simulator.windows.protocol.payload import Become

_SERVICE_ACCOUNTS = frozenset(
    {"system", "localsystem", "localservice", "local service", "networkservice", "network service"}
)


def denial(host: Host, request: Become | None, user: str) -> str | None:
    """Why the account can't be become by this user, None when it can.

    Service accounts need no password, but a user who may act as SYSTEM: an administrator. Of other accounts a given
    password must be right; without one Windows makes a token for any existing account, which an administrator may.
    With the logon type NewCredentials Windows checks neither account nor password: who they are turns out at the first
    computer they are shown to. The wording is Windows' (error 1326), its frame is assumed [failed_become_text].
    """
    if request is None:
        return None
    if request.user.rpartition("\\")[2].lower() in _SERVICE_ACCOUNTS:
        return None if host.is_administrator(user) else _no_token(host, request)
    if request.for_network_only:
        return None if request.password is not None else _refused(host, request)
    if request.password is not None:
        return None if host.check_password(request.user, request.password) else _refused(host, request)
    known = {form.lower() for account in host.accounts() for form in account_forms(account, host.computer_name)}
    return None if request.user.lower() in known else _refused(host, request)


def _no_token(host: Host, request: Become) -> str:
    """The text of Ansible.Become."""
    host.journal.record("auth", host=host.builder_name, scheme="runas", user=request.user, outcome="refused")
    return (
        f"Failed to become user '{request.user}': Failed to get token for NT AUTHORITY\\SYSTEM required for become as "
        "a service account or an account without a password"
    )


def _refused(host: Host, request: Become) -> str:
    host.journal.record("auth", host=host.builder_name, scheme="runas", user=request.user, outcome="refused")
    return (
        f"Failed to become user '{request.user}': The user name or password is incorrect "
        "(Win32 Error Code 1326 - 0x0000052E)"
    )


def network_credentials(request: Become | None, session: NetworkCredentials | None) -> NetworkCredentials | None:
    """With what the process goes out: the account it became with a password, otherwise what the session has.

    An account become without a password (S4U) and service accounts have none; that the computer account may read
    shares is not simulated.
    """
    if request is None:
        return session
    if request.password is None or request.user.rpartition("\\")[2].lower() in _SERVICE_ACCOUNTS:
        return None
    return NetworkCredentials(request.user, request.password)
