# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Image builders as members of a real domain (setting `active_directory`): the worker's half of a domain join.

The network is asked by the worker, never under the simulation's lock. Sources: "Troubleshooting Active Directory" and
"Notification codes" of the developer guide. That a directory which cannot be reached at a later start is reported as at
a join is unproven [unreachable_directory_at_later_start].
"""

from __future__ import annotations

import secrets
import shutil
import string
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from appstream_simulator.aws import network, security_groups
from appstream_simulator.aws.domain_join import DomainJoinError
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.windows.domain.join import Join, confirm, join
from appstream_simulator.windows.domain.join_errors import JoinError
from appstream_simulator.windows.domain.membership import Membership

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

# Computers get names of the service's own making; the form is that of EC2's Windows images.
_NAME_PREFIX, _NAME_LENGTH = "EC2AMAZ-", 7
_NAME_CHARACTERS = string.ascii_uppercase + string.digits

# Told the error, or None; called with the simulation's lock held.
Then = Callable[[DomainJoinError | None], None]


def is_asked_for(backend: AppStreamBackend, builder: ImageBuilder) -> bool:
    """Whether the builder is to be a member of a real domain."""
    return backend.simulation.settings.active_directory and bool(builder.request.get("DomainJoinInfo"))


def establish(backend: AppStreamBackend, builder: ImageBuilder, then: Then) -> None:
    """Join the builder's machine, or check that it still is a member, and go on with `then`. Returns at once.

    To be called with the simulation's lock held, for a builder that has a network interface.
    """
    simulation = backend.simulation
    unit = builder.request["DomainJoinInfo"]["OrganizationalUnitDistinguishedName"]
    known = builder.membership
    request = _request(backend, builder, unit)

    def attempt() -> Membership:
        if known is None:
            return join(request)
        return confirm(known, unit, request.name_servers, request.lets_out)

    def job() -> None:
        error: DomainJoinError | None = None
        detail = ""
        try:
            membership = attempt()
            simulation.site.get(builder.arn).join(membership)
            builder.membership = membership
        except JoinError as refusal:
            error, detail = _reported(refusal, known), refusal.detail
        except Exception as failure:
            # Loud, and the builder does not stay PENDING for ever.
            traceback.print_exception(failure)
            simulation.report(failure)
            error = DomainJoinError("INTERNAL_SERVICE_ERROR", f"simulator error: {type(failure).__name__}")
        simulation.journal.record(
            "domain_join",
            host=builder.name,
            domain=request.domain,
            computer=known.computer_name if known else request.computer_name,
            status=error.code if error else "joined",
            detail=detail,
        )
        with simulation.lock:
            then(error)

    simulation.worker.submit(job)


def forget(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """Throw the keys of a builder's machine away. Its account in the domain stays, as the service never deletes it."""
    if is_asked_for(backend, builder):
        folder = _folder(backend, builder)
        backend.simulation.worker.submit(lambda: shutil.rmtree(folder, ignore_errors=True))


def _request(backend: AppStreamBackend, builder: ImageBuilder, unit: str) -> Join:
    account, region, simulation = backend.account_id, backend.region_name, backend.simulation
    config = backend.directory_configs[builder.request["DomainJoinInfo"]["DirectoryName"]]

    def lets_out(address: str, protocol: str, port: int) -> bool:
        with simulation.lock:
            groups = security_groups.of_interface(account, region, builder.network_interface)
            return security_groups.lets_out(account, region, groups, address, protocol, port)

    name = "".join(secrets.choice(_NAME_CHARACTERS) for _ in range(_NAME_LENGTH))
    return Join(
        domain=config.name,
        unit=unit,
        account=config.account_name or "",
        password=config.account_password or "",
        computer_name=f"{_NAME_PREFIX}{name}",
        description=f"WorkSpaces Applications - image-builder:{builder.name}",
        operating_system=f"{builder.image.platform.replace('_', ' ').title()} Datacenter",
        name_servers=network.name_servers(account, region, builder.request["VpcConfig"]["SubnetIds"][0]),
        lets_out=lets_out,
        folder=_folder(backend, builder),
    )


def _folder(backend: AppStreamBackend, builder: ImageBuilder) -> Path:
    return backend.simulation.keys_folder / f"{backend.account_id}-{backend.region_name}-{builder.name}"


def _reported(refusal: JoinError, known: Membership | None) -> DomainJoinError:
    if known is not None and refusal.name == "ERROR_LOGON_FAILURE":
        # The computer's own account, not the service account.
        return DomainJoinError("INTERNAL_SERVICE_ERROR", str(refusal))
    return DomainJoinError(f"DOMAIN_JOIN_{refusal.name}", str(refusal))
