"""A few kills of whole runs from outside; bench/kills.py is for many."""

import re
import subprocess
import sys
from pathlib import Path

KILLS = Path(__file__).resolve().parent.parent / "bench" / "kills.py"


def test_runs_killed_at_random_moments_end_in_the_same_bytes() -> None:
    ran = subprocess.run(
        [sys.executable, KILLS, "--kills", "4", "--documents", "70"],
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = re.match(r"4 kills .* (\d+) runs compared, 0 differ", ran.stdout.splitlines()[-1])
    assert told, ran.stdout
    assert int(told[1]) > 0
