"""Every end-to-end test has a simulated account and builder addresses of its own, so that they can run side by side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from secret_search import found_below
from windows_box import start_windows_box
from workplace import OPENED, PASSWORD, SECRET_KEY, Workplace, open_workplace


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_left() -> Iterator[None]:
    """Whatever the tests have run, no file of any workplace holds the password of WinRM or the secret key of AWS."""
    yield
    assert found_below(OPENED, {"password of WinRM": PASSWORD, "AWS secret key": SECRET_KEY}) == []


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """A simulated account, its network and a user's project folder."""
    with open_workplace(tmp_path / "project") as opened:
        yield opened


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A workplace with one running image builder, host `windows-box`, shared by the tests of a file."""
    folder = tmp_path_factory.mktemp("box") / "project"
    with open_workplace(folder) as opened:
        start_windows_box(opened)
        yield opened


@pytest.fixture(scope="session")
def oldest_ansible() -> Path:
    """The virtual environment with the oldest supported ansible-core, which `tools/test oldest` makes."""
    return Path(os.environ["EUC_APPSTREAM_OLDEST_ANSIBLE"])
