# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Examines the user's roles of a recipe before anything is created: what in them would end the builds of all images.

Nothing is run. Roles are loaded with Ansible's own classes, in a play of their own, and files that tasks include are
followed as far as their names are known.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content import handlers
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.handlers import Handler, Notification
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.walk import Walk

_FROM = ("tasks_from", "handlers_from", "vars_from", "defaults_from")


@dataclass(frozen=True)
class RoleUse:
    """One item of a recipe's ``roles``, or an application's ``install.role``."""

    name: str  # as the user wrote it: simple name, full name, or path
    tasks_from: str = "main"
    handlers_from: str = "main"
    vars_from: str = "main"
    defaults_from: str = "main"
    variables: Mapping[str, Any] = field(default_factory=dict)  # raw: not templated
    tags: Sequence[str] = ()
    when: Any = None  # condition or list of conditions, raw
    where: str = "roles[1]"  # how messages name it


@dataclass(frozen=True)
class Surroundings:
    """What the roles find around them."""

    loader: Any  # DataLoader; its basedir is the user's project folder
    variables: Mapping[str, Any] = field(default_factory=dict)  # known of the host now, from inventory and recipe; raw


@dataclass(frozen=True)
class Content:
    """What the roles of one recipe bring."""

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # what could not be looked at
    handlers: tuple[Handler, ...] = ()  # in the order in which they are loaded
    notified: tuple[Notification, ...] = ()
    paths: Mapping[str, str] = field(default_factory=dict)  # RoleUse.where -> path of the role


def examine(uses: Sequence[RoleUse], surroundings: Surroundings) -> Content:
    """Everything the roles of one recipe bring, in the order in which they run."""
    walk = Walk(surroundings.loader, surroundings.variables)
    paths = {use.where: walk.role(_task(use), use.where) for use in uses}
    unheard = handlers.problems_of(walk.notifications, walk.handlers)
    return Content(
        problems=tuple(dict.fromkeys((*walk.findings.problems, *unheard))),
        warnings=walk.findings.warnings,
        handlers=tuple(walk.handlers),
        notified=tuple(walk.notifications),
        paths={where: path for where, path in paths.items() if path},
    )


def mixed_up(contents: Mapping[str, Content]) -> dict[str, tuple[str, ...]]:
    """Problems by recipe: handlers that one image would run instead of, or besides, its own.

    All images of a run share the handlers of the play.
    """
    return handlers.mixed_up(
        {recipe: content.handlers for recipe, content in contents.items()},
        {recipe: content.notified for recipe, content in contents.items()},
    )


def _task(use: RoleUse) -> dict[str, Any]:
    """The task that runs the role in the build."""
    files = {key: getattr(use, key) for key in _FROM if getattr(use, key) != "main"}
    task = {"import_role": {"name": use.name, **files}, "vars": dict(use.variables), "tags": list(use.tags)}
    return task if use.when is None else {**task, "when": use.when}
