# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Readers of GptTmpl.inf, Groups.xml, the scripts' ini files and gpt.ini, and the extensions that use them."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.domain import (
    extensions,
    group_preferences,
    policy_json,
    security_template,
    startup_scripts,
)
from appstream_simulator.windows.domain.policy import (
    ComputerPolicy,
    GroupMember,
    LocalGroup,
    PolicyObject,
    RegistryValue,
    RestrictedGroup,
    StartupScript,
)
from appstream_simulator.windows.domain.policy_files import PolicyFileError, version_of

INF_HEAD = ("[Unicode]", "Unicode=yes", "[Version]", 'signature="$CHICAGO$"', "Revision=1")


def utf_16(*lines: str) -> bytes:
    """A file of these lines."""
    return b"\xff\xfe" + "".join(f"{line}\r\n" for line in lines).encode("utf-16-le")


# GptTmpl.inf


def test_security_template() -> None:
    template = security_template.parse(
        utf_16(
            *INF_HEAD,
            "[Service General Setting]",
            '"WinRM",2,""',
            'Spooler,4,"D:AR(A;;RPWPDTRC;;;BA)"',
            "[Group Membership]",
            "*S-1-5-21-1-2-3-1111__Memberof = *S-1-5-32-544,*S-1-5-32-580",
            "*S-1-5-21-1-2-3-1111__Members =",
            "CORP\\helpers__Members = CORP\\a,*S-1-5-21-1-2-3-500",
            "[Kerberos Policy]",
            "MaxTicketAge = 10",
            "[System Access]",
            'NewAdministratorName = "cisadmin"',
            "MinimumPasswordLength = 14",
            "[Privilege Rights]",
            "SeDenyInteractiveLogonRight = *S-1-5-32-546,CORP\\svc",
            "SeTcbPrivilege =",
        )
    )
    assert template.administrator_name == "cisadmin"
    assert template.privilege_rights == {
        "SeDenyInteractiveLogonRight": ["S-1-5-32-546", "CORP\\svc"],
        "SeTcbPrivilege": [],
    }
    assert template.services == {"WinRM": 2, "Spooler": 4}
    assert template.restricted_groups == [
        RestrictedGroup("S-1-5-21-1-2-3-1111", ["S-1-5-32-544", "S-1-5-32-580"], []),
        RestrictedGroup("CORP\\helpers", None, ["CORP\\a", "S-1-5-21-1-2-3-500"]),
    ]
    assert template.ignored == [
        "section [kerberos policy]",
        "security descriptor of the service Spooler",
        "[System Access] minimumpasswordlength",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[Unicode]\r\nUnicode=yes\r\n",
        b"\xff\xfe[",
        b"\xff\xfe\0\xd8",
        utf_16(*INF_HEAD[:2]),
        utf_16(*INF_HEAD[2:]),
        utf_16("text", *INF_HEAD),
        utf_16(*INF_HEAD, "[Version]"),
        utf_16(*INF_HEAD, "[Service General Setting]", '"WinRM",5,""'),
        utf_16(*INF_HEAD, "[Service General Setting]", '"WinRM",2'),
        utf_16(*INF_HEAD, "[Service General Setting]", "WinRM=2"),
        utf_16(*INF_HEAD, "[Service General Setting]", '"WinRM",2,""', '"winrm",4,""'),
        utf_16(*INF_HEAD, "[Group Membership]", "*S-1-5-32-544 = a"),
        utf_16(*INF_HEAD, "[Group Membership]", "*S-1-5-x__Members = a"),
        utf_16(*INF_HEAD, "[Group Membership]", "g__Members = a", "g__members = b"),
        utf_16(*INF_HEAD, "[Group Membership]", "__Members = a"),
    ],
)
def test_malformed_security_template(data: bytes) -> None:
    with pytest.raises(PolicyFileError):
        security_template.parse(data)


# Groups.xml

GROUP = '<Group clsid="{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}" name="g">'


def with_attribute(name: str) -> str:
    """The beginning of a group that has an attribute more."""
    return GROUP.replace(">", f' {name}="1">')


def groups_xml(content: str, attributes: str = "") -> bytes:
    """A file with this content."""
    head = '<?xml version="1.0" encoding="utf-8"?><Groups clsid="{3125E937-EB16-4b4c-9934-544FC6D24D26}"'
    return f"{head} {attributes}>{content}</Groups>".encode()


def test_group_preferences() -> None:
    preferences = group_preferences.parse(
        groups_xml(
            f'{GROUP}<Properties action="U" groupSid="S-1-5-32-544" groupName="Administrators (built-in)" '
            'deleteAllUsers="1" deleteAllGroups="0"><Members>'
            '<Member name="CORP\\a &amp; b" action="ADD" sid="S-1-5-9"/>'
            '<Member name="CORP\\c" action="REMOVE" sid=""/></Members></Properties></Group>'
            f'{with_attribute("disabled")}<Filters/></Group><User name="u"/>'
        )
    )
    members = [GroupMember("CORP\\a & b", "S-1-5-9", "ADD"), GroupMember("CORP\\c", "", "REMOVE")]
    group = LocalGroup("Administrators (built-in)", "S-1-5-32-544", "U", True, False, members)
    assert preferences.groups == [group]
    assert preferences.ignored == ["Group 'g', which is disabled", "User 'u'"]


def test_disabled_group_preferences() -> None:
    preferences = group_preferences.parse(groups_xml("<Nonsense/>", 'disabled="1"'))
    assert (preferences.groups, preferences.ignored) == ([], ["Groups.xml, which is disabled"])


@pytest.mark.parametrize(
    "content",
    [
        "<Other/>",
        "<Group/>",
        f"{GROUP}</Group>",
        f'{GROUP}<Properties groupName="g"/></Group>',
        f'{GROUP}<Properties action="X" groupName="g"/></Group>',
        f'{GROUP}<Properties action="U"/></Group>',
        f'{GROUP}<Properties action="U" groupSid="Administrators"/></Group>',
        f'{GROUP}<Properties action="U" groupName="g" newName="h"/></Group>',
        f'{GROUP}<Properties action="U" groupName="g" deleteAllUsers="yes"/></Group>',
        f'{GROUP}<Properties action="U" groupName="g"/><Filters><FilterOs/></Filters></Group>',
        f'{GROUP}<Properties action="U" groupName="g"><Members><Member name="a"/></Members></Properties></Group>',
        f'{GROUP}<Properties action="U" groupName="g"><Members><Member action="ADD"/></Members></Properties></Group>',
        f'{GROUP}<Properties action="U" groupName="g"><Users/></Properties></Group>',
        f'{with_attribute("removePolicy")}<Properties action="R" groupName="g"/></Group>',
        f'{with_attribute("userContext")}<Properties action="U" groupName="g"/></Group>',
    ],
)
def test_malformed_group_preferences(content: str) -> None:
    with pytest.raises(PolicyFileError):
        group_preferences.parse(groups_xml(content))


@pytest.mark.parametrize(
    "data", [b"", b"<Groups/>", b"<Groups", groups_xml("")[:-1], b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + groups_xml("")]
)
def test_not_group_preferences(data: bytes) -> None:
    with pytest.raises(PolicyFileError):
        group_preferences.parse(data)


# scripts.ini and psscripts.ini


def test_scripts() -> None:
    scripts = startup_scripts.parse(
        utf_16(
            *("", "[ScriptsConfig]", "StartExecutePSFirst=true", "[Startup]", "0CmdLine=a.ps1", '0Parameters=-X "1"'),
            *("1CmdLine=b.ps1", "1Parameters=", "[Shutdown]", "0CmdLine=c.ps1", "0Parameters="),
        )
    )
    assert [(script.name, script.parameters) for script in scripts.startup] == [("a.ps1", '-X "1"'), ("b.ps1", "")]
    assert (scripts.powershell_first, scripts.ignored) == (True, ["shutdown scripts"])


@pytest.mark.parametrize(
    "data",
    [
        b"[Startup]\r\n",
        utf_16("[Startup]", "1CmdLine=a", "1Parameters="),
        utf_16("[Startup]", "0CmdLine=a"),
        utf_16("[Startup]", "0Parameters="),
        utf_16("[Startup]", "0CmdLine=", "0Parameters="),
        utf_16("[Startup]", "0CmdLine=a", "0Parameters=", "2CmdLine=b", "2Parameters="),
        utf_16("[Startup]", "0CmdLine=a", "0cmdline=b"),
        utf_16("[Startup]", "CmdLine=a"),
        utf_16("[Startup]", "0CmdLine"),
        utf_16("[Logon]", "0CmdLine=a", "0Parameters="),
        utf_16("[ScriptsConfig]", "StartExecutePSFirst=1"),
    ],
)
def test_malformed_scripts(data: bytes) -> None:
    with pytest.raises(PolicyFileError):
        startup_scripts.parse(data)


def test_a_list_without_scripts_as_windows_tools_leave_it() -> None:
    scripts = startup_scripts.parse(b"\xff\xfe\x0d\x00\x0a\x00")
    assert (scripts.startup, scripts.ignored) == ([], [])


# gpt.ini


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (b"[General]\r\nVersion=0", 0),
        (b"[General]\nversion=65537\n", 65537),
        (b"[General]\r\nVersion=4294967295\r\ndisplayName=New Group Policy Object\r\n", 2**32 - 1),
    ],
)
def test_version(data: bytes, version: int) -> None:
    assert version_of(data) == version


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Version=1",
        b"[General]\r\n",
        b"[General]\r\nVersion=",
        b"[General]\r\nVersion=-1",
        b"[General]\r\nVersion=4294967296",
        b"[General]\r\nVersion=1\r\nVERSION=2",
        "[General]\r\nVersion=\u0663".encode(),
    ],
)
def test_no_version(data: bytes) -> None:
    with pytest.raises(PolicyFileError):
        version_of(data)


# Extensions

SCRIPTS_LISTED = f"[{extensions.SCRIPTS}{{40B6664F-4972-11D1-A7CA-0000F87571E3}}]"


def test_listed_extensions() -> None:
    tool = "{0F6B957D-509E-11D1-A7CC-0000F87571E3}"
    names = f"[{extensions.REGISTRY.lower()}{tool}{tool}][{extensions.SECURITY}{tool}]"
    assert extensions.listed(names) == [extensions.REGISTRY, extensions.SECURITY]
    assert extensions.listed(" ") == []


@pytest.mark.parametrize(
    "names", ["x", "[]", "[{1}]", extensions.REGISTRY, f"[{extensions.REGISTRY}", f"[{extensions.REGISTRY}]x"]
)
def test_malformed_extensions(names: str) -> None:
    with pytest.raises(PolicyFileError):
        extensions.listed(names)
    assert len(extensions.read(names, lambda path: None).errors) == 1


@pytest.mark.parametrize(
    ("first", "order"), [(None, ["a.cmd", "b.ps1"]), ("false", ["a.cmd", "b.ps1"]), ("true", ["b.ps1", "a.cmd"])]
)
def test_order_of_start_up_scripts(first: str | None, order: list[str]) -> None:
    config = () if first is None else ("[ScriptsConfig]", f"StartExecutePSFirst={first}")
    files = {
        r"Machine\Scripts\scripts.ini": utf_16("[Startup]", "0CmdLine=a.cmd", "0Parameters="),
        r"Machine\Scripts\psscripts.ini": utf_16(*config, "[Startup]", "0CmdLine=b.ps1", "0Parameters="),
        r"Machine\Scripts\Startup\a.cmd": b"a",
        r"Machine\Scripts\Startup\b.ps1": b"b",
    }
    settings = extensions.read(SCRIPTS_LISTED, files.get)
    scripts = settings.fields["startup_scripts"]
    assert [script.name for script in scripts] == order
    assert {script.name: script.powershell for script in scripts} == {"a.cmd": False, "b.ps1": True}


@pytest.mark.parametrize("name", [r"..\a.ps1", r"C:\a.ps1", r"\\server\share\a.ps1", "absent.ps1"])
def test_start_up_script_from_elsewhere(name: str) -> None:
    ini = utf_16("[Startup]", f"0CmdLine={name}", "0Parameters=")
    settings = extensions.read(SCRIPTS_LISTED, {r"Machine\Scripts\psscripts.ini": ini}.get)
    assert (settings.fields, len(settings.errors)) == ({}, 1)


def test_listed_extension_without_files() -> None:
    names = "".join(
        f"[{guid}{{0F6B957D-509E-11D1-A7CC-0000F87571E3}}]"
        for guid in (extensions.REGISTRY, extensions.SECURITY, extensions.SCRIPTS, extensions.LOCAL_USERS_AND_GROUPS)
    )
    settings = extensions.read(names, lambda path: None)
    assert (settings.errors, settings.ignored) == ([], [])
    assert not any(settings.fields.values())


# JSON


def test_policy_survives_json() -> None:
    policy = ComputerPolicy(
        objects=[
            PolicyObject(
                guid="{1}",
                name="n\u00e4me",
                version=3,
                registry=[
                    RegistryValue("K", "b", "REG_BINARY", b"\0\xff"),
                    RegistryValue("K", "m", "REG_MULTI_SZ", ["a", "b"]),
                    RegistryValue("K", "d", "REG_DWORD", 7),
                ],
                services={"WinRM": 2},
                administrator_name="a",
                privilege_rights={"SeTcbPrivilege": ["S-1-5-18"]},
                restricted_groups=[RestrictedGroup("g", None, [])],
                local_groups=[LocalGroup("g", "", "U", False, True, [GroupMember("m", "", "ADD")])],
                startup_scripts=[StartupScript("a.ps1", "", True, b"\0\r\n")],
                errors=["e"],
                ignored=["i"],
            )
        ],
        errors=["E"],
        skipped=["S"],
    )
    assert policy_json.from_json(policy_json.to_json(policy)) == policy
