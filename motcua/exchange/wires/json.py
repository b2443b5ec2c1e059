"""The JSON wire: one object asks, one object answers; which fields, the pack says.

Pure: bytes in, values out. Every doubt about an answer is raised; none of it becomes `nothing`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import jsonschema_rs
import msgspec

from motcua.base.errors import Invalid, Unavailable
from motcua.exchange.model import Envelope, Operation, Told
from motcua.exchange.rules import CLOCK_SKEW_SECONDS_MAX

TEXT_LENGTH_MAX = 2_000
ROWS_MAX = 500
RECORDS_MAX = 100  # before equal ones are taken together


class Wire:
    """The JSON of one register; the schemas of its answers are built once."""

    def __init__(
        self, register: str, envelope: Envelope, operations: Mapping[str, Operation]
    ) -> None:
        self.register = register
        self.envelope = envelope
        self._operations = operations
        self._schemas = {
            name: jsonschema_rs.validator_for(_record_schema(operation), validate_formats=True)
            for name, operation in operations.items()
        }
        self._envelope_schema = jsonschema_rs.validator_for(_envelope_schema(envelope))

    def question(self, operation: str, arguments: Mapping[str, object], request_id: str) -> bytes:
        asked = {self.envelope.request_id: request_id}
        asked |= self._theirs(operation, arguments)
        return msgspec.json.encode(asked)

    def ping(self, request_id: str) -> bytes:
        return msgspec.json.encode({self.envelope.request_id: request_id})

    def pinged(self, body: bytes, request_id: str, at: float) -> None:
        """Whether the register is well; raised if not."""
        self._opened(body, request_id, at)

    def answer(
        self,
        operation: str,
        arguments: Mapping[str, object],
        body: bytes,
        request_id: str,
        at: float,
    ) -> tuple[Literal["found", "nothing"], dict[str, Any]]:
        """`at` is the present by this machine's clock, in seconds since 1970."""
        told = self._opened(body, request_id, at)
        self._same_person(operation, arguments, told)
        if told[self.envelope.status] in self.envelope.nothing:
            if told.get(self.envelope.records):
                raise self._fault("register.bad_answer")
            return "nothing", {}
        records = _once(told.get(self.envelope.records) or [])
        # Two different records for one question: nobody can say which one is meant.
        if len(records) != 1 or not self._schemas[operation].is_valid(records[0]):
            raise self._fault("register.bad_answer")
        self._same_person(operation, arguments, records[0])
        try:
            return "found", _values(records[0], self._operations[operation].response)
        except ValueError:
            # The text of the error holds the value, which is somebody's.
            raise self._fault("register.bad_answer") from None

    def _opened(self, body: bytes, request_id: str, at: float) -> dict[str, Any]:
        """The envelope, if it answers this question, now, and as one who may know."""
        envelope = self.envelope
        try:
            told = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._fault("register.bad_answer") from None
        if not self._envelope_schema.is_valid(told):
            raise self._fault("register.bad_answer")
        if told[envelope.request_id] != request_id:
            raise self._fault("register.other_request")
        if envelope.time:
            self._same_time(told[envelope.time], at)
        status = told[envelope.status]
        if status in envelope.not_permitted:
            raise self._fault("register.not_permitted")
        if status in envelope.mismatch:
            raise self._fault("register.mismatch")
        if status not in envelope.found and status not in envelope.nothing:
            raise self._fault("register.failed")
        return dict(told)

    def _same_time(self, told: str, at: float) -> None:
        try:
            moment = datetime.fromisoformat(told)
        except ValueError:
            raise self._fault("register.bad_answer") from None
        if moment.tzinfo is None:
            raise self._fault("register.bad_answer")
        if abs(moment.timestamp() - at) > CLOCK_SKEW_SECONDS_MAX:
            raise self._fault("register.clock")

    def _same_person(
        self, operation: str, arguments: Mapping[str, object], told: Mapping[str, object]
    ) -> None:
        known = self._operations[operation]
        asked = self._theirs(operation, arguments)
        for field, argument in known.echo.items():
            if told.get(field) != asked.get(known.request[argument].to):
                raise self._fault("register.other_person")

    def _theirs(self, operation: str, arguments: Mapping[str, object]) -> dict[str, str]:
        """Our arguments in their words. A missing one is refused before anybody is asked."""
        request = self._operations[operation].request
        asked = {}
        for name, sent in request.items():
            value = arguments.get(name)
            if value in (None, ""):
                if sent.required:
                    raise Invalid("register.argument_missing", argument=name)
                continue
            try:
                text = _date(value).strftime(sent.format) if sent.type == "date" else str(value)
            except ValueError:
                raise Invalid("register.argument_unusable", argument=name) from None
            if len(text) > TEXT_LENGTH_MAX:
                raise Invalid("register.argument_unusable", argument=name)
            asked[sent.to] = text
        return asked

    def _fault(self, reason: str) -> Unavailable:
        return Unavailable(reason, register=self.register)


def _envelope_schema(envelope: Envelope) -> dict[str, object]:
    text = {"type": "string", "maxLength": TEXT_LENGTH_MAX}
    required = {envelope.request_id: text, envelope.status: text}
    if envelope.time:
        required[envelope.time] = text
    records = {"type": ["array", "null"], "maxItems": RECORDS_MAX, "items": {"type": "object"}}
    return {
        "type": "object",
        "properties": {**required, envelope.records: records},
        "required": list(required),
    }


def _record_schema(operation: Operation) -> dict[str, object]:
    return _object_schema(operation.response)


def _object_schema(fields: Mapping[str, Told]) -> dict[str, object]:
    """Fields we do not read are theirs to add."""
    return {
        "type": "object",
        "properties": {told.from_: _schema(told) for told in fields.values()},
        "required": [told.from_ for told in fields.values() if not told.optional],
    }


def _schema(told: Told) -> dict[str, object]:
    schema: dict[str, object]
    match told.type:
        case "integer":
            schema = {"type": "integer"}
        case "yes_no":
            schema = {"type": "boolean"}
        case "choice":
            schema = {"enum": list(told.values)}
        case "group":
            schema = _object_schema(told.fields)
        case "list":
            schema = {"type": "array", "maxItems": ROWS_MAX, "items": _object_schema(told.fields)}
        case "text" | "date" | "month":
            # An empty name or date is a hole in the record, not a value.
            least = 0 if told.optional else 1
            schema = {"type": "string", "minLength": least, "maxLength": TEXT_LENGTH_MAX}
    return {"anyOf": [schema, {"type": "null"}]} if told.optional else schema


def _values(record: Mapping[str, Any], fields: Mapping[str, Told]) -> dict[str, Any]:
    return {name: _value(record.get(told.from_), told) for name, told in fields.items()}


def _value(value: Any, told: Told) -> Any:
    if told.type == "list":
        return [_values(row, told.fields) for row in _once(value or [])]
    if value is None or value == "":
        return None
    match told.type:
        case "date":
            return _day(value, told.format)
        case "month":
            return _day(value, told.format)[:7]
        case "choice":
            return told.values[value]
        case "group":
            return _values(value, told.fields)
    return value


def _day(text: str, format: str) -> str:
    day = datetime.strptime(text, format)  # noqa: DTZ007 - a day of a register has no zone
    return day.date().isoformat()


def _once(rows: list[Any]) -> list[Any]:
    """A row told twice is one row."""
    return [row for i, row in enumerate(rows) if row not in rows[:i]]


def _date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
