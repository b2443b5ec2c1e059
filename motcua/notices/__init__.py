"""Notices: what the platform tells people, kept for them to read and sent to where they are.

message   what was said to one person, in their language, once
template  the sentences of a kind of message; its facts fill them
delivery  one try to bring a message to its reader, and how it ended
outbox    messages nobody carries further: the demonstration has no mail server
"""

from motcua.notices.actions import messages_of_me, send
from motcua.notices.model import About, Fact, Message, Sum
from motcua.notices.rules import TEMPLATES

__all__ = ["TEMPLATES", "About", "Fact", "Message", "Sum", "messages_of_me", "send"]
