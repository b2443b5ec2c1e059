"""Questions from a process of its own, one after the other: what one person waits for.

Started with a plan on stdin; prints one JSON object with the milliseconds of each kind of question
and how many answers were not what they had to be. Every round asks one of each kind, so that noise
on the machine falls on all alike.
"""

import json
import random
import subprocess
import sys
import time
from typing import Any

import uvloop

from benchmarks.driver import Line

WARM_ROUNDS = 10
Question = tuple[str, str, int, str]
"""Address, token (of nobody: empty), status of the answer, and what stands in it."""


def asked(port: int, rounds: int, questions: dict[str, list[Question]]) -> Any:
    """What another process found out."""
    plan = {"port": port, "rounds": rounds, "questions": questions}
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(plan), stdout=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


async def main() -> None:
    plan, chance = json.load(sys.stdin), random.Random(1)
    line = Line("127.0.0.1", plan["port"])
    await line.open()
    found: dict[str, Any] = {name: {"ms": [], "wrong": 0} for name in plan["questions"]}
    for turn in range(-WARM_ROUNDS, plan["rounds"]):
        for name, questions in plan["questions"].items():
            path, token, status, mark = chance.choice(questions)
            head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
            # Strangers have a limit each.
            head += f"X-Forwarded-For: 10.0.0.{turn % 250}\r\n"
            head += f"Authorization: Bearer {token}\r\n" if token else ""
            begun = time.perf_counter()
            answered, said = await line.ask(head.encode(), b"")
            if turn >= 0:
                found[name]["ms"].append((time.perf_counter() - begun) * 1000)
                found[name]["wrong"] += answered != status or mark.encode() not in said
    print(json.dumps(found))


if __name__ == "__main__":
    uvloop.run(main())
