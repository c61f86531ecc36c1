"""The practice database: what it holds, what it answers, and what it never does."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from browsing import Visit
from click.testing import CliRunner

from rilo_training.browse import BrowseError, world_of, write_database
from rilo_training.browse.meaning import BANNER, MOST_ROWS, column_words, saved_queries
from rilo_training.browse.pages import open_pages
from rilo_training.browse.server import _listening
from rilo_training.cli import main
from rilo_training.seizures import (
    COLUMNS,
    ExtractError,
    load_movements,
    load_seizures,
    next_in_queue,
)
from rilo_training.world import make_world, save_world

ROOT = Path(__file__).resolve().parent.parent
PRACTICE = ROOT / "datasets" / "practice"
QUERIES = {query.name: query for query in saved_queries()}
CARDS = (ROOT / "curriculum" / "practice_database.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The practice database and its numbers of rows."""
    file = tmp_path_factory.mktemp("browse") / "practice.db"
    return file, write_database(PRACTICE, file)


@pytest.fixture(scope="module")
def queue() -> pd.DataFrame:
    """The upload that waits."""
    return next_in_queue(load_seizures(PRACTICE, raw=True))


@pytest.fixture(scope="module")
def ask(made: tuple[Path, dict[str, int]]) -> Iterator[Any]:
    """Ask the pages, without a network."""

    async def send(method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        base = "http://127.0.0.1"
        async with httpx.AsyncClient(transport=transport, base_url=base, timeout=60) as client:
            return await client.request(method, path, **more)

    with open_pages(*made, "A world.") as app, asyncio.Runner() as runner:
        yield lambda path, method="GET", **more: runner.run(send(method, path, **more))


# --- what it holds ----------------------------------------------------------------------------


def test_the_tables_have_the_rows_of_the_world(
    made: tuple[Path, dict[str, int]], queue: pd.DataFrame
) -> None:
    """Nothing is lost and nothing is repaired: lines, cases, uploads, the queue, movements."""
    _, rows = made
    seizures, raw = load_seizures(PRACTICE), load_seizures(PRACTICE, raw=True)
    assert rows["seizures"] == len(seizures)
    assert rows["cases"] == seizures["case_id"].nunique()
    assert rows["seizures_raw"] == len(raw)
    assert rows["validation_queue"] == len(queue)
    assert rows["movements"] == len(load_movements(PRACTICE))
    assert rows["members"] == 35


def test_every_value_stands_as_it_is_in_the_data(made: tuple[Path, dict[str, int]]) -> None:
    """Member codes and label variants too; an empty cell is NULL, and a day is text."""
    with closing(sqlite3.connect(made[0])) as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute("SELECT * FROM seizures ORDER BY record")]
    assert [row.pop("record") for row in found] == list(range(1, len(found) + 1))
    table = load_seizures(PRACTICE)
    for column in COLUMNS:
        wanted = table[column.name]
        if column.kind == "date":
            wanted = wanted.dt.strftime("%Y-%m-%d")
        elif column.kind == "yes/no":
            wanted = wanted.map({True: "yes", False: "no"})
        wanted = wanted.astype("object").where(wanted.notna(), None)
        assert [row[column.name] for row in found] == wanted.tolist(), column.name


@pytest.mark.parametrize("table", ["seizures_raw", "movements"])
def test_a_damaged_table_is_said_and_not_left_out(table: str, tmp_path: Path) -> None:
    """Only a world that was made without a table has none."""
    save_world(make_world(7, 300, tables=("seizures",)), tmp_path / "small", file_format="csv")
    (tmp_path / "small" / f"{table}.csv").write_text("no,such,columns\n1,2,3\n", encoding="utf-8")
    with pytest.raises(ExtractError, match=table):
        write_database(tmp_path / "small", tmp_path / "practice.db")


def test_a_world_without_uploads_and_movements_can_be_browsed(tmp_path: Path) -> None:
    """Such a world has fewer tables and fewer saved queries."""
    save_world(make_world(7, 300, tables=("seizures",)), tmp_path / "small", file_format="csv")
    (tmp_path / "small" / "seizures_raw.csv").unlink(missing_ok=True)
    rows = write_database(tmp_path / "small", tmp_path / "practice.db")
    assert {"seizures", "cases", "members"} <= set(rows)
    assert not {"seizures_raw", "validation_queue", "movements"} & set(rows)

    async def start(app: Any) -> str:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.get("/practice")).text

    with open_pages(tmp_path / "practice.db", rows, "") as app:
        page = asyncio.run(start(app))
    assert "/practice/find_a_case" in page
    assert "/practice/lines_that_wait" not in page


# --- what it answers --------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUERIES)
def test_a_saved_query_has_rows_and_a_plain_title(name: str, ask: Any) -> None:
    """Each runs with its example; no list is longer than a page can show."""
    query = QUERIES[name]
    page = ask(f"/practice/{name}", params=query.example)
    assert page.status_code == 200
    assert re.search(r"<h3>[\d,]+ rows?</h3>", page.text), page.text[-2000:]
    assert f"<h1>{query.title}</h1>" in page.text
    found = ask(f"/practice/{name}.json", params={**query.example, "_shape": "array"}).json()
    assert 0 < len(found) < MOST_ROWS
    assert not re.search(r"(?i)select|sql|\bjoin\b|n't", query.title + query.about)


def test_the_saved_queries_answer_as_a_notebook_does(ask: Any, queue: pd.DataFrame) -> None:
    """Cases of a month, departures of imports, and the queue: the same numbers as in pandas."""
    table = load_seizures(PRACTICE)

    def rows(name: str, **words: str) -> list[dict[str, Any]]:
        found = ask(f"/practice/{name}.json", params={**words, "_shape": "array"}).json()
        assert isinstance(found, list)
        return found

    cannabis = table[table["commodity"] == "Cannabis"]
    months = cannabis.groupby(cannabis["seizure_date"].dt.strftime("%Y-%m"))["case_id"].nunique()
    by_month = rows("cases_by_month", commodity="Cannabis")
    assert {row["month"]: row["cases"] for row in by_month} == months.to_dict()
    drugs = table[(table["section"] == "Drugs") & (table["departure_country"] != "Unknown")]
    for words, direction in (({}, "Import"), ({"direction": "Export"}, "Export")):
        own = drugs[drugs["direction"] == direction]
        wanted = own.groupby("departure_country")["case_id"].nunique().to_dict()
        found = rows("departures_of_drug_imports", **words)
        assert {row["departure_country"]: row["cases"] for row in found} == wanted
    waiting = rows("lines_that_wait")
    assert [row["narrative"] for row in waiting] == queue["narrative"].tolist()
    silent = {row["member"] for row in rows("who_reports") if row["cases"] == 0}
    assert len(silent) == 35 - table["reporting_country"].nunique()


def test_an_upload_does_not_lead_to_its_repair(ask: Any) -> None:
    """The number of a case is a link among validated lines, and a plain number in the queue."""
    link = re.compile(r'<a href="/practice/find_a_case\?case_number=')
    for path in ("seizures", "cases", "newest_cases?commodity=", "find_a_case?case_number="):
        own = "AP-2024-000001" if path.startswith("find") else ""
        assert link.search(ask(f"/practice/{path}{own}").text), path
    for path in ("seizures_raw", "seizures_raw/1", "validation_queue", "lines_that_wait"):
        assert not link.search(ask(f"/practice/{path}").text), path


def test_a_search_finds_words_in_the_narrative(ask: Any) -> None:
    """A word finds its other forms; a hostile search is text."""
    found = ask("/practice/seizures.json?_search=suitcases&_shape=array").json()
    assert found
    assert all("suitcase" in row["narrative"] for row in found)
    for hostile in ('"', "' OR 1=1 --", "narrative:(", "*", "NEAR("):
        page = ask("/practice/seizures", params={"_search": hostile})
        assert page.status_code in (200, 400)
        assert BANNER in page.text


def test_every_column_has_its_meaning_and_its_unit(ask: Any) -> None:
    """The words are those of the schema."""
    page = ask("/practice/seizures").text
    for column in COLUMNS:
        assert f"<dt>{column.name}</dt><dd>{column_words(column)}</dd>" in page.replace(
            "&#34;", '"'
        )
    assert "Unit: USD." in page


@pytest.mark.parametrize("how", ["", "?_sort=reporting_country", "?_sort_desc=commodity"])
def test_an_export_holds_every_row_once(how: str, ask: Any) -> None:
    """However it is sorted, and not only the first page; the file says that it is synthetic."""
    answer = ask(f"/practice/seizures.csv{how}")
    assert answer.headers["content-disposition"] == 'attachment; filename="SYNTHETIC_seizures.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")  # so that Excel reads it as UTF-8
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(int(row["record"]) for row in rows) == [*range(1, len(rows) + 1)]
    assert len(rows) == len(load_seizures(PRACTICE))


def test_next_page_leaves_no_row_out(ask: Any) -> None:
    """A reader who goes from page to page meets every line once, in sorted tables too."""
    address, met = "/practice/seizures?section=Drugs&direction=Transit&_sort_desc=location", []
    while address:
        page = ask(address).text
        met += re.findall(r'<a href="/practice/seizures/(\d+)"', page)
        found = re.search(r'<a href="([^"]+)">Next page', page)
        address = found[1].replace("&amp;", "&").removeprefix("http://127.0.0.1") if found else ""
    table = load_seizures(PRACTICE)
    wanted = ((table["section"] == "Drugs") & (table["direction"] == "Transit")).sum()
    assert len(met) == len(set(met)) == wanted


# --- what it never does -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/practice", 200),
        ("/practice/seizures", 200),
        ("/practice/cases?_facet=location", 200),
        ("/practice/validation_queue", 200),
        ("/practice/seizures/1", 200),
        ("/practice/members", 200),
        ("/practice/find_a_case", 200),
        ("/practice/seizures/99999999", 404),
        ("/practice/nothing", 404),
        ("/nothing", 404),
        ("/-/patterns", 404),
        ("/-/metadata.json", 404),
        ("/practice.db", 403),
        ("/practice?sql=select+1", 403),
        ("/practice/seizures?_sort=nothing", 500),
        ("/practice/seizures?_size=many", 400),
    ],
)
def test_the_banner_stands_on_every_page(path: str, status: int, ask: Any) -> None:
    """On errors too; and every page says what it may load: only what this server gives."""
    page = ask(path)
    assert page.status_code == status
    assert f'<div class="rilo-banner" role="note">{BANNER}</div>' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//(?!127\.0\.0\.1)', page.text)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed(method: str, ask: Any, made: tuple[Path, dict[str, int]]) -> None:
    """Only reading is answered; the file stays as it was."""
    before = made[0].read_bytes()
    page = ask("/practice/seizures", method=method)
    assert page.status_code == 405
    assert BANNER in page.text
    assert made[0].read_bytes() == before


HANGS = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"


# Datasette forgets the other facets of a page when one of them is no column.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "path",
    [
        f"/practice?sql={HANGS}",
        f"/practice.json?sql={HANGS}",
        f"/practice.csv?sql={HANGS}",
        f"/practice/seizures?_where=record in ({HANGS})",
        "/practice?sql=drop table seizures",
        f"/practice/find_a_case?case_number=' union {HANGS} --",
        f"/practice/find_a_case?sql={HANGS}&case_number=x",
        f"/practice/seizures?_facet=({HANGS})",
        f"/practice/seizures?_sort=({HANGS})",
        f"/practice/cases?_facet={'&_facet='.join(column.name for column in COLUMNS[3:12])}",
    ],
)
def test_hostile_sql_neither_hangs_nor_writes(
    path: str, ask: Any, made: tuple[Path, dict[str, int]]
) -> None:
    """SQL of a visitor is not run; what is slow is stopped; and a page comes afterwards."""
    before, began = made[0].read_bytes(), time.monotonic()
    answer = ask(path)
    assert answer.status_code in (200, 400, 403, 500)
    assert time.monotonic() - began < 30  # nine facets, one second each at most
    assert made[0].read_bytes() == before
    assert ask("/practice").status_code == 200


def test_plugins_of_other_programs_are_not_loaded(tmp_path: Path) -> None:
    """A plugin beside Datasette could add pages and reach the network."""
    about = tmp_path / "foreign-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1.0\n", "utf-8")
    (about / "entry_points.txt").write_text("[datasette]\nforeign = foreign\n", "utf-8")
    (tmp_path / "foreign.py").write_text("raise SystemExit('loaded')\n", "utf-8")
    code = (
        "from rilo_training.browse import pages; pages.load_datasette(); import sys; "
        "assert not hasattr(sys, '_called_from_test'); print('foreign' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout.split() == ["False"], done.stderr


# --- the command ------------------------------------------------------------------------------


def test_without_datasette_the_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It names the command of the course and the one for a Python of one's own."""
    monkeypatch.setitem(sys.modules, "datasette.app", None)
    result = CliRunner().invoke(main, ["browse", str(PRACTICE), "--no-browser"])
    assert result.exit_code == 2
    assert "python3 run.py setup" in result.output
    assert 'pip install "rilo-training[browse]"' in result.output
    assert "Traceback" not in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not list open files")
def test_the_file_is_closed_when_the_pages_are(made: tuple[Path, dict[str, int]]) -> None:
    """Windows removes no file that is open, and the folder for a while would stay."""

    def handles() -> int:
        places = [Path("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
        return sum(os.path.realpath(place) == str(made[0]) for place in places)

    async def ask_once(app: Any) -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert (await client.get("/practice/members")).status_code == 200

    before = handles()
    with open_pages(*made, "A world.") as app:
        asyncio.run(ask_once(app))
        assert handles() > before
    assert handles() == before


def test_a_port_can_be_taken_again_at_once_and_not_by_two() -> None:
    """After Ctrl + C the system still remembers connections; that is no other program."""
    with _listening(0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(BrowseError, match=f"Port {port} of this computer cannot be used"):
            _listening(port)
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            listener.accept()[0].close()  # the server ends the connection first
            assert visitor.recv(1) == b""
    with _listening(port):
        pass


def test_a_world_is_found_where_a_reader_expects_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A world folder, a workspace, a release, the course; else a sentence."""
    world = tmp_path / "desk" / "datasets" / "practice"
    world.mkdir(parents=True)
    (world / "world.json").write_text("{}", encoding="utf-8")
    assert world_of(world) == world
    assert world_of(tmp_path / "desk") == world
    monkeypatch.chdir(tmp_path / "desk")
    assert world_of(None).samefile(world)
    monkeypatch.delenv("RILO_COURSE", raising=False)
    monkeypatch.chdir(ROOT / "curriculum")
    assert world_of(None).samefile(PRACTICE)
    release = tmp_path / "release"
    (release / "course" / "datasets" / "practice").mkdir(parents=True)
    (release / "release.json").write_text("{}", encoding="utf-8")
    (release / "course" / "datasets" / "practice" / "world.json").write_text("{}", "utf-8")
    monkeypatch.chdir(release)
    assert world_of(None).samefile(release / "course" / "datasets" / "practice")
    with pytest.raises(BrowseError, match="No world was found"):
        world_of(tmp_path)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The command as a reader runs it; it ends at Ctrl+C in good order and leaves nothing."""
    command = [sys.executable, "-m", "rilo_training.cli", "browse", str(PRACTICE), "--no-browser"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        found = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+", line) for line in lines)))
        yield found[0].replace("127.0.0.1", "localhost")  # the browser resolves no other name
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(20) == 0, rest
        assert "Traceback" not in rest


@pytest.mark.browser
def test_a_real_browser_asks_no_other_computer(visit: Visit, served: str) -> None:
    """Every kind of page, with its scripts; nothing is asked elsewhere, nothing scrolls out."""
    for path in ["", "/seizures", "/cases", "/find_a_case?case_number=AP-2024-000001", "/nothing"]:
        visit.page.goto(f"{served}/practice{path}")
        assert visit.page.get_by_text(BANNER, exact=True).is_visible()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 1366
    assert visit.blocked == []
    assert [text for text in visit.complaints if "404" not in text] == []


@pytest.mark.browser
def test_a_reader_finds_a_case_by_clicks(visit: Visit, served: str) -> None:
    """From the start page to a search, to a record's case, with all its fields and meanings."""
    page = visit.page
    page.goto(served)
    page.get_by_role("link", name="seizures", exact=True).click()
    page.get_by_label("Search:").fill("suitcase")
    page.get_by_role("button", name="Apply").click()
    page.locator("td.col-case_id a").first.click()
    assert page.get_by_role("heading", name="Find a case by its number").is_visible()
    assert page.get_by_text("Day on which the goods were found.").is_visible()


# --- the exercise cards -----------------------------------------------------------------------


def test_the_cards_name_only_what_is_there() -> None:
    """Every saved query and command that a card names exists, and each live hour has a card."""
    named = re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", CARDS)
    titles = {query.title for query in QUERIES.values()}
    assert set(named) <= titles, set(named) - titles
    for day in range(1, 6):
        assert f"## Day {day}" in CARDS
    assert BANNER in CARDS
    assert "rilo browse" in CARDS


def test_the_notebook_way_of_every_card_runs(
    monkeypatch: pytest.MonkeyPatch, queue: pd.DataFrame
) -> None:
    """Who cannot run the browser gets the answer all the same."""
    monkeypatch.chdir(ROOT)
    cells = re.findall(r"```python\n(.*?)```", CARDS, re.DOTALL)
    assert len(cells) >= 7
    for cell in cells:
        code = (
            "from rilo_training.seizures import *\nseizures = load_seizures('datasets/practice')\n"
        )
        exec(compile(code + cell, "card", "exec"), {})
