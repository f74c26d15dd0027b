# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whose clock says what is over."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.reading import aws_time
from hypothesis import given
from hypothesis import strategies as st


def client(**metadata: Any) -> Any:
    """A client that answers with this metadata."""
    return SimpleNamespace(describe_image_builders=lambda MaxResults: {"ResponseMetadata": metadata})


def test_aws_says_what_time_it_is_whatever_the_controller_thinks() -> None:
    headers = {"date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    assert aws_time(client(HTTPHeaders=headers)) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=timezone.utc)


@pytest.mark.parametrize("metadata", [{}, {"HTTPHeaders": None}, {"HTTPHeaders": {}}, {"HTTPHeaders": {"date": None}}])
def test_without_it_the_controllers_clock_does(metadata: dict[str, Any]) -> None:
    assert abs(aws_time(client(**metadata)) - datetime.now(timezone.utc)) < timedelta(minutes=1)


@given(st.text())
def test_whatever_the_header_says_there_is_a_time(header: str) -> None:
    assert aws_time(client(HTTPHeaders={"date": header})).tzinfo is not None
