"""The words a candidate agrees to. What is recorded is their version and hash, so that anyone can prove later what
was shown. A changed word needs a new version; the old text stays in the history of this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A text to be agreed to: a heading, its points in order, and the sentence that goes with the button or box."""

    version: str
    language: str
    title: str
    points: tuple[str, ...]
    agree: str

    @property
    def text(self) -> str:
        """The whole of it as plain text, one point a line; this is what is hashed."""
        return "\n".join((self.title, *self.points, self.agree))

    @property
    def hash(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def interview(language: str = "en", *, video: bool = False) -> Notice:
    """What is recorded, what the AI does and who decides. *video* says that the camera may be used."""
    words = _INTERVIEW.get(language, _INTERVIEW["en"])
    recorded = words.video if video else words.sound
    return Notice(
        version=f"interview-{'video' if video else 'audio'}-2-{words.language}",
        language=words.language,
        title=words.title,
        points=(recorded, *words.points),
        agree=words.agree,
    )


def call(language: str = "en", *, recorded: bool = False) -> Notice:
    """What a caller is told and asked at the beginning of a call; *recorded* says that its sound is kept too."""
    words = _CALL.get(language, _CALL["en"])
    kept = words.video if recorded else words.sound
    return Notice(
        version=f"call-{'recorded' if recorded else 'written'}-1-{words.language}",
        language=words.language,
        title=words.title,
        points=(kept, *words.points),
        agree=words.agree,
    )


def asked_call(language: str = "en") -> Notice:
    """Agreement to be called by an automatic voice: by the person's own press or word, about this application."""
    return _ASKED_CALL.get(language, _ASKED_CALL["en"])


def sms(language: str = "en") -> Notice:
    """Agreement to text messages: freely given, about this application, ended by STOP. Never a condition."""
    return _SMS.get(language, _SMS["en"])


def sms_attested() -> Notice:
    """What a recruiter vouches for who adds a candidate with "they agreed to texts": the candidate saw other words."""
    return _SMS_ATTESTED


@dataclass(frozen=True, kw_only=True)
class _Words:
    language: str
    title: str
    sound: str
    video: str
    points: tuple[str, ...]
    agree: str


_INTERVIEW: Mapping[str, _Words] = {
    "en": _Words(
        language="en",
        title="Before you start",
        sound="We keep what you write and upload. If you choose to speak, your voice is recorded; you can always type.",
        video="We keep what you write and upload. If you choose to speak, your voice and, if you turn your camera on, "
        "video are recorded; you can always type.",
        points=(
            "An AI asks the questions and may follow up on what you say.",
            "The AI compares the words of your answers and resume with what the job needs and suggests scores, each "
            "with a quote from you. It does not judge your face, voice, accent, mood, age, gender, name, photo or "
            "address.",
            "People at the company read the result and decide. A required answer that you do not meet can end the "
            "interview by a fixed rule; you can then ask for a person to review it.",
            "We note when you leave the page, paste text, or wait long before answering. People see this as facts; it "
            "never changes a score, and it is off if you ask for more time or another way to answer.",
            "You can refuse the AI and ask for a person, ask for more time or another format, see, download or erase "
            "your data, and withdraw at any time.",
        ),
        agree="I have read this and agree to be interviewed and scored this way.",
    ),
    "es": _Words(
        language="es",
        title="Antes de empezar",
        sound="Guardamos lo que escribes y subes. Si eliges hablar, se graba tu voz; siempre puedes escribir.",
        video="Guardamos lo que escribes y subes. Si eliges hablar, se graban tu voz y, si enciendes la cámara, "
        "vídeo; siempre puedes escribir.",
        points=(
            "Una IA hace las preguntas y puede pedir más detalles sobre lo que dices.",
            "La IA compara las palabras de tus respuestas y de tu currículum con lo que el puesto necesita y propone "
            "puntuaciones, cada una con una cita tuya. No juzga tu cara, voz, acento, ánimo, edad, género, nombre, "
            "foto ni dirección.",
            "Personas de la empresa leen el resultado y deciden. Una respuesta obligatoria que no cumples puede "
            "terminar la entrevista por una regla fija; entonces puedes pedir que una persona la revise.",
            "Anotamos si sales de la página, pegas texto o tardas mucho en empezar a responder. Las personas lo ven como "
            "hechos; nunca cambia una puntuación, y no se anota si pides más tiempo u otra forma de responder.",
            "Puedes rechazar la IA y pedir una persona, pedir más tiempo u otro formato, ver, descargar o borrar tus "
            "datos, y retirarte en cualquier momento.",
        ),
        agree="He leído esto y acepto que me entrevisten y puntúen así.",
    ),
}

_CALL: Mapping[str, _Words] = {
    "en": _Words(
        language="en",
        title="Before we begin:",
        sound="what you say is written down.",
        video="this call is recorded, and what you say is written down.",
        points=(
            "An AI compares your words with what the job needs and suggests scores; people at the company read them "
            "and decide.",
        ),
        agree="Is that all right? Say yes or press 1, say no or press 2.",
    ),
    "es": _Words(
        language="es",
        title="Antes de empezar:",
        sound="lo que dices se transcribe.",
        video="esta llamada se graba y lo que dices se transcribe.",
        points=(
            "Una IA compara tus palabras con lo que el puesto necesita y propone puntuaciones; personas de la "
            "empresa las leen y deciden.",
        ),
        agree="¿Estás de acuerdo? Di sí o pulsa 1, di no o pulsa 2.",
    ),
}

_ASKED_CALL: Mapping[str, Notice] = {
    "en": Notice(
        version="asked-call-1-en",
        language="en",
        title="A call",
        points=(
            "An AI with an artificial voice calls you about this application, at the number shown.",
            "You can hang up at any time and go on here or by another call.",
        ),
        agree="Call me for this interview.",
    ),
    "es": Notice(
        version="asked-call-1-es",
        language="es",
        title="Una llamada",
        points=(
            "Una IA con voz artificial te llama por esta solicitud, al número indicado.",
            "Puedes colgar cuando quieras y seguir aquí o con otra llamada.",
        ),
        agree="Llámame para esta entrevista.",
    ),
}

_SMS_ATTESTED = Notice(
    version="sms-attested-1",
    language="en",
    title="Text messages, agreed to elsewhere",
    points=(
        "Whoever added this candidate vouches that they agreed to automated text messages about their application,",
        "freely and not as a condition, on the number given here.",
    ),
    agree="They agreed to get text messages.",
)

_SMS: Mapping[str, Notice] = {
    "en": Notice(
        version="sms-1-en",
        language="en",
        title="Text messages",
        points=(
            "Automated text messages about this application: the link, interview questions, reminders.",
            "Up to 10 messages a week, more while you answer. Message and data rates may apply.",
            "Reply STOP to end them, HELP for help. You can apply without text messages.",
        ),
        agree="Send me text messages about this application.",
    ),
    "es": Notice(
        version="sms-1-es",
        language="es",
        title="Mensajes de texto",
        points=(
            "Mensajes de texto automáticos sobre esta solicitud: el enlace, preguntas de la entrevista, recordatorios.",
            "Hasta 10 mensajes por semana, más mientras respondes. Pueden aplicarse tarifas de mensajes y datos.",
            "Responde STOP para terminarlos, HELP para ayuda. Puedes postularte sin mensajes de texto.",
        ),
        agree="Quiero recibir mensajes de texto sobre esta solicitud.",
    ),
}
