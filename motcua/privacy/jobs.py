"""What happens later: granted rights are carried out, archives made, old things deleted."""

from typing import Any
from uuid import UUID

from motcua.base.ids import CaseId
from motcua.db import City, jobs
from motcua.privacy import actions


@jobs.handler("privacy.export")
async def export(city: City, payload: dict[str, Any]) -> None:
    await actions.make_export(city, UUID(payload["export"]))


@jobs.on("case.signed", "case.released", "case.delivered")
async def carry_out(city: City, payload: dict[str, Any]) -> None:
    await actions.carry_out(city, CaseId(UUID(payload["subject"])))


@jobs.every(hours=1)
async def forget(city: City) -> None:
    await actions.forget_old(city)


@jobs.every(hours=24)
async def sweep(city: City) -> None:
    await actions.sweep(city)
