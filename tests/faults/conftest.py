# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A batch of cells runs once, for the tests of all its cells."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from matrix import of_batch
from run import Observed, run_batch


@pytest.fixture(scope="session")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Observed]:
    """What a batch of that name has come to."""
    known: dict[str, Observed | Exception] = {}

    def of(batch: str) -> Observed:
        if batch not in known:
            _claim(batch, tmp_path_factory)
            try:
                known[batch] = run_batch(of_batch(batch), tmp_path_factory.mktemp("batch") / "workplace")
            except Exception as error:
                # All tests of the batch fail with it, none of them runs it again.
                known[batch] = error
        found = known[batch]
        if isinstance(found, Exception):
            raise found
        return found

    return of


def _claim(batch: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fail when another process of pytest-xdist runs the batch, too: each would run it for a few of its tests."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run:
        named = re.sub(r"[^a-z0-9]+", "-", batch.lower())
        (tmp_path_factory.getbasetemp().parent / f"batch-{named}-{run}").mkdir()
