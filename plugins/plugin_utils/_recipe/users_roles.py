# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The user's own roles in recipes: of ``roles``, and of applications of kind ``role``.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.tasks import (
    installation_tasks,
    role_application_tasks,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import PREFIX, Recipe
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content import examination as content
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import (
    parameter_name,
    role_task,
    write_tasks,
    write_variables,
)

_DIGEST_LENGTH = 16
_CREDENTIALS = "build_image_credentials | default(appstream_credentials | default({}))"
_FROM = ("tasks_from", "handlers_from", "vars_from", "defaults_from")


@dataclass(frozen=True)
class Use:
    """A role that a recipe runs: ``role`` has the keys of a recipe's role, ``application`` is empty for its roles."""

    where: str
    role: Mapping[str, Any]
    occurrence: int
    application: str = ""

    @property
    def name(self) -> str:
        return str(self.role["name"])

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.role.get("vars") or {}


def uses_of(recipe: Recipe) -> list[Use]:
    """Every role a recipe runs, in order."""
    seen: Counter[str] = Counter()
    uses = []
    for where, application, role in _roles_of(recipe):
        seen[str(role["name"])] += 1
        uses.append(Use(where, role, seen[str(role["name"])], application))
    return uses


def check(recipes: Sequence[Recipe], surroundings: Any) -> None:
    """Load every role as the build will, and add what would fail there to the problems of its recipe."""
    contents = {}
    for recipe in recipes:
        uses = uses_of(recipe)
        if not uses:
            continue
        variables = {**surroundings.host_variables(recipe.name), **recipe.values["vars"]}
        found = content.examine(
            [_examined(use) for use in uses],
            content.Surroundings(loader=surroundings.loader, variables=variables),
        )
        recipe.problems += [*found.problems, *_nameless_handlers(uses, found)]
        recipe.warnings += found.warnings
        contents[recipe.name] = found
    mixed = content.mixed_up(contents)
    parameters = _mixed_parameters(recipes, contents)
    for recipe in recipes:
        recipe.problems += [*mixed.get(recipe.name, ()), *parameters.get(recipe.name, ())]


def without_lazy_values(recipe: Recipe, surroundings: Any) -> dict[str, Any]:
    """The recipe's values for its host. Parameters of applications' roles are digests, which tell whether they changed.

    Their values are variables of their own, which only the roles resolve: secrets may be among them.
    """
    variables = {**surroundings.host_variables(recipe.name), **recipe.values["vars"]}
    templar = surroundings.templar.copy_with_new_env(available_variables=variables)
    applications = []
    for application in recipe.values["applications"]:
        install = application.get("install") or {}
        if install.get("vars"):
            known = {name: _digest(value, templar) for name, value in install["vars"].items()}
            application = {**application, "install": {**install, "vars": known}}
        applications.append(application)
    return {**recipe.values, "applications": applications}


def write_files(recipe: Recipe, recipes: Sequence[Recipe], folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Write what the image's host runs of roles and what variables it has.

    Returns the variables that name the files, which are in Ansible's own temporary folder, for this user only, and go
    with the run; and the tasks that install the applications.
    """
    most = _occurrences(recipes)
    variables = {str(name): value for name, value in recipe.values["vars"].items()}
    uses = uses_of(recipe)
    for use in uses:
        # Handlers of another image's run of this role may be the ones that are found: they refer to these, too.
        last = most[use.name] if use.occurrence == max(one.occurrence for one in uses if one.name == use.name) else 0
        for occurrence in range(use.occurrence, max(use.occurrence, last) + 1):
            for name, value in use.variables.items():
                variables[parameter_name(use.name, occurrence, str(name))] = value
    tasks = {use.where: _task(use) for use in uses}
    named: dict[str, Any] = {
        "build_image_variables_file": write_variables(folder / f"{recipe.name}.vars.yml", variables)
    }
    roles = [tasks[use.where] for use in uses if not use.application]
    if roles:
        named["build_image_roles_file"] = write_tasks(folder / f"{recipe.name}.roles.yml", roles)
    listed = recipe.values["applications"]
    files = {
        use.application: write_tasks(
            folder / f"{recipe.name}.install.{position}.yml",
            role_application_tasks(listed, use.application, tasks[use.where], _CREDENTIALS),
        )
        for position, use in enumerate(uses)
        if use.application
    }
    return named, installation_tasks(listed, files, _CREDENTIALS)


def _task(use: Use) -> dict[str, Any]:
    references = {str(name): _reference(use, str(name), value) for name, value in use.variables.items()}
    return role_task(use.role, references)


def _reference(use: Use, name: str, value: Any) -> str:
    """The expression for a parameter; names of handlers, which Ansible resolves without a host, see what is written."""
    reference = parameter_name(use.name, use.occurrence, name)
    return f"{reference} | default({_plain(value)!r})" if _is_literal(value) else reference


def _is_literal(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and "{" not in value)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _roles_of(recipe: Recipe) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    before = PREFIX if recipe.is_host else ""
    for position, role in enumerate(recipe.values["roles"], 1):
        yield f"{before}roles[{position}]", "", role
    for application in recipe.values["applications"]:
        install = application.get("install") or {}
        if install.get("role"):
            role = {**install["role"], "vars": install.get("vars") or {}}
            yield f"{before}applications ({application['name']})", str(application["name"]), role


def _examined(use: Use) -> content.RoleUse:
    given: dict[str, Any] = {key: use.role[key] for key in (*_FROM, "tags", "when") if use.role.get(key) is not None}
    return content.RoleUse(name=use.name, variables=use.variables, where=use.where, **given)


def _occurrences(recipes: Sequence[Recipe]) -> Counter[str]:
    """How often each role is run by the recipe that runs it most."""
    most: Counter[str] = Counter()
    for recipe in recipes:
        most |= Counter(use.name for use in uses_of(recipe))
    return most


def _mixed_parameters(recipes: Sequence[Recipe], contents: Mapping[str, content.Content]) -> dict[str, list[str]]:
    """Roles with handlers that recipes of one run give different parameters: the handlers would see another image's."""
    given: dict[str, dict[str, frozenset[str]]] = {}
    for recipe in recipes:
        for use in uses_of(recipe):
            if _has_handlers(contents[recipe.name], use):
                given.setdefault(use.name, {})[recipe.name] = frozenset(map(str, use.variables))
    problems: dict[str, list[str]] = {}
    for role, by_recipe in given.items():
        if len(set(by_recipe.values())) < 2:
            continue
        for name, parameters in by_recipe.items():
            others = ", ".join(other for other, theirs in by_recipe.items() if theirs != parameters)
            problems.setdefault(name, []).append(
                f"role {role} has handlers and gets other vars here than in {others}. Images of one run share "
                "handlers: give it vars of the same names in all these recipes, or build them in runs of their own"
            )
    return problems


def _nameless_handlers(uses: Sequence[Use], found: content.Content) -> Iterator[str]:
    """Handlers that Ansible could not name: it does so without a host, for which a template has no value."""
    for use in uses:
        lazy = {str(name) for name, value in use.variables.items() if not _is_literal(value)}
        for handler in found.handlers:
            names = set(re.findall(r"[A-Za-z_]\w*", " ".join(re.findall(r"\{\{.*?\}\}", handler.template))))
            if handler.role_path == found.paths.get(use.where) and names & lazy:
                yield (
                    f"role {handler.role}, {handler.place}: the name of handler '{handler.template}' needs "
                    f"{', '.join(sorted(names & lazy))}, which is a template in vars of {use.where}. Ansible names "
                    "handlers before it knows the host: give a plain value there"
                )


def _has_handlers(found: content.Content, use: Use) -> bool:
    path = found.paths.get(use.where)
    return any(handler.role_path == path for handler in found.handlers)


def _digest(value: Any, templar: Any) -> str:
    """Changes with the value, as far as the controller can resolve it, and tells nothing of it."""
    with contextlib.suppress(AnsibleError):
        value = templar.template(value)
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
