"""A real PostgreSQL server of the test's own, on a free port of this machine."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) if Path("/usr/lib/postgresql").is_dir() else []
    other = shutil.which("initdb")
    return found[-1].parent if found else Path(other).parent if other else None


@contextmanager
def postgres_url(folder: Path) -> Iterator[str]:
    """The address of an empty database; skips where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    root = os.getuid() == 0  # the server refuses to run as root
    user = pwd.getpwnam("postgres") if root else None
    place = Path("/tmp") / f"advisor-pg-{os.getpid()}-{folder.name}"
    place.mkdir(mode=0o755)
    if user:
        os.chown(place, user.pw_uid, user.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, user=user.pw_uid if user else None, cwd=place)

    data = place / "data"
    try:
        run(str(programs / "initdb"), "-D", str(data), "-U", "advisor", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
        run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(place / "log"), "start")
        try:
            yield f"postgresql+psycopg://advisor@127.0.0.1:{port}/postgres"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)
