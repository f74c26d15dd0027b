# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What to do about a connection that is lost is said once, and about nothing else."""

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import failure_of
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.lost_connections import remedy_of


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("Task failed: the specified credentials were rejected by the server", "its password"),
        ("Max retries exceeded (Caused by SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...'))", "another certificate"),
        ("ntlm: ('Connection aborted.', RemoteDisconnected('Remote end closed connection'))", "was lost"),
        ("Task failed: Bad HTTP response returned from server. Code 400", "was lost"),
        ("HTTPConnectionPool(host='10.0.0.4', port=5985): Read timed out. (read timeout=30)", "was lost"),
    ],
)
def test_remedies(message: str, remedy: str) -> None:
    assert remedy in remedy_of(message)
    told = failure_of("Step", "baseline", "", {"msg": message}).message
    assert told.startswith(message.rstrip(".")) and told.endswith("Then run the same command again.")


@pytest.mark.parametrize(
    "message",
    [
        "Application 7zip could not be installed",
        "The password of install is wrong. Ansible's own words: the specified credentials were rejected by the server",
    ],
)
def test_no_remedy(message: str) -> None:
    assert remedy_of(message) == ""
    assert failure_of("Step", "", "", {"msg": message}).message == message
