# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A batch of cells runs once, for the tests of all its cells."""

from __future__ import annotations

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
