"""Words that say the contrary of one another: an answer with the opposite of what is expected is not nearly right."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from milo_app.domain.words import stem

_PAIRS = """
increase decrease
increase reduce
rise fall
raise lower
more less
more fewer
higher lower
high low
greater smaller
large small
big small
fast slow
faster slower
hot cold
warmer colder
before after
early late
first last
open closed
same different
equal different
equal unequal
positive negative
gain lose
always never
all none
inside outside
solid liquid
attract repel
push pull
absorb release
absorb reflect
hard soft
heavy light
longer shorter
long short
strong weak
connected disconnected
accept refuse
accept reject
public private
internal external
safe unsafe
sterile contaminated
dirty clean
wet dry
alone together
aumenta disminuye
sube baja
antes despues
siempre nunca
abierto cerrado
"""
_OPPOSITES: dict[str, frozenset[str]] = {}
for _line in _PAIRS.strip().splitlines():
    _a, _b = (stem(word) for word in _line.split())
    for _one, _other in ((_a, _b), (_b, _a)):
        _OPPOSITES[_one] = _OPPOSITES.get(_one, frozenset()) | {_other}


def contradicts(wanted: AbstractSet[str], given: AbstractSet[str]) -> bool:
    """Whether the stems *given* hold the opposite of one that is *wanted*, and not that one itself. Where both sides of a
    pair are wanted (a comparison), nothing can be told."""
    for word in wanted:
        against = _OPPOSITES.get(word, frozenset[str]())
        if against & given and not against & wanted and word not in given:
            return True
    return False
