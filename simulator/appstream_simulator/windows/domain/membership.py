# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a joined machine knows of its domain and its own account there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Membership:
    """A machine's place in a domain.

    Attributes:
        domain: DNS name of the domain, lower case; its Kerberos realm is the same in upper case.
        netbios_name: short name of the domain (`CORP`).
        controller: DNS name of the domain controller the machine talks to.
        controller_address: where that is.
        computer_name: NetBIOS name of the machine, without `$`.
        fqdn: DNS name of the machine (`dNSHostName` of its account), lower case.
        keytab: the machine's keys (client keys of `COMPUTER$`, service keys of HOST, HTTP and WSMAN); mode 0600.
        kerberos_configuration: a krb5.conf with which the realm's KDC is found.
    """

    domain: str
    netbios_name: str
    controller: str
    controller_address: str
    computer_name: str
    fqdn: str
    keytab: Path = field(repr=False)
    kerberos_configuration: Path

    @property
    def realm(self) -> str:
        """The Kerberos realm."""
        return self.domain.upper()
