"""A provider says that somebody has signed out: OpenID Connect Back-Channel Logout 1.0."""

from datetime import UTC, datetime

from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed
from motcua.base.ids import SYSTEM
from motcua.db import City
from motcua.identity import queries, rules
from motcua.identity.actions.sessions import end_sessions_of_account
from motcua.identity.model import Realm
from motcua.identity.outside import Providers

TOKEN_LENGTH_MAX = 8192


async def sign_out_by_provider(city: City, realm: Realm, token: str) -> None:
    """Ends every session of the account, or where the token names a session of the provider, that
    one. Invalid for a token that is not this provider's word, now, for the first time."""
    partner = city[Providers][realm]
    now = clock.now()
    try:
        if len(token) > TOKEN_LENGTH_MAX:
            raise NotAllowed("identity.token_refused")
        read = await partner.verify(token)
        logout = rules.check_logout_token(
            read.header, read.claims, partner.described, partner.issuer, now.timestamp()
        )
    except NotAllowed:
        raise Invalid("identity.logout_refused") from None
    until = datetime.fromtimestamp(logout.until, UTC)
    async with city.database.write(SYSTEM) as db:
        is_first = await queries.spend(
            db, rules.digest(f"logout {partner.described.id} {logout.jti}"), until, now
        )
    if not is_first:
        raise Invalid("identity.logout_refused")
    await end_sessions_of_account(city, realm, partner.described.id, logout.subject, logout.sid)
