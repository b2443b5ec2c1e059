"""What breaks in a running city: its database, its registers, its parts, the keeper itself. Nothing
that was acknowledged is lost, and no certificate says more than a register said."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.journeys.staged import RECORD, Stage, wait

ANSWERS = {
    "certificate_type": 1,
    "confirm_ban_on_office": False,
    "purpose": "own_record",
    "copies": 1,
    "fee_class": "ordinary",
    "residence_history": [
        {"from": "2006-09", "to": None, "address": "Phường Tây Hồ, Hà Nội", "occupation": "Hưu trí"}
    ],
    "declaration": True,
}
PEOPLE = ("an", "hung", "hoa", "lan")
EACH = 15
RESTART_SECONDS_MAX = 15


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("faults")) as found:
        yield found


class Sender(threading.Thread):
    """Sends requests one after another, each with a key of its own, again until it is taken."""

    def __init__(self, city: Stage, person: str) -> None:
        super().__init__(daemon=True)
        self.city = city
        self.person = person
        self.taken: dict[str, str] = {}
        self.failures = 0

    def run(self) -> None:
        with httpx.Client(base_url=self.city.url, timeout=15) as client:
            for _ in range(EACH):
                head = self.city.head(self.person, uuid4().hex)
                self.taken[head["Idempotency-Key"]] = self._send(client, head)

    def _send(self, client: httpx.Client, head: dict[str, str]) -> str:
        body = {"procedure": RECORD, "answers": ANSWERS}
        while True:
            try:
                answer = client.post("/api/v1/cases", json=body, headers=head)
            except httpx.HTTPError:
                self.failures += 1
            else:
                if answer.status_code == 201:
                    return str(answer.json()["code"])
                # 409: the first try is still at work. Anything but that or "come back" is a bug.
                assert answer.status_code in (409, 503), answer.text
                self.failures += 1
            time.sleep(0.1)


def codes_of(city: Stage, person: str) -> list[str]:
    found, before = [], ""
    while True:
        page = city.http.get(
            "/api/v1/cases", params={"limit": 100, "before": before}, headers=city.head(person)
        ).json()
        found += [one["code"] for one in page["items"]]
        if page["next"] is None:
            return found
        before = page["next"]


def test_a_database_killed_among_submissions_keeps_each_acknowledged_case_once(
    city: Stage,
) -> None:
    senders = [Sender(city, person) for person in PEOPLE]
    for one in senders:
        one.start()
    wait(lambda: sum(len(one.taken) for one in senders) >= 8, 20)
    killed = city.postmaster()
    os.kill(killed, signal.SIGKILL)
    for one in senders:
        one.join(60)
        assert not one.is_alive(), "the city did not come back"
    assert city.postmaster() != killed
    assert sum(one.failures for one in senders) > 0, "nobody noticed: the kill came too late"
    everything = []
    for one in senders:
        listed = codes_of(city, one.person)
        assert len(one.taken) == EACH
        assert sorted(listed) == sorted(one.taken.values()), one.person
        everything += listed
    # In sequence, and no number lost.
    numbers = sorted(int(code.rpartition("-")[2]) for code in everything)
    assert numbers == list(range(numbers[0], numbers[0] + len(PEOPLE) * EACH))
    for one in senders[:1]:
        key, code = next(iter(one.taken.items()))
        again = city.http.post(
            "/api/v1/cases", json={"procedure": RECORD, "answers": ANSWERS},
            headers=city.head(one.person, key),
        )  # fmt: skip
        assert (again.status_code, again.json()["code"]) == (201, code)


def fault(city: Stage, mode: str) -> None:
    done = city.run("registers", "fault", "convictions", mode)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("mode", ["down", "slow", "cut", "other-person"])
def test_a_register_that_fails_makes_the_case_wait_and_never_a_certificate(
    city: Stage, mode: str
) -> None:
    # Over sixty: nothing to pay.
    code = city.file("giang", ANSWERS | {"fee_class": "elderly"})["code"]
    fault(city, mode)
    try:
        city.act("reception", code, "accept")
        refused = city.try_act("handler", code, "propose", outcome="granted")
        told = refused.json()
        assert (refused.status_code, told["reason"]) == (409, "case.finding_missing")
        assert "convictions" in [one["register"] for one in told["waiting_for"]]
        assert "propose" not in told["actions"]
        for who, action in (("leader", "approve"), ("leader", "sign"), ("reception", "release")):
            assert city.try_act(who, code, action).status_code == 409
        seen = city.case("handler", code)
        assert "convictions" in [one["register"] for one in seen["waiting_for"]]
        assert (seen["status"], seen["result"]) == (4, None)
    finally:
        fault(city, "ok")
    city.act("handler", code, "propose", outcome="granted")
    city.act("leader", code, "approve")
    assert city.act("leader", code, "sign")["status"] == 10


PARTS = [
    "motcua.app", "motcua.worker", "motcua.demo.bank", "motcua.demo.eid --realm residents",
]  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_killed_comes_back_and_works(city: Stage, name: str) -> None:
    killed = city.part(name)
    os.kill(killed, signal.SIGKILL)
    wait(lambda: came_back(city, name, killed), 20)
    wait(lambda: is_ready(city), 20)
    if name == "motcua.demo.bank":
        code = city.file("an", ANSWERS)["code"]
        wait(lambda: city.run("bank", "pay", code).returncode == 0, 15)
        wait(lambda: city.case("an", code)["payment"]["state"] == "settled", 10)
    elif name == "motcua.worker":
        code = city.file("giang", ANSWERS | {"fee_class": "elderly"})["code"]
        # Nobody but the worker asks the population register for it.
        wait(lambda: "accept" in actions_of(city, "reception", code), 15)
    elif "eid" in name:
        where = f"http://localhost:{city.settings.demo_port('eid')}"
        wait(lambda: answers_at(f"{where}/.well-known/openid-configuration"), 15)
    assert codes_of(city, "an")


def came_back(city: Stage, name: str, killed: int) -> bool:
    try:
        return city.part(name) != killed
    except ValueError:
        return False


def actions_of(city: Stage, person: str, code: str) -> set[str]:
    return {one["action"] for one in city.case(person, code)["actions"]}


def is_ready(city: Stage) -> bool:
    return answers_at(f"{city.url}/health/ready")


def answers_at(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_keeper_that_is_killed_takes_everything_along_and_loses_nothing(city: Stage) -> None:
    before = codes_of(city, "an")
    log = city.settings.data / "postgres" / "log"
    said = len(log.read_text(errors="replace"))
    assert city.keeper is not None
    city.keeper.kill()
    city.keeper.wait(5)
    wait(lambda: not city.processes(), 10)
    took = city.start()
    assert took <= RESTART_SECONDS_MAX, f"{took:.1f} s"
    fresh = log.read_text(errors="replace")[said:]
    assert "not properly shut down" not in fresh
    assert codes_of(city, "an") == before
