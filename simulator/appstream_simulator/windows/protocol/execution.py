# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From a command line or a PowerShell text to what the machine does and what the client gets back."""

from __future__ import annotations

import json
import ntpath
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from appstream_simulator.windows.protocol import (
    arguments,
    async_jobs,
    become,
    clixml,
    environment,
    module_documentation,
    network_credentials,
    payload,
    powershell,
    remote_logon,
    transfers,
)
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import Host, ModuleCall, ProcessResult
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials
from appstream_simulator.windows.protocol.powershell_invocation import Invocation
from appstream_simulator.windows.protocol.shells import ConnectionCut

_SHIPPED = "ansible.windows."
# How often who hangs sees whether the fault is still in force, real seconds.
HANGING_CHECK = 0.2


@dataclass(frozen=True)
class Session:
    """Who runs something on which machine, and how to reach the client that waits for it.

    `read_stdin` blocks until the client has sent all input, `stopped` is set at power-off, `network` is what a logon
    that delegates (CredSSP, Kerberos) has left for the way to other computers.
    """

    host: Host
    user: str
    faults: WindowsFaults
    read_stdin: Callable[[], bytes]
    cut_connection: Callable[[], None]
    stopped: threading.Event
    network: NetworkCredentials | None = None

    def record(self, kind: str, **fields: Any) -> None:
        self.host.journal.record(kind, host=self.host.builder_name, user=self.user, **fields)

    def cut_if_asked(self, task: str, when: str, text: str = "") -> None:
        """Let a fault strike at this moment of a task; raises ConnectionCut when it does.

        Rules match the task and its `text`, which may hold secrets and is not journalled.
        """
        name, matched = self.host.builder_name, f"{task} {text}"
        if self.faults.fills_disk(name, matched, when):
            self.record("fault", fault="full", when=when, task=task)
            self.host.disk.take_space("what a fault has filled it with", self.host.disk.free_space())
        if self.faults.begins_to_hang(name, matched, when):
            self.record("fault", fault="hang", when=when, task=task)
            while self.faults.hangs(name) and not self.stopped.wait(HANGING_CHECK):
                pass
        if self.faults.cuts(name, matched, when):
            self.record("fault", fault="drop", when=when, task=task)
            self.cut_connection()
            raise ConnectionCut(task)


def run_command_line(session: Session, command_line: str, *, shell: bool = True) -> ProcessResult:
    """Run a WinRS command line: PowerShell with an encoded command, or anything else by way of cmd.exe.

    Args:
        shell: False when the client has asked for WINRS_SKIP_CMD_SHELL: it must be a program then.

    Raises:
        ConnectionCut: the client gets no answer.
    """
    parsed = payload.parse_command_line(command_line)
    if parsed.script is None:
        return _guarded(session, lambda: _run_process(session, command_line, shell=shell))
    return run_powershell(session, parsed.script, parsed.stdin_file)


def run_powershell(session: Session, script: str, input_file: str | None = None) -> ProcessResult:
    """Run a PowerShell text: Ansible's bootstrap, whose payload comes on stdin or waits in a file, or bare text.

    Raises ConnectionCut.
    """
    return _guarded(session, lambda: _run_powershell(session, script, input_file))


def _guarded(session: Session, run: Callable[[], ProcessResult]) -> ProcessResult:
    """Let a client wait neither for a machine that went off nor for a defect of the simulator."""
    try:
        with network_credentials.using(session.network), remote_logon.using(True):
            return run()
    except ConnectionCut:
        raise
    except ConnectionError as error:
        session.cut_connection()
        raise ConnectionCut("the machine went off") from error
    except Exception as error:
        session.record("error", error=f"{type(error).__name__}: {error}")
        return ProcessResult(1, b"", clixml.error(f"AppStream simulator: {type(error).__name__}: {error}"))


def _run_process(session: Session, command_line: str, *, shell: bool) -> ProcessResult:
    session.cut_if_asked(command_line, "before")
    host = session.host
    try:
        result = host.run_process(
            f'cmd.exe /c "{command_line}"' if shell else command_line,
            stdin=session.read_stdin(),
            user=session.user,
            environment=host.environment(session.user),
        )
    except FileNotFoundError as error:
        # What Windows answers then is not known.
        session.record("unhandled", what="program", text=command_line)
        result = ProcessResult(1, b"", f"appstream-simulator: {error}: {command_line}\r\n".encode(), unhandled=True)
    session.record("process", command_line=command_line, exit_code=result.exit_code)
    session.cut_if_asked(command_line, "after")
    return result


def _run_powershell(session: Session, script: str, input_file: str | None) -> ProcessResult:
    nested = payload.parse_command_line(script)
    if nested.stdin_file is not None and nested.script is not None:
        script, input_file = nested.script, nested.stdin_file
    if not payload.is_bootstrap(script):
        return _run_bare(session, script)
    stdin = session.read_stdin() if input_file is None else session.host.disk.read(input_file)
    try:
        call = payload.decode(stdin)
    except payload.UnknownPayload as error:
        session.record("unhandled", what="payload", text=str(error))
        return _module_output({"failed": True, "msg": f"AppStream simulator: {error}"})
    if call.kind == "internal":
        return _run_internal(session, call)
    if call.kind == "script":
        return _run_script(session, call)
    if call.name.startswith(_SHIPPED) and (call.own or not module_documentation.is_shipped(call.name)):
        return _module_output(_refusal_of_own_module(session, call.name.removeprefix(_SHIPPED)))
    return _run_module(session, call)


def _refusal_of_own_module(session: Session, name: str) -> dict[str, Any]:
    """What becomes of a module from a library of the user's, which nothing here can run."""
    session.record("unhandled", what="module of your own", text=name)
    return {
        "failed": True,
        "msg": f"appstream-simulator: {name} is a PowerShell module of your own, which the simulator cannot run",
    }


def _run_bare(session: Session, script: str) -> ProcessResult:
    body = powershell.unframed(script)
    module = payload.transferred_module(body)
    if module:
        return _module_output(_refusal_of_own_module(session, module))
    session.cut_if_asked(body, "before")
    result = powershell.run(Invocation(session.host, session.user, session.read_stdin), script)
    session.record("powershell", text=body, exit_code=result.exit_code)
    session.cut_if_asked(body, "after")
    return result


def _run_internal(session: Session, call: payload.ExecCall) -> ProcessResult:
    script = _EXEC_SCRIPTS.get(call.name)
    if script is None:
        session.record("unhandled", what="exec script", text=call.name)
        return _module_output({"failed": True, "msg": f"AppStream simulator: unknown exec script {call.name}"})
    return script(session, call)


def _put_file(session: Session, call: payload.ExecCall) -> ProcessResult:
    return transfers.put(session.host, call.arguments["Path"], call.transferred)


def _fetch_part(session: Session, call: payload.ExecCall) -> ProcessResult:
    wanted = call.arguments
    return transfers.fetch_part(session.host, wanted["Path"], wanted["BufferSize"], wanted["Offset"])


def _fetch_whole(session: Session, call: payload.ExecCall) -> ProcessResult:
    return transfers.fetch_whole(session.host, call.arguments["Path"], call.arguments["BufferSize"])


def _make_temporary_directory(session: Session, call: payload.ExecCall) -> ProcessResult:
    directory = environment.expand_variables(session.host, session.user, call.arguments["Directory"])
    path = ntpath.join(directory, call.arguments["Name"])
    session.host.disk.make_directories(path)
    return ProcessResult(0, f"{path}\r\n".encode())


def _expand_user(session: Session, call: payload.ExecCall) -> ProcessResult:
    path = environment.expand_home(session.host, session.user, call.arguments["Path"])
    return ProcessResult(0, f"{path}\r\n".encode())


# Scripts of ansible-core's own, by their file names in ansible.executor.powershell.
_EXEC_SCRIPTS: Mapping[str, Callable[[Session, payload.ExecCall], ProcessResult]] = {
    "winrm_put_file.ps1": _put_file,
    "psrp_put_file.ps1": _put_file,
    "winrm_fetch_file.ps1": _fetch_part,
    "psrp_fetch_file.ps1": _fetch_whole,
    "powershell_mkdtemp.ps1": _make_temporary_directory,
    "powershell_expand_user.ps1": _expand_user,
}


def _run_script(session: Session, call: payload.ExecCall) -> ProcessResult:
    text = call.source.decode("utf-8-sig")
    session.cut_if_asked(text, "before")
    denied = become.denial(session.host, call.become, session.user)
    if denied:
        return _module_output({"failed": True, "msg": denied})
    credentials = become.network_credentials(call.become, session.network)
    with network_credentials.using(credentials), remote_logon.using(call.become is None):
        result = powershell.run_text(session.host, text, user=_effective_user(session, call))
    session.record("script", text=text, exit_code=result.exit_code, become_user=call.become and call.become.user)
    session.cut_if_asked(text, "after")
    return result


def _run_module(session: Session, call: payload.ExecCall) -> ProcessResult:
    text = json.dumps(call.arguments)
    session.cut_if_asked(call.name, "before", text)
    denied = become.denial(session.host, call.become, session.user)
    if denied:
        return _module_output({"failed": True, "msg": denied})
    if call.async_job:
        user = _effective_user(session, call)
        started = async_jobs.start(
            session.host, user, call.async_job, lambda: _module_result(session, call), session.stopped
        )
        return _module_output(started)
    result = _module_result(session, call)
    session.cut_if_asked(call.name, "after", text)
    return _module_output(result)


def _effective_user(session: Session, call: payload.ExecCall) -> str:
    return call.become.user if call.become and not call.become.for_network_only else session.user


def _module_output(result: Mapping[str, Any]) -> ProcessResult:
    return ProcessResult(1 if result.get("failed") else 0, json.dumps(result).encode() + b"\r\n", clixml.PROGRESS)


def _module_result(session: Session, call: payload.ExecCall) -> dict[str, Any]:
    """Validate, run and journal a module; the result as Ansible gets it."""
    specification = arguments.specification(call.name, call.source)
    if specification is None:
        session.record("unhandled", what="argument specification", text=call.name)
    secrets = specification.secrets(call.arguments) if specification else set()
    problem = arguments.problem(specification, call.meta.get("_ansible_module_name", call.name), call.arguments)
    result = {"failed": True, "msg": problem} if problem else _run_on_host(session, call, specification)
    result = {"changed": False, **result}
    shown = arguments.shown(specification, call.arguments, secrets, hide=bool(call.meta.get("_ansible_no_log")))
    session.record(
        "module",
        name=call.name,
        arguments=shown,
        check_mode=bool(call.meta.get("_ansible_check_mode")),
        become_user=call.become and call.become.user,
        environment=sorted(call.environment),
        asynchronous=call.async_job is not None,
        failed=bool(result.get("failed")),
        changed=bool(result.get("changed")),
        message=arguments.redact(result.get("msg"), secrets),
    )
    if call.meta.get("_ansible_inject_invocation", True):
        result["invocation"] = {"module_args": shown}
    redacted: dict[str, Any] = arguments.redact(result, secrets)
    return redacted


def _run_on_host(
    session: Session, call: payload.ExecCall, specification: arguments.Specification | None
) -> dict[str, Any]:
    user = _effective_user(session, call)
    if call.name == "ansible.windows.async_status":
        return async_jobs.status(session.host, user, call.arguments)
    module_call = ModuleCall(
        name=call.name,
        arguments=arguments.for_the_module(specification, call.arguments),
        user=user,
        check_mode=bool(call.meta.get("_ansible_check_mode")),
        diff=bool(call.meta.get("_ansible_diff")),
        environment=call.environment,
        source=call.source,
    )
    try:
        credentials = become.network_credentials(call.become, session.network)
        with network_credentials.using(credentials), remote_logon.using(call.become is None):
            return session.host.run_module(module_call)
    except ConnectionError:
        raise
    except Exception as error:  # a defect of a module's simulation must reach the playbook, not end the thread
        session.record("error", name=call.name, error=f"{type(error).__name__}: {error}")
        return {"failed": True, "msg": f"Unhandled exception while executing module: {type(error).__name__}: {error}"}
