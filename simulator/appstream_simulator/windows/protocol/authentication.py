# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""HTTP authentication of one connection: Negotiate and NTLM (both NTLM inside), CredSSP, and Basic over TLS only.

The security context belongs to the TCP connection, as on Windows: once it is complete, later requests on the
connection need no Authorization header. Kerberos, which Windows offers, is missing: there is no domain controller.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.ntlm_credentials import NtlmCredentials

# An NTLM AV_PAIR MsvAvChannelBindings: id 0x000A, length 16 (MS-NLMP 2.2.2.1).
_CHANNEL_BINDINGS_PAIR = b"\x0a\x00\x10\x00"


@dataclass(frozen=True)
class Authenticated:
    """Who speaks, and the last token of the handshake if the client waits for one."""

    user: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Challenge:
    """The request is answered 401 with these WWW-Authenticate headers."""

    headers: tuple[str, ...]


class ConnectionAuthentication:
    """The authentication state of one TCP connection. `certificate` is the server's in DER form, None without TLS."""

    def __init__(
        self, host: Host, credentials: NtlmCredentials, faults: WindowsFaults, certificate: bytes | None
    ) -> None:
        self._host = host
        self._credentials = credentials
        self._faults = faults
        self._certificate = certificate
        self.context: Any = None
        self._user: str | None = None

    def authenticate(self, authorization: str | None) -> Authenticated | Challenge:
        """Judge a request by its Authorization header and what the connection has established before."""
        if not authorization:
            return Authenticated(self._user) if self._user else self._offer()
        scheme, _, credentials = authorization.partition(" ")
        try:
            token = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return self._refuse(scheme, "malformed credentials")
        if scheme.lower() == "basic":
            return self._basic(token)
        if scheme.lower() in ("negotiate", "ntlm", "credssp"):
            return self._security_context(scheme, token)
        return self._refuse(scheme, "scheme not supported")

    def _offer(self) -> Challenge:
        offered = ["Negotiate", "CredSSP"]
        if self._certificate:
            offered.append('Basic realm="WSMAN"')
        return Challenge(tuple(offered))

    def _basic(self, token: bytes) -> Authenticated | Challenge:
        user, _, password = _basic_text(token).partition(":")
        if not self._certificate:
            return self._refuse("Basic", "Basic is not allowed without TLS", user)
        if not self._host.check_password(user, password):
            return self._refuse("Basic", "wrong user or password", user)
        return self._accept("Basic", user)

    def _security_context(self, scheme: str, token: bytes) -> Authenticated | Challenge:
        try:
            with self._credentials.in_force(self._host.accounts(), self._host.computer_name):
                if self.context is None or self.context.complete:
                    self._user = None
                    self.context = _new_context(scheme, token)
                answer = self.context.step(token, channel_bindings=self._bindings(token))
        except SpnegoError as error:
            self.context = None
            return self._refuse(scheme, type(error).__name__)
        header = (f"{scheme} {base64.b64encode(answer).decode()}",) if answer else ()
        if not self.context.complete:
            return Challenge(header)
        return self._accept(scheme, self.context.client_principal, header)

    def _bindings(self, token: bytes) -> GssChannelBindings | None:
        """The channel bindings to hold the client to.

        Those it sends must be right, it may leave them out: Windows' default CbtHardeningLevel, Relaxed.
        """
        if not self._certificate or _CHANNEL_BINDINGS_PAIR not in token:
            return None
        digest = hashlib.sha256(self._certificate).digest()
        return GssChannelBindings(application_data=b"tls-server-end-point:" + digest)

    def _accept(self, scheme: str, user: str, headers: tuple[str, ...] = ()) -> Authenticated | Challenge:
        if self._faults.unauthorized(self._host.builder_name):
            self.context = None
            self._host.journal.record("fault", host=self._host.builder_name, fault="unauthorized")
            return self._refuse(scheme, "fault", user)
        if user != self._user:  # Basic comes with every request
            self._record(scheme, user, "accepted")
        self._user = user
        return Authenticated(user, headers)

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


def _new_context(scheme: str, token: bytes) -> Any:
    if scheme.lower() == "credssp":
        return spnego.server(protocol="credssp")
    if token.startswith(b"NTLMSSP\0"):
        return spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    return spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
