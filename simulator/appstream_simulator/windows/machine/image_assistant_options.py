# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Command line grammar of image-assistant.exe: operations, options, and the argument parser's own errors.

Operations and options are those of the developer guide's page "Create your image programmatically by using the Image
Assistant CLI operations".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Unproven [parser_error]: the guide does not say how the argument parser reports errors, only that they are not in its
# tables.
PARSER_ERROR_EXIT_CODE = 1


@dataclass(frozen=True)
class Operation:
    """Options of one operation, without the leading dashes.

    Attributes:
        values: options that take one value.
        flags: options that take none.
        lists: options that take all tokens up to the next that begins with a dash.
        required: those of `values` that must be given.
    """

    summary: str
    values: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


OPERATIONS = {
    "add-application": Operation(
        "Adds an application to the application catalog.",
        values=(
            "name",
            "absolute-app-path",
            "display-name",
            "absolute-icon-path",
            "working-directory",
            "launch-parameters",
            "absolute-manifest-path",
        ),
        required=("name", "absolute-app-path"),
    ),
    "remove-application": Operation(
        "Removes an application from the application catalog.", values=("name",), required=("name",)
    ),
    "list-applications": Operation("Lists all applications in the application catalog."),
    "update-default-profile": Operation(
        "Copies a Windows user profile to the Windows default user profile.", values=("profile",)
    ),
    "reset-user-profile": Operation("Deletes a Windows user profile.", values=("profile",)),
    "create-image": Operation(
        "Starts the workflow that creates an image.",
        values=("name", "description", "display-name"),
        flags=(
            "enable-dynamic-app-catalog",
            "no-enable-dynamic-app-catalog",
            "use-latest-agent-version",
            "no-use-latest-agent-version",
            "dry-run",
        ),
        lists=("tags",),
        required=("name",),
    ),
}


# What becomes of `--option=value`: the value as it is, as option parsers usually take it and the tool for Linux does;
# the value as if it came in a token of its own, so that quotes around it are taken off; or an unknown option.
# Unproven [hyphen_launch_parameters] for Windows, where nobody has published a call with it.
VERBATIM, UNESCAPED, REFUSED = "verbatim", "unescaped", "refused"
ONE_TOKEN = (VERBATIM, UNESCAPED, REFUSED)


class ParserError(Exception):
    """The command line is not one of the tool's."""


@dataclass(frozen=True)
class CommandLine:
    """A parsed command line; `operation` is `help` when help was asked for.

    `verbatim`: the options whose value came in their own token, behind `=`.
    """

    operation: str
    values: dict[str, str]
    flags: frozenset[str]
    lists: dict[str, list[str]]
    help_for: str = ""
    verbatim: frozenset[str] = frozenset()


def parse(arguments: Sequence[str], *, one_token: str = VERBATIM) -> CommandLine:
    """Take the arguments after the program name apart; `one_token` is one of `ONE_TOKEN`.

    Raises:
        ParserError: unknown operation or option, missing value, required option missing, contradiction.
    """
    if not arguments or arguments[0] in ("help", "--help"):
        return CommandLine("help", {}, frozenset(), {})
    name, *tokens = arguments
    operation = OPERATIONS.get(name)
    if operation is None:
        raise ParserError(f"Verb '{name}' is not recognized.")
    if "--help" in tokens:
        return CommandLine("help", {}, frozenset(), {}, help_for=name)
    parsed = _options(operation, tokens, one_token)
    missing = [option for option in operation.required if option not in parsed.values]
    if missing:
        raise ParserError(f"Required option '{missing[0]}' is missing.")
    for flag in parsed.flags:
        if f"no-{flag}" in parsed.flags:
            raise ParserError(f"Option '{flag}' is not compatible with option 'no-{flag}'.")
    return CommandLine(name, parsed.values, parsed.flags, parsed.lists, verbatim=parsed.verbatim)


def _options(operation: Operation, tokens: list[str], one_token: str) -> CommandLine:
    values: dict[str, str] = {}
    flags: set[str] = set()
    lists: dict[str, list[str]] = {}
    verbatim: set[str] = set()
    rest = list(tokens)
    while rest:
        token = rest.pop(0)
        option, has_value, value = token[2:].partition("=") if token.startswith("--") else ("", "", "")
        if option in values or option in flags or option in lists:
            raise ParserError(f"Option '{option}' is defined multiple times.")
        if option in operation.values and has_value and one_token != REFUSED:
            values[option] = value
            verbatim |= {option} if one_token == VERBATIM else set()
        elif option in operation.values and not has_value:
            values[option] = _value(option, rest)
        elif option in operation.flags and not has_value:
            flags.add(option)
        elif option in operation.lists and not has_value:
            lists[option] = _list(rest)
        else:
            raise ParserError(f"Option '{token.lstrip('-')}' is unknown.")
    return CommandLine("", values, frozenset(flags), lists, verbatim=frozenset(verbatim))


def _value(option: str, rest: list[str]) -> str:
    # Community evidence: a value that begins with "-" is read as an option unless wrapped in literal quotes.
    if not rest or rest[0].startswith("-"):
        raise ParserError(f"Option '{option}' has no value.")
    return rest.pop(0)


def _list(rest: list[str]) -> list[str]:
    found: list[str] = []
    while rest and not rest[0].startswith("-"):
        found.append(rest.pop(0))
    return found


def unescaped(value: str) -> str:
    """The launch parameters meant by a ``""``-escaped value.

    Unproven [quoted_launch_parameters]: the guide only says `<""-escaped value>`. Taken to mean that a value in literal
    quotes loses them, two quotes within being one, and that any other value is meant as it is.
    """
    if len(value) >= 2 and value.startswith('"') and value.endswith('"'):
        return value[1:-1].replace('""', '"')
    return value


def help_text(operation: str = "") -> str:
    """What `help` and `<operation> --help` print."""
    if not operation:
        lines = [f"  {name:<24}{details.summary}" for name, details in OPERATIONS.items()]
        return "\r\n".join(["Image Assistant", "", *lines, "  help                    Displays this text.", ""])
    details = OPERATIONS[operation]
    lines = [
        f"  --{option:<28}{'Required.' if option in details.required else ''}".rstrip() for option in details.values
    ]
    lines += [f"  --{option}" for option in (*details.lists, *details.flags)]
    return "\r\n".join([f"image-assistant {operation}: {details.summary}", "", *lines, ""])
