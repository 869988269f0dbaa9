"""What a text message asks of the sender before it is an answer to anything: stop, start, help, wrong number.

Single words are the carriers' own (they act on them too); sentences that mean the same ("please stop texting me",
"ya no me escriban") are ours to catch. Also how many message segments a text costs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Keyword(StrEnum):
    """STOP ends texts and is never a withdrawal; START brings them back; WRONG_NUMBER suppresses the number."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    WHO_IS_THIS = "who_is_this"


def keyword(text: str) -> Keyword | None:
    """The keyword that *text* as a whole means, or None where it is something to answer.

    YES is deliberately none: it may be an answer, and whoever is opted in needs no second opt-in. A sentence counts
    only where all of it asks for that: "I would stop it and call a nurse" is an answer. The first and the last sentence
    are looked at ("I am at work. Please stop texting me").
    """
    if found := _EXACT.get(normal(text)):
        return found
    sentences = [part for part in re.split(r"[.!?\n;]+", text) if part.strip()]
    ends = [*sentences[:1], *sentences[-1:]]
    if len(text.split()) <= 12:
        ends += [part for part in text.split(",") if len(part.split()) > 1]
    for part in ends:
        plain = normal(part[:300])
        if found := next((kind for kind, pattern in _SENTENCES if pattern.fullmatch(plain)), None):
            return found
    return None


def is_carrier_word(text: str) -> bool:
    """Whether carriers take *text* for STOP, START or HELP, so that it is no answer to offer in a text message."""
    return normal(text).upper() in _CARRIER


def asked_for(text: str) -> str:
    """The carrier word that *text* asks to be answered with ("Reply YES if…"); empty where it asks for none."""
    found = _ASKS_FOR.search(text)
    return found["word"].upper() if found else ""


def is_reaction(text: str) -> bool:
    """Whether *text* is a phone's echo of a reaction to a message (`Liked "…"`), which nobody typed."""
    return bool(_REACTION.match(text))


def in_spanish(text: str) -> bool:
    """Whether a keyword was said in Spanish, so that its confirmation is too."""
    return bool(_SPANISH.search(normal(text)))


def normal(text: str) -> str:
    """*text* in lower case, without accents and punctuation, with single blanks: the form that phrases are matched
    in."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in spread if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]|_", " ", bare.replace("'", "").replace("’", "")).split())


_EXACT: dict[str, Keyword] = {
    **dict.fromkeys(
        (
            *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "arret"),
            *("optout", "opt out", "remove", "parar", "pare", "alto", "cancelar", "basta", "detener", "baja"),
        ),
        Keyword.STOP,
    ),
    **dict.fromkeys(("start", "unstop", "resume texts", "empezar", "iniciar", "reanudar"), Keyword.START),
    **dict.fromkeys(("help", "info", "ayuda", "informacion"), Keyword.HELP),
}

#: What may come before a wish without changing it.
_LEAD = (
    r"(?:(?:please|pls|plz|hey|hi|hello|ok|okay|no|just|now|sorry|milo|thanks|thank you|but|so|and|um|kindly"
    r"|(?:can|could|would|will) you|you (?:need|have) to|i (?:want|need|asked|told) you to|i would like you to"
    r"|id like you to|i (?:want|would like) to|id like to|i said|por favor|favor de|oye|oiga|hola|ya|gracias|pero|y"
    r"|quiero que|les? pido que|podrian|puedes?|pueden|perdon|disculpe?) )*"
)
_THEM = r"(?:texts?|messages?|sms|mensajes|textos)"
_TAIL = r"(?: (?:please|pls|plz|now|already|immediately|anymore|again|at once|ever|thanks|thank you|por favor|ya|gracias|mas))*"
_STOPPING = (
    rf"stop(?: (?:all|the|these|this|it|them|{_THEM}))*",
    r"(?:stop|quit|cease) (?:text|messag|contact|writ|bother|spam|harass)\w*(?: to)?(?: (?:me|us|this number|my number)(?: \w+){0,6})?",
    rf"(?:stop|quit|cease) sending (?:me |us )?(?:(?:any|more|these|those|this|your|the|all|so many) )*{_THEM}(?: \w+){{0,4}}",
    r"(?:dont|do not|never|must not|should not) (?:ever )?(?:text|message|contact|write|sms|bother)(?: to)? "
    r"(?:me|us|this number|my number|here)(?: \w+){0,5}",
    rf"(?:dont|do not|never) send (?:me |us )?(?:(?:any|more|these|those|your) )*{_THEM}(?: \w+){{0,4}}",
    rf"no more (?:of (?:these|this|your) )?{_THEM}",
    r"(?:take|remove|delete) (?:me|my (?:phone )?number|this number)(?: (?:off|from)(?: \w+){0,5})?",
    r"leave me alone",
    r"unsubscribe(?: (?:me|from|this|my)(?: \w+){0,4})?",
    r"opt (?:me )?out(?: (?:of|from)(?: \w+){1,4})?|revoke (?:my )?consent",
    rf"i (?:dont|do not|no longer) (?:want|wish)(?: to)?(?: (?:get|receive|have|be|any|more|these|your|to))* (?:{_THEM}|texted|messaged|contacted)(?: \w+){{0,4}}",
    r"(?:deja|dejen|deje|para|pare|paren) de (?:escrib|mand|envi|text|contact|molest)\w*(?: \w+){0,5}",
    r"no (?:me|nos) (?:escrib(?:an?|as)|mand(?:en?|es)|envi(?:en?|es)|texte(?:en?|es)|contact(?:en?|es)"
    r"|molest(?:en?|es))(?: \w+){0,4}",
    rf"(?:no|ni) (?:mas|mande mas|manden mas|envien mas) {_THEM}",
    r"(?:quita|quite|quiten|borra|borre|borren|elimina|elimine|eliminen|saca|saque|saquen|den|dar|de)me de "
    r"(?:baja|la lista|su lista|tu lista|esta lista|aqui|sus mensajes)",
    r"(?:quitame|quiteme|quitenme|borrame|borrenme)",
    rf"(?:ya )?no (?:quiero|deseo) (?:recibir )?(?:(?:mas|sus|tus|estos) )*{_THEM}(?: \w+){{0,4}}",
)
_WRONG = (
    r"(?:(?:i think |i believe |looks like |it seems )?(?:you|u|yall) ?(?:have|got|ve got|ve|texted|reached)? ?"
    r"|youve (?:got )?|(?:i think )?(?:this|it) is |its |must be |creo que |(?:usted )?(?:tiene|tienes|es) )?"
    r"(?:the |a |el |la )?(?:wrong (?:number|person|phone|guy|one)|numero equivocado|persona equivocada|numero incorrecto)"
    r"(?: (?:here|dude|man|bro|buddy|i am afraid|im afraid|amigo|amiga))?",
    r"se equivoc(?:o|aron) de (?:numero|persona|telefono)|te equivocaste de (?:numero|persona)",
    r"(?:this|that) is(?: not|nt) (?:my|the right) name|(?:this|that) isnt (?:my|the right) name"
    r"|(?:im|i am) not (?:the|that) (?:right )?person(?: you \w+(?: \w+){0,3})?|no soy (?:esa|la) persona(?: \w+){0,3}",
    r"(?:theres |there is )?no ?(?:one|body)(?: here)? (?:by that name|with that name|of that name|named \w+|called \w+)(?: here)?"
    r"|aqui no (?:vive|hay) (?:nadie|ningun\w*)(?: \w+){0,4}|(?:este )?no es (?:su|el) (?:numero|telefono)(?: de \w+)?",
)
_SENTENCES: Sequence[tuple[Keyword, re.Pattern[str]]] = tuple(
    (kind, re.compile(rf"{_LEAD}(?:{'|'.join(forms)}){_TAIL}"))
    for kind, forms in (
        (Keyword.WRONG_NUMBER, _WRONG),
        (Keyword.STOP, _STOPPING),
        (
            Keyword.START,
            (
                r"(?:start|resume|restart|begin) (?:texting|messaging|texts|messages|sending texts)(?: me)?",
                r"(?:text|message) me again|(?:vuelvan?|vuelve) a (?:escribir|mandar|enviar)\w*(?: mensajes)?",
            ),
        ),
        (
            Keyword.HELP,
            (
                r"(?:i )?need (?:some )?help|help me|get help|help (?:por favor|please)|necesito ayuda|ayudame|ayudenme",
            ),
        ),
        (
            Keyword.WHO_IS_THIS,
            (
                r"(?:who(?: is| are|s) (?:this|you|dis|it|texting(?: me)?)|who dis|who (?:r|are) u|who texted me"
                r"|who am i (?:talking|texting|speaking) (?:to|with)|(?:de parte )?de quien(?: es)?"
                r"|(?:con )?quien (?:es|eres|habla|escribe|sos)(?: usted)?)(?: \w+){0,4}",
                r"(?:is this|are you) (?:a )?(?:real|scam|spam|legit|bot|robot|computer|ai|an ai|human|a human|a person)"
                r"(?: \w+){0,3}|(?:es|eres) (?:un |una )?(?:robot|bot|ia|estafa|maquina|persona(?: real)?)",
                r"what is this(?: about| number)?|whats this(?: about)?|(?:de )?que (?:es|se trata) esto|de que se trata",
            ),
        ),
    )
)
_CARRIER = frozenset(
    "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT REMOVE START UNSTOP YES HELP INFO".split()
)
_ASKS_FOR = re.compile(
    r"\b(?:reply|answer|respond|text|type|responde|responda|contesta|conteste|escribe|escriba)"
    r"(?:\s+(?:with|back|us|me|con|the word|la palabra|please|either))*\s*:?\s*[\"'“‘]?"
    r"(?P<word>STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|START|UNSTOP|YES|HELP|INFO)\b",
    re.IGNORECASE,
)
_REACTION = re.compile(
    r"\s*(?:(?:Liked|Loved|Disliked|Laughed at|Emphasized|Questioned|Removed an? [\w ]+ from|Reacted \S+ to|Le gustó"
    r"|Le encantó|Reaccionó con \S+ a)\s+[“\"„«]|\S{1,8} (?:to|a) [“\"].*[”\"]\s*$)",
    re.DOTALL,
)
_SPANISH = re.compile(
    r"\b(parar|pare|paren|alto|cancelar|basta|detener|baja|empezar|iniciar|reanudar|ayuda|ayudame|ayudenme|necesito"
    r"|informacion|deje?n?|escrib\w+|mensajes|textos|no (?:me|nos|quiero|mas)|quit\w*me|borr\w*me|numero|equivoc\w+|soy"
    r"|quien|eres|por favor|vuelv\w+|aqui|que)\b"
)

# --- Segments -------------------------------------------------------------------------------------------------------

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t", " "),
        "…": "...",
        "•": "-",
        "×": "x",
    }
)


@dataclass(frozen=True, kw_only=True)
class Segments:
    """What a text costs: `count` segments in `encoding` (GSM-7 or UCS-2), using `units` of it."""

    encoding: str
    units: int
    count: int


def segments(text: str) -> Segments:
    """How many segments *text* is sent in: 160 septets alone or 153 in parts; with any other sign, 70 or 67."""
    if all(c in _GSM or c in _GSM_DOUBLE for c in text):
        widths, alone, part, encoding = [2 if c in _GSM_DOUBLE else 1 for c in text], 160, 153, "GSM-7"
    else:
        widths, alone, part, encoding = [len(c.encode("utf-16-be")) // 2 for c in text], 70, 67, "UCS-2"
    units = sum(widths)
    if units <= alone:
        return Segments(encoding=encoding, units=units, count=1 if text else 0)
    count, left = 1, part
    for width in widths:  # a sign of two units is never cut in two
        if width > left:
            count, left = count + 1, part
        left -= width
    return Segments(encoding=encoding, units=units, count=count)


def plain(text: str) -> str:
    """*text* with typographic quotes, dashes and blanks in their plain form; letters stay as the writer put them."""
    return text.translate(_PLAIN)


def gsm7(text: str) -> str:
    """*text* in GSM-7 alone, for our own wording: accents that it lacks are dropped, other signs left out."""
    out: list[str] = []
    for c in plain(text):
        if c in _GSM or c in _GSM_DOUBLE:
            out.append(c)
            continue
        out.append("".join(b for b in unicodedata.normalize("NFKD", c) if b in _GSM))
    return "".join(out)
