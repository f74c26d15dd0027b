# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Command lines, there and back."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.machine import command_line
from hypothesis import given
from hypothesis import strategies as st


# The table of Microsoft's "Parsing C++ command-line arguments", with a program in front.
@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ('p "abc" d e', ["abc", "d", "e"]),
        (r'p a\\b d"e f"g h', [r"a\\b", "de fg", "h"]),
        (r"p a\\\"b c d", [r"a\"b", "c", "d"]),
        (r'p a\\\\"b c" d e', [r"a\\b c", "d", "e"]),
        # Microsoft's C runtime goes on quoting after "", CommandLineToArgvW does not (as Wine's tests on Windows show).
        ('p a"b"" c d', ['ab"', "c", "d"]),
        ('p "" x', ["", "x"]),
        ("p\t a \t b", ["a", "b"]),
        (r'p "a\\" b', ["a\\", "b"]),
        (r"p \\server\share\ b", ["\\\\server\\share\\", "b"]),
    ],
)
def test_documented_examples(line: str, arguments: list[str]) -> None:
    assert command_line.split(line)[1:] == arguments


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ('"C:\\Program Files\\a.exe" x', "C:\\Program Files\\a.exe"),
        ("C:\\a.exe x", "C:\\a.exe"),
        ('"C:\\dir\\" x', "C:\\dir\\"),
        ('"unclosed x', "unclosed x"),
        ('a"b c" d', 'a"b'),
    ],
)
def test_program_name_ends_at_quote_or_blank(line: str, program: str) -> None:
    assert command_line.split(line)[0] == program


# Ansible's ConvertTo-EscapedArgument, by its own rules.
@pytest.mark.parametrize(
    ("argument", "escaped"),
    [
        ("", '""'),
        ("plain", "plain"),
        ("C:\\dir\\", "C:\\dir\\"),
        ("two words", '"two words"'),
        ("C:\\my dir\\", '"C:\\my dir\\\\"'),
        ('say "hi"', '"say \\"hi\\""'),
        ('a\\"b', '"a\\\\\\"b"'),
        ("tab\there", '"tab\there"'),
    ],
)
def test_escape(argument: str, escaped: str) -> None:
    assert command_line.escape(argument) == escaped


_TEXTS = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
_TRICKY = st.text(alphabet='\\" \tab-', max_size=12)
# The regular expression that doubles backslashes at the end takes those before a final line feed for the end, too.
_ARGUMENTS = st.one_of(_TEXTS, _TRICKY).filter(lambda text: not text.endswith("\\\n"))


@given(st.lists(_ARGUMENTS, max_size=5))
def test_arguments_survive_the_command_line(arguments: list[str]) -> None:
    assert command_line.split(command_line.join(["C:\\a b\\program.exe", *arguments]))[1:] == arguments


@given(_TRICKY)
def test_split_never_fails(line: str) -> None:
    assert command_line.split(line)


def test_after_program_is_untouched() -> None:
    assert command_line.after_program('"C:\\a b.exe"  /x "y  z"') == '/x "y  z"'
    assert command_line.after_program("cmd /c echo  a") == "/c echo  a"
