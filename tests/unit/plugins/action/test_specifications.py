# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Action plugins without a module behind them take the options that are documented."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

_KEYS = ("type", "elements", "required", "choices", "default")
_ACTIONS = [
    "builder_connection",
    "capture_preflight",
    "default_profile",
    "seal",
    "session_settings",
    "windows_settings",
]


def comparable(options: Mapping[str, Any], below: str) -> dict[str, Any]:
    return {
        name: {
            **{key: option[key] for key in _KEYS if key in option},
            "options": comparable(option.get(below) or {}, below),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("name", _ACTIONS)
def test_options_are_documented_as_they_are(name):
    prefix = "ansible_collections.euc.appstream.plugins"
    taken = importlib.import_module(f"{prefix}.action.{name}").ARGUMENT_SPEC
    documented = yaml.safe_load(importlib.import_module(f"{prefix}.modules.{name}").DOCUMENTATION)["options"]
    assert comparable(taken, "options") == comparable(documented, "suboptions")
