# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs a module's ``main()`` in the process of its task, with the result it has as a process of its own.

Ansible's own ``ActionBase._execute_module`` leads from the task to the module's arguments and from what the module
prints to the result. Only three steps of it are replaced: no files are made, the module is not packed, and instead of a
command ``main()`` runs, in surroundings like those of a module's process.

Works with ansible-core 2.17 to 2.21, whose differences are all in this file. Private to the euc.appstream collection.
"""

from __future__ import annotations

import importlib
import io
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import Any
from urllib.request import getproxies_environment

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.module_utils.common import json as module_json
from ansible.module_utils.common import warnings as module_warnings
from ansible.plugins.action import ActionBase

try:
    from ansible.executor.module_common import _BuiltModule
except ImportError:  # before ansible-core 2.19
    _BuiltModule = None

try:
    from ansible.module_utils import _internal as module_internals
except ImportError:  # before ansible-core 2.18; it has what is used of it since 2.19
    module_internals = None

Main = Callable[[], None]

_PROFILE = "legacy"
"""The form of the JSON of modules that don't ask for another; ansible-core has forms since 2.19."""
_AT_START_ONLY = re.compile(r"PYTHON|LD_|DYLD_|GLIBC_|MALLOC_|OPENSSL_|LC_|LANG|TZ$")
"""Variables that count when a program starts: for its interpreter, loader, libraries, locale and time zone."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOGGERS_OF_BOTOCORE = ("botocore", "botocore.endpoint")


class InProcess(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Ansible's way to run the task's module, except that ``main`` is called in this process."""

    _supports_check_mode = True

    def __init__(self, main: Main, **surroundings: Any) -> None:
        super().__init__(**surroundings)
        self._main = main
        self._input = b""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result, failed or not."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        return {**result, **self._execute_module(task_vars=task_vars)}

    def is_possible(self) -> bool:
        """Say whether this process is like the module's own would be."""
        return (
            not constants.DEFAULT_KEEP_REMOTE_FILES
            and _is_safe_after_fork()
            and all(_NAME.fullmatch(name) and not _AT_START_ONLY.match(name) for name in self._environment())
        )

    def _environment(self) -> dict[str, str]:
        """Return what ``environment`` of task, block, role and play adds up to, as Ansible's shells set it."""
        variables: dict[str, Any] = {}
        self._compute_environment_string(variables)
        return {str(name): str(value) for name, value in variables.items()}

    def _is_pipelining_enabled(self, *_arguments: Any, **_keywords: Any) -> bool:
        """Let no temporary folder be made and nothing be copied there."""
        return True

    def _configure_module(self, module_name: str, module_args: dict[str, Any], task_vars: Mapping[str, Any]) -> Any:
        """Return a description of the module without its code, which is here already."""
        found = self._shared_loader_obj.module_loader.find_plugin_with_context(
            module_name, ".py", collection_list=self._task.collections
        )
        self._input = _input_of(module_name, module_args)
        shebang = f"#!{sys.executable}"
        if _BuiltModule is None:
            return "new", shebang, b"", found.plugin_resolved_path
        built = _BuiltModule(b_module_data=b"", module_style="new", shebang=shebang, serialization_profile=_PROFILE)
        return built, found.plugin_resolved_path

    def _low_level_execute_command(self, *_arguments: Any, **_keywords: Any) -> dict[str, Any]:
        """Call ``main`` instead of the command, and return the same of it: exit code and output."""
        output, errors = io.StringIO(), io.StringIO()
        with _like_a_modules_process(self._input, self._environment(), output, errors):
            code = _exit_code(self._main)
        texts = {"stdout": output.getvalue(), "stderr": errors.getvalue()}
        return {"rc": code, **texts, **{f"{name}_lines": text.splitlines() for name, text in texts.items()}}


def in_a_fork(main: Main, name: str, arguments: Mapping[str, Any], then: Callable[[dict[str, Any]], None]) -> int:
    """Call a module's ``main`` in a fork of this process; returns its number at once, 0 where that is not safe.

    ``then`` gets the module's result there. For Ansible's main process, which must not wait for AWS.
    """
    if not _is_safe_after_fork():
        return 0
    process = os.fork()
    if process:
        return process
    try:
        output = io.StringIO()
        with _like_a_modules_process(_input_of(name, arguments), {}, output, io.StringIO()):
            _exit_code(main)
        then(json.loads(output.getvalue()))
    finally:
        # Nothing of Ansible's main process is to be cleaned up, or heard of, here.
        os._exit(0)


def _is_safe_after_fork() -> bool:
    """Say whether AWS can be asked from a fork of Ansible's process.

    On macOS, asking the system for its proxies there may end the process (Ansible's documentation, "Running on macOS as
    a control node"). Environment variables on proxies keep Python from asking.
    """
    return sys.platform != "darwin" or bool(getproxies_environment())


def _input_of(module_name: str, arguments: Mapping[str, Any]) -> bytes:
    """Return a module's input. Raises AnsibleError when an argument is nothing that JSON can hold."""
    if _BuiltModule is None:
        keywords: dict[str, Any] = {"cls": module_json.AnsibleJSONEncoder, "vault_to_text": True}
    else:
        keywords = {"cls": module_json.get_module_encoder(_PROFILE, module_json.Direction.CONTROLLER_TO_MODULE)}
    try:
        return json.dumps({"ANSIBLE_MODULE_ARGS": arguments}, **keywords).encode()
    except TypeError as error:
        if _BuiltModule is None:
            message = f"Unable to pass options to module, they must be JSON serializable: {error}"
            raise AnsibleError(message) from error
        raise AnsibleError(f"Failed to serialize arguments for the {module_name!r} module.") from error


@contextmanager
def _like_a_modules_process(
    given: bytes, environment: Mapping[str, str], output: io.StringIO, errors: io.StringIO
) -> Iterator[None]:
    """Give what is global in a process the values it has in a module's process, and restore it afterwards."""
    with ExitStack() as stack:
        for owner, name, value in (
            (basic, "_ANSIBLE_ARGS", given),
            (basic, "_ANSIBLE_PROFILE", _PROFILE),
            (basic, "_PARSED_MODULE_ARGS", None),
            (module_internals, "is_controller", False),
            (module_warnings, "_global_warnings", type(module_warnings._global_warnings)()),
            (module_warnings, "_global_deprecations", type(module_warnings._global_deprecations)()),
        ):
            stack.enter_context(_replaced(owner, name, value))
        stack.enter_context(_environment_with(environment))
        stack.enter_context(_logging_of_a_new_process())
        stack.enter_context(redirect_stdout(output))
        stack.enter_context(redirect_stderr(errors))
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Give an attribute another value for a time, if this release of ansible-core has it."""
    if not hasattr(owner, name):
        yield
        return
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def _environment_with(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        # A module may change it too, as basic.py does with locales that don't exist.
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def _logging_of_a_new_process() -> Iterator[None]:
    """Keep records away from Ansible's log file, where no module's are: botocore's may contain secrets.

    C(debug_botocore_endpoint_logs) adds handlers, which would collect the actions of the next module too.
    """
    loggers = [logging.getLogger(name) for name in ("", *_LOGGERS_OF_BOTOCORE)]
    before = [(logger, logger.level, logger.handlers) for logger in loggers]
    for logger in loggers:
        logger.handlers = []
        logger.setLevel(logging.NOTSET if logger.parent else logging.WARNING)
    try:
        yield
    finally:
        for logger, level, handlers in before:
            logger.handlers = handlers
            logger.setLevel(level)


def _exit_code(main: Main) -> int:
    """Call a module's ``main``; what it doesn't catch is printed as Ansible's wrapper of a module prints it."""
    try:
        main()
    except SystemExit as end:
        return int(bool(end.code))
    except Exception as error:
        _print_error(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))
        return 1
    return 0


def _print_error(error: Exception) -> None:
    if _BuiltModule is None:
        traceback.print_exception(type(error), error, error.__traceback__)
        return
    loader = importlib.import_module("ansible.module_utils._internal._ansiballz._loader")
    try:
        loader._handle_exception(error, _PROFILE)
    except SystemExit:
        pass
