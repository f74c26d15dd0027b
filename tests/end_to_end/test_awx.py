"""Jobs as AWX runs them: ansible-runner on a private folder, and what AWX would keep of each."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from workplace import PASSWORD, Workplace, open_workplace

SURVEY = {
    "appstream_expires_after": "12",
    "appstream_image_quota": "0",
    "appstream_image_builder_quota": "0",
    "build_image_wait_delay": "1",
    "build_image_connect_timeout": "120",
    "install_applications_poll_interval": "1",
    "survey_catalog_only_while_running": "false",
    "survey_volume": "250",
    "survey_on_error": "stop",
    "survey_account": "installer",
    "survey_yes": "true",
}
CONNECTION = {"ansible_connection": "winrm", "ansible_port": 5985, "ansible_winrm_transport": "ntlm"}
CREDENTIAL = {"SSH password:\\s*?$": PASSWORD}
MOST_EVENTS = 4000  # of a job: its page in AWX shows no more
LARGEST_EVENT = 700_000  # of AWX, in characters of a result


class Untrusted(yaml.SafeDumper):
    """Writes text as AWX does into env/extravars, unless it comes from the job template: no templates are in it."""

    def represent_data(self, data: Any) -> yaml.Node:
        return self.represent_scalar("!unsafe", data) if isinstance(data, str) else super().represent_data(data)


@dataclasses.dataclass
class Job:
    """A job of AWX: its private folder, its number, and what has become of it."""

    folder: Path
    number: int
    process: subprocess.Popen[str]
    exit_code: int = -1
    output: str = ""

    def wait(self) -> Job:
        self.process.communicate(timeout=400)
        self.exit_code = self.process.returncode
        self.output = (self.artifacts / "stdout").read_text()
        return self

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts" / str(self.number)

    def events(self) -> list[dict[str, Any]]:
        found = [json.loads(path.read_text()) for path in (self.artifacts / "job_events").iterdir()]
        return sorted(found, key=lambda event: int(event["counter"]))

    def handed_over(self) -> dict[str, Any]:
        """What AWX keeps as artifacts of the job, and passes on in a workflow."""
        (last,) = (event for event in self.events() if event["event"] == "playbook_on_stats")
        return dict(last["event_data"]["artifact_data"])

    def text(self) -> str:
        """Everything that can be read afterwards: output, events, facts, the project with its reports."""
        written = [path for below in ("artifacts", "project") for path in (self.folder / below).rglob("*")]
        return "\n".join(path.read_text(errors="replace") for path in written if path.is_file())


def launch(
    workplace: Workplace,
    number: int,
    inventory: dict[str, Any],
    *,
    template: dict[str, Any] | None = None,
    survey: dict[str, Any] | None = None,
    arguments: str = "",
    passwords: dict[str, str] | None = None,
) -> Job:
    """Lay a private folder out as AWX does and start ansible-runner on it.

    `template` are extra variables of the job template, `survey` those of a survey or of an earlier job.
    """
    folder = workplace.folder / f"awx_{number}"
    for below in ("env", "inventory", "tmp"):
        (folder / below).mkdir(parents=True)
    shutil.copytree(workplace.folder / "repository", folder / "project")
    script = folder / "inventory" / "hosts"
    script.write_text(f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(inventory)!r})\n")
    script.chmod(0o700)
    roles = "~/.ansible/roles:/usr/share/ansible/roles:/etc/ansible/roles"
    collections = f"{folder}/requirements_collections:{workplace.environment['ANSIBLE_COLLECTIONS_PATH']}"
    inherited = {name: value for name, value in workplace.environment.items() if not name.startswith("ANSIBLE_")}
    del inherited["WINDOWS_PASSWORD"]
    environment = {
        **inherited,
        "ANSIBLE_COLLECTIONS_PATH": collections,
        "ANSIBLE_FORCE_COLOR": "True",
        "ANSIBLE_HOST_KEY_CHECKING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
        "ANSIBLE_ROLES_PATH": f"{folder}/requirements_roles:{roles}",
        "AWX_PRIVATE_DATA_DIR": str(folder),
        "JOB_ID": str(number),
        "MAX_EVENT_RES": str(LARGEST_EVENT),
        "TMPDIR": str(folder / "tmp"),
    }
    variables = yaml.safe_dump(template) if template else ""
    answers = {**(survey or {}), "awx_job_id": number, "awx_job_launch_type": "manual"}
    # AWX writes each variable by itself, too: what the template has given is trusted, the rest is not.
    variables += "".join(yaml.dump({name: value}, Dumper=Untrusted) for name, value in answers.items())
    files = {
        "envvars": json.dumps(environment),
        "extravars": variables,
        "cmdline": arguments,
        "passwords": json.dumps(passwords or {}),
        "settings": json.dumps({"idle_timeout": 300, "job_timeout": 0, "pexpect_timeout": 1}),
    }
    for name, content in files.items():
        (folder / "env" / name).write_text(content)
        (folder / "env" / name).chmod(0o600)
    process = subprocess.Popen(
        ["ansible-runner", "run", str(folder), "--playbook", "site.yml", "--ident", str(number)],
        cwd=workplace.folder,
        env={"PATH": inherited["PATH"], "HOME": inherited["HOME"], "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return Job(folder, number, process)


def images(*hosts: str, connection: dict[str, Any] | None = None, **variables: Any) -> dict[str, Any]:
    """What AWX's inventory script prints: hosts that are images, and variables of the groups."""
    # AWX's own variables of a host.
    own = {host: {"remote_tower_enabled": "true", "remote_tower_id": number} for number, host in enumerate(hosts)}
    return {
        "all": {"children": ["appstream_images", "appstream_image_builders"]},
        "appstream_images": {"hosts": list(hosts), "vars": variables},
        "appstream_image_builders": {"hosts": [], "vars": connection or {}},
        "_meta": {"hostvars": own},
    }


@pytest.fixture(scope="module")
def awx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A workplace with the user's repository, of which each job gets a copy."""
    with open_workplace(tmp_path_factory.mktemp("awx") / "controller") as workplace:
        repository = workplace.folder / "repository"
        repository.mkdir()
        for name in ("site.yml", "ansible.cfg"):
            shutil.copy(workplace.folder / name, repository / name)
        refusal = {"ansible.builtin.fail": {"msg": "no licence is left"}, "when": "inventory_hostname == 'office'"}
        write_role(repository, "licence", [{"name": "Check the licence", **refusal}])
        gone = {"ansible.windows.win_user": {"name": "installer", "state": "absent"}}
        ping = {"name": "Step", "ansible.windows.win_ping": {}}
        write_role(repository, "lockout", [{"name": "Delete the account in use", **gone}, ping])
        yield workplace


def write_role(repository: Path, name: str, tasks: list[dict[str, Any]]) -> None:
    folder = repository / "roles" / name / "tasks"
    folder.mkdir(parents=True)
    (folder / "main.yml").write_text(yaml.safe_dump(tasks, sort_keys=False))


@pytest.fixture(scope="module")
def slices(awx: Workplace) -> dict[str, Job]:
    """Two slices of one job at the same time, of which the second fails.

    One has an inventory of its own hosts only, as AWX makes it for a slice, the other one is cut by a limit.
    """
    builder = {
        "instance_type": "stream.standard.medium",
        "subnet_id": awx.subnet_id,
        "security_group_ids": [awx.security_group_id],
        "root_volume_size": "{{ survey_volume }}",
    }
    variables = awx.host(
        builder=builder,
        applications=[awx.seven_zip()],
        dynamic_app_catalog="{{ survey_catalog_only_while_running }}",
        on_error="{{ survey_on_error }}",
        roles=["licence"],
        seal={"accounts": ["{{ survey_account }}"], "remove_access": "{{ survey_yes }}"},
    )
    started = {
        "design": launch(
            awx,
            71,
            images("design", connection=CONNECTION, **variables),
            survey={**SURVEY, "appstream_report_directory": ""},
            arguments="-u installer --ask-pass -vvv",
            passwords=CREDENTIAL,
        ),
        "office": launch(
            awx,
            72,
            images("design", "office", connection=CONNECTION, **variables),
            survey=SURVEY,
            arguments="-u installer --ask-pass -l office",
            passwords=CREDENTIAL,
        ),
    }
    return {name: job.wait() for name, job in started.items()}


@pytest.fixture(scope="module")
def next_job(awx: Workplace, slices: dict[str, Job]) -> Job:
    """The next job of a workflow: it gets what the slices have handed over, and connection variables from a survey."""
    connection = {
        "ansible_connection": "winrm",
        "ansible_winrm_transport": "ntlm",
        "ansible_port": "5985",
        "ansible_user": "installer",
        "ansible_password": PASSWORD,
        "ansible_python_interpreter": "C:\\nothing",
    }
    earlier = {key: value for job in slices.values() for key, value in job.handed_over().items()}
    recipe = awx.light("kiosk", description="After {{ appstream_image_design.name }}")
    return launch(
        awx,
        73,
        images(),
        template={"appstream_images": [recipe], "appstream_report_directory": str(awx.folder / "exposed")},
        survey={**SURVEY, **earlier, **connection},
    ).wait()


def test_an_image_is_built_with_a_machine_credential(awx: Workplace, slices: dict[str, Job]) -> None:
    job = slices["design"]
    assert job.exit_code == 0, job.output
    handed = job.handed_over()["appstream_image_design"]
    assert awx.images()[handed["name"]]["State"] == "AVAILABLE"
    # The account is known as the one in use, though no variable names it: it goes when the image has been begun.
    kept = handed["manifest"]["images"][0]["seal"]["kept"]
    assert [entry["name"] for entry in kept if entry["kind"] == "account"] == ["installer"], kept


def test_the_password_of_the_machine_credential_is_nowhere(slices: dict[str, Job]) -> None:
    for job in slices.values():
        assert "SSH password:" in job.output
        assert PASSWORD not in job.text()


def test_slices_hand_over_a_variable_each(slices: dict[str, Job]) -> None:
    # AWX puts the slices' variables together key by key.
    handed = {**slices["design"].handed_over(), **slices["office"].handed_over()}
    assert sorted(handed) == ["appstream_image_design", "appstream_image_office"]
    for name in ("design", "office"):
        own = handed[f"appstream_image_{name}"]
        assert own["recipe"] == name
        assert [image["name"] for image in own["manifest"]["images"]] == [name]
        assert own["manifest"]["run"]["id"] == own["run"]
        assert own["run"].endswith(f"-{slices[name].number}"), "the run is found by the number of the job"
        assert len(json.dumps(own)) <= 65_536 and own["left_out"] == []
    applications = handed["appstream_image_design"]["manifest"]["images"][0]["applications"]
    assert [application["name"] for application in applications] == ["7zip"]


def test_an_image_that_fails_is_handed_over_as_such(awx: Workplace, slices: dict[str, Job]) -> None:
    job = slices["office"]
    assert job.exit_code == 2, job.output
    handed = job.handed_over()["appstream_image_office"]
    assert (handed["failed"], handed["step"]) == (True, "roles")
    assert "no licence is left" in handed["message"]
    assert handed["name"] and handed["arn"] is None
    failed = [event for event in job.events() if event["event"] == "runner_on_failed"]
    assert "office failed at roles: no licence is left" in failed[-1]["event_data"]["res"]["msg"]


def test_the_only_image_of_a_limit_is_lost_for_good(awx: Workplace) -> None:
    variables = awx.host(roles=["lockout"], on_error="stop")
    inventory = images("lost", "design", connection=CONNECTION, **variables)
    arguments = "-u installer --ask-pass -l lost"
    job = launch(awx, 74, inventory, survey=SURVEY, arguments=arguments, passwords=CREDENTIAL).wait()
    assert job.exit_code != 0, job.output
    handed = job.handed_over()["appstream_image_lost"]
    assert (handed["failed"], handed["step"]) == (True, "roles"), handed
    assert awx.builders()["lost"]["State"] == "STOPPED"


def test_no_file_is_written_without_a_folder(slices: dict[str, Job]) -> None:
    job = slices["design"]
    assert "Report: no file was written" in job.output
    assert job.handed_over()["appstream_image_design"]["manifest_path"] is None
    assert {path.name for path in (job.folder / "project").iterdir()} == {"ansible.cfg", "roles", "site.yml"}


def test_the_report_says_that_its_folder_goes_with_the_job(slices: dict[str, Job], next_job: Job) -> None:
    job = slices["office"]
    path = Path(job.handed_over()["appstream_image_office"]["manifest_path"])
    assert path.parent == job.folder / "project" / "appstream_reports"
    assert f"Report: {path}, which AWX deletes with the job" in job.output
    kept = Path(next_job.handed_over()["appstream_image_kiosk"]["manifest_path"])
    assert f"Report: {kept}" in next_job.output.splitlines()
    assert json.loads(kept.read_text())["images"][0]["name"] == "kiosk"


def test_answers_of_a_survey_are_text(awx: Workplace, slices: dict[str, Job]) -> None:
    builder = awx.builders()["office"]
    assert builder["State"] == "STOPPED", "survey_on_error"
    assert builder["RootVolumeConfig"] == {"VolumeSizeInGb": 250}
    run = slices["office"].handed_over()["appstream_image_office"]["manifest"]["run"]
    started, expires = (datetime.fromisoformat(run[key].replace("Z", "+00:00")) for key in ("started", "expires"))
    assert (expires - started).total_seconds() == 12 * 3600
    image = slices["design"].handed_over()["appstream_image_design"]["name"]
    assert awx.images()[image]["DynamicAppProvidersEnabled"] == "DISABLED"


def test_connection_variables_of_a_survey_reach_localhost(
    awx: Workplace, slices: dict[str, Job], next_job: Job
) -> None:
    assert next_job.exit_code == 0, next_job.output
    handed = next_job.handed_over()
    assert sorted(handed) == ["appstream_image_kiosk"], "what earlier jobs handed over is not handed over again"
    image = awx.images()[handed["appstream_image_kiosk"]["name"]]
    assert image["State"] == "AVAILABLE"
    assert image["Description"] == f"After {slices['design'].handed_over()['appstream_image_design']['name']}"
    assert PASSWORD not in next_job.text()


@pytest.mark.parametrize("name", ["design", "office"])
def test_every_event_of_a_job_is_there(slices: dict[str, Job], name: str) -> None:
    job = slices[name]
    assert not list((job.artifacts / "job_events").glob("*-partial.json*"))
    events = job.events()
    assert [event["counter"] for event in events] == list(range(1, len(events) + 1))
    shown = "".join(f"{event['stdout']}\r\n" for event in events if event["stdout"])
    assert squeezed(shown) == squeezed(job.output), "every line belongs to an event"
    plays = [event["event_data"]["name"] for event in events if event["event"] == "playbook_on_play_start"]
    assert plays == ["Plan", "Build", "Report"]
    started, ended = of_tasks(events, "start"), of_tasks(events, "ok", "failed", "skipped", "unreachable")
    assert started == ended and len(started) > 20
    # These jobs are verbose, and what installs applications is counted where it is tested.
    counted = [event for event in events if event["event"] != "verbose" and not _installs(event)]
    assert len(counted) <= MOST_EVENTS / 40, "30 images in one job, and what else they print"
    roles = {event["event_data"].get("role") for event in events if event["event"] == "runner_on_start"}
    assert {"provision_image_builder", "licence"} <= {str(role).rpartition(".")[2] for role in roles}
    progress = [event for event in events if event["event"] == "verbose" and ": RUNNING at " in event["stdout"]]
    assert progress, "states are events of their own, shown while a task runs"
    assert (
        max(len(str(event["event_data"].get("res", ""))) for event in events if "event_data" in event) < LARGEST_EVENT
    )


def _installs(event: dict[str, Any]) -> bool:
    return "install_applications" in str(event["event_data"].get("role"))


def of_tasks(events: list[dict[str, Any]], *kinds: str) -> list[tuple[str, str]]:
    """Tasks and hosts of events of these kinds, sorted."""
    wanted = {f"runner_on_{kind}" for kind in kinds}
    found = [event["event_data"] for event in events if event["event"] in wanted]
    # Of what Ansible does itself, such as end_host, it tells no start.
    return sorted((data["task_uuid"], data["host"]) for data in found if not data["task_action"].endswith("meta"))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
