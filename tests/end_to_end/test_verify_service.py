# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Playbook verify_service on the simulator: it asks, tells, writes what can be published, and leaves nothing behind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from appstream_simulator.assumptions import ENTRIES
from appstream_simulator.settings import load
from workplace import PASSWORD, Run, Workplace, open_workplace

NAME = "euc-appstream-verify"
# Turned round one by one in tests of the module; here some at once, and those of Windows.
TURNED = {
    "missing_stack": "an empty list",
    "start_image_builder_while_moving": "OperationNotPermittedException",
    "address_changes_at_start": False,
    "stop_starting_fleet": "OperationNotPermittedException",
    "sharing_with_the_own_account": "InvalidParameterCombinationException",
}
WINDOWS = {
    "stock_preflight",
    "aws_cli_path",
    "list_applications_keys",
    "create_image_answer_arrives",
    "scan_ends_in_time",
}


def verify(workplace: Workplace, *arguments: str, **variables: Any) -> Run:
    return workplace.run([*command_of(workplace, **variables), *arguments])


def command_of(workplace: Workplace, **variables: Any) -> list[str]:
    extra = {
        "verify_service_subnet_id": workplace.subnet_id,
        "verify_service_security_group_ids": [workplace.security_group_id],
        "verify_service_report_directory": str(workplace.folder / "reports"),
        "verify_service_wait_delay": 1,
        **variables,
    }
    (workplace.folder / "verify.yml").write_text(yaml.safe_dump(extra))
    command = ["ansible-playbook", "-i", str(workplace.folder / "inventory"), "-e", f"@{workplace.folder}/verify.yml"]
    return [*command, "euc.appstream.verify_service"]


def rows(workplace: Workplace) -> dict[str, dict[str, Any]]:
    told = json.loads((workplace.folder / "reports" / "verify_service.json").read_text())
    return {row["id"]: row for row in told["assumptions"]}


def nothing_is_left(workplace: Workplace) -> bool:
    state = workplace.control("state")
    return not any(state[kind] for kind in ("builders", "fleets", "stacks")) and workplace.images() == {}


def published(workplace: Workplace) -> str:
    folder = workplace.folder / "reports"
    return "".join(path.read_text() for path in sorted(folder.iterdir()))


def assert_nobody_is_named(text: str, workplace: Workplace) -> None:
    assert (
        re.findall(r"(?<!\d)\d{12}(?!\d)|arn:aws|\b(?:subnet|sg|vpc|eni)-[0-9a-f]+|\b\d+\.\d+\.\d+\.\d+\b", text) == []
    )
    for secret in (PASSWORD, workplace.environment["AWS_SECRET_ACCESS_KEY"], "AKIASIMULATEDACCESS1"):
        assert secret not in text


@pytest.mark.verify_service
def test_everything_is_asked_and_what_differs_is_told(tmp_path: Path) -> None:
    # What is asked on the way has to be asked before the end of it.
    durations = {
        "PENDING": 36000,
        "fleet_starting": 36000,
        "fleet_stopping": 36000,
        "image_deleting": 36000,
        "DELETING": 9000,
        "SNAPSHOTTING": 18000,
        "image_final_after_stopped": -9000,
    }
    with open_workplace(tmp_path / "project", assumptions=TURNED, durations=durations) as workplace:
        workplace.write_inventory()
        # What a run has left that was killed, and what is somebody's own.
        tags = {"euc.appstream:verify_service": "verify-of-yesterday"}
        workplace.client("appstream").create_stack(Name=NAME, Tags=tags)
        workplace.client("appstream").create_stack(Name=f"{NAME}-of-mine")
        run = verify(workplace, verify_service_accept_cost=True)
        assert run.exit_code == 0, run.output
        found = rows(workplace)
        different = {
            name for name, row in found.items() if row["verdict"] == "different" and "duration" not in ENTRIES[name]
        }
        assert different == set(TURNED), run.output
        assert {name: found[name]["seen"] for name in TURNED} == TURNED
        assert {name: found[name]["verdict"] for name in WINDOWS} == dict.fromkeys(WINDOWS, "same")
        assert (
            f"different  missing_stack: assumed {ENTRIES['missing_stack']['assumed']}, seen an empty list" in run.output
        )
        workplace.client("appstream").delete_stack(Name=f"{NAME}-of-mine")
        assert nothing_is_left(workplace), "but for what is somebody's own"
        assert_nobody_is_named(published(workplace), workplace)
        settings = load(workplace.folder / "reports" / "verify_service_settings.yml", {})
        assert settings.assumptions.items() >= TURNED.items()
        assert workplace.journal("unhandled") == []


@pytest.mark.verify_service
def test_killed_the_next_run_removes_what_it_left_and_so_does_clean_up(workplace: Workplace) -> None:
    """kill -9 twice: as soon as the image builder is RUNNING, and as soon as the next run has made one of its own."""
    workplace.write_inventory()
    command = command_of(workplace, verify_service_accept_cost=True)

    def made(times: int) -> bool:
        return len([call for call in workplace.calls("CreateImageBuilder") if call["status"] == 200]) == times

    workplace.kill(command, lambda: workplace.builders().get(NAME, {}).get("State") == "RUNNING")
    assert made(1)
    workplace.kill(command, lambda: made(2))
    done = [call["operation"] for call in workplace.calls() if call["operation"].endswith("ImageBuilder")]
    assert done.index("DeleteImageBuilder") < len(done) - 1 - done[::-1].index("CreateImageBuilder"), done
    (workplace.folder / "clean_up.yml").write_text("clean_up_grace: 0\nclean_up_wait_delay: 1\n")
    cleaned = ["ansible-playbook", "-e", f"@{workplace.folder}/clean_up.yml", "euc.appstream.clean_up"]
    run = workplace.run(cleaned)
    assert run.exit_code == 0, run.output
    assert workplace.builders() == {}
    assert_nobody_is_named(published(workplace), workplace)


def test_what_costs_nothing_changes_nothing(workplace: Workplace) -> None:
    workplace.write_inventory()
    run = verify(workplace, "--tags", "read_only")
    assert run.exit_code == 0, run.output
    asked = {name for name, row in rows(workplace).items() if row["verdict"] != "not asked"}
    assert "missing_image" in asked and "page_size" in asked
    changing = [
        call["operation"] for call in workplace.calls() if not call["operation"].startswith(("Describe", "Get", "List"))
    ]
    assert changing == []
    assert_nobody_is_named(published(workplace), workplace)


def test_without_agreement_nothing_is_made(workplace: Workplace) -> None:
    workplace.write_inventory()
    run = verify(workplace)
    assert run.exit_code == 2 and "verify_service_accept_cost=true" in run.output
    assert "about an hour" in run.output and nothing_is_left(workplace)
    assert workplace.calls("CreateImageBuilder") == []
