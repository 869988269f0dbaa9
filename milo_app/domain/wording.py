"""What Milo says in an interview, in English and Spanish, for a text message, the browser and the phone.

One table: a key, the medium where that matters, both languages. A text message uses numbers to answer by, and never
needs STOP, END, CANCEL, QUIT or YES as a reply, since carriers act on these words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from milo_app.domain import values
from milo_app.domain.keywords import gsm7
from milo_app.domain.plan import Question, QuestionKind
from milo_app.domain.reading import labels


class Medium(StrEnum):
    """How an interview is led. `web` is the browser, spoken or typed."""

    SMS = "sms"
    WEB = "web"
    PHONE = "phone"


def say(key: str, language: str, medium: Medium, **facts: object) -> str:
    """The words for *key*. In a text message they are plain GSM-7, whatever *facts* bring along stays as it is."""
    english, spanish = _WORDS.get(f"{key}.{medium}") or _WORDS[key]
    words = spanish if language == "es" else english
    return (gsm7(words) if medium is Medium.SMS else words).format(**facts).strip()


def ask(question: Question, language: str, medium: Medium) -> str:
    """The question as it is put, with how to answer where that needs saying."""
    lines = [question.text.strip()]
    if question.help and medium is not Medium.PHONE:
        lines.append(question.help.strip())
    lines.append(hint(question, language, medium))
    return (
        "\n".join(line for line in lines if line) if medium is Medium.SMS else " ".join(filter(None, lines))
    )


def hint(question: Question, language: str, medium: Medium) -> str:
    """How to answer an exact question in this medium; empty for an open one."""
    unit = f" ({question.unit})" if question.unit else ""
    if question.kind is QuestionKind.SINGLE_CHOICE:
        names = labels(question.options)
        if medium is Medium.SMS:
            listed = "\n".join(f"{n} = {option}" for n, option in zip(names, question.options, strict=True))
            return say("hint_choice", language, medium, options=listed, range=_range(names, language))
        if medium is Medium.PHONE:
            listed = ", ".join(f"{n}: {option}" for n, option in enumerate(question.options, 1))
            return say("hint_choice", language, medium, options=listed)
        return say("hint_choice", language, medium, options=_listed(question.options, language))
    if question.kind is QuestionKind.YES_NO:
        return say("hint_yes_no", language, medium)
    if question.kind is QuestionKind.NUMBER:
        return say("hint_number", language, medium, unit=unit)
    return ""


def read_back(given: Sequence[tuple[Question, object]], language: str, medium: Medium, *, last: bool) -> str:
    """The exact answers said back for confirmation; *last* when nothing can be changed any more."""
    lines = [
        f"{n}. {question.text.strip()} {values.show(question, value, language)}"
        for n, (question, value) in enumerate(given, 1)
    ]
    key = "read_back_last" if last else "read_back"
    if medium is Medium.SMS:
        shown = "\n".join(lines)
        shown = gsm7(shown) if _is_plain(given) else shown
        return say(key, language, medium, answers=shown)
    spoken = " ".join(
        f"{question.text.strip()} {values.show(question, value, language)}." for question, value in given
    )
    return say(key, language, medium, answers=spoken)


def shown(question: Question, value: object, language: str, medium: Medium) -> str:
    """An answer as it is said back: `Si` for `Sí` in a text message, a recruiter's own words untouched."""
    text = values.show(question, value, language)
    return gsm7(text) if medium is Medium.SMS and question.kind is QuestionKind.YES_NO else text


def generic_follow_up(n: int, language: str, medium: Medium) -> str:
    """A follow-up for where neither the recruiter nor a model has written one; *n* counts from 0."""
    return say(f"more_{n % 3}", language, medium)


def _is_plain(given: Sequence[tuple[Question, object]]) -> bool:
    """Whether nothing but our own accents stands in the way of plain text (then they are dropped)."""
    texts = [question.text + "".join(question.options) for question, _ in given]
    return all(gsm7(text) == text for text in texts)


def _range(names: Sequence[str], language: str) -> str:
    joint = ("o" if language == "es" else "or") if len(names) == 2 else ("a" if language == "es" else "to")
    return f"{names[0]} {joint} {names[-1]}"


def _listed(options: Sequence[str], language: str) -> str:
    last = " o " if language == "es" else " or "
    return ", ".join(options[:-1]) + last + options[-1]


_WORDS: Mapping[str, tuple[str, str]] = {
    # Opening
    "hello": (
        "Hi{name}, I am {interviewer}, an AI interviewer for {company}. This is about the {title} role.",
        "Hola{name}, soy {interviewer}, una IA que entrevista para {company}. Se trata del puesto de {title}.",
    ),
    "hello.sms": (
        "Hi{name}, this is {interviewer}, an AI assistant for {company}, about the {title} role. HELP for help, "
        "STOP to end texts.",
        "Hola{name}, soy {interviewer}, una IA de {company}, por el puesto de {title}. HELP para ayuda, STOP para "
        "no recibir textos.",
    ),
    "outline": (
        "I have {count} questions, about {minutes} minutes. You can ask me to repeat, skip, pause, or pass you to a "
        "person at any time.",
        "Tengo {count} preguntas, unos {minutes} minutos. En cualquier momento puedes pedirme repetir, saltar, una "
        "pausa o hablar con una persona.",
    ),
    "hello.phone": (
        "Thank you. So this is about the {title} role at {company}.",
        "Gracias. Se trata entonces del puesto de {title} en {company}.",
    ),
    "outline.phone": (
        "I have {count} questions, about {minutes} minutes. You can ask me to repeat, skip, pause, or pass you to a "
        "person at any time. The star key repeats, zero asks for a person.",
        "Tengo {count} preguntas, unos {minutes} minutos. En cualquier momento puedes pedirme repetir, saltar, una "
        "pausa o hablar con una persona. La tecla asterisco repite y el cero pide una persona.",
    ),
    "outline.sms": (
        "I have {count} short questions. Answer at your own pace.",
        "Tengo {count} preguntas cortas. Responde a tu ritmo.",
    ),
    # How to answer
    "hint_yes_no": ("Please answer yes or no.", "Responde sí o no, por favor."),
    "hint_yes_no.sms": ("Reply 1 for Yes, 2 for No.", "Responde 1 para Sí, 2 para No."),
    "hint_yes_no.phone": (
        "Say yes or no, or press 1 for yes, 2 for no.",
        "Di sí o no, o pulsa 1 para sí, 2 para no.",
    ),
    "hint_choice.phone": (
        "Say one, or press its number. {options}.",
        "Di una opción o pulsa su número. {options}.",
    ),
    "hint_number.phone": (
        "Say one number{unit}, or type it and press the pound key.",
        "Di un solo número{unit}, o márcalo y pulsa la tecla numeral.",
    ),
    "hint_choice": ("Please choose one: {options}.", "Elige una opción: {options}."),
    "hint_choice.sms": (
        "{options}\nReply {range}.",
        "{options}\nResponde {range}.",
    ),
    "hint_number": ("Please give one number{unit}.", "Di un solo número{unit}, por favor."),
    "hint_number.sms": ("Reply with one number{unit}.", "Responde con un solo número{unit}."),
    # Along the way
    "noted": ("Noted: {value}.", "Anotado: {value}."),
    "noted_2": ("Noted: {value}. Reply 2 to change.", "Anotado: {value}. Responde 2 para cambiar."),
    "noted_word": (
        "Noted: {value}. Wrong? Reply CHANGE.",
        "Anotado: {value}. Si no es así, responde CAMBIAR.",
    ),
    "hi_back": ("Hi!", "¡Hola!"),
    "thanks": ("Thank you.", "Gracias."),
    "clarify": ("Sorry, I did not understand that. {hint}", "Perdón, no lo entendí. {hint}"),
    "clarify.sms": ("Sorry, I did not understand that.\n{hint}", "Perdón, no lo entendí.\n{hint}"),
    "clarify_spoken": (
        "I could not make out a clear answer. You can also tap or type it. {hint}",
        "No pude distinguir una respuesta clara. También puedes tocarla o escribirla. {hint}",
    ),
    "unread": (
        "Thank you. I am not sure I got that right, so a person will look at it.",
        "Gracias. No estoy seguro de haberlo entendido, así que una persona lo revisará.",
    ),
    "only_text": (
        "I can only read text here.",
        "Aquí solo puedo leer texto.",
    ),
    "in_words": (
        "Thanks! Please answer this one in words.",
        "Gracias. Responde a esta con palabras, por favor.",
    ),
    "more_0": (
        "Could you tell me a bit more, with one concrete example?",
        "¿Puedes contarme un poco más, con un ejemplo concreto?",
    ),
    "more_1": (
        "What did you do yourself, and how did it turn out?",
        "¿Qué hiciste tú, y cómo terminó?",
    ),
    "more_2": ("Is there anything you would like to add to that?", "¿Quieres añadir algo más a eso?"),
    "still_there": (
        "Take your time. When you are ready, just answer, or type if you prefer.",
        "Tómate tu tiempo. Cuando quieras, responde, o escribe si lo prefieres.",
    ),
    "still_there.phone": (
        "Are you still there? Take your time, and just answer when you are ready.",
        "¿Sigues ahí? Tómate tu tiempo y responde cuando quieras.",
    ),
    "moving_on": ("Let us go on.", "Sigamos."),
    "skipped": ("All right, we leave that one out.", "De acuerdo, dejamos esa."),
    "repeat": ("Sure.", "Claro."),
    "again": ("Of course, once more:", "Claro, una vez más:"),
    "no_more_tries": (
        "There is no further try for that answer. What you said is kept.",
        "No quedan más intentos para esa respuesta. Lo que dijiste está guardado.",
    ),
    "pause": (
        "Of course, take a break. Say or type “ready” when you want to go on.",
        "Por supuesto, haz una pausa. Di o escribe “listo” cuando quieras seguir.",
    ),
    "pause.phone": (
        "Of course, take a break. Say ready when you want to go on. If you need longer, just hang up: you can have "
        "yourself called again, and we go on at this question.",
        "Por supuesto, haz una pausa. Di listo cuando quieras seguir. Si necesitas más tiempo, cuelga: puedes pedir "
        "otra llamada y seguimos en esta pregunta.",
    ),
    "pause.sms": (
        "Of course, take a break. Just answer when you are ready.",
        "Por supuesto, haz una pausa. Responde cuando quieras.",
    ),
    "human": (
        "I have noted that you would like to talk to a person, and the team will see it. You can go on here "
        "meanwhile, or leave it at that.",
        "He anotado que quieres hablar con una persona, y el equipo lo verá. Mientras tanto puedes seguir aquí o "
        "dejarlo así.",
    ),
    "web.sms": (
        "You can go on in the browser, at the same place:",
        "Puedes seguir en el navegador, en el mismo lugar:",
    ),
    "web": (
        "You can go on in the browser with the link from your invitation, at the same place.",
        "Puedes seguir en el navegador con el enlace de tu invitación, en el mismo lugar.",
    ),
    "call": (
        "I have noted that you would like a call. Meanwhile you can go on here.",
        "He anotado que prefieres una llamada. Mientras tanto puedes seguir aquí.",
    ),
    "deferred": (
        "I do not know that. I have noted your question for the team.",
        "Eso no lo sé. He anotado tu pregunta para el equipo.",
    ),
    "back_to": ("Back to my question:", "Volvamos a mi pregunta:"),
    "welcome_back": ("Welcome back.", "Qué bueno que sigues."),
    "wrap_up": (
        "We are nearly out of time, so I will keep the rest short.",
        "Casi se acaba el tiempo, así que el resto será breve.",
    ),
    # Reading back
    "read_back": (
        "Let me read back what I noted. {answers} Is that right?",
        "Repito lo que anoté. {answers} ¿Es correcto?",
    ),
    "read_back.sms": (
        "You said:\n{answers}\nReply 1 to confirm, 2 to change.",
        "Dijiste:\n{answers}\nResponde 1 para confirmar, 2 para cambiar.",
    ),
    "read_back_last": (
        "Now I have: {answers} Is that right?",
        "Ahora tengo: {answers} ¿Es correcto?",
    ),
    "read_back_last.sms": (
        "Now I have:\n{answers}\nReply 1 if this is right, 2 if not.",
        "Ahora tengo:\n{answers}\nResponde 1 si es correcto, 2 si no.",
    ),
    "confirm_again": ("Please say yes or no: is that right?", "Di sí o no, por favor: ¿es correcto?"),
    "read_back.phone": (
        "Let me read back what I noted. {answers} Is that right? Press 1 for yes, 2 for no.",
        "Repito lo que anoté. {answers} ¿Es correcto? Pulsa 1 para sí, 2 para no.",
    ),
    "clarify_spoken.phone": (
        "I could not make out a clear answer. {hint}",
        "No pude distinguir una respuesta clara. {hint}",
    ),
    "confirm_again.sms": (
        "Please reply 1 if your answers are right, or 2 if not.",
        "Responde 1 si tus respuestas son correctas, o 2 si no.",
    ),
    "pick": (
        "Which one shall we change? Say its number, 1 to {last}.",
        "¿Cuál cambiamos? Di su número, del 1 al {last}.",
    ),
    "pick.sms": (
        "Which one would you like to change? Reply 1 to {last}.",
        "Cuál quieres cambiar? Responde del 1 al {last}.",
    ),
    "not_confirmed": (
        "Thank you. A person will look at these answers.",
        "Gracias. Una persona revisará estas respuestas.",
    ),
    # On the phone, around the interview itself
    "call_hello": (
        "Hello{name}. This is {interviewer}, an AI interviewer, calling for {company} as you asked.",
        "Hola{name}. Soy {interviewer}, una IA que entrevista, y llamo de parte de {company} como pediste.",
    ),
    "call_welcome": (
        "Hello. This is {interviewer}, an AI interviewer for {company}.",
        "Hola. Soy {interviewer}, una IA que entrevista para {company}.",
    ),
    "call_go_on": (
        "Let us go on where we were.",
        "Sigamos donde estábamos.",
    ),
    "call_consent_again": (
        "Sorry, I need a clear answer: is that all right? Say yes or press 1, say no or press 2.",
        "Perdón, necesito una respuesta clara: ¿estás de acuerdo? Di sí o pulsa 1, di no o pulsa 2.",
    ),
    "call_refused": (
        "All right, then nothing is kept of this call. Your link lets you write your answers instead, and you can "
        "ask there for a person. Goodbye.",
        "De acuerdo, no se guarda nada de esta llamada. Con tu enlace puedes escribir tus respuestas y pedir una "
        "persona. Adiós.",
    ),
    "call_wrong": (
        "Sorry about that. We will not call this number again. Goodbye.",
        "Disculpa. No volveremos a llamar a este número. Adiós.",
    ),
    "call_pause_over": (
        "I hang up now, so that you need not hold on. Everything is saved. Goodbye.",
        "Cuelgo ahora para que no tengas que esperar. Todo está guardado. Adiós.",
    ),
    "call_no_key": ("That key means nothing here.", "Esa tecla no significa nada aquí."),
    "call_over": (
        "Everything here is answered, thank you. Your link shows what comes next. Goodbye.",
        "Aquí ya está todo respondido, gracias. Tu enlace muestra qué sigue. Adiós.",
    ),
    # Closing
    "close": (
        "That was my last question. Thank you{name}, everything is saved.",
        "Esa fue mi última pregunta. Gracias{name}, todo está guardado.",
    ),
    "close_time": (
        "That is all the time we have. Thank you{name}, everything you said is saved.",
        "Se acabó nuestro tiempo. Gracias{name}, todo lo que dijiste está guardado.",
    ),
    "close_stopped.sms": (
        "All right, we stop here. Everything is saved. Text me when you want to go on, or use your link:",
        "De acuerdo, paramos aquí. Todo está guardado. Escríbeme cuando quieras seguir, o usa tu enlace:",
    ),
    "close_stopped": (
        "All right, we stop here. Everything is saved, and you can go on with your link at any time.",
        "De acuerdo, paramos aquí. Todo está guardado y puedes seguir con tu enlace cuando quieras.",
    ),
    "closed": (
        "You have answered everything here, thank you. Your link shows what comes next.",
        "Ya respondiste todo aquí, gracias. Tu enlace muestra qué sigue.",
    ),
}
