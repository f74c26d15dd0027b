# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compares the application catalog of an image builder with the wanted one, and plans the way there.

A catalog entry is a dict of strings: ``name``, ``path`` and, when known, ``display_name``, ``icon``,
``working_directory``, ``launch_parameters``, ``manifest`` (paths on the builder). A missing key means unknown in a
listed entry and "leave alone" in a wanted one; an empty value means that there is none, or the Image Assistant's own.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_commands import (
    launch_parameters_meant,
    same_launch_parameters,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import comparable_path

Entry = dict[str, str]

ATTRIBUTES = ("path", "display_name", "icon", "working_directory", "launch_parameters", "manifest")
_PATHS = frozenset({"path", "icon", "working_directory", "manifest"})
_ICON_COPIES = comparable_path(r"C:\ProgramData\Amazon\Photon\AppCatalogHelper\AppIcons") + "\\"
"""The Image Assistant's own copies of icons. Unproven [listed_icon_paths]: whether it lists those or the paths it was
given."""


@dataclass(frozen=True)
class Plan:
    """What to do, in order: ``remove`` (for good), ``replace`` (former and new entry), ``add``.

    ``before`` and ``after`` are whole catalogs.
    """

    before: list[Entry]
    after: list[Entry]
    remove: list[Entry]
    replace: list[tuple[Entry, Entry]]
    add: list[Entry]

    @property
    def changed(self) -> bool:
        return bool(self.remove or self.replace or self.add)

    @property
    def to_add(self) -> list[Entry]:
        """Every entry that will be passed to add-application."""
        return [*(new for _former, new in self.replace), *self.add]

    @property
    def lost_icons(self) -> list[str]:
        """Names of the entries whose icon will become that of their program, though nobody asked for that."""
        return [new["name"] for former, new in self.replace if loses_icon(former, new)]


def plan_present(listed: Sequence[Entry], wanted: Sequence[Entry], purge: bool) -> Plan:
    """Plan that makes every wanted entry present as given; with ``purge`` nothing else stays."""
    former = _by_name(listed)
    kept = _by_name(wanted)
    add = [entry for entry in wanted if entry["name"].casefold() not in former]
    replace, unchanged = [], []
    for entry in wanted:
        current = former.get(entry["name"].casefold())
        if current is None:
            continue
        if differences(entry, current):
            replace.append((current, merged(current, entry)))
        else:
            unchanged.append(current)
    others = [entry for entry in listed if entry["name"].casefold() not in kept]
    return Plan(
        before=list(listed),
        after=[*([] if purge else others), *unchanged, *(new for _former, new in replace), *add],
        remove=others if purge else [],
        replace=replace,
        add=add,
    )


def plan_absent(listed: Sequence[Entry], names: Iterable[str]) -> Plan:
    """Plan that removes the entries of these names."""
    unwanted = {name.casefold() for name in names}
    remove = [entry for entry in listed if entry["name"].casefold() in unwanted]
    return Plan(
        before=list(listed), after=[entry for entry in listed if entry not in remove], remove=remove, replace=[], add=[]
    )


def differences(wanted: Mapping[str, str], listed: Mapping[str, str]) -> list[str]:
    """Sentences about the attributes known on both sides that differ."""
    found = []
    if wanted["name"] != listed["name"]:
        found.append(f"name is {listed['name']!r}, not {wanted['name']!r}")
    for attribute in ATTRIBUTES:
        if attribute in wanted and attribute in listed and not _same(attribute, wanted[attribute], listed[attribute]):
            found.append(f"{attribute} is {listed[attribute]!r}, not {wanted[attribute]!r}")
    return found


def merged(former: Mapping[str, str], wanted: Mapping[str, str]) -> Entry:
    """The wanted entry completed with what is known of the former one and can be passed to add-application.

    The Image Assistant's own copy of an icon can't: it may be gone with the former entry.
    """
    known = {key: value for key, value in former.items() if not (key == "icon" and _is_icon_copy(value))}
    if "launch_parameters" in known:
        known["launch_parameters"] = launch_parameters_meant(known["launch_parameters"])
    return {**known, **wanted}


def loses_icon(former: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether the former entry's icon is one that can't be passed on, and the new entry says nothing of it."""
    return "icon" not in new and _is_icon_copy(former.get("icon", ""))


def deviations(plan: Plan, listed: Sequence[Entry]) -> list[str]:
    """What a catalog read back after the changes lacks, as sentences."""
    found = _by_name(listed)
    problems = [
        f"{entry['name']} is still in the catalog" for entry in plan.remove if entry["name"].casefold() in found
    ]
    for entry in plan.to_add:
        current = found.get(entry["name"].casefold())
        if current is None:
            problems.append(f"{entry['name']} is not in the catalog")
        else:
            found_different = differences(entry, current)
            problems += [f"{entry['name']}: {difference}" for difference in found_different]
            if any(difference.startswith("launch_parameters") for difference in found_different):
                problems.append(
                    f"{entry['name']}: register a .bat file that starts the program with its parameters, and leave "
                    "launch_parameters out"
                )
    return problems


def as_diff(plan: Plan) -> dict[str, dict[str, Entry]]:
    """The ``diff`` of a task result: whole catalogs by name."""
    return {
        side: {
            entry["name"]: {key: value for key, value in sorted(entry.items()) if key != "name"} for entry in entries
        }
        for side, entries in (("before", plan.before), ("after", plan.after))
    }


def _by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {entry["name"].casefold(): entry for entry in entries}


def _same(attribute: str, wanted: str, listed: str) -> bool:
    if attribute == "icon" and _is_icon_copy(listed):
        return True
    if attribute in _PATHS and wanted and listed:
        return comparable_path(wanted) == comparable_path(listed)
    return same_launch_parameters(wanted, listed) if attribute == "launch_parameters" else wanted == listed


def _is_icon_copy(path: str) -> bool:
    return comparable_path(path).startswith(_ICON_COPIES) if path else False
