# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the templates and conditions of a role are known to yield before the builder is there.

A template is evaluated, by Ansible itself, only when every variable it reads is known and stays as it is: one that a
task sets, a fact that differs between builders, or a lookup that runs something make it unknown.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ansible.playbook.conditional import Conditional
from ansible.template import Templar
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.conditions import judge
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.set_by_tasks import SetByTasks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.templates import (
    is_template,
    pieces,
    trusted,
    variables_read,
)

# True of every Windows machine; all its other facts are unknown.
_FACTS: dict[str, Any] = {"os_family": "Windows", "system": "Win32NT"}
# Names that Windows may have; a condition on the name is known when it holds for all of them, or for none.
_DISTRIBUTIONS = (
    "Microsoft Windows Server 2022 Datacenter",
    "Microsoft Windows 11 Enterprise",
    "Microsoft Windows Server 2025 Datacenter",
    "Microsoft Windows Server 2019 Datacenter",
    "Microsoft Windows Server 2016 Datacenter",
    "Microsoft Windows 10 Enterprise",
)
# Variables that Ansible makes itself and that differ between this examination and the build.
_OF_THE_RUN = frozenset(
    {
        "ansible_dependent_role_names",
        "ansible_play_batch",
        "ansible_play_hosts",
        "ansible_play_hosts_all",
        "ansible_play_name",
        "ansible_play_role_names",
        "ansible_role_names",
        "group_names",
        "groups",
        "hostvars",
        "inventory_dir",
        "inventory_file",
        "inventory_hostname",
        "inventory_hostname_short",
        "omit",
        "play_hosts",
        "playbook_dir",
        "role_names",
        "role_uuid",
    }
)
_RUNTIME_PREFIXES = ("ansible_", "appstream_", "build_image_", "__build_image")

UNKNOWN: Any = object()
_FAILED: Any = object()  # the result of a template that can't be evaluated


class Values:
    """The variables of one task, as far as they are known before the build."""

    def __init__(
        self,
        variables: Mapping[str, Any],
        set_by_tasks: SetByTasks,
        *,
        loader: Any,
        fixed: Collection[str] = (),
        given: Mapping[str, Any] | None = None,
        facts: bool = True,
        memory: dict[Any, list[Any]] | None = None,
    ) -> None:
        """``fixed`` win over what tasks set.

        ``given`` are those the user has given the host: the only source of what Ansible says of a run. ``memory`` keeps
        what was evaluated: the items of a loop often have their condition in common.
        """
        self._loader = loader
        self._set_by_tasks = set_by_tasks
        self._fixed = frozenset(fixed)
        self._unknown: frozenset[str] = frozenset()
        self._facts = facts
        self._memory = {} if memory is None else memory
        self.variables = {name: value for name, value in variables.items() if name not in _OF_THE_RUN}
        self.variables |= {name: value for name, value in (given or {}).items() if name in _OF_THE_RUN}
        if facts:
            self.variables |= {"ansible_facts": _FACTS, **{f"ansible_{name}": value for name, value in _FACTS.items()}}

    def with_item(self, variables: Mapping[str, Any]) -> Values:
        """The same with the variables of a loop's item."""
        other = copy.copy(self)
        other.variables = {**self.variables, **variables}
        other._fixed = self._fixed | set(variables)
        other._unknown = self._unknown - set(variables)
        return other

    def without(self, names: Collection[str]) -> Values:
        """The same with variables that are unknown."""
        other = copy.copy(self)
        other._unknown = self._unknown | set(names)
        return other

    def value(self, template: Any) -> Any:
        """What the template yields, or UNKNOWN."""
        if isinstance(template, str) and not is_template(template):
            return template
        result = _common(self._results(_evaluated, template, template))
        return UNKNOWN if result is _FAILED else result

    def fails(self, template: str) -> bool:
        """Whether everything the template reads is known, and it can't be evaluated."""
        return _common(self._results(_evaluated, template, template)) is _FAILED

    def condition_fails(self, condition: Any) -> bool:
        """The same for a condition."""
        return isinstance(condition, str) and bool(condition.strip()) and self._judged(condition) is _FAILED

    def holds(self, conditions: Any) -> bool | None:
        """Whether all conditions hold; None when that can't be known, and False when one surely does not."""
        results = [self._holds(one) for one in (conditions if isinstance(conditions, list) else [conditions])]
        if False in results:
            return False
        return None if None in results else True

    def pattern(self, template: str) -> str:
        """Regular expression for what the template may yield: its unknown pieces match everything."""
        found = pieces(template)
        if found is None:
            return ".*"
        return "".join(self._pattern_of(trusted(text)) if is_template(text) else re.escape(text) for text in found)

    def _pattern_of(self, template: str) -> str:
        results = self._results(_evaluated, template, template)
        if not results or not all(isinstance(result, str) for result in results):
            return ".*"
        value = _common(results)
        return re.escape(_common_start(results)) + ".*" if value is UNKNOWN else re.escape(value)

    def _holds(self, condition: Any) -> bool | None:
        if condition is None or condition == "":
            return True
        if isinstance(condition, bool):
            return condition
        if not isinstance(condition, str):
            return None
        return self._leaf(condition) if is_template(condition) else judge(condition, self._leaf)

    def _leaf(self, condition: str) -> bool | None:
        result = self._judged(condition)
        return result if isinstance(result, bool) else None

    def _judged(self, condition: str) -> Any:
        source = condition if is_template(condition) else f"{{{{ {condition} }}}}"
        return _common(self._results(_evaluated_condition, condition, source))

    def _results(self, evaluate: Callable[[Any, Any], Any], template: Any, source: Any) -> list[Any]:
        """Results for all names of Windows, a single one when the name does not matter.

        None when the source reads what is unknown.
        """
        read: set[str] = set()
        if not self._is_known(source, read):
            return []
        known = {name: self.variables.get(name) for name in (*sorted(read), "ansible_search_path")}
        key = (evaluate, repr(template), repr(known))
        if key not in self._memory:
            names = _DISTRIBUTIONS if "distribution" in read else _DISTRIBUTIONS[:1]
            self._memory[key] = [self._result(evaluate, template, name) for name in names]
        return self._memory[key]

    def _result(self, evaluate: Callable[[Any, Any], Any], template: Any, distribution: str) -> Any:
        facts = {**_FACTS, "distribution": distribution}
        variables = {**self.variables, "ansible_facts": facts, "ansible_distribution": distribution}
        try:
            return evaluate(Templar(loader=self._loader, variables=variables), template)
        except Exception:  # whatever a template or a filter of the user's may raise
            return _FAILED

    def _is_known(self, value: Any, read: set[str]) -> bool:
        """Whether everything the value reads is known. Its templates, variables and facts are added to ``read``."""
        if isinstance(value, Mapping):
            return all(self._is_known(one, read) for pair in value.items() for one in pair)
        if isinstance(value, (list, tuple)):
            return all(self._is_known(one, read) for one in value)
        if not is_template(value) or value in read:
            return True
        read.add(value)
        chains = variables_read(str(value))
        return chains is not None and all(self._is_chain_known(name, path, read) for name, path in chains)

    def _is_chain_known(self, name: str, path: tuple[Any, ...], read: set[str]) -> bool:
        read.add(name)
        if name in self._unknown:
            return False
        if self._facts and (name == "ansible_distribution" or (name, path[:1]) == ("ansible_facts", ("distribution",))):
            read.add("distribution")
            return True
        if name == "ansible_facts":
            return self._facts and bool(path) and path[0] in _FACTS
        if name in self._set_by_tasks and name not in self._fixed:
            return False
        if name not in self.variables:
            return not (name in _OF_THE_RUN or name.startswith(_RUNTIME_PREFIXES))
        value = self.variables[name]
        for key in path:
            if not isinstance(value, Mapping) or key not in value:
                break
            value = value[key]
        return self._is_known(value, read)


def _evaluated(templar: Any, template: Any) -> Any:
    return templar.template(template)


def _evaluated_condition(templar: Any, condition: str) -> Any:
    if hasattr(templar, "evaluate_conditional"):
        return templar.evaluate_conditional(trusted(condition))
    conditional = Conditional(loader=templar._loader)
    conditional.when = [condition]
    return conditional.evaluate_conditional(templar, templar.available_variables)


def _common(results: Sequence[Any]) -> Any:
    """The result that all of them are, or UNKNOWN."""
    return results[0] if results and all(result == results[0] for result in results) else UNKNOWN


def _common_start(texts: Sequence[str]) -> str:
    differing = next((n for n, characters in enumerate(zip(*texts)) if len(set(characters)) > 1), None)
    return min(texts, key=len) if differing is None else texts[0][:differing]
