"""What Milo texts back outside the interview itself: stop, help, who is this, where things stand.

Plain GSM-7 letters, at most two segments, and never a text that needs STOP, END, CANCEL, QUIT or YES as its answer.
`{link}` is left for the sender to fill in, so that no personal link is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from milo_app.domain.keywords import gsm7
from milo_app.domain.records import ApplicationState

_WORDS: Mapping[str, tuple[str, str]] = {
    "stopped": (
        "You will get no more texts from us. Your application is not affected: it goes on by email and here: {link} "
        "Reply START to get texts again.",
        "No recibirás más textos. Tu solicitud no cambia: sigue por correo y aquí: {link} "
        "Responde START para recibirlos de nuevo.",
    ),
    "stopped_stranger": (
        "You will get no more texts from us. Reply START to get texts again.",
        "No recibirás más textos nuestros. Responde START para recibirlos de nuevo.",
    ),
    "started": (
        "You will get texts again. Reply HELP for help, STOP to end them.",
        "Recibirás textos de nuevo. Responde HELP para ayuda, STOP para no recibir más.",
    ),
    "wrong_number": (
        "Sorry about that, and thank you for telling us. We will not text this number again.",
        "Disculpa, y gracias por avisar. No volveremos a escribir a este número.",
    ),
    "help": (
        "{company}: texts about your job application, a few per week. Msg&data rates may apply. Help and contact: {link} "
        "Reply STOP to opt out.",
        "{company}: textos sobre tu solicitud de empleo, unos pocos por semana. Pueden aplicarse tarifas. Ayuda y "
        "contacto: {link} Responde STOP para no recibir más.",
    ),
    "who": (
        "This is Milo, an AI assistant that interviews for {company} about a job application. A person makes every "
        "decision. Not you? Reply: wrong number. Reply STOP to end texts.",
        "Soy Milo, una IA que entrevista para {company} por una solicitud de empleo. Una persona toma cada decisión. "
        "¿No eres tú? Responde: número equivocado. STOP para no recibir más.",
    ),
    "which": (
        "You have more than one interview with this number. Which one is this for? Reply with its code: {codes}. "
        "It stands in your invitation.",
        "Tienes más de una entrevista con este número. ¿Para cuál es esto? Responde con su código: {codes}. "
        "Está en tu invitación.",
    ),
    "stranger": (
        "This number is for interviews by invitation, and we do not know yours. If you applied, open the link in your "
        "email. Reply STOP to end texts.",
        "Este número es para entrevistas con invitación y no conocemos el tuyo. Si te postulaste, abre el enlace de tu "
        "correo. STOP para no recibir más.",
    ),
    "begin": (
        "Thanks for your reply! Your interview for {role} starts on your own page, where you can also ask for "
        "another format: {link}",
        "¡Gracias por responder! Tu entrevista para {role} empieza en tu página, donde también puedes pedir otro "
        "formato: {link}",
    ),
    "continue": (
        "Thanks for your message. The next step of your interview for {role} is here: {link}",
        "Gracias por tu mensaje. El siguiente paso de tu entrevista para {role} está aquí: {link}",
    ),
    "received": (
        "Thanks for your message. We have your answers for {role}, and nothing is needed right now. Where it stands: "
        "{link}",
        "Gracias por tu mensaje. Tenemos tus respuestas para {role} y ahora no hace falta nada. Cómo va: {link}",
    ),
    "over": (
        "Thanks for your message. Nothing more is needed by text. Where your application for {role} stands: {link}",
        "Gracias por tu mensaje. No hace falta nada más por texto. El estado de tu solicitud para {role}: {link}",
    ),
    "closed": (
        "Thanks for your message. The interview for {role} is closed now, so we cannot take answers by text. More on "
        "your page: {link}",
        "Gracias por tu mensaje. La entrevista para {role} ya cerró y no podemos recibir respuestas por texto. Más en "
        "tu página: {link}",
    ),
    "withdrawn": (
        "Thanks for your message. You withdrew your application for {role}, so nothing is needed. Changed your mind? "
        "{link}",
        "Gracias por tu mensaje. Retiraste tu solicitud para {role}, así que no hace falta nada. ¿Cambiaste de idea? "
        "{link}",
    ),
    "next": ("Your next step: {link}", "Tu siguiente paso: {link}"),
}

#: What to say, by the state of an application, to a text that is no answer to anything.
WHERE: Mapping[ApplicationState, str] = {
    ApplicationState.INVITED: "begin",
    ApplicationState.IN_PROGRESS: "continue",
    ApplicationState.EVALUATING: "received",
    ApplicationState.COMPLETED: "over",
    ApplicationState.DISQUALIFIED: "over",
    ApplicationState.WITHDRAWN: "withdrawn",
    ApplicationState.EXPIRED: "closed",
}


def reply(name: str, language: str = "en", **facts: str) -> str:
    """The text of that name with its facts filled in; `{link}` stays. Raises KeyError for an unknown name."""
    english, spanish = _WORDS[name]
    text = gsm7(spanish if language.startswith("es") else english)
    for fact, value in facts.items():
        text = text.replace(f"{{{fact}}}", _short(value))
    return text


def either(codes: Sequence[str], language: str) -> str:
    """*codes* as a choice: `K7QF or M3AP`."""
    joint = " o " if language.startswith("es") else " or "
    return joint.join((", ".join(codes[:-1]), codes[-1])) if len(codes) > 1 else "".join(codes)


def _short(value: str) -> str:
    """A name that leaves room for the rest of the text."""
    return value if len(value) <= 48 else f"{value[:45].rstrip()}..."
