# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a build prints: how many results and lines, and what people find in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from workplace import REPOSITORY, Run, Workplace, open_workplace

RECAP = re.compile(r"^\S+\s*: (ok=\d.*)$", re.MULTILINE)
COUNTED = re.compile(r"\b(?:ok|unreachable|failed|skipped)=(\d+)")


def results(run: Run) -> int:
    """Results of tasks of all hosts, by the numbers under PLAY RECAP."""
    return sum(int(number) for line in RECAP.findall(run.output) for number in COUNTED.findall(line))


def names(run: Run) -> list[str]:
    """Names of the tasks that are shown."""
    return re.findall(r"^TASK \[(.*)\]", run.output, re.MULTILINE)


@pytest.fixture
def quiet() -> dict[str, str]:
    """Ansible's default output, without what is handed to AWX."""
    return {"ANSIBLE_SHOW_CUSTOM_STATS": "0"}


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """One whose builders keep their connections for a while after the making of an image has begun, as AWS's do."""
    with open_workplace(
        tmp_path / "project", durations={"snapshot_begins": 6000, "power_off_after_create_image": 6000}
    ) as workplace:
        yield workplace


def lines_of_tasks(run: Run) -> int:
    """Lines but those of states that a wait has seen: how many it meets depends on the moment."""
    return len([line for line in run.output.splitlines() if not re.search(r" \(\d+:\d\d\)$", line)])


def test_an_application_is_one_result_and_three_lines(workplace: Workplace, quiet: dict[str, str]) -> None:
    seven_zip = workplace.seven_zip(version="24.09")
    run = workplace.build([workplace.recipe("design", applications=[seven_zip])], environment=quiet)
    assert run.exit_code == 0, run.output
    assert results(run) <= 45, run.output
    assert len(run.output.splitlines()) <= 100, run.output
    assert not [name for name in names(run) if str(REPOSITORY) in name]
    assert "Install 7-Zip 24.09" in names(run)
    further = [
        {"name": f"feature-{name}", "install": {"features": [name]}} for name in ("Telnet-Client", "TFTP-Client")
    ]
    more = workplace.build([workplace.recipe("office", applications=[seven_zip, *further])], environment=quiet)
    assert more.exit_code == 0, more.output
    assert results(more) == results(run) + len(further), more.output
    assert lines_of_tasks(more) <= lines_of_tasks(run) + 3 * len(further), more.output
