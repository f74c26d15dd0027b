# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language: what statements, expressions and operators give, as Windows PowerShell 5.1 documents them."""

from __future__ import annotations

from typing import Any

import pytest
from powershell_runs import output, run
from simulated_machine import World

ARITHMETIC: list[tuple[str, list[Any]]] = [
    ("1 + 2 * 3; (1 + 2) * 3; 7 / 2; 8 / 2; -7 % 3; 2 - -1", [7, 9, 3.5, 4, -1, 3]),
    ("'1' + 1; 1 + '1'; 'ab' * 2; @(1, 2) * 2", ["11", 2, "abab", 1, 2, 1, 2]),
    ("[int]2.5; [int]3.5; [int]'0x10'; [int]$true; [int]'  7 '; [long]'5000000000'", [2, 4, 16, 1, 7, 5000000000]),
    ("0x10; 0xFFFFFFFF; 1kb; 1.5; 1e3; 2MB; .5", [16, -1, 1024, 1.5, 1000, 2097152, 0.5]),
    ("6 -band 3; 6 -bor 1; 6 -bxor 3; 1 -shl 4; -bnot 0", [2, 7, 5, 16, -1]),
    ("1, 2 + 3", [1, 2, 3]),
    ("1 +\n2; 1 `\n+ 1", [3, 2]),
    ("$x = 5; $x -= 2; $x *= 3; $x /= 3; $x; $x++; $x; --$x; $x; $y = $x++; $y; ($x++)", [3, 4, 3, 3, 4]),
]
COMPARISONS: list[tuple[str, list[Any]]] = [
    ("1 -eq '1'; '1' -eq 1; '1.0' -eq 1; 10 -gt '9'; '10' -gt 9", [True, True, False, True, False]),
    ("'A' -eq 'a'; 'A' -ceq 'a'; 'A' -ieq 'a'; 'a' -lt 'B'", [True, False, True, True]),
    ("$null -eq $false; $null -eq $null; '' -eq $null; 0 -eq $null", [False, True, False, False]),
    ("1, 2, 1 -eq 1; (1, 2, 3 -ne 2).Count; @(1, 2) -gt 5", [1, 1, 2]),
    ("'a', 'b' -contains 'B'; 'b' -in 'a', 'b'; 'c' -notin 'a', 'b'; @() -contains $null", [True, True, True, False]),
    ("'abc' -like 'A*'; 'abc' -like '?b?'; 'abc' -notlike '*d*'; 'a[c' -like 'a`[c'", [True, True, True, True]),
    ("'x.txt' -match '\\.TXT$'; 'x.txt' -cmatch '\\.TXT$'; 'ab', 'c' -match 'b'", [True, False, "ab"]),
    ("'ab' -match '(?<first>a)(.)'; $Matches.first; $Matches[1]; $Matches[0]", [True, "a", "b", "ab"]),
    ("'abc' -replace '(b)', '[$1]'; 'abc' -replace 'B'; 'a.b' -replace '\\.', '$$'", ["a[b]c", "ac", "a$b"]),
    ("'a,b;c' -split '[,;]'; 'a,b,c' -split ',', 2; -split ' a  b '", ["a", "b", "c", "a", "b,c", "a", "b"]),
    ("'aXbxc' -csplit 'x'; 'a', 'b' -join '+'; -join ('a', 'b')", ["aXb", "c", "a+b", "ab"]),
    ("$true -and 0; 1 -or (throw 'not reached'); $true -xor $true; -not ''; !1", [False, True, False, True, False]),
    (
        "-not 1 -eq 2; 'a' -is [string]; 1 -is [int]; @() -is [array]; 1 -isnot [string]",
        [False, True, True, True, True],
    ),
    ("'x' -as [int]; '5' -as [int]; [version]'1.10' -gt [version]'1.9'", [None, 5, True]),
    (
        "[bool]@(); [bool]@(0); [bool]@(0, 0); [bool]''; [bool]'0'; [bool]'false'",
        [False, False, True, False, True, True],
    ),
]
TEXTS: list[tuple[str, list[Any]]] = [
    ('\'it\'\'s\'; "a""b"; "a`tb`$c"; "100%"', ["it's", 'a"b', "a\tb$c", "100%"]),
    ('$a = 1, 2; "$a"; "$a[0]"; "$($a[0])"; "${a}x"; "$($a.Count + 1)"', ["1 2", "1 2[0]", "1", "1 2x", "3"]),
    ('"$(foreach ($i in 1..3) { $i })"; "$(\'a\' + "b")"; "$missing|"', ["1 2 3", "ab", "|"]),
    ('@\'\na $b\n\'@; @"\nx $(1)\n\n"y"\n"@; @\'\n\'@; @"\n"@', ["a $b", 'x 1\n\n"y"', "", ""]),
    (
        '"$([pscustomobject]@{ a = 1; b = 2 })"; "$(@{})"; "$true $null"',
        ["@{a=1; b=2}", "System.Collections.Hashtable", "True "],
    ),
    ("'{0:D3}|{1,5}|{2,-4}|{3:X2}|{{}}' -f 7, 'ab', 'c', 255", ["007|   ab|c   |FF|{}"]),
    ("'{0}.{1}' -f 1, 2; '{0:N1} {0:F0}' -f 1234.56", ["1.2", "1,234.6 1235"]),
    (
        "[string]1.5; [string]@(1, 'a'); [string]$null; [string][datetime]'2024-01-02'",
        ["1.5", "1 a", "", "01/02/2024 00:00:00"],
    ),
]
COLLECTIONS: list[tuple[str, list[Any]]] = [
    (
        "[int[]]$n = '1', '2'; $n -is [int[]]; $n.GetType().Name; $n -is [array]; $n -is [string[]]; $n[1] + 1",
        [True, "Int32[]", True, False, 3],
    ),
    ("[string[]]$s = 1; $s -is [object[]]; 'a' -is [string[]]; ([byte[]](1, 2)) -is [byte[]]", [True, False, True]),
    ("$a = 1, 2, 3; $a[-1]; $a[0..1]; $a[5]; $a.Count; $a += 4; $a.Length", [3, 1, 2, None, 3, 4]),
    ("$a = @(); $a += 'x'; $a.Count; (,1).Count; @($null).Count; @(1..3).Count; 3..1", [1, 1, 1, 3, 3, 2, 1]),
    ("$h = @{ A = 1; 'b c' = 2 }; $h.a; $h['B C']; $h.Count; $h.ContainsKey('a'); $h.nothing", [1, 2, 2, True, None]),
    ("$h = [ordered]@{ z = 1 }; $h.a = 2; $h.Keys; $h[0]; $h.Remove('z'); $h.Count", ["z", "a", 1, 1]),
    ('foreach ($e in @{ a = 1 }.GetEnumerator()) { "$($e.Key)=$($e.Value)" }', ["a=1"]),
    ("$h = @{}; $g = $h; $g.x = 1; $h.x; (@{ a = 1 } + @{ b = 2 }).Count", [1, 2]),
    ("$o = [pscustomobject]@{ A = 1 }; $o.a = 2; $o.A; $o.B; $o.PSObject.Properties.Name", [2, None, "A"]),
    (
        "$l = [Collections.Generic.List[string]]::new(); $l.Add('a'); $l.AddRange(@('b', 'c')); $l.Count; $l",
        [3, "a", "b", "c"],
    ),
    ("$l = New-Object System.Collections.ArrayList; $l.Add(1); [void]$l.Add(2); $l.Count", [0, 2]),
    ("((1, 2), (3, 4))[1][0]; ('ab', 'c').Length; ('ab', 'c').ToUpper()", [3, 2, "AB", "C"]),
    ("$p, $q = 1, 2, 3; $q; [int]$n = '5'; $n + 1; [string[]]$s = 'a'; $s.Count", [2, 3, 6, 1]),
    ("'abc'[0]; 'abc'[-1]; 'abc'.Length; 'a'.Count; (5).Count; $null.Count", ["a", "c", 3, 1, 1, 0]),
    ("@{ a = if ($true) { 'x' }; b = @(1)\n c = 2 }.Values", ["x", [1], 2]),
]
STATEMENTS: list[tuple[str, list[Any]]] = [
    ("if (0) { 1 } elseif (1) { 2 } else { 3 }\nif ('') { 1 }\nelse { 2 }", [2, 2]),
    ("foreach ($i in 1..5) { if ($i -eq 2) { continue }; if ($i -eq 4) { break }; $i }", [1, 3]),
    ("foreach ($i in $null) { 1 }; foreach ($i in 'x') { $i }", ["x"]),
    ("for ($i = 0; $i -lt 2; $i++) { $i }; $i", [0, 1, 2]),
    (
        "$n = 0; while ($true) { $n++; if ($n -gt 2) { break } }; $n; do { $n-- } until ($n -lt 1); $n; "
        "do { $n } while (0)",
        [3, 0, 0],
    ),
    (
        "switch ('b') { 'a' { 1 } b { 2 } default { 3 } }; switch (1, 5) { 1 { 'one' } default { 'else' } }",
        [2, "one", "else"],
    ),
    (
        "switch -regex ('abc') { '^a' { 1 } 'c$' { 2; break } '.' { 3 } }; switch -wildcard ('abc') { 'a*' { 4 } }",
        [1, 2, 4],
    ),
    ('switch (7) { { $_ -gt 5 } { "big $_" } }', ["big 7"]),
    (
        "$x = if ($true) { 'a'; 'b' }; $x.Count; $y = foreach ($i in 1..2) { $i * 2 }; $y[1]; $z = if "
        "(0) { 1 }; $null -eq $z",
        [2, 4, True],
    ),
    ("function Add-Two([int]$X, $Y = 5) { return $X + $Y }\nAdd-Two 1; Add-Two -X '3' -Y 4; Add-Two -Y 1 2", [6, 7, 3]),
    (
        "function f { 'out'; return 'ret'; 'never' }; $r = f; $r.Count; function g "
        "{ param([switch]$On) $On }; g -On; g",
        [2, True, False],
    ),
    (
        "function f { $args.Count; $args[1] }; f a b c; $a = @{ X = 2 }; function g($X) { $X }; g @a; $l = 1, 2; f @l",
        [3, "b", 2, 2, 2],
    ),
    ("$i = 1; function f { $i = 5; $script:j = $i; $i }; f; $i; $j", [5, 1, 5]),
    ("& { param($a) $a * 2 } 4; $b = { $_ + 1 }; 1, 2 | ForEach-Object $b", [8, 2, 3]),
    (
        "1..4 | Where-Object { $_ % 2 } | ForEach-Object { $_ * 10 }; 1..3 | % { if ($_ -eq 2) { return }; $_ }",
        [10, 30, 1, 3],
    ),
    ("1..3 | ForEach-Object -Begin { 'b' } -Process { $_ } -End { 'e' }", ["b", 1, 2, 3, "e"]),
    ("$n = 0; 1..9 | ForEach-Object { $script:n++; $_ } | Select-Object -First 2; $n", [1, 2, 2]),
    (
        "$none = Get-Item C:\\none*; $none | ForEach-Object { 1 }; $null | ForEach-Object { 'once' }; @($none).Count",
        ["once", 0],
    ),
    ("# a comment\n<# more\n of it #> 1 # end\n;;2", [1, 2]),
    ("return 5\n6", [5]),
    ("$a = $b = 3; $a + $b; ($c = 4); $c", [6, 4, 4]),
    ("[void](1 + 1); $null = 5; Write-Output 5 > $null; 1 | Out-Null", []),
    ("$?; Get-Item C:\\none -ErrorAction SilentlyContinue; $?", [True, False]),
]
OBJECTS: list[tuple[str, list[Any]]] = [
    (
        "$o = [pscustomobject]@{}; $o | Add-Member NoteProperty a 1; $o | Add-Member b 2; $o | Add-Member @{ c = 3 }; "
        "$o.a; $o.b; $o.c",
        [1, 2, 3],
    ),
    (
        "function f($A, $B) { $PSBoundParameters.Keys; $PSBoundParameters.ContainsKey('b') }; f -A 1; f 1 2",
        ["A", False, "A", "B", True],
    ),
    (
        "'b', 'a', 'B' | Sort-Object; 3, 10, 2 | Sort-Object -Descending; 'b', 'a', 'B' | Sort-Object -Unique",
        ["a", "b", "B", 10, 3, 2, "a", "b"],
    ),
    ("@{ n = 2 }, @{ n = 1 } | Sort-Object { $_.n } | ForEach-Object { $_.n }", [1, 2]),
    (
        "$o = [pscustomobject]@{ Name = 'x'; N = 1 }; ($o | Select-Object name).Name; $o | Select-Object "
        "-ExpandProperty N",
        ["x", 1],
    ),
    ("$o = [pscustomobject]@{ N = 1 }; ($o | Select-Object @{ Name = 'M'; Expression = { $_.N + 1 } }).M", [2]),
    ("1, 1, 2 | Select-Object -Unique; 1..5 | Select-Object -Last 2; 1..5 | Select-Object -Skip 3", [1, 2, 4, 5, 4, 5]),
    ("@{ a = 1 }, @{ a = 2 } | Where-Object a -EQ 2 | ForEach-Object a; @{ a = 0 }, @{ a = 3 } | ? a | % a", [2, 3]),
    ("'x1', 'y2' | Where-Object { $_ -match '\\d' } | Where-Object Length -GT 1 | % ToUpper", ["X1", "Y2"]),
    (
        "(1, 2, 3 | Measure-Object).Count; (1, 2 | Measure-Object -Sum -Maximum).Sum; ('a' | Measure-Object).Count",
        [3, 3, 1],
    ),
    (
        "@{ a = 1; b = @(1, 'x', $null); c = @{ d = $true } } | ConvertTo-Json -Compress",
        ['{"a":1,"b":[1,"x",null],"c":{"d":true}}'],
    ),
    ("'<a&b''>' | ConvertTo-Json -Compress; ConvertTo-Json 5.0 -Compress", ['"\\u003ca\\u0026b\\u0027\\u003e"', "5"]),
    ('(\'{"a": [1, {"b": "c"}]}\' | ConvertFrom-Json).a[1].b', ["c"]),
    (
        "Write-Output 1, 2; Write-Output x 'y' (1 + 1); Write-Output a -NoEnumerate; 'q' | Write-Output",
        [1, 2, "x", "y", 2, "a", "q"],
    ),
    (
        "$o = New-Object PSObject -Property @{ a = 1 }; $o | Add-Member -NotePropertyName b "
        "-NotePropertyValue 2; $o.a + $o.b",
        [3],
    ),
    ('1, 2, 1 | Group-Object | ForEach-Object { "$($_.Name)x$($_.Count)" }', ["1x2", "2x1"]),
]


@pytest.mark.parametrize(
    ("script", "expected"),
    ARITHMETIC + COMPARISONS + TEXTS + COLLECTIONS + STATEMENTS + OBJECTS,
)
def test_what_scripts_output(shared: World, script: str, expected: list[Any]) -> None:
    found = output(shared, script)
    assert found == expected
    assert [type(item) for item in found] == [type(item) for item in expected]


@pytest.mark.parametrize(
    ("value", "depth", "expected"),
    [
        ("[pscustomobject]@{ A = 'x'; L = @(1, 2); H = @{ k = 1 } }", 2, {"A": "x", "L": [1, 2], "H": {"k": 1}}),
        (
            "[pscustomobject]@{ L = , @(1, 2); D = @{ k = @{ m = 1 } } }",
            2,
            {"L": ["1 2"], "D": {"k": "System.Collections.Hashtable"}},
        ),
        ("[pscustomobject]@{ L = @(1, 2); O = [pscustomobject]@{ a = 1 } }", 1, {"L": "1 2", "O": "@{a=1}"}),
        ("[pscustomobject]@{ D = [datetime]'2024-01-02 03:04:05' }", 2, {"D": "2024-01-02T03:04:05.0000000"}),
        (
            "[version]'1.2.3'",
            2,
            {"Major": 1, "Minor": 2, "Build": 3, "Revision": -1, "MajorRevision": -1, "MinorRevision": -1},
        ),
        ("[StringComparison]::Ordinal", 2, {"Type": "System.StringComparison", "String": "Ordinal", "Value": 4}),
    ],
)
def test_objects_become_what_the_module_makes_of_them(shared: World, value: str, depth: int, expected: Any) -> None:
    assert output(shared, value, depth=depth) == [expected]


def test_parameters_are_converted(shared: World) -> None:
    script = "param([string[]]$Names, [int]$Count = 3, [switch]$On, [hashtable]$Table, $Any)\n"
    script += "$Names.Count; $Names -is [string[]]; $Count + 1; $On; $Table.Key; $Any"
    parameters = {"names": "one", "Count": "4", "Table": {"key": "v"}, "Any": [1, "x"]}
    assert output(shared, script, parameters) == [1, True, 5, False, "v", 1, "x"]
    assert output(shared, "param([int]$Count = 3, [string]$Text, [bool]$Flag) $Count; $Text; $Flag") == [3, "", False]


def test_secrets_are_secure_strings_and_credentials(shared: World) -> None:
    script = 'param([securestring]$Key, [pscredential]$Login)\n"$Key"; $Key.Length\n'
    script += "[Net.NetworkCredential]::new('', $Key).Password;"
    script += "$Login.UserName; $Login.GetNetworkCredential().Password; $Login.GetNetworkCredential().Domain"
    secrets = [{"name": "Key", "value": "s3cret"}, {"name": "Login", "username": "CORP\\bob", "password": "pw"}]
    found = output(shared, script, sensitive_parameters=secrets)
    assert found == ["System.Security.SecureString", 6, "s3cret", "CORP\\bob", "pw", "CORP"]


@pytest.mark.parametrize(
    ("declaration", "parameters", "message"),
    [
        ("[int]$A", {"A": "x"}, "Cannot process argument transformation on parameter 'A'. Cannot convert value \"x\""),
        ("[Parameter(Mandatory)]$Abc", {}, "one or more missing mandatory parameters: Abc."),
        ("[ValidateSet('a', 'b')]$A", {"A": "c"}, 'The argument "c" does not belong to the set "a,b"'),
        ("[Parameter(Mandatory)]$A", {"A": 1, "B": 2}, "A parameter cannot be found that matches parameter name 'B'."),
        ("[ValidateNotNullOrEmpty()]$A", {"A": ""}, "The argument is null or empty."),
    ],
)
def test_parameters_that_do_not_fit(shared: World, declaration: str, parameters: dict[str, Any], message: str) -> None:
    result = run(shared, f"param({declaration})\n'reached'", parameters)
    assert (result["failed"], result["output"]) == (True, [])
    assert message in result["error"][0]["exception"]["message"]


def test_the_module_s_own_object(shared: World) -> None:
    script = (
        "$Ansible.Changed = $false; $Ansible.Result = @{ a = 1 }; Write-Warning 'w'; Write-Verbose 'no'; Write-Host 'h'"
    )
    result = run(shared, script)
    assert (result["changed"], result["result"], result["warning"]) == (False, {"a": 1}, ["w"])
    assert (result["verbose"], result["host_out"]) == ([], "h\n")
    assert run(shared, "$Ansible.Failed = $true; 'on'")["failed"]
    assert run(shared, "'a'; exit 3; 'b'")["output"] == ["a"]


def test_check_mode_runs_what_supports_it(world: World) -> None:
    script = "[CmdletBinding(SupportsShouldProcess)] param()\n$Ansible.CheckMode\n"
    script += "New-Item C:\\made -ItemType Directory | Out-Null; Set-Content C:\\f.txt x\n"
    script += "if ($PSCmdlet.ShouldProcess('it', 'do')) { 'done' }; [IO.File]::WriteAllText('C:\\g.txt', 'y')"
    assert output(world, script, check_mode=True) == [True]
    assert not world.machine.disk.exists("C:\\made")
    assert not world.machine.disk.exists("C:\\f.txt")
    assert world.machine.disk.exists("C:\\g.txt")  # nothing holds .NET back
    assert output(world, script) == [False, "done"]
    plain = run(world, "New-Item C:\\other -ItemType Directory", check_mode=True)
    assert (plain["changed"], plain["msg"]) == (True, "skipped, running in check mode")
    assert not world.machine.disk.exists("C:\\other")
