"""Inputs and outputs by URI, against a server of the S3 protocol on loopback: the bytes are those of a local run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline import metadata
from pipeline.batch import kept
from pipeline.records import TABLES

boto3 = pytest.importorskip("boto3", reason="moto[server] is not installed")
pytest.importorskip("moto", reason="moto[server] is not installed")

ROOT = Path(__file__).resolve().parent.parent
TEXTS = {
    f"{number:02d}.txt": f"Umowę nr {number} podpisano 5 maja {2000 + number} r.; 20 gmin otrzyma {number + 2},5 mln zł."
    for number in range(12)
}
# two inputs a shard, and with SLOW a second an input, so that a run can be killed between shards
SCRIPT = """
import os, time
from stand_in import years_and_capitals
from pipeline import batch, cli, flow

def process(raw, nlp, settings):
    time.sleep(float(os.environ.get("SLOW", "0")))
    return years_and_capitals(raw)

flow.process = process
batch.SHARD_DOCUMENTS = 2

if __name__ == "__main__":
    cli.main()
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file, subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdout=file, stderr=file
    ) as server:  # fmt: skip
        deadline = time.monotonic() + 60
        while not (found := re.search(r"Running on (http://[\d.:]+)", log.read_text())):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield found[1]
        server.kill()


@pytest.fixture(scope="module")
def environment(endpoint: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "anyone",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="module")
def bucket(endpoint: str) -> "Iterator[Bucket]":
    bucket = Bucket(endpoint)
    bucket.client.create_bucket(Bucket="archive")
    for name, text in TEXTS.items():
        bucket.client.put_object(Bucket="archive", Key=f"in/{name}", Body=text.encode())
    for name in (".hidden/a.txt", "code.py"):
        bucket.client.put_object(Bucket="archive", Key=f"in/{name}", Body=b"2011")
    yield bucket
    bucket.client.close()


class Bucket:
    def __init__(self, endpoint: str) -> None:
        self.client = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id="anyone", aws_secret_access_key="secret",
            region_name="us-east-1",
        )  # fmt: skip

    def under(self, prefix: str) -> dict[str, bytes]:
        """Return all objects under a prefix that ends in a slash, by their names below it."""
        listed = self.client.list_objects_v2(Bucket="archive", Prefix=prefix).get("Contents", [])
        return {
            entry["Key"].removeprefix(prefix): self.client.get_object(Bucket="archive", Key=entry["Key"])[
                "Body"
            ].read()
            for entry in listed
            if not entry["Key"].endswith("/")
        }


def command(tmp_path: Path, *args: str | Path) -> list[str]:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return [sys.executable, str(script), "run", *map(str, args), "--model", "none", "--workers", "1"]


def run(tmp_path: Path, environment: dict[str, str], *args: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(tmp_path, *args), env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def lasting(files: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out the manifest: it has times in it."""
    return {name: data for name, data in files.items() if name != "manifest.json"}


def local_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str], bucket: Bucket
) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("local")
    done = run(folder, environment, "s3://archive/in", "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    files = lasting(local_files(folder / "out"))
    assert len(files) == len(TABLES) + len(kept.TABLES) + len(metadata.FILES)
    return files


def test_a_run_from_and_to_a_store_has_the_bytes_of_a_local_one(
    tmp_path: Path, environment: dict[str, str], bucket: Bucket, undisturbed: dict[str, bytes]
) -> None:
    done = run(
        tmp_path, environment, "s3://archive/in/**/*.txt", "s3://archive/in", "--out", "s3://archive/whole"
    )
    assert done.returncode == 0, done.stderr
    files = bucket.under("whole/")
    assert lasting(files) == undisturbed, "nothing else, and nothing of the staging folder, stays"
    assert json.loads(files["manifest.json"])["rows"]["documents"] == len(TEXTS)


def test_sources_are_uris(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pq.read_table(pa.BufferReader(undisturbed["documents/part-00000.parquet"]))
    assert table["source"].to_pylist() == [f"s3://archive/in/{name}" for name in TEXTS]


def test_a_killed_run_goes_on_where_it_was(
    tmp_path: Path, environment: dict[str, str], bucket: Bucket, undisturbed: dict[str, bytes]
) -> None:
    args = ("s3://archive/in", "--out", "s3://archive/resumed", "--log-json")
    with subprocess.Popen(
        command(tmp_path, *args), env={**environment, "SLOW": "0.5"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 60
        while sum(name.endswith("done.json") for name in bucket.under("resumed/.staging/")) < 2:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert "manifest.json" not in bucket.under("resumed/")
    done = run(tmp_path, environment, *args, "--resume")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["resumed_documents"] >= 4
    assert lasting(bucket.under("resumed/")) == undisturbed


def test_rows_of_a_run_in_a_store_are_taken_over(
    tmp_path: Path, environment: dict[str, str], bucket: Bucket, undisturbed: dict[str, bytes]
) -> None:
    args = ("s3://archive/in", "--out", "s3://archive/since", "--log-json")
    assert run(tmp_path, environment, *args).returncode == 0
    done = run(tmp_path, environment, *args, "--since-manifest", "s3://archive/since/manifest.json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["since"]["unchanged"] == len(TEXTS)
    assert lasting(bucket.under("since/")) == undisturbed


def stopped_after(times: int, function: Callable[..., None]) -> Callable[..., None]:
    left = iter(range(times))

    def call(*args: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        function(*args)

    return call


def test_a_kill_while_the_datasets_are_put_in_place_is_made_good(
    tmp_path: Path, environment: dict[str, str], bucket: Bucket, undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from pipeline import storage  # noqa: PLC0415
    from pipeline.batch import publish  # noqa: PLC0415

    for name, value in environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    every = len(undisturbed) + 1
    for copies in (0, 3, every - 2, every - 1, every):
        target = storage.RemotePath(f"s3://archive/placed-{copies}")
        (target / "manifest.json").write_bytes(b"old")
        (target / "dates" / "part-00007.parquet").write_bytes(b"old")
        finished = target / ".staging" / "finished"
        for name, data in {**undisturbed, "manifest.json": b"new"}.items():
            storage.place(f"{finished}/{name}").write_bytes(data)  # type: ignore[union-attr]
        copy_some = stopped_after(copies, storage.RemotePath.copy_to)
        with monkeypatch.context() as patched:
            patched.setattr(storage.RemotePath, "copy_to", copy_some)
            if copies < every:
                with pytest.raises(KeyboardInterrupt):
                    publish.put_in_place(target)
                assert "manifest.json" not in bucket.under(f"placed-{copies}/")
            else:
                publish.put_in_place(target)
        publish.put_in_place(target)
        assert bucket.under(f"placed-{copies}/") == {**undisturbed, "manifest.json": b"new"}


def test_an_output_that_cannot_be_is_said_in_plain_words(
    tmp_path: Path, environment: dict[str, str], bucket: Bucket
) -> None:
    done = run(tmp_path, environment, "s3://archive/in", "--out", "s3://no-such-bucket-here/x")
    assert done.returncode in (1, 2)
    assert "there is no such bucket" in done.stderr and "Traceback" not in done.stderr


def test_an_input_that_is_not_there_is_an_error_row(
    tmp_path: Path, environment: dict[str, str], bucket: Bucket
) -> None:
    done = run(
        tmp_path, environment, "s3://archive/nothing", "s3://archive/in/01.txt", "--out", tmp_path / "out"
    )
    assert done.returncode == 3, done.stderr
    import pyarrow.parquet as pq  # noqa: PLC0415

    (row,) = pq.read_table(tmp_path / "out" / "errors").to_pylist()
    assert (row["source"], row["error_type"]) == ("s3://archive/nothing", "not_found")


def test_a_file_uri_is_a_path(tmp_path: Path) -> None:
    from pipeline import read, storage  # noqa: PLC0415

    (tmp_path / "ą b.txt").write_text("x", encoding="utf-8")
    assert storage.place((tmp_path / "ą b.txt").as_uri()) == tmp_path / "ą b.txt"
    assert [source.name for source in read.discover([tmp_path.as_uri()])] == ["ą b.txt"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("When reading: AWS Error ACCESS_DENIED during GetObject operation: no", PermissionError),
        ("When writing: AWS Error NO_SUCH_BUCKET during PutObject", OSError),
        (
            "AWS Error UNKNOWN (HTTP status 403) during HeadObject operation: No response body.",
            PermissionError,
        ),
    ],
)
def test_what_a_store_says_becomes_an_error_with_its_uri(said: str, kind: type[OSError]) -> None:
    from pipeline import storage  # noqa: PLC0415

    with (
        pytest.raises(kind, match="s3://archive/x"),
        storage._plain_words(storage.RemotePath("s3://archive/x")),
    ):
        raise OSError(said)
