# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Command lines: what an application or the Image Assistant is given is what it receives, whatever it consists of."""

from __future__ import annotations

import re

import hypothesis_profiles
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_commands as commands
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import arguments
from hypothesis import given
from hypothesis import strategies as st

# Quotes, backslashes and blanks in any order, and everything else but NUL, which no command line can hold: it parts
# the arguments of an example here, so that each is one draw.
_SIGNS = st.text(st.sampled_from("\"\\ \ta=-/'^&|<>%;,()\0"), max_size=24)
_ANY = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
TEXTS = (_SIGNS | _ANY).map(lambda text: text.split("\0"))


def argv(command_line: str) -> list[str]:
    """The arguments behind the program's name as CommandLineToArgvW gives them.

    Written from Microsoft's "Parsing C command-line arguments" and "CommandLineToArgvW", apart from all other code
    here: 2n backslashes before a quote are n and begin or end quoting, 2n+1 are n and a quote, all others stand for
    themselves; in quotes, two quotes are one.
    """
    found, current, quoted, position = [], None, False, 0
    while position < len(command_line):
        character = command_line[position]
        if character in " \t" and not quoted:
            found += [] if current is None else [current]
            current = None
            position += 1
            continue
        current = current or ""
        backslashes = re.compile(r"\\*").match(command_line, position)
        assert backslashes is not None
        count = len(backslashes[0])
        position += count
        if command_line[position : position + 1] != '"':
            current += "\\" * count + ("" if count else character)
            position += 0 if count else 1
            continue
        current += "\\" * (count // 2)
        position += 1
        if count % 2:
            current += '"'
        elif quoted and command_line[position : position + 1] == '"':
            current += '"'
            position += 1
        else:
            quoted = not quoted
    return found + ([] if current is None else [current])


def msi_properties(command_line: str) -> dict[str, str]:
    """The properties on a command line of msiexec: in quotes, two quotes are one and everything else is itself.

    Written from "Setting Public Property Values on the Command Line".
    """
    quoted_or_not = r'(?:"((?:[^"]|"")*)"|([^\s"]*))(?= |\Z)'
    found = re.findall(rf"(?:\A| )([A-Za-z_][A-Za-z0-9_.]*)={quoted_or_not}", command_line)
    return {name: quoted.replace('""', '"') or plain for name, quoted, plain in found}


def test_the_model_reads_microsofts_examples() -> None:
    # From the table of "Parsing C command-line arguments".
    assert argv(r'"abc" d e') == ["abc", "d", "e"]
    assert argv(r'a\\b d"e f"g h') == [r"a\\b", "de fg", "h"]
    assert argv(r"a\\\"b c d") == [r"a\"b", "c", "d"]
    assert argv(r'a\\\\"b c" d e') == [r"a\\b c", "d", "e"]
    assert argv(r'a"b"" c d') == ['ab" c d']


@hypothesis_profiles.HOSTILE
@given(TEXTS)
def test_what_is_joined_is_received(given_arguments: list[str]) -> None:
    assert argv(arguments.joined(given_arguments)) == given_arguments


@hypothesis_profiles.HOSTILE
@given(TEXTS)
def test_a_property_is_received_as_it_is_meant(values: list[str]) -> None:
    properties = dict(zip(("A", "TARGETDIR", "A.b"), values))
    line = arguments.msi_arguments([f"{name}={value}" for name, value in properties.items()])
    meant = {name: value[1:-1].replace('""', '"') if _is_quoted(value) else value for name, value in properties.items()}
    assert {name: value for name, value in msi_properties(line).items() if name in meant} == meant


def _is_quoted(value: str) -> bool:
    """A value in quotes, with two for each within, is taken to be quoted already."""
    return re.fullmatch(r'"(?:[^"]|"")*"', value) is not None


@hypothesis_profiles.HOSTILE
@given(TEXTS)
def test_a_command_has_what_it_was_given(values: list[str]) -> None:
    path, text, *listed = [*values, ""]
    assert arguments.command(["p.exe", path], listed) == {"argv": ["p.exe", path, *listed]}
    line = arguments.command(["p.exe", path], text)["_raw_params"]
    assert line.endswith(text.strip())
    assert argv(line.removesuffix(text.strip()))[:2] == ["p.exe", path]


@hypothesis_profiles.HOSTILE
@given(TEXTS)
def test_launch_parameters_are_recognised(values: list[str]) -> None:
    for value in values:
        assert commands.same_launch_parameters(value, value)
        for form in commands.launch_parameters_forms(value):
            assert len(form) == 1 or not form[1].startswith("-")
            assert commands.same_launch_parameters(value, form[-1].removeprefix("--launch-parameters="))


@hypothesis_profiles.HOSTILE
@given(TEXTS)
def test_the_image_assistant_gets_each_value_behind_its_option(values: list[str]) -> None:
    options = ("name", "path", *commands.APPLICATION_OPTIONS)
    application = dict(zip(options, [*values, *[""] * len(options)]))
    for line in commands.add_application("image-assistant.exe", application):
        split = [part for token in line for part in (token.split("=", 1) if token.startswith("--launch") else [token])]
        received = dict(zip(split[2::2], split[3::2]))
        assert received["--name"] == application["name"] and received["--absolute-app-path"] == application["path"]
        for attribute, option in commands.APPLICATION_OPTIONS.items():
            if attribute == "launch_parameters":
                assert commands.same_launch_parameters(application[attribute], received.get(option, ""))
            else:
                assert received.get(option) == (application[attribute] or None)
