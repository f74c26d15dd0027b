# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The domain's directory as one of its computers sees it, over LDAP sealed by Kerberos. Runs in `member`'s process."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ldap
import ldap.dn
import ldap.filter
import ldap.sasl
from ldap.controls import RequestControl

from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy_links import Container
from appstream_simulator.windows.domain.security_descriptor import sid_of

_TIMEOUT = 10
# LDAP_SERVER_SD_FLAGS_OID (MS-ADTS 3.1.1.3.4.1.11): owner, group and discretionary list, without the audit list, which
# needs a privilege. The value is BER: SEQUENCE { INTEGER 7 }.
_SD_FLAGS = ("1.2.840.113556.1.4.801", b"\x30\x03\x02\x01\x07")
_MINIMUM_SSF = 56  # any of Kerberos' ciphers; without one the domain controller refuses
_BLOCK_INHERITANCE = 1

Attributes = dict[str, list[bytes]]


@dataclass(frozen=True)
class Computer:
    """The machine's own account.

    Attributes:
        name: its distinguished name.
        sids: its own and those of its groups.
    """

    name: str
    sids: frozenset[str]


class Directory:
    """A connection as the computer, whose ticket is in the credential cache.

    Raises:
        ldap.LDAPError, OSError: there is none to be had.
    """

    def __init__(self, membership: Membership) -> None:
        # Name and address apart: the ticket is for the name, which need not be known to this computer's resolver.
        self._socket = socket.create_connection((membership.controller_address, 389), _TIMEOUT)
        self._socket.setblocking(True)
        self._ldap = ldap.initialize(f"ldap://{membership.controller}", fileno=self._socket)
        self._ldap.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
        self._ldap.set_option(ldap.OPT_REFERRALS, 0)
        self._ldap.set_option(ldap.OPT_X_SASL_NOCANON, 1)
        self._ldap.set_option(ldap.OPT_X_SASL_SSF_MIN, _MINIMUM_SSF)
        self._ldap.timeout = _TIMEOUT
        self._ldap.sasl_interactive_bind_s("", ldap.sasl.gssapi())
        self.base = self.read("", ["defaultNamingContext"])["defaultNamingContext"][0].decode()

    def computer(self, name: str) -> Computer:
        """The account of a computer.

        Raises:
            LookupError: there is none.
        """
        wanted = ldap.filter.filter_format("(&(objectClass=computer)(sAMAccountName=%s))", [f"{name}$"])
        entries = self._ldap.search_s(self.base, ldap.SCOPE_SUBTREE, wanted, ["objectSid"])
        found = [(dn, attributes) for dn, attributes in entries if dn]
        if not found:
            raise LookupError(f"the domain has no computer {name}")
        dn, attributes = found[0]
        groups = (self.read(dn, ["tokenGroups"]) or {}).get("tokenGroups", [])
        own = attributes["objectSid"][0]
        return Computer(dn, frozenset(sid_of(sid) for sid in [own, *groups]))

    def containers(self, dn: str) -> list[Container]:
        """The domain and the organizational units an object is in, the outermost first."""
        containers: list[Container] = []
        parent = parent_of(dn)
        while True:
            attributes = self.read(parent, ["gPLink", "gPOptions"]) or {}
            blocks = int(_text(attributes, "gPOptions") or "0") & _BLOCK_INHERITANCE
            containers.insert(0, Container(parent, _text(attributes, "gPLink"), bool(blocks)))
            if parent.lower() == self.base.lower():
                return containers
            parent = parent_of(parent)

    def linked_sites(self) -> list[str]:
        """Sites of the forest with links to group policy objects."""
        base = f"CN=Sites,{self.read('', ['configurationNamingContext'])['configurationNamingContext'][0].decode()}"
        entries = self._ldap.search_s(base, ldap.SCOPE_ONELEVEL, "(&(objectClass=site)(gPLink=*))", ["gPLink"])
        return [dn for dn, attributes in entries if dn and _text(attributes, "gPLink").strip()]

    def policy_object(self, dn: str) -> Attributes | None:
        """The attributes of a group policy container with its security descriptor; None when it cannot be seen."""
        controls = [RequestControl(_SD_FLAGS[0], True, _SD_FLAGS[1])]
        attributes: Attributes | None = self.read(dn, ["*", "nTSecurityDescriptor"], controls)
        return attributes

    def read(self, dn: str, attributes: list[str], controls: list[RequestControl] | None = None) -> Any:
        """One object's attributes, None when it cannot be seen."""
        try:
            search: Callable[..., Any] = self._ldap.search_ext_s
            entries = search(dn, ldap.SCOPE_BASE, "(objectClass=*)", attributes, serverctrls=controls)
        except ldap.NO_SUCH_OBJECT:
            return None
        return next((found for name, found in entries if name is not None), None)


def parent_of(dn: str) -> str:
    """The distinguished name of the object an object is in."""
    return str(ldap.dn.dn2str(ldap.dn.str2dn(dn)[1:]))


def _text(attributes: Attributes, name: str) -> str:
    return attributes.get(name, [b""])[0].decode()
