"""A small city of pages that exists only here, with every part of the kit on show."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import jinja2
from litestar import Litestar, Request, Response, Router, get, post
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from motcua.base.errors import Conflict, Fault, Invalid, NotAllowed, NotFound, Unavailable
from motcua.base.ids import PersonId
from motcua.base.text import Text
from motcua.cases.model.procedure import Field, Option
from motcua.web import Link, Page, Promise, Site, Throttle, build, forms, language_of, render

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FILED = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def field(vi: str, en: str, kind: Any, hint: Text | None = None, **more: Any) -> Field:
    return Field(label=Text(vi, en), kind=kind, hint=hint, **more)


def option(value: str | int, vi: str, en: str) -> Option:
    return Option(value=value, label=Text(vi, en))


FIELDS = {
    "kind": field(
        "Bạn cần phiếu số mấy?",
        "Which certificate do you need?",
        "choice",
        Text("Phiếu số 2 có cả án tích đã xóa.", "Type 2 includes spent convictions."),
        options=(option(1, "Phiếu số 1", "Type 1"), option(2, "Phiếu số 2", "Type 2")),
    ),
    "why": field("Dùng để làm gì?", "What is it for?", "text", when={"kind": [2]}, max=200),
    "ban": field("Có xin xác nhận cấm chức vụ không?", "Confirm a ban on office?", "yes_no"),
    "copies": field(
        "Số bản",
        "Copies",
        "number",
        Text("Từ bản thứ ba thêm 5.000 đ.", "5,000 đ more for each from the third."),
        max=20,
    ),
    "born": field(
        "Ngày sinh", "Date of birth", "date", Text("Ví dụ 27 3 1990", "For example 27 3 1990")
    ),
    "residence": field(
        "Nơi cư trú từ năm 14 tuổi",
        "Where you have lived since 14",
        "list",
        Text("Bắt đầu từ nơi ở lâu nhất.", "Begin with the earliest."),
        max=3,
        fields={
            "from": field("Từ tháng", "From", "month"),
            "place": field("Nơi ở", "Place", "text", max=200),
        },
    ),
    "note": field("Bạn muốn nói thêm gì?", "Anything to add?", "long_text", required=False),
    "oath": field(
        "Tôi cam đoan những điều trên là đúng.", "I declare that the above is true.", "oath"
    ),
}
REGISTER = Text("Theo dữ liệu dân cư, 09:12 hôm nay", "Population register, 09:12 today")
FAULTS = [
    Fault("/kind", "trial.unknown"),
    Fault("/born", "trial.unknown"),
    Fault("/residence/0/from", "trial.unknown"),
]


class DoorPage(Page):
    template: ClassVar[str] = "door.html"
    question: Text
    label: Text
    go: Text
    rows: list[tuple[Text, Text]]
    nothing: Text
    advice: Text


class CasePage(Page):
    template: ClassVar[str] = "case.html"
    code: str
    name: Text
    promise: Promise
    happens: Text
    nothing_to_do: Text
    fee_name: Text
    fee: int
    paid_name: Text
    said: Text
    known_title: Text
    known: list[forms.Known]
    standing: Text
    done: Text
    late: Text
    act: Text
    other: Text


class FormPage(Page):
    template: ClassVar[str] = "form.html"
    name: Text
    problems: list[forms.Problem]
    questions: list[forms.Question]
    later: Text


class CheckPage(Page):
    template: ClassVar[str] = "check.html"
    name: Text
    rows: list[forms.Answered]


class DeskPage(Page):
    template: ClassVar[str] = "trial_desk.html"
    name: Text
    heads: list[Text]
    promises: list[Promise]
    late: Text


class Someone(Struct):
    person: PersonId
    name: str
    is_officer: bool = False


async def who(connection: Any) -> Someone | None:
    given = connection.headers.get("authorization") or connection.cookies.get("session")
    people = {
        "officer": Someone(PersonId(UUID(int=1)), "Thu Hà", True),
        "an": Someone(PersonId(UUID(int=2)), "Nguyễn Văn An"),
    }
    return people.get(str(given).removeprefix("Bearer "))


def promise(how: str = "", language: str = "vi") -> Promise:
    stage = Text("Đang tra cứu", "Looking it up").within(language)
    rest = ((FILED + 4.5 * DAY, FILED + 6.5 * DAY),)
    made = Promise(filed=FILED, due=FILED + 10 * DAY, now=FILED + 3 * DAY, stage=stage, rest=rest)
    states: dict[str, dict[str, Any]] = {
        "late": {"now": FILED + 12 * DAY},
        "paused": {"now": FILED + 6 * DAY, "pauses": ((FILED + 3 * DAY, FILED + 6 * DAY),)},
        "done": {"now": FILED + 12 * DAY, "finished": FILED + 8 * DAY},
        "new": {"now": FILED, "is_intake": True, "due": FILED + DAY / 3},
    }
    kept = {name: getattr(made, name) for name in made.__struct_fields__}
    return Promise(**{**kept, **states.get(how, {})})


PUBLIC: dict[str, Any] = {"access": "public"}


@get("/", opt=PUBLIC)
async def door(request: Request[Any, Any, Any]) -> Response[bytes]:
    rows = [
        (
            Text("Phiếu lý lịch tư pháp", "Criminal record certificate"),
            Text(
                "10 ngày · 200.000 đ, sinh viên 100.000 đ · làm hết trên điện thoại",
                "10 days · 200,000 đ, students 100,000 đ · all on your phone",
            ),
        ),
        (
            Text("Đăng ký khai sinh", "Birth registration"),
            Text("Trong ngày · không mất tiền", "Same day · free"),
        ),
    ]
    return render(
        DoorPage(
            question=Text("Bạn cần thành phố làm gì?", "What do you need from the city?"),
            label=Text("Gõ như bạn nói, có dấu hay không dấu đều được", "Say it in your own words"),
            go=Text("Tìm", "Search"),
            rows=rows,
            nothing=Text("Bạn chưa có hồ sơ nào.", "You have no cases yet."),
            advice=Text(
                "Nộp hồ sơ xong, bạn theo dõi ở đây.", "Once you file one, you can follow it here."
            ),
        ),
        request,
    )


@get("/case", opt=PUBLIC)
async def case(request: Request[Any, Any, Any], how: FromQuery[str] = "") -> Response[bytes]:
    return render(
        CasePage(
            code="H26.11-261123-0042",
            name=Text("Phiếu lý lịch tư pháp", "Criminal record certificate"),
            promise=promise(how, language_of(request)),
            happens=Text(
                "Công an thành phố đang tra cứu án tích.", "The police are looking up your record."
            ),
            nothing_to_do=Text(
                "Bạn không phải làm gì. Có kết quả chúng tôi báo ngay.",
                "There is nothing for you to do. We will tell you at once.",
            ),
            fee_name=Text("Lệ phí", "Fee"),
            fee=205000,
            paid_name=Text("Đã trả", "Paid"),
            said=Text(
                "Thời gian cư trú đã khớp, bạn không cần gửi thêm giấy tờ.",
                "Your addresses match; no more papers are needed.",
            ),
            known_title=Text("Thành phố đã biết", "What the city already knows"),
            known=[
                forms.Known(Text("Họ và tên", "Name"), "Nguyễn Văn An", REGISTER),
                forms.Known(Text("Ngày sinh", "Born"), "27/03/1990", REGISTER),
            ],
            standing=Text("Chờ bổ sung", "Waiting"),
            done=Text("Đã xong", "Done"),
            late=Text("Quá hẹn", "Late"),
            act=Text("Nhắn cho cán bộ", "Message the officer"),
            other=Text("Rút hồ sơ", "Withdraw"),
        ),
        request,
    )


def form_page(answers: dict[str, Any], faults: list[Fault], request: Any) -> Response[bytes]:
    language = language_of(request)
    return render(
        FormPage(
            name=Text("Về phiếu của bạn", "About your certificate"),
            problems=forms.problems(faults, language, FIELDS),
            questions=forms.questions(FIELDS, list(FIELDS), answers, language, faults),
            later=Text("Lưu lại, làm tiếp sau", "Save and go on later"),
        ),
        request,
        422 if faults else 200,
    )


@get("/form", opt=PUBLIC)
async def form(request: Request[Any, Any, Any]) -> Response[bytes]:
    return form_page({"copies": 2}, [], request)


@post("/form", opt=PUBLIC, status_code=200)
async def send(request: Request[Any, Any, Any]) -> Response[bytes]:
    posted = forms.read(FIELDS, list(FIELDS), dict(await request.form()))
    return form_page(posted.answers, [] if posted.is_editing else FAULTS, request)


@get("/check", opt=PUBLIC)
async def check(request: Request[Any, Any, Any]) -> Response[bytes]:
    answers = {
        "kind": 2,
        "why": "Xin việc",
        "ban": False,
        "copies": 3,
        "born": "1990-03-27",
        "residence": [
            {"from": "2004-09", "place": "Phường Láng"},
            {"from": "2012-01", "place": "Xã Sóc Sơn"},
        ],
        "oath": True,
    }
    rows = forms.summary(FIELDS, list(FIELDS), answers, language_of(request), "/form")
    return render(CheckPage(name=Text("Nộp hồ sơ", "File it"), rows=rows), request)


@get("/desk", opt={"access": "officer"})
async def desk(request: Request[Any, Any, Any]) -> Response[bytes]:
    return render(
        DeskPage(
            name=Text("Việc hôm nay", "Today"),
            heads=[Text("Hẹn trả", "Promised"), Text("Hồ sơ", "Case"), Text("Lời hứa", "Promise")],
            promises=[promise("late"), promise(), promise("paused"), promise("done")],
            late=Text("quá hẹn", "late"),
        ),
        request,
    )


@get("/mine", opt={"access": "person"})
async def mine() -> str:
    return "yours"


@post("/mine", opt={"access": "person"})
async def change_mine() -> str:
    return "changed"


@post("/call-back", opt={"access": "signed"})
async def call_back() -> str:
    return "taken"


@get("/closed")
async def closed() -> str:
    return "never seen"


class Body(Struct):
    copies: int


@post("/api/v1/things", opt=PUBLIC)
async def things(data: JSONBody[Body]) -> Body:
    return data


@get("/fails/{kind:str}", opt=PUBLIC)
async def fails(kind: FromPath[str]) -> str:
    raise {
        "not-found": NotFound("trial.unknown"),
        "not-allowed": NotAllowed("trial.unknown"),
        "conflict": Conflict("trial.unknown", actions=["pay"], state="accepted"),
        "invalid": Invalid("web.invalid", FAULTS),
        "unavailable": Unavailable("trial.unknown", register="population"),
        "bug": ZeroDivisionError("the secret of An"),
    }[kind]


@get("/guess", opt=PUBLIC, guards=[Throttle(2, 60)])
async def guess() -> str:
    return "no"


ROUTES: list[Any] = [
    door,
    case,
    form,
    send,
    check,
    desk,
    mine,
    change_mine,
    call_back,
    closed,
    things,
    fails,
    guess,
]


def app() -> Litestar:
    site = Site(
        name=Text("Thành phố Mẫu", "Sample City"),
        zone=ZONE,
        currency="VND",
        is_demo=True,
        footer=(Link(Text("Ai đã xem dữ liệu của tôi?", "Who looked at my data?"), "/me/looks"),),
    )
    made = Litestar(
        route_handlers=ROUTES,
        plugins=[build(site, who)],
        openapi_config=OpenAPIConfig(
            title="Trial",
            version="1",
            openapi_router=Router("/api", route_handlers=[], opt=PUBLIC),
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
    )
    pages = jinja2.FileSystemLoader(Path(__file__).parent / "html")
    for environment in made.state.renderer.environments.values():
        assert environment.loader is not None
        environment.loader = jinja2.ChoiceLoader([environment.loader, pages])
    return made
