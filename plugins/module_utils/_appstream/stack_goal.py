# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``stack`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import stack_settings, stacks
from .core.calls import ALREADY_EXISTS, require_support
from .core.errors import AppStreamError
from .core.tags import tags_after, with_tags, write_tags
from .fleets import describe_fleet
from .stack_validation import settings_problems
from .stacks import Stack

RESULT_KEY = "stack"


@dataclass(frozen=True)
class Wish:
    """What the options of module ``stack`` ask for; ``fleet`` and ``tags`` None: leave alone, fleet '': none."""

    name: str
    settings: dict[str, Any]
    fleet: str | None
    tags: dict[str, Any] | None
    purge_tags: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``stack``."""
        return cls(
            name=options["name"],
            settings=stack_settings.wanted_settings(options, options["purge_attributes"]),
            fleet=options["fleet"],
            tags=options["tags"],
            purge_tags=options["purge_tags"],
        )


@dataclass(frozen=True)
class Plan:
    """What a stack is and what it is to be: settings in normal form, tags, fleets; ``request`` makes one the other."""

    settings: dict[str, Any]
    tags: dict[str, str]
    fleets: list[str]
    request: dict[str, Any]

    @property
    def view(self) -> dict[str, Any]:
        """Return what the stack is to be, for people to read."""
        return {**stack_settings.shown(self.settings), "tags": self.tags, "fleets": self.fleets}


def read(client: Any, name: str) -> Stack:
    """Return a stack with its tags and fleets, None when there is none. Raises AppStreamError."""
    stack = stacks.describe_stack(client, name)
    return stack and stacks.with_fleets(client, with_tags(client, stack))


def view(stack: Stack) -> dict[str, Any]:
    """Return what can be changed of a stack, for people to read; {} when it does not exist."""
    if stack is None:
        return {}
    settings = stack_settings.shown(stack_settings.normal_settings(stack))
    return {**settings, "tags": stack["tags"], "fleets": stack["fleets"]}


def plan(before: Stack, wish: Wish) -> Plan:
    """Return what is to become of a stack."""
    current = stack_settings.normal_settings(before)
    after = stack_settings.settings_after(current, wish.settings)
    known = before or {"tags": {}, "fleets": []}
    fleets = known["fleets"] if wish.fleet is None else [wish.fleet] if wish.fleet else []
    return Plan(
        settings=after,
        tags=tags_after(known["tags"], wish.tags, wish.purge_tags),
        fleets=fleets,
        request=stack_settings.change_request(current, after, wish.settings),
    )


def require_possible(client: Any, before: Stack, after: Plan, wish: Wish) -> None:
    """Raise AppStreamError when the stack cannot become what it is to be, before anything is changed."""
    current = stack_settings.normal_settings(before)
    changes = {option: value for option, value in after.settings.items() if value != current[option]}
    problems = settings_problems(changes)
    if problems:
        raise AppStreamError(f"Stack {wish.name} is not possible like this: {'; '.join(problems)}")
    if after.request:
        require_support(client, "UpdateStack" if before else "CreateStack", after.request)
    present = before["fleets"] if before else []
    if wish.fleet and wish.fleet not in present and describe_fleet(client, wish.fleet) is None:
        raise AppStreamError(
            f"Stack {wish.name} cannot be given fleet {wish.fleet}, which does not exist",
            remedy="Create the fleet first, for example with module euc.appstream.fleet.",
        )


def predicted(before: Stack, after: Plan, wish: Wish) -> dict[str, Any]:
    """Return the stack as it would be, as far as that can be known."""
    lost = set() if before is None else stack_settings.shown(stack_settings.normal_settings(before)).keys()
    kept = {key: value for key, value in (before or {}).items() if key not in lost}
    return {"name": wish.name, **kept, **after.view}


def carry_out(client: Any, before: Stack, wish: Wish) -> dict[str, Any]:
    """Create or change the stack and return it. Raises AppStreamError.

    What was done before a failure stays done; running again does the rest.
    """
    after = plan(before, wish)
    if before is None:
        try:
            stack = stacks.create_stack(client, wish.name, _creation_request(after))
        except AppStreamError as error:
            current = read(client, wish.name) if error.code == ALREADY_EXISTS else None
            if current is None:
                raise
            # The answer to a call that was repeated got lost, or somebody else was faster.
            return carry_out(client, current, wish)
        before = {**stack, "tags": after.tags, "fleets": []}
    elif after.request:
        updated = stacks.update_stack(client, wish.name, after.request)
        before = {**updated, "tags": before["tags"], "fleets": before["fleets"]}
    write_tags(client, before["arn"], before["tags"], after.tags)
    _bring_fleets(client, wish.name, before["fleets"], after.fleets)
    return {**before, "tags": after.tags, "fleets": after.fleets}


def _creation_request(after: Plan) -> dict[str, Any]:
    return {**after.request, "Tags": after.tags} if after.tags else after.request


def _bring_fleets(client: Any, name: str, present: list[str], wanted: list[str]) -> None:
    """Associate the wanted fleets; the others are taken off first, because a stack has one at most."""
    for fleet in present:
        if fleet not in wanted:
            stacks.disassociate_fleet(client, name, fleet)
    for fleet in wanted:
        if fleet not in present:
            stacks.associate_fleet(client, name, fleet)


def remove(client: Any, stack: dict[str, Any]) -> None:
    """Take a stack's fleets off, then delete it. Raises AppStreamError."""
    _bring_fleets(client, stack["name"], stack["fleets"], [])
    stacks.delete_stack(client, stack["name"])
