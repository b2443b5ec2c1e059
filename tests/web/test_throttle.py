from datetime import UTC, datetime, timedelta

from motcua.base import clock
from motcua.web import throttle
from motcua.web.throttle import Throttle

START = datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC)


def test_the_third_try_waits_for_the_next_minute():
    limit = Throttle(2, 60)
    with clock.at(START):
        assert [limit.wait("a") for _ in range(3)] == [0, 0, 50]
        assert limit.wait("b") == 0
    with clock.at(START + timedelta(seconds=50)):
        assert limit.wait("a") == 0


def test_the_memory_of_clients_is_bounded(monkeypatch):
    monkeypatch.setattr(throttle, "CLIENTS_MAX", 3)
    limit = Throttle(1, 60)
    for client in range(50):
        limit.wait(str(client))
    assert len(limit._seen) == 3


def test_a_page_says_when_to_try_again(client):
    answers = [client.get("/guess") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
