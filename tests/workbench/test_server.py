"""The server: who may talk to it, what it serves, and what it writes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
import zipfile

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from detente import what_if
from detente.report import agreement
from detente.situation import loads
from detente.workbench.server import _reasons, application
from detente.workbench.session import CancelledError
from detente.workbench.stream import Hand, _lines

PORT = 8123
HOST = {"Host": f"127.0.0.1:{PORT}"}
OWN = {**HOST, "Origin": f"http://127.0.0.1:{PORT}"}
SENT = ("check", "explain/leverage", "tree", "use", "save", "why", "take/html", "take/yaml", "take/csv", "take/png")


@pytest.fixture
def client(bench):
    with TestClient(application(bench, PORT), base_url=f"http://127.0.0.1:{PORT}") as made:
        yield made


@pytest.fixture
def at(bench):
    """``at("situation")``: the address of that, token and all."""
    return lambda path="": f"/{bench.state.token}/{path}"


# --------------------------------------------------------------------------- who may talk to it


@pytest.mark.parametrize("path", ["", "situation", "main.js", "live", "../situation"])
def test_without_the_token_there_is_nothing(client, bench, path):
    for token in ("", "wrong", bench.state.token[:-1], bench.state.token + "x"):
        assert client.get(f"/{token}/{path}").status_code == 404
    assert client.get(f"/{path}").status_code == 404


def test_the_token_cannot_be_guessed(bench, file):
    assert re.fullmatch(r"[\w-]{43}", bench.state.token), "256 bits"


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"0.0.0.0:{PORT}"]
)
def test_another_host_is_refused(client, at, host):
    assert client.get(at("situation"), headers={"Host": host}).status_code == 421
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(at("live"), headers={**OWN, "Host": host}):
        pass


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT + 1}"]
)
def test_another_origin_is_refused(client, at, origin):
    there = {**HOST, "Origin": origin}
    assert client.get(at("situation"), headers=there).status_code == 403
    assert all(client.post(at(what), json={}, headers=there).status_code == 403 for what in SENT)
    assert client.put(at("draft"), json={}, headers=there).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(at("live"), headers=there):
        pass


def test_what_changes_something_needs_an_origin(client, at, bench):
    assert client.post(at("save"), json={"text": "x", "digest": bench.digest}).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(at("live"), headers=HOST):
        pass
    with client.websocket_connect(at("live"), headers=OWN):
        pass  # so that it was the origin that was missing


def test_every_answer_carries_the_policy(client, at):
    answers = [
        client.get(at()),
        client.get(at("main.js")),
        client.get(at("situation")),
        client.get(at("none")),
        client.get("/"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"


def test_the_page_has_no_script_or_style_within_it(client, at):
    page = client.get(at()).text
    assert not re.findall(r"<script(?![^>]*\ssrc=)", page)
    assert not re.findall(r"\son\w+=|\sstyle=|<style", page)
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page)


@pytest.mark.parametrize(
    "path",
    ["../secret.yaml", "..%2fsecret.yaml", "%2e%2e/%2e%2e/etc/passwd", "small.yaml", "secret.yaml", "static/main.js", "..\\secret.yaml",
     "%2fetc%2fpasswd", "server.py", "__init__.py", "take/../secret.yaml"],
)  # fmt: skip
def test_no_other_file_can_be_read(client, at, path):
    answer = client.get(at() + path)
    assert answer.status_code in (404, 405)
    assert "secret: true" not in answer.text
    assert "root:" not in answer.text


def test_a_text_cannot_reach_beyond_the_folder(client, at, file, small_text):
    outside = file.parent.parent / "outside.yaml"
    outside.write_text("secret: true\n", encoding="utf-8")
    for case in ("../outside.yaml", str(outside)):
        text = small_text + f"trade: {{case: {case}, actors: {{SND: USA, TGT: PRK}}, enforcement: {{USA: '1'}}}}\n"
        for what in ("check", "use", "save"):
            answer = client.post(at(what), json={"text": text, "digest": ""}, headers=OWN)
            assert answer.status_code == 422
            (problem,) = answer.json()["problems"]
            assert problem["where"] == "trade.case"
            assert "secret" not in answer.text


def test_nothing_else_is_written(client, at, bench, file):
    before = {path: path.read_bytes() for path in file.parent.rglob("*")}
    for body in (
        {"text": "title: x", "digest": bench.digest},
        {"text": bench.on_disk, "digest": "", "path": "../x.yaml", "name": "y"},
    ):
        client.post(at("save"), json=body, headers=OWN)
    client.post(at("take/yaml"), json={"changes": ["commit sanctions=impose"], "path": "/tmp/x"}, headers=OWN)
    assert {path: path.read_bytes() for path in file.parent.rglob("*")} == before


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"text": 3', b'{"other": 1}', b"\xff\xfe"])
def test_nonsense_is_refused_without_a_fault(client, at, body):
    for what in ("check", "use", "save", "take/csv", "explain/leverage", "tree", "why"):
        assert client.post(at(what), content=body, headers=OWN).status_code in (400, 422), what


def test_too_much_is_refused(client, at):
    assert client.post(at("check"), content=b'{"text": "' + b"x" * 5_000_000, headers=OWN).status_code == 400


# --------------------------------------------------------------------------- what it serves


def test_the_situation_with_all_that_can_be_moved(client, at, small_text):
    found = client.get(at("situation")).json()
    assert found["title"] == "A dispute"
    assert found["text"] == small_text
    assert [s["name"] for s in found["sliders"]][:2] == ["damage", "zeal"]
    assert found["sliders"][0]["sources"] == ["Our own judgement"]
    assert found["process"]["wide"].startswith("<svg")


def test_a_question_is_answered_in_stages_up_to_that_of_the_api(client, at, bench):
    with client.websocket_connect(at("live"), headers=OWN) as socket:
        stages = ask(socket, 1, ["set quantities.damage=0.7"])
    assert [stage["final"] for stage in stages] == [False] * (len(stages) - 1) + [True]
    assert stages[0]["draws"] <= 16
    assert stages[-1]["draws"] == 250
    expected = what_if(bench.session.base.forecast, "set quantities.damage=0.7", draws=250)[0]
    for answer in stages[-1]["answers"]:
        assert answer["after"]["mean"] == pytest.approx(expected[answer["id"]].changed, abs=2e-8)
        assert answer["difference"] == pytest.approx(expected[answer["id"]].difference, abs=2e-8)


def test_of_many_questions_the_last_is_answered(client, at, bench):
    values = [round(0.5 + i / 40, 3) for i in range(40)]
    with client.websocket_connect(at("live"), headers=OWN) as socket:
        for number, value in enumerate(values):
            socket.send_json({"channel": "hand", "ask": number, "changes": [f"set quantities.damage={value}"]})
        last = until(socket, lambda m: m.get("ask") == 39 and m.get("final"))
    expected = what_if(bench.session.base.forecast, f"set quantities.damage={values[-1]}", draws=250)[0]
    assert last["answers"][0]["after"]["mean"] == pytest.approx(expected["concede"].changed, abs=2e-8)


def test_two_tabs_do_not_mind_each_other(client, at):
    with (
        client.websocket_connect(at("live"), headers=OWN) as one,
        client.websocket_connect(at("live"), headers=OWN) as two,
    ):
        one.send_json({"channel": "hand", "ask": 1, "changes": ["set quantities.damage=0.6"]})
        two.send_json({"channel": "hand", "ask": 1, "changes": ["set quantities.damage=1.4"]})
        first = until(one, lambda m: m.get("final"))
        second = until(two, lambda m: m.get("final"))
    assert first["answers"][0]["after"]["mean"] != second["answers"][0]["after"]["mean"]


def test_what_cannot_be_is_told_and_the_connection_stays(client, at):
    with client.websocket_connect(at("live"), headers=OWN) as socket:
        socket.send_json({"channel": "hand", "ask": 1, "changes": ["set quantities.damge=0.6"]})
        refused = until(socket, lambda m: m["type"] == "refused")
        assert "damage" in refused["problems"][0]["text"]
        socket.send_json({"nonsense": 1})
        assert ask(socket, 2, ["set quantities.damage=0.6"])[-1]["final"]


# --------------------------------------------------------------------------- the file


def test_a_mistake_is_told_at_its_line(client, at, small_text):
    wrong = small_text.replace("high: 1.5", "high: 0.1")
    answer = client.post(at("check"), json={"text": wrong}, headers=OWN)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["line"] == 1 + wrong[: wrong.index("high: 0.1")].count("\n")
    assert client.post(at("check"), json={"text": small_text}, headers=OWN).json() == {"problems": []}


def test_another_text_is_forecast_and_the_file_left_alone(client, at, bench, file, small_text):
    other = small_text.replace("high: 1.5", "high: 3")
    assert client.post(at("use"), json={"text": other}, headers=OWN).status_code == 200
    with client.websocket_connect(at("live"), headers=OWN) as socket:
        last = ask(socket, 1, [])[-1]
    from detente import forecast

    expected = forecast(loads(other), draws=250).answers.probability[0]
    assert last["answers"][0]["after"]["mean"] == pytest.approx(expected, abs=2e-8)
    assert file.read_text(encoding="utf-8") == small_text


def test_saving_writes_the_text_and_nothing_over_another_hand(client, at, bench, file, small_text):
    mine, theirs = small_text.replace("high: 1.5", "high: 3"), small_text.replace("high: 1.5", "high: 2")
    file.write_text(theirs, encoding="utf-8")
    digest = client.get(at("situation")).json()["file"]["digest"]
    body = {"text": mine, "digest": digest}
    if bench.on_disk == small_text:
        assert client.post(at("save"), json=body, headers=OWN).status_code == 409
        assert file.read_text(encoding="utf-8") == theirs
    assert client.post(at("save"), json={**body, "overwrite": True}, headers=OWN).status_code == 200
    assert file.read_text(encoding="utf-8") == mine


def test_a_bundled_file_is_not_written(file, small_text):
    from detente.workbench.bench import Bench

    bench = Bench(file, writable=False, draws=64)
    with TestClient(application(bench, PORT), base_url=f"http://127.0.0.1:{PORT}") as client:
        body = {"text": small_text + "# more\n", "digest": bench.digest, "overwrite": True}
        assert client.post(f"/{bench.state.token}/save", json=body, headers=OWN).status_code == 403
    assert file.read_text(encoding="utf-8") == small_text
    bench.close()


def test_a_file_changed_on_disk_is_picked_up(client, at, bench, file, small_text):
    other = small_text.replace("title: A dispute", "title: Another dispute")
    with client.websocket_connect(at("live"), headers=OWN) as socket:
        ask(socket, 1, [])
        file.write_text(other, encoding="utf-8")
        told = until(socket, lambda m: m["type"] == "disk")
        assert told["text"] == other
    assert client.get(at("situation")).json()["title"] == "Another dispute"


def test_a_file_changed_into_nonsense_keeps_the_situation(client, at, bench, file, small_text):
    file.write_text(small_text.replace("high: 1.5", "high: 0.1"), encoding="utf-8")
    bench.look()
    found = client.get(at("situation")).json()
    assert found["text"] == small_text
    assert found["file"]["text"] != small_text


# --------------------------------------------------------------------------- to take away


def test_the_table_holds_the_figures_of_the_api(client, at, bench):
    body = {"changes": ["set quantities.damage=0.7"], "name": "answers"}
    text = client.post(at("take/csv"), json=body, headers=OWN).text
    rows = {row["question"]: row for row in csv.DictReader(io.StringIO(text))}
    expected = what_if(bench.session.base.forecast, "set quantities.damage=0.7", draws=250)[0]
    for name, row in rows.items():
        assert float(row["after"]) == pytest.approx(expected[name].changed, rel=1e-5)
        assert float(row["difference_low"]) == pytest.approx(expected[name].low, rel=1e-5, abs=1e-7)


def test_the_brief_and_the_chart_are_taken_away_whole(client, at):
    body = {"changes": ["commit sanctions=impose"]}
    brief = client.post(at("take/html"), json=body, headers=OWN).text
    assert brief.startswith("<!doctype html>")
    assert "commit sanctions=impose" in brief
    chart = client.post(at("take/svg"), json={**body, "name": "answers"}, headers=OWN).text
    assert chart.startswith("<svg")
    assert "Does the target concede?" in chart
    for ending in ("other", "svg", "png", "csv"):
        assert client.post(at(f"take/{ending}"), json={**body, "name": "nothing"}, headers=OWN).status_code == 404, (
            ending
        )


def test_every_chart_stands_alone_and_every_table_has_its_rows(client, at):
    body = {"changes": ["set quantities.damage=0.7"]}
    answer = client.post(at("take/zip"), json=body, headers=OWN)
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = set(archive.namelist())
    assert {"brief.html", "small.yaml", "charts/answers.svg", "charts/process.png", "charts/curve.concede.svg"} <= names
    assert {"charts/move.answer.svg", "charts/belief.TGT.resolve.png", "tables/ways.csv", "tables/payoffs.csv"} <= names
    drawn = [name for name in names if name.endswith(".svg")]
    assert {name.replace(".svg", ".png") for name in drawn} <= names
    for name in drawn:
        root = ET.fromstring(archive.read(name))
        width, height = float(root.get("width")), float(root.get("height"))
        text = " ".join(root.itertext())
        assert root[1].get("fill") == "#ffffff", "on white, whatever is behind it"
        assert "A dispute, as of 1 March 2024" in text, "it says where it is from"
        assert not re.search(r"href=|<style|<script|var\(", archive.read(name).decode()), name
        png = archive.read(name.replace(".svg", ".png"))
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">II", png[16:24]) == pytest.approx((2 * width, 2 * height), abs=2)
    alone = client.post(at("take/csv"), json={**body, "name": "move.sanctions"}, headers=OWN).text
    assert archive.read("tables/move.sanctions.csv").decode() == alone
    assert {row["step"] for row in csv.DictReader(io.StringIO(alone))} == {"sanctions"}


def test_the_brief_is_printed_where_there_is_a_browser_and_a_message_says_so_where_there_is_none(
    client, at, monkeypatch
):
    from detente.report import pdf

    if pdf.browser() is not None:
        answer = client.post(at("take/pdf"), json={"changes": []}, headers=OWN)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    monkeypatch.setattr(pdf, "browser", lambda: None)
    answer = client.post(at("take/pdf"), json={"changes": []}, headers=OWN)
    assert answer.status_code == 501
    assert "print it from any browser" in answer.text


def test_why_an_answer_changes_is_told_on_demand(client, at, bench):
    from detente.explain.why import why

    list(bench.session.ask([]))
    body = {"changes": ["commit sanctions=impose"]}
    told, last = streamed(client.post(at("why"), json=body, headers=OWN))
    expected = why(bench.session.situation, "commit sanctions=impose", draws=100)
    assert last["found"]["question"] == expected.question
    assert last["found"]["told"] == expected.in_words()
    assert (told[-1]["done"], told[-1]["of"]) == (200, 200), "draws of both worlds"
    assert [line["done"] for line in told] == sorted({line["done"] for line in told})
    other = streamed(client.post(at("why"), json={**body, "question": "sanctions"}, headers=OWN))[1]
    assert other["found"]["question"] == "sanctions"
    unknown = streamed(client.post(at("why"), json={**body, "question": "nonsense"}, headers=OWN))[1]
    assert "no question `nonsense`" in unknown["problems"][0]["text"]
    assert streamed(client.post(at("why"), json={"changes": []}, headers=OWN))[1] == {
        "refused": "there is nothing to compare yet"
    }


def test_why_is_given_up_when_the_page_goes_away(bench):
    list(bench.session.ask([]))
    told = []
    hand = Hand(bench, lambda line: (told.append(line), hand.withdraw()))
    with pytest.raises(CancelledError):
        _reasons(bench.session, ("commit sanctions=impose",), None, hand)
    assert len(told) == 1
    assert told[0]["done"] < told[0]["of"] == 200


def test_what_was_asked_for_by_hand_is_taken_away_too_and_only_under_the_same_changes(client, at, bench):
    """The matrix of leverage, the dissent and the node of the tree, as drawings and whole tables."""
    body = {"changes": ["set quantities.damage=1.2"]}
    assert client.post(at("take/svg"), json={**body, "name": "leverage"}, headers=OWN).status_code == 404
    for name in ("leverage", "information", "dissent"):
        client.post(at(f"explain/{name}"), json=body, headers=OWN)
    way = streamed(client.post(at("tree"), json={**body, "way": []}, headers=OWN))[1]["found"]["options"][0]["key"]
    node = streamed(client.post(at("tree"), json={**body, "way": [way]}, headers=OWN))[1]["found"]
    for name, words in (("leverage", "for the target"), ("dissent", "Dot: the forecast"), ("tree", "The target")):
        taken = {**body, "name": name, "way": [way]}
        drawn = client.post(at("take/svg"), json=taken, headers=OWN).text
        text = " ".join(ET.fromstring(drawn).itertext())
        assert words in text
        assert "A dispute, as of 1 March 2024; if" in text, "it says where it is from, and under what"
        assert client.post(at("take/png"), json=taken, headers=OWN).content.startswith(b"\x89PNG")
        assert client.post(at("take/svg"), json={**taken, "changes": []}, headers=OWN).status_code == 404
    table = csv.DictReader(io.StringIO(client.post(at("take/csv"), json={**taken, "name": "tree"}, headers=OWN).text))
    options = [row for row in table if row["kind"] == "option"]
    shown = [option["figure"]["mean"] for option in node["options"]]
    assert [float(row["probability"]) for row in options] == pytest.approx(shown, rel=1e-5)
    levers = csv.DictReader(io.StringIO(client.post(at("take/csv"), json={**body, "name": "levers"}, headers=OWN).text))
    assert {row["affected"] for row in levers} == {"SND", "TGT"}
    archive = zipfile.ZipFile(io.BytesIO(client.post(at("take/zip"), json=body, headers=OWN).content))
    wanted = {"charts/leverage.svg", "charts/dissent.png", "tables/leverage.csv", "tables/information.csv"}
    assert wanted <= set(archive.namelist())


def test_a_section_is_refined_to_the_draws_of_the_command_line(client, at, bench):
    quick = streamed(client.post(at("explain/leverage"), json={"changes": []}, headers=OWN))[1]["found"]
    assert quick["finer"] == 200
    assert "64 draws" in quick["how"]
    fine = streamed(client.post(at("explain/leverage"), json={"changes": [], "fine": True}, headers=OWN))[1]["found"]
    assert fine["finer"] == 0
    assert "200 draws" in fine["how"]
    assert fine["told"] == bench.session.base.forecast.leverage().in_words()


def streamed(answer):
    """How far it said it was, and what came in the end."""
    lines = [json.loads(line) for line in answer.text.splitlines() if line]
    return lines[:-1], lines[-1]


def test_who_can_change_it_is_told_on_demand_and_each_lever_can_be_tried(client, at, bench):
    told, last = streamed(
        client.post(at("explain/leverage"), json={"changes": ["set quantities.damage=1.2"]}, headers=OWN)
    )
    found = last["found"]
    assert [line["done"] for line in told] == list(range(1, told[-1]["of"] + 1))
    assert found["levers"]
    assert {name for name, _ in found["matrix"]["rows"]} == {"The sender", "The target"}
    last = list(bench.session.ask(["set quantities.damage=1.2", found["levers"][0]["words"]]))[-1]
    assert any(abs(p.figure.difference) > 0.01 for p in last.payoffs)
    assert any(found["levers"][0]["actor"] == name for name in ("The sender", "The target"))


@pytest.mark.parametrize("name", ["information", "dissent"])
def test_the_sections_say_what_the_brief_says(client, at, bench, name):
    found = streamed(client.post(at(f"explain/{name}"), json={"changes": []}, headers=OWN))[1]["found"]
    forecast = bench.session.base.forecast
    if name == "information":
        assert found["told"] == forecast.information(draws=64).in_words()
        assert found["told"][-1] == "Nothing is on the record, so nothing has moved a belief yet."
    else:
        assert found["told"] == agreement.in_words(forecast.dissent(draws=64))
        assert "Does the target concede?" in found["chart"]["narrow"]


def test_a_section_that_cannot_be_says_why(client, at):
    assert client.post(at("explain/other"), json={"changes": []}, headers=OWN).status_code == 404
    assert "linkage" not in [each["name"] for each in client.get(at("situation")).json()["sections"]]
    last = streamed(client.post(at("explain/linkage"), json={"changes": []}, headers=OWN))[1]
    assert "negotiations" in last["problems"][0]["text"]
    last = streamed(client.post(at("tree"), json={"changes": ["set nothing=1"], "way": []}, headers=OWN))[1]
    assert "nothing" in last["problems"][0]["text"]


def test_the_tree_is_opened_a_node_at_a_time(client, at, bench):
    def opened(way, *changes):
        told, last = streamed(client.post(at("tree"), json={"changes": changes, "way": way}, headers=OWN))
        return told, last["found"]

    told, root = opened([])
    assert told[-1] == {"done": 250, "of": 250}
    assert (root["kind"], root["way"], root["nodes"]) == ("fact", [], bench.session.task.game.tree.nodes)
    told, found = opened([root["options"][0]["key"]])
    assert told == [], "the play is kept"
    assert found["who"] == "The target"
    answers = bench.session.base.forecast.answers.set_index("question")["probability"]
    ways = ([option["key"], "answer=concede"] for option in root["options"])
    conceded = sum(opened(way)[1]["reached"]["mean"] for way in ways)
    assert conceded == pytest.approx(answers["concede"], abs=1e-9)
    told, _ = opened([], "set damage=0.7")
    assert told, "another game"


def test_long_work_is_given_up_when_nobody_waits_for_it(bench):
    begun, ended = threading.Event(), threading.Event()

    def work(hand):
        try:
            for i in range(10_000):
                hand.progress(i, 10_000)
                begun.set()
                time.sleep(0.01)
        finally:
            ended.set()

    async def leave():
        lines = _lines(bench, asyncio.Lock(), work)
        assert json.loads(await anext(lines)) == {"done": 0, "of": 10_000}
        await lines.aclose()
        await asyncio.to_thread(ended.wait, 5)

    asyncio.run(leave())
    assert begun.is_set()
    assert ended.is_set()


def test_work_that_fails_says_so_and_the_next_has_its_turn(bench):
    async def one(work, turns):
        return [json.loads(line) async for line in _lines(bench, turns, work) if line.strip()]

    def wrong(hand):
        raise ValueError("there is no forecast yet")

    async def both():
        turns = asyncio.Lock()
        return await asyncio.gather(one(wrong, turns), one(lambda hand: {"so": 1}, turns))

    first, second = asyncio.run(both())
    assert first == [{"refused": "there is no forecast yet"}]
    assert second == [{"found": {"so": 1}}]


def test_what_stands_behind_each_part_of_the_picture(client, at):
    process = client.get(at("situation")).json()["process"]
    assert set(process["behind"]) == {"resolve", "answer", "sanctions"}
    assert process["behind"]["resolve"]["who"] == "Known to the sender. Not to the target."
    assert process["behind"]["answer"]["when"] == "1 Apr 2024"
    wants = {item["label"]: item for item in process["actors"]["TGT"]["items"]}
    assert wants["What sanctions cost the target"]["sources"] == [{"citation": "Our own judgement", "url": ""}]
    for name in process["behind"]:
        assert f'data-name="{name}"' in process["narrow"]
    assert 'data-name="resolve" data-blind="TGT"' in process["wide"]


def test_the_variant_taken_away_can_be_opened(client, at):
    text = client.post(at("take/yaml"), json={"changes": ["set quantities.damage=0.7"]}, headers=OWN).text
    assert loads(text).quantities["damage"].specification.value == 0.7
    assert "# A comment at the top, which must survive." in text


def test_a_draft_outlives_the_program(client, at, bench, file):
    from detente.workbench.state import State

    draft = {"work": {"past": [], "now": [], "future": [], "variants": {"a": []}}, "text": "title: half done"}
    assert client.put(at("draft"), json=draft, headers=OWN).status_code == 200
    again = State.of(file)
    assert again.draft == draft
    assert again.token == bench.state.token, "after a crash the address is the same"
    assert again.path.stat().st_mode & 0o077 == 0
    bench.state.leave()
    assert State.of(file).token != bench.state.token
    assert State.of(file).draft == draft


def ask(socket, number, changes):
    """All stages of a question."""
    socket.send_json({"channel": "hand", "ask": number, "changes": changes})
    stages = []
    until(socket, lambda m: m["type"] == "stage" and m["ask"] == number and (stages.append(m) or m["final"]))
    return stages


def until(socket, wanted, seconds=60):
    """The first message that is wanted."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message = socket.receive_json()
        if wanted(message):
            return message
    raise AssertionError("nothing of the kind came")


def test_the_other_commands_do_not_load_the_server():
    code = "import sys, detente, detente.cli.app; assert not {'starlette', 'uvicorn', 'websockets'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_with_mistakes_is_opened_to_be_mended(file, small_text):
    from detente.workbench.bench import Bench

    wrong = small_text.replace("high: 1.5", "high: 0.1")
    file.write_text(wrong, encoding="utf-8")
    bench = Bench(file, writable=True, draws=64)
    address = f"/{bench.state.token}/"
    with TestClient(application(bench, PORT), base_url=f"http://127.0.0.1:{PORT}") as client:
        found = client.get(f"{address}situation").json()
        (problem,) = found["broken"]
        assert problem["line"] == 1 + wrong[: wrong.index("high: 0.1")].count("\n")
        assert found["file"]["text"] == wrong
        for what in ("tree", "explain/leverage", "why", "take/html", "take/yaml", "take/csv"):
            answer = client.post(
                f"{address}{what}", json={"changes": ["mild"], "name": "answers", "way": []}, headers=OWN
            )
            assert answer.status_code == 422, what
            assert answer.json()["problems"] == found["broken"]
        assert client.post(f"{address}use", json={"text": "title: x"}, headers=OWN).status_code == 422
        assert client.post(f"{address}use", json={"text": small_text}, headers=OWN).status_code == 200
        assert client.get(f"{address}situation").json()["title"] == "A dispute"
        with client.websocket_connect(f"{address}live", headers=OWN) as socket:
            assert ask(socket, 1, [])[-1]["final"]
    assert file.read_text(encoding="utf-8") == wrong, "mended at the bench, and saved when the user says so"
    bench.close()


def test_a_file_mended_on_disk_is_taken_up(file, small_text):
    from detente.workbench.bench import Bench

    file.write_text(small_text.replace("high: 1.5", "high: 0.1"), encoding="utf-8")
    bench = Bench(file, writable=True, draws=64)
    assert bench.session is None
    file.write_text(small_text.replace("high: 1.5", "high: 0.2"), encoding="utf-8")
    bench.look()
    assert bench.session is None
    assert "0.2" in str(bench.problems[0])
    file.write_text(small_text, encoding="utf-8")
    bench.look()
    assert bench.open_session().situation.title == "A dispute"
    bench.close()


def test_the_command_line_tells_the_mistakes_of_the_file_that_it_opens(file, small_text, monkeypatch):
    from typer.testing import CliRunner

    from detente.cli.app import app
    from detente.workbench import serving

    monkeypatch.setattr(serving, "serve", lambda bench, *_, **__: bench.close())
    file.write_text(small_text.replace("high: 1.5", "high: 0.1"), encoding="utf-8")
    done = CliRunner().invoke(app, ["open", str(file), "--no-browser"])
    assert done.exit_code == 0
    assert f"{file}:12:" in done.stderr
    assert "quantities.damage.high" in done.stderr
    assert "1 problem found; the file is open to be mended" in done.stderr


def test_what_one_tab_keeps_the_others_are_told(client, at):
    draft = {"work": {"past": [], "now": [], "future": [], "variants": {}}, "text": None}
    with client.websocket_connect(at("live"), headers=OWN) as socket:
        ask(socket, 1, [])
        client.put(at("draft"), json={**draft, "tab": "one"}, headers=OWN)
        told = until(socket, lambda m: m["type"] == "draft")
    assert told == {"type": "draft", "tab": "one", "draft": draft}


def test_work_that_breaks_down_ends_its_stream(bench, monkeypatch):
    """An error that nobody foresaw: the page is told, and does not wait for ever."""
    monkeypatch.setattr("detente.workbench.stream.STILL_THERE", 0.05)

    def broken(hand):
        raise ZeroDivisionError("nobody thought of that")

    async def lines():
        return [json.loads(line) async for line in _lines(bench, asyncio.Lock(), broken) if line.strip()]

    assert asyncio.run(asyncio.wait_for(lines(), 10)) == [{"refused": "it went wrong; the terminal says how"}]


@pytest.mark.parametrize("sent", [b'{"text": "\\ud800"}', b'{"text": NaN}'])
def test_a_draft_that_could_not_be_sent_out_again_is_not_kept(client, at, bench, sent):
    assert client.put(at("draft"), content=b'{"text": "kept"}', headers=OWN).status_code == 200
    assert client.put(at("draft"), content=sent, headers=OWN).status_code == 400
    assert client.get(at("situation")).json()["draft"] == {"text": "kept"}


def test_what_is_nested_without_end_is_not_understood(client, at):
    assert client.post(at("check"), content=b"[" * 100_000, headers=OWN).status_code == 400


@pytest.mark.parametrize("ending", ["html", "csv", "zip"])
def test_what_is_taken_while_the_situation_is_changed_is_refused_with_a_reason(client, at, bench, ending):
    bench.session.close()
    answer = client.post(
        at(f"take/{ending}"), json={"changes": ["set quantities.damage=0.7"], "name": "answers"}, headers=OWN
    )
    assert answer.status_code == 409
    assert "ask again" in answer.text


def test_an_interrupt_ends_it_soon_even_while_it_compiles(tmp_path):
    """Whenever it comes, once the address is said; the thread that solves is in the compiler for many seconds more."""
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path / "compiled"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    for seconds in (0.0, 1.5):
        process = subprocess.Popen(
            [sys.executable, "-m", "detente", "open", "deterrence", "--no-browser"],
            cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert any("http://" in line for line in process.stdout)
            time.sleep(seconds)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=12)
        finally:
            process.kill()
        assert process.returncode == 0
        assert said == ""
