"""The sample people: one invention for the e-ID, the registers, the tests and the documents.

Personal numbers carry the prefix 999, which no birthplace has, so that nobody real is hit.
"""

import os
import tempfile
from datetime import date
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from motcua import agencies
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.base.text import Text


class SamplePerson(msgspec.Struct, frozen=True, kw_only=True):
    """One who may sign in, or whom only registers know: no level and no desk."""

    id: str
    kind: str  # resident | organisation | officer
    role: Text
    name: str
    sex: str | None = None  # male | female
    birth_date: date | None = None
    number: str | None = None  # personal number, or an organisation's tax code
    level: int | None = None  # of the e-ID; organisations and officers have none
    commune: str | None = None  # statistical code of the commune of residence
    address: str | None = None
    occupation: str | None = None
    email: str | None = None
    phone: str | None = None
    mother: str | None = None  # ids of other sample people
    father: str | None = None
    spouse: str | None = None
    children: tuple[str, ...] = ()
    represented_by: str | None = None
    posts: tuple[str, ...] = ()  # what an officer may do: reception | handler | leader
    # Where: every `city` agency and branch | all `communes` and their points | the `platform`.
    scope: str | None = None

    @property
    def subject(self) -> str:
        """The provider's own name for the account: it says nothing about the person."""
        return str(uuid5(_ACCOUNTS, self.id))


_ACCOUNTS = UUID("0d9b6f4e-52a1-4c55-9d0e-3f2c6a0b7e11")

# Digits 1-2 of a real code name a range of tax offices; none is 99.
_FIRM_SERIAL = "999000001"

_DUNG_AGE, _CHILD_AGE = 14, 6


def people(settings: Settings) -> list[SamplePerson]:
    """Everyone, with ages as they were meant at the first start of this data folder."""
    return list(_people(first_start(settings), settings.pack))


def person(settings: Settings, id: str) -> SamplePerson:
    for one in _people(first_start(settings), settings.pack):
        if one.id == id:
            return one
    raise NotFound("demo.no_such_person", person=id)


def people_lines(settings: Settings) -> list[str]:
    """What `motcua people` prints: id, name, role."""
    everyone = people(settings)
    width = max(len(one.id) for one in everyone)
    name_width = max(len(one.name) for one in everyone)
    return [f"{one.id:<{width}}  {one.name:<{name_width}}  {one.role.en}" for one in everyone]


def first_start(settings: Settings) -> date:
    """The day this data folder was first used; written once, by whichever process comes first."""
    path = settings.data / "demo.json"
    if not path.exists():
        settings.data.mkdir(parents=True, exist_ok=True)
        write_once(path, msgspec.json.encode({"first_start": clock.now().date()}))
    return msgspec.json.decode(path.read_bytes(), type=_Start).first_start


class _Start(msgspec.Struct):
    first_start: date


def write_once(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over what another process wrote first."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)


@lru_cache(maxsize=8)
def _people(start: date, folder: Path) -> tuple[SamplePerson, ...]:
    return (*_at_home([*_residents(start), _firm()], folder), *_officers())


def _at_home(everyone: list[SamplePerson], folder: Path) -> list[SamplePerson]:
    """In a city with other communes the people live in those; who shares a home still does."""
    pack = Pack(folder)
    listed = pack.file("agencies", agencies.AgencyFile).agencies if pack.has("agencies") else ()
    governed = {agency.commune: agency for agency in listed if agency.commune}
    homes = dict.fromkeys(one.commune for one in everyone)
    if not governed or homes.keys() <= governed.keys():
        return everyone
    moved = dict(zip(homes, cycle(governed.values()), strict=False))

    def moved_in(one: SamplePerson) -> SamplePerson:
        place, street = moved[one.commune], str(one.address).rsplit(", ", 2)[0]
        name = place.commune_name or place.name
        address = f"{street}, {name.vi}, {pack.info.name.vi}"
        return replace(one, commune=place.commune, address=address)

    return [moved_in(one) for one in everyone]


def _residents(start: date) -> list[SamplePerson]:
    # Grown-ups only grow older, so their birth dates stand still. A child must not grow up, so
    # Dung and Khôi are dated from the first start, a birthday just behind them.
    dung, khoi = _birthday(start, _DUNG_AGE), _birthday(start, _CHILD_AGE)
    an, lan = date(1990, 3, 12), date(1991, 8, 22)
    binh, cuong, giang = date(2004, 9, 5), date(1958, 11, 20), date(1955, 2, 14)
    hoa, hung = date(1983, 4, 18), date(1985, 7, 30)
    cau_giay = ("00166", "Số 12 đường Mẫu, Phường Cầu Giấy, Hà Nội")
    ha_dong = ("09556", "Số 7 ngõ Mẫu, Phường Hà Đông, Hà Nội")
    return [
        _resident(
            "an", "Nguyễn Văn An", "male", an, "0017", cau_giay, 2,
            occupation="Kỹ sư", spouse="lan", children=("khoi",),
        ),
        _resident(
            "binh", "Trần Thị Bình", "female", binh, "0021",
            ("00229", "Phòng 304, Ký túc xá Mẫu, Phường Kim Liên, Hà Nội"), 2,
            occupation="Sinh viên",
        ),
        _resident(
            "cuong", "Lê Văn Cường", "male", cuong, "0033",
            ("00376", "Thôn Mẫu, Xã Sóc Sơn, Hà Nội"), 1,
            occupation="Nông dân",
        ),
        _resident(
            "dung", "Phạm Thu Dung", "female", dung, "0045", ha_dong, 2,
            occupation="Học sinh", mother="hoa",
        ),
        _resident(
            "giang", "Đỗ Thị Giang", "female", giang, "0052",
            ("00103", "Số 3 phố Mẫu, Phường Tây Hồ, Hà Nội"), 2,
            occupation="Hưu trí",
        ),
        _resident(
            "hoa", "Phạm Thị Hoa", "female", hoa, "0064", ha_dong, 2,
            occupation="Giáo viên", children=("dung",),
        ),
        _resident(
            "hung", "Vũ Mạnh Hùng", "male", hung, "0078",
            ("00331", "Số 25 ngách Mẫu, Phường Hoàng Mai, Hà Nội"), 2,
            occupation="Lái xe",
        ),
        _resident(
            "lan", "Hoàng Thị Lan", "female", lan, "0086", cau_giay, 2,
            occupation="Dược sĩ", spouse="an", children=("khoi",),
        ),
        _resident(
            "khoi", "Nguyễn Minh Khôi", "male", khoi, "0093", cau_giay, None,
            mother="lan", father="an",
        ),
    ]  # fmt: skip


def _resident(
    id: str, name: str, sex: str, born: date, serial: str, home: tuple[str, str], level: int | None,
    **more: object,
) -> SamplePerson:  # fmt: skip
    commune, address = home
    known = {
        "id": id,
        "kind": "resident",
        "role": _ROLES[id],
        "name": name,
        "sex": sex,
        "birth_date": born,
        "number": personal_number(sex, born, serial),
        "level": level,
        "commune": commune,
        "address": address,
        "email": f"{id}@example.com" if level else None,
        "phone": f"0900 00 {serial[:2]} {serial[2:]}" if level else None,
    }
    return msgspec.convert({**known, **more}, SamplePerson)


def personal_number(sex: str, born: date, serial: str) -> str:
    """12 digits: birthplace (999 is nobody's), century and sex, year of birth, serial."""
    century_and_sex = 2 * (born.year // 100 - 19) + (sex == "female")
    return f"999{century_and_sex}{born.year % 100:02}{serial:0>6}"


def tax_code(serial: str) -> str:
    """Nine digits and the check digit; ValueError where the rule gives none."""
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    check = 10 - sum(w * int(d) for w, d in zip(weights, serial, strict=True)) % 11
    if check == 10:
        raise ValueError(f"{serial} has no check digit")
    return f"{serial}{check}"


def _birthday(start: date, age: int) -> date:
    """Born on the first of the month before: that age now, and for most of a year to come."""
    year, month = (start.year, start.month - 1) if start.month > 1 else (start.year - 1, 12)
    return date(year - age, month, 1)


def _firm() -> SamplePerson:
    return SamplePerson(
        id="thu-nghiem",
        kind="organisation",
        role=_ROLES["thu-nghiem"],
        name="Công ty TNHH Thử Nghiệm",
        number=tax_code(_FIRM_SERIAL),
        commune="00166",
        address="Tầng 5, số 1 đường Mẫu, Phường Cầu Giấy, Hà Nội",
        email="thu-nghiem@example.com",
        represented_by="an",
    )


def _officers() -> list[SamplePerson]:
    both = ("reception", "handler")
    officers: list[tuple[str, str, tuple[str, ...], str]] = [
        ("reception", "Đặng Thu Hà", ("reception",), "city"),
        ("handler", "Bùi Quang Minh", ("handler",), "city"),
        ("leader", "Ngô Thanh Sơn", ("leader",), "city"),
        ("commune", "Lý Thị Mai", both, "communes"),
        ("commune-leader", "Trịnh Đức Long", ("leader",), "communes"),
        ("coordinator", "Phan Ngọc Anh", (), "platform"),
        ("inspector", "Dương Văn Khánh", (), "platform"),
        ("analyst", "Mai Phương Thảo", (), "platform"),
        ("council", "Cao Xuân Bách", (), "platform"),
        ("control", "Tạ Minh Châu", (), "city"),
        ("admin", "Hồ Gia Huy", (), "platform"),
        ("admin-2", "Đinh Thị Ngân", ("admin",), "platform"),
    ]
    return [
        SamplePerson(
            id=id,
            kind="officer",
            role=_ROLES[id],
            name=name,
            email=f"{id}@city.example.com",
            posts=posts or (id,),
            scope=scope,
        )
        for id, name, posts, scope in officers
    ]


def _role(vi: str, en: str) -> Text:
    return Text(vi=vi, en=en)


_ROLES = {
    "an": _role("Người lớn, mức 2; đại diện thu-nghiem", "Adult, level 2; represents thu-nghiem"),
    "binh": _role("Sinh viên, mức 2", "Student, level 2"),
    "cuong": _role("Trên 60 tuổi, chỉ có mức 1", "Over 60, level 1 only"),
    "dung": _role("14 tuổi, mức 2; con của hoa", "Aged 14, level 2; child of hoa"),
    "giang": _role("Trên 60 tuổi, mức 2", "Over 60, level 2"),
    "hoa": _role("Người lớn, mức 2; mẹ của dung", "Adult, level 2; mother of dung"),
    "hung": _role(
        "Người lớn, mức 2; một án tích đã xoá, một án tích chưa xoá",
        "Adult, level 2; one spent and one unspent conviction",
    ),
    "lan": _role("Người lớn, mức 2; vợ của an", "Adult, level 2; wife of an"),
    "khoi": _role("6 tuổi, chưa có e-ID; con của an và lan", "Aged 6, no e-ID; child of an, lan"),
    "thu-nghiem": _role("Doanh nghiệp do an đại diện", "Firm, represented by an"),
    "reception": _role(
        "Tiếp nhận ở mọi cơ quan thành phố và chi nhánh một cửa",
        "Receives at every city agency and one-stop branch",
    ),
    "handler": _role("Thụ lý ở mọi cơ quan thành phố", "Handles at every city agency"),
    "leader": _role("Lãnh đạo mọi cơ quan thành phố", "Leads every city agency"),
    "commune": _role(
        "Tiếp nhận, thụ lý ở mọi xã, phường; tiếp nhận ở mọi điểm một cửa",
        "Receives and handles in every commune; receives at every one-stop point",
    ),
    "commune-leader": _role("Lãnh đạo mọi xã, phường", "Leads every commune"),
    "coordinator": _role("Điều phối phản ánh của người dân", "Coordinates residents' reports"),
    "inspector": _role("Kiểm tra vé", "Inspects tickets"),
    "analyst": _role("Làm việc với các chỉ tiêu", "Works on indicators"),
    "council": _role("Thành viên hội đồng", "Sits on the council"),
    "control": _role(
        "Kiểm soát thủ tục ở mọi cơ quan thành phố", "Controls procedures at every city agency"
    ),
    "admin": _role("Quản trị hệ thống", "Runs the platform"),
    "admin-2": _role("Quản trị viên thứ hai", "A second administrator"),
}
