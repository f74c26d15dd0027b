# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""image-assistant.exe: the operations, limits, messages and exit codes of its reference.

Source: the developer guide's page "Create your image programmatically by using the Image Assistant CLI operations".
The tool prints one JSON object; status 1 carries a message of the guide's tables, status 255 any other text. Checks
that the guide demands without giving a message for (names, lengths, icons) end with 255 here, in texts of our own.
"""

from __future__ import annotations

import json
import ntpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from appstream_simulator.windows.protocol.host import ProcessResult

from . import icons, image_assistant_options, profiles, stock, stock_traits, windows_paths
from .image_assistant_options import CommandLine, ParserError
from .requests import CreateImage, ImageAssistantError

if TYPE_CHECKING:
    from .processes import Process

PREWARM_MANIFEST = "C:\\ProgramData\\Amazon\\Photon\\Prewarm\\PrewarmManifest.txt"
ICON_DIRECTORY = "C:\\ProgramData\\Amazon\\Photon\\AppCatalogHelper\\AppIcons"
MAXIMUM_APPLICATIONS = 50
MAXIMUM_TAGS = 50

NOT_ADMINISTRATOR = "Administrator privileges are required to perform this operation"
TOO_MANY_APPLICATIONS = f"Unable to add more than {MAXIMUM_APPLICATIONS} apps to the catalog."
NAME_NOT_UNIQUE = "Name is not unique"
APPLICATION_NOT_FOUND = "File not found (absolute-app-path)"
UNSUPPORTED_EXTENSION = "Unsupported file extension"
WORKING_DIRECTORY_NOT_FOUND = "Directory not found (working-directory)"
DOMAIN_USER_WITHOUT_DOMAIN = "Cannot copy a domain user when not joined to a domain"
IMAGE_EXISTS = "An image with the given name already exists"
INVALID_TAGS = "Invalid value (tags)"
# Not in the guide's tables; reported by users of the tool.
CATALOG_EMPTY = "No applications are in the application catalog"

_NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')

# Output of older agents as the guide prints it; the agent of 05-17-2021 "fixes an output … to be valid JSON".
_MALFORMED = {
    WORKING_DIRECTORY_NOT_FOUND: f'{{"status": 1, "message": "{WORKING_DIRECTORY_NOT_FOUND}"',
    DOMAIN_USER_WITHOUT_DOMAIN: f'{{"status": 1, "message": "{DOMAIN_USER_WITHOUT_DOMAIN}""}}',
}


class Refusal(Exception):
    """The operation fails with this status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def run(process: Process) -> ProcessResult:
    """One run of the tool; journalled as `image_assistant` with its arguments and status."""
    arguments = process.arguments[1:]
    try:
        command = image_assistant_options.parse(arguments, one_token=process.machine.options.one_token_values)
    except ParserError as error:
        process.record("image_assistant", arguments=arguments, status=None, message=str(error))
        text = f"ERROR(S):\r\n  {error}\r\n\r\n{image_assistant_options.help_text()}"
        return ProcessResult(image_assistant_options.PARSER_ERROR_EXIT_CODE, b"", text.encode())
    if command.operation == "help":
        return ProcessResult(0, image_assistant_options.help_text(command.help_for).encode())
    try:
        answer = {"status": 0, "message": "Success", **_OPERATIONS[command.operation](process, command)}
    except Refusal as refusal:
        answer = {"status": refusal.status, "message": refusal.message}
    process.record("image_assistant", arguments=arguments, status=answer["status"], message=answer["message"])
    text = json.dumps(answer, ensure_ascii=False)
    if process.machine.options.older_agent_output:
        text = _MALFORMED.get(answer["message"], text)
    return ProcessResult(answer["status"], f"{text}\r\n".encode())


def _add_application(process: Process, command: CommandLine) -> dict[str, Any]:
    _require_administrator(process)
    catalog = process.machine.disk.application_catalog
    values = command.values
    if len(catalog) >= MAXIMUM_APPLICATIONS:
        raise Refusal(1, TOO_MANY_APPLICATIONS)
    _check_text("name", values["name"], 256)
    if re.search(r"\s", values["name"]):
        raise Refusal(255, "The application name cannot contain whitespace.")
    if any(entry["Name"] == values["name"] for entry in catalog):
        raise Refusal(1, NAME_NOT_UNIQUE)
    _check_application_path(process, values["absolute-app-path"])
    if "display-name" in values:
        _check_text("display-name", values["display-name"], 256)
    if "working-directory" in values and not process.machine.disk.is_directory(values["working-directory"]):
        raise Refusal(1, WORKING_DIRECTORY_NOT_FOUND)
    if "absolute-icon-path" in values:
        _check_icon(process, values["absolute-icon-path"])
    manifest = _manifest(process, values["absolute-manifest-path"]) if "absolute-manifest-path" in values else []
    catalog.append(_catalog_entry(process, command))
    _merge_manifest(process, manifest)
    return {}


def _check_application_path(process: Process, path: str) -> None:
    if not process.machine.disk.is_file(path):
        raise Refusal(1, APPLICATION_NOT_FOUND)
    if ntpath.splitext(path)[1].lower() not in (".exe", ".bat"):
        raise Refusal(1, UNSUPPORTED_EXTENSION)
    # "Not supported" says the troubleshooting page; that the tool refuses it, and how, is unproven
    # [programs_of_users_refused].
    if process.machine.disk.stat(path).path.lower().startswith("c:\\users\\"):
        raise Refusal(255, "Applications in a user's profile folder are not supported.")


def _check_icon(process: Process, path: str) -> None:
    disk = process.machine.disk
    if not disk.is_file(path):
        raise Refusal(255, f"Icon file not found: {path}")
    if ntpath.splitext(path)[1].lower() not in (".jpg", ".png", ".bmp"):
        raise Refusal(255, f"Unsupported icon file: {path}")
    size = icons.size(disk.read(path))
    if size is None or max(size) > 256:
        raise Refusal(255, f"The icon must be an image of at most 256x256 pixels: {path}")


def _manifest(process: Process, path: str) -> list[str]:
    disk = process.machine.disk
    if not disk.is_file(path):
        raise Refusal(1, f"Optimization-manifest not found: {path}")
    content = disk.read(path)
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    paths = [line.strip() for line in content.decode(encoding, errors="replace").splitlines() if line.strip()]
    for entry in paths:
        # The guide's own one-liner for making a manifest lists directories, too.
        if not disk.exists(entry):
            raise Refusal(1, f"File not found: {entry}")
    return paths


def _merge_manifest(process: Process, paths: list[str]) -> None:
    if not paths:
        return
    disk = process.machine.disk
    present = disk.read(PREWARM_MANIFEST).decode().splitlines() if disk.is_file(PREWARM_MANIFEST) else []
    known = {line.lower() for line in present}
    added = [path for path in dict.fromkeys(paths) if path.lower() not in known]
    disk.make_directories(ntpath.dirname(PREWARM_MANIFEST))
    disk.write(PREWARM_MANIFEST, "".join(f"{line}\r\n" for line in (*present, *added)).encode())


def _catalog_entry(process: Process, command: CommandLine) -> dict[str, Any]:
    values = command.values
    # Of these keys only Name and AbsoluteAppPath are evidenced; the others are unproven [list_applications_keys].
    path = windows_paths.normalise(values["absolute-app-path"])
    default_name = ntpath.splitext(ntpath.basename(path))[0].replace(" ", "_")
    entry = {"Name": values["name"], "AbsoluteAppPath": path, "DisplayName": values.get("display-name", default_name)}
    entry["AbsoluteIconPath"] = values.get("absolute-icon-path") or _extracted_icon(process, values["name"], path)
    if "working-directory" in values:
        entry["WorkingDirectory"] = windows_paths.normalise(values["working-directory"])
    if "launch-parameters" in values:
        parameters = values["launch-parameters"]
        is_verbatim = "launch-parameters" in command.verbatim
        entry["LaunchParameters"] = parameters if is_verbatim else image_assistant_options.unescaped(parameters)
    if "absolute-manifest-path" in values:
        entry["AbsoluteManifestPath"] = windows_paths.normalise(values["absolute-manifest-path"])
    return entry


def _extracted_icon(process: Process, name: str, program: str) -> str:
    """Path of the icon taken from the program, "otherwise a generic one"; where it is kept is unproven
    [extracted_icon_place]."""
    disk = process.machine.disk
    path = f"{ICON_DIRECTORY}\\{re.sub(_NOT_IN_FILE_NAMES, '_', name)}.png"
    disk.make_directories(ICON_DIRECTORY)
    disk.write(path, icons.of_file(program, disk.read(program)))
    return path


def _remove_application(process: Process, command: CommandLine) -> dict[str, Any]:
    _require_administrator(process)
    disk = process.machine.disk
    catalog = disk.application_catalog
    entry = next((entry for entry in catalog if entry["Name"] == command.values["name"]), None)
    if entry is None:
        raise Refusal(1, "App not found")
    catalog.remove(entry)
    # Unproven [removed_with_icon]: that the tool's own copy of the icon goes, too.
    if entry["AbsoluteIconPath"].startswith(f"{ICON_DIRECTORY}\\") and disk.is_file(entry["AbsoluteIconPath"]):
        disk.remove(entry["AbsoluteIconPath"])
    return {}


def _list_applications(process: Process, _command: CommandLine) -> dict[str, Any]:
    return {"applications": [dict(entry) for entry in process.machine.disk.application_catalog]}


def _update_default_profile(process: Process, command: CommandLine) -> dict[str, Any]:
    disk, source = process.machine.disk, _profile(process, command)
    try:
        disk.copy_tree(source, profiles.DEFAULT_PROFILE)
    except OSError as error:
        raise Refusal(1, f"Unable to copy file or folder: {source}. {error}") from error
    return {}


def _reset_user_profile(process: Process, command: CommandLine) -> dict[str, Any]:
    disk, directory = process.machine.disk, _profile(process, command)
    disk.remove(directory)
    owner = profiles.owner_of(disk, directory)
    if owner:
        profiles.delete(disk, owner)
    return {}


def _profile(process: Process, command: CommandLine) -> str:
    """Directory of the profile meant, by default the Template User's (unproven [reset_user_profile_default] for
    reset-user-profile)."""
    _require_administrator(process)
    domain, backslash, user = command.values.get("profile", f".\\{stock.TEMPLATE_USER}").rpartition("\\")
    if not backslash or not user:
        raise Refusal(255, "The profile must be given as <domain>\\<username>.")
    machine = process.machine
    if domain.lower() not in (".", machine.computer_name.lower()) and not machine.domain:
        raise Refusal(1, DOMAIN_USER_WITHOUT_DOMAIN)
    account = command.values.get("profile", f".\\{stock.TEMPLATE_USER}")
    directory = profiles.directory_of_user(machine.disk, machine.computer_name, account)
    if not machine.disk.is_directory(directory):
        raise Refusal(1, f"Unable to copy file or folder: {directory}. The system cannot find the path specified.")
    hive = f"{directory}\\{profiles.HIVE_FILE}"
    if machine.disk.registry.in_use(hive):
        reason = "The process cannot access the file because it is being used by another process."
        raise Refusal(1, f"Unable to copy file or folder: {hive}. {reason}")
    return machine.disk.stat(directory).path


def _create_image(process: Process, command: CommandLine) -> dict[str, Any]:
    _require_administrator(process)
    machine = process.machine
    request = _image(process, command)
    if machine.request.image_name_exists(request.name):
        raise Refusal(1, IMAGE_EXISTS)
    if not request.applications and not request.dynamic_app_catalog:
        raise Refusal(255, CATALOG_EMPTY)
    if "dry-run" in command.flags:
        return {}
    try:
        machine.request.on_create_image(request)
    except ImageAssistantError as error:
        raise Refusal(255, str(error)) from error
    return {}


def _image(process: Process, command: CommandLine) -> CreateImage:
    values = command.values
    name = values["name"]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise Refusal(255, f"Invalid image name: {name}")
    if re.match(r"aws|appstream|amazon", name, re.IGNORECASE):
        raise Refusal(255, f"The image name begins with a reserved prefix: {name}")
    _check_text("description", values.get("description", ""), 256, minimum=0)
    # The tool's page says 256, the API's DisplayName allows 100.
    _check_text("display-name", values.get("display-name", ""), 100, minimum=0)
    return CreateImage(
        name=name,
        description=values.get("description", ""),
        display_name=values.get("display-name", ""),
        dynamic_app_catalog="enable-dynamic-app-catalog" in command.flags,
        use_latest_agent_version="use-latest-agent-version" in command.flags,
        tags=_tags(command.lists["tags"]) if "tags" in command.lists else {},
        applications=[dict(entry) for entry in process.machine.disk.application_catalog],
        problem=stock_traits.registration_problem(process.machine.disk),
    )


def _tags(tokens: list[str]) -> dict[str, str]:
    tags = dict(zip(tokens[::2], tokens[1::2], strict=False))
    proper = all(_is_tag(key, value) for key, value in tags.items())
    if len(tokens) % 2 or len(tags) * 2 != len(tokens) or not 1 <= len(tags) <= MAXIMUM_TAGS or not proper:
        raise Refusal(1, INVALID_TAGS)
    return tags


def _is_tag(key: str, value: str) -> bool:
    # The service's own patterns for tag keys and values.
    allowed = re.compile(r"[\w\s.:/=+\-@]*")
    lengths = 1 <= len(key) <= 128 and len(value) <= 256
    return lengths and not key.lower().startswith("aws:") and all(allowed.fullmatch(text) for text in (key, value))


def _require_administrator(process: Process) -> None:
    if not process.administrator:
        raise Refusal(1, NOT_ADMINISTRATOR)


def _check_text(option: str, text: str, maximum: int, minimum: int = 1) -> None:
    if not minimum <= len(text) <= maximum:
        raise Refusal(255, f"The value of {option} must have {minimum} to {maximum} characters.")


_OPERATIONS: dict[str, Callable[[Process, CommandLine], dict[str, Any]]] = {
    "add-application": _add_application,
    "remove-application": _remove_application,
    "list-applications": _list_applications,
    "update-default-profile": _update_default_profile,
    "reset-user-profile": _reset_user_profile,
    "create-image": _create_image,
}
