"""Modules that ask AWS from Ansible's own process: nothing that a play can say of their tasks is different for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from simulated_account import start_simulated
from workplace import REPOSITORY, SECRET_KEY, Workplace, open_workplace

_PLAYS = Path(__file__).parent / "plays" / "in_process.yml"
_SHARED = REPOSITORY / "tests" / "shared"
_NOBODY = "the-key-that-nobody-may-see"
# Is called in Ansible's main process, when a task has not yet been given to a worker.
_CALLBACK = """
import sys
from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "loaded"

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._display.display(f"{task.action} starts, boto3 is loaded: {'boto3' in sys.modules}")
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A simulated account, a Windows host that cannot be reached, and a bastion with a Python of its own."""
    with open_workplace(tmp_path_factory.mktemp("in_process") / "project") as opened:
        write_tool(opened, "python", f'exec {sys.executable} "$@"')
        write_tool(opened, "sudo", 'while [ "$1" != /bin/sh ]; do shift; done; exec "$@"')
        windows = {
            "ansible_connection": "winrm",
            "ansible_host": "192.0.2.1",
            "ansible_user": "x",
            "ansible_password": "x",
        }
        bastion = {"ansible_connection": "local", "ansible_python_interpreter": str(opened.folder / "python")}
        opened.write_inventory({"hosts": {"windows-box": windows, "bastion": bastion}})
        (opened.folder / "callback_plugins").mkdir()
        (opened.folder / "callback_plugins" / "loaded.py").write_text(_CALLBACK)
        yield opened


def write_tool(account: Workplace, name: str, command: str) -> None:
    """A program that notes in `used.txt` that it was used."""
    tool = account.folder / name
    tool.write_text(f"#!/bin/sh\necho {name} >>{account.folder}/used.txt\n{command}\n")
    tool.chmod(0o755)


def play(account: Workplace, environment: dict[str, str], interpreter: str = sys.executable) -> str:
    """Run the plays and return what was printed, at the highest verbosity."""
    account.control("reset", {})
    write_tool(account, "python", f'exec {interpreter} "$@"')
    (account.folder / "used.txt").write_text("")
    variables = {"simulator": f"{account.endpoint}/_simulator", "tools": str(account.folder)}
    (account.folder / "variables.yml").write_text(yaml.safe_dump(variables))
    inventory = str(account.folder / "inventory")
    command = ["ansible-playbook", "-i", inventory, "-e", "@variables.yml", "-vvvv", str(_PLAYS)]
    run = account.run(command, {"ANSIBLE_CALLBACK_PLUGINS": str(account.folder / "callback_plugins"), **environment})
    assert run.exit_code == 0, run.output
    return run.output


def assert_as_any_module(account: Workplace, output: str) -> None:
    asked = [call["region"] for call in account.calls("DescribeStacks")]
    assert asked[:5] == ["us-east-2", "us-east-1", "us-west-2", "eu-central-1", "us-west-2"]
    assert set(asked[5:]) == {"eu-west-1", "eu-central-1"}
    assert SECRET_KEY not in output
    used = (account.folder / "used.txt").read_text().split()
    assert set(used) == {"python", "sudo"}
    in_process, elsewhere = output.split("PLAY [Tasks that need a process")
    assert "stack_info starts, boto3 is loaded: True" in output
    assert "stack_info starts, boto3 is loaded: False" not in output
    assert ("AnsiballZ_stack" in in_process, "AnsiballZ_stack" in elsewhere) == (False, True)


def test_plays(account: Workplace) -> None:
    output = play(account, {})
    assert_as_any_module(account, output)
    assert _NOBODY not in output


def test_plays_with_ansibles_own_debugging(account: Workplace) -> None:
    # That shows the arguments of every module.
    log = account.folder / "ansible.log"
    debugging = {"ANSIBLE_DEBUG": "1", "ANSIBLE_DEBUG_BOTOCORE_LOGS": "1", "ANSIBLE_LOG_PATH": str(log)}
    output = play(account, debugging)
    assert_as_any_module(account, output)
    assert "OperationModel" not in log.read_text()


@pytest.mark.oldest
def test_plays_with_the_oldest_core(account: Workplace, oldest_ansible: Path) -> None:
    environment = {
        "PATH": f"{oldest_ansible}/bin:{account.environment['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(oldest_ansible / "collections"),
    }
    assert_as_any_module(account, play(account, environment, str(oldest_ansible / "bin" / "python")))


@pytest.mark.oldest
def test_both_ways_with_the_oldest_core(oldest_ansible: Path) -> None:
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(oldest_ansible / "collections")}
    with start_simulated() as simulated:
        program = [str(oldest_ansible / "bin" / "python"), str(_SHARED / "both_ways.py"), simulated.server.endpoint]
        command = [*program, "done", "refused"]
        compared = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=900)
    assert json.loads(compared.stdout) == []
