# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PowerShell remoting over WS-Management (MS-PSRP), on psrpcore's server half.

Disconnected runspaces, host prompts and SecureStrings are not simulated.
"""

from __future__ import annotations

import base64
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psrpcore
from psrpcore.types import HostMethodIdentifier

from appstream_simulator.windows.protocol import clixml, execution, wsman
from appstream_simulator.windows.protocol.host import ProcessResult
from appstream_simulator.windows.protocol.shells import ConnectionCut

_FRAGMENT_SIZE = 32768
_VERSION_TABLE = {"PSVersionTable": {"PSVersion": "5.1.20348.1"}}

# Makes the session a pipeline runs in, of the two functions execution.Session asks for.
SessionFactory = Callable[[Callable[[], bytes], Callable[[], None]], execution.Session]


@dataclass
class _Pipeline:
    server: psrpcore.ServerPipeline
    text: str
    input_file: str | None
    input: list[str] = field(default_factory=list)
    input_complete: bool = False
    done: bool = False
    terminated: bool = False


class PowerShellShell:
    """A runspace pool and its pipelines."""

    def __init__(self, shell_id: str, owner: str, new_session: SessionFactory) -> None:
        self.id = shell_id.upper()
        self.owner = owner
        self._new_session = new_session
        self._pool = psrpcore.ServerRunspacePool(application_private_data=_VERSION_TABLE)
        self._changed = threading.Condition()
        self._outgoing: dict[uuid.UUID | None, list[bytes]] = defaultdict(list)
        self._pipelines: dict[uuid.UUID, _Pipeline] = {}
        self._closed = False

    def feed(
        self,
        data: bytes,
        pipeline_id: uuid.UUID | None,
        cut_connection: Callable[[], None],
        stream: psrpcore.StreamType = psrpcore.StreamType.default,
    ) -> None:
        """Take fragments from the client; a complete new pipeline starts to run.

        Raises Fault when they are none, whose words are not Windows' own.
        """
        with self._changed:
            if pipeline_id and pipeline_id not in self._pool.pipeline_table:
                psrpcore.ServerPipeline(self._pool, pipeline_id)
            try:
                self._pool.receive_data(psrpcore.PSRPPayload(data, stream, pipeline_id))
                events = list(iter(self._pool.next_event, None))
            except Exception as error:  # psrpcore raises whatever taking the bytes apart comes to
                raise wsman.malformed() from error
            for event in events:
                self._handle(event, cut_connection)
            self._collect()

    def _handle(self, event: Any, cut_connection: Callable[[], None]) -> None:
        if isinstance(event, psrpcore.CreatePipelineEvent):
            self._start_pipeline(event.pipeline_id, cut_connection)
        elif isinstance(event, psrpcore.PipelineInputEvent):
            items = event.data if isinstance(event.data, list) else [event.data]
            self._pipelines[event.pipeline_id].input += [str(item) for item in items]
        elif isinstance(event, psrpcore.EndOfPipelineInputEvent):
            self._pipelines[event.pipeline_id].input_complete = True
            self._changed.notify_all()

    def _start_pipeline(self, pipeline_id: uuid.UUID, cut_connection: Callable[[], None]) -> None:
        server: Any = self._pool.pipeline_table[pipeline_id]
        self._collect()
        server.start()
        # psrpcore tells the client; PowerShell sends no state before the last, and Ansible's fetch relies on that.
        while self._pool.data_to_send(_FRAGMENT_SIZE) is not None:
            pass
        commands = server.metadata.commands
        pipeline = _Pipeline(
            server,
            text="\n".join(command.command_text for command in commands),
            # The only argument Ansible gives a script is the file that a module waits in when pipelining is off.
            input_file=next((str(value) for command in commands for _, value in command.parameters), None),
            input_complete=server.metadata.no_input,
        )
        self._pipelines[pipeline_id] = pipeline
        threading.Thread(
            target=self._work, args=(pipeline, cut_connection), name=f"pipeline {pipeline_id}", daemon=True
        ).start()

    def _collect(self) -> None:
        while (payload := self._pool.data_to_send(_FRAGMENT_SIZE)) is not None:
            self._outgoing[payload.pipeline_id].append(payload.data)
        self._changed.notify_all()

    def _work(self, pipeline: _Pipeline, cut_connection: Callable[[], None]) -> None:
        def read_stdin() -> bytes:
            with self._changed:
                self._changed.wait_for(lambda: pipeline.input_complete or pipeline.terminated or self._closed)
                return "\n".join(pipeline.input).encode()

        try:
            session = self._new_session(read_stdin, cut_connection)
            result = execution.run_powershell(session, pipeline.text, pipeline.input_file)
        except ConnectionCut:
            with self._changed:
                pipeline.terminated = True
                self._changed.notify_all()
            return
        with self._changed:
            if not self._closed and not pipeline.terminated:
                _write_result(pipeline.server, result)
            pipeline.done = True
            self._collect()

    def receive(self, pipeline_id: uuid.UUID | None, timeout: float, budget: int) -> tuple[list[bytes], bool]:
        """Wait for fragments at most `timeout` real seconds (then Fault); also tells whether the pipeline is done."""
        deadline = time.monotonic() + timeout
        with self._changed:
            pipeline = self._pipelines.get(pipeline_id) if pipeline_id else None
            waiting = self._outgoing[pipeline_id]
            ready = self._changed.wait_for(
                lambda: waiting or self._closed or (pipeline is not None and (pipeline.done or pipeline.terminated)),
                deadline - time.monotonic(),
            )
            if not ready:
                raise wsman.timed_out()
            if self._closed:
                raise wsman.shell_not_found(self.id)
            taken: list[bytes] = []
            while waiting and budget > 0:
                taken.append(waiting.pop(0))
                budget -= len(taken[-1])
            return taken, pipeline is not None and (pipeline.done or pipeline.terminated) and not waiting

    def signal(self, pipeline_id: uuid.UUID | None) -> None:
        """The client wants the pipeline stopped, or has seen its end."""
        with self._changed:
            pipeline = self._pipelines.get(pipeline_id) if pipeline_id else None
            if pipeline is not None:
                pipeline.terminated = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _write_result(server: Any, result: ProcessResult) -> None:
    """Output lines as objects; a failure's exit code as the host call SetShouldExit, as Ansible expects it."""
    for line in result.stdout.decode("utf-8", "replace").removesuffix("\r\n").split("\r\n") if result.stdout else ():
        server.write_output(line)
    if result.exit_code:
        if error := clixml.error_text(result.stderr):
            server.host_call(HostMethodIdentifier.WriteErrorLine, [error])
        server.host_call(HostMethodIdentifier.SetShouldExit, [result.exit_code])
    server.complete()


def open_shell(request: wsman.Request, owner: str, new_session: SessionFactory) -> PowerShellShell:
    """Create the shell a client asks for; its first fragments come with the request."""
    element = request.body.find("rsp:Shell", wsman.NAMESPACES)
    if element is None:
        raise wsman.malformed()
    shell = PowerShellShell(element.get("ShellId") or str(uuid.uuid4()), owner, new_session)
    fragments = wsman.content(element.findtext("ps:creationXml", "", wsman.NAMESPACES))
    shell.feed(fragments, None, lambda: None)
    return shell


def _command(shell: PowerShellShell, request: wsman.Request, cut_connection: Callable[[], None]) -> str:
    line = request.body.find("rsp:CommandLine", wsman.NAMESPACES)
    pipeline_id = _identifier(line.get("CommandId")) if line is not None else None
    if line is None or pipeline_id is None:
        raise wsman.malformed()
    fragments = "".join(argument.text or "" for argument in line.findall("rsp:Arguments", wsman.NAMESPACES))
    shell.feed(wsman.content(fragments), pipeline_id, cut_connection)
    return f"<rsp:CommandResponse><rsp:CommandId>{str(pipeline_id).upper()}</rsp:CommandId></rsp:CommandResponse>"


def _send(shell: PowerShellShell, request: wsman.Request, cut_connection: Callable[[], None]) -> str:
    for stream in request.body.findall("rsp:Send/rsp:Stream", wsman.NAMESPACES):
        kind = psrpcore.StreamType.prompt_response if stream.get("Name") == "pr" else psrpcore.StreamType.default
        shell.feed(wsman.content(stream.text), _identifier(stream.get("CommandId")), cut_connection, kind)
    return "<rsp:SendResponse/>"


def _receive(shell: PowerShellShell, request: wsman.Request, cut_connection: Callable[[], None]) -> str:
    desired = request.body.find("rsp:Receive/rsp:DesiredStream", wsman.NAMESPACES)
    command_id = desired.get("CommandId") if desired is not None else None
    budget = max(_FRAGMENT_SIZE, wsman.stream_budget(request.max_envelope))
    fragments, done = shell.receive(_identifier(command_id), request.timeout, budget)
    attribute = f' CommandId="{command_id}"' if command_id else ""
    parts = [
        f'<rsp:Stream Name="stdout"{attribute}>{base64.b64encode(data).decode()}</rsp:Stream>' for data in fragments
    ]
    if command_id:
        state = "Done" if done else "Running"
        parts.append(f'<rsp:CommandState CommandId="{command_id}" State="{wsman.SHELL}/CommandState/{state}"/>')
    return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"


def _signal(shell: PowerShellShell, request: wsman.Request, cut_connection: Callable[[], None]) -> str:
    signal = request.body.find("rsp:Signal", wsman.NAMESPACES)
    shell.signal(_identifier(signal.get("CommandId")) if signal is not None else None)
    return "<rsp:SignalResponse/>"


def _identifier(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise wsman.malformed() from error


_ACTIONS = {wsman.COMMAND: _command, wsman.SEND: _send, wsman.RECEIVE: _receive, wsman.SIGNAL: _signal}


def dispatch(shell: PowerShellShell, request: wsman.Request, cut_connection: Callable[[], None]) -> str:
    """Answer Command, Send, Receive and Signal for a runspace pool; Fault for anything else."""
    action = _ACTIONS.get(request.action)
    if action is None:
        raise wsman.action_not_supported(request.action)
    return action(shell, request, cut_connection)
