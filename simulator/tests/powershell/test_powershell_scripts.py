# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts as roles and plugins have them, read from there, and such as wait for something on the machine."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import program_files
from appstream_simulator.windows.protocol import async_jobs
from appstream_simulator.windows.protocol.payload import AsyncJob
from powershell_runs import output, run
from simulated_machine import ADMINISTRATOR, World

COLLECTION = Path(__file__).resolve().parents[3]

INSPECT = """\
param([string[]]$Key, [string[]]$Path, [string[]]$Version, [string[]]$Service)
foreach ($one in $Key) {
    $item = Get-Item -LiteralPath $one -ErrorAction SilentlyContinue
    $values = @{}
    if ($item) { foreach ($name in $item.GetValueNames()) { $values[$name] = $item.GetValue($name) } }
    [pscustomobject]@{ Kind = 'key'; Name = $one; Exists = [bool]$item; Values = $values }
}
foreach ($one in $Path) {
    [pscustomobject]@{ Kind = 'path'; Name = $one; Exists = [IO.File]::Exists($one) -or [IO.Directory]::Exists($one) }
}
foreach ($one in $Version) {
    $file = Get-Item -LiteralPath $one -Force -ErrorAction SilentlyContinue
    $text = if ($file) {
        $raw = $file.VersionInfo
        '{0}.{1}.{2}.{3}' -f $raw.FileMajorPart, $raw.FileMinorPart, $raw.FileBuildPart, $raw.FilePrivatePart
    }
    [pscustomobject]@{ Kind = 'version'; Name = $one; Version = $text }
}
foreach ($one in $Service) {
    $found = Get-Service -Name $one -ErrorAction SilentlyContinue
    [pscustomobject]@{ Kind = 'service'; Name = $one; Exists = [bool]$found; State = "$($found.Status)" }
}
"""
WAIT = """\
param([string]$Path, [int]$Seconds)
$until = [datetime]::UtcNow.AddSeconds($Seconds)
while ($true) {
    $text = if ([IO.File]::Exists($Path)) { [IO.File]::ReadAllText($Path) } else { '' }
    if ($text -match '"finished":\\s*(1|true)' -or [datetime]::UtcNow -ge $until) { break }
    Start-Sleep -Seconds 1
}
$text
"""


def test_keys_paths_versions_and_services_at_once(world: World) -> None:
    world.write("C:\\App\\app.exe", program_files.content("app", "2.5.0.1"))
    world.machine.disk.registry.set("HKLM\\SOFTWARE\\App", "Path", "C:\\App")
    world.machine.disk.registry.set("HKLM\\SOFTWARE\\App", "Count", 3, "DWord")
    parameters = {
        "Key": ["HKLM:\\SOFTWARE\\App", "HKLM:\\SOFTWARE\\None"],
        "Path": ["C:\\App", "C:\\App\\app.exe", "C:\\None"],
        "Version": ["C:\\App\\app.exe", "C:\\None.exe"],
        "Service": ["W32Time", "none"],
    }
    found = output(world, INSPECT, parameters, error_action="stop")
    assert found == [
        {"Kind": "key", "Name": "HKLM:\\SOFTWARE\\App", "Exists": True, "Values": {"Path": "C:\\App", "Count": 3}},
        {"Kind": "key", "Name": "HKLM:\\SOFTWARE\\None", "Exists": False, "Values": {}},
        {"Kind": "path", "Name": "C:\\App", "Exists": True},
        {"Kind": "path", "Name": "C:\\App\\app.exe", "Exists": True},
        {"Kind": "path", "Name": "C:\\None", "Exists": False},
        {"Kind": "version", "Name": "C:\\App\\app.exe", "Version": "2.5.0.1"},
        {"Kind": "version", "Name": "C:\\None.exe", "Version": None},
        {"Kind": "service", "Name": "W32Time", "Exists": True, "State": "Running"},
        {"Kind": "service", "Name": "none", "Exists": False, "State": ""},
    ]
    assert output(world, INSPECT, {"Path": "C:\\App"}) == [{"Kind": "path", "Name": "C:\\App", "Exists": True}]


def job_of(world: World, seconds: float, *, boolean_state: bool = True) -> str:
    """Start a job that works for so long; gives the path of its file."""
    job = AsyncJob("j1", "%USERPROFILE%\\.ansible_async", boolean_state=boolean_state, seconds=1000)

    def work() -> dict[str, Any]:
        world.machine.spend(seconds)
        return {"changed": True, "msg": "grün & <fertig>"}

    started = async_jobs.start(world.machine, ADMINISTRATOR, job, work, threading.Event())
    return str(started["results_file"])


@pytest.mark.parametrize(("boolean_state", "finished"), [(True, True), (False, 1)])
def test_a_script_waits_for_an_asynchronous_job(world: World, boolean_state: bool, finished: Any) -> None:
    path = job_of(world, 60, boolean_state=boolean_state)
    assert path.startswith(f"C:\\Users\\{ADMINISTRATOR}\\.ansible_async\\j1.")
    before = world.clock.now()

    (text,) = output(world, WAIT, {"Path": path, "Seconds": 900})

    assert 60 <= world.clock.now() - before < 900
    state = json.loads(text.encode("utf-8").decode())
    assert (state["finished"], state["changed"], state["results_file"]) == (finished, True, path)
    assert "\\u0026" in text  # as ConvertTo-Json writes it
    status = async_jobs.status(
        world.machine, ADMINISTRATOR, {"jid": path.rpartition("\\")[2], "_async_dir": "%USERPROFILE%\\.ansible_async"}
    )
    assert (status["msg"], status["finished"]) == ("grün & <fertig>", finished)


def test_the_wait_is_over_before_the_job(world: World) -> None:
    path = job_of(world, 900)

    (text,) = output(world, WAIT, {"Path": path, "Seconds": 30})

    assert json.loads(text)["finished"] is False
    slurped = world.module("slurp", {"src": path})
    assert not slurped.get("failed")


def test_the_wait_for_a_file_that_never_comes(world: World) -> None:
    before = world.clock.now()
    assert output(world, WAIT, {"Path": "C:\\never", "Seconds": 600}) == [""]
    assert world.clock.now() - before >= 600


def test_power_off_ends_a_waiting_script(world: World) -> None:
    world.machine.power_off_later(30)
    with pytest.raises(ConnectionError):
        run(world, WAIT, {"Path": "C:\\never", "Seconds": 100_000_000})


def of_plugin(name: str) -> str:
    """The script that a plugin has in `_SCRIPT`."""
    source = (COLLECTION / "plugins" / "plugin_utils" / name).read_text(encoding="utf-8")
    found = re.search(r'^_SCRIPT = """\\\n(.*?)"""', source, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_what_paths_are(world: World) -> None:
    paths = ["C:\\Windows", "C:\\Windows\\explorer.exe", "C:\\none", "c:/windows/EXPLORER.exe", "<>", "C:\\Windows\\"]
    assert output(world, of_plugin("_builder_paths.py"), {"Path": paths}) == [2, 1, 0, 1, 0, 2]


def test_a_signature(world: World) -> None:
    script = """
        param([string]$Path)
        $signature = Get-AuthenticodeSignature -LiteralPath $Path
        "$($signature.Status)"
        "$($signature.SignerCertificate.Subject)"
    """
    path = world.write("C:\\Temp\\plain.exe", b"MZ")
    assert output(world, script, {"Path": path}) == ["NotSigned", ""]


def test_what_was_there_before_is_removed(world: World) -> None:
    script = (Path(__file__).parent / "scripts" / "remove_items.ps1").read_text(encoding="utf-8")
    world.write("C:\\Users\\a\\T\\x.txt")
    world.write("C:\\Users\\b\\T\\y\\z.log")
    parameters = {"Path": ["C:\\Users\\?\\T\\*", "C:\\Users\\a\\T\\x.*", "C:\\Nowhere\\*"]}
    removed = [
        {"Path": "C:\\Users\\a\\T\\x.txt", "Reason": None},
        {"Path": "C:\\Users\\b\\T\\y", "Reason": None},
    ]
    assert output(world, script, parameters, check_mode=True) == removed
    assert world.machine.disk.exists("C:\\Users\\b\\T\\y\\z.log")
    assert output(world, script, parameters) == removed
    assert world.machine.disk.list("C:\\Users\\b\\T") == []
    assert output(world, script, parameters) == []
