"""What goes wrong in a user's role stays with its image, and the report says what Ansible said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from workplace import Run, Workplace, open_workplace

PING: dict[str, Any] = {"name": "Ping", "ansible.windows.win_ping": {}}
SHORT_TIMEOUTS = {
    "ansible_winrm_connection_timeout": 5,
    "ansible_winrm_read_timeout_sec": 6,
    "ansible_winrm_operation_timeout_sec": 5,
}
# A failure that was dealt with, so that nobody takes it for the cause of what comes later.
DEALT_WITH = {
    "name": "Try",
    "block": [{"name": "Fail and be rescued", "ansible.builtin.fail": {"msg": "not the cause"}}],
    "rescue": [{"name": "Deal with it", "ansible.builtin.debug": {"msg": "fine"}}],
}
LATER = "C:\\Users\\Public\\later.txt"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with open_workplace(tmp_path_factory.mktemp("own") / "project") as opened:
        yield opened


def write_roles(workplace: Workplace) -> None:
    told = workplace.folder / "told.txt"
    workplace.write_role(
        "notifying",
        [
            {**PING, "changed_when": True, "notify": ["Tell somebody", "Use the builder"]},
            {
                "name": "Break",
                "ansible.windows.win_command": {
                    "argv": ["cmd.exe", "/c", "echo out of it& echo no licence 1>&2& exit 5"]
                },
            },
        ],
        handlers=[
            {
                "name": "Tell somebody",
                "ansible.builtin.copy": {"content": "x", "dest": str(told)},
                "delegate_to": "localhost",
            },
            {"name": "Use the builder", "ansible.windows.win_file": {"path": LATER, "state": "touch"}},
        ],
    )
    # The plan can't know these names: they are made on the builder.
    found = {"name": "Find out", "ansible.builtin.set_fact": {"made_there": "{{ ansible_facts['hostname'] | lower }}"}}
    workplace.write_role(
        "unfound", [DEALT_WITH, found, {"ansible.builtin.include_role": {"name": "of-{{ made_there }}"}}]
    )
    ending = workplace.folder / "ending.yml"
    ending.write_text(yaml.safe_dump([{"ansible.builtin.meta": "end_host"}]))
    elsewhere = {"ansible.builtin.include_tasks": f"{workplace.folder}/{{{{ 'ending' if made_there else '' }}}}.yml"}
    workplace.write_role("ended", [DEALT_WITH, found, elsewhere])
    workplace.write_role("lost", [DEALT_WITH, *({**PING, "name": f"Ping {number}"} for number in range(4))])
    workplace.write_role("once", [{**PING, "run_once": True, "any_errors_fatal": True}])


@pytest.fixture(scope="module")
def run(workplace: Workplace) -> Run:
    write_roles(workplace)
    hosts = {name: workplace.host(roles=[name]) for name in ("notifying", "unfound", "ended", "lost", "once")}
    own = {"name": "own", "install": {"role": "unfound"}, "verify": [{"file": "C:\\own.txt"}]}
    optional = {**own, "name": "optional", "required": False, "install": {"role": "notifying"}}
    hosts["application"] = workplace.host(applications=[optional, own])
    hosts["lost"].update(SHORT_TIMEOUTS)
    hosts["unfound"]["appstream_on_error"] = "stop"
    refused = {"kind": "refuse", "match": "win_ping", "after": 2, "times": 100000}
    workplace.control("faults/windows", [{"host": "lost", **refused}])
    workplace.write_images(hosts)
    # Users' settings are theirs; what the plays depend on is their own.
    settings = {
        "ANSIBLE_STRATEGY": "free",
        "ANSIBLE_FORKS": "2",
        "ANSIBLE_GATHERING": "explicit",
        "ANSIBLE_HASH_BEHAVIOUR": "merge",
        "ANSIBLE_INJECT_FACT_VARS": "false",
        "ANSIBLE_FORCE_HANDLERS": "true",
        "ANSIBLE_ANY_ERRORS_FATAL": "true",
        "ANSIBLE_JINJA2_NATIVE": "true",
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(workplace.folder / "facts"),
    }
    return workplace.build(None, environment=settings, appstream_image_builder_quota=0, appstream_image_quota=0)


def image(workplace: Workplace, name: str) -> dict[str, Any]:
    return next(image for image in workplace.manifest()["images"] if image["name"] == name)


def test_the_other_image_is_built_and_all_are_reported(workplace: Workplace, run: Run) -> None:
    assert run.exit_code == 2, run.output
    failed = {image["name"]: image["failed"] for image in workplace.manifest()["images"]}
    expected = dict.fromkeys(("notifying", "unfound", "ended", "lost", "application"), True) | {"once": False}
    assert failed == expected, run.output
    assert {name: builder["State"] for name, builder in workplace.builders().items()} == {"unfound": "STOPPED"}


def test_no_handler_of_a_failed_image_runs(workplace: Workplace, run: Run) -> None:
    assert not (workplace.folder / "told.txt").exists()
    assert "RUNNING HANDLER" not in run.output


def test_output_role_and_task_of_what_failed_are_reported(workplace: Workplace, run: Run) -> None:
    broken = image(workplace, "notifying")
    assert (broken["failed_step"], broken["failed_role"], broken["failed_task"]) == ("roles", "notifying", "Break")
    assert "out of it" in broken["stdout"] and "no licence" in broken["stderr"]
    tasks = workplace.folder / "roles" / "notifying" / "tasks" / "main.yml"
    assert broken["failed_place"] == f"{tasks}:{tasks.read_text().splitlines().index('- name: Break') + 1}"
    summary = run.output.rpartition("AppStream images (run")[2]
    assert "notifying : Break" in summary and "stderr: no licence" in summary


def test_a_role_that_installs_an_application_fails_with_its_own_cause(workplace: Workplace, run: Run) -> None:
    failed = image(workplace, "application")
    message = " ".join(failed["message"].split())
    assert failed["failed_step"] == "install", failed
    assert message.startswith("Application own could not be installed, step 'unfound : "), message
    assert re.search("of-ec2amaz-.*was not found", message) and "not the cause" not in message
    optional = failed["applications"][0]
    assert optional["failed"] is True and "step 'notifying : Break'" in optional["message"]
    assert "no licence" in optional["message"]


@pytest.mark.parametrize(
    ("name", "cause"),
    [("unfound", "of-ec2amaz-.*was not found"), ("ended", "meta: end_host"), ("lost", "(?i)connection")],
)
def test_the_cause_is_the_images_own(workplace: Workplace, run: Run, name: str, cause: str) -> None:
    lost = image(workplace, name)
    assert re.search(cause, " ".join(lost["message"].split())), lost
    assert lost["failed_step"] == "roles" and lost["failed_role"] == name, lost
    assert "not the cause" not in str(lost) and "no reason given" not in run.output
