# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Image Assistant's limits, checked before it is called: each function returns the problems it finds, as sentences.

Limits: "Image Assistant CLI Operations" of the AppStream 2.0 administration guide and its troubleshooting page for
image builders.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import ntpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MAXIMUM_APPLICATIONS = 50
MAXIMUM_NAME_LENGTH = 256
MAXIMUM_APPLICATION_DISPLAY_NAME_LENGTH = 256
MAXIMUM_ICON_PIXELS = 256
PROGRAM_EXTENSIONS = (".exe", ".bat")
ICON_EXTENSIONS = (".png", ".jpg", ".bmp")
FROM_PROGRAM = "from_program"
"""Value of an application's option ``icon``: what Windows shows for the program."""
DEFAULT_ICON = "default"
"""Value of an application's option ``icon``: what the Image Assistant finds itself."""
MAXIMUM_DESCRIPTION_LENGTH = 256
MAXIMUM_IMAGE_DISPLAY_NAME_LENGTH = 100
"""The guide says 256, the API's DisplayName allows 100."""
MAXIMUM_TAGS = 50

_TAKEN_FOR_OPTION = "must not begin with a hyphen, the Image Assistant would take it for an option"
_ABSOLUTE_PATH = re.compile(r"[A-Za-z]:[\\/]|[\\/]{2}[^\\/]")
_UNREPRESENTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, line breaks among them, and halves of characters, which no encoding has."""
_NOT_IN_FILE_NAMES = re.compile(r'[<>:"|?*]')
_COMMAND_LINE_LENGTH = 32_766
"""Of CreateProcess: 32,767 characters of UTF-16 with the final NUL."""
_IMAGE_NAME = re.compile(r"(?!(?i:aws|appstream|amazon))[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")


def is_absolute_windows_path(path: str) -> bool:
    """Whether a path starts with a drive (``C:\\``) or is a UNC path."""
    return _ABSOLUTE_PATH.match(path) is not None


def file_path_problem(path: str, wildcards: bool = False) -> str:
    """What makes a path, or with ``wildcards`` a glob, one that no file can have; empty when nothing does."""
    if not is_absolute_windows_path(path) or _UNREPRESENTABLE.search(path):
        return f"{path!r} must be an absolute Windows path without control characters"
    if _NOT_IN_FILE_NAMES.search(re.sub(r"[*?]", "_", path) if wildcards else path, 2):
        return f"{path!r} must not contain any of " + '< > : " | ? * in the names of folders and files'
    return ""


def comparable_path(path: str) -> str:
    """A Windows path without differences of case and slashes."""
    return ntpath.normcase(ntpath.normpath(path))


def catalog_problems(applications: Sequence[Mapping[str, Any]]) -> list[str]:
    """Problems of a list of applications as given by the user (module option ``applications``)."""
    names = Counter(str(application["name"]).casefold() for application in applications)
    problems = [
        f"{name}: the name is used {count} times, it must be unique" for name, count in names.items() if count > 1
    ]
    for application in applications:
        problems += application_problems(application)
    return problems


def catalog_size_problems(count: int) -> list[str]:
    """Problem of a catalog that would hold ``count`` applications."""
    if count <= MAXIMUM_APPLICATIONS:
        return []
    return [f"the catalog would hold {count} applications, the Image Assistant allows {MAXIMUM_APPLICATIONS}"]


def application_problems(application: Mapping[str, Any]) -> list[str]:
    """Problems of one application that show without looking at the builder."""
    name = str(application["name"])
    problems = [
        *_application_name_problems(name),
        *_program_problems(str(application["path"])),
        *_text_problems("display_name", application.get("display_name"), MAXIMUM_APPLICATION_DISPLAY_NAME_LENGTH),
        *_control_character_problems("launch_parameters", application.get("launch_parameters")),
        *_icon_problems(application.get("icon"), str(application["path"])),
        *_path_problems("working_directory", [application.get("working_directory")]),
        *_path_problems("manifest", _if_on_builder(application.get("manifest"))),
        *_path_problems("optimize", application.get("optimize") or [], wildcards=True),
    ]
    return [f"{name}: {problem}" for problem in problems]


def command_line_problems(arguments: Sequence[str]) -> list[str]:
    """Problem of a command line of these arguments, each in quotes and with a backslash before what needs one."""
    length = sum(
        len(argument.encode("utf-16-le")) // 2 + argument.count('"') + argument.count("\\") + len('"" ')
        for argument in arguments
    )
    if length <= _COMMAND_LINE_LENGTH:
        return []
    return [f"its command line has up to {length} characters, Windows allows {_COMMAND_LINE_LENGTH}"]


def icon_size_problems(width: int, height: int) -> list[str]:
    """Problem of an icon of this many pixels."""
    if max(width, height) <= MAXIMUM_ICON_PIXELS:
        return []
    return [f"the icon is {width}x{height} pixels, at most {MAXIMUM_ICON_PIXELS}x{MAXIMUM_ICON_PIXELS} are allowed"]


def image_problems(name: str, description: str | None, display_name: str | None, tags: Mapping[str, str]) -> list[str]:
    """Problems of the values for ``create-image``."""
    problems = [
        *_text_problems("description", description, MAXIMUM_DESCRIPTION_LENGTH),
        *_text_problems("display_name", display_name, MAXIMUM_IMAGE_DISPLAY_NAME_LENGTH),
        *_tag_problems(tags),
    ]
    if not _IMAGE_NAME.fullmatch(name):
        problems.append(
            f"name {name!r} must be 1 to 100 letters, digits, '_', '.' or '-', begin with a letter or digit, "
            "and not begin with aws, appstream or amazon"
        )
    return problems


def _application_name_problems(name: str) -> list[str]:
    problems = []
    if not name or len(name) > MAXIMUM_NAME_LENGTH:
        problems.append(f"the name must have 1 to {MAXIMUM_NAME_LENGTH} characters")
    if re.search(r"\s", name):
        problems.append("the name must not contain white space")
    if name.startswith("-"):
        problems.append(f"the name {_TAKEN_FOR_OPTION}")
    if not problems:
        problems += _control_character_problems("the name", name)
    return problems


def _program_problems(path: str) -> list[str]:
    problems = _path_problems("path", [path])
    if ntpath.splitext(path)[1].lower() not in PROGRAM_EXTENSIONS:
        problems.append(f"path {path!r} must end in {' or '.join(PROGRAM_EXTENSIONS)}")
    if (comparable_path(path) + "\\").startswith("c:\\users\\"):
        problems.append(rf"path {path!r} is below C:\Users, which does not become part of an image")
    return problems


def _icon_problems(icon: str | None, program: str) -> list[str]:
    if icon == FROM_PROGRAM and not program.startswith(("\\\\", "//")):
        return []
    if icon == FROM_PROGRAM:
        return [f"icon {FROM_PROGRAM} needs a program on the builder itself, not on a share"]
    if not icon or icon == DEFAULT_ICON:
        return []
    if ntpath.splitext(icon)[1].lower() not in ICON_EXTENSIONS:
        return [
            f"icon {icon!r} must end in {', '.join(ICON_EXTENSIONS)}: convert it to a .png file, "
            f"or let icon be {FROM_PROGRAM} to take what Windows shows for the program"
        ]
    return _path_problems("icon", _if_on_builder(icon))


def _if_on_builder(path: str | None) -> list[str]:
    """The path, if it isn't that of a file on the controller."""
    return [path] if path and is_absolute_windows_path(path) else []


def _path_problems(option: str, paths: Iterable[str | None], wildcards: bool = False) -> list[str]:
    problems = [file_path_problem(path, wildcards) for path in paths if path]
    return [f"{option} {problem}" for problem in problems if problem]


def _text_problems(option: str, text: str | None, maximum: int) -> list[str]:
    problems = _control_character_problems(option, text)
    if text and len(text) > maximum:
        problems.append(f"{option} has {len(text)} characters, at most {maximum} are allowed")
    if text and text.startswith("-"):
        problems.append(f"{option} {_TAKEN_FOR_OPTION}")
    return problems


def _control_character_problems(option: str, text: str | None) -> list[str]:
    if text and _UNREPRESENTABLE.search(text):
        return [f"{option} must not contain line breaks, other control characters or halves of surrogate pairs"]
    return []


def _tag_problems(tags: Mapping[str, str]) -> list[str]:
    problems = [f"{len(tags)} tags, at most {MAXIMUM_TAGS} are allowed"] if len(tags) > MAXIMUM_TAGS else []
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or key.lower().startswith("aws:"):
            problems.append(f"tag key {key!r} must have 1 to 128 characters and not begin with aws:")
        if len(value) > 256:
            problems.append(f"the value of tag {key!r} has more than 256 characters")
        if not _TAG_TEXT.fullmatch(key) or not _TAG_TEXT.fullmatch(value):
            problems.append(f"tag {key!r}: only letters, digits, spaces and _.:/=+-@ are allowed")
        if key.startswith("-") or value.startswith("-"):
            problems.append(f"tag {key!r}: key and value {_TAKEN_FOR_OPTION}")
    return problems
