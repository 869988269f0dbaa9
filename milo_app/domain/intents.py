"""What a candidate says besides answering: repeat that, a person please, a break, skip, stop, and questions of their own.

Understood in every channel, in English and Spanish, and only where the whole reply means it: "I stopped the bleeding"
is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from milo_app.domain.keywords import normal
from milo_app.domain.words import sentences, tokens


class Intent(StrEnum):
    """What a candidate may want at any time, in any channel."""

    REPEAT = "repeat"
    HUMAN = "human"
    BREAK = "break"
    SKIP = "skip"
    STOP = "stop"
    RESUME = "resume"
    WEB = "web"
    CALL = "call"
    CHANGE = "change"
    GREETING = "greeting"


_PLEASE = r"(?:(?:please|pls|sorry|ok|okay|hi|hey|um|por favor|perdon|disculpa|oye) )*"
_ASKING = (
    _PLEASE
    + r"(?:(?:can|could|may|would|will) (?:you|i|we) |i (?:want|need|would like|have) to |i need |i want |id like(?: to)? "
    + r"|i would like |let me |me |lets |puedo |puedes |podria[sn]? |podemos |quiero |quisiera |necesito |me gustaria )*"
)
_END = r"(?: (?:please|pls|now|again|for me|thanks|thank you|por favor|ahora|gracias|otra vez))*"
_INTENTS: Sequence[tuple[Intent, re.Pattern[str]]] = tuple(
    (intent, re.compile(f"{_PLEASE}{_ASKING}(?:{words}){_END}"))
    for intent, words in (
        (
            Intent.REPEAT,
            r"repeat(?: (?:that|it|the question|this|the last question|yourself))?|say (?:that|it)(?: again)?|come again"
            r"|pardon(?: me)?|what(?: was| is|s) (?:the|your|that) question|what did you (?:say|ask)|again|what"
            r"|(?:i )?(?:dont|do not|didnt|did not|couldnt|could not) (?:hear|catch|get|understand)(?: (?:that|you|it|the question))?"
            r"|repit[ea]s?(?:lo|la|me)?(?: la pregunta| eso)?|repetir(?:lo|la|me)?(?: la pregunta| eso)?|como dijo"
            r"|cual (?:era|es|fue) la pregunta|no (?:te |le |lo )?(?:entendi|entiendo|escuche|oi)(?: bien| la pregunta| nada)?|otra vez",
        ),
        (
            Intent.HUMAN,
            r"(?:to )?(?:a |an )?(?:(?:real|actual|live) )?(?:human|person|people|agent|representative|operator|recruiter)"
            r"|(?:talk|speak|chat)(?:ing)? (?:to|with) (?:a |an |the )?(?:(?:real|actual|live) )?"
            r"(?:human|person|someone|somebody|agent|representative|operator|recruiter|hiring manager)(?: instead)?"
            r"|no (?:ai|robots?|bots?)|(?:i )?(?:dont|do not) want (?:to talk to )?(?:an ai|a robot|a bot|a machine)"
            r"|(?:hablar|conversar|habla) con (?:una persona|alguien|un humano|un agente|un reclutador|una reclutadora)"
            r"(?: real)?|(?:con )?(?:una persona|un humano|un agente)(?: real)?",
        ),
        (
            Intent.BREAK,
            r"(?:take |have |give me )?(?:a |one |just a |just one )?(?:(?:short|quick|little|brief) )?"
            r"(?:break|pause|moment|minute|sec|second)(?: to think)?|hold on(?: a (?:moment|minute|second|sec))?|wait"
            r"|brb|be right back|(?:hacer |tomar |dame )?(?:un |una )?(?:descanso|pausa|momento|minuto|momentito)"
            r"|espera|espere",
        ),
        (
            Intent.SKIP,
            r"(?:skip|pass)(?: (?:on )?(?:this|that|it|one|this one|that one|the question|this question))?"
            r"|(?:the )?next(?: question| one)?|(?:i )?(?:would |id )?(?:rather|prefer) not(?: to)?(?: (?:answer|say)"
            r"(?: (?:that|this|it))?)?|(?:i )?(?:dont|do not) want to answer(?: (?:that|this|it|this question))?"
            r"|saltar(?:la)?|omitir(?:la)?|paso|(?:la )?siguiente(?: pregunta)?"
            r"|prefiero no (?:contestar|responder|decir(?:lo)?)",
        ),
        (
            Intent.STOP,
            r"(?:stop|quit|end|finish|exit|leave|cancel)(?: (?:here|it|this|the (?:interview|call|conversation)"
            r"|this (?:interview|call|conversation)))?|(?:i )?(?:dont|do not) want to (?:continue|go on|do this)"
            r"(?: anymore)?|(?:parar|terminar|acabar|dejarlo|detener)(?: (?:aqui|la entrevista|esto))?"
            r"|no quiero (?:seguir|continuar)",
        ),
        (
            Intent.RESUME,
            r"continue|(?:im |i am )?(?:back|ready)(?: (?:to continue|now))?|go on|resume|continuar|seguir|sigamos"
            r"|(?:estoy )?list[oa]|ya volvi|(?:estoy )?de vuelta",
        ),
        (
            Intent.WEB,
            r"(?:send (?:me )?)?(?:the |a )?(?:web ?)?(?:link|web|website|online|form)|(?:en la |la )?(?:web|pagina)"
            r"|(?:el )?enlace|do (?:it|this) online",
        ),
        (
            Intent.CALL,
            r"call(?: me)?|(?:on )?(?:a |the )?(?:phone|phone call|call)|llamame|llamada|por telefono",
        ),
        (
            Intent.CHANGE,
            r"change(?: (?:it|that|this|my (?:last )?answer|the last (?:one|answer)))?|(?:that was )?(?:a |my )?mistake|oops"
            r"|(?:no )?i meant(?: \w+){1,3}|cambiar(?:la|lo)?(?: (?:mi|la) respuesta)?|cambia(?:lo|la)"
            r"|(?:no )?quise decir(?: \w+){1,3}|me equivoque",
        ),
        (
            Intent.GREETING,
            r"(?:hi|hello|hey|hiya|yo|hola|buenas|saludos|(?:good|buenos|buenas) (?:morning|afternoon|evening|dias|tardes|noches)"
            r"|thanks|thank you|thx|ty|gracias|muchas gracias|ok|okay|k|cool|great|perfect|vale|bien|perfecto)"
            r"(?: (?:there|milo|so much|a lot|very much|thanks|thank you|gracias|hello|hola|como estas|como esta))*",
        ),
    )
)


def intent(text: str) -> Intent | None:
    """What *text* as a whole asks for besides answering, or None. Longer replies are always answers."""
    plain = normal(text)
    if not plain or len(plain.split()) > 14:
        return None
    return next((meant for meant, pattern in _INTENTS if pattern.fullmatch(plain)), None)


_ASKS = re.compile(
    r"(?:and |but |also |so |ok |hi |hello |y |pero |oye )*(?:what|whats|when|where|who|why|how (?:much|many|long|do|does"
    r"|is)|which|is there|are there|is (?:the|this|it)|are (?:you|the)|do (?:you|i|we)|does (?:the|this|it)|can (?:i|you)"
    r"|will (?:i|you|there)|could (?:i|you)|would (?:i|you)|cuanto|cuantos|cuantas|cual|cuando|donde|quien|por que|hay"
    r"|que (?:es|horario|beneficios|turno|turnos|pasa|sueldo|salario)|es (?:un|una|el|la)|puedo|ofrecen|tienen|pagan)\b"
)


def own_question(text: str) -> tuple[str, str]:
    """Split *text* into what the candidate asks and the rest of it, either of which may be empty.

    A sentence asks when it ends with a question mark, or is short and begins like a question. A long answer with a
    rhetorical question in its midst stays an answer: only the last sentence counts there.
    """
    parts = list(sentences(text))
    if not parts:
        return "", ""
    if len(parts) == 1:
        return (text.strip(), "") if _is_asking(parts[0]) else ("", text.strip())
    asked = [part for part in parts if _is_asking(part) and _ASKS.match(normal(part))]
    rest = " ".join(part for part in parts if part not in asked)
    if not asked or (len(tokens(rest)) > 40 and parts[-1] not in asked):
        return "", text.strip()
    return " ".join(asked), rest


def _is_asking(sentence: str) -> bool:
    words = normal(sentence).split()
    begins = bool(_ASKS.match(" ".join(words)))
    if sentence.rstrip().endswith("?"):
        return begins or len(words) >= 3
    if words[:1] == ["what"]:
        begins = words[1:2] in (["is"], ["are"], ["about"], ["kind"], ["time"], ["does"], ["do"])
    return begins and ("¿" in sentence or (len(words) in range(2, 11) and words[0] in _BARE_ASKS))


#: Without a question mark, only these first words make a question; "who I am…" and "when I…" begin many an answer.
_BARE_ASKS = frozenset("whats how is are do does can cuanto cuantos cuantas cual what".split())
