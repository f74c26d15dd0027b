# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What msiexec.exe takes from its command line, which it takes apart in a way of its own."""

from __future__ import annotations

from typing import Any

import pytest
from appstream_simulator.windows.machine import command_line, msiexec_command_line
from appstream_simulator.windows.machine.msiexec_command_line import InvalidCommandLineError, NotSimulatedError
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

MSI = "C:\\Setup files\\putty.msi"


@pytest.fixture
def prepared(world: World) -> World:
    world.write(MSI, world.machine.shelf.installers["putty"].content)
    return world


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/i a.msi A=1", {"A": "1"}),
        ('/i a.msi INSTALLDIR="C:\\Program Files\\X"', {"INSTALLDIR": "C:\\Program Files\\X"}),
        ('A="x ""y"" z" /i a.msi B= C="" D.E_1="a=b"', {"A": 'x "y" z', "B": "", "C": "", "D.E_1": "a=b"}),
        ("/i a.msi A=\"C:\\X Data\\\" B='c'", {"A": "C:\\X Data\\", "B": "'c'"}),
        ("/i a.msi mixedCase=Value A=1 A=2", {"MIXEDCASE": "Value", "A": "2"}),
        ("/i a.msi TRANSFORMS=a.mst;b.mst URL=https://x/y?z", {"TRANSFORMS": "a.mst;b.mst", "URL": "https://x/y?z"}),
    ],
)
def test_properties(text: str, expected: dict[str, str]) -> None:
    assert msiexec_command_line.parse(text).properties == expected


@pytest.mark.parametrize(
    ("text", "action", "target"),
    [
        ("/i a.msi /qn", "install", "a.msi"),
        ('/I "C:\\a b\\c.msi" /qn', "install", "C:\\a b\\c.msi"),
        ("-package \\\\server\\share\\a.msi -quiet", "install", "\\\\server\\share\\a.msi"),
        ("/x {GUID} /passive", "uninstall", "{GUID}"),
        ("/X{GUID} /qb-!", "uninstall", "{GUID}"),
        ("/iC:\\a.msi /qn", "install", "C:\\a.msi"),
        ('/i"C:\\a b.msi" /qn', "install", "C:\\a b.msi"),
        ("/norestart /qn /uninstall a.msi", "uninstall", "a.msi"),
    ],
)
def test_actions(text: str, action: str, target: str) -> None:
    parsed = msiexec_command_line.parse(text)
    assert (parsed.action, parsed.target, parsed.quiet) == (action, target, True)


def test_logs() -> None:
    assert msiexec_command_line.parse('/i a.msi /L*V "C:\\a b.log" /qn').log == "C:\\a b.log"
    assert msiexec_command_line.parse("/i a.msi /log C:\\a.log").log == "C:\\a.log"
    assert not msiexec_command_line.parse("/i a.msi").quiet


INVALID = [
    '"INSTALLDIR=C:\\Program Files\\X"',
    '"TOOLBOXFOLDER=\\"C:\\X Data\\""',
    '"A=1"',
    "INSTALLDIR=C:\\Program Files\\X",
    "A= 1",
    "A =1",
    'A="1',
    "foo",
    "C:\\a.msi",
    "1A=2",
    "=1",
    "/bar",
    "/quite",
    "/qx",
    "/l*y a.log",
    "/l*v",
    "/l*v /qb",
    "/i b.msi",
    "/x b.msi",
    "/",
    "--quiet",
]


@pytest.mark.parametrize("arguments", INVALID)
def test_what_windows_installer_refuses(prepared: World, arguments: str) -> None:
    result = prepared.process(f'msiexec /i "{MSI}" /qn {arguments}')
    assert result.exit_code == 1639
    assert "Invalid command line argument" in result.stdout.decode("utf-16-le")
    assert prepared.machine.describe()["products"] == []
    assert prepared.journal.entries("unhandled") == []


@pytest.mark.parametrize("arguments", ["", "/qn", "A=1 /qn", "/i", "/i /qn", "/x"])
def test_nothing_to_do(world: World, arguments: str) -> None:
    assert world.process(f"msiexec {arguments}").exit_code == 1639


@pytest.mark.parametrize(
    "arguments",
    [
        '"/quiet"',
        'A=C:\\"Program Files"',
        'A="b"c',
        "/?",
        "/help",
        "/m x",
        "/g 1031",
        "/n {GUID}",
        "/promptrestart",
        "/forcerestart",
    ],
)
def test_what_nobody_knows_is_unhandled(prepared: World, arguments: str) -> None:
    assert prepared.process(f'msiexec /i "{MSI}" /qn {arguments}').exit_code == 1
    assert [entry["what"] for entry in prepared.journal.entries("unhandled")] == ["msiexec"]


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (["INSTALLDIR=C:\\Program Files\\X"], 1639),
        (['INSTALLDIR="C:\\X"'], 1639),
        (["INSTALLDIR=C:\\X", "ADDLOCAL=a,b"], 0),
        ('INSTALLDIR="C:\\Program Files\\X" ADDLOCAL=a,b', 0),
        ("INSTALLDIR=C:\\Program Files\\X", 1639),
    ],
)
def test_arguments_of_win_package(prepared: World, arguments: Any, exit_code: int) -> None:
    """A list is escaped for CommandLineToArgvW, which is not how msiexec reads it; a text is taken as it is."""
    result = prepared.module("win_package", {"path": MSI, "arguments": arguments})
    assert (result["rc"], result["failed"]) == (exit_code, exit_code != 0)


@pytest.mark.parametrize(
    ("script", "exit_code"),
    [
        # PowerShell 5.1 takes the quotes away and puts others around all of it.
        (f'msiexec.exe /i "{MSI}" /qn INSTALLDIR="C:\\Program Files\\X"', 1639),
        (f"msiexec.exe /i '{MSI}' /qn 'INSTALLDIR=\"C:\\Program Files\\X\"'", 0),
        (f'msiexec.exe /i "{MSI}" /qn INSTALLDIR="C:\\X"', 0),
        (f"msiexec.exe /i '{MSI}' /qn INSTALLDIR=\"$env:ProgramFiles\\X\"", 1639),
        (f"Start-Process msiexec.exe -ArgumentList '/i', '\"{MSI}\"', '/qn' -Wait\nexit 0", 0),
    ],
)
def test_powershell_passes_other_quotes_on(prepared: World, script: str, exit_code: int) -> None:
    result = prepared.module("win_shell", {"_raw_params": f"{script}\nexit $LASTEXITCODE"})
    assert result["rc"] == exit_code
    assert prepared.machine.describe()["products"] == ([] if exit_code else ["putty"])


values = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")) | st.just(" "), max_size=20)


@given(st.dictionaries(st.from_regex(r"[A-Z_][A-Z0-9_.]{0,8}", fullmatch=True), values, max_size=4))
def test_what_is_quoted_as_documented_arrives(properties: dict[str, str]) -> None:
    quoted = [f'{name}="{value.replace(chr(34), chr(34) * 2)}"' for name, value in properties.items()]
    assert msiexec_command_line.parse(f"/i a.msi {' '.join(quoted)} /qn").properties == properties


@given(st.from_regex(r"[A-Z]{1,5}", fullmatch=True), values, st.sampled_from(' "'), values)
def test_what_is_escaped_for_other_programs_is_refused(name: str, before: str, special: str, behind: str) -> None:
    with pytest.raises(InvalidCommandLineError):
        msiexec_command_line.parse(f"/i a.msi {command_line.escape(f'{name}={before}{special}{behind}')}")


@given(st.text(st.sampled_from(' "=/-\\AiIxXqQlL*{}.msi'), max_size=30))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        msiexec_command_line.parse(text)
    except (InvalidCommandLineError, NotSimulatedError):
        return
