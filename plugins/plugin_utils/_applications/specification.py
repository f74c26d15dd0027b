# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The options of an application, in the form of Ansible's argument specs.

They stand in the documentation of module ``application`` and nowhere else: the module, the role
``install_applications`` and recipes take them from here.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from ansible_collections.euc.appstream.plugins.modules import application

_KEYS = ("type", "elements", "choices", "default", "required")
_OF_THE_TASK = (
    "credentials",
    "found",
    "failed",
    "unavailable",
    "directory",
    "keep_installers",
    "log_directory",
    "poll_interval",
    "reboot_timeout",
    "image_builder_name",
)


def _spec(options: Mapping[str, Any]) -> dict[str, Any]:
    """The argument spec that documented options stand for."""
    found = {}
    for name, option in options.items():
        found[name] = {key: option[key] for key in _KEYS if key in option}
        if "suboptions" in option:
            found[name]["options"] = _spec(option["suboptions"])
    return found


ARGUMENT_SPEC: dict[str, Any] = _spec(
    yaml.load(application.DOCUMENTATION, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["options"]
)
"""Everything that module ``application`` takes."""
ARGUMENT_SPEC["credentials"]["no_log"] = True

APPLICATION: dict[str, Any] = {name: option for name, option in ARGUMENT_SPEC.items() if name not in _OF_THE_TASK}
"""What describes an application: an entry of a recipe's list."""

SETTINGS: dict[str, Any] = {name: ARGUMENT_SPEC[name] for name in _OF_THE_TASK}
"""What describes the task that installs it."""


def with_defaults(given: Mapping[str, Any], options: Mapping[str, Any] = APPLICATION) -> dict[str, Any]:
    """The values with the defaults of what is not given, and without what is given as nothing."""
    values = {name: value for name, value in given.items() if value is not None}
    for name, option in options.items():
        if name not in values and "default" in option:
            values[name] = option["default"]
        elif name in values and isinstance(values[name], Mapping) and option.get("options"):
            values[name] = with_defaults(values[name], option["options"])
        elif name in values and isinstance(values[name], (list, tuple)) and option.get("options"):
            values[name] = [
                with_defaults(one, option["options"]) if isinstance(one, Mapping) else one for one in values[name]
            ]
    return values
