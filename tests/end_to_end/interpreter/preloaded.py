# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every task of a run would load again is loaded once by ansible-playbook, before it forks.

Ansible forks a process for each task and host. Each of them would import botocore or pywinrm, search the folders of
botocore's data for every client, and read the models of its services.
"""

from __future__ import annotations

import functools
import gc
import importlib
from collections.abc import Callable
from typing import Any

_MODULES = (
    "boto3",
    "botocore.loaders",
    "botocore.client",
    "botocore.httpsession",
    "botocore.handlers",
    "winrm",
    "spnego",
)
_SERVICES = ("appstream", "sts")


def _shared(read: Callable[..., Any]) -> Callable[..., Any]:
    """What a loader of the same folders has read, for all of them: a loader only keeps it for itself."""
    known: dict[Any, Any] = {}

    @functools.wraps(read)
    def reading(self: Any, *arguments: Any, **named: Any) -> Any:
        key = (tuple(self.search_paths), arguments, tuple(sorted(named.items())))
        if key not in known:
            known[key] = read(self, *arguments, **named)
        return known[key]

    return reading


def _preload() -> None:
    for name in _MODULES:
        importlib.import_module(name)
    import botocore.session
    from botocore.loaders import Loader

    for name in ("list_available_services", "determine_latest_version", "load_service_model", "load_data_with_path"):
        setattr(Loader, name, _shared(getattr(Loader, name)))
    loader = botocore.session.Session().get_component("data_loader")
    for service in _SERVICES:
        loader.load_service_model(service, "service-2")
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(name)


# A run ends before garbage would matter, and what is not collected is not copied after a fork, either.
gc.disable()
try:
    _preload()
except ImportError:
    # Then the run says what it needs.
    pass
