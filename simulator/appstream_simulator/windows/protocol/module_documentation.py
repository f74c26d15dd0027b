# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of a module by its documentation in the installed collections."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Mapping
from typing import Any

from ansible.plugins.loader import fragment_loader, init_plugin_loader, module_loader
from ansible.utils.plugin_docs import get_plugin_docs

_loading = threading.Lock()
# Documentation doesn't say what is secret; names do.
_SECRET_NAME = re.compile(r"password|passphrase|secret", re.IGNORECASE)
_KEPT = ("type", "elements", "choices", "aliases", "required", "default")


def options(module: str) -> dict[str, Any] | None:
    """The module's options as an argument specification, None when no such module is installed."""
    with _loading:
        _initialise()
        try:
            documentation, *_ = get_plugin_docs(module, "module", module_loader, fragment_loader, False)
        except Exception:  # the loader raises various errors for a module that isn't installed or has no documentation
            return None
    return {name: _option(name, option) for name, option in (documentation.get("options") or {}).items()}


@functools.lru_cache(maxsize=256)
def is_shipped(module: str) -> bool:
    """Whether the collection ansible.windows has a module of this full name; taken for granted when it is missing."""
    with _loading:
        _initialise()
        shipped, any_module = (
            module_loader.find_plugin(name, mod_type=".ps1") for name in (module, "ansible.windows.setup")
        )
    return shipped is not None or any_module is None


@functools.cache
def _initialise() -> None:
    init_plugin_loader()


def _option(name: str, documented: Mapping[str, Any]) -> dict[str, Any]:
    option = {key: documented[key] for key in _KEPT if documented.get(key) is not None}
    if isinstance(option.get("choices"), dict):
        option["choices"] = list(option["choices"])
    if _SECRET_NAME.search(name):
        option["no_log"] = True
    if documented.get("suboptions"):
        option["options"] = {key: _option(key, value) for key, value in documented["suboptions"].items()}
    if option.get("required"):
        option.pop("default", None)
    return option
