# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads recipes from the variables of a play: the list ``appstream_images`` and the hosts of the group of that name.

Both forms are the same from here on: a dictionary as it was written, and the variables that its templates see.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.arguments import (
    APPLICATION_FOLDER,
    VARIABLE,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.conversion import convert_options
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.size import require_size
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import (
    PLAYBOOK_VARIABLES,
    recipe_options,
)

PREFIX = "appstream_"
GROUP = "appstream_images"
HANDED_OVER = "appstream_image_"
"""What a run hands to AWX begins like this, and comes back as extra variables of a workflow's next job."""

_REFERENCE = re.compile(r"\A\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*\Z")
_TEMPLATE = re.compile(r"\{\{|\{%")


@dataclass
class Recipe:
    """A recipe on its way to a plan.

    Attributes:
        label: how messages name it.
        raw: its keys as they were written, templates included.
        variables: what its templates see: those of its host, or of localhost in a list.
        is_host: whether it is a host of the inventory.
        values: its keys in their types, complete with defaults. Lazy ones are still as written.
        problems: sentences about everything that is wrong with it.
        warnings: sentences about what could not be checked.
        obstacles: sentences about what is in the way of this image, while others can be built.
    """

    label: str
    raw: Mapping[str, Any]
    variables: Mapping[str, Any]
    is_host: bool
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.values.get("name") or self.label)

    def is_wrong_in(self, *keys: str) -> bool:
        """Whether something is wrong with one of these keys."""
        before = PREFIX if self.is_host else ""
        return any(re.match(rf"{before}({'|'.join(keys)})\b", problem) for problem in self.problems)


def hand_over_name(name: str) -> str:
    """Name of the variable with which the result of a recipe is handed to AWX."""
    return HANDED_OVER + re.sub(r"[^A-Za-z0-9_]", "_", name)


def from_list(recipes: Any, variables: Mapping[str, Any], templar: Any) -> tuple[list[Recipe], list[str]]:
    """Recipes of a list as it was written, a template included, and what is wrong with the list as a whole."""
    try:
        items = followed(recipes, variables, templar)
    except AnsibleError as error:
        return [], [f"appstream_images: {first_line(error)}"]
    if items is None:
        return [], []
    if isinstance(items, Mapping) or not isinstance(items, Sequence) or isinstance(items, str):
        return [], [f"appstream_images must be a list of recipes, each beginning with a hyphen, not {_kind(items)}"]
    found, problems = [], []
    for position, item in enumerate(items, 1):
        try:
            recipe = followed(item, variables, templar)
            require_size(recipe)
        except (AnsibleError, ValueError) as error:
            problems.append(f"recipe {position} of appstream_images: {first_line(error)}")
            continue
        if not isinstance(recipe, Mapping):
            problems.append(f"recipe {position} of appstream_images must be a dictionary, not {_kind(recipe)}")
            continue
        name = recipe.get("name")
        label = f"recipe {position} of appstream_images" if name is None else str(name)
        found.append(Recipe(label, recipe, variables, is_host=False))
    return found, problems


def from_hosts(hosts: Iterable[str], variables_of: Mapping[str, Mapping[str, Any]]) -> list[Recipe]:
    """Recipes of hosts of the inventory: their variables that begin with ``appstream_``."""
    recipes = []
    for host in hosts:
        variables = variables_of[host]
        keys = {name[len(PREFIX) :]: value for name, value in variables.items() if _is_key(name, value)}
        named = "name is that of the host, so that appstream_name has no meaning: leave it out"
        problems = [named] if keys.get("name") is not None else []
        try:
            require_size(keys)
        except ValueError as error:
            keys, problems = {}, [*problems, f"its variables can't be read: {error}"]
        recipes.append(Recipe(host, {**keys, "name": host}, variables, is_host=True, problems=problems))
    return recipes


def unknown_variables(variables: Mapping[str, Any]) -> list[str]:
    """Sentences about variables of localhost that begin as this collection's do and are none of them."""
    wrong = {name: value for name, value in variables.items() if _is_key(name, value) and not _is_recipe_key(name)}
    return convert_options(wrong, {**PLAYBOOK_VARIABLES, **_recipe_variables()}).problems


def resolve(recipe: Recipe, templar: Any) -> None:
    """Fill in ``values`` of a recipe, and add what is wrong with it to its ``problems``."""
    options = recipe_options()
    before = PREFIX if recipe.is_host else ""
    variables = {VARIABLE: APPLICATION_FOLDER, **recipe.variables}
    templar = templar.copy_with_new_env(available_variables=variables)
    resolver = _Resolver(variables, templar)
    given = {key: resolver.resolve(one, options.get(key, {}), f"{before}{key}") for key, one in recipe.raw.items()}
    kept = {key: one for key, one in given.items() if before + str(key) not in resolver.failed}
    converted = convert_options(kept, options, before)
    recipe.values = {
        **{key: option["default"] for key, option in options.items() if "default" in option},
        **converted.value,
    }
    missing = {f"{key} is missing" for key in resolver.failed}
    recipe.problems += resolver.problems + [one for one in converted.problems if one not in missing]


def followed(value: Any, variables: Mapping[str, Any], templar: Any) -> Any:
    """The value behind ``{{ name }}`` as that variable was written; another template's result; anything else as is.

    Raises AnsibleError.
    """
    if not isinstance(value, str):
        return value
    for _step in range(len(variables)):
        reference = _REFERENCE.match(value) if isinstance(value, str) else None
        if reference is None or reference[1] not in variables:
            break
        value = variables[reference[1]]
    value = templar.template(value) if isinstance(value, str) and _TEMPLATE.search(value) else value
    try:
        require_size(value)
    except ValueError as error:
        raise AnsibleError(str(error)) from error
    return value


def first_line(error: Exception) -> str:
    """The first line of Ansible's message, without what it says of the position in a file."""
    return str(error).strip().splitlines()[0]


class _Resolver:
    """Resolves templates leaf by leaf, so that each failure has a key; ``failed`` are the keys of the recipe."""

    def __init__(self, variables: Mapping[str, Any], templar: Any) -> None:
        self._variables = variables
        self._templar = templar
        self.problems: list[str] = []
        self.failed: set[str] = set()

    def resolve(self, value: Any, option: Mapping[str, Any], path: str) -> Any:
        """The value without templates; of what is lazy only ``{{ name }}`` as a whole is followed."""
        if option.get("lazy") and not (isinstance(value, str) and option["type"] == "dict"):
            return value
        try:
            value = followed(value, self._variables, self._templar)
        except AnsibleError as error:
            self.problems.append(f"{path}: {first_line(error)}")
            self.failed.add(re.split(r"[.\[]", path)[0])
            return None
        if option.get("lazy"):
            return value
        if isinstance(value, Mapping):
            options = option.get("options") or {}
            return {key: self.resolve(one, options.get(key, {}), f"{path}.{key}") for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            element = {**option, "lazy": False} if option.get("type") == "list" else {}
            return [self.resolve(one, element, f"{path}[{position}]") for position, one in enumerate(value, 1)]
        return value


def _is_key(name: str, value: Any) -> bool:
    handed_over = name.startswith(HANDED_OVER) and isinstance(value, Mapping) and "recipe" in value and "run" in value
    return name.startswith(PREFIX) and name not in PLAYBOOK_VARIABLES and not handed_over


def _is_recipe_key(name: str) -> bool:
    return name[len(PREFIX) :] in recipe_options()


def _recipe_variables() -> dict[str, Any]:
    return {PREFIX + key: {"type": "raw"} for key in recipe_options() if key != "name"}


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "a number" if isinstance(value, (int, float)) and not isinstance(value, bool) else f"{str(value)[:60]!r}"
