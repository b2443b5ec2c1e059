"""What each act does to a case, under its lock, after the rules have allowed it."""

from collections.abc import Awaitable, Callable, Mapping

from motcua.cases.actions.deeds import deciding, intake, promising, rating
from motcua.cases.actions.deeds.deed import Act
from motcua.cases.rules.routes import Action

DEEDS: Mapping[Action, Callable[[Act], Awaitable[Act | None]]] = {
    "accept": intake.accept,
    "refuse": intake.refuse,
    "request_supplement": intake.request_supplement,
    "supply": intake.supply,
    "transfer": intake.transfer,
    "assign": deciding.assign,
    "state_fee": promising.state_fee,
    "ask_opinion": deciding.ask_opinion,
    "give_opinion": deciding.give_opinion,
    "propose": deciding.propose,
    "approve": deciding.approve,
    "return_to_handler": deciding.return_to_handler,
    "sign": deciding.sign,
    "release": deciding.release,
    "deliver": deciding.deliver,
    "apologise": promising.apologise,
    "stop": deciding.stop,
    "pay": intake.pay,
    "withdraw": intake.withdraw,
    "rate": rating.rate,
    "message": intake.message,
}
