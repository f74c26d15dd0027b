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
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

from spnego.exceptions import SpnegoError

from appstream_simulator.windows.protocol import message_encryption
from appstream_simulator.windows.protocol.authentication import Authenticated, ConnectionAuthentication
from appstream_simulator.windows.protocol.certificates import Authority, ServerCertificate
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.ntlm_credentials import NtlmCredentials
from appstream_simulator.windows.protocol.service import Service

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


class Listener:
    """WinRM of one machine on one address, both ports. `start` once; `stop` is power-off and may be called again."""

    def __init__(self, host: Host, address: str, authority: Authority, faults: WindowsFaults) -> None:
        self._host = host
        self._address = address
        self._authority = authority
        self._faults = faults
        self._service = Service(host, faults)
        self._servers: list[_Server] = []

    def start(self) -> None:
        """Open both ports. Raises OSError when one is taken."""
        certificate = self._authority.server_certificate(self._address, self._host.fqdn, self._host.computer_name)
        credentials = NtlmCredentials(self._authority.state_directory / "ntlm" / self._address)
        for port, tls in ((HTTP_PORT, None), (HTTPS_PORT, certificate)):
            try:
                server = _Server((self._address, port), self._host, self._service, self._faults, credentials, tls)
            except OSError:
                self.stop()
                raise
            self._servers.append(server)
        for server in self._servers:
            threading.Thread(
                target=server.accept_connections, name=f"winrm {self._address}:{server.server_address[1]}", daemon=True
            ).start()

    def stop(self) -> None:
        """Power-off: no new connections, established ones are cut, shells and the commands in them are gone."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.power_off()
        # Last, so that no client is told that its shell is gone.
        self._service.stop()


class Connection:
    """One TCP connection, which power-off and faults can cut from another thread."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def secure(self, context: ssl.SSLContext) -> socket.socket:
        """Make the TLS handshake; the socket to go on with."""
        self._socket = context.wrap_socket(self._socket, server_side=True)
        return self._socket

    def cut(self) -> None:
        """Reset the connection. Closing alone would leave a request in another thread alive; shutdown ends it."""
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            pass  # closed by the client in the meantime


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        host: Host,
        service: Service,
        faults: WindowsFaults,
        credentials: NtlmCredentials,
        certificate: ServerCertificate | None,
    ) -> None:
        self.host = host
        self.service = service
        self.faults = faults
        self.credentials = credentials
        self.certificate = certificate
        self._off = threading.Event()
        self._tls = _tls_context(certificate) if certificate else None
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, Connection] = {}
        super().__init__(address, BaseHTTPRequestHandler)

    def accept_connections(self) -> None:
        """Serve until power-off. Unlike serve_forever this sleeps while nothing happens and ends at once."""
        while not self._off.is_set():
            try:
                request, client_address = self.get_request()
            except OSError:
                self._off.wait(_PAUSE_AFTER_FAILURE)
                continue
            if self.verify_request(request, client_address):
                self.process_request(request, client_address)
            else:
                self.shutdown_request(request)

    def get_request(self) -> tuple[socket.socket, Any]:
        sock, peer = super().get_request()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(IDLE_TIMEOUT)
        with self._lock:
            self._connections[sock] = Connection(sock)
        if self._off.is_set():
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
        sock = connection.secure(self._tls) if self._tls else request
        with sock:
            _Handler(sock, client_address, self, connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away or distrust the certificate are nothing to report; anything else is our own defect."""
        error = sys.exc_info()[1]
        if isinstance(error, (OSError, ssl.SSLError)):
            return
        self.host.journal.record("error", host=self.host.builder_name, error=f"{type(error).__name__}: {error}")

    def power_off(self) -> None:
        self._off.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.server_close()
        with self._lock:
            connections = list(self._connections.values())
        for connection in connections:
            connection.cut()


def _tls_context(certificate: ServerCertificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate_path, certificate.key_path)
    return context


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-HTTPAPI/2.0"
    sys_version = ""
    wbufsize = -1
    timeout = IDLE_TIMEOUT

    def __init__(self, request: socket.socket, client_address: Any, server: _Server, connection: Connection) -> None:
        self._connection = connection
        self._winrm = server
        certificate = server.certificate
        self._authentication = ConnectionAuthentication(
            server.host, server.credentials, server.faults, certificate.der if certificate else None
        )
        super().__init__(request, client_address, cast("socketserver.BaseServer", server))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr; the journal has what matters."""

    def do_POST(self) -> None:
        """One WS-Management request, or the empty one that clients begin the authentication with."""
        body = self._read_body()
        if body is None:
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
        if protocol is None and not self._winrm.certificate:
            # AllowUnencrypted=false. That Windows answers 500 without a body is assumed.
            self._winrm.host.journal.record(
                "auth", host=self._winrm.host.builder_name, outcome="unencrypted", user=speaker.user
            )
            self._reply(500, challenges=speaker.headers)
            return
        if protocol is None:
            status, answer = self._winrm.service.handle(body, speaker.user, self._connection.cut)
            self._reply(status, answer, SOAP, speaker.headers)
            return
        context = self._authentication.context
        try:
            message = message_encryption.decrypt(context, protocol, body)
        except (message_encryption.EncryptionError, SpnegoError, AttributeError):
            self._reply(400, challenges=speaker.headers)
            return
        status, answer = self._winrm.service.handle(message, speaker.user, self._connection.cut)
        content_type, sealed = message_encryption.encrypt(context, protocol, answer)
        self._reply(status, sealed, content_type, speaker.headers)

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
