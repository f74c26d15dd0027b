# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""cscript.exe with winrm.vbs, which winrm.cmd calls: listeners are enumerated, created and deleted, and the service's
settings for authentication and encryption shown and changed.

Output as Windows prints it ("Installation and configuration for Windows Remote Management" and its samples); the texts
of errors are those of WSManFault, their exit code is assumed [winrm_exit_code].
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import winrm_settings
from .registry import Registry
from .winrm_configuration import LISTENERS_KEY, configuration

if TYPE_CHECKING:
    from .machine import Machine
    from .processes import Process

# VBScript, in which winrm.cmd is written, is an optional feature from these on (Microsoft, "VBScript deprecation");
# whether AppStream's base images still have it is unproven [vbscript].
_WITHOUT_VBSCRIPT = ("WINDOWS_SERVER_2025", "WINDOWS_11")
_SCRIPT = "c:\\windows\\system32\\winrm.vbs"
_ACTIONS = {"e": "enumerate", "enum": "enumerate", "c": "create", "d": "delete", "g": "get", "s": "set"}
_LISTENER = re.compile(r"winrm/config/listener(?:\?(?P<selectors>.*))?", re.IGNORECASE)
_SERVICE_RESOURCE = re.compile(r"winrm/config/(?P<path>service(?:/auth)?)", re.IGNORECASE)
_VALUE = re.compile(r"\b(?P<name>\w++)=\"?(?P<value>[^\";}]*)\"?")
_PORTS = {"HTTP": 5985, "HTTPS": 5986}
_SERVICE = "The WS-Management service cannot process the request. "
_NOT_FOUND = (
    f"{_SERVICE}The service cannot find the resource identified by the resource URI and selectors. ",
    0x80338002,
)
_EXISTS = (f"{_SERVICE}The resource already exists. ", 0x80338169)
_OF_POLICY = ("The WinRM client cannot process the request. The config setting is controlled by policies. ", 0x803380FE)
_NO_CERTIFICATE = (
    "The WinRM client cannot process the request. The computer has no certificate with this thumbprint. ",
    0x80338129,
)
_DENIED = ("Access is denied. ", 0x80070005)
_CREATED = """ResourceCreated
    Address = http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous
    ReferenceParameters
        ResourceURI = http://schemas.microsoft.com/wbem/wsman/1/config/listener
        SelectorSet
            Selector: Address = {address}, Transport = {transport}

"""


@dataclass(frozen=True)
class _Listener:
    address: str
    transport: str
    port: int
    thumbprint: str = ""
    hostname: str = ""
    of_policy: bool = False


def run_cscript(process: Process) -> ProcessResult:
    """One run of cscript; any other script, or use of winrm.vbs, is beyond the simulator."""
    if process.machine.request.platform in _WITHOUT_VBSCRIPT:
        return ProcessResult(1, b"", b'Input Error: There is no script engine for file extension ".vbs".\r\n')
    words = [word for word in process.arguments[1:] if not word.startswith("//")]
    if not words or words.pop(0).lower() != _SCRIPT:
        return process.unhandled("cscript")
    action = _ACTIONS.get(words[0].lower(), words[0].lower()) if words else ""
    if len(words) > 1 and action in ("get", "set") and (service := _SERVICE_RESOURCE.fullmatch(words[1])):
        if not process.administrator:
            return _fault(*_DENIED)
        path = service["path"].lower()
        return _get(process, path, words[2:]) if action == "get" else _set(process, path, " ".join(words[2:]))
    resource = _LISTENER.fullmatch(words[1]) if len(words) > 1 else None
    handler = {"enumerate": _enumerate, "create": _create, "delete": _delete}.get(action)
    if handler is None or resource is None or (len(words) > 2 and action != "create"):
        return process.unhandled("winrm")
    if not process.administrator:
        return _fault(*_DENIED)
    return handler(process, resource["selectors"] or "", " ".join(words[2:]))


def _listeners(machine: Machine) -> list[_Listener]:
    registry, found = machine.disk.registry, []
    settings = configuration(registry, machine.disk.services, machine.address or "0.0.0.0")
    if settings.http_of_policy:
        found.append(_Listener("*", "HTTP", _PORTS["HTTP"], of_policy=True))
    for name in sorted(registry.key_names(LISTENERS_KEY)):
        address, _plus, transport = name.rpartition("+")
        if transport.upper() == "HTTP" and settings.http_of_policy:
            continue  # policy's takes its place
        values = {key.lower(): value.data for key, value in registry.values(f"{LISTENERS_KEY}\\{name}").items()}
        port = values.get("port", _PORTS.get(transport.upper(), 0))
        thumbprint, hostname = str(values.get("certthumbprint", "")), str(values.get("hostname", ""))
        found.append(_Listener(address, transport.upper(), int(str(port)), thumbprint, hostname))
    return found


def _enumerate(process: Process, _selectors: str, _values: str) -> ProcessResult:
    blocks = [_shown(listener, process.machine) for listener in _listeners(process.machine)]
    return ProcessResult(0, "\r\n".join(blocks).encode())


def _shown(listener: _Listener, machine: Machine) -> str:
    fields = {
        "Address": listener.address,
        "Transport": listener.transport,
        "Port": str(listener.port),
        "Hostname": listener.hostname,
        "Enabled": "true",
        "URLPrefix": "wsman",
        "CertificateThumbprint": listener.thumbprint,
        "ListeningOn": ", ".join(filter(None, (machine.address, "127.0.0.1", "::1"))),
    }
    heading = 'Listener [Source="GPO"]' if listener.of_policy else "Listener"
    return "".join(
        f"{line}\r\n"
        for line in (heading, *(f"    {name} = {text}" if text else f"    {name}" for name, text in fields.items()))
    )


def _key(selectors: str) -> tuple[str, str, str]:
    """Registry key, address and transport of the listener that is selected."""
    given = {match["name"].lower(): match["value"] for match in map(_VALUE.fullmatch, selectors.split("+")) if match}
    address, transport = given.get("address", ""), given.get("transport", "").upper()
    return f"{LISTENERS_KEY}\\{address}+{transport}", address, transport


def _delete(process: Process, selectors: str, _values: str) -> ProcessResult:
    key, address, transport = _key(selectors)
    machine = process.machine
    selected = [one for one in _listeners(machine) if (one.address, one.transport) == (address, transport)]
    if not selected:
        return _fault(*_NOT_FOUND)
    if selected[0].of_policy:
        return _fault(*_OF_POLICY)
    machine.disk.registry.delete_key(key)
    process.record("winrm", action="delete", listener=f"{address}+{transport}")
    machine.refresh_winrm()
    return ProcessResult(0)


def _create(process: Process, selectors: str, values: str) -> ProcessResult:
    key, address, transport = _key(selectors)
    machine, registry = process.machine, process.machine.disk.registry
    given = {match["name"].lower(): match["value"] for match in _VALUE.finditer(values)}
    thumbprint = given.get("certificatethumbprint", "").replace(" ", "").upper()
    if address != "*" or transport not in _PORTS or set(given) - {"hostname", "certificatethumbprint", "port"}:
        return process.unhandled("winrm")
    if any((one.address, one.transport) == (address, transport) for one in _listeners(machine)):
        return _fault(*_EXISTS)
    if transport == "HTTPS" and thumbprint not in machine.disk.certificates:
        return _fault(*_NO_CERTIFICATE)
    registry.set(key, "Port", int(given.get("port", _PORTS[transport])), "DWord")
    registry.set(key, "uriprefix", "wsman")
    if thumbprint:
        registry.set(key, "certThumbprint", thumbprint)
    if given.get("hostname"):
        registry.set(key, "hostname", given["hostname"])
    process.record("winrm", action="create", listener=f"{address}+{transport}")
    machine.refresh_winrm()
    return ProcessResult(0, _CREATED.format(address=address, transport=transport).replace("\n", "\r\n").encode())


def _get(process: Process, path: str, rest: list[str]) -> ProcessResult:
    if rest or path != "service/auth":
        return process.unhandled("winrm")
    return ProcessResult(0, _shown_authentication(process.machine.disk.registry))


def _shown_authentication(registry: Registry) -> bytes:
    lines = ["Auth"]
    for setting in winrm_settings.AUTHENTICATION:
        value = str(winrm_settings.is_on(registry, setting)).lower()
        source = "" if winrm_settings.of_policy(registry, setting) is None else ' [Source="GPO"]'
        lines.append(f"    {setting.name} = {value}{source}")
    lines.append("    CbtHardeningLevel = Relaxed")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


def _set(process: Process, path: str, text: str) -> ProcessResult:
    """`@{Basic="true"}`; what is set comes into force at once, and what policy says cannot be set."""
    registry, given = process.machine.disk.registry, list(_VALUE.finditer(text))
    settings = [winrm_settings.named(f"{path}/{match['name']}") for match in given]
    if not given or not all(settings) or any(match["value"].lower() not in ("true", "false") for match in given):
        return process.unhandled("winrm")
    chosen = [setting for setting in settings if setting]
    if any(winrm_settings.of_policy(registry, setting) is not None for setting in chosen):
        return _fault(*_OF_POLICY)
    for setting, match in zip(chosen, given, strict=True):
        winrm_settings.change(process.machine, setting, on=match["value"].lower() == "true")
    if path == "service/auth":
        return ProcessResult(0, _shown_authentication(registry))
    value = str(winrm_settings.is_on(registry, winrm_settings.UNENCRYPTED)).lower()
    return ProcessResult(0, f"Service\r\n    AllowUnencrypted = {value}\r\n\r\n".encode())


def _fault(message: str, code: int) -> ProcessResult:
    number = f"Error number:  {code - (1 << 32)} 0x{code:08X}"
    text = f"WSManFault\r\n    Message = {message}\r\n\r\n{number}\r\n{message}\r\n"
    return ProcessResult(1, b"", text.encode())
