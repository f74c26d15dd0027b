# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""WS-Management messages (MS-WSMV, DSP0226): reading requests, writing answers and faults."""

from __future__ import annotations

import base64
import re
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

NAMESPACES: dict[str, str] = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "ps": "http://schemas.microsoft.com/powershell",
}
SHELL = NAMESPACES["rsp"]
COMMAND_SHELL_URI = f"{SHELL}/cmd"
POWERSHELL_URI = "http://schemas.microsoft.com/powershell/"

CREATE = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create"
DELETE = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete"
COMMAND = f"{SHELL}/Command"
SEND = f"{SHELL}/Send"
RECEIVE = f"{SHELL}/Receive"
SIGNAL = f"{SHELL}/Signal"
FAULT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"

_DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
# Defaults of a request that doesn't say (DSP0226 and `winrm get winrm/config`).
_DEFAULT_MAX_ENVELOPE = 153600
_DEFAULT_TIMEOUT = 60.0


@dataclass(frozen=True)
class Request:
    """The parts of a request that decide what is done. `timeout` is the client's OperationTimeout in seconds."""

    message_id: str
    action: str
    resource: str
    shell_id: str | None
    options: Mapping[str, str]
    max_envelope: int
    timeout: float
    body: ElementTree.Element


class Fault(Exception):
    """A SOAP fault with a WSManFault code; `wmi_error` adds the MSFT_WmiError detail that quota faults carry."""

    def __init__(
        self, code: int, reason: str, subcode: str, *, sender: bool = True, wmi_error: int | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.subcode = subcode
        self.sender = sender
        self.wmi_error = wmi_error


def timed_out() -> Fault:
    return Fault(
        2150858793,
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
        "w:TimedOut",
        sender=False,
    )


def shell_not_found(shell_id: str | None) -> Fault:
    return Fault(
        2150858843,
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not found on "
        "the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the "
        "server.",
        "w:InvalidSelectors",
    )


def command_not_found(command_id: str | None) -> Fault:
    return Fault(
        2150858843,
        f"The Windows Remote Shell received a request for the command {command_id}, which does not exist.",
        "w:InvalidSelectors",
    )


def envelope_too_large(limit: int) -> Fault:
    return Fault(
        2150858881,
        "The WS-Management service cannot process the request because the request contains a message larger than the "
        f"MaxEnvelopeSize of {limit} bytes.",
        "w:EncodingLimit",
    )


def malformed() -> Fault:
    return Fault(
        2150858750,
        "The WS-Management service cannot process the request: the SOAP packet is malformed.",
        "w:SchemaValidationError",
    )


def action_not_supported(action: str) -> Fault:
    return Fault(2150858754, f"The WS-Management service does not support the action {action}.", "a:ActionNotSupported")


def access_denied() -> Fault:
    """What a user gets who is authenticated but has no rights: as clients report it from Windows."""
    return Fault(5, "Access is denied. ", "w:AccessDenied")


def too_many_shells(limit: int) -> Fault:
    return Fault(
        2150859173,
        f"The WS-Management service cannot process the request. This user is allowed a maximum number of {limit} "
        "concurrent shells, which has been exceeded. Close existing shells or raise the quota for this user.",
        "w:QuotaLimit",
    )


def too_many_operations(limit: int) -> Fault:
    """ERROR_WSMAN_QUOTA_MAX_OPERATIONS: ansible-core from 2.18 on makes a new shell when it meets its WMI error."""
    return Fault(
        2150859174,
        f"The WS-Management service cannot process the request. This user is allowed a maximum number of {limit} "
        "concurrent operations, which has been exceeded. Close existing operations for this user, or raise the quota "
        "for this user.",
        "w:QuotaLimit",
        wmi_error=0x803381A6,
    )


def parse(message: bytes) -> Request:
    """Read a request. Raises Fault when it isn't a SOAP envelope with a WS-Management header."""
    try:
        root = ElementTree.fromstring(message)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the latter two: its encoding is not known
        raise malformed() from error
    header, body = root.find("s:Header", NAMESPACES), root.find("s:Body", NAMESPACES)
    if header is None or body is None:
        raise malformed()
    selectors = {
        selector.get("Name"): selector.text for selector in header.findall("w:SelectorSet/w:Selector", NAMESPACES)
    }
    return Request(
        message_id=header.findtext("a:MessageID", "", NAMESPACES),
        action=header.findtext("a:Action", "", NAMESPACES),
        resource=header.findtext("w:ResourceURI", "", NAMESPACES),
        shell_id=selectors.get("ShellId"),
        options={
            option.get("Name", ""): option.text or "" for option in header.findall("w:OptionSet/w:Option", NAMESPACES)
        },
        max_envelope=_max_envelope(header.findtext("w:MaxEnvelopeSize", "", NAMESPACES)),
        timeout=parse_duration(header.findtext("w:OperationTimeout", "", NAMESPACES)),
        body=body,
    )


def content(text: str | None) -> bytes:
    """What a stream of a request holds. Raises Fault when it isn't base64."""
    try:
        return base64.b64decode(text or "")
    except ValueError as error:
        raise malformed() from error


def _max_envelope(text: str) -> int:
    return int(text) if re.fullmatch(r"\s*+\d{1,10}\s*+", text) else _DEFAULT_MAX_ENVELOPE


def parse_duration(text: str) -> float:
    """Seconds of an XML Schema duration as WinRM clients write it (`PT20S`, `PT1M0.5S`); 60 when there is none."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", text.strip())
    if found is None or not any(found.groups()):
        return _DEFAULT_TIMEOUT
    days, hours, minutes, seconds = (float(group or 0) for group in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def envelope(action: str, relates_to: str, body: str) -> bytes:
    """An answer. Clients check that RelatesTo is the MessageID they sent."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xml:lang="en-US" {_DECLARATIONS}><s:Header>'
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>"
        f"<a:To>{NAMESPACES['a']}/role/anonymous</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault_envelope(fault: Fault, relates_to: str, machine: str) -> bytes:
    detail = (
        f'<f:WSManFault Code="{fault.code}" Machine="{escape(machine)}">'
        f"<f:Message>{escape(fault.reason)}</f:Message></f:WSManFault>"
    )
    if fault.wmi_error is not None:
        detail += (
            '<m:MSFT_WmiError xmlns:m="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError">'
            f"<m:error_Code>{fault.wmi_error}</m:error_Code></m:MSFT_WmiError>"
        )
    code = "s:Sender" if fault.sender else "s:Receiver"
    return envelope(
        FAULT,
        relates_to,
        f"<s:Fault><s:Code><s:Value>{code}</s:Value><s:Subcode><s:Value>{fault.subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(fault.reason)}</s:Text></s:Reason>'
        f"<s:Detail>{detail}</s:Detail></s:Fault>",
    )


def stream_budget(max_envelope: int) -> int:
    """How many bytes of streams fit an answer of that size once they are in base64 and wrapped."""
    return max(1024, (max_envelope - 8192) * 3 // 4)
