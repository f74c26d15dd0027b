# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""HTTP authentication of one connection: Negotiate, Kerberos, NTLM, CredSSP, Basic and certificates, where allowed.

The security context belongs to the TCP connection, as on Windows: once it is complete, later requests on the
connection need no Authorization header. Kerberos is for members of a domain; NTLM and Basic know the machine's own
accounts only, because there is no channel to a domain controller that could vouch for others.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import spnego
from spnego._credssp_structures import TSPasswordCreds
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from appstream_simulator.windows.protocol import client_certificates
from appstream_simulator.windows.protocol.access import OPEN, Access, Domain
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials
from appstream_simulator.windows.protocol.ntlm_credentials import NtlmCredentials, claimed_account
from appstream_simulator.windows.protocol.pac import PacError

# Schemes and their challenges, in the order in which they are offered.
_SCHEMES = {
    "negotiate": "Negotiate",
    "kerberos": "Kerberos",
    "credssp": "CredSSP",
    "basic": 'Basic realm="WSMAN"',
    "ntlm": "",
}
# An NTLM AV_PAIR MsvAvChannelBindings: id 0x000A, length 16 (MS-NLMP 2.2.2.1).
_CHANNEL_BINDINGS_PAIR = b"\x0a\x00\x10\x00"


@dataclass(frozen=True)
class Authenticated:
    """Who speaks, and the last token of the handshake if the client waits for one.

    Attributes:
        allowed: may use WinRM; a user of the domain may be who it says and still have no rights here.
        network: what the logon has left for the way on to other computers: the credentials that CredSSP hands over, or
            a Kerberos ticket that was delegated. Every other logon leaves nothing.
    """

    user: str
    headers: tuple[str, ...] = ()
    allowed: bool = True
    network: NetworkCredentials | None = None


@dataclass(frozen=True)
class Challenge:
    """The request is answered 401 with these WWW-Authenticate headers."""

    headers: tuple[str, ...]


class ConnectionAuthentication:
    """The authentication state of one TCP connection.

    Args:
        certificate: the server's in DER form, None without TLS.
        ask_for_certificate: comes by the client's in DER form, None when it has none; asked only when certificates are
            allowed and the client wants to log on with one.
    """

    def __init__(
        self,
        host: Host,
        credentials: NtlmCredentials,
        faults: WindowsFaults,
        certificate: bytes | None,
        access: Access = OPEN,
        ask_for_certificate: Callable[[], bytes | None] = lambda: None,
    ) -> None:
        self._host = host
        self._credentials = credentials
        self._faults = faults
        self._certificate = certificate
        self._access = access
        self._ask_for_certificate = ask_for_certificate
        self.context: Any = None
        self._kerberos = False
        self._user: str | None = None
        self._allowed = True
        self._network: NetworkCredentials | None = None

    def authenticate(self, authorization: str | None) -> Authenticated | Challenge:
        """Judge a request by its Authorization header and what the connection has established before."""
        if not authorization:
            return Authenticated(self._user, (), self._allowed, self._network) if self._user else self._offer()
        if authorization.strip() == client_certificates.MUTUAL:
            return self._certificate_logon()
        scheme, _, credentials = authorization.partition(" ")
        try:
            token = base64.b64decode(credentials, validate=True)
        except ValueError:
            return self._refuse(scheme, "malformed credentials")
        if scheme.lower() not in _SCHEMES:
            return self._refuse(scheme, "scheme not supported")
        if scheme.lower() not in self._offered():
            return self._refuse(scheme, "scheme not allowed", self._basic_user(scheme, token))
        if scheme.lower() == "basic":
            return self._basic(token)
        return self._security_context(scheme, token)

    def _offered(self) -> dict[str, str]:
        """The schemes allowed on this connection, lower case, and their challenges; NTLM is a kind of Negotiate."""
        access = self._access
        allowed = {
            "negotiate": access.negotiate,
            "ntlm": access.negotiate,
            "kerberos": self._kerberos_allowed,
            "credssp": access.credssp,
            "basic": access.basic and (self._certificate is not None or access.unencrypted),
        }
        return {scheme: challenge for scheme, challenge in _SCHEMES.items() if allowed[scheme]}

    @property
    def _kerberos_allowed(self) -> bool:
        return self._access.kerberos and self._access.domain is not None

    def _offer(self) -> Challenge:
        return Challenge(tuple(challenge for challenge in self._offered().values() if challenge))

    def _basic(self, token: bytes) -> Authenticated | Challenge:
        user, _, password = _basic_text(token).partition(":")
        if not self._host.may_log_on(user, password):
            return self._refuse("Basic", "wrong user or password", user)
        return self._accept("Basic", user)

    def _certificate_logon(self) -> Authenticated | Challenge:
        if self._certificate is None or not self._access.client_certificates:
            return self._refuse("Certificate", "scheme not allowed")
        try:
            user = client_certificates.mapped(
                self._access.mappings,
                self._ask_for_certificate(),
                self._host.clock.now(),
                self._host.may_log_on,
            )
        except client_certificates.CertificateRefusedError as error:
            return self._refuse("Certificate", str(error))
        return self._accept("Certificate", user)

    @staticmethod
    def _basic_user(scheme: str, token: bytes) -> str | None:
        return _basic_text(token).partition(":")[0] if scheme.lower() == "basic" else None

    def _security_context(self, scheme: str, token: bytes) -> Authenticated | Challenge:
        try:
            with self._credentials.in_force(self._host.accounts(), self._host.computer_name):
                if self.context is None or self.context.complete:
                    self._user = None
                    self.context = self._new_context(scheme, token)
                if self.context is None:
                    return self._refuse(scheme, "no mechanism that is allowed")
                answer = self.context.step(token, channel_bindings=self._bindings(token))
        except SpnegoError as error:
            self.context = None
            return self._refuse(scheme, *self._failure(error, token))
        header = (f"{scheme} {base64.b64encode(answer).decode()}",) if answer else ()
        if not self.context.complete:
            return Challenge(header)
        if self._kerberos and self._access.domain:
            return self._log_on(scheme, self._access.domain, header)
        return self._accept(scheme, self.context.client_principal, header, network=self._handed_over())

    def _handed_over(self) -> NetworkCredentials | None:
        """The user's password, which CredSSP hands over and nothing else does."""
        credential = self.context.get_extra_info("client_credential")
        if not isinstance(credential, TSPasswordCreds):
            return None
        domain, user = credential.domain_name, credential.username
        return NetworkCredentials(f"{domain}\\{user}" if domain else user, credential.password)

    def _new_context(self, scheme: str, token: bytes) -> Any:
        """A context for a first token; None when the token offers nothing that is allowed."""
        self._kerberos = False
        if scheme.lower() == "credssp":
            return spnego.server(protocol="credssp")
        if self._access.domain is None:
            return _local_context(token)
        # Here, because python-gssapi is there only where machines are members of a domain.
        from appstream_simulator.windows.protocol import kerberos

        chosen = kerberos.mechanism(token, kerberos=self._kerberos_allowed)
        if chosen is None or (chosen == "ntlm" and scheme.lower() == "kerberos"):
            return None
        self._kerberos = chosen == "kerberos"
        return kerberos.acceptor(chosen, self._access.domain.keytab)

    def _log_on(self, scheme: str, domain: Domain, headers: tuple[str, ...]) -> Authenticated | Challenge:
        from appstream_simulator.windows.protocol import kerberos

        try:
            information = kerberos.logon_information(self.context)
        except PacError as error:
            user, self.context = self.context.client_principal, None
            return self._refuse(scheme, str(error), user)
        allowed = domain.log_on(information)
        if not allowed:
            self._record(scheme, information.account, "denied", "no rights on this computer")
        network = NetworkCredentials(information.account) if kerberos.delegated(self.context) else None
        return self._accept(scheme, information.account, headers, allowed, network)

    def _failure(self, error: SpnegoError, token: bytes) -> tuple[str, str | None]:
        """Why a handshake failed, and who tried if that can be told."""
        if self._access.domain is None:
            return type(error).__name__, None
        if self._kerberos:
            return str(error), None
        domain, user = claimed_account(token) or ("", "")
        account = f"{domain}\\{user}" if domain else user
        if domain.lower() in self._access.domain.names or user.lower().partition("@")[2] in self._access.domain.names:
            return "accounts of a domain cannot be verified here but by Kerberos", account
        return type(error).__name__, account or None

    def _bindings(self, token: bytes) -> GssChannelBindings | None:
        """The channel bindings to hold the client to.

        Those it sends must be right, it may leave them out: Windows' default CbtHardeningLevel, Relaxed. MIT Kerberos
        is of the same mind.
        """
        if not self._certificate or not (self._kerberos or _CHANNEL_BINDINGS_PAIR in token):
            return None
        digest = hashlib.sha256(self._certificate).digest()
        return GssChannelBindings(application_data=b"tls-server-end-point:" + digest)

    def _accept(
        self,
        scheme: str,
        user: str,
        headers: tuple[str, ...] = (),
        allowed: bool = True,
        network: NetworkCredentials | None = None,
    ) -> Authenticated | Challenge:
        if self._faults.unauthorized(self._host.builder_name):
            self.context = None
            self._host.journal.record("fault", host=self._host.builder_name, fault="unauthorized")
            return self._refuse(scheme, "fault", user)
        if allowed and user != self._user:  # Basic and certificates come with every request
            self._record(scheme, user, "accepted")
        self._user, self._allowed, self._network = user, allowed, network
        return Authenticated(user, headers, allowed, network)

    def _refuse(self, scheme: str, reason: str, user: str | None = None) -> Challenge:
        self._user = None
        self._record(scheme, user, "refused", reason)
        return self._offer()

    def _record(self, scheme: str, user: str | None, outcome: str, reason: str | None = None) -> None:
        self._host.journal.record(
            "auth",
            host=self._host.builder_name,
            scheme=scheme,
            transport="https" if self._certificate else "http",
            user=user,
            outcome=outcome,
            reason=reason,
        )


def _basic_text(token: bytes) -> str:
    """RFC 7617 leaves the charset open; requests sends Latin-1."""
    try:
        return token.decode()
    except UnicodeDecodeError:
        return token.decode("latin-1")


def _local_context(token: bytes) -> Any:
    if token.startswith(b"NTLMSSP\0"):
        return spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    return spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
