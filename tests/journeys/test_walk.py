"""The first case over HTTP, in a whole city of real processes: from filing to a certificate that
strangers can verify."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from motcua.demo import people
from tests.cases.build import pdf
from tests.journeys.staged import Stage, text_of, wait

STOP_SECONDS_MAX = 10
# The request of the contract, word for word: three copies, 205,000.
AN = {
    "certificate_type": 1,
    "confirm_ban_on_office": False,
    "purpose": "employment",
    "copies": 3,
    "fee_class": "ordinary",
    "residence_history": [
        {
            "from": "2004-03", "to": "2012-08", "address": "Xã Sóc Sơn, Hà Nội",
            "occupation": "Học sinh", "workplace": "Trường THPT Sóc Sơn",
        },
        {
            "from": "2012-09", "to": None, "address": "Phường Cầu Giấy, Hà Nội",
            "occupation": "Kỹ sư", "workplace": "Công ty TNHH Thử Nghiệm",
        },
    ],
    "declaration": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("walk")) as found:
        yield found


def answers(**changed: Any) -> dict[str, Any]:
    return {k: v for k, v in ({**AN, "copies": 1} | changed).items() if v is not None}


def walked(city: Stage, person: str, asked: dict[str, Any], **more: Any) -> dict[str, Any]:
    case = city.file(person, asked, **more)
    city.pay(case["code"])
    city.decide(case["code"])
    return city.case(person, case["code"])


def test_the_first_case_ends_with_a_certificate_that_anyone_can_verify(
    city: Stage, tmp_path: Path
) -> None:
    filed = city.file("an", AN, documents=[], delivery="electronic")
    assert filed["fee"]["total"] == 205_000
    assert (filed["status"], filed["due_at"]) == (1, None)
    city.pay(filed["code"])
    case = city.decide(filed["code"])
    case = city.case("an", filed["code"])
    assert case["status"] == 10
    assert case["due_at"]
    paper = city.paper("an", case, tmp_path)
    told = subprocess.run(
        ["pdfsig", str(paper)], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    text = text_of(paper)
    assert "Nguyễn Văn An" in text.replace("NGUYỄN VĂN AN", "Nguyễn Văn An")
    assert case["result"]["number"] in text
    good = city.run("verify", str(paper))
    assert good.returncode == 0, good.stdout + good.stderr
    assert "unknown" in good.stdout, "off line nobody knows the current status"
    content = bytearray(paper.read_bytes())
    content[len(content) // 2] ^= 1
    bad = tmp_path / "changed.pdf"
    bad.write_bytes(content)
    assert city.run("verify", str(bad)).returncode == 1
    bad.write_bytes(paper.read_bytes() + b"\n%%EOF\n")
    assert city.run("verify", str(bad)).returncode == 1


def test_the_record_of_a_paper_says_what_it_is_and_not_whose(city: Stage) -> None:
    case = walked(city, "an", answers())
    said = httpx.get(case["result"]["verify"], headers={"Accept": "application/json"}, timeout=10)
    assert said.status_code == 200
    assert case["result"]["number"] in said.text
    for private in ("Nguyễn Văn An", "NGUYỄN VĂN AN", "1990", "999"):
        assert private not in said.text


def test_number_one_shows_what_is_not_spent_and_number_two_shows_all(
    city: Stage, tmp_path: Path
) -> None:
    spent, ban = "45/2009/HSST", "/QĐ-TBPS"
    one = text_of(city.paper("hung", walked(city, "hung", answers()), tmp_path))
    assert "/HS-ST" in one
    assert spent not in one
    assert ban not in one
    both = answers(certificate_type=2, confirm_ban_on_office=None)
    two = text_of(city.paper("hung", walked(city, "hung", both), tmp_path))
    assert "/HS-ST" in two
    assert spent in two
    assert ban in two
    asked = answers(confirm_ban_on_office=True)
    three = text_of(city.paper("hung", walked(city, "hung", asked), tmp_path))
    assert spent not in three
    assert ban in three


def test_a_student_pays_half(city: Stage, tmp_path: Path) -> None:
    card = tmp_path / "the.pdf"
    card.write_bytes(pdf())
    head = city.head("binh")
    with card.open("rb") as file:
        upload = city.http.post("/api/v1/documents", files={"file": file}, headers=head)
    assert upload.status_code == 201, upload.text
    papers = [{"requirement": "fee_class_proof", "id": upload.json()["id"]}]
    filed = city.file("binh", answers(fee_class="student"), documents=papers)
    assert filed["fee"]["total"] == 100_000


def test_the_firm_and_its_representative_are_both_named(city: Stage) -> None:
    body = {"procedure": "3.000333", "answers": answers()}
    head = city.head("an", organisation="thu-nghiem")
    made = city.http.post("/api/v1/cases", json=body, headers=head).json()
    assert (made["acted_by"], made["on_behalf_of"]) == (
        "Nguyễn Văn An", "Công ty TNHH Thử Nghiệm",
    )  # fmt: skip


def test_a_mother_asks_for_her_daughter_and_nobody_else_does(city: Stage) -> None:
    lines = city.run("people").stdout
    assert "dung" in lines
    number = people.person(city.settings, "dung").number
    asked = answers(certificate_type=2, confirm_ban_on_office=None)
    made = city.file("hoa", asked, on_behalf_of=number)
    assert made["subject"] == "Phạm Thu Dung"
    body = {"procedure": "3.000333", "answers": asked, "on_behalf_of": number}
    refused = city.http.post("/api/v1/cases", json=body, headers=city.head("an"))
    assert refused.status_code == 422
    assert "/on_behalf_of" in [one["pointer"] for one in refused.json()["errors"]]


def test_a_level_one_account_is_told_so(city: Stage) -> None:
    body = {"procedure": "3.000333", "answers": answers()}
    refused = city.http.post("/api/v1/cases", json=body, headers=city.head("cuong"))
    assert refused.status_code == 403
    assert refused.json()["needed"] == 2


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_all_of_it_with_a_stream_open(city: Stage, sign: int) -> None:
    """Stands last: it starts the city again for whoever comes after."""
    code = city.file("an", answers())["code"]
    head = city.head("an") | {"Accept": "text/event-stream"}
    heard = threading.Event()
    ended = threading.Event()

    def follow() -> None:
        with httpx.Client(base_url=city.url, timeout=30) as client:
            try:
                with client.stream("GET", f"/api/v1/cases/{code}/events", headers=head) as answer:
                    for line in answer.iter_lines():
                        if line.startswith("id: "):
                            heard.set()
            except httpx.HTTPError:
                pass
        ended.set()

    threading.Thread(target=follow, daemon=True).start()
    assert heard.wait(10)
    assert city.processes()
    assert city.stop(sign) < STOP_SECONDS_MAX
    assert city.keeper is not None
    assert city.keeper.returncode == 0
    assert ended.wait(5)
    wait(lambda: not city.processes(), 2)
    city.start()
    assert city.case("an", code)["status"] == 1
