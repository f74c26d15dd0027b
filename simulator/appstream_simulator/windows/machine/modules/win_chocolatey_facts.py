# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""chocolatey.chocolatey.win_chocolatey_facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import chocolatey
from . import chocolatey_module
from .task import Option, Task

OPTIONS = {"filter": Option("list", ["all"], ("gather_subset",))}


def run(task: Task) -> dict[str, Any]:
    """Tell what Chocolatey has: config, features, sources, packages, and which of them are outdated."""
    wanted = task.options(OPTIONS)["filter"]
    chocolatey_module.check(task)
    gathered = {name: gather(task) for name, gather in _FACTS.items() if {"all", name} & set(wanted)}
    return {"ansible_facts": {"ansible_chocolatey": {**gathered, "filter": wanted}}}


def _config(task: Task) -> Any:
    return {name: chocolatey_module.value(text) for name, text in chocolatey.settings(task.disk).items()}


def _features(task: Task) -> Any:
    return chocolatey.features(task.disk)


def _sources(task: Task) -> Any:
    return [chocolatey_module.described(source) for source in chocolatey.sources(task.disk)]


def _packages(task: Task) -> Any:
    return [{"package": name, "version": version} for name, version in chocolatey.installed(task.disk).items()]


def _outdated(task: Task) -> Any:
    feeds, pins, found = chocolatey.feeds(task.disk, None), chocolatey.pins(task.disk), []
    for name, version in chocolatey.installed(task.disk).items():
        offer = chocolatey.find(task.machine.shelf.chocolatey, name, None, feeds)
        if offer and chocolatey.order(offer.version) > chocolatey.order(version):
            versions = {"current_version": version, "available_version": offer.version}
            found.append({"package": name, **versions, "pinned": name in pins})
    return found


_FACTS: dict[str, Callable[[Task], Any]] = {
    "config": _config,
    "feature": _features,
    "sources": _sources,
    "packages": _packages,
    "outdated": _outdated,
}
