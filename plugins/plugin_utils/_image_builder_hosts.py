# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which image builders become hosts of the inventory, and with what names, variables and groups.

Image builders are dictionaries in snake_case form with their ``region`` and, where they have been read, ``tags``.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.states import (
    IMAGE_BUILDER_STATES,
    READY,
    eni_address,
    image_builder_is,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.temporary import is_temporary

Builder = Mapping[str, Any]
# Per filter the patterns, of which one must match.
Filters = Mapping[str, Sequence[str]]

GROUP = "appstream_image_builders"
ALL_STATES = "all"
TAG = "tag:"
TAG_KEY = "tag-key"

# Ansible reserves these names: as variables of a host they would be warned of in every task.
RESERVED_NAMES: Mapping[str, str] = {"name": "image_builder_name", "tags": "image_builder_tags"}

_FILTERS: Mapping[str, Callable[[Builder], Iterable[Any]]] = {
    "description": lambda builder: [builder.get("description")],
    "directory_name": lambda builder: [_domain(builder).get("directory_name")],
    "display_name": lambda builder: [builder.get("display_name")],
    "iam_role_arn": lambda builder: [builder.get("iam_role_arn")],
    "image_arn": lambda builder: [builder.get("image_arn")],
    "image_name": lambda builder: [str(arn).rsplit("/", 1)[-1] for arn in [builder.get("image_arn")] if arn],
    "instance_type": lambda builder: [builder.get("instance_type")],
    "name": lambda builder: [builder.get("name")],
    "organizational_unit": lambda builder: [_domain(builder).get("organizational_unit_distinguished_name")],
    "platform": lambda builder: [builder.get("platform")],
    "security_group_id": lambda builder: _network(builder).get("security_group_ids") or [],
    "subnet_id": lambda builder: _network(builder).get("subnet_ids") or [],
    TAG_KEY: lambda builder: builder.get("tags") or {},
}
# Names of the Domain Name System and of directories have no case.
_WITHOUT_CASE = frozenset({"directory_name", "organizational_unit"})


def _domain(builder: Builder) -> Mapping[str, Any]:
    return builder.get("domain_join_info") or {}


def _network(builder: Builder) -> Mapping[str, Any]:
    return builder.get("vpc_config") or {}


# Options ------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which image builders become hosts. ``states``: empty for all states."""

    states: frozenset[str]
    filters: Filters
    exclude: Sequence[Filters]
    include_temporary: bool

    @property
    def by_tags(self) -> bool:
        """Whether only tags can tell if an image builder is wanted."""
        return any(_is_of_tags(name) for filters in (self.filters, *self.exclude) for name in filters)


def read_states(value: Any) -> frozenset[str]:
    """Return option ``states``, empty for all states. Raises ValueError when a state does not exist."""
    if not isinstance(value, list) or not value or not all(isinstance(state, str) for state in value):
        raise ValueError("states must be a list of states, such as [RUNNING]")
    wanted = {state.strip().upper() for state in value}
    if ALL_STATES.upper() in wanted:
        return frozenset()
    known = sorted(state for state in IMAGE_BUILDER_STATES if state)
    unknown = sorted(wanted.difference(known))
    if unknown:
        raise ValueError(f"states: there is no state {', '.join(unknown)}; states are {', '.join(known)}, {ALL_STATES}")
    return frozenset(wanted)


def read_filters(value: Any, option: str) -> dict[str, list[str]]:
    """Return a dictionary of filters with a list of patterns each.

    ``option`` names it in errors. Raises ValueError when a filter does not exist or its value is not text.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"{option} must be a dictionary of filters, such as {{'tag:CostCenter': '42'}}")
    return {str(name): _patterns(name, patterns, option) for name, patterns in value.items()}


def read_exclude_filters(value: Any) -> list[dict[str, list[str]]]:
    """Return option ``exclude_filters``. Raises ValueError as ``read_filters``, or when it is not a list."""
    if not isinstance(value, list):
        raise ValueError("exclude_filters must be a list of dictionaries of filters")
    read = [read_filters(filters, f"exclude_filters[{index}]") for index, filters in enumerate(value)]
    if not all(read):
        raise ValueError("exclude_filters: an empty dictionary would exclude everything")
    return read


def _patterns(name: Any, value: Any, option: str) -> list[str]:
    if name not in _FILTERS and not (isinstance(name, str) and name.startswith(TAG) and name != TAG):
        raise ValueError(f"{option}: there is no filter {name}; filters are {', '.join(_FILTERS)}, {TAG}KEY")
    patterns = value if isinstance(value, list) else [value]
    # YAML makes yes a boolean and 1.10 a number that is 1.1.
    if not patterns or not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in patterns):
        raise ValueError(f"{option}: {name} must be text or a list of texts; quote what is not a whole number")
    return [str(one) for one in patterns]


# Selection ----------------------------------------------------------------------------------------------------------


def may_be_selected(builder: Builder, selection: Selection) -> bool:
    """Say whether an image builder whose tags are not known yet can still be wanted."""
    if selection.states and builder.get("state") not in selection.states:
        return False
    if not selection.include_temporary and is_temporary(builder):
        return False
    if not _matches(builder, {name: one for name, one in selection.filters.items() if not _is_of_tags(name)}):
        return False
    decided = [filters for filters in selection.exclude if not any(map(_is_of_tags, filters))]
    return not any(_matches(builder, filters) for filters in decided)


def is_selected(builder: Builder, selection: Selection) -> bool:
    """Say whether an image builder with its tags is wanted."""
    return (
        may_be_selected(builder, selection)
        and _matches(builder, selection.filters)
        and not any(_matches(builder, filters) for filters in selection.exclude)
    )


def is_running(builder: Builder) -> bool:
    """Say whether the image builder is in the state in which it can be connected to."""
    return image_builder_is(READY, builder.get("state"))


def address_of(builder: Builder) -> str | None:
    """Return the address to connect to; None unless it is running, because a start may change it."""
    return eni_address(builder) if is_running(builder) else None


def _is_of_tags(name: str) -> bool:
    return name == TAG_KEY or name.startswith(TAG)


def _matches(builder: Builder, filters: Filters) -> bool:
    return all(
        any(_is_like(value, pattern, name in _WITHOUT_CASE) for value in _values(builder, name) for pattern in patterns)
        for name, patterns in filters.items()
    )


def _values(builder: Builder, name: str) -> list[str]:
    """Return what an image builder has of a filter's attribute."""
    tags = builder.get("tags") or {}
    key = name[len(TAG) :]
    found = ([tags[key]] if key in tags else []) if name.startswith(TAG) else _FILTERS[name](builder)
    return [str(value) for value in found if value is not None]


def _is_like(value: str, pattern: str, without_case: bool) -> bool:
    """Compare as filters of EC2 do: ``*`` stands for any text, ``?`` for one character, everything else for itself."""
    parts = {"*": ".*", "?": "."}
    expression = "".join(parts.get(character, re.escape(character)) for character in pattern)
    return bool(re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if without_case else 0)))


# Hosts --------------------------------------------------------------------------------------------------------------


def host_variables(builder: Builder, prefix: str, suffix: str) -> dict[str, Any]:
    """Return the variables of an image builder's host. ``ansible_host`` has no prefix and no suffix."""
    variables = {f"{prefix}{RESERVED_NAMES.get(name, name)}{suffix}": value for name, value in builder.items()}
    address = address_of(builder)
    return {**variables, "ansible_host": address} if address else variables


def groups_of(builder: Builder) -> list[str]:
    """Return the groups every image builder is in by what it is, not yet made safe for Ansible."""
    told = [
        ("platform", builder.get("platform")),
        ("state", builder.get("state")),
        ("directory", _domain(builder).get("directory_name")),
        ("region", builder.get("region")),
    ]
    groups = [f"{kind}_{value}".lower() for kind, value in told if value]
    return groups + ["_".join(filter(None, ("tag", *tag))) for tag in sorted((builder.get("tags") or {}).items())]


def unique_names(named: Sequence[tuple[str, Builder]]) -> list[str]:
    """Return a name for each host, with ``@`` and the Region where several Regions have the same.

    Raises ValueError when two hosts of one Region would have the same name.
    """
    often = Counter(name for name, _builder in named)
    names = [f"{name}@{builder['region']}" if often[name] > 1 else name for name, builder in named]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ValueError(f"hostname gives several image builders the name {', '.join(twice)}")
    return names
