# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The recipe of an image: every key with its type, in the form of Ansible's argument specs.

A part that a role of this collection carries out has that role's options, which are typed there and nowhere else.
``lazy`` marks what is a template of the image's host, so that the plan hands it on as it was written.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.specification import APPLICATION

COLLECTION = Path(__file__).resolve().parents[3]

PARTS = {
    "builder": "provision_image_builder",
    "windows": "configure_windows",
    "sessions": "configure_sessions",
    "seal": "seal_image_builder",
}
"""Keys of a recipe whose value are options of a role, without the role's prefix."""

ON_ERROR = ("delete", "stop", "keep")

# What the pipeline decides itself.
_NOT_OF_BUILDER = ("base_image", "recreate", "set_ansible_host", "state", "tags", "wait_delay")

_FROM = ("tasks_from", "handlers_from", "vars_from", "defaults_from")

ROLE: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{name: {"type": "str"} for name in _FROM},
    "vars": {"type": "dict", "lazy": True},
    "tags": {"type": "list", "elements": "str"},
    "when": {"type": "raw", "lazy": True},
    "public": {"type": "bool"},
    "allow_duplicates": {"type": "bool"},
    "rolespec_validate": {"type": "bool"},
    "environment": {"type": "raw", "lazy": True},
    "become": {"type": "bool"},
    "become_user": {"type": "str", "lazy": True},
    "become_method": {"type": "str"},
    "become_flags": {"type": "str"},
}
"""A role of the user's: what Ansible's import_role takes, and the keywords of such a task."""

APPLICATION_ROLE: dict[str, Any] = {name: ROLE[name] for name in ("name", *_FROM)}

_RECIPE: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "image_name": {"type": "str"},
    "display_name": {"type": "str"},
    "description": {"type": "str"},
    "base_image": {
        "type": "dict",
        "required": True,
        "options": {name: {"type": "str"} for name in ("platform", "name_prefix", "name", "arn")},
    },
    "builder": {"type": "dict", "required": True},
    "windows": {"type": "dict", "default": {}},
    "roles": {"type": "list", "elements": "dict", "short": "name", "options": ROLE, "default": []},
    "vars": {"type": "dict", "lazy": True, "default": {}},
    "applications": {"type": "list", "elements": "dict", "default": []},
    "sessions": {"type": "dict", "default": {}},
    "seal": {"type": "dict", "default": {}},
    "dynamic_app_catalog": {"type": "bool", "default": False},
    "purge_catalog": {"type": "bool", "default": False},
    "use_latest_agent_version": {"type": "bool", "default": True},
    "tags": {"type": "dict", "values": "str", "default": {}},
    "on_error": {"type": "str", "choices": list(ON_ERROR), "default": "delete"},
}

PLAYBOOK_VARIABLES: dict[str, Any] = {
    "appstream_images": {"type": "raw"},
    "appstream_aws": {"type": "dict"},
    "appstream_credentials": {"type": "dict", "no_log": True},
    "appstream_credentials_timeout": {"type": "int"},
    "appstream_report_directory": {"type": "str"},
    "appstream_expires_after": {"type": "int"},
    "appstream_image_builder_quota": {"type": "int"},
    "appstream_image_quota": {"type": "int"},
    "appstream_lock": {"type": "dict"},
    "appstream_take_over": {"type": "str"},
    "appstream_managed_directory": {"type": "dict"},
    "appstream_preflight": {"type": "dict"},
}
"""Variables of the collection's playbooks that begin as recipe keys do in the inventory form."""


@functools.cache
def role_options(role: str) -> Mapping[str, Any]:
    """The argument spec of a role of this collection, by full name of the option."""
    path = COLLECTION / "roles" / role / "meta" / "argument_specs.yml"
    options: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    return options


def part_options(role: str) -> dict[str, Any]:
    """The argument spec of a role of this collection, by name of the option without the role's prefix.

    Secrets are no part of a recipe, which is shown at -v: the playbook hands them on.
    """
    options = {name: option for name, option in role_options(role).items() if not option.get("no_log")}
    return {name[len(role) + 1 :]: option for name, option in options.items()}


@functools.cache
def recipe_options() -> Mapping[str, Any]:
    """The argument spec of a recipe, complete with its parts."""
    builder = {key: one for key, one in part_options(PARTS["builder"]).items() if key not in _NOT_OF_BUILDER}
    builder["name"] = {"type": "str"}
    parts = {key: part_options(role) for key, role in PARTS.items()} | {"builder": builder}
    options = {key: {**one, "options": parts[key]} if key in parts else dict(one) for key, one in _RECIPE.items()}
    options["applications"]["options"] = _application_options()
    return options


def _application_options() -> dict[str, Any]:
    install: dict[str, Any] = APPLICATION["install"]["options"]
    role = {"type": "dict", "short": "name", "options": APPLICATION_ROLE}
    install = {**install, "role": role, "vars": {**install["vars"], "lazy": True}}
    return {**APPLICATION, "install": {**APPLICATION["install"], "options": install}}
