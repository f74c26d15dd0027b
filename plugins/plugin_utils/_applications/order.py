# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""In which order applications that depend on each other come.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def order_problems(applications: Iterable[Mapping[str, Any]]) -> list[str]:
    """Dependencies on what is not in the list, and circles of them."""
    applications = list(applications)
    names = {application["name"] for application in applications}
    problems = []
    for application in applications:
        unknown = [name for name in _dependencies(application) if name not in names]
        problems += [
            f"Application {application['name']}: it depends on {name}, which is not in the list: add or correct it."
            for name in unknown
        ]
    if problems:
        return problems
    circle = _circle({application["name"]: _dependencies(application) for application in applications})
    return [f"Applications depend on each other in a circle: {' -> '.join(circle)}."] if circle else []


def order(applications: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names, each after those it depends on, otherwise in the order of the list; there must be no circles."""
    waiting = {application["name"]: _dependencies(application) for application in applications}
    done: list[str] = []
    while waiting:
        name = next(name for name, needed in waiting.items() if not any(one in waiting for one in needed))
        done.append(name)
        del waiting[name]
    return done


def _dependencies(application: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in application.get("depends_on") or []]


def _circle(dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """Names along a circle, the first one also at its end; empty when there is none."""
    remaining = dict(dependencies)
    while True:
        free = [name for name, needed in remaining.items() if not any(one in remaining for one in needed)]
        if not free:
            break
        for name in free:
            del remaining[name]
    if not remaining:
        return []
    path = [next(iter(remaining))]
    while path[-1] not in path[:-1]:
        path.append(next(name for name in remaining[path[-1]] if name in remaining))
    return path[path.index(path[-1]) :]
