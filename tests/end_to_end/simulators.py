"""Simulators for the tests: copies of one process that has loaded moto already, which takes seconds each time."""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
# moto loads the services that are asked for; these are in every test, or take long.
_SERVICES = ("appstream", "cloudformation", "dynamodb", "ec2", "iam", "s3", "sts")
_CONTEXT.set_forkserver_preload(
    [
        "appstream_simulator.server",
        "appstream_simulator.windows.machine.site",
        *(f"moto.{service}.responses" for service in _SERVICES),
    ]
)


def start(settings_file: Path, state_directory: Path, ready_file: Path, log: Path) -> ForkServerProcess:
    """Run `appstream-simulator serve` in a process of its own, whose output goes to that file."""
    arguments = ["serve", "--settings", settings_file, "--state-directory", state_directory, "--ready-file", ready_file]
    process = _CONTEXT.Process(target=_serve, args=([str(one) for one in arguments], str(log)), daemon=True)
    process.start()
    return process


def _serve(arguments: list[str], log: str) -> None:
    from appstream_simulator.cli import main

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.exit(main(arguments))
