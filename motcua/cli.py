"""The entrance of operators: one command a line, results on stdout, problems on stderr."""

import asyncio
import gzip
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from motcua import cases, doctor, documents, exchange, identity, score, serve
from motcua.base import keys, settings
from motcua.base.errors import Invalid, Refusal
from motcua.base.ids import SYSTEM
from motcua.base.pack import Pack, PackBroken, schema
from motcua.base.settings import Settings
from motcua.cases import Procedures, due_reason
from motcua.cases.model.catalogue import Elsewhere
from motcua.cases.rules import deadline
from motcua.cases.rules.catalogue.rows import LINE_BYTES_MAX
from motcua.db import City
from motcua.demo import bank as demo_bank
from motcua.demo import eid
from motcua.demo import people as sample
from motcua.web import reasons

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


class Answer(msgspec.Struct, frozen=True):
    """What a command prints: lines for people, or with `--json` the value; and its exit status."""

    value: Any
    lines: list[str]
    status: int = 0


class Entrance(click.Group):
    """Whatever a command refuses is said in words on stderr, with status 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except PackBroken as broken:
            raise SystemExit(str(broken)) from None
        except Refusal as refusal:
            raise SystemExit("\n".join(_said(refusal))) from None


@click.group(cls=Entrance, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--pack", metavar="DIR", help="The city's pack (else $MOTCUA_PACK, else motcua.toml)."
)
@click.option("--data", metavar="DIR", help="The data folder (else $MOTCUA_DATA, else ./.city).")
@click.pass_context
def main(context: click.Context, pack: str | None, data: str | None) -> None:
    """Một Cửa: one door to the city."""
    context.obj = (pack, data)


def chosen(**given: Any) -> Settings:
    pack, data = click.get_current_context().obj
    return settings.read(pack=pack, data=data, **given)


def command(name: str, group: click.Group = main) -> Callable[[Callable[..., Answer]], Any]:
    """A command whose answer is printed, with `--json` as one value on the last line."""

    def make(function: Callable[..., Answer]) -> Any:
        @wraps(function)
        def run(as_json: bool, **given: Any) -> None:
            answer = function(**given)
            lines = [msgspec.json.encode(answer.value).decode()] if as_json else answer.lines
            for line in lines:
                click.echo(line)
            sys.exit(answer.status)

        decorated = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(run)
        return group.command(name)(decorated)

    return make


def _said(refusal: Refusal) -> Iterator[str]:
    yield reasons.sentence(refusal.reason, refusal.facts, "en")
    for fault in refusal.faults if isinstance(refusal, Invalid) else []:
        yield f"{fault.pointer}: {reasons.sentence(fault.reason, fault.facts, 'en')}"


def _pairs(value: dict[str, Any]) -> list[str]:
    return [f"{name}: {said}" for name, said in value.items()]


def in_city(act: Callable[[City], Any]) -> Any:
    """Run something in the city's database, started for this command if nobody runs it."""

    async def run(city: City) -> Any:
        await city.database.open()
        try:
            return await act(city)
        finally:
            await city.close()

    with serve.own_city(chosen()) as city:
        return asyncio.run(run(city))


@main.command("serve")
@click.option("--demo", is_flag=True, help="Add the demo's e-ID, registers, bank and people.")
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The city's port; the demo's parts use the next ones.")
def serve_command(demo: bool, host: str | None, port: int | None) -> None:
    """Run everything: database, web, API, workers. Ctrl-C stops it."""
    city = chosen(is_start=True, demo=demo or None, host=host, port=port)
    Pack.read(city.pack)
    serve.Keeper(city, lambda line: click.echo(line)).run()


@command("token")
@click.argument("person")
@click.option("--level", type=click.IntRange(1, 2), help="Lower the e-ID level.")
@click.option("--for", "organisation", metavar="ORG", help="Act in an organisation's name.")
def token(person: str, level: int | None, organisation: str | None) -> Answer:
    """Demo: an access token for a sample person or officer."""
    made = eid.mint(chosen(), person, level, organisation)
    return Answer(made, [made])


@command("people")
def people() -> Answer:
    """Demo: the sample people, one a line: id, name, role."""
    known = sample.people(chosen())
    told = [{"id": one.id, "name": one.name, "role": one.role.en} for one in known]
    return Answer(told, sample.people_lines(chosen()))


@main.group("bank")
def bank() -> None:
    """Demo: the bank."""


@command("pay", bank)
@click.argument("case")
def pay(case: str) -> Answer:
    """Settle a case's open payment as the bank would, by its signed call-back over HTTP."""
    settled = in_city(lambda city: demo_bank.pay_command(city, case))
    return Answer(settled, _pairs(settled))


@main.group("pack")
def pack_group() -> None:
    """A city's data."""


@command("check", pack_group)
@click.argument("folder", type=click.Path(path_type=Path))
def check(folder: Path) -> Answer:
    """Every fault of a pack as file:line: what is wrong, and how to mend it. Silent if none."""
    found = doctor.pack_faults(folder)
    return Answer(found, [str(fault) for fault in found], 1 if found else 0)


@command("schema", pack_group)
@click.argument("kind", type=click.Choice(sorted(doctor.KINDS)))
def show_schema(kind: str) -> Answer:
    """The JSON Schema of a kind of file, for editors."""
    made = schema(doctor.KINDS[kind])
    return Answer(made, [json.dumps(made, ensure_ascii=False, indent=2)])


@command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=10)
def search(words: tuple[str, ...], limit: int) -> Answer:
    """What the portal's search answers."""
    made, question = chosen(), " ".join(words)
    if made.database_url or (made.data / "postgres").exists():
        known = in_city(lambda city: _search(city, question, limit))
    else:  # never started: nothing was imported
        known = City(made, Pack.read(made.pack), "")[Procedures].find(question, limit)
    told = [
        {"code": one.code, "name": one.name}
        if isinstance(one, Elsewhere)
        else {"code": one.procedure.code, "name": one.procedure.name.vi}
        for one in known
    ]
    return Answer(told, [f"{one['code']}  {one['name']}" for one in told])


async def _search(city: City, question: str, limit: int) -> Any:
    await cases.load_catalogue(city)
    return city[Procedures].find(question, limit)


@main.group("catalogue")
def catalogue_group() -> None:
    """The national catalogue of procedures."""


@command("import", catalogue_group)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", is_flag=True, help="Also list what could not be read, row by row.")
def import_catalogue(file: Path, report: bool) -> Answer:
    """Read rows (JSON lines, also .gz) into procedures; what is unclear is told, never guessed."""
    try:
        done = in_city(lambda city: cases.import_catalogue(city, _lines(file)))
    except (OSError, EOFError, zlib.error) as error:
        raise SystemExit(f"{file}: {error}") from None
    told = msgspec.to_builtins(done)
    lists = {name: told.pop(name) for name in ("unread", "differences")}
    lines = [*_pairs(told), *(f"{name}: {len(found)}" for name, found in lists.items())]
    if report:
        lines += [json.dumps(one, ensure_ascii=False) for found in lists.values() for one in found]
    return Answer(told | lists, lines)


def _lines(file: Path) -> Iterator[bytes]:
    """Line by line, and of one that never ends no more than is needed to refuse it. Whether it is
    packed, its first bytes say."""
    with file.open("rb") as plain:
        is_packed = plain.peek(2)[:2] == b"\x1f\x8b"
    with gzip.open(file) if is_packed else file.open("rb") as source:
        while line := source.readline(LINE_BYTES_MAX + 1):
            yield line
            while len(line) > LINE_BYTES_MAX and not line.endswith(b"\n"):
                line = source.readline(LINE_BYTES_MAX + 1)


@command("due")
@click.option("--received", required=True, help="When it came, 2026-02-10T09:00.")
@click.option("--limit", required=True, help="3wd, 0.5wd, 8wh, 1sd, 10d, 24h or 2m.")
@click.option("--cutoff", is_flag=True, help="Apply the cut-off hour.")
@click.option("--regime", help="The day whose rules hold, 2025-07-01.")
def due(received: str, limit: str, cutoff: bool, regime: str | None) -> Answer:
    """The moment by which the city must answer, and why."""
    pack = Pack.read(chosen().pack)
    told = deadline.due_command(pack, received, limit, cutoff, regime)
    return Answer(told, [told["due_at"], *(f"  {line}" for line in _why(told, pack))])


def _why(told: dict[str, Any], pack: Pack) -> Iterator[str]:
    zone = ZoneInfo(pack.info.time_zone)
    for reason in told["reasons"]:
        yield due_reason(reason, "en", zone)


@main.group("registers", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def registers(context: click.Context, as_json: bool) -> None:
    """The registers: which there are, how they are, what they answer."""
    if context.invoked_subcommand:
        return
    found = in_city(exchange.status)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for one in found:
        operations = ", ".join(one.operations)
        click.echo(f"{one.name:<14} {one.wire:<6} {one.state:<9} {one.calls:>6}  {operations}")


@command("fault", registers)
@click.argument("name")
@click.argument("mode", type=click.Choice(exchange.FAULTS))
def fault_command(name: str, mode: str) -> Answer:
    """Demo: make a register's simulator fail in one of the ways real ones do."""
    in_city(lambda city: exchange.fault(city, name, mode))
    return Answer({"register": name, "mode": mode}, [])


@main.group("officers")
def officers() -> None:
    """Officers who sign in by passkey: a city's first ones, and who looks after the others'."""


@command("invite", officers)
@click.argument("subject")
@click.option("--name", required=True, help="As colleagues know them.")
@click.option("--administrator", is_flag=True, help="May give codes to other officers.")
def invite(subject: str, name: str, administrator: bool) -> Answer:
    """A code by which this officer makes their first passkey, without anybody else."""

    async def enrol(city: City) -> str:
        async with city.database.write(SYSTEM) as db:
            officer = await identity.enrol_officer(db, subject, name)
            if administrator:
                await identity.name_administrator(db, officer)
            return await identity.invite(db, officer)

    code, here = in_city(enrol), f"{chosen().desk_origin}/desk/sign-in/code"
    return Answer({"code": code, "address": here}, [code, here])


@main.group("score")
def score_group() -> None:
    """Figures of how well the city keeps its word."""


@command("rebuild", score_group)
def rebuild_score() -> Answer:
    """Count everything anew from the history of cases while the city serves; then show that."""
    done = msgspec.to_builtins(in_city(score.rebuild))
    return Answer(done, _pairs(done))


@main.group("lists")
def lists_group() -> None:
    """Officers' work lists."""


@command("rebuild", lists_group)
def rebuild_lists() -> Answer:
    """Lay every case anew where lists find it, while they are read."""
    done = {"cases": in_city(cases.list_anew)}
    return Answer(done, _pairs(done))


@main.group("keys")
def keys_group() -> None:
    """The keys of people and files, outside the database."""


@command("rotate", keys_group)
def rotate_keys() -> Answer:
    """Wrap every key by a new key of the city: older copies of the folder open nothing more."""
    folder = chosen().keys
    mine = [keys.people(folder), keys.files(folder)]
    count = keys.rotate(mine[0].wrapping, mine)
    return Answer({"keys": count}, [f"{count} keys wrapped anew"])


@command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The trust anchors (PEM); else the data folder's.",
)
def verify(file: Path, trust: Path | None) -> Answer:
    """Check a paper off line: exit 0 valid, 1 not valid, 2 cannot tell."""
    status, said = documents.verify_command(file, trust, chosen())
    return Answer(said, _pairs(said), status)


@command("doctor")
def examine() -> Answer:
    """What this city needs and whether it has it; exit 1 when something is missing."""
    found = doctor.examine(chosen())
    lines = [f"{'well' if one.is_well else 'AMISS':<6} {one.what:<12} {one.said}" for one in found]
    return Answer(found, lines, 0 if all(one.is_well for one in found) else 1)


@main.command("bench", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("more", nargs=-1, type=click.UNPROCESSED)
def bench(name: str, more: tuple[str, ...]) -> None:
    """Measure: each benchmark prints its rate beside a limit reached in the same run."""
    script = BENCHMARKS / f"{name.replace('-', '_')}.py"
    if not script.is_file():
        known = ", ".join(sorted(p.stem for p in BENCHMARKS.glob("[a-z]*.py")))
        raise click.UsageError(f"there is no benchmark {name}; there are: {known}")
    environment = os.environ | chosen().environment()
    done = subprocess.run([sys.executable, str(script), *more], env=environment, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
