"""What Milo texts back outside the interview itself: stop, help, who is this, where things stand.

Plain GSM-7 letters, short, and never a text that needs STOP, END, CANCEL, QUIT or YES as its answer.
"""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "stopped": (
        "You will get no more texts from us. Your application goes on by email and here: {link} "
        "Reply START to get texts again.",
        "No recibiras mas mensajes. Tu solicitud sigue por correo y aqui: {link} "
        "Responde START para recibirlos de nuevo.",
    ),
    "wrong_number": (
        "Sorry about that. We will not text this number again.",
        "Disculpa. No volveremos a escribir a este numero.",
    ),
    "help": (
        "{company}: interview messages, a few per application. Msg&data rates may apply. "
        "Your interview: {link} Reply STOP to opt out.",
        "{company}: mensajes sobre tu entrevista, unos pocos por solicitud. Pueden aplicarse tarifas. "
        "Tu entrevista: {link} Responde STOP para no recibir mas.",
    ),
    "who": (
        "This is {company}, an automated interviewer for the role {role}. A person makes every decision. "
        "Not you? Reply: wrong number. Details: {link}",
        "Somos {company}, una entrevista automatica para {role}. Una persona toma cada decision. "
        "No eres tu? Responde: numero equivocado. Detalles: {link}",
    ),
    "continue": (
        "Thanks for your message. The next step of your interview for {role} is here: {link}",
        "Gracias por tu mensaje. El siguiente paso de tu entrevista para {role} esta aqui: {link}",
    ),
    "over": (
        "Thanks for your message. Nothing more is needed by text. Where your application for {role} stands: {link}",
        "Gracias por tu mensaje. No hace falta nada mas por mensaje. El estado de tu solicitud para {role}: {link}",
    ),
}


def reply(name: str, language: str = "en", **facts: str) -> str:
    """The text of that name with its facts filled in. Raises KeyError for an unknown name."""
    english, spanish = _WORDS[name]
    return (spanish if language == "es" else english).format(**facts)
