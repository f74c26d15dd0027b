# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every parser of the collection: what it reads comes from image builders, domain controllers, AWS or users' files."""

from __future__ import annotations

import struct
from datetime import datetime, timezone

from ansible_collections.euc.appstream.plugins.module_utils._active_directory import (
    names,
    policy_content,
    policy_files,
    policy_links,
    registry_policy,
    security_descriptors,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import holders
from ansible_collections.euc.appstream.plugins.plugin_utils import (
    _dynamic_app_providers,
    _icons,
    _image_assistant_output,
    _launch_trace,
    _security_policy,
    _session_scripts,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import arguments, failure, state
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing import access
from hostile_inputs import Reader, of_text, texts

_JSON = texts("{", "}", "[", "]", ":", ",", '"', "\\", "\\ud800", "null", "true", "1e999", "NaN", "-", "0" * 5000)
_WIDE_INI = texts("[", "]", "=", "\r\n", ";", "\0", "\ufeff", " ", '"', "*S-1-5-21-1", encoding="utf-16-le")
_XML = texts(
    "<Groups>", "</Groups>", "<Group>", "<Properties ", "/>", "<!", "&amp;", "&#0;", '"', "=", 'encoding="utf-16"'
) + texts('<?xml version="1.0" encoding="x"?>', '<?xml version="1.0" encoding="euc-jp"?>', "<a:b/>", "xmlns:a=''")
_NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
_APPLICATIONS = (
    '{"status": 0, "message": "Success", "applications": [{"Name": "firefox", "AbsoluteAppPath": "C:\\\\f.exe", '
    '"DisplayName": "Firefox", "LaunchParameters": null}]}'
)
_SESSION_SCRIPTS = (
    '{"SessionStart": {"executables": [{"context": "system", "filename": "C:\\\\Windows\\\\p\\\\powershell.exe", '
    '"arguments": "-File \\"C:\\\\a.ps1\\"", "s3LogEnabled": true}], "waitingTime": 30}}'
)
_FIREWALL_RULE = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|App=System|Name=x|"
_TRACE = (
    '"Time of Day","Process Name","Operation","Path","Result","Detail"\r\n'
    '"1","a.exe","CreateFile","C:\\Program Files\\a\\a.dll","SUCCESS","Options: Non-Directory File"\r\n'
)
_PACKAGES = "DisplayName : Contoso.App\r\nVersion : 1.2.0.0\r\nPackageName : Contoso.App_1.2.0.0_x64__abc\r\n\r\n"
_SID = security_descriptors.build_sid("S-1-5-21-1-2-3-500")
_DESCRIPTOR = security_descriptors.build(
    security_descriptors.SecurityDescriptor(
        0x8004,
        "S-1-5-32-544",
        "S-1-5-18",
        (security_descriptors.AccessControlEntry(0, 0, 0xF01FF, "S-1-5-18", None, None),),
    )
)
_REGISTRY = registry_policy.build(
    [registry_policy.text("Software\\A", "Name", "Wörter"), registry_policy.number("Software\\A", "Zahl", 7)]
)
_TEMPLATE = policy_files.build_ini(
    {
        "Unicode": ["Unicode=yes"],
        "Version": ['signature="$CHICAGO$"', "Revision=1"],
        "Privilege Rights": ["SeShutdownPrivilege = *S-1-5-32-544,Users"],
    }
)
_GROUPS = policy_files.build_groups(
    [policy_files.LocalGroup("{1}", "S-1-5-32-544", "A", "U", (policy_files.Member("C\\a", "S-1-5-21-1", "ADD"),))]
)
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 256, 256)
_JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x10\0\x20\x03"
_BMP = b"BM" + bytes(12) + struct.pack("<Iii", 40, 32, -32)
_LINK = "[LDAP://CN={1},CN=Policies,DC=a,DC=b;0][LDAP://cn={2},DC=a;1]"


def _read_policy(data: bytes) -> None:
    paths = (policy_content.REGISTRY, policy_content.TEMPLATE, policy_content.GROUPS, policy_content.SCRIPTS)
    for path in (*paths, policy_content.SCRIPT):
        policy_content.shown(path, data)
        policy_content.foreign({path: data})


def _read_links(text: str) -> None:
    policy_links.options_in(text, "CN={1},DC=a")
    policy_links.with_link(text, "CN={1},DC=a")
    policy_links.without_link(text, "CN={1},DC=a")


def _read_name(text: str) -> None:
    names.normalized(text)
    names.distinguished_name_problems("unit", text)
    names.domain_of(text)
    names.principal_of(text, "corp.example.com")


def _read_security_template(data: bytes) -> None:
    _security_policy.accounts_with(_security_policy.parsed(_security_policy.decoded(data)), "SeShutdownPrivilege")


def _read_packages(text: str) -> None:
    state.provisioned_packages(text)
    state.full_package_name(text, "Contoso.App")
    state.version_matches(text, text[::-1])


def _read_failure(text: str) -> None:
    application = {
        "name": "a",
        "kind": "exe",
        "shown_source": text,
        "timeout": 1,
        "expected_return_codes": [0],
        "origin": "share",
    }
    for result in ({"msg": text}, {"rc": 5, "msg": text, "stderr": text}, {"results": [{"failed": True, "msg": text}]}):
        failure.explain(application, "install", result, {"password": text[:8], "username": text})


def _read_arguments(text: str) -> None:
    credentials = {"share": {"password": "\\1\\g<0>%"}}
    if not list(arguments.placeholder_problems({"a": [text]}, credentials)):
        arguments.resolved({"a": [text]}, "C:\\a\\1\\g<0>", credentials)
    arguments.msi_arguments([text, f"A={text}"], ["a.mst"])


def _read_lock(text: str) -> None:
    tags = {f"{holders.LOCK_TAG}20261130T000000Z-1": text, text: text, f"{holders.LOCK_TAG}{text}": text}
    found = holders.live_holder(tags, _NOW)
    if found is not None:
        found.describe(_NOW)


READERS = (
    Reader(
        "image-assistant",
        of_text(lambda text: _image_assistant_output.parse(0, text, text[::-1])),
        texts(_APPLICATIONS, '{"status": 1, "message": "An image with the given name already exists"', ""),
        _JSON + texts('"status":', '"message":', '"applications":', '"Name":', "\r\n"),
    ),
    Reader(
        "registry-policy",
        registry_policy.parse,
        (_REGISTRY, _REGISTRY[:8]),
        (b"[\0", b"]\0", b";\0", b"\0\0", b"\xff\xff\xff\x7f", b"\0\xd8", b"\4\0\0\0", _REGISTRY),
        (policy_files.UnreadableFile,),
    ),
    Reader(
        "policy-ini",
        policy_files.parse_ini,
        (_TEMPLATE, policy_files.build_gpt_ini(3), b"\xef\xbb\xbf[a]\nb=c"),
        (*_WIDE_INI, b"[", b"]", b"\n", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"),
        (policy_files.UnreadableFile,),
    ),
    Reader(
        "gpt-ini",
        policy_files.gpt_version,
        (policy_files.build_gpt_ini(65537), policy_files.build_gpt_ini(1, pending=True)),
        texts("[General]", "Version=", "\r\n", "9" * 5000, "²", "Pending", "-1", "\0", " "),
    ),
    Reader("policy-groups", policy_files.parse_groups, (_GROUPS,), _XML, (policy_files.UnreadableFile,)),
    Reader(
        "policy-content",
        _read_policy,
        (_REGISTRY, _TEMPLATE, _GROUPS, policy_files.build_scripts({"Startup": ["0CmdLine=a.ps1", "0Parameters="]})),
        (*_WIDE_INI, *_XML, b"PReg\1\0\0\0"),
    ),
    Reader(
        "security-descriptor",
        security_descriptors.parse,
        (_DESCRIPTOR,),
        (_SID, b"\1\5", b"\xff\xff", b"\5\0", b"\x14\0\0\0", b"\0\0\0\0", b"\xff\xff\xff\xff", _DESCRIPTOR[20:]),
        (ActiveDirectoryError,),
    ),
    Reader(
        "security-identifier",
        lambda data: security_descriptors.build_sid(security_descriptors.parse_sid(data)),
        (_SID,),
        (_SID, b"\1\xff", b"\0\0\0\0", b"\xff\xff\xff\xff"),
        (ActiveDirectoryError,),
    ),
    Reader(
        "security-identifier-text",
        of_text(security_descriptors.build_sid),
        texts("S-1-5-32-544"),
        texts("S-", "1", "-", "²", "9" * 5000, "_", "+", " ", "\u0661"),
        (ActiveDirectoryError,),
    ),
    Reader(
        "distinguished-name",
        of_text(_read_name),
        texts("OU=Smith\\, J,DC=corp,DC=example,DC=com", "CN=a\\20,DC=b"),
        texts(",", "=", "\\", "\\2C", "\\ff", " ", "DC=", "#", "@", "\0"),
        longest=20_000,
    ),
    Reader(
        "policy-links",
        of_text(_read_links),
        texts(_LINK, " "),
        texts("[LDAP://", ";0]", ";", "]", "²", "9" * 5000, "CN={1},DC=a", "\\"),
        longest=20_000,
    ),
    Reader(
        "session-scripts",
        of_text(lambda text: _session_scripts.session_scripts({"config": text})),
        texts(_SESSION_SCRIPTS),
        _JSON + texts('"executables":', '"context":', '"filename":', '"waitingTime":', "SESSIONSTART", "-File"),
        (ValueError,),
    ),
    Reader(
        "launch-trace",
        _launch_trace.read_trace,
        (_TRACE.encode(), _TRACE.encode("utf-16"), b"C:\\a\\b.dll\r\n"),
        (*texts('"', ",", "\r\n", "\0", "Path", "C:\\", "SUCCESS", "ReadFile", "..\\", "*"), b"\xff\xfe", b"\xfe\xff"),
        (ValueError,),
    ),
    Reader(
        "optimization-manifest",
        _launch_trace.read_manifest,
        (b"C:\\a\\b.dll\r\nC:\\c.exe\r\n", "\ufeffC:\\ä.exe".encode()),
        (*texts("\r\n", "\0", "C:\\", "..\\", "*", "\\\\a\\b", ":"), b"\xff\xfe", b"\xfe\xff"),
        (ValueError,),
    ),
    Reader(
        "icon",
        _icons.image_size,
        (_PNG, _JPEG, _BMP),
        (b"\xff\xd8", b"\xff", b"\xff\xc0", b"\xff\xe0\0\0", b"\xff\xe0\xff\xff", b"BM", b"\x0c\0\0\0", b"\xff\xd0"),
        (ValueError,),
    ),
    Reader(
        "security-policy",
        _read_security_template,
        (_TEMPLATE,),
        (*_WIDE_INI, b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"),
        (ValueError,),
    ),
    Reader(
        "app-providers",
        of_text(lambda text: _dynamic_app_providers.agents_content(text, [{"display_name": "a", "path": "C:\\a"}])),
        texts('{"Agents": [{"DisplayName": "a", "Path": "b"}]}', '{"Agents": []}', ""),
        _JSON + texts('"DisplayName":', '"a"', "\ufeff"),
        (ValueError,),
    ),
    Reader(
        "firewall-rules",
        of_text(lambda text: access.policy_removals(True, {"rule": text}, [])),
        texts(_FIREWALL_RULE, ""),
        texts("|", "=", "LPort", "LPort2_10=", "Dir=In", "Action=Allow", "²", "9" * 5000),
        (),
    ),
    Reader(
        "provisioned-packages",
        of_text(_read_packages),
        texts(_PACKAGES),
        texts("DisplayName", " : ", "\r\n", "\r\n\r\n", " ", "²", ".", "9" * 5000, "\u0661"),
    ),
    Reader(
        "failed-installer",
        of_text(_read_failure),
        texts("unexpected rc from install: access to the path is denied", "https://user:pw@host/a?X-Amz-Signature=1"),
        texts("https://", "@", "?", "'", "checksum", " did not match", "404", ".", "\r\n", " " * 50, "not enough free"),
        longest=20_000,
    ),
    Reader(
        "arguments",
        of_text(_read_arguments),
        texts("/i %APPLICATION_FOLDER%\\a.msi PASSWORD=%CREDENTIAL:share.password%", "/qn"),
        texts("%APPLICATION_FOLDER%", "%CREDENTIAL:", ".", "%", '"', "\\", "=", " ", "\\g<0>", "\n"),
    ),
    Reader(
        "build-lock",
        of_text(_read_lock),
        texts("2026-11-30T00:00:00Z holding host=h job=1 machine=ab process=1.2"),
        texts("2026-11-30T00:00:00Z", " ", "holding", "asking", "=", "process=", "²", "9" * 5000, ".", "\u0663", "-"),
    ),
)
