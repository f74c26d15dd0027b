# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Loads roles and files of tasks with Ansible's own classes, into a play that is never run.

Everything is loaded as Ansible does it. Only when that fails, it is loaded piece by piece, so that all faults are found
and not just the first.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.inventory.manager import InventoryManager
from ansible.parsing.mod_args import ModuleArgsParser
from ansible.playbook.block import Block
from ansible.playbook.helpers import load_list_of_blocks
from ansible.playbook.play import Play
from ansible.playbook.role import Role
from ansible.playbook.role.include import RoleInclude
from ansible.playbook.role_include import IncludeRole
from ansible.playbook.task_include import TaskInclude
from ansible.template import Templar
from ansible.vars.manager import VariableManager
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.files import include_path
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.findings import Findings
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.set_by_tasks import (
    TRUSTED,
    SetByTasks,
    names_set_by,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.values import Values


class Loading:
    """A play of its own for the roles of one recipe."""

    def __init__(self, loader: Any, variables: Mapping[str, Any], findings: Findings) -> None:
        self.loader = loader
        self.place_of = findings.places.of
        self._findings = findings
        self._given = variables
        inventory = InventoryManager(loader=loader, sources=None, parse=False)
        self._ansible = {"variable_manager": VariableManager(loader=loader, inventory=inventory), "loader": loader}
        self._set_by_tasks = SetByTasks()
        self._memory: dict[Any, list[Any]] = {}
        self._reported = 0
        self._scanned: set[str] = set()
        self._open_files: list[str] = []
        self._open_roles: list[tuple[str, str]] = []
        self.play = Play.load({"name": "Examine roles", "hosts": "all", "gather_facts": False}, **self._ansible)

    def values(self, task: Any) -> Values:
        """What is known of a task's variables on the host. Recipe and inventory come between role defaults and vars."""
        variables = self._variables(task, self._given)
        variables["ansible_search_path"] = [*task.get_search_path(), self.loader.get_basedir()]
        fixed = {*self._ansible["variable_manager"].extra_vars, *task.get_include_params()}
        if task._role:
            fixed.update(task._role.get_role_params(task.get_dep_chain()))
        return Values(
            variables,
            self._set_by_tasks,
            loader=self.loader,
            fixed=fixed,
            given=self._given,
            memory=self._memory,
        )

    def values_without_host(self, task: Any) -> Values:
        """What Ansible knows of a task when it loads it, and when it evaluates the names of handlers."""
        return Values(self.variables_without_host(task), SetByTasks(), loader=self.loader, facts=False)

    def variables_without_host(self, task: Any) -> dict[str, Any]:
        return self._variables(task, {})

    def role_import(self, task: Mapping[str, Any], **options: Any) -> Any:
        """A task that imports a role, which is not loaded yet."""
        include = IncludeRole.load(dict(task), **self._with_block(options))
        include.statically_loaded = True
        return include

    def role_found(self, include: Any) -> Any:
        """The role that a task names; Ansible's own error when there is none."""
        return RoleInclude.load(
            include._role_name, play=self.play, collection_list=include.collections, **self._ansible
        )

    def role_blocks(self, include: Any, place: str) -> tuple[list[Any], list[Any]]:
        """Blocks of tasks and blocks of handlers that ``include`` brings, dependencies included."""
        handlers, roles, cache = list(self.play.handlers), list(self.play.roles), dict(self.play.role_cache)
        try:
            blocks, _handlers = _copied(include).get_block_list(play=self.play, **self._ansible)
        except Exception as error:  # Ansible raises whatever comes from malformed YAML
            self.play.handlers, self.play.roles, self.play.role_cache = handlers, roles, cache
            with self._at_least(str(include._role_name), error, place):
                blocks = self._opened_role(include, error, place)
        self._scan_roles()
        return blocks, self.play.handlers[len(handlers) :]

    def file_blocks(self, include: Any, path: str, name: str | None, item: Mapping[str, Any], place: str) -> list[Any]:
        """Blocks of a file that include_tasks brings. ``name`` replaces a template that can't be evaluated."""
        parent = _copied(include)
        parent.vars = {**parent.vars, **item}
        if name is not None:
            parent.args["_raw_params"] = name
        try:
            data = self._read(path)
            block = parent.build_parent_block()
        except Exception as error:
            self.could_not_load(_name_of(include._role), error, place)
            return []
        handlers = hasattr(include, "listen")
        return self.blocks(data, place, role=include._role, parent_block=block, use_handlers=handlers)

    def blocks(self, data: Any, place: str, **options: Any) -> list[Any]:
        """Blocks of a list of tasks; those that can't be loaded are reported and left out."""
        role = _name_of(options["role"])
        if data is None:
            return []
        if not isinstance(data, list):
            error = ValueError("a file of tasks must contain a list of tasks")
            self.could_not_load(role, error, self.place_of(data) or place)
            return []
        try:
            return self._loaded(data, options)
        except Exception as error:
            with self._at_least(role, error, place):
                return [block for item in data for block in self._blocks_of_item(item, place, options)]

    def could_not_load(self, role: str, error: BaseException, place: str) -> None:
        self._reported += 1
        self._findings.could_not_load(role, error, place)

    # --- piece by piece

    def _blocks_of_item(self, item: Any, place: str, options: Mapping[str, Any]) -> list[Any]:
        """Blocks of one task or block, the faults of which are reported one by one."""
        try:
            return self._loaded([item], options)
        except Exception as error:
            place = self.place_of(item) or place
            with self._at_least(_name_of(options["role"]), error, place):
                if not isinstance(item, dict):
                    return []
                if "block" in item and not options["use_handlers"]:
                    return [self._block(item, place, options)]
                return self._imported(item, place, options)

    def _block(self, item: Mapping[Any, Any], place: str, options: Mapping[str, Any]) -> Any:
        sections = ("block", "rescue", "always")
        keywords = {key: value for key, value in item.items() if key not in sections}
        try:
            (block,) = self._loaded([{**keywords, "block": []}], options)
        except Exception as error:
            self.could_not_load(_name_of(options["role"]), error, place)
            (block,) = self._loaded([{"block": []}], options)
        inner = {"role": options["role"], "use_handlers": False, "parent_block": block}
        for section in sections:
            tasks = item.get(section)
            if isinstance(tasks, list):
                setattr(block, section, [one for task in tasks for one in self._blocks_of_item(task, place, inner)])
        return block

    def _imported(self, item: Mapping[Any, Any], place: str, options: Mapping[str, Any]) -> list[Any]:
        """What an import brings that can't be loaded as a whole."""
        handlers = options["use_handlers"]
        try:
            action = ModuleArgsParser(copy.deepcopy(item)).parse(skip_action_validation=True)[0]
            if action in constants._ACTION_IMPORT_ROLE and not handlers:
                include = self.role_import(copy.deepcopy(item), **options)
                include._role_name = str(self._templar(include).template(include._role_name))
                return self.role_blocks(include, place)[0]
            if action not in constants._ACTION_IMPORT_TASKS:
                return []
            task = TaskInclude.load(copy.deepcopy(item), **self._with_block(options))
            task.statically_loaded = True
            name = str(self._templar(task).template(task.args["_raw_params"]))
            path = include_path(task, name, self.loader, self.variables_without_host(task))
            if path in self._open_files or not Path(path).is_file():
                return []
            data = self._read(path)
        except Exception:  # the caller reports what Ansible says of the task
            return []
        self._open_files.append(path)
        try:
            return self.blocks(data, place, role=options["role"], use_handlers=handlers, task_include=task)
        finally:
            self._open_files.pop()

    def _opened_role(self, include: Any, error: Exception, place: str) -> list[Any]:
        key = (str(include._role_name), repr(include._from_files))
        if _is_endless(error) and key in self._open_roles:
            return []
        self._open_roles.append(key)
        try:
            return self._piecewise_role(_copied(include), place)
        finally:
            self._open_roles.pop()

    def _piecewise_role(self, include: Any, place: str) -> list[Any]:
        parent_role = include._parent_role
        try:
            found = self.role_found(include)
            found.vars |= include.vars
            from_files = self._templar(include).template(include._from_files)
        except Exception as error:
            self.could_not_load(_name_of(parent_role) or str(include._role_name), error, place)
            return []
        role = _PiecewiseRole(
            self,
            place,
            from_files=from_files,
            from_include=True,
            validate=include.rolespec_validate,
            public=include.public,
            static=include.statically_loaded,
        )
        role.load_pieces(found, parent_role)
        self.play.roles = [*self.play.roles, role]
        try:
            parent = include.build_parent_block()
        except Exception as error:
            self.could_not_load(_name_of(parent_role or role), error, place)
            parent = include
        parent.collections = role.collections
        chain = role.get_dep_chain()
        blocks: list[Any] = role.compile(play=self.play, dep_chain=chain)
        handlers = role.get_handler_blocks(play=self.play, dep_chain=chain)
        for block in (*blocks, *handlers):
            block._parent = parent
        for block in blocks:
            block.collections = role.collections
        self.play.handlers = self.play.handlers + handlers
        return blocks

    # --- what all of them need

    def _loaded(self, data: list[Any], options: Mapping[str, Any]) -> list[Any]:
        # Ansible changes what it loads.
        return list(load_list_of_blocks(copy.deepcopy(data), play=self.play, **self._ansible, **options))

    def _with_block(self, options: Mapping[str, Any]) -> dict[str, Any]:
        block = Block(play=self.play, **options)
        block._loader, block._variable_manager = self.loader, self._ansible["variable_manager"]
        return {"block": block, "role": options.get("role"), **self._ansible}

    def _read(self, path: str) -> Any:
        return self.loader.load_from_file(path, **TRUSTED)

    def _templar(self, task: Any) -> Any:
        return Templar(loader=self.loader, variables=self.variables_without_host(task))

    def _variables(self, task: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        self.play.vars = dict(given)
        try:
            return dict(self._ansible["variable_manager"].get_vars(play=self.play, task=task))
        finally:
            self.play.vars = {}

    @contextmanager
    def _at_least(self, role: str, error: Exception, place: str) -> Iterator[None]:
        """Report the error unless the faults behind it are."""
        before = self._reported
        yield
        if self._reported == before:
            self.could_not_load(role, error, place)

    def _scan_roles(self) -> None:
        """Note the variables that any of the roles' tasks may set."""
        roles = [one for role in self.play.roles for one in (*role.get_all_dependencies(), role)]
        for path in {role._role_path for role in roles} - self._scanned:
            self._scanned.add(path)
            self._set_by_tasks.add(names_set_by(Path(path), self.loader))


class _PiecewiseRole(Role):  # type: ignore[misc]  # ansible-core ships no types
    """A role of which tasks and handlers are loaded one by one, after all else."""

    def __init__(self, loading: Loading, place: str, **options: Any) -> None:
        super().__init__(play=loading.play, **options)
        self._loading = loading
        self._place = place
        self._pieces: dict[str, Any] = {}

    def load_pieces(self, found: Any, parent_role: Any) -> None:
        loading = self._loading
        self._role_name = found.role
        try:
            self._load_role_data(found, parent_role=parent_role)
        except Exception as error:
            loading.could_not_load(self.get_name(), error, self._place)
        for kind, blocks in (("tasks", self._task_blocks), ("handlers", self._handler_blocks)):
            data = self._pieces.get(kind)
            place = loading.place_of(data) or self._place
            blocks += loading.blocks(data, place, role=self, use_handlers=kind == "handlers")

    def _load_role_yaml(self, subdir: str, main: str | None = None, allow_dir: bool = False) -> Any:
        try:
            data = super()._load_role_yaml(subdir, main=main, allow_dir=allow_dir)
        except Exception as error:
            self._loading.could_not_load(self.get_name(), error, self._place)
            return None
        if subdir in ("tasks", "handlers"):
            self._pieces[subdir] = data
            return None
        return data

    def _load_dependencies(self) -> list[Any]:
        dependencies = []
        for one in self._metadata.dependencies:
            try:
                role = Role.load(one, play=self._play, parent_role=self, static=self.static)
            except Exception as error:
                if _is_endless(error):
                    self._loading.could_not_load(self.get_name(), error, self._place)
                    continue
                role = _PiecewiseRole(self._loading, self._place, static=self.static)
                role.load_pieces(one, self)
            dependencies.append(role)
        return dependencies


def _copied(include: Any) -> Any:
    copied = include.copy(exclude_parent=True)
    copied._parent = include._parent
    copied.args = dict(include.args)
    return copied


def _name_of(role: Any) -> str:
    return str(role.get_name()) if role else ""


def _is_endless(error: BaseException) -> bool:
    """Whether roles or files bring one another without end."""
    return "A recursion loop was detected" in str(error)
