# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module image_builder_software decides: by status, state and options."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import Connect, Plan
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.states import (
    ASSOCIATE,
    DEPLOY,
    DISASSOCIATE,
    DONE,
    FAIL,
    WAIT,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.troubleshooting import (
    SOFTWARE_REMEDY,
    remedies,
    reported_errors,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import (
    SOFTWARE_NAME,
    software_problems,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import History
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder_software.resource import (
    ImageBuilderSoftware,
)
from appstream_simulator.aws.licensed_software import SOFTWARE_NAMES
from hypothesis import given
from hypothesis import strategies as st

OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
VISIO = "Microsoft_Visio_2024_LTSC_Standard_64Bit"


def no_client(service: str, **more: Any) -> Any:
    raise NotImplementedError(service)


def software(connect: Connect = no_client, **options: Any) -> ImageBuilderSoftware:
    defaults = {
        "name": "design",
        "softwares": [OFFICE],
        "state": "present",
        "purge": False,
        "deploy": True,
        "retry_failed": False,
    }
    return ImageBuilderSoftware({**defaults, **options}, connect)


def step(image_builder: dict[str, Any], *taken: str, **options: Any) -> str:
    """The next step after those that have been taken."""
    return software(**options).next_step(image_builder, Plan({}, {}), History(began=0, actions=list(taken)))


def builder(state: str = "RUNNING", **statuses: str) -> dict[str, Any]:
    names = {"office": OFFICE, "visio": VISIO}
    listed = [{"software_name": names[key], "status": status} for key, status in statuses.items()]
    return {"name": "design", "arn": "arn", "state": state, "software_associations": listed}


@pytest.mark.parametrize(
    ("status", "present", "staged", "absent", "unstaged"),
    [
        (None, DEPLOY, ASSOCIATE, DONE, DONE),
        ("STAGED_FOR_INSTALLATION", DEPLOY, DONE, DEPLOY, DISASSOCIATE),
        ("PENDING_INSTALLATION", WAIT, WAIT, WAIT, WAIT),
        ("INSTALLED", DONE, DONE, DEPLOY, DISASSOCIATE),
        ("STAGED_FOR_UNINSTALLATION", DEPLOY, ASSOCIATE, DEPLOY, DONE),
        ("PENDING_UNINSTALLATION", WAIT, WAIT, WAIT, WAIT),
        ("FAILED_TO_INSTALL", FAIL, FAIL, DEPLOY, DISASSOCIATE),
        ("FAILED_TO_UNINSTALL", DEPLOY, ASSOCIATE, FAIL, FAIL),
        ("INSTALLATION_OF_A_NEW_KIND", WAIT, WAIT, WAIT, WAIT),
    ],
)
def test_steps_by_status(status: str | None, present: str, staged: str, absent: str, unstaged: str) -> None:
    image_builder = builder(office=status) if status else builder()
    steps = [
        step(image_builder, state=state, deploy=deploy) for state in ("present", "absent") for deploy in (True, False)
    ]
    assert steps == [present, staged, absent, unstaged]


@pytest.mark.parametrize(
    ("state", "to_do", "nothing_to_do"),
    [
        ("RUNNING", DEPLOY, DONE),
        ("PENDING", WAIT, WAIT),
        ("UPDATING_AGENT", WAIT, WAIT),
        ("PENDING_SYNCING_APPS", WAIT, WAIT),
        ("SYNCING_APPS", WAIT, WAIT),
        ("REBOOTING", WAIT, WAIT),
        ("OF_A_NEW_KIND", WAIT, WAIT),
        ("STOPPING", FAIL, DONE),
        ("STOPPED", FAIL, DONE),
        ("SNAPSHOTTING", FAIL, DONE),
        ("DELETING", FAIL, DONE),
        ("FAILED", FAIL, DONE),
    ],
)
def test_steps_by_state(state: str, to_do: str, nothing_to_do: str) -> None:
    assert step(builder(state)) == to_do
    assert step(builder(state, office="INSTALLED")) == nothing_to_do


def test_failures_of_other_software_are_none_of_this_tasks() -> None:
    image_builder = builder(office="INSTALLED", visio="FAILED_TO_INSTALL")
    assert step(image_builder) == DONE
    assert step(image_builder, purge=True) == DEPLOY
    assert software().statuses_after(image_builder) == {OFFICE: "INSTALLED", VISIO: "FAILED_TO_INSTALL"}


def test_what_others_have_begun_is_waited_for_and_deployed_along() -> None:
    assert step(builder(office="INSTALLED", visio="PENDING_UNINSTALLATION")) == WAIT
    assert step(builder(office="INSTALLED", visio="STAGED_FOR_INSTALLATION")) == DEPLOY
    staged = builder(office="INSTALLED", visio="STAGED_FOR_INSTALLATION")
    assert step(staged, deploy=False) == DONE


def test_failed_software_is_retried_once() -> None:
    failed = builder(office="FAILED_TO_INSTALL")
    assert step(failed, retry_failed=True) == DEPLOY
    assert step(failed, DEPLOY, retry_failed=True) == FAIL
    assert step(failed, retry_failed=True, deploy=False) == FAIL


@pytest.mark.parametrize("deploy", [True, False])
def test_what_is_under_way_is_no_change(client: Any, deploy: bool) -> None:
    plan = software(lambda service, **more: client, deploy=deploy).plan(builder(office="PENDING_INSTALLATION"))
    assert (plan.after, plan.changes_anything) == ({OFFICE: "INSTALLED"}, False)


@pytest.mark.parametrize(
    ("image_builder", "shown"),
    [
        (builder(), "RUNNING"),
        (builder("SYNCING_APPS", office="PENDING_INSTALLATION"), f"SYNCING_APPS, waiting for {OFFICE}"),
        (builder(office="INSTALLED"), "RUNNING"),
        (None, "ABSENT"),
    ],
)
def test_what_lines_of_progress_show(image_builder: dict[str, Any] | None, shown: str) -> None:
    assert software().describe(image_builder) == shown


def test_failures_are_reported_with_their_errors() -> None:
    errors = [{"error_code": "1603", "error_message": "No space."}, {"error_code": "17002"}]
    image_builder = builder(office="FAILED_TO_INSTALL", visio="INSTALLED")
    image_builder["software_associations"][0]["deployment_error"] = errors
    assert reported_errors(image_builder) == f"{OFFICE} FAILED_TO_INSTALL: 1603: No space., 17002"
    assert remedies(image_builder) == SOFTWARE_REMEDY
    assert reported_errors(builder(visio="INSTALLED")) is None


def test_all_names_of_the_service_have_the_form_that_is_checked() -> None:
    assert all(SOFTWARE_NAME.match(name) for name in SOFTWARE_NAMES)


@given(st.lists(st.sampled_from(sorted(SOFTWARE_NAMES)), unique=True))
def test_only_software_of_one_year_and_architecture_goes_together(names: list[str]) -> None:
    kinds = {(name.split("_")[2], name.rsplit("_", 1)[1]) for name in names}
    assert bool(software_problems("softwares", names)) == (len(kinds) > 1)


@given(st.lists(st.text(min_size=1)))
def test_names_of_another_form_are_left_to_the_service(names: list[str]) -> None:
    assert software_problems("softwares", names, "WINDOWS_SERVER_2016") == []


@pytest.mark.parametrize(
    ("year", "platform", "fits"),
    [
        ("2021", "WINDOWS_SERVER_2019", True),
        ("2021", "WINDOWS_SERVER_2016", False),
        ("2024", "WINDOWS_SERVER_2019", False),
        ("2024", "WINDOWS_SERVER_2022", True),
        ("2024", "WINDOWS_SERVER_2025", True),
        ("2024", "WINDOWS_SERVER_2028", True),
        ("2024", None, True),
    ],
)
def test_platforms(year: str, platform: str | None, fits: bool) -> None:
    assert (software_problems("softwares", [OFFICE.replace("2024", year)], platform) == []) is fits
