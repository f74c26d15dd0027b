# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import AwsAction


class ActionModule(AwsAction):
    """Runs euc.appstream.service_probe in the process of the task where that is the controller's."""
