# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import re

import pytest
from ansible_collections.ansible.windows.plugins.plugin_utils._quote import quote_c
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_commands as commands
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_limits as limits
from appstream_simulator.windows.machine import command_line, image_assistant_options
from hypothesis import assume, given
from hypothesis import strategies as st

PROGRAM = commands.IMAGE_ASSISTANT_PATH

printable = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")))
quoting = st.text(alphabet='-" \\a/=', max_size=12)
anything = st.one_of(printable, quoting)
names = anything.map(lambda text: "n" + re.sub(r"\s", "", text))
folders = anything.map(lambda text: re.sub(r'[<>:"|?*]', "'", text))


def argv_to_string(arguments: list[str]) -> str:
    """Argv-ToString of ansible-core's Ansible.ModuleUtils.ArgvParser.psm1, line by line."""
    return " ".join(escape_argument(argument) for argument in arguments)


def escape_argument(argument: str) -> str:
    if argument and not re.search(r'[ \n\t\v"]', argument):
        return argument
    escaped, position = '"', 0
    while position < len(argument):
        backslashes = 0
        while position != len(argument) - 1 and argument[position] == "\\":
            backslashes += 1
            position += 1
        character = argument[position]
        if position == len(argument) - 1 and character == "\\":
            escaped += "\\" * ((backslashes + 1) * 2)
        elif character == '"':
            escaped += "\\" * (backslashes * 2 + 1) + character
        else:
            escaped += "\\" * backslashes + character
        position += 1
    return escaped + '"'


def string_to_argv(command_line: str) -> list[str]:
    """Microsoft C run-time rules for everything after the program name ("Parsing C command-line arguments")."""
    arguments: list[str] = []
    current: list[str] | None = None
    quoted = False
    for match in re.finditer(r'(\\*)(")|(\\+)|([ \t])|([^\\" \t])', command_line):
        backslashes, quote, only_backslashes, blank, other = match.groups()
        if blank and not quoted:
            if current is not None:
                arguments.append("".join(current))
            current = None
            continue
        current = [] if current is None else current
        if quote:
            current.append("\\" * (len(backslashes) // 2))
            if len(backslashes) % 2:
                current.append('"')
            else:
                quoted = not quoted
        else:
            current.append(only_backslashes or blank or other)
    return arguments if current is None else [*arguments, "".join(current)]


def meant_by(argument: str) -> str:
    """What the guide's ``<""-escaped value>`` is taken to mean: quotes around it go, doubled ones inside are one."""
    if len(argument) >= 2 and argument.startswith('"') and argument.endswith('"'):
        return argument[1:-1].replace('""', '"')
    return argument


@pytest.mark.parametrize("escape", [argv_to_string, lambda argv: " ".join(map(quote_c, argv))])
@given(parameters=st.one_of(printable, quoting))
def test_launch_parameters_survive_the_windows_command_line(escape, parameters):
    application = {"name": "app", "path": r"C:\Program Files\App\app.exe", "launch_parameters": parameters}
    for argv in commands.add_application(PROGRAM, application):
        assert string_to_argv(escape(argv)) == argv
        assert carried(argv) == parameters


def carried(argv: list[str]) -> str:
    """The launch parameters that an option parser gets, the guide's escaping undone."""
    option = "--launch-parameters"
    if argv[-1].startswith(f"{option}="):
        return argv[-1].partition("=")[2]
    if option not in argv:
        return ""
    assert argv[-2] == option and not argv[-1].startswith("-")
    return meant_by(argv[-1])


@given(name=names, display_name=anything, folder=folders, parameters=anything)
def test_whatever_is_accepted_arrives_at_the_image_assistant(name, display_name, folder, parameters):
    application = {
        "name": name,
        "path": rf"C:\{folder}\a.exe",
        "display_name": display_name,
        "working_directory": f"C:\\{folder}\\",
        "launch_parameters": parameters,
    }
    assume(not limits.application_problems(application))
    for argv in commands.add_application(PROGRAM, application):
        arrives(argv, application)


def arrives(argv: list[str], application: dict[str, str]) -> None:
    written = command_line.join(argv)  # as ConvertTo-EscapedArgument of ansible.windows does
    assert len(written.encode("utf-16-le")) // 2 <= sum(length_in_quotes(argument) for argument in argv)
    assert command_line.split(written) == argv  # as CommandLineToArgvW does
    assert string_to_argv(written) == argv  # as C programs do
    parsed = image_assistant_options.parse(argv[1:])
    expected = {
        "name": application["name"],
        "absolute-app-path": application["path"],
        "display-name": application["display_name"],
        "working-directory": application["working_directory"],
        "launch-parameters": application["launch_parameters"],
    }
    received = {"display-name": "", "launch-parameters": "", **parsed.values}
    if "launch-parameters" not in parsed.verbatim:
        received["launch-parameters"] = image_assistant_options.unescaped(received["launch-parameters"])
    assert received == expected


def length_in_quotes(argument: str) -> int:
    """What limits.command_line_problems counts for one argument."""
    return len(argument.encode("utf-16-le")) // 2 + argument.count('"') + argument.count("\\") + 3


@pytest.mark.parametrize("option", ["name", "display_name", "path", "working_directory", "launch_parameters"])
@given(before=printable, character=st.sampled_from("\0\r\n\t\x1b\x7f\ud800\udfff"), after=printable)
def test_what_cannot_be_on_a_command_line_is_refused(option, before, character, after):
    text = before + character + after
    if option in ("path", "working_directory"):
        text = rf"C:\{text}\a.exe"
    application = {"name": "app", "path": r"C:\a.exe", option: text}
    problems = [one.removeprefix(f"{application['name']}: ") for one in limits.application_problems(application)]
    assert any(option.rpartition("_")[2] in problem for problem in problems)


@given(parameters=st.one_of(printable, quoting))
def test_launch_parameters_are_recognised_as_meant_and_as_handed_over(parameters):
    assert commands.same_launch_parameters(parameters, parameters)
    for form in commands.launch_parameters_forms(parameters):
        handed_over = form[-1].removeprefix("--launch-parameters=")
        assert commands.same_launch_parameters(parameters, handed_over)


@pytest.mark.parametrize("listed", ["", '"', '""', "/a", r'"C:\a b.txt"', '"a" "b"', '"-x" "-y"'])
def test_launch_parameters_in_quotes_of_their_own_keep_them(listed):
    assert commands.launch_parameters_meant(listed) == listed


@pytest.mark.parametrize(
    ("value", "forms"),
    [
        ("/x y", [["--launch-parameters", "/x y"]]),
        ('-f "a b"', [['--launch-parameters=-f "a b"'], ["--launch-parameters", '"-f ""a b"""']]),
        ('"a b"', [["--launch-parameters", '"""a b"""'], ['--launch-parameters="a b"']]),
    ],
)
def test_the_ways_to_hand_over_launch_parameters(value, forms):
    assert commands.launch_parameters_forms(value) == forms


@given(values=st.lists(st.one_of(printable, quoting), min_size=5, max_size=5))
def test_every_value_survives_the_windows_command_line(values):
    name, description, display_name, key, value = values
    argv = commands.create_image(
        PROGRAM, name=name, description=description, display_name=display_name, tags={key: value}, dry_run=True
    )
    assert string_to_argv(argv_to_string(argv)) == argv


def test_add_application_with_everything():
    application = {
        "name": "app",
        "path": r"C:\a.exe",
        "display_name": "An app",
        "icon": r"C:\a.png",
        "working_directory": r"C:\w",
        "launch_parameters": "/x y",
        "manifest": r"C:\m.txt",
    }
    (argv,) = commands.add_application(PROGRAM, application)
    assert argv == [
        PROGRAM,
        "add-application",
        "--name",
        "app",
        "--absolute-app-path",
        r"C:\a.exe",
        "--display-name",
        "An app",
        "--absolute-icon-path",
        r"C:\a.png",
        "--working-directory",
        r"C:\w",
        "--absolute-manifest-path",
        r"C:\m.txt",
        "--launch-parameters",
        "/x y",
    ]


def test_add_application_leaves_out_what_is_empty():
    (argv,) = commands.add_application(PROGRAM, {"name": "app", "path": r"C:\a.exe", "launch_parameters": ""})
    assert argv == [PROGRAM, "add-application", "--name", "app", "--absolute-app-path", r"C:\a.exe"]


def test_remove_and_list():
    assert commands.remove_application(PROGRAM, "app") == [PROGRAM, "remove-application", "--name", "app"]
    assert commands.list_applications(PROGRAM) == [PROGRAM, "list-applications"]


def test_create_image_with_defaults_spells_out_both_flags():
    assert commands.create_image(PROGRAM, name="design") == [
        PROGRAM,
        "create-image",
        "--name",
        "design",
        "--no-enable-dynamic-app-catalog",
        "--use-latest-agent-version",
    ]


def test_create_image_with_everything_has_the_tags_last():
    argv = commands.create_image(
        PROGRAM,
        name="design",
        description="For designers",
        display_name="Design",
        dynamic_app_catalog=True,
        use_latest_agent_version=False,
        tags={"CostCenter": "42", "Team": ""},
        dry_run=True,
    )
    assert argv[3:] == [
        "design",
        "--description",
        "For designers",
        "--display-name",
        "Design",
        "--enable-dynamic-app-catalog",
        "--no-use-latest-agent-version",
        "--dry-run",
        "--tags",
        "CostCenter",
        "42",
        "Team",
        "",
    ]
