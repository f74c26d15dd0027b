# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parser on any text: it ends, and what it does not know is its own error."""

from __future__ import annotations

import contextlib

import pytest
from appstream_simulator.windows.powershell import syntax
from appstream_simulator.windows.powershell.errors import NotParsedError
from appstream_simulator.windows.powershell.parser import parse
from appstream_simulator.windows.powershell.resolution import walk
from hypothesis import given
from hypothesis import strategies as st

WORDS = """
$ @ ( ) { } [ ] ' " ` # , ; | & . : = + - * / % ! < > ? _ @( @{ $( @' '@ @" "@ :: .. -eq -f -join -not ++ -- += <# #>
2>$null $x $_ ${a $env:X [int] [string[]] 1 0x1F 1.5 1kb a b-c Get-Item -Path -Force: if else elseif foreach in while
do until for switch try catch finally function param return throw
"""
PIECES = [*WORDS.split(), "${a b}", " ", "\t", "\n", "\r\n", "\u201c", "é", "\0"]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(NotParsedError):
        assert isinstance(parse(text), syntax.Script)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_pieces_with_blanks_between_them(text: str) -> None:
    with contextlib.suppress(NotParsedError):
        assert isinstance(parse(text), syntax.Script)


@given(st.text())
def test_a_quoted_text_is_what_it_was(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    (statement,) = parse(quoted).body.statements
    assert isinstance(statement, syntax.Literal)
    assert statement.value == text


@given(st.integers(0, 2**31 - 1), st.sampled_from(["{}", " {} ", "({})", "# a\n{}", "{};"]))
def test_whole_numbers(number: int, form: str) -> None:
    literals = [node for node in walk(parse(form.format(number))) if isinstance(node, syntax.Literal)]
    assert [literal.value for literal in literals] == [number]


LONG = {
    **dict.fromkeys(("(", "{", "[", "-", "!", "a", "$", "#", "\n", "@(", "$(", "<#", "1,", "1+"), 40_000),
    **dict.fromkeys(("$a.", "$a[0]", "if(1){", "$x=", '"$(', "[a", "{} ", "@'\n", '@"\n\n', "a|", "a;", "-a "), 15_000),
    **dict.fromkeys(("'", '"', "`"), 50_001),
}


@pytest.mark.parametrize("text", [piece * count for piece, count in LONG.items()], ids=[repr(piece) for piece in LONG])
def test_long_texts_end_soon(text: str) -> None:
    with contextlib.suppress(NotParsedError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1\n2\nif (", "line 3"),
        ("'a\n\n", "line 1: a string without its end"),
        ("@'\nabc", "a here-string without its end"),
        ("@' x", "a here-string that begins on its first line"),
        ("<# x", "a comment without its end"),
        ("\u201cx\u201d", "a typographic quotation mark"),
        ("$a: b", "a statement does not end"),
        ('"$a: b"', "a variable's name with a colon behind it"),
        ("5 = 3", "nothing can be assigned"),
        ("a | 5", "only allowed as the first element"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    with pytest.raises(NotParsedError, match=reason):
        parse(text)
