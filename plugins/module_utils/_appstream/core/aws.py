# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The gate to amazon.aws: nothing else in this collection imports it.

Works with amazon.aws 10.1 to 11.x; uses only its documented helpers.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any, NoReturn

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    boto3_inventory_conn,
    get_aws_connection_info,
)
from ansible_collections.amazon.aws.plugins.module_utils.common import set_collection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec
from ansible_collections.amazon.aws.plugins.module_utils.tagging import compare_aws_tags
from ansible_collections.amazon.aws.plugins.module_utils.transformation import (
    boto3_resource_to_ansible_dict,
    scrub_none_parameters,
)

from .credentials import TIMEOUT
from .errors import AppStreamError
from .lifetime import end_of, warning_about
from .logon import code_problem, collision, region_problem
from .renewable_client import RenewableClient, opened

try:
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session as BotocoreSession
except ImportError:
    pass  # AnsibleAWSModule reports a missing botocore

COLLECTION_NAME = "euc.appstream"
COLLECTION_VERSION = "0.1.0"

CREDENTIALS_OPTION: dict[str, Any] = {"credentials_timeout": {"type": "int", "default": TIMEOUT}}
"""What every AWS module of this collection has beside amazon.aws's own options."""

# Maps whose keys are the user's own and must keep their spelling.
_VERBATIM = ["Tags", "TagSpecifications", "Metadata"]

__all__ = [
    "AnsibleAppStreamModule",
    "compare_aws_tags",
    "connection_option_names",
    "scrub_none_parameters",
    "to_ansible_dict",
]


class AnsibleAppStreamModule(AnsibleAWSModule):  # type: ignore[misc]  # amazon.aws is untyped
    """AnsibleAWSModule that names this collection in its User-Agent and fails with an AppStreamError's own words."""

    def __init__(self, *, argument_spec: dict[str, Any], **kwargs: Any) -> None:
        set_collection_info(COLLECTION_NAME, COLLECTION_VERSION)
        super().__init__(argument_spec={**argument_spec, **CREDENTIALS_OPTION}, **kwargs)

    def client(self, service: str, **more: Any) -> Any:
        """Return a client of an AWS service that can be renewed; fails the module when there can't be one.

        ``more`` takes the place of what the module's options say, such as ``region``.
        """

        def open_again() -> Any:
            region, endpoint, options = get_aws_connection_info(self)
            options = {"region": region, "endpoint": endpoint, **options, **more}
            return boto3_inventory_conn(conn_type="client", resource=service, **options)

        self._refuse_logon(more.get("region"))
        client = opened(open_again, self.params["credentials_timeout"])
        # What can't be opened is opened by amazon.aws once more, which says so in its own words.
        client = super().client(service, **more) if client is None else client
        return RenewableClient(client, open_again, self.params["credentials_timeout"])

    def _refuse_logon(self, region: str | None) -> None:
        """Fail the module when it can't log on to AWS the way it is asked to, saying where that comes from."""
        problem = collision(self.params, os.environ)
        if problem is None:
            problem = region_problem(region or get_aws_connection_info(self)[0], os.environ)
        if problem is None and not self.params.get("access_key"):
            problem = code_problem(self.params.get("profile") or "default", self._profiles())
        if problem is not None:
            self.fail_json(msg=problem)

    def _profiles(self) -> dict[str, dict[str, Any]]:
        """Return the profiles of the AWS configuration files; none when they can't be read just now."""
        try:
            return dict(BotocoreSession().full_config["profiles"])
        except BotoCoreError:
            return {}

    def credentials_warning(self) -> str | None:
        """Return what to say of credentials that end before a build that begins now is likely to."""
        return warning_about(end_of(self.params, self._profiles(), os.environ), datetime.now(timezone.utc))

    def fail_json_appstream(self, error: AppStreamError) -> NoReturn:  # type: ignore[misc]  # fail_json never returns
        """End the module with the error's message, AWS's own error and what the error knows about the resource.

        ``retryable`` tells the action plugins whether another run may succeed.
        """
        values: dict[str, Any] = {**error.result, "retryable": error.is_retryable}
        if error.aws_error:
            values["error"] = error.aws_error
        if error.remedy:
            values["remedy"] = error.remedy
        self.fail_json(msg=str(error), **self._gather_versions(), **values)


def connection_option_names() -> set[str]:
    """Return the names and aliases of the options every AWS module has (region, profile, endpoint_url and so on)."""
    specification = aws_argument_spec()
    aliases = (option.get("aliases", []) for option in specification.values())
    return {*specification, *CREDENTIALS_OPTION}.union(*aliases)


def to_ansible_dict(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource as boto3 gives it with snake_case keys and times as ISO 8601 text."""
    converted: dict[str, Any] = boto3_resource_to_ansible_dict(
        resource, transform_tags=False, force_tags=False, ignore_list=_VERBATIM
    )
    return converted
