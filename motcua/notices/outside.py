"""The mail server the operator names, or none."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from motcua.base import calling, settings
from motcua.db import City
from motcua.notices.model import Message, Outcome

SMTP_SECONDS_MAX = 15


class Post:
    """`smtp://user:secret@host:port?from=city@example` (STARTTLS if there is a user) or `smtps://`."""

    def __init__(self, url: str | None) -> None:
        self.url = urlsplit(url) if url else None
        self.sender = parse_qs(self.url.query)["from"][0] if self.url else ""

    @classmethod
    def of(cls, _city: City) -> "Post":
        return cls(settings.secret("MOTCUA_SMTP_URL"))

    def carry(self, message: Message, to_address: str) -> Outcome:
        """Hand it to the server; blocks up to the limit. No address and no text is ever logged."""
        if self.url is None:
            return "kept"
        try:
            mail = self._mail(message, to_address)
        except (ValueError, MessageError):
            return "refused"
        try:
            with self._server() as server:
                server.send_message(mail, self.sender, [to_address])
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            return "refused" if min(codes) >= 500 else "failed"
        except (smtplib.SMTPException, OSError):
            return "failed"
        return "sent"

    def _mail(self, message: Message, to_address: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = Address(addr_spec=to_address)
        mail["Subject"] = message.subject
        mail["Date"] = message.made_at
        mail["Content-Language"] = message.language
        # The same at every try, so that a reader's program shows a repeated message once.
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        assert self.url is not None
        with self._connection(self.url.hostname or "", self.url.port or 0) as server:
            if self.url.username:
                if self.url.scheme == "smtp":
                    server.starttls(context=calling.trust())
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            yield server

    def _connection(self, host: str, port: int) -> smtplib.SMTP:
        assert self.url is not None
        if self.url.scheme == "smtps":
            context = calling.trust()
            return smtplib.SMTP_SSL(host, port, timeout=SMTP_SECONDS_MAX, context=context)
        return smtplib.SMTP(host, port, timeout=SMTP_SECONDS_MAX)
