# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Goes through the items of a task's loop as far as they are known.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.first_found import first_found
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.values import UNKNOWN, Values

_MOST_ITEMS = 200
_OF_LISTS = (None, "items", "list", "flattened")


class Item(NamedTuple):
    """An item of a loop, or a task without loop."""

    values: Values  # of the task, for this item
    variables: Mapping[str, Any]  # of the item; none when they are not known
    certain: bool  # whether there will be such an item


def items(task: Any, values: Values, loader: Any) -> Iterator[Item]:
    """Each item of the task's loop; the task itself when it has none."""
    if task.loop is None:
        yield Item(values, {}, True)
        return
    variable = _variable(task)
    for value, certain in _values(task, values, loader):
        if value is UNKNOWN:
            yield Item(without_item(task, values), {}, certain)
        else:
            variables = {variable: value}
            yield Item(values.with_item(variables), variables, certain)


def without_item(task: Any, values: Values) -> Values:
    """What is known whichever the item is."""
    return values if task.loop is None else values.without([_variable(task)])


def _values(task: Any, values: Values, loader: Any) -> list[tuple[Any, bool]]:
    kind, terms = task.loop_with, task.loop
    if kind == "first_found":
        return list(first_found(terms, values, task, loader))
    if kind in _OF_LISTS and not isinstance(terms, list):
        terms = values.value(terms)
    if kind not in _OF_LISTS or not isinstance(terms, list):
        return [(UNKNOWN, True)]
    found: list[Any] = []
    for value in map(values.value, terms[:_MOST_ITEMS]):
        found += value if kind in ("items", "flattened") and isinstance(value, list) else [value]
    return [(value, True) for value in found]


def _variable(task: Any) -> str:
    return str(getattr(task.loop_control, "loop_var", None) or "item")
