# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Puts together the manifest and the readable summary of one run of the playbook, and writes the manifest.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from ansible.release import __version__ as ansible_core_version
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import elapsed_text
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import hand_over_name

SCHEMA = 1
"""Version of the manifest's shape: grows when a key changes its meaning or goes away."""

COLLECTIONS = ("euc.appstream", "amazon.aws", "ansible.windows", "community.windows", "chocolatey.chocolatey")

LONGEST_HAND_OVER = 65_536
"""Characters of JSON that the hand-over of one image has at most: AWX keeps it with the job and passes it on."""

_ENOUGH = 1 << 20
"""Bytes that must be free where reports are written: a report has some kilobytes, and logs are beside it."""
_FILE_MODE = 0o644
# What a hand-over that is too long goes without, in this order; all of it is in the manifest's file.
_LEFT_OUT = ("seal", "stdout", "stderr", "applications", "phases", "warnings", "base_image")
_SHOWN_LINES = 10
_KEPT_IMAGE_KEYS = ("name", "arn", "state")


def build_manifest(run: Mapping[str, Any], title: str, images: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The manifest as documented in the module's return values. ``run`` and ``images`` are the module's options."""
    return {
        "schema": SCHEMA,
        "title": title,
        "run": {**run, "finished": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")},
        "versions": {"ansible-core": ansible_core_version, **{name: collection_version(name) for name in COLLECTIONS}},
        "images": [_manifest_image(image) for image in images],
    }


def failures(images: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Name, step and message of each image that failed; role and task where they are known."""
    return [
        {
            "name": image["name"],
            "step": image.get("failed_step"),
            **{key: image[f"failed_{key}"] for key in ("role", "task") if image.get(f"failed_{key}")},
            "message": image.get("message"),
        }
        for image in images
        if image.get("failed")
    ]


def failure_message(failed: Sequence[Mapping[str, Any]], total: int) -> str:
    """One sentence an image that failed, with the step and the reason; ``failed`` is what `failures` returns."""
    sentences = [f"{one['name']} failed at {one['step']}: {one['message'] or 'no reason given'}" for one in failed]
    return f"{len(failed)} of {total} images failed. " + " | ".join(sentences) if failed else ""


def stats(manifest: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    """What ``set_stats`` hands to AWX and workflows: a variable for each image, so that job slices add to each other.

    ``manifest`` in it is the manifest with this image alone, without its longest parts where it would be too long.
    """
    return {hand_over_name(image["name"]): _hand_over(manifest, image, path) for image in manifest["images"]}


def _hand_over(manifest: Mapping[str, Any], image: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    handed = {
        "recipe": image["name"],
        "run": manifest["run"]["id"],
        **image["image"],
        "failed": image["failed"],
        "step": image.get("failed_step"),
        "message": image.get("message"),
        "left_to_do": image["left_to_do"],
        "manifest_path": str(path) if path else None,
        "manifest": {**manifest, "images": [dict(image)]},
        "left_out": [],
    }
    for key in _LEFT_OUT:
        if len(json.dumps(handed, default=str)) <= LONGEST_HAND_OVER:
            break
        if handed["manifest"]["images"][0].pop(key, None) is not None:
            handed["left_out"].append(key)
    return handed


def thrown_away_by_awx(path: Path, environment: Mapping[str, str]) -> bool:
    """Whether a job of AWX would lose a file there: its private folder goes with the job, like its container."""
    if not environment.get("JOB_ID") or not environment.get("AWX_PRIVATE_DATA_DIR"):
        return False
    temporary = [environment["AWX_PRIVATE_DATA_DIR"], "/runner", tempfile.gettempdir(), str(Path.home())]
    return any(Path(folder).resolve() in path.resolve().parents for folder in temporary)


def summary_lines(manifest: Mapping[str, Any], check_mode: bool) -> list[str]:
    """The summary for people, a few lines an image."""
    lines = [f"{manifest['title']} (run {manifest['run']['id']})"]
    for image in manifest["images"]:
        lines += _failed_image_lines(image) if image["failed"] else _image_lines(image, check_mode)
    return lines


def report_line(
    report: Path | None, check_mode: bool, environment: Mapping[str, str] | None = None, problem: str = ""
) -> str:
    """The last line of the summary, which says where the manifest is.

    ``report`` is None when there is no file, ``problem`` why a file that is wanted isn't there, ``environment`` tells a
    job of AWX.
    """
    if problem:
        return f"Report: {problem}. It follows as JSON:"
    if report is None:
        return "Report: no file was written, because no directory is given"
    if check_mode:
        return f"Check mode: no report was written, it would be {report}"
    if thrown_away_by_awx(report, environment or {}):
        return (
            f"Report: {report}, which AWX deletes with the job; the variables appstream_image_... handed over to AWX "
            "have the manifest too. Give a folder that is exposed to jobs, or an empty one to write none."
        )
    return f"Report: {report}"


def write_manifest(manifest: Mapping[str, Any], path: Path) -> None:
    """Write the manifest in one step: a reader finds the whole file or none. Makes missing folders. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(manifest, stream, indent=2, sort_keys=True)
            stream.write("\n")
        Path(temporary).chmod(_FILE_MODE)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def report_problems(directory: str) -> list[str]:
    """What is wrong with the folder of reports, as sentences for the plan; empty text is no folder."""
    problem = folder_problem(Path(directory)) if directory else None
    if problem is None:
        return []
    return [
        f"appstream_report_directory {directory}: no report could be written there in the end ({problem}). Name a "
        'folder that can be written to, or none (""), and no file is written.'
    ]


def folder_problem(folder: Path) -> str | None:
    """Why no file can be written to a folder, which is missing perhaps; None when one can. Leaves nothing behind."""
    try:
        place = folder.absolute()
        while not place.exists() and place != place.parent:
            # A link that leads nowhere can't be made a folder either.
            place = place.resolve(strict=True) if place.is_symlink() else place.parent
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"\0" * _ENOUGH)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, RuntimeError) as error:
        # Up to Python 3.12 a loop of links is a RuntimeError.
        return str(error)
    return None


def collection_version(name: str) -> str | None:
    """Version of an installed collection (MANIFEST.json) or of a checkout (galaxy.yml); None when it isn't there."""
    try:
        folder = Path(next(iter(importlib.import_module(f"ansible_collections.{name}").__path__)))
    except (ImportError, StopIteration):
        return None
    with contextlib.suppress(OSError, ValueError, KeyError):
        return str(json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]["version"])
    with contextlib.suppress(OSError, yaml.YAMLError, KeyError, TypeError):
        return str(yaml.safe_load((folder / "galaxy.yml").read_text(encoding="utf-8"))["version"])
    return None


def timed_phases(phases: Sequence[Mapping[str, Any]], finished: str | None) -> list[dict[str, Any]]:
    """The phases with their ``seconds``: each lasts until the next one starts, the last until ``finished``.

    All times are UTC, ISO 8601. Raises ValueError where one isn't. Without ``finished`` the last phase lasts 0 seconds.
    """
    starts = [_timestamp(phase["started"]) for phase in phases]
    ends = [*starts[1:], _timestamp(finished) if finished else (starts[-1] if starts else 0.0)]
    return [{**phase, "seconds": round(end - start, 1)} for phase, start, end in zip(phases, starts, ends)]


def _timestamp(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _manifest_image(image: Mapping[str, Any]) -> dict[str, Any]:
    phases = timed_phases(image.get("phases") or [], image.get("finished"))
    made = image.get("image") or {}
    return {
        **image,
        "failed": bool(image.get("failed")),
        "image": {key: made.get(key) for key in _KEPT_IMAGE_KEYS},
        "applications": image.get("applications") or [],
        "warnings": [*(image.get("warnings") or []), *_left_out(image)],
        "left_to_do": image.get("left_to_do") or [],
        "phases": phases,
        "seconds": round(sum(phase["seconds"] for phase in phases), 1),
    }


def _left_out(image: Mapping[str, Any]) -> list[str]:
    """A sentence for each application that an image was built without, because it is not required."""
    applications = [] if image.get("failed") else image.get("applications") or []
    return [f"without {one['name']}: {one.get('message')}" for one in applications if one.get("failed")]


def _image_lines(image: Mapping[str, Any], check_mode: bool) -> list[str]:
    made = image["image"]
    state = "would be built" if check_mode and not made["arn"] else made["state"] or "unknown"
    lines = [f"  {image['name']}: {made['name']}, {state}"]
    if made["arn"]:
        lines.append(f"    {made['arn']}")
    return lines + _common_lines(image)


def _failed_image_lines(image: Mapping[str, Any]) -> list[str]:
    named = " : ".join(filter(None, (image.get("failed_role"), image.get("failed_task"))))
    where = ", ".join(filter(None, (f"task {named}" if named else "", image.get("failed_place"))))
    step = image.get("failed_step") or "an unknown step"
    message = str(image.get("message") or "no reason given")
    lines = [f"  {image['name']}: FAILED in {step}{f' ({where})' if where else ''}: {message}"]
    for stream in ("stdout", "stderr"):
        text = str(image.get(stream) or "").strip()
        if text and text not in message:
            lines += [f"    {stream}: {line}" for line in text.splitlines()[-_SHOWN_LINES:]]
    if image.get("builder_outcome"):
        lines.append(f"    {image['builder_outcome']}")
    return lines + _common_lines(image)


def _common_lines(image: Mapping[str, Any]) -> list[str]:
    lines = [f"    LEFT TO DO: {task}" for task in image["left_to_do"]]
    lines += [f"    warning: {warning}" for warning in image.get("warnings") or []]
    base = image.get("base_image")
    base_name = base.get("name") or base.get("arn") if isinstance(base, Mapping) else base
    if base_name:
        lines.append(f"    base image {base_name}")
    if image.get("seal"):
        removed, kept = (len(image["seal"].get(key) or []) for key in ("removed", "kept"))
        lines.append(f"    sealed: {removed} things removed, {kept} kept")
    if image["phases"]:
        parts = [f"{phase['name']} {elapsed_text(phase['seconds'])}" for phase in image["phases"]]
        lines.append(f"    {', '.join(parts)}; total {elapsed_text(image['seconds'])}")
    return lines
