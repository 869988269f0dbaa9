// The text-message stage on the page: the same conversation that runs on the phone, answered here or there at will.

import { useEffect, useId, useRef, useState } from "react";
import { reloadIfStuck } from "./Outbox.jsx";
import { Refused, outboxOf } from "./outbox.js";
import { choicesOf, useTalk } from "./talk.js";

export function TextTalk({ application, stage, words, byText, onChanged }) {
  const id = useId();
  const { talk, problem, busy, begin, say, setProblem } = useTalk({ application, stage, words, onChanged, watch: 2000 });
  const box = useRef(null);
  const end = useRef(null);
  const finish = useRef(null);
  const [pending, setPending] = useState("");
  const draft = `milo-text-${application}-${stage}`;

  useEffect(() => {
    begin();
  }, [begin]);

  const count = talk?.turns.length ?? 0;
  useEffect(() => {
    if (count > 1) end.current?.scrollIntoView({ block: "nearest" });
  }, [count, pending]);

  const send = async (text, value) => {
    const said = String(text ?? "").trim();
    if (!said && value === undefined) return;
    setPending(said);
    const next = await say({ text: said, value: value ?? null, question_id: talk?.question?.id ?? null });
    setPending("");
    if (next && box.current) {
      box.current.value = "";
      localStorage.removeItem(draft);
      box.current.focus();
    }
  };

  const submit = async () => {
    finish.current.setAttribute("aria-busy", "true");
    try {
      await outboxOf(application).submit(stage);
      onChanged(application);
      reloadIfStuck(finish.current);
    } catch (error) {
      setProblem(error instanceof Refused ? Object.values(error.fields)[0] || error.message : words.submit_offline);
    } finally {
      finish.current?.removeAttribute("aria-busy");
    }
  };

  const question = talk?.question;
  const choices = choicesOf(talk, words);
  const closed = talk && ["finished", "time"].includes(talk.closed);

  return (
    <div className="stack">
      <div className="log" role="log" aria-live="polite" aria-label={words.log} tabIndex={0}>
        {(talk?.turns ?? []).map((turn) => (
          <p key={turn.id} className={turn.speaker === "candidate" ? "said said-mine" : "said"}>
            <span className="sr">{turn.speaker === "candidate" ? words.you : words.interviewer}: </span>
            {turn.text}
          </p>
        ))}
        {pending && <p className="said said-mine muted">{pending}</p>}
        <span ref={end} />
      </div>
      <p className="error" role="alert">
        {problem}
      </p>
      {closed ? (
        <div className="actions">
          <button ref={finish} type="button" className="btn btn-primary" onClick={submit}>
            {words.continue}
          </button>
        </div>
      ) : (
        talk && (
          <div className="stack-s" data-question={question?.id ?? "reply"} data-kind={question?.kind ?? "long_text"} data-turn="">
            {choices.length > 0 && (
              <div className="actions" role="group" aria-label={question?.text}>
                {choices.map((choice) => (
                  <button
                    key={choice.label}
                    type="button"
                    className="btn btn-secondary"
                    disabled={busy}
                    onClick={() => send(choice.label, question ? choice.value : undefined)}
                  >
                    {choice.label}
                  </button>
                ))}
              </div>
            )}
            <label className="label" htmlFor={`${id}-reply`}>
              {words.reply}
            </label>
            <textarea
              ref={box}
              id={`${id}-reply`}
              className="input"
              rows={2}
              maxLength={2000}
              defaultValue={localStorage.getItem(draft) || ""}
              onChange={(event) => localStorage.setItem(draft, event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
                  event.preventDefault();
                  send(event.target.value);
                }
              }}
            />
            <div className="actions">
              <button type="button" className="btn btn-primary" aria-busy={busy} disabled={busy} onClick={() => send(box.current.value)}>
                {words.send}
              </button>
              {byText && <span className="help">{words.or_phone}</span>}
            </div>
          </div>
        )
      )}
    </div>
  );
}
