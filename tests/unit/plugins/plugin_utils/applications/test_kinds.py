# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The table of kinds fits the options that are documented, what carries kinds out, and the guide."""

from __future__ import annotations

import kinds_table
import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import installing
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import (
    KINDS,
    REQUIRED_FOR_REMOVAL,
    Kind,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.specification import (
    APPLICATION,
    ARGUMENT_SPEC,
    SETTINGS,
    with_defaults,
)

_INSTALL = APPLICATION["install"]["options"]


def test_every_kind_is_a_choice_and_every_option_means_something() -> None:
    assert list(KINDS) == _INSTALL["kind"]["choices"]
    assert {option for kind in KINDS.values() for option in kind.options} == set(_INSTALL)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_kind_can_be_carried_out(kind: Kind) -> None:
    assert kind.runner in installing._RUNNERS
    assert kind.remover in ("", *installing._REMOVERS)
    assert set(kind.required) <= set(kind.options) and kind.summary


def test_what_is_required_for_removal_is_an_option_of_the_kind() -> None:
    for name, required in REQUIRED_FOR_REMOVAL.items():
        assert KINDS[name].remover and set(required) <= set(KINDS[name].options)


def test_the_guide_has_the_table() -> None:
    assert kinds_table.written() == kinds_table.table()


def test_what_describes_an_application_and_what_describes_the_task() -> None:
    assert set(APPLICATION) | set(SETTINGS) == set(ARGUMENT_SPEC) and not set(APPLICATION) & set(SETTINGS)
    assert ARGUMENT_SPEC["credentials"]["no_log"]


def test_defaults_are_filled_in_at_every_depth() -> None:
    values = with_defaults({"name": "a", "install": {"sources": [{"source": "b"}], "file": None}, "verify": None})
    assert values["install"]["sources"] == [{"source": "b", "template": False, "s3_access": "presigned"}]
    assert values["verify"] == [] and "file" not in values["install"] and values["required"] is True
