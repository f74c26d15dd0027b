# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""WinRM's HTTP and HTTPS listeners of one machine."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

from spnego.exceptions import SpnegoError

from appstream_simulator.windows.protocol import message_encryption
from appstream_simulator.windows.protocol.access import OPEN, Access
from appstream_simulator.windows.protocol.authentication import Authenticated, ConnectionAuthentication
from appstream_simulator.windows.protocol.certificates import Authority, ServerCertificate, self_signed
from appstream_simulator.windows.protocol.execution import HANGING_CHECK
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.ntlm_credentials import NtlmCredentials
from appstream_simulator.windows.protocol.service import Service
from appstream_simulator.windows.protocol.tls import ConnectionTls

HTTP_PORT = 5985
HTTPS_PORT = 5986
PATH = "/wsman"
SOAP = "application/soap+xml;charset=UTF-8"
# Far above the server's MaxEnvelopeSize with the overhead of encryption; only protects the simulator's memory.
MAX_BODY = 16 * 1024 * 1024
# How long a connection may stay silent, real seconds.
IDLE_TIMEOUT = 300
# Before another attempt after accept() failed (no file descriptors left, for one), real seconds.
_PAUSE_AFTER_FAILURE = 0.1
# How long a client may wait for an answer through the firewall, real seconds.
_PATIENCE = 60


class Listener:
    """WinRM of one machine on one address. `start` once; `stop` is power-off and may be called again.

    Args:
        look: how the service is configured now, for `refresh`.
    """

    def __init__(
        self,
        host: Host,
        address: str,
        authority: Authority,
        faults: WindowsFaults,
        access: Access = OPEN,
        look: Callable[[], Access] | None = None,
    ) -> None:
        self._host = host
        self._address = address
        self._authority = authority
        self._faults = faults
        self._access = access
        self._look = look or (lambda: access)
        self._service = Service(host, faults, allows_shells=access.shells)
        self._servers: list[_Server] = []
        self._retired: list[_Server] = []

    def start(self) -> None:
        """Open the ports there are listeners for. Raises OSError when one is taken."""
        servers = []
        for port, tls in self._ports(self._access):
            try:
                servers.append(self._open(port, tls))
            except OSError:
                self.stop()
                raise
        for server in servers:
            self._accept(server)

    def refresh(self) -> None:
        """Open and close ports as listeners have come and gone; established connections live on, as they were made.

        Raises OSError when a port is taken.
        """
        self._access = self._look()
        wanted = {(port, tls.der if tls else None): tls for port, tls in self._ports(self._access)}
        open_now = {
            (int(server.server_address[1]), server.certificate and server.certificate.der): server
            for server in self._servers
        }
        for key in set(open_now) - set(wanted):
            self._servers.remove(open_now[key])
            self._retired.append(open_now[key])
            open_now[key].retire()
        for server in self._servers:
            server.access = self._access
        for key in set(wanted) - set(open_now):
            self._accept(self._open(key[0], wanted[key]))

    def _ports(self, access: Access) -> list[tuple[int, ServerCertificate | None]]:
        ports: list[tuple[int, ServerCertificate | None]] = [(HTTP_PORT, None)] if access.http else []
        if access.https:
            ports.append((HTTPS_PORT, access.certificate or self._issued_certificate()))
        return ports

    def _open(self, port: int, tls: ServerCertificate | None) -> _Server:
        credentials = NtlmCredentials(self._authority.state_directory / "ntlm" / self._address)
        surroundings = _Surroundings(
            self._host, self._service, self._faults, credentials, self._authority, self._access
        )
        server = _Server((self._address, port), surroundings, tls)
        self._servers.append(server)
        return server

    @staticmethod
    def _accept(server: _Server) -> None:
        name = f"winrm {server.server_address[0]!r}:{server.server_address[1]}"
        threading.Thread(target=server.accept_connections, name=name, daemon=True).start()

    def _issued_certificate(self) -> ServerCertificate:
        return self._authority.server_certificate(self._address, self._host.fqdn, self._host.computer_name)

    def stop(self) -> None:
        """Power-off: no new connections, established ones are cut, shells and the commands in them are gone."""
        servers, self._servers, self._retired = [*self._servers, *self._retired], [], []
        for server in servers:
            server.power_off()
        # Last, so that no client is told that its shell is gone.
        self._service.stop()


class Connection:
    """One TCP connection, which power-off and faults can cut from another thread."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def secure(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """Make the TLS handshake; the socket to go on with."""
        self._socket = secured = context.wrap_socket(self._socket, server_side=True)
        return secured

    def cut(self) -> None:
        """Reset the connection. Closing alone would leave a request in another thread alive; shutdown ends it."""
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            pass  # closed by the client in the meantime


@dataclass(frozen=True)
class _Surroundings:
    """What the listeners of one machine share."""

    host: Host
    service: Service
    faults: WindowsFaults
    credentials: NtlmCredentials
    authority: Authority
    access: Access


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], surroundings: _Surroundings, certificate: ServerCertificate | None
    ) -> None:
        self.host = surroundings.host
        self.service = surroundings.service
        self.faults = surroundings.faults
        self.credentials = surroundings.credentials
        self.access = surroundings.access
        self.authority = surroundings.authority
        self.certificate = certificate
        self._nobodys_certificate: ServerCertificate | None = None
        self._kept_out: set[str] = set()
        self._off = threading.Event()
        self._retiring = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, Connection] = {}
        super().__init__(address, BaseHTTPRequestHandler)

    def accept_connections(self) -> None:
        """Serve until there is no listener any more. Unlike serve_forever this sleeps while nothing happens."""
        while not (self._off.is_set() or self._retiring.is_set()):
            try:
                request, client_address = self.get_request()
            except OSError:
                self._off.wait(_PAUSE_AFTER_FAILURE)
                continue
            reason = self._kept_out_because(client_address[0])
            if reason:
                self._ignore(request, client_address[0], reason)
            elif self.verify_request(request, client_address):
                self.process_request(request, client_address)
            else:
                self.shutdown_request(request)

    def _kept_out_because(self, source: str) -> str | None:
        try:
            return self.access.keeps_out(source, self.server_address[1])
        except Exception as error:  # our own defect, which must not end the accepting of connections
            self._record_defect(error)
            return "error"

    def _record_defect(self, error: BaseException | None) -> None:
        self.host.journal.record("error", host=self.host.builder_name, error=f"{type(error).__name__}: {error}")

    def _ignore(self, request: socket.socket, source: str, reason: str) -> None:
        """Never answer a connection that a real machine would not even have seen, until its client gives up.

        A real firewall drops the client's first packet, so that connecting times out. Here the kernel has made the
        connection already.
        """
        if source not in self._kept_out:
            self._kept_out.add(source)
            self.host.journal.record(
                "firewall", host=self.host.builder_name, source=source, port=self.server_address[1], reason=reason
            )
        threading.Thread(target=self._outwait, args=(request,), name=f"firewall {source}", daemon=True).start()

    def _outwait(self, request: socket.socket) -> None:
        deadline = time.monotonic() + _PATIENCE
        try:
            while (left := deadline - time.monotonic()) > 0:
                request.settimeout(left)
                if not request.recv(65536):
                    break
        except OSError:
            pass  # timed out, or closed at either end
        Connection(request).cut()
        self.shutdown_request(request)

    def get_request(self) -> tuple[socket.socket, Any]:
        sock, peer = super().get_request()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(IDLE_TIMEOUT)
        with self._lock:
            self._connections[sock] = Connection(sock)
        if self._off.is_set() or self._retiring.is_set():
            self.shutdown_request(sock)
            raise ConnectionAbortedError("the machine went off")
        return sock, peer

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.pop(request, None)
        super().shutdown_request(request)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        if not self.faults.refuses(self.host.builder_name):
            return True
        self.host.journal.record("fault", host=self.host.builder_name, fault="refuse")
        Connection(request).cut()
        return False

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            connection = self._connections[request]
        if self.certificate is None:
            with request:
                _Handler(request, client_address, self, connection, None)
            return
        certificate = self.certificate
        if self.faults.changes_certificate(self.host.builder_name):
            self.host.journal.record("fault", host=self.host.builder_name, fault="certificate")
            certificate = self._strangers_certificate()
        tls = ConnectionTls(certificate, tls13=self.access.tls13, asks=self.access.client_certificates)
        with connection.secure(tls.context) as sock:
            try:
                _Handler(sock, client_address, self, connection, certificate, lambda: tls.client_certificate(sock))
            except ConnectionResetError:
                connection.cut()

    def _strangers_certificate(self) -> ServerCertificate:
        """A certificate for another name that vouches for itself: of who took the address, say."""
        with self._lock:
            if self._nobodys_certificate is None:
                self._nobodys_certificate = self.authority.files_of(
                    f"{self.server_address[0]!s}-stranger", self_signed("stranger")
                )
            return self._nobodys_certificate

    def wait_while_it_hangs(self) -> bool:
        """Leave a request without an answer as long as a fault says so; whether there is somebody left to answer."""
        while self.faults.hangs(self.host.builder_name):
            if self._off.wait(HANGING_CHECK):
                return False
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away or distrust the certificate are nothing to report; anything else is our own defect."""
        error = sys.exc_info()[1]
        if isinstance(error, (OSError, ssl.SSLError)):
            return
        self._record_defect(error)

    def retire(self) -> None:
        """Let nobody in any more; who is in stays."""
        self._retiring.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.server_close()

    def power_off(self) -> None:
        self._off.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.server_close()
        with self._lock:
            connections = list(self._connections.values())
        for connection in connections:
            connection.cut()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-HTTPAPI/2.0"
    sys_version = ""
    wbufsize = -1
    timeout = IDLE_TIMEOUT

    def __init__(
        self,
        request: socket.socket,
        client_address: Any,
        server: _Server,
        connection: Connection,
        certificate: ServerCertificate | None,
        ask_for_certificate: Callable[[], bytes | None] = lambda: None,
    ) -> None:
        self._connection = connection
        self._winrm = server
        self._authentication = ConnectionAuthentication(
            server.host,
            server.credentials,
            server.faults,
            certificate.der if certificate else None,
            server.access,
            ask_for_certificate,
        )
        super().__init__(request, client_address, cast("socketserver.BaseServer", server))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr; the journal has what matters."""

    def do_POST(self) -> None:
        """One WS-Management request, or the empty one that clients begin the authentication with."""
        body = self._read_body()
        if body is None or not self._winrm.wait_while_it_hangs():
            return
        outcome = self._authentication.authenticate(self.headers.get("Authorization"))
        if not isinstance(outcome, Authenticated):
            self._reply(401, challenges=outcome.headers)
            return
        if not body:
            self._reply(200, challenges=outcome.headers)
            return
        self._handle_message(body, outcome)

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            self._reply(413 if length.isdecimal() else 400)
            return None
        if self.path.partition("?")[0].lower() != PATH:
            self.rfile.read(int(length))
            self._reply(404)
            return None
        return self.rfile.read(int(length))

    def _handle_message(self, body: bytes, speaker: Authenticated) -> None:
        protocol = message_encryption.protocol_of(self.headers.get("Content-Type", ""))
        if protocol is None and not self._winrm.certificate and not self._winrm.access.unencrypted:
            # AllowUnencrypted=false. That Windows answers 500 without a body is assumed [unencrypted_body].
            self._winrm.host.journal.record(
                "auth", host=self._winrm.host.builder_name, outcome="unencrypted", user=speaker.user
            )
            self._reply(500, challenges=speaker.headers)
            return
        if protocol is None:
            status, answer = self._answer(body, speaker)
            self._reply(status, answer, SOAP, speaker.headers)
            return
        context = self._authentication.context
        try:
            message = message_encryption.decrypt(context, protocol, body)
        except (message_encryption.EncryptionError, SpnegoError, AttributeError):
            self._reply(400, challenges=speaker.headers)
            return
        status, answer = self._answer(message, speaker)
        content_type, sealed = message_encryption.encrypt(context, protocol, answer)
        self._reply(status, sealed, content_type, speaker.headers)

    def _answer(self, message: bytes, speaker: Authenticated) -> tuple[int, bytes]:
        if not speaker.allowed:
            return self._winrm.service.deny(message)
        return self._winrm.service.handle(message, speaker.user, self._connection.cut, speaker.network)

    def _reply(self, status: int, body: bytes = b"", content_type: str = "", challenges: tuple[str, ...] = ()) -> None:
        self.send_response(status)
        for challenge in challenges:
            self.send_header("WWW-Authenticate", challenge)
        if body:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
