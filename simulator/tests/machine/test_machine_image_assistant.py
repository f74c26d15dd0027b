# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""image-assistant.exe against the tables of its reference."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from appstream_simulator.windows.machine import command_line, image_assistant
from appstream_simulator.windows.machine.image_assistant_options import OPERATIONS
from appstream_simulator.windows.machine.stock import IMAGE_ASSISTANT
from appstream_simulator.windows.protocol.host import ProcessResult
from simulated_machine import ADMINISTRATOR, World

NOTEPAD = "C:\\Windows\\notepad.exe"
SUCCESS = {"status": 0, "message": "Success"}


def run(world: World, *arguments: str, user: str = ADMINISTRATOR) -> ProcessResult:
    return world.process(command_line.join([IMAGE_ASSISTANT, *arguments]), user=user)


def answer(world: World, *arguments: str, user: str = ADMINISTRATOR) -> dict[str, Any]:
    """The JSON printed, whose status is the exit code."""
    result = run(world, *arguments, user=user)
    printed: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == printed["status"]
    return printed


def add(world: World, name: str = "notepad", path: str = NOTEPAD, *options: str) -> dict[str, Any]:
    return answer(world, "add-application", "--name", name, "--absolute-app-path", path, *options)


def applications(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(world, "list-applications")["applications"]
    return found


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))


def bmp(width: int, height: int) -> bytes:
    return b"BM" + bytes(16) + struct.pack("<ii", width, -height) + bytes(28)


def jpeg(width: int, height: int) -> bytes:
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + bytes(3)
    return b"\xff\xd8" + application + frame


def test_an_application_with_everything(world: World) -> None:
    world.write("C:\\Tools\\my tool.bat")
    world.write("C:\\Tools\\icon.png", png(256, 256))
    world.write("C:\\Tools\\manifest.txt", "\ufeffC:\\Tools\\my tool.bat\r\nC:/Windows/notepad.exe\r\n\r\n".encode())
    options = ["--display-name", "My Tool", "--absolute-icon-path", "C:\\Tools\\icon.png"]
    options += ["--working-directory", "C:/Tools", "--launch-parameters", '"-File ""C:\\a b"" x"']
    options += ["--absolute-manifest-path", "C:\\Tools\\manifest.txt"]
    assert add(world, "tool", "C:/Tools/my tool.bat", *options) == SUCCESS
    assert applications(world) == [
        {
            "Name": "tool",
            "AbsoluteAppPath": "C:\\Tools\\my tool.bat",
            "DisplayName": "My Tool",
            "AbsoluteIconPath": "C:\\Tools\\icon.png",
            "WorkingDirectory": "C:\\Tools",
            "LaunchParameters": '-File "C:\\a b" x',
            "AbsoluteManifestPath": "C:\\Tools\\manifest.txt",
        }
    ]
    manifest = world.machine.disk.read(image_assistant.PREWARM_MANIFEST).decode()
    assert manifest.splitlines() == ["C:\\Tools\\my tool.bat", "C:/Windows/notepad.exe"]


def test_a_manifest_may_list_directories(world: World) -> None:
    manifest = world.write("C:\\m.txt", b"C:\\Program Files\nC:\\Windows\\notepad.exe\n")
    assert add(world, "a", NOTEPAD, "--absolute-manifest-path", manifest) == SUCCESS
    merged = world.machine.disk.read(image_assistant.PREWARM_MANIFEST).decode()
    assert merged.splitlines() == ["C:\\Program Files", "C:\\Windows\\notepad.exe"]


def test_the_tool_is_on_the_path(world: World) -> None:
    assert json.loads(world.process("image-assistant list-applications").stdout) == {**SUCCESS, "applications": []}


def test_manifests_are_merged(world: World) -> None:
    first = world.write("C:\\m1.txt", b"C:\\Windows\\notepad.exe\n")
    second = world.write("C:\\m2.txt", "c:\\windows\\NOTEPAD.exe\nC:\\Windows\\explorer.exe\n".encode("utf-16"))
    add(world, "a", NOTEPAD, "--absolute-manifest-path", first)
    add(world, "b", NOTEPAD, "--absolute-manifest-path", second)
    manifest = world.machine.disk.read(image_assistant.PREWARM_MANIFEST).decode()
    assert manifest.splitlines() == ["C:\\Windows\\notepad.exe", "C:\\Windows\\explorer.exe"]


def test_defaults_of_an_application(world: World) -> None:
    world.write("C:\\Tools\\my tool.exe")
    add(world, "tool", "C:\\Tools\\my tool.exe")
    assert applications(world)[0]["DisplayName"] == "my_tool"


# Every message of the tables, for add-application and remove-application.
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "taken", "--absolute-app-path", NOTEPAD], "Name is not unique"),
        (["--name", "a", "--absolute-app-path", "C:\\no.exe"], "File not found (absolute-app-path)"),
        (["--name", "a", "--absolute-app-path", "C:\\Windows"], "File not found (absolute-app-path)"),
        (["--name", "a", "--absolute-app-path", "C:\\script.ps1"], "Unsupported file extension"),
        (["--name", "a", "--absolute-app-path", "C:\\link.lnk"], "Unsupported file extension"),
        (
            ["--name", "a", "--absolute-app-path", NOTEPAD, "--working-directory", "C:\\no"],
            "Directory not found (working-directory)",
        ),
        (
            ["--name", "a", "--absolute-app-path", NOTEPAD, "--absolute-manifest-path", "C:\\no.txt"],
            "Optimization-manifest not found: C:\\no.txt",
        ),
        (
            ["--name", "a", "--absolute-app-path", NOTEPAD, "--absolute-manifest-path", "C:\\manifest.txt"],
            "File not found: C:\\gone.dll",
        ),
    ],
)
def test_documented_refusals_of_add_application(world: World, arguments: list[str], message: str) -> None:
    add(world, "taken")
    world.write("C:\\script.ps1")
    world.write("C:\\link.lnk")
    world.write("C:\\manifest.txt", b"C:\\Windows\\notepad.exe\r\nC:\\gone.dll\r\n")
    assert answer(world, "add-application", *arguments) == {"status": 1, "message": message}
    assert [entry["Name"] for entry in applications(world)] == ["taken"]
    assert not world.machine.disk.is_file(image_assistant.PREWARM_MANIFEST)


def test_fifty_applications_are_the_limit(world: World) -> None:
    for number in range(50):
        assert add(world, f"app{number}") == SUCCESS
    refused = {"status": 1, "message": "Unable to add more than 50 apps to the catalog."}
    assert add(world, "one-too-many") == refused


@pytest.mark.parametrize("name", ["two words", "tab\there", "x" * 257])
def test_names_beyond_the_rules(world: World, name: str) -> None:
    assert add(world, name)["status"] == 255


def test_limits_themselves_are_allowed(world: World) -> None:
    assert add(world, "x" * 256, NOTEPAD, "--display-name", "d" * 256) == SUCCESS
    assert add(world, "y", NOTEPAD, "--display-name", "d" * 257)["status"] == 255


def test_programs_of_a_user_profile_are_refused(world: World) -> None:
    world.write("C:\\Users\\Public\\tool.exe")
    assert add(world, "tool", "C:/users/PUBLIC/tool.exe")["status"] == 255


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("icon.png", png(256, 256), 0),
        ("icon.PNG", png(16, 16), 0),
        ("icon.bmp", bmp(32, 32), 0),
        ("icon.jpg", jpeg(48, 48), 0),
        ("icon.png", png(257, 16), 255),
        ("icon.jpg", jpeg(16, 512), 255),
        ("icon.bmp", bmp(512, 512), 255),
        ("icon.png", b"not a picture", 255),
        ("icon.png", b"\x89PNG\r\n\x1a\n", 255),
        ("icon.ico", png(16, 16), 255),
    ],
)
def test_icons(world: World, name: str, content: bytes, status: int) -> None:
    path = world.write(f"C:\\{name}", content)
    assert add(world, "a", NOTEPAD, "--absolute-icon-path", path)["status"] == status


def test_a_missing_icon_is_refused(world: World) -> None:
    assert add(world, "a", NOTEPAD, "--absolute-icon-path", "C:\\no.png")["status"] == 255


def test_remove_application(world: World) -> None:
    add(world)
    assert answer(world, "remove-application", "--name", "notepad") == SUCCESS
    assert answer(world, "remove-application", "--name", "notepad") == {"status": 1, "message": "App not found"}
    assert answer(world, "list-applications") == {**SUCCESS, "applications": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ["add-application", "--name", "a", "--absolute-app-path", NOTEPAD],
        ["remove-application", "--name", "a"],
        ["update-default-profile"],
        ["reset-user-profile"],
        ["create-image", "--name", "a", "--dry-run"],
    ],
)
def test_administrator_privileges_are_required(world: World, arguments: list[str]) -> None:
    message = "Administrator privileges are required to perform this operation"
    assert answer(world, *arguments, user="someone") == {"status": 1, "message": message}


def test_anyone_may_list_and_ask_for_help(world: World) -> None:
    assert answer(world, "list-applications", user="someone") == {**SUCCESS, "applications": []}
    assert run(world, "help", user="someone").exit_code == 0


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_help_names_every_option(world: World, operation: str) -> None:
    result = run(world, operation, "--help")
    details = OPERATIONS[operation]
    assert result.exit_code == 0
    for option in (*details.values, *details.flags, *details.lists):
        assert f"--{option}".encode() in result.stdout
    assert operation.encode() in run(world, "help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["update-application", "--name", "a"],
        ["add-application"],
        ["add-application", "--name", "a"],
        ["add-application", "--name", "a", "--absolute-app-path"],
        ["add-application", "--name", "a", "--absolute-app-path", NOTEPAD, "--share-image-with", "1"],
        ["add-application", "--name", "a", "--absolute-app-path", NOTEPAD, "stray"],
        ["add-application", "--name", "a", "--absolute-app-path", NOTEPAD, "--launch-parameters", "-x"],
        ["add-application", "--name", "a", "--name", "b", "--absolute-app-path", NOTEPAD],
        ["list-applications", "--name", "a"],
        ["create-image"],
        ["create-image", "--name", "a", "--dry-run=true"],
        ["create-image", "--name", "a", "--dry-run", "--tags", "k", "-1"],
        ["create-image", "--name", "a", "--use-latest-agent-version", "--no-use-latest-agent-version"],
    ],
)
def test_errors_of_the_argument_parser_are_not_json(world: World, arguments: list[str]) -> None:
    result = run(world, *arguments)
    assert result.exit_code != 0
    assert result.stdout == b""
    assert b"ERROR" in result.stderr
    assert applications(world) == []


@pytest.mark.parametrize(
    ("token", "parameters"),
    [
        ("plain", "plain"),
        ("/x y", "/x y"),
        ('"-x y"', "-x y"),
        ('"--option=""a b"" c"', '--option="a b" c'),
        ('say "hi" there', 'say "hi" there'),
        ('"""C:\\a b"""', '"C:\\a b"'),
        ('"', '"'),
    ],
)
def test_launch_parameters(world: World, token: str, parameters: str) -> None:
    assert add(world, "a", NOTEPAD, "--launch-parameters", token) == SUCCESS
    assert applications(world)[0]["LaunchParameters"] == parameters


@pytest.mark.parametrize(
    ("taken", "token", "parameters"),
    [
        ("verbatim", '-File "a b"', '-File "a b"'),
        ("verbatim", '"-x y"', '"-x y"'),
        ("unescaped", '"-x y"', "-x y"),
        ("unescaped", "-x", "-x"),
    ],
)
def test_launch_parameters_in_one_token_with_their_option(
    world: World, taken: str, token: str, parameters: str
) -> None:
    world.machine.options.one_token_values = taken
    assert add(world, "a", NOTEPAD, f"--launch-parameters={token}") == SUCCESS
    assert applications(world)[0]["LaunchParameters"] == parameters


def test_a_tool_that_knows_no_value_in_the_token_of_its_option(world: World) -> None:
    world.machine.options.one_token_values = "refused"
    result = run(world, "add-application", "--name", "a", "--absolute-app-path", NOTEPAD, "--launch-parameters=-x")
    assert (result.exit_code, result.stdout, applications(world)) == (1, b"", [])
    assert b"Option 'launch-parameters=-x' is unknown." in result.stderr


def test_a_dry_run_creates_nothing(world: World) -> None:
    add(world)
    assert answer(world, "create-image", "--name", "design-1", "--dry-run") == SUCCESS
    assert world.images == []
    assert world.machine.describe()["power"] == "on"


def test_create_image_hands_everything_over(world: World) -> None:
    add(world)
    arguments = ["--name", "design-1", "--description", "For designers", "--display-name", "Design"]
    arguments += ["--enable-dynamic-app-catalog", "--use-latest-agent-version", "--tags", "Cost", "42", "a b", ""]
    assert answer(world, "create-image", *arguments) == SUCCESS
    (image,) = world.images
    assert (image.name, image.description, image.display_name) == ("design-1", "For designers", "Design")
    assert (image.dynamic_app_catalog, image.use_latest_agent_version) == (True, True)
    assert image.tags == {"Cost": "42", "a b": ""}
    assert [entry["Name"] for entry in image.applications] == ["notepad"]


def test_create_image_defaults_and_tags_before_another_option(world: World) -> None:
    add(world)
    answer(world, "create-image", "--name", "a", "--tags", "k", "v", "--no-enable-dynamic-app-catalog")
    (image,) = world.images
    assert (image.dynamic_app_catalog, image.use_latest_agent_version, image.tags) == (False, False, {"k": "v"})


@pytest.mark.parametrize(
    "tags",
    [
        ["odd"],
        [],
        ["k", "v", "k", "again"],
        ["aws:k", "v"],
        ["k" * 129, "v"],
        ["k", "v" * 257],
        ["", "v"],
        ["k", "forbidden;"],
        [text for number in range(51) for text in (f"k{number}", "v")],
    ],
)
def test_invalid_tags(world: World, tags: list[str]) -> None:
    add(world)
    message = {"status": 1, "message": "Invalid value (tags)"}
    assert answer(world, "create-image", "--name", "a", "--dry-run", "--tags", *tags) == message


def test_an_image_name_that_is_taken(world: World) -> None:
    add(world)
    world.existing_images.add("design-1")
    message = {"status": 1, "message": "An image with the given name already exists"}
    assert answer(world, "create-image", "--name", "design-1", "--dry-run") == message


@pytest.mark.parametrize("name", ["x" * 101, "a b", "_a", "a/b", "aws-x", "AppStream-x", "amazonia", "ä"])
def test_image_names_beyond_the_rules(world: World, name: str) -> None:
    add(world)
    assert answer(world, "create-image", "--name", name, "--dry-run")["status"] == 255


@pytest.mark.parametrize(("option", "maximum"), [("--description", 256), ("--display-name", 100)])
def test_lengths_of_create_image(world: World, option: str, maximum: int) -> None:
    add(world)
    assert answer(world, "create-image", "--name", "a", "--dry-run", option, "x" * maximum) == SUCCESS
    assert answer(world, "create-image", "--name", "a", "--dry-run", option, "x" * (maximum + 1))["status"] == 255


def test_an_empty_catalog_needs_the_dynamic_one(world: World) -> None:
    refused = {"status": 255, "message": "No applications are in the application catalog"}
    assert answer(world, "create-image", "--name", "a", "--dry-run") == refused
    assert answer(world, "create-image", "--name", "a", "--dry-run", "--enable-dynamic-app-catalog") == SUCCESS


def test_what_the_service_refuses_is_status_255(world: World) -> None:
    add(world)
    world.refusal.append("The image quota is exceeded")
    refused = {"status": 255, "message": "The image quota is exceeded"}
    assert answer(world, "create-image", "--name", "a") == refused
    assert world.machine.describe()["power"] == "on"


def test_update_default_profile_copies_a_local_profile(world: World) -> None:
    world.write("C:\\Users\\DefaultProfileUser\\AppData\\Roaming\\app\\settings.ini", b"dark")
    assert answer(world, "update-default-profile") == SUCCESS
    assert world.machine.disk.read("C:\\Users\\Default\\AppData\\Roaming\\app\\settings.ini") == b"dark"
    world.write("C:\\Users\\bob\\NTUSER.DAT", b"bob")
    assert answer(world, "update-default-profile", "--profile", ".\\bob") == SUCCESS
    assert world.machine.disk.read("C:\\Users\\Default\\NTUSER.DAT") == b"bob"


def test_reset_user_profile(world: World) -> None:
    world.write("C:\\Users\\bob\\NTUSER.DAT", b"bob")
    assert answer(world, "reset-user-profile", "--profile", ".\\bob") == SUCCESS
    assert not world.machine.disk.exists("C:\\Users\\bob")


@pytest.mark.parametrize("operation", ["update-default-profile", "reset-user-profile"])
def test_refusals_about_profiles(world: World, operation: str) -> None:
    missing = answer(world, operation, "--profile", ".\\nobody")
    assert missing["status"] == 1
    assert missing["message"].startswith("Unable to copy file or folder: C:\\Users\\nobody. ")
    in_use = answer(world, operation, "--profile", f".\\{ADMINISTRATOR}")
    assert in_use["message"].startswith(f"Unable to copy file or folder: C:\\Users\\{ADMINISTRATOR}\\NTUSER.DAT. ")
    message = "Cannot copy a domain user when not joined to a domain"
    assert answer(world, operation, "--profile", "CORP\\bob") == {"status": 1, "message": message}


def test_a_domain_profile_on_a_joined_machine(domain_world: World) -> None:
    domain_world.write("C:\\Users\\bob\\NTUSER.DAT", b"bob")
    assert answer(domain_world, "update-default-profile", "--profile", "CORP\\bob") == SUCCESS


def test_older_agents_print_malformed_json(world: World) -> None:
    world.machine.options.older_agent_output = True
    line = ["add-application", "--name", "a", "--absolute-app-path", NOTEPAD, "--working-directory", "C:\\no"]
    result = run(world, *line)
    assert (result.exit_code, result.stdout) == (
        1,
        b'{"status": 1, "message": "Directory not found (working-directory)"\r\n',
    )
    result = run(world, "reset-user-profile", "--profile", "CORP\\bob")
    assert result.stdout == b'{"status": 1, "message": "Cannot copy a domain user when not joined to a domain""}\r\n'


def test_the_journal_knows_every_run(world: World) -> None:
    add(world)
    run(world, "no-such-operation")
    entries = world.journal.entries("image_assistant")
    assert [(entry["host"], entry["status"]) for entry in entries] == [("design", 0), ("design", None)]


def test_the_catalog_travels_with_the_image(world: World, new_world: Callable[..., World]) -> None:
    add(world)
    other = new_world(disk=world.machine.snapshot(), key="other", builder_name="other")
    answer(world, "remove-application", "--name", "notepad")
    assert [entry["Name"] for entry in other.machine.describe()["applications"]] == ["notepad"]
