"""Disks that are full, folders that cannot be written to, files torn by a power cut, inputs that change meanwhile."""

import errno
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stand_in import Write, part_files, years_and_capitals

from pipeline import batch, flow, read
from pipeline.batch import OutputError, Summary, publish
from pipeline.batch.publish import FINISHED, MANIFEST, STAGING
from pipeline.batch.shard import MARK
from pipeline.batch.status import STATUS, read_status
from pipeline.document import RawDocument
from pipeline.flow import Extraction, Settings

ROOT = Path(__file__).resolve().parent.parent
TEXTS = {"a": "2011 ZMP", "b": "2012", "c": "2013", "d": "2014", "e": "2015 ZMP", "f": ""}


def run(folder: Path, out: Path, *, resume: bool = False) -> Summary:
    return batch.run(read.discover([folder]), out, None, Settings(), resume=resume)


@pytest.fixture
def stand_in(simple_flow: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    simple_flow.setattr(batch, "SHARD_DOCUMENTS", 2)
    return simple_flow


# --- a disk that is full, a folder that can no longer be written to -------------------------------------------


class Failing:
    """Fails from the n-th call on, as the system does."""

    def __init__(self, number: int, works_for: int) -> None:
        self.error = OSError(number, os.strerror(number))
        self.left = works_for

    def count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.error


def full_at_fsync(patched: pytest.MonkeyPatch, works_for: int) -> Failing:
    """A disk that tells only when bytes are put on it, as networked ones do."""
    failing, fsync = Failing(errno.ENOSPC, works_for), os.fsync

    def failing_fsync(handle: int) -> None:
        failing.count()
        fsync(handle)

    patched.setattr(os, "fsync", failing_fsync)
    return failing


def full_at_write(patched: pytest.MonkeyPatch, works_for: int) -> Failing:
    failing, opened = Failing(errno.ENOSPC, works_for), Path.open

    class File(io.FileIO):
        def write(self, data: Any) -> int:
            failing.count()
            return super().write(data)

    def failing_open(self: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        return io.BufferedWriter(File(self, "wb")) if mode == "wb" else opened(self, mode, *args, **more)

    patched.setattr(Path, "open", failing_open)
    return failing


def read_only(patched: pytest.MonkeyPatch, works_for: int) -> Failing:
    """A file system that errors have made read-only: nothing is made, renamed or removed."""
    failing = Failing(errno.EROFS, works_for)

    def refusing(call: Callable[..., Any]) -> Callable[..., Any]:
        def refused(*args: Any, **more: Any) -> Any:
            failing.count()
            return call(*args, **more)

        return refused

    for name in ("rename", "replace", "mkdir", "unlink", "rmdir"):
        patched.setattr(os, name, refusing(getattr(os, name)))
    return failing


@pytest.mark.parametrize(("fault", "step"), [(full_at_fsync, 4), (full_at_write, 4), (read_only, 13)])
def test_wherever_the_disk_fails_the_run_ends_and_can_be_resumed(
    fault: Callable[[pytest.MonkeyPatch, int], Failing], step: int, documents: Write, tmp_path: Path,
    stand_in: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = documents(**TEXTS)
    run(folder, tmp_path / "whole")
    failures = resumed = 0
    while True:
        out = tmp_path / f"out{failures}"
        try:
            with stand_in.context() as patched:
                failing = fault(patched, failures * step)
                run(folder, out)
            break
        except (OSError, OutputError) as error:
            assert failing.error.strerror
            assert failing.error.strerror in str(error)
        failures += 1
        resumed += run(folder, out, resume=True).resumed_documents
        assert part_files(out) == part_files(tmp_path / "whole"), failures
        assert sorted(path.name for path in out.iterdir()) == sorted(
            path.name for path in (tmp_path / "whole").iterdir()
        )
    assert failures > 5
    assert resumed > failures, "most failures leave shards to be taken over"


def test_a_command_whose_disk_is_full_says_so_and_can_be_resumed(documents: Write, tmp_path: Path) -> None:
    folder = documents(a="Umowę podpisano 5 maja 2014 r. " * 100, b="Do związku należy 20 gmin.")
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        folder,
        "--out",
        tmp_path / "out",
        "--model",
        "none",
    ]
    for options, limit in ((), 4096), (("--resume",), None):
        said = subprocess.run(
            [*command, *options], cwd=ROOT, check=False, capture_output=True, text=True,
            preexec_fn=lambda limit=limit: limit and resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        if limit:
            assert said.returncode == 1, said.stderr
            assert f"plextract: cannot write to {tmp_path / 'out'}" in said.stderr
            assert "Traceback" not in said.stderr
            assert not (tmp_path / "out" / "documents").exists()
        else:
            assert said.returncode == 0, said.stderr
    assert publish.read_manifest(tmp_path / "out")


# --- a power cut ---------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a kill looks like from inside."""


@contextmanager
def killed_at(text: str, patched: pytest.MonkeyPatch) -> Iterator[None]:
    def process(raw: RawDocument, nlp: object = None, settings: Settings | None = None) -> Extraction:
        if text in raw.content.text:
            raise Killed
        return years_and_capitals(raw)

    with patched.context() as within, pytest.raises(Killed):
        within.setattr(flow, "process", process)
        yield


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("torn", [truncated, zeros, emptied, Path.unlink])
@pytest.mark.parametrize("name", ["dates.arrow", "documents.arrow", MARK])
def test_a_shard_whose_files_are_torn_is_done_again(
    torn: Callable[[Path], None], name: str, documents: Write, tmp_path: Path, stand_in: pytest.MonkeyPatch
) -> None:
    folder = documents(**TEXTS)
    run(folder, tmp_path / "whole")
    out = tmp_path / "out"
    with killed_at("2015", stand_in):
        run(folder, out)
    first, _ = (path.parent for path in sorted((out / STAGING).glob(f"*/{MARK}")))
    torn(first / name)
    assert run(folder, out, resume=True).resumed_documents == 2
    assert part_files(out) == part_files(tmp_path / "whole")


@pytest.mark.parametrize("torn", [truncated, zeros, emptied])
@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.usefixtures("stand_in")
def test_a_torn_manifest_and_status_are_no_obstacle(
    resume: bool, torn: Callable[[Path], None], documents: Write, tmp_path: Path
) -> None:
    folder, out = documents(**TEXTS), tmp_path / "out"
    run(folder, out)
    whole = part_files(out)
    for name in (MANIFEST, STATUS):
        (out / name).write_bytes((out / name).read_bytes().rstrip())
        torn(out / name)
    run(folder, out, resume=resume)
    assert part_files(out) == whole
    assert publish.files_are_whole(out, json.loads((out / MANIFEST).read_text(encoding="utf-8")))
    assert getattr(read_status(out), "state", None) == "finished"


def test_a_torn_manifest_of_a_run_that_waits_for_its_place_is_built_anew(
    documents: Write, tmp_path: Path, stand_in: pytest.MonkeyPatch
) -> None:
    folder, out = documents(**TEXTS), tmp_path / "out"
    run(folder, tmp_path / "whole")
    with stand_in.context() as patched, pytest.raises(Killed):
        patched.setattr(publish, "_rename_in_place", lambda out: (_ for _ in ()).throw(Killed))
        run(folder, out)
    zeros(out / STAGING / FINISHED / MANIFEST)
    assert run(folder, out, resume=True).resumed_documents == len(TEXTS)
    assert part_files(out) == part_files(tmp_path / "whole")


def test_names_are_on_the_disk_before_the_mark_and_the_manifest_are_relied_on(
    documents: Write, tmp_path: Path, stand_in: pytest.MonkeyPatch
) -> None:
    """Each folder is synced after the last change of its names that something depends on."""
    events: list[tuple[str, str]] = []
    fsync, replace, rename = os.fsync, os.replace, os.rename

    def noted(name: str, call: Callable[..., Any], path: Callable[..., str]) -> Callable[..., Any]:
        def noting(*args: Any) -> Any:
            events.append((name, path(*args)))
            return call(*args)

        return noting

    with stand_in.context() as patched:
        patched.setattr(
            os, "fsync", noted("sync", fsync, lambda handle: str(Path(f"/proc/self/fd/{handle}").readlink()))
        )
        patched.setattr(os, "replace", noted("name", replace, lambda _, new: str(new)))
        patched.setattr(os, "rename", noted("name", rename, lambda _, new: str(new)))
        run(documents(**TEXTS), tmp_path / "out")
    out = str(tmp_path / "out")
    in_place = [number for number, event in enumerate(events) if event == ("name", f"{out}/{MANIFEST}")]
    (last,) = in_place
    assert events[last - 1] == events[last + 1] == ("sync", out)
    marks = [number for number, (_, path) in enumerate(events) if path.endswith(f"/{MARK}")]
    assert len(marks) == 3
    for number in marks:
        assert events[number + 1] == ("sync", str(Path(events[number][1]).parent))


# --- inputs that change between a kill and the run that goes on -----------------------------------------------


@pytest.mark.parametrize("name", ["a", "d", "f"])
@pytest.mark.parametrize("change", ["removed", "changed", "added before"])
def test_a_resumed_run_is_that_of_what_is_there_now(
    change: str, name: str, documents: Write, tmp_path: Path, stand_in: pytest.MonkeyPatch
) -> None:
    folder, out = documents(**TEXTS), tmp_path / "out"
    with killed_at("2015", stand_in):
        run(folder, out)
    path = folder / f"{name}.txt"
    if change == "removed":
        path.unlink()
    elif change == "changed":
        path.write_text("1999 and more", encoding="utf-8")
    else:
        (folder / f"{name}-.txt").write_text("1999", encoding="utf-8")
    done = run(folder, out, resume=True)
    run(folder, tmp_path / "fresh")
    assert part_files(out) == part_files(tmp_path / "fresh")
    assert done.resumed_documents == {"a": 0, "d": 2, "f": 4}[name] + 2 * (
        change == "changed" and name == "a"
    )
