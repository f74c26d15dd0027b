# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether a module of AWS runs in the process of its task or in one of its own makes no difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from both_ways import CASES, PROBES, Case, differences
from module_samples import SAMPLES, Account

MODULES = Path(__file__).resolve().parents[4] / "plugins" / "modules"


@pytest.mark.parametrize("case", [*PROBES, *CASES], ids=lambda case: case.name)
def test_both_ways(simulator: Any, case: Case) -> None:
    assert differences(Account(simulator.server.endpoint), case) == []


def test_every_module_of_aws_has_a_sample() -> None:
    asking = {path.stem for path in MODULES.glob("*.py") if "AnsibleAppStreamModule(" in path.read_text()}
    assert sorted(sample.module for sample in SAMPLES) == sorted(asking)
