// The open question's place on the page. `[data-question]` stands around one labelled native control whatever the way
// of answering; where the answer is spoken, "Type instead" brings the field. What was typed before is kept.

import { useId, useRef, useState } from "react";
import { choicesOf } from "./talk.js";

/**
 * One answer to what is open in `talk`. `spoken` says that the answer is being heard, `give` hands it over and resolves
 * to the talk as it goes on (null where that failed), `canSpeak` that speaking is possible at all.
 */
export function AnswerBox({ talk, spoken, setTyping, canSpeak, busy, words, give, application, children }) {
  const question = talk.question;
  const choices = choicesOf(talk, words);
  const kind = question?.kind ?? (choices.length ? "yes_no" : "long_text");
  const shared = { talk, busy, words, give, application };
  return (
    <div className="stack-s" data-question={question?.id ?? "reply"} data-kind={kind} data-turn="">
      {choices.length ? (
        <Choices {...shared} choices={choices} />
      ) : kind === "number" ? (
        <Figure {...shared} />
      ) : (
        <>
          {spoken ? <Speaking busy={busy} words={words} give={give} /> : <Typing {...shared} />}
          {canSpeak && (
            <div className="actions">
              <button type="button" className={spoken ? "btn btn-secondary" : "btn btn-quiet"} onClick={() => setTyping(spoken)}>
                {spoken ? words.type_instead : words.speak_instead}
              </button>
            </div>
          )}
        </>
      )}
      {children}
    </div>
  );
}

function Choices({ talk, choices, busy, words, give }) {
  const id = useId();
  const chosen = useRef(null);
  const [error, setError] = useState("");
  const submit = () => {
    if (!chosen.current) return setError(words.required);
    const { label, value } = chosen.current;
    return give({ text: label, value: talk.question ? value : null });
  };
  return (
    <>
      <fieldset className="stack-s">
        <legend className="sr">{talk.question?.text ?? words.is_right}</legend>
        {choices.map((choice) => (
          <label key={choice.label} className="choice">
            <input type="radio" name={`${id}-choice`} value={String(choice.value)} onChange={() => (chosen.current = choice)} />
            <span>{choice.label}</span>
          </label>
        ))}
      </fieldset>
      <Hand error={error} name={words.continue} busy={busy} onClick={submit} />
    </>
  );
}

function Figure({ talk, busy, words, give }) {
  const id = useId();
  const box = useRef(null);
  const [error, setError] = useState("");
  const unit = talk.question.unit;
  const submit = () => {
    const input = box.current;
    if (input.value === "" || input.validity.badInput) return setError(words.unreadable);
    return give({ text: [input.value, unit].filter(Boolean).join(" "), value: Number(input.value) });
  };
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {words.your_answer} {unit && <span className="optional">({unit})</span>}
      </label>
      <input ref={box} id={id} className="input" type="number" step="any" inputMode="decimal" onKeyDown={(event) => event.key === "Enter" && submit()} />
      <Hand error={error} name={words.continue} busy={busy} onClick={submit} />
    </div>
  );
}

function Typing({ talk, busy, words, give, application }) {
  const id = useId();
  const box = useRef(null);
  const [error, setError] = useState("");
  const draft = `milo-talk-${application}-${talk.question?.id ?? "reply"}`;
  const send = async () => {
    const text = box.current.value.trim();
    if (!text) return setError(words.required);
    setError("");
    if (await give({ text, transcribed: true })) localStorage.removeItem(draft);
    return undefined;
  };
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {words.your_answer}
      </label>
      <textarea
        ref={box}
        id={id}
        className="input"
        rows={6}
        maxLength={10_000}
        defaultValue={localStorage.getItem(draft) || ""}
        onChange={(event) => localStorage.setItem(draft, event.target.value)}
      />
      <Hand error={error} name={words.send} busy={busy} onClick={send} />
    </div>
  );
}

function Speaking({ busy, words, give }) {
  return (
    <>
      <p className="muted">{words.speak_now}</p>
      <Hand name={words.continue} busy={busy} onClick={() => give({ text: "", transcribed: false })} />
    </>
  );
}

function Hand({ error, name, busy, onClick }) {
  return (
    <>
      <p className="error" role="alert">
        {error}
      </p>
      <div className="actions">
        <button type="button" className="btn btn-primary" disabled={busy} aria-busy={busy} onClick={onClick}>
          {name}
        </button>
      </div>
    </>
  );
}
