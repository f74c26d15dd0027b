# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Directory configs: the Active Directory domains image builders can join."""

from __future__ import annotations

from typing import Any

from .aws import to_ansible_dict
from .calls import call_pages


def describe_directory_configs(client: Any) -> list[dict[str, Any]]:
    """Return all directory configs of the Region. Their passwords are never in the answer. Raises AppStreamError."""
    found = call_pages(client, "describe_directory_configs", "all directory configs", "DirectoryConfigs")
    # The account's name is marked sensitive in the API's model, and nobody here needs it.
    return [to_ansible_dict({k: v for k, v in one.items() if k != "ServiceAccountCredentials"}) for one in found]
