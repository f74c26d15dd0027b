# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Setup programs and their command lines: what is silent, where it is installed, and what arrives of what was given."""

from __future__ import annotations

from pathlib import Path

import pytest
from appstream_simulator.windows.machine import installer_values, setup_command_lines
from appstream_simulator.windows.machine.installer_values import Given
from appstream_simulator.windows.machine.msiexec_command_line import InvalidCommandLineError, NotSimulatedError
from appstream_simulator.windows.machine.shelf import Shelf, ShelfError
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

SHELF = r"""
installers:
  - name: tools
    kind: exe
    registry_key: Tools
    command_line: nsis
    install_location: 'C:\Program Files\Tools'
    files: [{path: '{directory}\tools.exe'}]
    uninstaller: {path: '{directory}\Uninstall.exe', silent_arguments: [/S]}
  - name: editor
    kind: exe
    registry_key: Editor_is1
    command_line: inno
    install_location: 'C:\Program Files\Editor'
    files: [{path: '{directory}\editor.exe'}]
  - name: statistics
    kind: exe
    registry_key: Statistics
    command_line: installshield
    install_location: 'C:\Program Files\Statistics'
    files: [{path: '{directory}\features.txt', text: '{argument:ADDLOCAL=none}'}]
  - name: office
    kind: exe
    registry_key: Office
    needs: [{argument: /configure, exit_code: 17002, message: no configuration}]
    files: [{path: 'C:\Program Files\Office\used.xml', text: '{file:/configure}'}]
  - name: licensed
    kind: exe
    registry_key: Licensed
    silent_arguments: [-q]
    requires_arguments: [SERIAL]
    needs: [{argument: -f1, attached: true}, {path: licence.dat}]
    files: [{path: 'C:\Licensed\server.txt', text: '{environment:LICENCE_SERVER=nobody} {argument:SERIAL}'}]
    registry: [{key: 'HKLM\SOFTWARE\Licensed', name: Answers, data: '{argument:-f1}'}]
  - name: cad
    kind: msi
    product_code: "{C0000000-0000-4000-8000-000000000001}"
    install_location: 'C:\Program Files\CAD'
    directory_property: TOOLBOXFOLDER
    requires_arguments: [SERIAL]
    files: [{path: '{directory}\server.txt', text: '{argument:SERVER=none}'}]
"""


@pytest.fixture
def shelf_world(world: World, tmp_path: Path) -> World:
    file = tmp_path / "shelf.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    for name, installer in world.machine.shelf.installers.items():
        world.write(f"C:\\Media\\{name}.{installer.kind}", installer.content)
    return world


def text(world: World, path: str) -> str:
    return world.machine.disk.read(path).decode()


@pytest.mark.parametrize(
    ("form", "arguments", "silent", "directory"),
    [
        ("nsis", "/S", True, ""),
        ("nsis", "/s", False, ""),
        ("nsis", "/S /D=C:\\Program Files\\7-Zip Tools", True, "C:\\Program Files\\7-Zip Tools"),
        ("nsis", '/S "/D=C:\\Program Files\\7-Zip Tools"', True, ""),
        ("nsis", '/S /D="C:\\Program Files\\7-Zip Tools"', True, ""),
        ("nsis", "/D=C:\\Tools /S", False, "C:\\Tools /S"),
        ("inno", '/VERYSILENT /DIR="C:\\a b"', True, "C:\\a b"),
        ("inno", '/silent "/DIR=C:\\a b"', True, "C:\\a b"),
        ("inno", "/NORESTART", False, ""),
    ],
)
def test_command_lines_of_makers(form: str, arguments: str, silent: bool, directory: str) -> None:
    line = setup_command_lines.read(form, arguments)
    assert (line.silent, line.directory) == (silent, directory)


@pytest.mark.parametrize(
    ("arguments", "silent", "properties"),
    [
        ('/s /v"/qn ADDLOCAL=a,b"', True, {"ADDLOCAL": "a,b"}),
        ('/s /v"/qn INSTALLDIR=\\"C:\\a b\\" X=1"', True, {"INSTALLDIR": "C:\\a b", "X": "1"}),
        ("/s /v/qn", True, {}),
        ('/s /v"ADDLOCAL=a"', False, {"ADDLOCAL": "a"}),
        ("/v/qn", False, {}),
    ],
)
def test_installshield_hands_on_to_msiexec(arguments: str, silent: bool, properties: dict[str, str]) -> None:
    line = setup_command_lines.read("installshield", arguments)
    assert (line.silent, line.properties, line.answers) == (silent, properties, "")


def test_what_installshield_hands_on_is_read_strictly() -> None:
    with pytest.raises(InvalidCommandLineError):
        setup_command_lines.read("installshield", '/s /v"/qn INSTALLDIR=C:\\a b"')
    with pytest.raises(NotSimulatedError):
        setup_command_lines.read("installshield", '/s "/v\\"/qn ADDLOCAL=a,b\\""')


@given(st.sampled_from(sorted(setup_command_lines.FORMS)), st.text(alphabet='/SsvVqnD=:\\" abf1', max_size=40))
def test_any_command_line_is_read_or_refused(form: str, arguments: str) -> None:
    try:
        line = setup_command_lines.read(form, arguments)
    except (InvalidCommandLineError, NotSimulatedError):
        return
    assert '"' not in line.directory or form != "nsis"


@pytest.mark.parametrize(
    ("arguments", "name", "attached", "value"),
    [
        ("/configure C:\\a.xml", "/configure", False, "C:\\a.xml"),
        ('/configure "C:\\a b.xml"', "/CONFIGURE", False, "C:\\a b.xml"),
        ("--licence=x", "licence", False, "x"),
        ("/licence:x", "licence", False, "x"),
        ("LICENCE=x", "licence", False, "x"),
        ("-f1C:\\a.iss", "-f1", True, "C:\\a.iss"),
        ("/quiet /log", "/quiet", False, ""),
        ("configure a", "/configure", False, None),
        ("", "x", False, None),
    ],
)
def test_arguments_have_values(arguments: str, name: str, attached: bool, value: str | None) -> None:
    assert installer_values.argument(Given(arguments), name, attached=attached) == value


def test_nsis_installs_where_it_is_told_and_is_removed_from_there(shelf_world: World) -> None:
    assert shelf_world.process("C:\\Media\\tools.exe /S /D=C:\\My Tools\\x").exit_code == 0
    disk = shelf_world.machine.disk
    assert disk.is_file("C:\\My Tools\\x\\tools.exe")
    assert not disk.exists("C:\\Program Files\\Tools")
    assert shelf_world.process('"C:\\My Tools\\x\\Uninstall.exe" /S').exit_code == 0
    assert not disk.exists("C:\\My Tools\\x\\tools.exe")


def test_inno_needs_the_file_that_loadinf_names(shelf_world: World) -> None:
    assert shelf_world.process("C:\\Media\\editor.exe /VERYSILENT /LOADINF=C:\\Media\\gone.inf").exit_code == 1
    shelf_world.write("C:\\Media\\there.inf")
    assert shelf_world.process("C:\\Media\\editor.exe /VERYSILENT /LOADINF=C:\\Media\\there.inf").exit_code == 0


def test_installshield_properties_and_answer_file(shelf_world: World) -> None:
    setup = "C:\\Media\\statistics.exe"
    assert shelf_world.process(f"{setup} /s").exit_code == -5
    assert shelf_world.process(f'{setup} /s /v"/qn A=b c"').exit_code == 1639
    assert shelf_world.process(f'{setup} /s /v"/qn ADDLOCAL=a,b"').exit_code == 0
    assert text(shelf_world, "C:\\Program Files\\Statistics\\features.txt") == "a,b"
    shelf_world.write("C:\\Media\\setup.iss")
    assert shelf_world.process(f"{setup} -s").exit_code == 0


def test_an_answer_file_is_found_from_the_working_directory_and_used(shelf_world: World) -> None:
    shelf_world.write("C:\\Media\\configuration.xml", b"<Configuration/>")
    line = "C:\\Media\\office.exe /configure configuration.xml"
    refused = shelf_world.process(line)
    assert (refused.exit_code, refused.stdout) == (17002, b"no configuration\r\n")
    assert shelf_world.process("C:\\Media\\office.exe").exit_code == 17002
    found = shelf_world.module("win_command", {"cmd": line, "chdir": "C:\\Media"})
    assert found["rc"] == 0
    assert text(shelf_world, "C:\\Program Files\\Office\\used.xml") == "<Configuration/>"


def test_arguments_and_environment_arrive(shelf_world: World) -> None:
    shelf_world.write("C:\\Media\\a.iss")
    shelf_world.write("C:\\Media\\licence.dat")

    def install(arguments: str) -> str | int:
        line = f"C:\\Media\\licensed.exe {arguments}"
        environment = {"LICENCE_SERVER": "@licences"}
        result = shelf_world.module("win_command", {"cmd": line, "chdir": "C:\\Media"}, environment=environment)
        return str(result["stdout"]) or int(result["rc"])

    assert install("-q -f1a.iss") == "Missing argument: SERIAL\r\n"
    assert install("-q SERIAL=1-2") == "Missing argument: -f1\r\n"
    assert install("-q SERIAL=1-2 -f1b.iss") == "Cannot find b.iss\r\n"
    assert install('-q "SERIAL=1 2" -f1a.iss') == 0
    assert text(shelf_world, "C:\\Licensed\\server.txt") == "@licences 1 2"
    shelf_world.machine.disk.remove("C:\\Media\\licence.dat")
    assert install("-q SERIAL=1-2 -f1a.iss") == "Cannot find licence.dat\r\n"


def test_properties_of_an_msi_arrive(shelf_world: World) -> None:
    msi = "msiexec /i C:\\Media\\cad.msi /qn"
    assert shelf_world.process(msi).exit_code == 1
    assert shelf_world.process(f'{msi} SERIAL=1 SERVER="a ""b""" TOOLBOXFOLDER="C:\\X Data"').exit_code == 0
    assert text(shelf_world, "C:\\X Data\\server.txt") == 'a "b"'
    assert shelf_world.process("msiexec /x C:\\Media\\cad.msi /qn").exit_code == 0
    assert not shelf_world.machine.disk.exists("C:\\X Data\\server.txt")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{name: a, kind: exe, registry_key: a, command_line: wise}", "command_line is one of"),
        ("{name: a, kind: exe, registry_key: a, needs: [{file: x}]}", "does not know"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, entry: str, problem: str) -> None:
    file = tmp_path / "shelf.yml"
    file.write_text(f"installers: [{entry}]")
    with pytest.raises(ShelfError, match=problem):
        Shelf([file])


@pytest.mark.parametrize(
    "part",
    [
        "files: [{path: 'C:\\{argument:NAME}\\a.txt', text: a}]",
        "registry: [{key: 'HKLM\\SOFTWARE\\{environment:NAME}', name: a}]",
        "uninstaller: {path: '{argument:NAME}\\u.exe'}",
    ],
)
def test_what_cannot_be_found_again_is_refused(tmp_path: Path, part: str) -> None:
    file = tmp_path / "shelf.yml"
    file.write_text(f"installers: [{{name: a, kind: exe, registry_key: a, {part}}}]")
    with pytest.raises(ShelfError, match="has a meaning"):
        Shelf([file])
