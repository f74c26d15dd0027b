# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the WinRM service of a machine is configured, and who reaches it: what a `Listener` goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appstream_simulator.windows.protocol.certificates import ServerCertificate
from appstream_simulator.windows.protocol.client_certificates import CertificateMapping
from appstream_simulator.windows.protocol.pac import LogonInformation


def keep_nobody_out(_source: str, _port: int) -> str | None:
    """No firewall."""
    return None


@dataclass(frozen=True)
class Domain:
    """A machine's domain, as far as logons go.

    Attributes:
        keytab: the machine's own keys.
        names: of the domain, lower case, as clients write them before or behind a user's name.
        log_on: notes a logon; whether the user may use WinRM.
    """

    keytab: Path
    names: frozenset[str]
    log_on: Callable[[LogonInformation], bool]


@dataclass(frozen=True)
class Access:
    """`winrm get winrm/config/service`, the listeners, and the firewall in front of them.

    The defaults are those of a machine that is simply open.

    Attributes:
        http, https: whether there is a listener.
        certificate: of the HTTPS listener; None for one that the simulator's authority issues.
        basic: allowed over TLS, without it together with `unencrypted` only.
        kerberos: allowed, if there is a `domain`.
        client_certificates: allowed, over TLS; nobody gets in without a mapping.
        mappings: which accounts client certificates stand for.
        tls13: TLS 1.3 is spoken, as by Windows Server since 2022.
        shells: remote shells are allowed.
        keeps_out: why a source address may not connect to a port, None when it may.
    """

    http: bool = True
    https: bool = True
    certificate: ServerCertificate | None = None
    basic: bool = True
    unencrypted: bool = False
    negotiate: bool = True
    kerberos: bool = True
    credssp: bool = True
    client_certificates: bool = False
    mappings: tuple[CertificateMapping, ...] = ()
    tls13: bool = True
    shells: bool = True
    keeps_out: Callable[[str, int], str | None] = keep_nobody_out
    domain: Domain | None = None


OPEN = Access()
