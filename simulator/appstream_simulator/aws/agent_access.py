# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Agent access settings of image builders (service model: ImageBuilderAgentAccessConfig and its ForUpdate variant)."""

from __future__ import annotations

from typing import Any

from appstream_simulator.aws.unproven import refusal


def check(config: dict[str, Any]) -> None:
    """Raise unless an action is enabled and screenshots, if uploaded, have a bucket."""
    if not any(setting["Permission"] == "ENABLED" for setting in config.get("Settings", [])):
        raise refusal("agent access settings", "At least one agent action must be enabled.")
    if config.get("ScreenshotsUploadEnabled") and not config.get("S3BucketArn"):
        raise refusal("agent access settings", "S3BucketArn is required when ScreenshotsUploadEnabled is true.")


def updated(stored: dict[str, Any] | None, request: dict[str, Any]) -> dict[str, Any] | None:
    """What UpdateImageBuilder makes of the stored settings.

    Settings are merged by agent action; without screenshots the bucket is dropped (documentation of
    ImageBuilderAgentAccessConfigForUpdate).
    """
    change = request.get("AgentAccessConfig")
    if "AGENT_ACCESS_CONFIG" in request.get("AttributesToDelete", []):
        if change is not None:
            situation = "agent access settings both updated and deleted"
            raise refusal(situation, "AgentAccessConfig cannot be both updated and deleted.")
        return None
    if change is None:
        return stored
    merged = {**(stored or {}), **change}
    by_action = {
        entry["AgentAction"]: entry for entry in (stored or {}).get("Settings", []) + change.get("Settings", [])
    }
    merged["Settings"] = list(by_action.values())
    if not merged.get("ScreenshotsUploadEnabled"):
        merged.pop("S3BucketArn", None)
    check(merged)
    return merged
