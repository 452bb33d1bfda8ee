"""The server answers only pages of its own on this machine; whatever a document holds is shown as text."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reviewing import CONTRACT, Reviewer, Server, make_run, serving

from pipeline.review.decisions import FILE, Decisions
from pipeline.review.guard import MOST_BYTES

SCRIPT = "<script>document.title = 'broken into'</script>"
HOSTILE = f'{SCRIPT}<img src=x onerror="alert(1)">: 5 maja 2014 r. i 3 mln zł </mark></p>{SCRIPT}\n'


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = make_run(tmp_path_factory.mktemp("attacks"), {"a.txt": CONTRACT, f"{SCRIPT[:8]}'\"&.txt": HOSTILE})
    (part,) = (out / "dates").glob("*.parquet")
    table = pq.read_table(part)
    rules = pa.array([f"ner:{SCRIPT}"] * table.num_rows)
    pq.write_table(table.set_column(table.schema.get_field_index("rule"), "rule", rules), part)
    return out


@pytest.fixture(scope="module")
def server(run: Path) -> Iterator[Server]:
    with serving(run) as server:
        yield server


@pytest.fixture
def reviewer(server: Server) -> Iterator[Reviewer]:
    with closing(Reviewer(server.address)) as reviewer:
        yield reviewer


def standing(run: Path) -> int:
    with Decisions.open(run / FILE) as decisions:
        return len(decisions.standing())


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "127.0.0.1", "localhost.evil.example", ""])
@pytest.mark.parametrize("path", ["/", "/static/review.js"])
def test_a_foreign_host_is_refused(server: Server, host: str, path: str) -> None:
    answer = httpx.get(server.address + path[1:], headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert "plextract" not in answer.text


def test_localhost_by_name_is_the_same_machine(server: Server) -> None:
    port = server.address.rstrip("/").rpartition(":")[2]
    assert httpx.get(server.address, headers={"Host": f"localhost:{port}"}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "", None])
def test_a_change_from_a_foreign_origin_is_refused(run: Path, reviewer: Reviewer, origin: str | None) -> None:
    if origin is None:
        del reviewer.client.headers["Origin"]
    else:
        reviewer.client.headers["Origin"] = origin
    assert reviewer.post("/decide", row=0, verdict="right").status_code == 403
    assert standing(run) == 0


@pytest.mark.parametrize("token", ["", "0", "é", None])
@pytest.mark.parametrize("path", ["/decide", "/missed", "/undo", "/settings"])
def test_a_change_without_the_token_is_refused(
    run: Path, reviewer: Reviewer, path: str, token: str | None
) -> None:
    data = {"row": "0", "verdict": "right"} | ({} if token is None else {"token": token})
    assert reviewer.client.post(path, data=data).status_code == 403
    assert standing(run) == 0


def test_a_page_cannot_be_made_to_change_by_reading_it(run: Path, reviewer: Reviewer) -> None:
    for path in ("/decide", "/missed", "/undo", "/settings"):
        answer = reviewer.client.get(path, params={"token": reviewer.token, "row": 0, "verdict": "right"})
        assert answer.status_code == 405
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert reviewer.client.request(method, "/decide").status_code == 405
    assert standing(run) == 0


def test_a_large_form_is_refused_before_it_is_read(server: Server, reviewer: Reviewer) -> None:
    body = urlencode({"token": reviewer.token, "note": "x" * 10_000_000})
    host = server.address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.putrequest("POST", "/decide")
    connection.putheader("Origin", f"http://{host}")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[:1000].encode())
    assert connection.getresponse().status == 413
    connection.close()
    assert MOST_BYTES < 10_000_000


def test_a_form_that_does_not_tell_its_size_is_refused(reviewer: Reviewer) -> None:
    answer = reviewer.client.post("/decide", content=iter([b"token=", b"x" * 100_000]))
    assert answer.status_code == 411


def test_multipart_with_files_and_many_fields_is_refused(reviewer: Reviewer) -> None:
    files = {"file": ("a", b"x" * 1000)}
    assert reviewer.client.post("/decide", data={"token": reviewer.token}, files=files).status_code == 400
    many = {"token": reviewer.token} | {f"f{n}": "1" for n in range(200)}
    assert reviewer.client.post("/decide", data=many).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/%2e%2e/records.py",
        "/static//etc/passwd",
        "/document/..%2f..%2fetc%2fpasswd",
        "/document/' OR 1=1 --",
        "/static/",
        "/review.sqlite",
    ],
)
def test_paths_lead_nowhere_else(server: Server, path: str) -> None:
    host = server.address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=10)  # as it stands: httpx would tidy the path
    connection.request("GET", path.replace(" ", "%20"), headers={"Host": host})
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"row": 999_999, "verdict": "right"}, 404),
        ({"row": "x", "verdict": "right"}, 404),
        ({"row": "9" * 40, "verdict": "right"}, 404),
        ({"row": 0, "verdict": "missed"}, 400),
        ({"row": 0, "verdict": "'; DROP TABLE decisions; --"}, 400),
        ({"row": 0, "verdict": "corrected", "start": -1, "end": "1e9"}, 422),
    ],
)
def test_decisions_that_make_no_sense_are_refused(
    run: Path, reviewer: Reviewer, data: dict[str, object], status: int
) -> None:
    assert reviewer.post("/decide", **data).status_code == status
    assert standing(run) == 0


@pytest.mark.parametrize(
    "query",
    [
        {"order": "score; DROP TABLE queue"}, {"table": "x"}, {"seed": "9" * 5000}, {"min_score": "nan"},
        {"value": SCRIPT}, {"at": "-1"}, {"at": "99999999999999999999"}, {"rule": "*"}, {"label": "%"},
    ],
)  # fmt: skip
def test_queries_that_make_no_sense_do_no_harm(reviewer: Reviewer, query: dict[str, str]) -> None:
    answer = reviewer.client.get("/", params=query)
    assert answer.status_code == 200
    assert SCRIPT not in answer.text


def test_everything_from_documents_is_escaped(reviewer: Reviewer) -> None:
    row = reviewer.rows("table=dates&document=script")[0]
    page = reviewer.client.get(f"/?at={row}").text
    doc_id = re.findall(r'data-doc="([^"]+)"', page)[0]
    text = reviewer.client.get(f"/document/{doc_id}?at={row}").text
    for answer in (page, text):
        assert "&lt;script&gt;document.title" in answer
        assert SCRIPT not in answer
        assert "<img src=x" not in answer


def test_names_of_reviewers_and_notes_are_escaped(run: Path, reviewer: Reviewer) -> None:
    answer = reviewer.post("/settings", reviewer=SCRIPT, view="at=1&order=//evil.example")
    assert answer.status_code == 303 and answer.headers["location"] == "/?"
    row = reviewer.rows()[0]
    reviewer.client.cookies.clear()
    reviewer.client.cookies.set("reviewer", answer.cookies["reviewer"].strip('"'))
    reviewer.decide(row, "right", note=f"{SCRIPT} \r\nSet-Cookie: a=b")
    page = reviewer.client.get(f"/?at={row}")
    assert "&lt;script&gt;" in page.text and SCRIPT not in page.text
    with Decisions.open(run / FILE) as decisions:
        assert decisions.reviewers() == [SCRIPT]
    assert reviewer.post("/undo").status_code == 200


def test_every_answer_forbids_what_is_not_ours(reviewer: Reviewer) -> None:
    for path in ("/", "/static/review.css", "/nothing", "/carried"):
        headers = reviewer.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
    page = reviewer.client.get("/").text
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)
    assert not re.search(r"\s(?:on\w+|style)=\"", page)


def test_the_server_is_reached_on_loopback_alone(server: Server) -> None:
    port = int(server.address.rstrip("/").rpartition(":")[2])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [place.partition(":")[0] for place in listening if place.endswith(f":{port:04X}")][:1] == [
        "0100007F"
    ]
