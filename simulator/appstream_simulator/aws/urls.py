# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where moto finds the AppStream service (the names in this file are moto's)."""

from __future__ import annotations

from appstream_simulator.aws.responses import AppStreamResponse

# moto's server builds the host from the signing name (appstream), clients use the endpoint prefix (appstream2).
url_bases = [r"https?://appstream2?\.(.+)\.amazonaws\.com"]
# JSON is at the root, rpc-v2-cbor has a path for each operation.
url_paths = {"{0}/$": AppStreamResponse.dispatch, "{0}/.*$": AppStreamResponse.dispatch}
