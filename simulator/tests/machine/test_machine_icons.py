# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of programs: which exist, what System.Drawing extracts from them, what Image Assistant takes by itself."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from appstream_simulator.windows.machine import command_line, icons, image_assistant, program_files
from appstream_simulator.windows.machine.stock import IMAGE_ASSISTANT
from simulated_machine import World

PROGRAM = "C:\\Tools\\tool.exe"
SCRIPT = """
    [CmdletBinding()]
    param (
        [string]$Program,  # what to look at
        [string]$File
    )
    Add-Type -AssemblyName System.Drawing
    $picture = [System.Drawing.Icon]::ExtractAssociatedIcon($Program).ToBitmap()
    $picture.Save($File, [System.Drawing.Imaging.ImageFormat]::Png)
    $picture.Dispose()
"""


def extract(world: World, program: str, file: str, script: str = SCRIPT, **options: Any) -> dict[str, Any]:
    parameters = {"Program": program, "File": file}
    arguments = {"script": script, "parameters": parameters, "error_action": "stop", **options}
    return world.module("win_powershell", arguments)


def pixels(data: bytes) -> bytes:
    """The picture's rows, read as a PNG reader does: every chunk with its checksum."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    position, found = 8, {}
    while position < len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        kind, content = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack(">I", data[position + 8 + length : position + 12 + length])
        assert checksum == zlib.crc32(kind + content)
        found[kind] = content
        position += 12 + length
    assert list(found) == [b"IHDR", b"IDAT", b"IEND"]
    return zlib.decompress(found[b"IDAT"])


def test_the_icon_of_a_program_is_written_as_a_png_file(world: World) -> None:
    world.write(PROGRAM, program_files.content("tool.exe", "1.0"))
    result = extract(world, "c:/tools/tool.exe", "C:\\Tools\\tool.png")
    assert (result["changed"], result["output"], result.get("failed", False)) == (True, [], False)
    first = world.machine.disk.read("C:\\Tools\\tool.png")
    assert icons.size(first) == (32, 32)
    assert len(pixels(first)) == 32 * (1 + 32 * 3)
    world.write(PROGRAM, program_files.content("tool.exe", "2.0"))
    extract(world, PROGRAM, "C:\\Tools\\tool.png")
    assert pixels(world.machine.disk.read("C:\\Tools\\tool.png")) != pixels(first)


def test_files_without_an_icon_have_that_of_their_kind(world: World) -> None:
    found = []
    for name, content in (("a.exe", b"MZ"), ("b.exe", b"MZ other"), ("c.bat", b"@echo off")):
        extract(world, world.write(f"C:\\Tools\\{name}", content), "C:\\Tools\\out.png")
        found.append(world.machine.disk.read("C:\\Tools\\out.png"))
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("program", "file", "message"),
    [
        (
            "C:\\Tools\\gone.exe",
            "C:\\Tools\\a.png",
            'Exception calling "ExtractAssociatedIcon" with "1" argument(s): "C:\\Tools\\gone.exe"',
        ),
        (
            "\\\\server\\share\\a.exe",
            "C:\\Tools\\a.png",
            'Exception calling "ExtractAssociatedIcon" with "1" argument(s): '
            "\"Value of '\\\\server\\share\\a.exe' is not valid for 'filePath'.\"",
        ),
        (
            PROGRAM,
            "C:\\Nowhere\\a.png",
            'Exception calling "Save" with "2" argument(s): "A generic error occurred in GDI+."',
        ),
    ],
)
def test_errors_of_dotnet(world: World, program: str, file: str, message: str) -> None:
    world.write(PROGRAM, b"MZ")
    result = extract(world, program, file)
    assert result["failed"]
    assert "msg" not in result
    assert result["error"][0]["exception"]["message"] == message


def test_without_error_action_stop_the_script_goes_on(world: World) -> None:
    result = extract(world, "C:\\gone.exe", "C:\\a.png", error_action="continue")
    assert not result.get("failed")
    messages = [error["exception"]["message"] for error in result["error"]]
    assert len(messages) == 3
    assert messages[1:] == ["You cannot call a method on a null-valued expression."] * 2
    assert not world.machine.disk.exists("C:\\a.png")


def test_the_assembly_has_to_be_loaded(world: World) -> None:
    world.write(PROGRAM, b"MZ")
    result = extract(world, PROGRAM, "C:\\a.png", script=SCRIPT.replace("Add-Type -AssemblyName System.Drawing", ""))
    assert result["failed"]
    assert result["error"][0]["exception"]["message"] == "Unable to find type [System.Drawing.Icon]."


def test_a_script_that_does_anything_else_is_not_known(world: World) -> None:
    world.write(PROGRAM, b"MZ")
    result = extract(world, PROGRAM, "C:\\Tools\\a.png", script=SCRIPT.replace("::Png", "::Bmp"))
    assert result["failed"]
    assert not world.machine.disk.exists("C:\\Tools\\a.png")


def test_image_assistant_takes_the_icon_of_the_program_and_removes_it_with_the_entry(world: World) -> None:
    world.write(PROGRAM, program_files.content("tool.exe", "1.0"))
    options = ["add-application", "--name", 'a"b', "--absolute-app-path", PROGRAM]
    assert world.process(command_line.join([IMAGE_ASSISTANT, *options])).exit_code == 0
    (entry,) = world.machine.disk.application_catalog
    assert entry["AbsoluteIconPath"] == f"{image_assistant.ICON_DIRECTORY}\\a_b.png"
    extract(world, PROGRAM, "C:\\Tools\\tool.png")
    assert world.machine.disk.read(entry["AbsoluteIconPath"]) == world.machine.disk.read("C:\\Tools\\tool.png")
    assert world.process(command_line.join([IMAGE_ASSISTANT, "remove-application", "--name", 'a"b'])).exit_code == 0
    assert not world.machine.disk.exists(entry["AbsoluteIconPath"])


def test_which_paths_exist(world: World) -> None:
    world.write("C:\\100%\\%TEMP%\\a b.exe")
    script = """
        param([string[]]$Path)
        $Path | ForEach-Object { [int][System.IO.File]::Exists($_) + 2 * [int][System.IO.Directory]::Exists($_) }
    """
    asked = {
        "C:\\100%\\%TEMP%\\a b.exe": 1,
        "c:/100%/%temp%/A B.EXE": 1,
        "C:\\100%\\%TEMP%\\a b.exe\\": 0,
        "C:\\100%\\%TEMP%": 2,
        "C:\\100%\\": 2,
        "C:\\PROGRA~1": 2,
        "C:\\": 2,
        "C:\\gone": 0,
        "%SystemRoot%": 0,
        "C:\\a|b": 0,
        "Z:\\a": 0,
        "\\\\gone.example.com\\share\\a.exe": 0,
    }
    arguments = {"script": script, "parameters": {"Path": list(asked)}, "error_action": "stop"}
    assert world.module("win_powershell", arguments)["output"] == list(asked.values())
    arguments["parameters"] = {"Path": "C:\\Windows"}
    assert world.module("win_powershell", arguments)["output"] == [2]
