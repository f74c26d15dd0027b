# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Printer drivers, from the driver store and by printui.dll; and fonts, which are a file and a registry value."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.machine import printers
from appstream_simulator.windows.machine.printers import PrinterError
from simulated_machine import World

INF = """[Version]
Signature="$Windows NT$"
Class=Printer
CatalogFile=printer.cat
DriverVer=06/21/2026,1.0

[Manufacturer]
%Maker%=Example,NTamd64

[Example]

[Example.NTamd64]
"Example Universal PS" = INSTALL,LPTENUM\\Example
%Second% = INSTALL

[Strings]
Maker="Example"
Second="Example Colour 2"
"""
PRINTUI = "rundll32.exe printui.dll,PrintUIEntry"


def driver(world: World) -> str:
    world.write("C:\\Drivers\\printer.cat")
    return world.write("C:\\Drivers\\printer.inf", INF.encode())


@pytest.mark.parametrize("name", ["Example Universal PS", "example universal ps", "Example Colour 2"])
def test_a_driver_of_the_store(world: World, name: str) -> None:
    with pytest.raises(PrinterError, match="driver store"):
        printers.add_driver(world.machine, name)
    assert world.process(f"pnputil /add-driver {driver(world)}").exit_code == 0
    printers.add_driver(world.machine, name)
    assert printers.drivers(world.machine.disk) == [name]
    with pytest.raises(PrinterError):
        printers.add_driver(world.machine, "Another Printer")


def test_printui_adds_a_driver(world: World) -> None:
    line = f'{PRINTUI} /ia /m "Example Universal PS" /h x64 /v "Type 3 - User Mode" /f {driver(world)} /q'
    assert world.process(line).exit_code == 0
    assert printers.drivers(world.machine.disk) == ["Example Universal PS"]


@pytest.mark.parametrize(("name", "inf"), [("Other", "printer.inf"), ("Example Universal PS", "gone.inf")])
def test_printui_hides_its_failures(world: World, name: str, inf: str) -> None:
    driver(world)
    assert world.process(f'{PRINTUI} /ia /m "{name}" /f C:\\Drivers\\{inf} /q').exit_code == 0
    assert printers.drivers(world.machine.disk) == []


@pytest.mark.parametrize("line", ["rundll32 user32.dll,LockWorkStation", f"{PRINTUI} /il", f"{PRINTUI} /ia /m a"])
def test_what_rundll32_is_not_simulated_for(world: World, line: str) -> None:
    assert world.process(line).exit_code == 1
    assert len(world.journal.entries("unhandled")) == 1


def test_a_font_is_a_file_and_a_value(world: World) -> None:
    key = "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Fonts"
    copied = world.module("win_file", {"path": "C:\\Windows\\Fonts\\house.ttf", "state": "touch"})
    assert copied["changed"]
    assert world.module("win_regedit", {"path": key, "name": "House (TrueType)", "data": "house.ttf"})["changed"]
