"""``plextract review`` says what is wrong before it serves, and ends cleanly."""

import signal
import socket
from pathlib import Path

import pytest
from reviewing import CONTRACT, make_run, serving
from typer.testing import CliRunner

from pipeline import cli


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("command"), {"a.txt": CONTRACT})


def test_a_folder_that_is_no_run_is_wrong_use(tmp_path: Path) -> None:
    said = CliRunner().invoke(cli.app, ["review", str(tmp_path), "--no-browser"])
    assert said.exit_code == cli.WRONG_USE
    assert "no finished run" in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_wrong_use(run: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = CliRunner().invoke(cli.app, ["review", str(run), "--no-browser", "--port", port])
    assert said.exit_code == cli.WRONG_USE
    assert f"port {port} cannot be had" in said.stderr


def test_a_run_whose_tables_are_gone_is_said_to_be_unreadable(run: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes((run / "manifest.json").read_bytes())
    said = CliRunner().invoke(cli.app, ["review", str(tmp_path), "--no-browser"])
    assert said.exit_code == cli.FAILURE
    assert "documents" in said.stderr


def test_ctrl_c_ends_it_without_a_word(run: Path) -> None:
    with serving(run) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 0
        assert server.process.stderr is not None
        assert server.process.stderr.read() == ""
