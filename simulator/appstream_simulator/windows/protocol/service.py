# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The WS-Management service of one machine: which request does what to which shell."""

from __future__ import annotations

import base64
import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from xml.sax.saxutils import escape

from appstream_simulator.windows.protocol import execution, psrp, wsman
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials
from appstream_simulator.windows.protocol.shells import Command, CommandShell


@dataclass(frozen=True)
class Quotas:
    """WinRM limits of a server (`winrm get winrm/config`), Windows' defaults.

    Windows limits concurrent operations; a limit on the operations of one shell has the same effect on a client and
    is what `operations_per_shell` sets, None for no limit.
    """

    max_envelope: int = 500 * 1024
    shells_per_user: int = 30
    operations_per_shell: int | None = None


class Shell(Protocol):
    """What both kinds of shell have in common."""

    @property
    def id(self) -> str: ...

    @property
    def owner(self) -> str: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Caller:
    """Who sent a request, how to cut the connection it came on, and what the logon left for other computers."""

    user: str
    cut_connection: Callable[[], None]
    network: NetworkCredentials | None = None


class Service:
    """Answers requests of authenticated users. One per machine; thread-safe."""

    def __init__(
        self, host: Host, faults: WindowsFaults, quotas: Quotas | None = None, *, allows_shells: bool = True
    ) -> None:
        self._host = host
        self._faults = faults
        self._quotas = quotas or Quotas()
        self._allows_shells = allows_shells
        self._shells: dict[str, Shell] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Power-off: all shells are gone and nothing that still runs may answer."""
        self._stopped.set()
        with self._lock:
            shells, self._shells = list(self._shells.values()), {}
        for shell in shells:
            shell.close()

    def handle(
        self,
        message: bytes,
        user: str,
        cut_connection: Callable[[], None],
        network: NetworkCredentials | None = None,
    ) -> tuple[int, bytes]:
        """Answer a SOAP message: HTTP status and SOAP message."""
        message_id = ""
        try:
            if len(message) > self._quotas.max_envelope:
                raise wsman.envelope_too_large(self._quotas.max_envelope)
            request = wsman.parse(message)
            message_id = request.message_id
            body = self._dispatch(request, Caller(user, cut_connection, network))
            return 200, wsman.envelope(f"{request.action}Response", message_id, body)
        except wsman.Fault as fault:
            return 500, wsman.fault_envelope(fault, message_id, self._host.computer_name)

    def deny(self, message: bytes) -> tuple[int, bytes]:
        """Answer a SOAP message of a user who has no rights here."""
        try:
            message_id = wsman.parse(message).message_id
        except wsman.Fault:
            message_id = ""
        return 500, wsman.fault_envelope(wsman.access_denied(), message_id, self._host.computer_name)

    def _dispatch(self, request: wsman.Request, caller: Caller) -> str:
        if request.action == wsman.CREATE:
            return self._create(request, caller)
        shell = self._shell(request.shell_id)
        if request.action == wsman.DELETE:
            with self._lock:
                self._shells.pop(shell.id, None)
            shell.close()
            return ""
        if isinstance(shell, psrp.PowerShellShell):
            return psrp.dispatch(shell, request, caller.cut_connection)
        handler = self._command_actions.get(request.action)
        if handler is None or not isinstance(shell, CommandShell):
            raise wsman.action_not_supported(request.action)
        return handler(self, shell, request, caller)

    def _shell(self, shell_id: str | None) -> Shell:
        with self._lock:
            shell = self._shells.get((shell_id or "").upper())
        if shell is None:
            raise wsman.shell_not_found(shell_id)
        return shell

    def _create(self, request: wsman.Request, caller: Caller) -> str:
        if not self._allows_shells:
            # AllowRemoteShellAccess=0; what Windows answers then is assumed [remote_shells_forbidden].
            raise wsman.access_denied()
        with self._lock:
            owned = sum(shell.owner == caller.user for shell in self._shells.values())
        if owned >= self._quotas.shells_per_user:
            raise wsman.too_many_shells(self._quotas.shells_per_user)
        shell = self._new_shell(request, caller)
        with self._lock:
            self._shells[shell.id] = shell
        streams = ("stdin pr", "stdout") if isinstance(shell, psrp.PowerShellShell) else ("stdin", "stdout stderr")
        return _created(request.resource, shell, self._host.computer_name, *streams)

    def _new_shell(self, request: wsman.Request, caller: Caller) -> Shell:
        if request.resource.startswith(wsman.POWERSHELL_URI):
            return psrp.open_shell(request, caller.user, functools.partial(self._session, caller.user, caller.network))
        if request.resource == wsman.COMMAND_SHELL_URI:
            return CommandShell(caller.user, caller.network)
        raise wsman.action_not_supported(request.resource)

    def _session(
        self,
        user: str,
        network: NetworkCredentials | None,
        read_stdin: Callable[[], bytes],
        cut_connection: Callable[[], None],
    ) -> execution.Session:
        return execution.Session(self._host, user, self._faults, read_stdin, cut_connection, self._stopped, network)

    def _command(self, shell: CommandShell, request: wsman.Request, caller: Caller) -> str:
        shell.operations += 1
        limit = self._quotas.operations_per_shell
        if limit is not None and shell.operations > limit:
            raise wsman.too_many_operations(limit)
        line = request.body.find("rsp:CommandLine", wsman.NAMESPACES)
        if line is None:
            raise wsman.malformed()
        words = [line.findtext("rsp:Command", "", wsman.NAMESPACES)]
        words += [argument.text or "" for argument in line.findall("rsp:Arguments", wsman.NAMESPACES)]
        command_line = " ".join(words).strip()
        shell_wanted = request.options.get("WINRS_SKIP_CMD_SHELL", "FALSE").upper() != "TRUE"
        command = Command(
            lambda read_stdin: execution.run_command_line(
                self._session(caller.user, shell.network, read_stdin, caller.cut_connection),
                command_line,
                shell=shell_wanted,
            ),
            console_stdin=request.options.get("WINRS_CONSOLEMODE_STDIN", "TRUE").upper() == "TRUE",
        )
        shell.commands[command.id] = command
        return f"<rsp:CommandResponse><rsp:CommandId>{command.id}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, shell: CommandShell, request: wsman.Request, caller: Caller) -> str:
        for stream in request.body.findall("rsp:Send/rsp:Stream", wsman.NAMESPACES):
            data = wsman.content(stream.text)
            end = stream.get("End", "").lower() in ("true", "1")
            shell.command(stream.get("CommandId")).send(data, end=end)
        return "<rsp:SendResponse/>"

    def _receive(self, shell: CommandShell, request: wsman.Request, caller: Caller) -> str:
        desired = request.body.find("rsp:Receive/rsp:DesiredStream", wsman.NAMESPACES)
        if desired is None:
            raise wsman.malformed()
        command = shell.command(desired.get("CommandId"))
        output = command.receive(request.timeout, wsman.stream_budget(request.max_envelope))
        parts = [
            f'<rsp:Stream Name="{name}" CommandId="{command.id}">{base64.b64encode(data).decode()}</rsp:Stream>'
            for name, data in output.chunks
        ]
        state = "Running" if output.exit_code is None else "Done"
        if output.exit_code is not None:
            parts += [
                f'<rsp:Stream Name="{name}" CommandId="{command.id}" End="true"/>' for name in ("stdout", "stderr")
            ]
        exit_code = "" if output.exit_code is None else f"<rsp:ExitCode>{output.exit_code}</rsp:ExitCode>"
        parts.append(
            f'<rsp:CommandState CommandId="{command.id}" State="{wsman.SHELL}/CommandState/{state}">{exit_code}'
            "</rsp:CommandState>"
        )
        return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"

    def _signal(self, shell: CommandShell, request: wsman.Request, caller: Caller) -> str:
        signal = request.body.find("rsp:Signal", wsman.NAMESPACES)
        command = shell.commands.pop(signal.get("CommandId", ""), None) if signal is not None else None
        if command is not None:
            command.terminate()
        return "<rsp:SignalResponse/>"

    _command_actions: Mapping[str, Callable[[Service, CommandShell, wsman.Request, Caller], str]] = {
        wsman.COMMAND: _command,
        wsman.SEND: _send,
        wsman.RECEIVE: _receive,
        wsman.SIGNAL: _signal,
    }


def _created(resource: str, shell: Shell, computer: str, input_streams: str, output_streams: str) -> str:
    shell_id = escape(shell.id, {'"': "&quot;"})
    return (
        f"<x:ResourceCreated><a:Address>http://{computer}:5985/wsman</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{escape(resource)}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>'
        "</a:ReferenceParameters></x:ResourceCreated>"
        f'<rsp:Shell ShellId="{shell_id}"><rsp:ShellId>{shell_id}</rsp:ShellId>'
        f"<rsp:ResourceUri>{escape(resource)}</rsp:ResourceUri><rsp:Owner>{escape(shell.owner)}</rsp:Owner>"
        f"<rsp:InputStreams>{input_streams}</rsp:InputStreams><rsp:OutputStreams>{output_streams}</rsp:OutputStreams>"
        "</rsp:Shell>"
    )
