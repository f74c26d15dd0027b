# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shells and commands over WS-Management: asked by pywinrm, and by requests no client sends."""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ElementTree

import pytest
import winrm
import winrm.exceptions
from appstream_simulator.windows.protocol import wsman
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import ProcessResult
from appstream_simulator.windows.protocol.listener import Listener
from appstream_simulator.windows.protocol.service import Quotas, Service
from fake_host import FakeHost
from winrm_client import protocol, run


def test_output_arguments_and_exit_code(listener: Listener, host: FakeHost) -> None:
    host.programs["echo"] = lambda line, stdin: ProcessResult(7, f"{line}\r\n".encode(), b"problem\r\n")

    assert run(protocol(host), "echo", "a", '"b c"') == (b'echo a "b c"\r\n', b"problem\r\n", 7)
    assert host.journal.entries("process", command_line='echo a "b c"', exit_code=7)


def test_command_lines_go_through_cmd(listener: Listener, host: FakeHost) -> None:
    lines: list[str] = []
    host.programs["cmd"] = lambda line, stdin: lines.append(line) or ProcessResult(0)
    host.unwraps_cmd = False

    assert run(protocol(host), "echo", "a", "&&", "hostname")[2] == 0
    client = protocol(host)
    shell = client.open_shell()
    client.get_command_output(shell, client.run_command(shell, "hostname", skip_cmd_shell=True))
    assert lines == ['cmd.exe /c "echo a && hostname"']


def test_a_program_without_a_shell_that_is_not_there(listener: Listener, host: FakeHost) -> None:
    client = protocol(host)
    shell = client.open_shell()
    command = client.run_command(shell, "nosuch.exe", ["/x"], skip_cmd_shell=True)

    assert client.get_command_output(shell, command)[2] == 1
    assert [entry["text"] for entry in host.journal.entries("unhandled")] == ["nosuch.exe /x"]


def test_stdin(listener: Listener, host: FakeHost) -> None:
    client = protocol(host)
    shell = client.open_shell()
    command = client.run_command(shell, "sort", console_mode_stdin=False)
    client.send_command_input(shell, command, b"b c ")
    client.send_command_input(shell, command, b"a", end=True)

    assert client.get_command_output(shell, command) == (b"a\r\nb\r\nc\r\n", b"", 0)


def test_output_larger_than_an_envelope(listener: Listener, host: FakeHost) -> None:
    output = bytes(range(256)) * 4000
    host.programs["dump"] = lambda line, stdin: ProcessResult(0, output, output[:1000])

    assert run(protocol(host), "dump") == (output, output[:1000], 0)


def test_a_command_may_outlast_the_operation_timeout(listener: Listener, host: FakeHost) -> None:
    finish = threading.Event()

    def slow(line: str, stdin: bytes) -> ProcessResult:
        finish.wait(10)
        return ProcessResult(0, b"done")

    host.programs["slow"] = slow
    client = protocol(host, operation_timeout_sec=1, read_timeout_sec=5)
    shell = client.open_shell()
    command = client.run_command(shell, "slow")
    with pytest.raises(winrm.exceptions.WinRMOperationTimeoutError):
        client.get_command_output_raw(shell, command)
    finish.set()

    assert client.get_command_output(shell, command)[0] == b"done"


def test_powershell_comes_encoded(listener: Listener, host: FakeHost) -> None:
    response = winrm.Session(
        f"http://{host.address}:5985/wsman", auth=("Administrator", host.users["Administrator"]), transport="ntlm"
    ).run_ps("Write-Output 'it''s me'")

    assert response.std_out == b"it's me\r\n"
    assert host.journal.entries("powershell", text="Write-Output 'it''s me'")


@pytest.fixture
def service(host: FakeHost, faults: WindowsFaults) -> Service:
    return Service(host, faults, Quotas(max_envelope=50_000, shells_per_user=2, operations_per_shell=1))


def ask(service: Service, message: bytes) -> tuple[int, ElementTree.Element]:
    status, answer = service.handle(message, "Administrator", lambda: None)
    return status, ElementTree.fromstring(answer)


def request(action: str, shell: str = "", body: str = "") -> bytes:
    selector = f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>' if shell else ""
    declarations = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in wsman.NAMESPACES.items())
    return (
        f"<s:Envelope {declarations}><s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:1</a:MessageID>"
        f"<w:ResourceURI>{wsman.COMMAND_SHELL_URI}</w:ResourceURI>{selector}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault_code(answer: ElementTree.Element) -> str | None:
    fault = answer.find(".//f:WSManFault", wsman.NAMESPACES)
    return fault.get("Code") if fault is not None else None


def open_shell(service: Service) -> str:
    status, answer = ask(service, request(wsman.CREATE))
    assert status == 200
    return answer.findtext(".//rsp:ShellId", "", wsman.NAMESPACES)


COMMAND_LINE = "<rsp:CommandLine><rsp:Command>hostname</rsp:Command></rsp:CommandLine>"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"<not xml", "2150858750"),
        (b"<x/>", "2150858750"),
        (b" " * 50_001, "2150858881"),
        (request(wsman.COMMAND, "NOSUCH", COMMAND_LINE), "2150858843"),
        (request(wsman.DELETE, "NOSUCH"), "2150858843"),
    ],
)
def test_bad_requests_are_answered_with_faults(service: Service, message: bytes, code: str) -> None:
    status, answer = ask(service, message)

    assert status == 500
    assert fault_code(answer) == code


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        (f"{wsman.SHELL}/Nonsense", "", "2150858754"),
        (wsman.COMMAND, "", "2150858750"),
        (wsman.RECEIVE, "", "2150858750"),
        (wsman.RECEIVE, '<rsp:Receive><rsp:DesiredStream CommandId="X"/></rsp:Receive>', "2150858843"),
        (wsman.SEND, '<rsp:Send><rsp:Stream CommandId="X"/></rsp:Send>', "2150858843"),
    ],
)
def test_bad_requests_to_a_shell(service: Service, action: str, body: str, code: str) -> None:
    status, answer = ask(service, request(action, open_shell(service), body))

    assert (status, fault_code(answer)) == (500, code)
    assert answer.findtext(".//a:RelatesTo", None, wsman.NAMESPACES) == "uuid:1"


def test_quota_of_operations_carries_the_code_ansible_looks_for(service: Service) -> None:
    shell = open_shell(service)
    assert ask(service, request(wsman.COMMAND, shell, COMMAND_LINE))[0] == 200
    status, answer = ask(service, request(wsman.COMMAND, shell, COMMAND_LINE))

    assert status == 500
    assert [element.text for element in answer.iter() if element.tag.endswith("}error_Code")] == [str(0x803381A6)]


def test_quota_of_shells(service: Service) -> None:
    first = open_shell(service)
    open_shell(service)
    assert fault_code(ask(service, request(wsman.CREATE))[1]) == "2150859173"
    assert ask(service, request(wsman.DELETE, first))[0] == 200

    open_shell(service)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT20S", 20), ("PT1M0.5S", 60.5), ("PT1H", 3600), ("P1DT1S", 86401), ("", 60), ("PT", 60), ("20", 60)],
)
def test_durations(text: str, seconds: float) -> None:
    assert wsman.parse_duration(text) == seconds
