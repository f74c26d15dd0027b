# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every parser of what a client of WinRM sends."""

from __future__ import annotations

import base64
import gzip
import json
import runpy
import struct
import sys
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psrpcore
from appstream_simulator.windows.protocol import (
    clixml,
    message_encryption,
    ntlm_credentials,
    pac,
    payload,
    service,
    wsman,
)
from appstream_simulator.windows.protocol.faults import WindowsFaults

sys.path.append(str(Path(__file__).resolve().parents[1] / "protocol"))

from fake_host import FakeHost
from hostile_inputs import Reader, of_text, texts

_PROTOCOL = Path(__file__).resolve().parents[1] / "protocol"
_TICKET: bytes = runpy.run_path(str(_PROTOCOL / "test_protocol_pac.py"))["CAPTURED"]
_EXCHANGES = json.loads((_PROTOCOL / "payloads" / "ansible_core_2.17.json").read_text())

XML = texts("<a>", "</a>", "<", ">", "/>", "<!DOCTYPE a [", "<!--", "&amp;", "&#0;", "&a;", '"', "xmlns:a=''", "\0")
XML += texts('<?xml version="1.0" encoding="x"?>', '<?xml version="1.0" encoding="euc-jp"?>', "<a:b/>", "]]>")

_JSON = texts("{", "}", "[", "]", ":", ",", '"', "\\", "\\ud800", "null", "true", "1e999", "NaN", "-", "0" * 5000)
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:MessageID>uuid:1</a:MessageID>'
    "<a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Create</a:Action><w:ResourceURI>x</w:ResourceURI>"
    '<w:SelectorSet><w:Selector Name="ShellId">1</w:Selector></w:SelectorSet><w:MaxEnvelopeSize>153600'
    "</w:MaxEnvelopeSize><w:OperationTimeout>PT20.5S</w:OperationTimeout></s:Header><s:Body/></s:Envelope>"
)
_ACTION = {
    "params": {"Script": "ansible.windows.win_ping.ps1", "ForModule": True, "ArgumentJSON": '{"data": "x"}'},
    "name": "module_wrapper.ps1",
}

_MANIFEST = {
    "scripts": {"ansible.windows.win_ping.ps1": {"script": base64.b64encode(b"#!powershell").decode()}},
    "actions": [
        {"name": "become_wrapper.ps1", "params": {"BecomeUser": "u"}, "secure_params": {"BecomePassword": "p"}},
        {"name": "async_wrapper.ps1", "params": {"AsyncJid": "1.2", "AsyncDir": "C:\\a"}},
        {"name": "async_watchdog.ps1", "params": {"Timeout": 60}},
        _ACTION,
    ],
}

_PAYLOAD = '{"name": "exec_wrapper", "params": {"DecompressInput": false}}\n\0\0\0\0\n' + json.dumps(_MANIFEST)
_COMPRESSED = base64.b64encode(gzip.compress(json.dumps(_MANIFEST).encode(), mtime=0)).decode()

_ENCODED = base64.b64encode("hostname".encode("utf-16-le")).decode()
_NTLM = b"NTLMSSP\0\3\0\0\0" + bytes(16) + struct.pack("<HHIHHI", 8, 8, 44, 4, 4, 52) + "CORPme".encode("utf-16-le")

_SEALED = (
    b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=4\r\n--Encrypted Boundary\r\n"
    b"\tContent-Type: application/octet-stream\r\n\x02\0\0\0hhbody--Encrypted Boundary--\r\n"
)
_CONTEXT = SimpleNamespace(unwrap=lambda data: SimpleNamespace(data=data), unwrap_winrm=lambda header, data: data)


def _read_command_line(text: str) -> None:
    found = payload.parse_command_line(text)
    if found.script is not None:
        payload.transferred_module(found.script)


def _message(action: str, body: str, shell: str = "1", resource: str = wsman.COMMAND_SHELL_URI) -> str:
    """A request of WinRM."""
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in wsman.NAMESPACES.items())
    return (
        f"<s:Envelope {names}><s:Header><a:MessageID>uuid:1</a:MessageID><a:Action>{action}</a:Action>"
        f"<w:ResourceURI>{resource}</w:ResourceURI><w:OperationTimeout>PT0S</w:OperationTimeout><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet></s:Header><s:Body>{body}</s:Body>'
        "</s:Envelope>"
    )


def _answered_messages(data: bytes) -> None:
    """Messages to one service, parted by form feeds. Nothing is run: that a command is, other tests see to."""
    running = service.Service(FakeHost(), WindowsFaults())
    try:
        for message in data.split(b"\f", 4):
            status, answer = running.handle(message, "Administrator", lambda: None)
            assert status in (200, 500)
            wsman.parse(answer)
    finally:
        running.stop()


def _opened_pool() -> str:
    """The first fragments of a client of PowerShell remoting."""
    pool = psrpcore.ClientRunspacePool(runspace_pool_id=uuid.UUID(int=1))
    pool.open()
    sent = pool.data_to_send()
    assert sent is not None
    return base64.b64encode(bytes(sent.data)).decode()


_POOL = _opened_pool()
_SHELL = f'<rsp:Shell ShellId="1"><ps:creationXml>{_POOL}</ps:creationXml></rsp:Shell>'

_STREAM = f'<rsp:Send><rsp:Stream Name="stdin" CommandId="{uuid.UUID(int=2)}">{_POOL}</rsp:Stream></rsp:Send>'
_OPENING = _message(wsman.CREATE, _SHELL, resource=f"{wsman.POWERSHELL_URI}Microsoft.PowerShell")

_CONVERSATIONS = (
    "\f".join((_OPENING, _message(wsman.SEND, _STREAM), _message(wsman.DELETE, ""))),
    "\f".join((_OPENING, _message(wsman.SIGNAL, '<rsp:Signal CommandId="1"/>'))),
    "\f".join((_message(wsman.CREATE, "<rsp:Shell/>"), _message(wsman.RECEIVE, "<rsp:Receive/>"))),
)


def _parsed_message(message: bytes) -> Any:
    request = wsman.parse(message)
    return wsman.envelope(f"{request.action}Response", request.message_id, "")


READERS = (
    Reader(
        "soap",
        _parsed_message,
        texts(_ENVELOPE),
        (*XML, *texts("<s:Header>", "<w:Selector>", "9" * 5000, "²", "PT", "P9D", "\u0663", "uuid:")),
        (wsman.Fault,),
    ),
    Reader(
        "winrm-service",
        _answered_messages,
        texts(*_CONVERSATIONS),
        (
            *XML,
            *texts("\f", "AAAA", "=", "////", "CommandId=", "rsp:", "ps:", "Name=", "<rsp:Shell>", _POOL[:40], _POOL),
        ),
    ),
    Reader(
        "duration",
        of_text(wsman.parse_duration),
        texts("PT20S", "P1DT1H1M1.5S"),
        texts("P", "T", "1", ".", "²", "9" * 5000, "S"),
    ),
    Reader(
        "exec-wrapper",
        payload.decode,
        (
            _PAYLOAD.encode(),
            _PAYLOAD.partition("\n")[0].replace("false", "true").encode() + b"\n\0\0\0\0\n" + _COMPRESSED.encode(),
            *(one["stdin"].encode() for one in _EXCHANGES if one["stdin"] and "\0\0\0\0" in one["stdin"]),
        ),
        (*_JSON, *texts("\n\0\0\0\0\n", '"actions":', '"params":', '"name":', "=", "////", '"become_flags":')),
        (payload.UnknownPayload,),
    ),
    Reader(
        "command-line-of-ansible",
        of_text(_read_command_line),
        texts(
            f"powershell -NoProfile -EncodedCommand {_ENCODED}",
            f'type "C:\\a" | powershell -EncodedCommand {_ENCODED}',
            f"powershell -EncodedCommand {_ENCODED} -EncodedArguments {_ENCODED}",
        ),
        texts("powershell ", "-EncodedCommand ", "-EncodedArguments ", "type ", " | ", '"', _ENCODED, "A", "=", "////"),
    ),
    Reader(
        "clixml",
        clixml.error_text,
        (clixml.error("a\nb"), b"plain"),
        texts("#< CLIXML", '<S S="Error">', "</S>", "&", "_x000D_"),
    ),
    Reader(
        "ntlm",
        ntlm_credentials.claimed_account,
        (_NTLM,),
        (b"NTLMSSP\0\3\0\0\0", b"\xff\xff", b"\0\xd8", b"\0\0\0\0", struct.pack("<HHI", 8, 8, 0xFFFFFFFF)),
    ),
    Reader(
        "message-encryption",
        lambda data: message_encryption.decrypt(_CONTEXT, "spnego", data),
        (_SEALED,),
        (
            b"--Encrypted Boundary\r\n",
            b"--Encrypted Boundary--\r\n",
            b"Length=",
            b"9" * 5000,
            b"\xff\xff\xff\xff",
            _SEALED,
            *texts("\tContent-Type: application/octet-stream\r\n", "\r\n", "4", "²", "--"),
        ),
        (message_encryption.EncryptionError,),
    ),
    Reader(
        "access-token",
        pac.parse,
        (_TICKET,),
        (b"\1\x10\x08\0\xcc\xcc\xcc\xcc", b"\xff\xff\xff\xff", b"\0\0\2\0", b"\4\0\2\0", b"\1\0\0\0", bytes(16)),
        (pac.PacError,),
    ),
)
