# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be changed about all machines of a site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appstream_simulator.windows.domain import group_policy
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import ComputerPolicy
from appstream_simulator.windows.protocol.faults import WindowsFaults


@dataclass
class MachineOptions:
    """What can be changed about all machines of a site.

    Attributes:
        older_agent_output: Image Assistant prints the malformed JSON that older agents are documented to print.
        one_token_values: what Image Assistant takes from `--option=value`; `image_assistant_options.ONE_TOKEN`.
        first_boot_applies_policy: computer policy has been applied when a new image builder is RUNNING; False: only its
            second boot after the join applies policy. Which of the two AppStream does is unproven
            [first_boot_applies_policy].
        read_policy: finds a member's computer policy.
        aws_endpoint: URL of the simulator's own AWS endpoint, from which the machines may fetch.
        faults: those of the site.
    """

    older_agent_output: bool = False
    one_token_values: str = "verbatim"
    first_boot_applies_policy: bool = True
    read_policy: Callable[[Membership], ComputerPolicy] = group_policy.read
    aws_endpoint: str | None = None
    faults: WindowsFaults = field(default_factory=WindowsFaults)
