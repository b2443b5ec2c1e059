"""Read is told, and told is read: whatever is done in whatever order, by page, desk, list, API, job
and register, each look at a person's data stands once in what the data tracker tells that person.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from litestar import Litestar
from msgspec import Struct

from motcua import app, exchange
from motcua.base import clock
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.cases import actions, keep_procedures
from motcua.cases.actions.looking import SAME_LOOK
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.exchange import Registers
from motcua.exchange.model import Reply
from motcua.identity import Viewer
from motcua.web.language import words
from motcua.web.throttle import Throttle
from tests import cast as people
from tests.cases import build

EXAMPLES, STEPS = 6, 20
AGENCY, OTHER = "SM.E", "SM.S"
ROLES = ("reception", "handler", "leader")
FOLLOW = "To follow a request that the agency has in hand"
WORK = "To work on your request: Intake"
LIST = "To see what waits in the agency: your request stood in the list"
CONTROL = "To control how the agency keeps to procedure"
FILE = "To read a file of your request"
STEP = timedelta(milliseconds=700)
"""What a request takes by the clock: never so much that two moments fall on a limit."""


class Told(Struct, frozen=True):
    """One entry that there must be."""

    case: str | None
    who: str
    why: str
    at: datetime
    order: str | None = None
    """That hides it."""


class Looks(RuleBasedStateMachine):
    def __init__(self, town: Settings, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.patched = pytest.MonkeyPatch()
        self.city = City(town, Pack.read(town.pack), url)
        self.zone = ZoneInfo(self.city.pack.info.time_zone)
        self.known: dict[str, Viewer] = {}
        self.told: list[Told] = []
        self.order: str | None = None
        # Long enough ago that everything done here lies behind the clock of the database.
        self.now = clock.now() - timedelta(days=20)
        self.patched.setattr(app, "who", self._who)
        self.patched.setattr(Throttle, "_wait", lambda *_: 0)
        self.app: Litestar = app.build(self.city)
        self._run(self._begin)

    async def _who(self, _: City, connection: Any) -> Viewer | None:
        return self.known[connection.headers["authorization"].removeprefix("Bearer ")]

    async def _begin(self) -> None:
        await self.city.database.open()
        await keep_procedures(self.city)
        self.known |= {
            role: await people.officer(self.city, f"{role}-looks", f"Officer {role}", AGENCY, role)
            for role in (*ROLES, "control")
        }
        self.known["elsewhere"] = await people.officer(
            self.city, "elsewhere-looks", "Officer elsewhere", OTHER, *ROLES
        )
        for agency in (AGENCY, OTHER):
            build.keys(self.city, agency)
        self._answer_by_ourselves()

    def _answer_by_ourselves(self) -> None:
        """The registers' side is played: what is written down before the question leaves is not."""

        async def answer(*_: Any) -> Reply:
            return Reply(state="found", values=build.particulars(self.city, "an"), tries=1)

        self.patched.setattr(self.city[Registers].line("population"), "ask", answer)

    @initialize()
    def file(self) -> None:
        """Somebody of whom nobody has seen anything yet, with two cases."""
        me = Viewer(person=PersonId(uuid4()), name="Trần Thị Bưởi", assurance=people.LEVEL_2)
        self.known["me"] = me
        self.number, self.asked = uuid4().hex[:12], set[str]()
        subject = actions.Subject(self.number, me.name, date(1990, 3, 12))

        async def begin() -> None:
            async with self.city.database.write(SYSTEM) as db:
                await exchange.claim_looks(db, me.person, self.number)
            self.cases: list[tuple[Case, str]] = []
            for _ in range(2):
                paper = await build.upload(self.city, me)
                asked = build.filing(self.city, documents={"student_card": paper}, agency=AGENCY)
                case = await build.file(self.city, me, asked, subject)
                self.cases.append((case, str(paper)))

        self._run(begin)

    def teardown(self) -> None:
        self.runner.run(self.city.close())
        self.runner.close()
        self.patched.undo()

    def _run(self, act: Callable[[], Any]) -> Any:
        with clock.at(self.now):
            found = self.runner.run(act())
        self.now += STEP
        return found

    def _get(self, who: str, path: str, status: int = 200, **query: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(cast(Any, self.app))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as one:
                head = {"authorization": f"Bearer {who}", "accept-language": "en"}
                return await one.get(path, headers=head, params=query)

        answer = cast(httpx.Response, self._run(ask))
        assert answer.status_code == status, (who, path, answer.text)
        return answer

    def _post(self, who: str, path: str, status: int, body: Any = None) -> dict[str, Any]:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(cast(Any, self.app))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as one:
                head = {"authorization": f"Bearer {who}", "idempotency-key": uuid4().hex}
                return await one.post(path, headers=head, json=body)

        answer = cast(httpx.Response, self._run(ask))
        assert answer.status_code == status, (who, path, answer.text)
        return cast(dict[str, Any], answer.json()) if answer.content else {}

    def _tell(self, case: str | None, who: str, why: str) -> None:
        self.told.append(Told(case, who, why, self.now, self.order))

    def _opened(self, case: str, who: str, why: str) -> None:
        """One look, as long as it lasts."""
        since = self.now - SAME_LOOK
        if not any((t.case, t.who, t.why) == (case, who, why) and t.at > since for t in self.told):
            self._tell(case, who, why)

    def _listed(self, case: str, who: str) -> None:
        local = self.now.astimezone(self.zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        seen = (FOLLOW, WORK, LIST)
        if not any(
            (t.case, t.who) == (case, who) and t.why in seen and t.at > midnight for t in self.told
        ):
            self._tell(case, who, LIST)

    @rule(which=st.integers(0, 1), who=st.sampled_from(ROLES), way=st.sampled_from(
        ["/cases/{}", "/api/v1/cases/{}", "/api/v1/cases/{}/events", "/cases/{}/receipt.pdf",
         "/desk/counter/cases/{}", "/cases/{}/withdrawal"]
    ))  # fmt: skip
    def open_case(self, which: int, who: str, way: str) -> None:
        code = self.cases[which][0].code
        status = 303 if way.endswith("withdrawal") else 200
        self._opened(code, who, WORK if who == "reception" else FOLLOW)
        self._get(who, way.format(code), status)

    @rule(which=st.integers(0, 1), who=st.sampled_from(ROLES))
    def open_at_desk(self, which: int, who: str) -> None:
        """Beside the case stands the list, which is cut down to this very case."""
        code = self.cases[which][0].code
        self._opened(code, who, WORK if who == "reception" else FOLLOW)
        self._listed(code, who)
        self._get(who, f"/desk/cases/{code}", q=code)

    @rule(which=st.integers(0, 1), who=st.sampled_from(ROLES))
    def list_cases(self, which: int, who: str) -> None:
        code = self.cases[which][0].code
        self._listed(code, who)
        self._get(who, "/desk", q=code)

    @rule(which=st.integers(0, 1), who=st.sampled_from(ROLES), at_desk=st.booleans())
    def open_file(self, which: int, who: str, at_desk: bool) -> None:
        self._tell(None, who, FILE)
        self._get(who, f"/{'desk' if at_desk else 'api/v1'}/documents/{self.cases[which][1]}")

    @rule(which=st.integers(0, 1))
    def control(self, which: int) -> None:
        """Never hidden: who may hide looks hides none of their own."""
        code = self.cases[which][0].code
        is_new = not any(
            (t.case, t.why) == (code, CONTROL) and t.at > self.now - SAME_LOOK for t in self.told
        )
        if is_new:
            self.told.append(Told(code, "control", CONTROL, self.now))
        self._get("control", f"/api/v1/cases/{code}/events")

    @rule(which=st.integers(0, 1), who=st.sampled_from(ROLES))
    def act(self, which: int, who: str) -> None:
        """An act is told itself, and is hidden by nothing: it stands in the history too."""
        said = words("en").pgettext("event", "case.message")
        self.told.append(Told(None, who, said, self.now))
        viewer, case = self.known[who], self.cases[which][0]
        self._run(lambda: build.act(self.city, viewer, case, "message", text="Xin chào"))

    @rule(which=st.integers(0, 1), who=st.sampled_from(["me", "elsewhere"]))
    def nobody_elses_look(self, which: int, who: str) -> None:
        """One's own reading is no look, and what is hidden was not read."""
        case, paper = self.cases[which]
        status = 200 if who == "me" else 404
        self._get(who, f"/api/v1/cases/{case.code}", status)
        self._get(who, f"/cases/{case.code}", status)
        self._get(who, f"/api/v1/documents/{paper}", status)

    @rule(which=st.integers(0, 1), who=st.sampled_from(["job", *ROLES]))
    def ask_registers(self, which: int, who: str) -> None:
        """A job and an officer ask the same way; what was answered once is not asked again."""
        case = self.cases[which][0]
        if case.code not in self.asked:
            asked = self.city[Registers].registers["population"].operations["person"]
            self._tell(case.code, who, asked.purpose.en)
        self.asked.add(case.code)
        asker = SYSTEM if who == "job" else self.known[who].person
        self._run(lambda: actions.ask_registers(self.city, case.id, asker, ("accepted",)))

    @precondition(lambda self: self.order is None)
    @rule()
    def hide(self) -> None:
        """What this agency looks at from now on is told only when the order is over."""
        asked = {
            "number": self.number, "agency": AGENCY, "reason": "Điều tra", "legal_basis": "Luật",
            "until": (self.now + timedelta(days=60)).isoformat(),
        }  # fmt: skip
        self.order = str(self._post("control", "/api/v1/usage/covertOrders", 201, asked)["id"])

    @precondition(lambda self: self.order is not None)
    @rule()
    def lift(self) -> None:
        self._post("control", f"/api/v1/usage/covertOrders/{self.order}/end", 204)
        self.order = None

    @rule(minutes=st.integers(1, 900))
    def wait(self, minutes: int) -> None:
        """At most two weeks in all."""
        self.now += timedelta(minutes=minutes)

    @invariant()
    def what_is_told_is_what_was_read(self) -> None:
        if "me" not in self.known:
            return
        found = self._get("me", "/api/v1/usage/findUsage").json()
        wanted = [t.why for t in self.told if self.order is None or t.order != self.order]
        assert sorted(one["action"] for one in found["usages"]) == sorted(wanted)
        assert found["totalUsages"] == len(wanted)
        moments = [one["logtime"] for one in found["usages"]]
        assert moments == sorted(moments, reverse=True)


def test_every_look_is_told_once_and_nothing_else(settings: Settings, database_url: str) -> None:
    url = database_url.replace("postgres@", "motcua_app@")
    run_state_machine_as_test(lambda: Looks(settings, url), settings=LIMITS)  # type: ignore[arg-type]


LIMITS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # to make a failure short takes minutes
    suppress_health_check=list(HealthCheck),
)
