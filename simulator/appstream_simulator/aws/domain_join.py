# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The domain join of an instance that is being provisioned, as far as it can fail without a domain controller.

With the setting `active_directory` what passes here is then really joined, see `domain_membership`.

Sources: error codes and their causes in the developer guide, "Troubleshooting Active Directory Domain Join". That a
directory config without a service account ends in a failed logon is unproven, and so are the texts of the messages
but the one about the group name.
"""

from __future__ import annotations

import re

from appstream_simulator.aws.directory_config import DirectoryConfig

_SPACE_AROUND_COMMA = re.compile(r"\s,|,\s")


class DomainJoinError(Exception):
    """The instance cannot be joined to the domain.

    Attributes:
        code: the ErrorCode AppStream reports it with (service model: FleetErrorCode).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check(config: DirectoryConfig, unit: str, in_vpc: bool) -> None:
    """Raise unless the instance can be joined.

    Args:
        unit: the distinguished name of the organizational unit, one of the directory config's.
        in_vpc: whether the instance is in a VPC, from which alone a domain can be reached.

    Raises:
        DomainJoinError: it cannot.
    """
    if not in_vpc:
        raise DomainJoinError("DOMAIN_JOIN_ERROR_NO_SUCH_DOMAIN", "The domain cannot be reached without a VPC.")
    if config.account_name is None:
        message = f"The user name or password is incorrect: {config.name} has no service account."
        raise DomainJoinError("DOMAIN_JOIN_ERROR_LOGON_FAILURE", message)
    if not unit.upper().startswith("OU="):
        message = f"The parameter is incorrect: {unit} does not start with OU=."
        raise DomainJoinError("DOMAIN_JOIN_ERROR_INVALID_PARAMETER", message)
    if _SPACE_AROUND_COMMA.search(unit):
        raise DomainJoinError("DOMAIN_JOIN_INTERNAL_SERVICE_ERROR", "The group name could not be found.")
