# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values of all kinds in all operators, methods and cmdlets: a result, an error of PowerShell or a refusal."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from powershell_runs import run
from simulated_machine import World

VALUES = [
    *[
        "0",
        "-3",
        "1.5",
        "99999999999",
        "'a'",
        "''",
        "'5'",
        "'2024-01-01'",
        "'C:\\Windows'",
        "$null",
        "$true",
        "@()",
        "@(1,2)",
        "(,@(1,2))",
        "(1..3)",
    ],
    *[
        "[int]",
        "@{a=1}",
        "[char]65",
        "([byte[]](1,2))",
        "([version]'1.2')",
        "([guid]::Empty)",
        "([Text.Encoding]::UTF8)",
    ],
    *["([pscustomobject]@{a=1})", "([datetime]'2024-01-01')", "([timespan]::FromSeconds(5))"],
    "{ $_ }",
    "(Get-Item C:\\Windows)",
    "(Get-Service W32Time)",
    "([Collections.Generic.List[object]]::new())",
]
OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "..",
    ",",
    "-eq",
    "-ne",
    "-lt",
    "-like",
    "-match",
    "-replace",
    "-split",
    "-join",
    "-contains",
    "-in",
    "-is",
    "-as",
    "-f",
    "-and",
    "-or",
    "-xor",
    "-band",
    "-shl",
]
BEHIND = [
    *[
        ".Length",
        ".Count",
        ".ToString()",
        "[0]",
        "[-1]",
        "['x']",
        "[1..2]",
        ".a",
        ".Keys",
        ".Year",
        ".Major",
        ".Status",
        ".FullName",
        ".Clear()",
    ],
    *[
        ".Substring(1)",
        ".Substring('x')",
        ".Add(1)",
        ".Split(',')",
        ".AddDays('x')",
        ".PadLeft(9)",
        ".IndexOf($null)",
        ".Trim(1)",
    ],
    *[".Replace('a','b')", ".Insert(9,'a')", ".Equals($null)", ".CompareTo(1)", ".ToString('X')", ".GetString(@(300))"],
    *(f" | {cmdlet}" for cmdlet in ("Sort-Object", "Measure-Object -Sum", "ForEach-Object { $_ }", "% Length")),
    *(f" | {cmdlet}" for cmdlet in ("Select-Object a", "Select-Object -Unique", "Where-Object a -EQ 1", "Test-Path")),
    *(
        f" | {cmdlet}"
        for cmdlet in ("ConvertTo-Json -Compress", "Out-String", "Get-Content -EA Ignore", "Group-Object")
    ),
]
BEFORE = [
    "[int]",
    "[string]",
    "[bool]",
    "[datetime]",
    "[version]",
    "[string[]]",
    "[char]",
    "[double]",
    "[hashtable]",
    "-not",
    "-split",
    "-",
    "-bnot",
]
FORMS = [
    "{0}",
    "$x = {0}; $x += {1}; $x[{1}] = 1; $x.a = {0}",
    "[IO.Path]::Combine({0}, {1}); [Math]::Max({0}, {1})",
    "[string]::Join({0}, {1}); '{{0}} {{1:N2}}' -f {0}, {1}",
    "Join-Path {0} {1}; Get-Item {0} -EA 0",
    "New-ItemProperty HKLM:\\SOFTWARE -Name {0} -Value {1} -PropertyType DWord",
    "switch ({0}) {{ {1} {{ 1 }} }}",
    "foreach ($i in {0}) {{ $i }}; & {1}",
    "try {{ throw {0} }} catch {{ $_; {1} }}",
    "New-Object PSObject -Property {0}",
]
EXPRESSIONS = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("(({}){})".format, inner, st.sampled_from(BEHIND)),
        st.builds("({} {})".format, st.sampled_from(BEFORE), inner),
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(form=st.sampled_from(FORMS), first=EXPRESSIONS, second=EXPRESSIONS)
def test_any_expression_has_an_outcome(shared: World, form: str, first: str, second: str) -> None:
    result = run(shared, "param($Unused)\n" + form.format(f"({first})", f"({second})"), {"Unused": 1})
    assert isinstance(result["output"] if "output" in result else result["msg"], (list, str))
    if result.get("failed"):
        assert result.get("msg") or result["error"][0]["exception"]["message"] is not None
