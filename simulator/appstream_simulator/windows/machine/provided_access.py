# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the builders of a base image of one's own can be reached: accounts of the settings, two WinRM listeners, and how.

Basic (over TLS) and CredSSP are allowed besides what Windows allows.

They are objects of the disk like any other. An image taken of such a builder has them, unless they have been removed,
and what has been removed does not come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.certificates import Authority

from . import winrm_settings
from .accounts import ADMINISTRATORS, LocalUser
from .disk import Disk
from .winrm_configuration import HTTP_LISTENER_KEY, HTTPS_LISTENER_KEY

if TYPE_CHECKING:
    from .machine import Machine


def provide(disk: Disk, accounts: Mapping[str, str]) -> None:
    """Put the accounts and the listeners on a disk.

    An account without a domain becomes a local administrator. Those with one stand for what a policy would provide:
    they can log on and are administrators without being listed anywhere.
    """
    for name, password in accounts.items():
        if "\\" in name or "@" in name:
            disk.provided_accounts[name] = password
            continue
        disk.accounts.users.setdefault(name.lower(), LocalUser(name)).password = password
        for group in (ADMINISTRATORS, "Users"):
            if disk.accounts.find_member(group, name) is None:
                disk.accounts.groups[group].append(name)
    for key, port in ((HTTP_LISTENER_KEY, 5985), (HTTPS_LISTENER_KEY, 5986)):
        disk.registry.set(key, "Port", port, "DWord")
        disk.registry.set(key, "uriprefix", "wsman")
    for setting in (winrm_settings.BASIC, winrm_settings.CREDSSP):
        winrm_settings.set_own(disk.registry, setting, on=True)


def renew_certificate(machine: Machine, address: str, authority: Authority) -> None:
    """Give the HTTPS listener a certificate for the machine's names and its present address, as at each boot.

    Only a listener that has none yet, or one that was made here: like auto-enrolment, which renews what it has issued.
    """
    disk = machine.disk
    value = disk.registry.get(HTTPS_LISTENER_KEY, "certThumbprint")
    former = disk.certificates.get(str(value.data)) if value else None
    if not disk.registry.has_key(HTTPS_LISTENER_KEY) or (value and not (former and former.issued)):
        return
    if former:
        del disk.certificates[former.thumbprint]
    certificate = authority.issue(address, machine.fqdn, machine.computer_name)
    disk.certificates[certificate.thumbprint] = certificate
    disk.registry.set(HTTPS_LISTENER_KEY, "certThumbprint", certificate.thumbprint)
