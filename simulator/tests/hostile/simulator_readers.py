# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every parser of the simulator: what it reads comes from any client of WinRM or AWS, or from a file on a machine."""

from __future__ import annotations

import struct

import winrm_readers
from appstream_simulator.aws import cbor
from appstream_simulator.windows.cmd import expansion, wildcards, words
from appstream_simulator.windows.cmd import parser as cmd_parser
from appstream_simulator.windows.cmd.syntax import UnsupportedError, shown
from appstream_simulator.windows.domain import (
    firewall,
    group_preferences,
    policy_files,
    policy_links,
    registry_policy,
    security_descriptor,
    security_template,
    startup_scripts,
)
from appstream_simulator.windows.machine import (
    appx,
    certificate_stores,
    command_line,
    driver_packages,
    firewall_rules,
    hives,
    icons,
    image_assistant_options,
    msiexec_command_line,
    registry_scripts,
    setup_command_lines,
    shell_links,
)
from appstream_simulator.windows.powershell import parser as powershell_parser
from appstream_simulator.windows.powershell.errors import NotParsedError
from appstream_simulator.windows.protocol import (
    legacy_arguments,
    powershell_literals,
    powershell_statements,
)
from hostile_inputs import Reader, of_text, texts
from winrm_readers import XML

_WIDE_INI = texts("[", "]", "=", "\r\n", ";", "\0", "\ufeff", " ", '"', "*S-1-5-21-1", ",", encoding="utf-16-le")
_QUOTING = texts('"', "'", "\\", " ", "\t", "=", "/", "-", "%", "^", "&", "|", ">", "<", "(", ")", ",", ";", "\0")

_POWERSHELL = texts(
    "$a", "=", "(", ")", "{", "}", "[", "]", "@", "@{", "@(", "$(", '"', "'", "`", "#", "<#", "#>", "@'\n", "\n'@",
    "|", ";", "\n", "-eq", "if ", "foreach ", "function ", "try ", "param(", "..", "::", ",", "1", "0x", "1e999", "\0",
    "-", "+", "&", "$", "${", "${env:", "%", "throw ", "return", "switch ", ":", "\u2018", "return;",
)  # fmt: skip

_SCRIPT = (
    "[CmdletBinding()]\nparam ([string]$A = 'x', [switch]$B)\n$ErrorActionPreference = 'Stop'\n"
    'function Get-It { param($C) if ($C -eq 1) { "a $($C.Length) b" } else { @{a = 1; b = @(1, 2)} } }\n'
    "foreach ($one in 1..3) { Get-It $one | Where-Object { $_ -match '^a' } }\ntry { throw 'x' } catch { $null = $_ }\n"
)
_POLICY = (
    b"PReg\1\0\0\0"
    + "[Software\\A\0;N\0;".encode("utf-16-le")
    + struct.pack("<I", 4)
    + ";".encode("utf-16-le")
    + struct.pack("<I", 4)
    + ";".encode("utf-16-le")
    + struct.pack("<I", 7)
    + "]".encode("utf-16-le")
)
_TEMPLATE = "\ufeff" + (
    '[Unicode]\r\nUnicode=yes\r\n[Version]\r\nsignature="$CHICAGO$"\r\nRevision=1\r\n[Service General Setting]\r\n'
    '"WinRM",2,""\r\n[Group Membership]\r\n*S-1-5-21-1__Memberof = *S-1-5-32-544\r\n[Privilege Rights]\r\n'
    "SeShutdownPrivilege = *S-1-5-32-544,Users\r\n"
)
_GROUPS = (
    '<Groups clsid="{3125E937-EB16-4B4C-9934-544FC6D24D26}"><Group clsid="{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}" '
    'name="A"><Properties action="U" groupSid="S-1-5-32-544" groupName="A"><Members><Member name="C\\a" action="ADD" '
    'sid="S-1-5-21-1"/></Members></Properties></Group></Groups>'
)
_RULE = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=5985|RA4=10.9.9.9|App=System|Name=WinRM|"
_REG = (
    'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\Software\\A]\r\n@="x"\r\n"b"=dword:0000000f\r\n'
)
_REG += '"c"=hex(7):61,00,\\\r\n  00,00\r\n"d"=-\r\n[-HKEY_LOCAL_MACHINE\\Software\\B]\r\n'
_INF = (
    '[Version]\r\nSignature="$WINDOWS NT$"\r\nProvider=%P%\r\nDriverVer=01/02/2026,1.2\r\n[Strings]\r\nP="Contoso"\r\n'
)
_HIVE = hives.content(
    hives.Key(
        "",
        {"a": ("A", hives.RegistryValue("String", "x")), "b": ("B", hives.RegistryValue("MultiString", ["x", "y"]))},
        {"k": hives.Key("K", {"n": ("N", hives.RegistryValue("DWord", 7))})},
    )
)
_LINK = shell_links.build(
    shell_links.ShellLink(target="C:\\a.exe", arguments="-x", directory="C:\\", description="d", icon="", hotkey="")
)
_PACKAGE = appx.build(
    appx.AppPackage(
        name="Contoso.App",
        publisher="CN=Contoso",
        version="1.2.0.0",
        architecture="x64",
        resource="",
        display_name="App",
        signed=True,
    ),
    {"a.txt": b"x"},
)
_DESCRIPTOR = struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + struct.pack("<BBHHH", 2, 0, 28, 1, 0)
_DESCRIPTOR += struct.pack("<BBHI", 0, 0, 20, 0xF01FF) + bytes((1, 1, 0, 0, 0, 0, 0, 5)) + struct.pack("<I", 18)

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 256, 256)


def _read_command(text: str) -> None:
    """A line of cmd.exe, expanded and taken apart in all ways."""
    values = {"A": "b"}.get
    lines = iter(text.split("\n"))
    expanded = (
        expansion.expand_in_batch(line, values, ["a", "b"], "a b", lambda name: (name, expansion.FileFacts()))
        for line in lines
    )
    expansion.expand(text, values)
    expansion.expand_delayed(text, values)
    expansion.expand_loop(text, {"i": "x"}, lambda name: (name, expansion.FileFacts()))
    words.words(text)
    words.built_in_name(text)
    wildcards.fits(text, "*a*b?c*.*")
    node = cmd_parser.parse(next(expanded, ""), lambda: next(expanded, None))
    if node is not None:
        shown(node)


def _read_literals(source: bytes) -> None:
    powershell_literals.assignments(powershell_literals.parse(source))
    legacy_arguments.parameters.__wrapped__(source)


def _read_links(text: str) -> None:
    policy_links.in_order([policy_links.Container("a", text, blocks_inheritance=False)])


def _read_setups(text: str) -> None:
    for form in ("nsis", "inno", "installshield", ""):
        setup_command_lines.read(form, text, ("/S",))


READERS = (
    *winrm_readers.READERS,
    Reader(
        "powershell",
        of_text(powershell_parser.parse),
        texts(_SCRIPT, '$a = "b$(1 + 2)"', "@'\nx\n'@"),
        _POWERSHELL,
        (NotParsedError,),
        longest=20_000,
    ),
    Reader(
        "powershell-statements",
        of_text(lambda text: powershell_statements.statements(text, {"A": "b"}, "C:\\")),
        texts(_SCRIPT, "New-Item -Path 'C:\\a' | Out-Null; hostname"),
        _POWERSHELL,
        (powershell_statements.UnclosedError,),
    ),
    Reader(
        "powershell-literals",
        _read_literals,
        texts(
            "$spec = @{ options = @{ a = @{ type = 'str'; aliases = @('b') } } }",
            "$x = Get-AnsibleParam $p 'n' -type 'str'",
        ),
        (*_POWERSHELL, *texts("Get-AnsibleParam ", "-name ", "-validateset ", "$true")),
        longest=20_000,
        # tree-sitter recovers from errors slowly: up to 3 s here, more than 5 on a busy machine.
        long_seconds=60.0,
    ),
    Reader("windows-command-line", of_text(command_line.split), texts('"C:\\a b.exe" "c\\"d" e', "a"), _QUOTING),
    Reader(
        "cmd-line",
        of_text(_read_command),
        texts(
            'echo "%~dp1" %A% > a.txt 2>&1 && dir ^& x',
            "if /i not exist a (echo b\n) else for %%i in (a, b) do @echo %%~nxi !A:b=c! || (rem x\n)",
            "%A:~1,-2% %*",
        ),
        (
            *_QUOTING,
            *texts("%~", "%A%", ">>", "2>&1", "&&", "||", "(", ")", "^", "^\n", "if a==b ", "for %%i in (", "!"),
        ),
        (UnsupportedError,),
        longest=20_000,
    ),
    Reader(
        "msiexec",
        of_text(msiexec_command_line.parse),
        texts('/i "C:\\a.msi" /qn /L*v "C:\\a.log" A="b ""c""" TRANSFORMS=x.mst', "/x {1}"),
        (*_QUOTING, *texts("/i", "/qn", "/l*v", "A=", '""', "{", "}")),
        (msiexec_command_line.InvalidCommandLineError, msiexec_command_line.NotSimulatedError),
    ),
    Reader(
        "setup-programs",
        of_text(_read_setups),
        texts("/S /D=C:\\a b", '/s /v"/qn A=b"'),
        (*_QUOTING, *texts("/S", "/VERYSILENT", "/v", "/D=", "/LOG=")),
        (msiexec_command_line.InvalidCommandLineError, msiexec_command_line.NotSimulatedError),
    ),
    Reader(
        "image-assistant-options",
        of_text(lambda text: image_assistant_options.parse(text.split("\n"))),
        texts(
            "create-image\n--name\na\n--tags\nb\nc\n--dry-run",
            "help",
            "add-application\n--name=a\n--absolute-app-path\nb",
        ),
        texts("\n", "--", "=", "--name", "--tags", "--help", "-", '"', "create-image", "list-applications"),
        (image_assistant_options.ParserError,),
    ),
    Reader(
        "registry-policy",
        registry_policy.parse,
        (_POLICY,),
        (*_WIDE_INI, b"\xff\xff\xff\x7f", b"\0\xd8", _POLICY),
        (policy_files.PolicyFileError,),
    ),
    Reader(
        "security-template",
        security_template.parse,
        texts(_TEMPLATE, encoding="utf-16-le"),
        _WIDE_INI,
        (policy_files.PolicyFileError,),
    ),
    Reader(
        "startup-scripts",
        startup_scripts.parse,
        texts("\ufeff\r\n[Startup]\r\n0CmdLine=a.ps1\r\n0Parameters=\r\n", encoding="utf-16-le"),
        (*_WIDE_INI, *texts("0CmdLine", "²Parameters", "[Startup]", "9" * 5000, encoding="utf-16-le")),
        (policy_files.PolicyFileError,),
    ),
    Reader(
        "gpt-ini",
        policy_files.version_of,
        (b"[General]\r\nVersion=65537\r\n",),
        texts("[General]", "Version=", "\r\n", "9" * 5000, "²", "="),
        (policy_files.PolicyFileError,),
    ),
    Reader("group-preferences", group_preferences.parse, texts(_GROUPS), XML, (policy_files.PolicyFileError,)),
    Reader(
        "security-descriptor",
        security_descriptor.entries_of,
        (_DESCRIPTOR,),
        (b"\1\5", b"\xff\xff", b"\5\0", b"\x14\0\0\0", b"\0\0\0\0", b"\xff\xff\xff\xff", _DESCRIPTOR[20:]),
        (security_descriptor.SecurityDescriptorError,),
    ),
    Reader(
        "firewall-rule",
        of_text(firewall.parse),
        texts(_RULE),
        texts(
            "|",
            "=",
            "LPort=",
            "RA4=",
            "-",
            "/",
            "²",
            "9" * 5000,
            "Profile=",
            "v2.",
            "RPC",
            "10.0.0.0/8",
            "::1",
            "\u0663",
        ),
        (firewall.RuleError,),
    ),
    Reader(
        "stored-firewall-rule",
        of_text(firewall_rules.parse),
        texts(_RULE),
        texts("|", "=", "LPort=", "Protocol=", "²", "9" * 5000, "Profile="),
        (firewall_rules.RuleValueError,),
    ),
    Reader(
        "policy-links",
        of_text(_read_links),
        texts("[LDAP://CN={1},DC=a;0]", ""),
        texts("[LDAP://", ";0]", "²", "9" * 5000, "]", "a"),
        (policy_links.LinkError,),
    ),
    Reader(
        "registry-script",
        lambda data: list(registry_scripts.read(data)),
        (_REG.encode(), _REG.encode("utf-16")),
        texts(
            "[", "]", "-", '"', "=", "hex(7):", "dword:", "\\\r\n", "\r\n", ",", "@", ";", "HKEY_LOCAL_MACHINE\\", "²"
        ),
        (registry_scripts.NotAScriptError,),
    ),
    Reader(
        "hive",
        hives.parse,
        (_HIVE,),
        (b"regf", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\1\0\0\0", b"\0\xd8", _HIVE[4:]),
        (hives.CorruptHiveError,),
    ),
    Reader(
        "shortcut",
        shell_links.parse,
        (_LINK,),
        (b"\xff\xff", b"\0\xd8", b"\0\0", _LINK[:76]),
        (shell_links.ShellLinkError,),
    ),
    Reader(
        "app-package",
        appx.parse,
        (_PACKAGE,),
        (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"\xff\xff\xff\xff", b"\0\0\0\0", b"<?xml"),
        (appx.AppxError,),
    ),
    Reader(
        "app-manifest",
        appx.from_manifest,
        (appx.manifest_of(appx.parse(_PACKAGE)),),
        (*XML, *texts("<Identity ", "Name=''")),
        (appx.AppxError,),
    ),
    Reader(
        "driver",
        driver_packages.inf_sections,
        texts(_INF),
        texts("[", "]", "=", "\r\n", ";", "%", "\0", " ", '"', "[DEFAULT]", ":"),
        (ValueError,),
    ),
    Reader(
        "certificate",
        lambda data: certificate_stores.parse(data, "x"),
        (),
        (
            b"-----BEGIN CERTIFICATE-----\n",
            b"-----END CERTIFICATE-----\n",
            b"\x30\x82",
            b"\x02\x01\x03",
            b"\xff\xff",
            b"MIIB",
        ),
        (certificate_stores.CertificateFileError,),
    ),
    Reader(
        "icon",
        icons.size,
        (_PNG,),
        (b"\xff\xd8", b"\xff", b"\xff\xc0", b"\xff\xe0\0\0", b"BM", b"\0\0\1\0", _PNG),
        (ValueError,),
    ),
    Reader(
        "cbor",
        cbor.decode,
        tuple(cbor.encode(value) for value in ({"a": [1, -2, 1.5, None, True], "b": "x"}, b"x", "text")),
        (
            b"\x9f",
            b"\xbf",
            b"\xff",
            b"\x5f",
            b"\x7f",
            b"\xc1",
            b"\xfb",
            b"\x1b" + b"\xff" * 8,
            b"\x9b" + b"\xff" * 8,
            b"\x81",
            b"\xf9\x7e\0",
        ),
        (cbor.CborError,),
    ),
)
