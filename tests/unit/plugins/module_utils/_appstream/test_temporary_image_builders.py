# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which image builders are the service's own."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.temporary import (
    is_temporary,
    refuse_temporary,
)

TEMPORARY = {"name": "design-2-0123456789", "state": "UPDATING"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"state": "PENDING_QUALIFICATION"}, True),
        ({"name": "design0123456789"}, True),
        ({"vpc_config": {}}, True),
        ({"vpc_config": {"subnet_ids": []}}, True),
        # Somebody's own, with the seconds since 1970 in its name.
        ({"state": "RUNNING"}, False),
        ({"state": "STOPPED"}, False),
        ({"state": "PENDING"}, False),
        ({"vpc_config": {"subnet_ids": ["subnet-0123456789abcdef0"]}}, False),
        ({"name": "design"}, False),
        ({"name": "design-123456789"}, False),
        ({"name": "design-0123456789-1"}, False),
        ({"name": "design-0123456789\n"}, False),
        ({"state": None}, False),
    ],
)
def test_temporary(changes: dict[str, Any], expected: bool) -> None:
    assert is_temporary({**TEMPORARY, **changes}) is expected


def test_refusal() -> None:
    refuse_temporary(None)
    refuse_temporary({"name": "design", "state": "RUNNING"})
    with pytest.raises(AppStreamError, match="design-2-0123456789 is UPDATING: AppStream has made it"):
        refuse_temporary(TEMPORARY)
