import time
from uuid import uuid4

import pytest
from litestar.exceptions import TooManyRequestsException

from motcua.base.errors import Invalid
from motcua.web import guard, throttle
from motcua.web.throttle import NETWORK_CLIENTS, Throttle, _client, network_of

COST_SECONDS_MAX = 20e-6


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time as the limits see it: `now[0] += 50`."""
    told = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: told[0])
    return told


def test_the_third_try_waits_until_the_minute_of_the_first_is_over(now):
    limit = Throttle(2, 60)
    waits = []
    for _ in range(3):
        waits.append(limit.wait("a"))
        now[0] += 5
    assert waits == [0, 0, 50]
    assert limit.wait("b") == 0
    now[0] += 45
    assert limit.wait("a") == 0


def test_the_memory_of_clients_is_bounded(monkeypatch):
    monkeypatch.setattr(throttle, "COUNTERS_MAX", 3)
    limit = Throttle(1, 60)
    for client in range(50):
        limit.wait(str(client))
    assert len(limit._counters._seen) == 3
    assert limit.wait("49") > 0
    assert limit.wait("0") == 0


def test_a_count_costs_next_to_nothing():
    limit = Throttle(1_000_000, 60)
    best = 1.0
    for _ in range(5):
        begun = time.perf_counter()
        for n in range(1_000):
            limit.wait(str(n))
        best = min(best, (time.perf_counter() - begun) / 1_000)
    assert best < COST_SECONDS_MAX


@pytest.mark.parametrize(
    ("host", "client", "network"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.*"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.*"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("testclient", "testclient", ".*"),
    ],
)
def test_a_household_is_one_client_and_its_neighbours_a_network(host, client, network):
    assert _client(host) == client
    assert network_of(client) == network


class Asking:
    def __init__(self, host, viewer=None):
        self.client = type("Client", (), {"host": host})
        self.scope = {"state": {"viewer": viewer} if viewer else {}}


def tries(limit, asking, times):
    let_in = 0
    for one in [asking] * times:
        try:
            limit.take_from(one)
        except TooManyRequestsException:
            break
        let_in += 1
    return let_in


def test_one_network_may_do_what_twenty_clients_may_and_no_more():
    limit = Throttle(2, 60)
    assert [tries(limit, Asking(f"192.0.2.{n}"), 3) for n in range(NETWORK_CLIENTS)] == [2] * 20
    assert tries(limit, Asking("192.0.2.200"), 1) == 0
    assert tries(limit, Asking("192.0.3.200"), 1) == 1


def test_who_is_known_is_counted_wherever_they_come_from():
    limit = Throttle(2, 60)
    an, binh = (type("Viewer", (), {"person": uuid4()}) for _ in range(2))
    assert tries(limit, Asking("192.0.2.1", an), 1) == 1
    assert tries(limit, Asking("198.51.100.1", an), 3) == 1
    assert tries(limit, Asking("192.0.2.1", binh), 3) == 2
    assert tries(limit, Asking("192.0.2.1"), 3) == 2


def test_a_page_says_when_to_try_again(client):
    answers = [client.get("/guess") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert answers[2].headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("client", {}),
        ("person", {"authorization": "Bearer an"}),
        ("client", {"authorization": "Bearer forged"}),
    ],
)
def test_every_address_is_counted_by_whoever_asks(client, name, headers):
    throttle.set_limits({name: "2 per minute"})
    answers = [client.get("/check", headers=headers).status_code for _ in range(3)]
    throttle.set_limits({})
    assert answers == [200, 200, 429]


def test_the_operator_decides_by_name():
    throttle.set_limits({"person": "7 per hour"})
    assert (guard.PEOPLE.limit, guard.PEOPLE.seconds) == (7, 3600)
    throttle.set_limits({})
    assert guard.PEOPLE.limit > 1_000
    for wrong, reason in (
        ({"nobody": "1 per hour"}, "settings.no_such_limit"),
        ({"person": "often"}, "settings.limit_unreadable"),
    ):
        with pytest.raises(Invalid) as refused:
            throttle.set_limits(wrong)
        assert refused.value.reason == reason
