"""Words that people use for one another at work; what the lexical evaluator takes as nearly the same."""

from __future__ import annotations

from milo_app.domain.words import stem

_GROUPS = """
assess evaluate check monitor examine inspect review observe
patient client resident customer
doctor physician provider
tell inform notify report communicate update
escalate notify call alert raise
document chart record write note log
prioritize triage rank urgent
calm composed steady
help assist support aid
team colleague coworker staff crew
learn train study teach
fix solve resolve repair correct
error mistake failure fault
problem issue difficulty challenge
family relative parent
medication drug medicine dose
quick fast immediate rapid prompt
increase improve grow boost rise
reduce lower decrease cut drop
lead manage supervise direct
plan schedule organize prepare
explain describe clarify
listen hear understand
protect safe secure
goal target objective
result outcome effect
reason cause
begin start
finish complete end
need require
use apply employ
show demonstrate prove
build create make develop
choose select pick decide
work job shift
money cost budget
big large great
small little tiny
allow permit consent permission authorize
verify confirm identify validate
prevent avoid stop
mix confuse swap
refuse decline reject
angry upset furious
sad unhappy down
train coach mentor instruct teach
sick ill unwell
hurt injure wound
dirty contaminated soiled
germ bacteria infection pathogen
refrigerator fridge
happen occur
grow rise increase
fall decrease drop decline
quit leave resign
evaluar valorar revisar comprobar observar
medico doctora doctor
avisar informar comunicar llamar
documentar registrar anotar escribir
priorizar triaje urgente
ayudar apoyar asistir
equipo colega compañero personal
aprender formar estudiar
resolver solucionar arreglar
error fallo
problema dificultad reto
"""

_RELATED: dict[str, frozenset[str]] = {}
for _line in _GROUPS.strip().splitlines():
    _stems = frozenset(stem(word) for word in _line.replace("ñ", "n").split())
    for _one in _stems:
        _RELATED[_one] = _RELATED.get(_one, frozenset()) | _stems


def related(word: str) -> frozenset[str]:
    """The stems that may stand for the stem *word*, itself among them."""
    return _RELATED.get(word, frozenset()) | {word}
