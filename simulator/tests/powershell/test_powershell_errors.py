# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors: which end a script, which end a statement, and what win_powershell makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from powershell_runs import errors, output, run
from simulated_machine import World

GONE = "Cannot find path 'C:\\gone' because it does not exist."
READ = 'Exception calling "ReadAllText" with "1" argument(s): "Could not find file \'C:\\gone\'."'


@pytest.mark.parametrize(
    ("script", "found", "messages"),
    [
        ("Get-Item C:\\gone; 'on'", ["on"], [GONE]),
        ("Get-Item C:\\gone -ErrorAction SilentlyContinue; Get-Item C:\\gone -EA Ignore; 'on'", ["on"], []),
        ("Get-Item C:\\gone 2>$null; 'on'", ["on"], []),
        ("$ErrorActionPreference = 'SilentlyContinue'; Get-Item C:\\gone; 'on'", ["on"], []),
        ("[IO.File]::ReadAllText('C:\\gone'); 'on'", ["on"], [READ]),
        ("'a'; [int]'x' + 1; 'b'", ["a", "b"], None),
        ("function f { [int]'x'; 'within' }; f; 'on'", ["within", "on"], None),
        ("$null.Trim(); 'on'", ["on"], ["You cannot call a method on a null-valued expression."]),
        ("1 / 0; 'on'", ["on"], ["Attempted to divide by zero."]),
        ("Write-Error 'bad'; 'on'", ["on"], ["bad"]),
    ],
)
def test_errors_that_end_no_script(shared: World, script: str, found: list[Any], messages: list[str] | None) -> None:
    result = run(shared, script)
    assert not result.get("failed"), result
    assert result["output"] == found
    assert errors(result) == messages if messages is not None else len(result["error"]) == 1


@pytest.mark.parametrize(
    ("script", "options", "found", "message"),
    [
        ("'a'; Get-Item C:\\gone -ErrorAction Stop; 'b'", {}, ["a"], GONE),
        ("'a'; Get-Item C:\\gone; 'b'", {"error_action": "stop"}, ["a"], GONE),
        ("'a'; [IO.File]::ReadAllText('C:\\gone'); 'b'", {"error_action": "stop"}, ["a"], READ),
        ("$ErrorActionPreference = 'Stop'; Get-Item C:\\gone; 'b'", {}, [], GONE),
        ("'a'; throw 'no'; 'b'", {}, ["a"], "no"),
        ("function f { throw 'no' }; f; 'b'", {}, [], "no"),
        ("try { throw 'one' } catch { throw \"two $_\" }", {}, [], "two one"),
        ("try { throw 'one' } catch { throw }", {}, [], "one"),
        ("try { throw 'one' } finally { 'end' }", {}, ["end"], "one"),
        ("try { throw 'one' } catch [System.IO.IOException] { 'no' }", {}, [], "one"),
    ],
)
def test_errors_that_end_the_script(
    shared: World, script: str, options: dict[str, Any], found: list[Any], message: str
) -> None:
    result = run(shared, script, **options)
    assert (result["failed"], result["output"], "msg" in result) == (True, found, False)
    assert errors(result) == [message]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("try { Get-Item C:\\gone -ErrorAction Stop } catch { $_.Exception.Message }", [GONE]),
        ("try { Get-Item C:\\gone -ErrorAction Stop; 'no' } catch { \"$_\"; $_.TargetObject }", [GONE, "C:\\gone"]),
        ("try { [IO.File]::ReadAllText('C:\\gone') } catch [IO.FileNotFoundException] { 'inner' }", ["inner"]),
        ("try { [IO.File]::ReadAllText('C:\\gone') } catch [IO.IOException] { 'base' }", ["base"]),
        (
            "try { [IO.File]::ReadAllText('C:\\gone') } catch { $_.Exception.GetType().Name; "
            "$_.Exception.InnerException.Message }",
            ["MethodInvocationException", "Could not find file 'C:\\gone'."],
        ),
        (
            "try { Get-Item C:\\gone -ErrorAction Stop } catch [UnauthorizedAccessException], "
            "[System.Management.Automation.ItemNotFoundException] { 'second' } catch { 'third' }",
            ["second"],
        ),
        ("try { throw 'x' } catch { \"<$_>\" } finally { 'f' }; 'on'", ["<x>", "f", "on"]),
        ("function f { try { return 1 } finally { 2 } }; f", [1, 2]),
        ("foreach ($i in 1..3) { try { if ($i -eq 2) { throw 'x' }; $i } catch { continue } }", [1, 3]),
        ("try { try { throw 'a' } catch { throw 'b' } } catch { \"$_\" }", ["b"]),
        ("1..3 | ForEach-Object { try { 6 / ($_ - 2) } catch { 'zero' } }", [-6, "zero", 6]),
    ],
)
def test_what_is_caught(shared: World, script: str, found: list[Any]) -> None:
    assert output(shared, script) == found


def test_what_an_error_is_in_the_result(shared: World) -> None:
    result = run(shared, "[IO.File]::ReadAllText('C:\\gone')", error_action="stop")
    (error,) = result["error"]
    assert error["exception"]["type"] == "System.Management.Automation.MethodInvocationException"
    assert error["exception"]["inner_exception"]["type"] == "System.IO.FileNotFoundException"
    assert error["output"].startswith(READ)
