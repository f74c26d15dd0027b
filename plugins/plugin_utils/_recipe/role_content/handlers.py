# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which handlers a notification reaches: within the roles of one recipe, and by mistake in those of another.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.templates import wildcards


@dataclass(frozen=True)
class Handler:
    """A handler that a role brings."""

    names: tuple[str, ...]  # it can be notified by; none when its name needs variables of the host
    topics: tuple[str, ...]  # of `listen`
    template: str  # name as written
    role: str
    role_path: str
    place: str

    @property
    def reached_by(self) -> tuple[str, ...]:
        return (*self.names, *self.topics)

    @property
    def file(self) -> tuple[str, str]:
        return self.role_path, self.place.rpartition(":")[0]


@dataclass(frozen=True)
class Notification:
    """A name or topic that a task notifies."""

    name: str  # as far as it could be evaluated
    pattern: str  # regular expression of what it may be; "" when `name` is certain
    role: str
    role_path: str
    place: str
    doubt: str = ""  # why it is not known whether the task will be there

    def may_reach(self, handler: Handler) -> bool:
        if not self.pattern:
            return self.name in handler.reached_by
        return any(re.fullmatch(self.pattern, name) for name in handler.reached_by)


def problems_of(notifications: Iterable[Notification], handlers: Sequence[Handler]) -> Iterator[str]:
    """Notifications that reach nothing, each of which would end the run."""
    for one in notifications:
        if any(map(one.may_reach, handlers)):
            continue
        place = f"role {one.role}, {one.place}"
        similar = next((handler for handler in handlers if _may_be_named(handler, one.name)), None)
        if similar is None:
            yield (
                f"{place}: no handler of the recipe's roles has the name '{one.name}' or listens to it, and that would "
                f"end the builds of all images: correct notify, or the handler's name{one.doubt}"
            )
        else:
            yield (
                f"{place}: '{one.name}' can only be the handler '{similar.template}' ({similar.place}), whose name "
                "Ansible evaluates without variables of the host, and that would end the builds of all images: give "
                "the variable as a plain value in the role's own vars in the recipe, rather than in the recipe's vars "
                f"or the inventory, or give the handler a topic with listen{one.doubt}"
            )


def mixed_up(
    handlers: Mapping[str, Sequence[Handler]], notifications: Mapping[str, Sequence[Notification]]
) -> dict[str, tuple[str, ...]]:
    """Problems by recipe: its notifications that could run a handler of another recipe's role.

    All images share the handlers of the play: of those of one name the last that was loaded runs, of a topic all do.
    """
    found: dict[str, dict[str, None]] = {recipe: {} for recipe in handlers}
    for recipe, sent in notifications.items():
        foreign = [(other, handler) for other in handlers if other != recipe for handler in handlers[other]]
        for name in dict.fromkeys(one.name for one in sent if not one.pattern):
            own = [handler for handler in handlers[recipe] if name in handler.reached_by]
            own_files = {handler.file for handler in own}
            for other, handler in foreign if own else ():
                if name in handler.reached_by and handler.file not in own_files:
                    text = _mix_up(recipe, other, name, own[-1], handler)
                    found[recipe][text] = None
                    found[other][text] = None
    return {recipe: tuple(texts) for recipe, texts in found.items()}


def _mix_up(recipe: str, other: str, name: str, own: Handler, foreign: Handler) -> str:
    return (
        f"handler '{name}': the image {recipe} notifies that of role {own.role} ({own.place}), but the image {other} "
        f"has one in role {foreign.role} ({foreign.place}), and images of one run share their handlers: build them in "
        "separate runs (with --limit, or as separate job templates), or give the handlers different names"
    )


def _may_be_named(handler: Handler, name: str) -> bool:
    """Whether a handler whose name is unknown may have this one."""
    if handler.names or not handler.template:
        return False
    sample = re.sub(r"\{\{.*?\}\}", "x", name)
    return name == handler.template or bool(re.fullmatch(f"(.* : )?{wildcards(handler.template)}", sample))
