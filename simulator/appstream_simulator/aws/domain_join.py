# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The domain join of an instance that is being provisioned, as far as it can fail without a domain controller.

With the setting `active_directory` what passes here is then really joined, see `domain_membership`.

Sources: error codes and their causes in the developer guide, "Troubleshooting Active Directory Domain Join". That a
directory config without a service account ends in a failed logon is unproven [directory_config_without_account].
"""

from __future__ import annotations

import re

from appstream_simulator.aws.directory_config import DirectoryConfig
from appstream_simulator.aws.notifications import MESSAGES

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
    code = None
    if not in_vpc:
        code = "DOMAIN_JOIN_ERROR_NO_SUCH_DOMAIN"
    elif config.account_name is None:
        code = "DOMAIN_JOIN_ERROR_LOGON_FAILURE"
    elif not unit.upper().startswith("OU="):
        # "The distinguished name must start with OU="
        code = "DOMAIN_JOIN_ERROR_FILE_NOT_FOUND"
    if code:
        raise DomainJoinError(code, MESSAGES[code])
    if _SPACE_AROUND_COMMA.search(unit):
        raise DomainJoinError("DOMAIN_JOIN_INTERNAL_SERVICE_ERROR", "The group name could not be found.")
