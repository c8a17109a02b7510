"""`hotline held`: what we hold of people, and when it goes."""

from hotline.cli.connected import add, connected, table
from hotline.cli.console import out
from hotline.cli.words import number, say, when
from hotline.operations.held import held


def held_command() -> None:
    with connected() as line:
        shown = table(say("what"), say("how many"), say("oldest"), say("erased from"))
        for one in held(line):
            oldest, erased = when(one.oldest_at, line.hours.zone), when(one.erased_at, line.hours.zone)
            add(shown, say(one.kind), number(one.rows), oldest, erased)
        out.print(shown)
        out.print(say("Contacts who asked for alerts and have not opted out are kept until they leave."))


held_command.__doc__ = say("Show what is held of people, how old it is, and when it is erased.")
