# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which Regions there are, and in which of them AppStream is."""

from __future__ import annotations

import functools
from typing import Any

from botocore.session import get_session

# Developer guide, "Allowed Domains". botocore 1.44.8 knows the same ones; an older botocore knows fewer.
_DOCUMENTED = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-5",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "us-west-2",
    }
)

# moto answers for these whatever the Region: they have endpoints that are global.
_GLOBAL_SERVICES = frozenset({"iam", "s3", "sts"})


@functools.cache
def of_appstream() -> frozenset[str]:
    """The Regions that have AppStream."""
    session = get_session()
    known = (session.get_available_regions("appstream", partition) for partition in session.get_available_partitions())
    return _DOCUMENTED.union(*known)


@functools.cache
def _of_aws() -> frozenset[str]:
    partitions: list[dict[str, Any]] = get_session().get_data("endpoints")["partitions"]
    return frozenset(region for partition in partitions for region in partition["regions"])


def problem(service: str, region: str) -> str:
    """Why there is no endpoint of a service (its signing name) in a Region; empty when there is one.

    Without an endpoint AWS has no name that resolves, so that a client never gets an answer. Here it gets one.
    """
    if service == "appstream" and region not in of_appstream():
        return f"AppStream has no endpoint in the Region {region!r}. It is in {', '.join(sorted(of_appstream()))}."
    if service and service not in _GLOBAL_SERVICES and region not in _of_aws():
        return f"There is no endpoint of {service} in the Region {region!r}, because AWS has no such Region."
    return ""
