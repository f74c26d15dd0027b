# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on what images are imported from, checked before anything is called.

Every function returns a list of problems, empty when there are none. Sources: botocore's service model (patterns and
lengths of CreateImportedImage), developer guide, "Import Image" and "Applications Details".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.validation import (
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    ROLE_ARN,
    image_name_problems,
    length_problems,
    pattern_problems,
    tag_problems,
)

AMI_ID = re.compile(r"ami-[a-z0-9]{8,17}\Z")
WORKSPACE_IMAGE_ID = re.compile(r"wsi-[0-9a-z]{8,63}\Z")
PLAIN_TEXT = re.compile(r"[a-zA-Z0-9_.() -]+\Z")
INSTANCE_TYPE = re.compile(r"[a-zA-Z0-9-]+(\.[a-z0-9-]+)+\.(small|medium|large|xlarge|\d+xlarge|metal)\Z")
APPLICATION_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}\Z")
APPLICATION_DISPLAY_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_. -]{0,99}\Z")
# A drive and a path, or a share, also in the form for paths longer than 260 characters.
ABSOLUTE_PATH = re.compile(r"(\\\\\?\\)?[a-zA-Z]:[\\/]|\\\\[^\\/?]")

MOST_APPLICATIONS = 50
PATH_LENGTH = 32767
LAUNCH_PARAMETERS_LENGTH = 1024
PATHS = ("absolute_app_path", "absolute_icon_path", "absolute_manifest_path", "working_directory")


def image_import_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of module ``image_import`` that the argument spec cannot check."""
    validation = options.get("runtime_validation_config") or {}
    return [
        *image_name_problems(options["name"]),
        *pattern_problems("source_ami_id", options.get("source_ami_id"), AMI_ID, "ami-0123456789abcdef0"),
        *pattern_problems("workspace_image_id", options.get("workspace_image_id"), WORKSPACE_IMAGE_ID, "wsi-0123abcde"),
        *pattern_problems("iam_role_arn", options.get("iam_role_arn"), ROLE_ARN, "arn:aws:iam::ACCOUNT:role/NAME"),
        *_text_problems("description", options.get("description"), DESCRIPTION_LENGTH),
        *_text_problems("display_name", options.get("display_name"), DISPLAY_NAME_LENGTH),
        *pattern_problems(
            "intended_instance_type", validation.get("intended_instance_type"), INSTANCE_TYPE, "GeneralPurpose.t3.large"
        ),
        *catalog_problems(options.get("app_catalog_config")),
        *tag_problems(options.get("tags")),
    ]


def _text_problems(option: str, value: str | None, longest: int) -> list[str]:
    problems = length_problems(option, value, longest)
    if value and not PLAIN_TEXT.match(value):
        problems.append(f"{option} {value!r} is not legal: letters, digits, spaces and _.()- of ASCII")
    return problems


def catalog_problems(applications: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Check an application catalog; the values of launch parameters, which may be secret, are never repeated."""
    applications = applications or []
    problems = []
    if len(applications) > MOST_APPLICATIONS:
        problems.append(f"{len(applications)} applications are too many, the service takes at most {MOST_APPLICATIONS}")
    names = [application["name"] for application in applications]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        problems.append(f"application names must be unique in the catalog, {', '.join(map(repr, twice))} is not")
    for application in applications:
        problems += _application_problems(application)
    return problems


def _application_problems(application: Mapping[str, Any]) -> list[str]:
    name, display_name = application["name"], application.get("display_name")
    problems = []
    if not APPLICATION_NAME.match(name):
        problems.append(
            f"application name {name!r} is not legal: it must start with a letter or digit and have at most 100 "
            "letters, digits, dots, dashes and underscores, no spaces"
        )
    if display_name and not APPLICATION_DISPLAY_NAME.match(display_name):
        problems.append(
            f"display_name {display_name!r} of application {name!r} is not legal: it must start with a letter or "
            "digit and have at most 100 letters, digits, spaces, dots, dashes and underscores"
        )
    for option in PATHS:
        problems += _path_problems(name, option, application.get(option))
    return problems + _launch_parameters_problems(name, application.get("launch_parameters") or "")


def _path_problems(name: str, option: str, path: str | None) -> list[str]:
    label = f"{option} of application {name!r}"
    if not path:
        return [f"{label} is empty"] if option == "absolute_app_path" else []
    if not ABSOLUTE_PATH.match(path):
        return [f"{label}, {path!r}, is not an absolute Windows path"]
    return length_problems(label, path, PATH_LENGTH)


def _launch_parameters_problems(name: str, parameters: str) -> list[str]:
    label = f"launch_parameters of application {name!r}"
    problems = length_problems(label, parameters, LAUNCH_PARAMETERS_LENGTH)
    return [*problems, f"{label} has a character with the code 0"] if "\x00" in parameters else problems
