# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is outside of the subset: nothing of such a script is done, and the journal names the piece."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.powershell.state import State
from powershell_runs import output, run
from simulated_machine import World

MAKE = "New-Item C:\\Made -ItemType Directory | Out-Null"
SEEN_BEFOREHAND = [
    ("Get-Nonsense", "the command Get-Nonsense"),
    ("if ($false) { Get-Nonsense }", "the command Get-Nonsense"),
    ("1 | ForEach-Object { & { Get-Nonsense } }", "the command Get-Nonsense"),
    ('"$(Get-Nonsense)"', "the command Get-Nonsense"),
    ("nonsense.exe /S", "the command nonsense.exe"),
    ("C:\\Windows\\System32\\gone.exe", "the command C:\\Windows\\System32\\gone.exe"),
    ("Start-Process diskpart -Wait", "the command diskpart"),
    ("C:\\Tools\\gone.exe; hostname", "the command C:\\Tools\\gone.exe"),
    ("& C:\\gone.ps1", "the command C:\\gone.ps1"),
    ("Get-Item C:\\ -Stream x", "Get-Item -Stream"),
    ("Get-ChildItem -F x", "Get-ChildItem -F"),
    ("[System.Net.WebClient]::new()", "the type [System.Net.WebClient]"),
    ("$x -is [System.Xml.XmlDocument]", "the type [System.Xml.XmlDocument]"),
    ("[IO.File]::OpenRead('x')", "[IO.File]::OpenRead(…)"),
    ("[Math]::PI", "[Math]::PI"),
    ("'a'.Normalize()", "the method Normalize"),
    ("$host.Name", "the variable $host"),
    ("$using:x", "the variable $using:x"),
    ("trap { 1 }", "a keyword outside of the subset"),
    ("class A { }", "a keyword outside of the subset"),
    ("function f { process { $_ } }", "a keyword outside of the subset"),
    (". C:\\x.ps1", "dot-sourcing"),
    ("Write-Output 1 > C:\\out.txt", "a redirection to something else than $null"),
    ("1 -and2 3", "a statement does not end"),
    ("'a", "a string without its end"),
    ("if (1) { 2", "'}' is missing"),
    ("hostname && hostname", "PowerShell 7"),
    ("$x ? 1 : 2", "a statement does not end"),
    ("$a ?? 1", "a statement does not end"),
    ("function f { param([Parameter(ValueFromPipeline)]$a) 1 }", "an attribute outside of the subset"),
    (f"{'(' * 100}1{')' * 100}", "levels"),
    ("1 # " + "x" * 100_001, "no script that is longer"),
]
SEEN_WHEN_IT_RUNS = [
    ("$n = 'Get-Nonsense'; & $n", "Get-Nonsense"),
    ("$o = Get-Item C:\\Windows; $o.Something", "the property Something of a System.IO.DirectoryInfo"),
    ('"$(Get-ChildItem C:\\ | Select-Object -First 1)"', "what Get-ChildItem gives as a text"),
    ("hostname | Out-Null; C:\\Tools\\gone.exe", "the command C:\\Tools\\gone.exe"),
    ("Get-ChildItem Env:", "items of the drive Env:"),
    ("Start-Process hostname", "Start-Process without -Wait"),
    ("Get-Command Get-Nonsense", "Get-Command Get-Nonsense"),
    ("'a'.Split(',') -is [string[]]", "of an array that no cast has made"),
    ("while ($true) { }", "has not ended after"),
    ("function f { f }; f", "functions that call each other"),
    ("$s = 'x'; while ($true) { $s += $s }", "items"),
    ("1..1000000000", "items"),
    ("'a' -match '(?<o-c>a)'", "the regular expression"),
    ("Get-Item Cert:\\LocalMachine", "items of certificates"),
    ("$s = 'C:\\Scripts\\it.ps1'; & $s", "the script C:\\Scripts\\it.ps1"),
    ("'x' | ConvertTo-Json", "ConvertTo-Json without -Compress"),
    ("Remove-Item C:\\Windows", "a question of Remove-Item"),
]


@pytest.mark.parametrize(("script", "piece"), SEEN_BEFOREHAND)
def test_nothing_is_done(world: World, script: str, piece: str) -> None:
    result = run(world, f"{MAKE}\n{script}", {"Unused": 1})
    assert result["failed"]
    assert piece in result["msg"]
    assert not world.machine.disk.exists("C:\\Made")
    (entry,) = world.journal.entries("unhandled")
    assert piece in entry["text"]


@pytest.mark.parametrize(("script", "piece"), SEEN_WHEN_IT_RUNS)
def test_the_script_ends_loudly(world: World, monkeypatch: pytest.MonkeyPatch, script: str, piece: str) -> None:
    monkeypatch.setattr(State, "steps", 20_000)
    result = run(world, f"param($Unused)\n'before'\n{script}\n{MAKE}", {"Unused": 1})
    assert result["failed"]
    assert piece in result["msg"]
    assert not world.machine.disk.exists("C:\\Made")
    (entry,) = world.journal.entries("unhandled")
    assert piece in entry["text"]


def test_output_that_the_module_shows_in_a_way_of_its_own(world: World) -> None:
    result = run(world, "[timespan]::FromSeconds(1)")
    assert (result["failed"], "the output of a System.TimeSpan" in result["msg"]) == (True, True)
    assert len(world.journal.entries("unhandled")) == 1


def test_a_regular_expression_that_takes_too_long_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appstream_simulator.windows.powershell.patterns._SECONDS", 0.05)
    result = run(world, f"param($Text) $Text -match '(a+)+b|(a|aa)+c'\n{MAKE}", {"Text": "a" * 5000 + "!"})
    assert "takes too long" in result["msg"]
    assert not world.machine.disk.exists("C:\\Made")


@pytest.mark.parametrize("pattern", ["*" * 200 + "b", "*a" * 200, "?" * 300])
def test_wildcards_are_never_slow(shared: World, pattern: str) -> None:
    script = "param($Text, $Pattern) $Text -like $Pattern"
    assert output(shared, script, {"Text": "a" * 5000, "Pattern": pattern}) in ([True], [False])


def test_parameters_of_a_script_that_declares_none_are_refused(world: World) -> None:
    result = run(world, MAKE, {"Path": "C:\\"})
    assert result["failed"]
    assert "without the options parameters" in result["msg"]
    assert not world.machine.disk.exists("C:\\Made")
