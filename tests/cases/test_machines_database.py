"""Random acts on real cases in PostgreSQL, against the plain story of each: what the database keeps
is what the story says, the history replays to it, and what is refused leaves no trace."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from random import Random
from typing import Any

from msgspec import structs

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotFound
from motcua.base.ids import SYSTEM
from motcua.cases import actions
from motcua.cases.model.case import DONE, Case
from motcua.cases.rules.routes import ACTIONS
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build, model, small
from tests.cases.build import AGENCY, OTHER
from tests.cases.model import Story
from tests.cases.small import ASSESSED, LEAD, NORTH, PART, SEQUEL, UNSTATED
from tests.cases.tale import Tale, check, kept

STEPS = 3_000
TURNS_MAX = 60
TURNS_AFTER = 4
SEED = 7
"""Printed with what went wrong; the same seed goes the same way."""
WEEKS = timedelta(days=10)
"""Longer than a case may be sent back and than an opinion may take."""
WAITS_MAX = 2
ROOTS = (LEAD, UNSTATED, ASSESSED, UNSTATED)
ONWARD = {"accept", "supply", "state_fee", "propose", "approve", "sign", "release", "deliver"}
WEIGHTS = {"message": 0.1, "return_to_handler": 5, "withdraw": 0.5, "refuse": 0.5, "stop": 0.5}


class Play:
    """One family of cases: a request, and the parts that it sets going."""

    def __init__(
        self, city: City, chance: Random, officers: dict[str, list[tuple[Viewer, frozenset[str]]]],
        residents: list[Viewer], seen: Counter[str],
    ) -> None:  # fmt: skip
        self.city, self.chance, self.officers, self.seen = city, chance, officers, seen
        self.residents = residents
        self.people = [*residents, *(one for desk in officers.values() for one, _ in desk)]
        self.tales: list[Tale] = []
        self.done: list[str] = []
        self.waits = 0
        self.clock = ExitStack()

    async def begin(self, procedure: str) -> None:
        delivery = self.chance.choice(["electronic", "counter", "post"])
        who = self.chance.choice(self.residents[:2])
        asked = build.filing(self.city, procedure, delivery=delivery, agency=AGENCY)
        case = await build.file(self.city, who, asked)
        owes = {UNSTATED: "open", ASSESSED: "unknown"}.get(procedure, "nothing")
        await self._add(case, owes)
        self.done.append(f"{procedure} {delivery}")

    async def _add(self, case: Case, owes: str, lead: Tale | None = None) -> None:
        procedure = self.city[actions.Procedures].by_code(case.procedure_code).procedure
        story = Story(procedure, case.delivery, owes)
        story.asks_at_intake_max = 2
        story.has_receivers = case.procedure_code == UNSTATED
        story.joined_open = {"propose", "release"} if procedure.joined else set()
        tale = Tale(case, story, case.agency_code, await kept(self.city, case), lead)
        self.tales.append(tale)
        check(tale, tale.kept)

    def permits(self, tale: Tale, who: Viewer, act: str) -> bool:
        if act == "rate" and tale.case.lead_id is not None:
            return False  # a part is rated with its lead
        if not who.is_officer:
            return who.person == tale.case.filed_by and self._told(tale).permits(
                act, who.person, frozenset(), True, False
            )
        here = self._agencies_of(who)
        asked = {one["agency_code"] for one in tale.kept.opinions}
        wanted = {one["agency_code"] for one in tale.kept.opinions if not one["given_at"]}
        if not here & {tale.agency, tale.at_agency, *asked}:
            return False
        roles = next((r for one, r in self.officers[tale.at_agency] if one is who), frozenset())
        return self._told(tale).permits(act, who.person, roles, False, bool(here & wanted))

    def _told(self, tale: Tale) -> Story:
        """The story, with what the hour makes of it."""
        story, row = tale.story, tale.kept.row
        due = row["due_at"] and datetime.fromisoformat(row["due_at"])
        is_early = bool(due) and clock.now() <= due - timedelta(days=2)
        story.may_apologise = is_early and story.apologies < 2
        open_now = [
            o for o in tale.kept.opinions if not o["given_at"] and o["id"] not in tale.overdue
        ]
        story.opinions_open = len(open_now)
        return story

    async def go_on(self) -> None:
        """Until all are over; then they are tried a little longer."""
        left = TURNS_MAX
        while left:
            await self.turn()
            is_over = all(tale.story.step == DONE for tale in self.tales)
            left = min(left - 1, TURNS_AFTER if is_over and left > TURNS_AFTER else left)

    async def turn(self) -> None:
        """Something happens, somebody tries anything, or somebody does what they may."""
        is_open = [tale for tale in self.tales if tale.story.step != DONE]
        tale = self.chance.choice(is_open * 6 + self.tales)
        way = self.chance.random()
        self.seen["steps"] += 1
        self.clock.enter_context(clock.at(clock.now() + timedelta(minutes=10)))
        if way < 0.15:
            return await self.happens(tale)
        if way < 0.45:
            who, act = self.chance.choice(self._people(tale)), self.chance.choice(ACTIONS)
            return await self.attempt(tale, who, act)
        may = [(p, a) for p in self._people(tale) for a in ACTIONS if self.permits(tale, p, a)]
        if may:
            weights = [WEIGHTS.get(act, 30 if act in ONWARD else 2) for _, act in may]
            [(who, act)] = self.chance.choices(may, weights)
            await self.attempt(tale, who, act)

    def _people(self, tale: Tale) -> list[Viewer]:
        """Whoever filed it tries in the capacity in which they did: oneself, or the firm."""
        case = tale.case
        return [
            one
            for one in self.people
            if one.person != case.filed_by or (one.on_behalf_of or one.person) == case.applicant_id
        ]

    async def attempt(self, tale: Tale, who: Viewer, act: str) -> None:
        if tale.is_settling and (who.is_officer or act == "sign"):
            await self._settle(tale)
        may, body = self.permits(tale, who, act), self._body(tale, who, act)
        spoilt = {"x": 1} if self.chance.random() < 0.04 else {}
        self.done.append(f"{act} by {who.name} in {tale.case.procedure_code}")
        refused: Exception | None = None
        try:
            await build.act(self.city, who, tale.case, act, **body, **spoilt)
        except (Conflict, NotFound, Invalid) as failure:
            refused = failure
            self.done.append(f"  refused: {refused}")
        told = (act, who.name, refused, model.facts_of(tale.story))
        assert (refused is None) == (may and not spoilt), told
        assert not (may and spoilt) or isinstance(refused, Invalid), told
        self.seen[f"{'refused' if refused else 'done'} {act}"] += 1
        before, after = tale.kept, await kept(self.city, tale.case)
        if refused:
            assert after == before, "what is refused changes nothing"
            return
        tale.kept, tale.is_settling = after, False
        tale.story.does(act, who.person, body.get("outcome") == "refused", body.get("amount", 0))
        if act == "transfer":
            tale.agency = body["agency"]
        if act == "sign":
            self._lies_in_the_vault(tale)
            self.seen[f"{tale.story.answer} to {tale.case.procedure_code}"] += 1
        self.seen[f"status {tale.story.status}"] += 1
        check(tale, before)
        await self._jobs(tale, act)

    def _body(self, tale: Tale, who: Viewer, act: str) -> dict[str, Any]:
        is_unstated = tale.case.procedure_code == UNSTATED
        outcome = self.chance.choice(["granted", "refused"])
        other = self.chance.choice([one for one in self.officers if one != tale.at_agency])
        bodies: dict[str, dict[str, Any]] = {
            "accept": {"limit": "30wd"} if is_unstated else {},
            "refuse": {"reason": "Không nhận"},
            "request_supplement": {"text": "Còn thiếu"},
            "supply": {"answers": {"copies": self.chance.choice([1, 2])}},
            "transfer": {"agency": NORTH if tale.agency == AGENCY else AGENCY, "text": "Sai nơi"},
            "assign": {"officer": str(self.officers[tale.at_agency][1][0].person)},
            "state_fee": {"amount": self.chance.choice([0, 90]), "text": "Điều 3"},
            "ask_opinion": {"agency": other, "text": "Ý kiến?", "limit": "3wd"},
            "give_opinion": {"outcome": "agrees", "text": "Được", **self._wanted(tale, who)},
            "apologise": {"limit": "5wd", "text": "Xin lỗi"},
            "rate": {"score": 4},
            "propose": {"outcome": outcome, "text": "Vì vậy"},
            "return_to_handler": {"text": "Xem lại"},
            "stop": {"text": "Dừng"},
            "message": {"text": "Xin chào"},
        }
        return bodies.get(act, {})

    def _wanted(self, tale: Tale, who: Viewer) -> dict[str, str]:
        """One of the opinions that are asked of their agency."""
        here = self._agencies_of(who)
        wanted = [
            one["id"]
            for one in tale.kept.opinions
            if one["agency_code"] in here and not one["given_at"]
        ]
        return {"opinion": wanted[0]} if wanted else {}

    def _agencies_of(self, who: Viewer) -> set[str]:
        return {agency for agency, desk in self.officers.items() for one, _ in desk if one is who}

    def _lies_in_the_vault(self, tale: Tale) -> None:
        """What is signed for the vault is there at once, unless joined cases are waited for."""
        story = tale.story
        if story.answer == "no":  # what opens on a yes never opens; nothing waits for it
            story.joined_open = set()
        is_ready = story.delivery == "electronic" and story.result == "ready"
        if is_ready and "release" not in story.joined_open:
            story.does("release", SYSTEM)

    async def _jobs(self, tale: Tale, act: str) -> None:
        """What the worker does after an act; twice is once."""
        story = tale.story
        moment = {"accept": "accepted", "sign": "signed" if story.answer == "yes" else ""}.get(act)
        if tale.case.procedure_code == LEAD and moment:
            for _ in range(2):
                await actions.open_joined(self.city, tale.case.id, moment)
            await self._meet_parts(tale)
        if tale.lead and story.step == DONE:
            await self._part_is_over(tale.lead)

    async def _meet_parts(self, lead: Tale) -> None:
        known = {one.case.code for one in self.tales}
        async with self.city.database.read(SYSTEM) as db:
            found = await db.fetch("SELECT code FROM cases.cases WHERE lead_id = $1", lead.case.id)
            fresh = [await actions.open_case(db, row[0]) for row in found if row[0] not in known]
        assert [one.procedure_code for one in fresh] == [SEQUEL if lead.story.answer else PART]
        for case in fresh:
            await self._add(case, "nothing", lead)

    async def _part_is_over(self, lead: Tale) -> None:
        parts = {t.case.procedure_code: t.story.step == DONE for t in self.tales if t.lead is lead}
        lead.story.joined_open = set() if parts.get(PART) else {"propose"}
        if lead.story.says_no and lead.story.answer:
            lead.story.joined_open = set()
        elif not (parts.get(PART) and parts.get(SEQUEL)):
            lead.story.joined_open.add("release")
        for part in [t for t in self.tales if t.lead is lead and t.story.step == DONE]:
            await actions.close_lead(self.city, part.case.id)
        before, lead.kept = lead.kept, await kept(self.city, lead.case)
        self._lies_in_the_vault(lead)
        check(lead, before)

    async def happens(self, tale: Tale) -> None:
        what = self.chance.choice(
            ["money", "money", "answers", "answers", "weeks", "weeks", "escalation"]
        )
        self.seen[f"happened {what}"] += 1
        self.done.append(what)
        before = tale.kept
        await getattr(self, f"_{what}")(tale)
        tale.kept = await kept(self.city, tale.case)
        check(tale, before)

    async def _money(self, tale: Tale) -> None:
        if tale.story.owes == "open":
            owed = tale.kept.row["fee_amount"]
            await build.pay(self.city, structs.replace(tale.case, fee_amount=owed))
            tale.story.owes, tale.is_settling = "paid", True
            if self.chance.random() < 0.6:
                await actions.settle(self.city, tale.case.id)
                tale.is_settling = False

    async def _settle(self, tale: Tale) -> None:
        await actions.settle(self.city, tale.case.id)
        before, tale.kept, tale.is_settling = tale.kept, await kept(self.city, tale.case), False
        check(tale, before)

    async def _answers(self, tale: Tale) -> None:
        if tale.story.unanswered and tale.story.step != DONE:
            officer = self.officers[tale.at_agency][0][0]
            said = build.particulars(self.city, "an")
            await build.answer(self.city, tale.case, officer, "identity", said)
            tale.story.unanswered = set()

    async def _weeks(self, _: Tale) -> None:
        if self.waits < WAITS_MAX:
            self.waits += 1
            self.clock.enter_context(clock.at(clock.now() + WEEKS))
            for tale in self.tales:
                tale.story.is_fresh = tale.story.is_fresh and not tale.story.is_accepted
                tale.overdue = {one["id"] for one in tale.kept.opinions}

    async def _escalation(self, _: Tale) -> None:
        await actions.escalate(self.city)
        for tale in self.tales:
            before, tale.kept = tale.kept, await kept(self.city, tale.case)
            check(tale, before)


async def test_what_the_database_keeps_is_what_the_story_says(city: City) -> None:
    """Three thousand steps over families of cases; the seed and the last family are told."""
    await small.offer(city)
    desks, residents = await gather(city)
    seen: Counter[str] = Counter()
    families = 0
    while seen["steps"] < STEPS:
        play = Play(city, Random(SEED + families), desks, residents, seen)
        try:
            with play.clock:
                play.clock.enter_context(clock.at(_monday()))
                await play.begin(ROOTS[families % len(ROOTS)])
                await play.go_on()
        except BaseException as failure:
            failure.add_note(f"seed {SEED + families}: " + "\n".join(play.done))
            raise
        families += 1
    assert {act for act in ACTIONS if not seen[f"done {act}"]} == set()
    assert {act for act in ACTIONS if not seen[f"refused {act}"]} == set()
    assert {one for one in range(1, 11) if not seen[f"status {one}"]} == set()
    answers = {f"{one} to {root}" for one in ("yes", "no") for root in ROOTS}
    assert {one for one in answers if not seen[one]} == set()


async def gather(city: City) -> Any:
    """Who may try: desks of three agencies, and three residents of whom one is a stranger."""
    staff = await cast.gather(city, AGENCY, OTHER)
    every = frozenset({"reception", "handler", "leader"})
    second = await cast.officer(city, "second", "Tô Thứ Hai", OTHER, "handler", "leader")
    north = await cast.officer(city, "north", "Mai Bắc", NORTH, *sorted(every))
    beside = await cast.officer(city, "beside", "Vũ Bắc", NORTH, "handler", "leader")
    for agency in (AGENCY, OTHER, NORTH):
        build.keys(city, agency)
    desks = {
        AGENCY: [
            (staff.reception, frozenset({"reception"})), (staff.handler, frozenset({"handler"})),
            (staff.leader, frozenset({"leader"})), (staff.both, frozenset({"handler", "leader"})),
        ],
        OTHER: [(staff.elsewhere, every), (second, frozenset({"handler", "leader"}))],
        NORTH: [(north, every), (beside, frozenset({"handler", "leader"}))],
    }  # fmt: skip
    return desks, [staff.an, staff.firm, staff.hung]


def _monday() -> datetime:
    """The next one at ten: certificates and posts are of today."""
    now = clock.now()
    return (now + timedelta(days=7 - now.weekday())).replace(hour=1, minute=0, second=0)


async def test_a_code_is_never_given_twice(city: City) -> None:
    """Forty requests at once, of three people at two doors: each its number, none left out."""
    await small.offer(city)
    staff = await cast.gather(city, AGENCY, OTHER)
    filers = [staff.an, staff.firm, staff.hung]
    asked = [
        build.filing(city, UNSTATED, agency=agency) for agency in (AGENCY, NORTH) for _ in range(20)
    ]
    cases = await asyncio.gather(
        *(build.file(city, filers[n % len(filers)], one) for n, one in enumerate(asked))
    )
    assert len({one.code for one in cases}) == len(cases)
    for agency in (AGENCY, NORTH):
        numbers = sorted(int(c.code.rpartition("-")[2]) for c in cases if c.agency_code == agency)
        assert numbers == list(range(numbers[0], numbers[0] + 20))
