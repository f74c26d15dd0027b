"""What a build prints: how many results and lines, and what people find in them."""

from __future__ import annotations

import re

import pytest
from workplace import REPOSITORY, Run, Workplace

RECAP = re.compile(r"^\S+\s*: (ok=\d.*)$", re.MULTILINE)
COUNTED = re.compile(r"\b(?:ok|unreachable|failed|skipped)=(\d+)")
INSTALLATION = "euc.appstream.install_applications : "


def results(run: Run) -> int:
    """Results of tasks of all hosts, by the numbers under PLAY RECAP."""
    return sum(int(number) for line in RECAP.findall(run.output) for number in COUNTED.findall(line))


def parts(run: Run) -> list[str]:
    """The output, divided before each task, play and the recap."""
    return re.split(r"^(?=\n(?:TASK|PLAY) )", run.output, flags=re.MULTILINE)


def names(run: Run) -> list[str]:
    """Names of the tasks that are shown."""
    return re.findall(r"^TASK \[(.*)\]", run.output, re.MULTILINE)


@pytest.fixture
def quiet() -> dict[str, str]:
    """Ansible's default output, without what is handed to AWX."""
    return {"ANSIBLE_SHOW_CUSTOM_STATS": "0"}


def test_one_image_of_one_application(workplace: Workplace, quiet: dict[str, str]) -> None:
    run = workplace.build([workplace.recipe("design")], environment=quiet)
    assert run.exit_code == 0, run.output
    installation = [part for part in parts(run) if INSTALLATION in part]
    others = [part for part in parts(run) if INSTALLATION not in part]
    # What installs applications is counted where it is tested.
    assert len("".join(others).splitlines()) <= 95, run.output
    assert results(run) - len(installation) <= 25, run.output
    assert not [name for name in names(run) if str(REPOSITORY) in name]
