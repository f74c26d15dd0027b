# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""TLS of an HTTPS listener, and how it comes by a client's certificate.

Windows asks for a certificate only when a client wants to log on with one: by renegotiation in TLS 1.2, by
post-handshake authentication in TLS 1.3, which Windows Server has had since 2022. Python cannot renegotiate: here a
TLS 1.2 client is asked in the handshake. A TLS 1.3 client that does not offer post-handshake authentication is cut off,
as Windows Server 2022 has been seen to do (pywinrm issue 376, ansible.windows issue 333).

Whether the certificate is any good is not decided here: a wrong one is answered 401 and not by an alert of TLS.
"""

from __future__ import annotations

import contextlib
import select
import ssl
import time
from typing import Any

from appstream_simulator.windows.protocol.certificates import ServerCertificate

# Content type and types of handshake messages (RFC 8446 5.1 and 4).
_HANDSHAKE = 22
_CERTIFICATE = 11
_FINISHED = 20
# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for.
_NO_CHECK_TIME = 0x200000
# Real seconds a client may take to send its certificate.
_PATIENCE = 30


class ConnectionTls:
    """TLS of one connection; `asks` whether its client may be asked for a certificate."""

    def __init__(self, certificate: ServerCertificate, *, tls13: bool, asks: bool) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate.certificate_path, certificate.key_path)
        if not tls13:
            self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self._finished = False
        if asks:
            self.context.verify_mode = ssl.CERT_OPTIONAL
            self.context.verify_flags = ssl.VerifyFlags(
                self.context.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
            )
            self.context.post_handshake_auth = True
            # Private, but the only way to see the certificate before OpenSSL judges it.
            self.context._msg_callback = self._see  # type: ignore[attr-defined]  # typeshed leaves it out

    def _see(self, connection: Any, direction: str, version: int, kind: int, message: int, data: bytes) -> None:
        """Trust the certificate that comes in, so that OpenSSL verifies no more than that the client has its key."""
        if direction != "read" or kind != _HANDSHAKE:
            return
        self._finished = message == _FINISHED
        if message == _CERTIFICATE and (certificate := leaf(data, tls13=version == ssl.TLSVersion.TLSv1_3)):
            with contextlib.suppress(ssl.SSLError):  # none at all: OpenSSL will say so
                self.context.load_verify_locations(cadata=certificate)

    def client_certificate(self, sock: ssl.SSLSocket) -> bytes | None:
        """The client's certificate in DER form, None when it has none.

        Raises ConnectionError for a client of TLS 1.3 that does not let itself be asked, and OSError when it goes away.
        """
        known = sock.getpeercert(binary_form=True)
        if known or sock.version() != "TLSv1.3":
            return known
        try:
            sock.verify_client_post_handshake()
        except ssl.SSLError as error:
            raise ConnectionResetError("the client offers no post-handshake authentication") from error
        self._finished = False
        sock.do_handshake()  # sends the request
        self._await_answer(sock)
        return sock.getpeercert(binary_form=True)

    def _await_answer(self, sock: ssl.SSLSocket) -> None:
        before, deadline = sock.gettimeout(), time.monotonic() + _PATIENCE
        sock.setblocking(False)
        try:
            while not self._finished:
                with contextlib.suppress(ssl.SSLWantReadError):
                    # A client of HTTP waits for the answer to its request: data, or the end, is no answer to ours.
                    sock.recv(1)
                    raise ConnectionResetError("the client did not send its certificate")
                if not self._finished and not select.select([sock], [], [], max(0.0, deadline - time.monotonic()))[0]:
                    raise TimeoutError("the client did not send its certificate")
        finally:
            sock.settimeout(before)


def leaf(message: bytes, *, tls13: bool) -> bytes:
    """The first certificate of a Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2) with its header; b"" for none."""
    start = 4 + (1 + int.from_bytes(message[4:5]) if tls13 else 0) + 3
    length = int.from_bytes(message[start : start + 3], "big")
    return message[start + 3 : start + 3 + length]
