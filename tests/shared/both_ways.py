# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs modules in the process of a task and in processes of their own, and compares the whole results.

Also a program, for releases of ansible-core other than that of the tests: its arguments are the address of a simulated
AWS and the kinds of cases, it prints a JSON list of what differs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import probe
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader as plugin_loaders
from ansible.template import Templar
from module_samples import KEYS, REGION, SAMPLES, Account, Sample

IN_A_PROCESS = {"PYTHONNOUSERSITE": "1"}
"""An ``environment`` that counts only when an interpreter starts: so the module needs a process of its own."""

# What no two runs have in common.
_MASKS = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?", "<time>"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\b(ami|d|eni|subnet|vpc|sg|rtb)-[0-9a-f]{8,17}\b", r"<\1>"),
    (r"\b(10|127|172|192)(\.\d+){3}\b", "<address>"),
    (r"\beu-west-1[a-c]\b", "<zone>"),
    (r"Traceback \(most[\s\S]*\n(?=\w+Error)", "<traceback>\n"),
    (r"(?<=Valid booleans include: )[^\"]*", "<in any order>"),
    (r"(?<=parameters=)[A-Za-z0-9._~%-]+", "<parameters>"),
)


@dataclass(frozen=True)
class Case:
    """A run of a module, in a play of a kind."""

    sample: Sample
    kind: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    keywords: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fault: Mapping[str, Any] | None = None
    fails: bool = False

    @property
    def name(self) -> str:
        return f"{self.sample.module}-{self.kind}"


def _probed(act: str, keywords: Mapping[str, Any] | None = None, fails: bool = False, **options: Any) -> Case:
    return Case(Sample("probe", {"act": act, **options}), act, keywords=keywords or {}, fails=fails)


PROBES = [
    _probed("return", anything={"text": "{{ not_a_template }}", "list": [1, 1.5, None, True, "ä\u2028"], "": ""}),
    _probed("return", {"check_mode": True, "diff": True}, number="12", anything="x"),
    _probed("return", {"no_log": True}, password="secret"),
    _probed("warn", former="a", fallen="b", number=1, amount=2),
    _probed("show_secrets", fails=True, password="very-secret"),
    _probed("print"),
    _probed("raise", fails=True),
    _probed("surroundings", {"environment": [{"PROBE_A": "{{ 1 + 1 }}", "PROBE_B": "x"}, {"PROBE_B": "a 'b' $c"}]}),
]
"""What may become of any module, shown by one that is for that only."""


def _cases(sample: Sample) -> Iterator[Case]:
    yield Case(sample, "done", {"debug_botocore_endpoint_logs": True}, {"diff": True})
    if not sample.module.endswith("_info"):
        yield Case(sample, "predicted", {}, {"diff": True, "check_mode": True})
    denied = {"match": ".*", "code": "AccessDeniedException", "message": "No."}
    yield Case(sample, "refused", fault=denied, fails=not sample.answers_refusals)
    # All modules have their options read by the same code.
    if sample.module in ("fleet", "image_info"):
        unasked = dataclasses.replace(sample, given=lambda account: {})
        yield Case(unasked, "bad option", {"validate_certs": "perhaps"}, fails=True)
        yield Case(unasked, "unknown option", {"bogus": "x"}, fails=True)


CASES = [case for sample in SAMPLES for case in _cases(sample)]


def differences(account: Account, case: Case) -> list[str]:
    """Run a case both ways, each time in an account that is as if new; the ways are never compared with themselves."""
    here, elsewhere = (masked(run(account, case, environment)) for environment in ({}, IN_A_PROCESS))
    unexpected = [] if here["failed"] == f"bool {case.fails}" else [f"{case.name}: {here}"]
    return [*unexpected, *_different(here, elsewhere, case.name)]


def run(
    account: Account, case: Case, environment: Mapping[str, str] | None = None, *, reset: bool = True
) -> dict[str, Any]:
    """Run a case; returns the whole result, and as ``printed`` the lines that were printed on the way."""
    if reset:
        account.control("reset", {})
    keywords = {**case.sample.keywords, **case.keywords}
    keywords["environment"] = [*keywords.get("environment", []), environment or {}]
    if case.sample.module == "probe":
        action = _action("probe", probing_plugin(), case.sample.options, keywords)
    else:
        name = f"euc.appstream.{case.sample.module}"
        action = _action(name, _plugin_of(case.sample.module), _arguments(account, case), keywords)
    before = dict(os.environ), logging.getLogger().handlers
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        result = action.run(task_vars={})
    assert (dict(os.environ), logging.getLogger().handlers) == before
    return {"failed": False, **result, "printed": printed.getvalue().splitlines()}


def _arguments(account: Account, case: Case) -> dict[str, Any]:
    more = case.sample.given(account) or {}
    if case.fault:
        account.control("faults/aws", case.fault)
    connection = {"region": REGION, "endpoint_url": account.endpoint, **KEYS}
    return {**connection, **case.sample.options, **more, **case.options}


def _plugin_of(module: str) -> Any:
    return importlib.import_module(f"ansible_collections.euc.appstream.plugins.action.{module}").ActionModule


def probing_plugin() -> Any:
    """The plugin that would be module probe's, if that were one of the collection's."""
    package = "ansible_collections.euc.appstream.plugins.plugin_utils"
    shared = importlib.import_module(f"{package}._aws_action")
    plugin_loaders.module_loader.add_directory(str(Path(probe.__file__).parent))
    shared.MODULES["probe"] = probe.main
    return type("Probing", (shared.AwsAction,), {"__module__": "plugins.action.probe"})


def _action(name: str, plugin: Any, arguments: Mapping[str, Any], keywords: Mapping[str, Any]) -> Any:
    """The action plugin of a task on localhost, in a play whose variables are for hosts that are reached over WinRM."""
    loader = DataLoader()
    task = Task.load({"action": name, "delegate_to": "localhost", **keywords}, loader=loader)
    task.args = dict(arguments)
    connection = MagicMock(transport="winrm")
    return plugin(
        task=task,
        connection=connection,
        play_context=PlayContext(),
        loader=loader,
        templar=Templar(loader=loader),
        shared_loader_obj=plugin_loaders,
    )


def masked(value: Any) -> Any:
    """A result without what differs from run to run; every value with its type, which decides about templates."""
    if isinstance(value, Mapping):
        return {str(key): "<seconds>" if key == "elapsed" else masked(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(one) for one in value]
    text = repr(value) if dataclasses.is_dataclass(value) else str(value)
    for pattern, mask in _MASKS:
        text = re.sub(pattern, mask, text)
    return f"{type(value).__name__} {text}"


def _different(here: Any, elsewhere: Any, where: str) -> Iterator[str]:
    if isinstance(here, dict) and isinstance(elsewhere, dict):
        for key in sorted({*here, *elsewhere}):
            yield from _different(here.get(key, "nothing"), elsewhere.get(key, "nothing"), f"{where}: {key}")
    elif isinstance(here, list) and isinstance(elsewhere, list) and len(here) == len(elsewhere):
        for number, both in enumerate(zip(here, elsewhere)):
            yield from _different(*both, f"{where}[{number}]")
    elif here != elsewhere:
        yield f"{where} is {here} in the process of the task, {elsewhere} in one of its own"


if __name__ == "__main__":
    from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

    _AnsibleCollectionFinder(paths=[*os.environ["ANSIBLE_COLLECTIONS_PATH"].split(":"), *sys.path])._install()
    endpoint, *kinds = sys.argv[1:]
    chosen = [*PROBES, *(case for case in CASES if case.kind in kinds)]
    print(json.dumps([one for case in chosen for one in differences(Account(endpoint), case)]))
