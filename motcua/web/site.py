"""What every page of one city shares: its names, its zone, its money, the files of its look."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from motcua.base.text import Text

STATIC = Path(__file__).parent / "static"
STATIC_ADDRESS = "/static"


class Link(Struct, frozen=True):
    name: Text
    address: str


class Site(Struct, frozen=True, kw_only=True):
    """Made by the entrance from the pack and the settings."""

    name: Text
    """Whose service this is: the city as its people say it."""
    zone: ZoneInfo
    currency: str
    is_demo: bool = False
    sign_in: str = "/sign-in"
    desk_sign_in: str = "/desk/sign-in"
    home: str = "/"
    me: str = "/me"
    desk: str = "/desk"
    footer: tuple[Link, ...] = ()
    origin: str = ""
    """The public address, `https://city.example`; empty: whatever host the request names."""
    desk_origin: str = ""
    """Where officers work, if not there as well."""
    form_targets: tuple[str, ...] = ()
    """Other origins to which a form of ours may lead by redirect: the bank, the e-ID."""


class Files:
    """The built files of the look, by plain name; without a build the page says so at once."""

    def __init__(self, folder: Path = STATIC) -> None:
        list_of_names = folder / "names.json"
        if not list_of_names.exists():
            raise FileNotFoundError(
                f"{folder} has not been built: run `python build_backend/front_end.py`"
            )
        self.names: dict[str, str] = json.loads(list_of_names.read_text())
        self.content = {
            path.name: path.read_bytes()
            for name in self.names.values()
            for path in folder.glob(f"{name}*")
        }

    def address(self, name: str) -> str:
        return f"{STATIC_ADDRESS}/{self.names[name]}"
