// Taking the interview by phone: asking for a call now or at a time, and what becomes of it.

import { useCallback, useEffect, useId, useRef, useState } from "react";
import { Refused, call, freshKey } from "./outbox.js";

const ACTIVE = ["ringing", "talking"];

export function CallMe({ application, words, onChanged }) {
  const id = useId();
  const base = `/api/candidate/applications/${application}/calls`;
  const [shown, setShown] = useState(null);
  const [problem, setProblem] = useState({});
  const [busy, setBusy] = useState(false);
  const [other, setOther] = useState(false);
  const at = useRef(null);
  const number = useRef(null);
  const state = useRef("");
  // The same press gives the same call, however often it has to be sent.
  const key = useRef(freshKey());

  const take = useCallback(
    (next) => {
      const ended = state.current === "talking" && next.state === "over";
      state.current = next.state;
      setShown(next);
      if (ended) onChanged(application);
    },
    [application, onChanged],
  );

  const look = useCallback(() => call(base).then(take, () => {}), [base, take]);

  useEffect(() => {
    look();
    const timer = setInterval(() => {
      const soon = ACTIVE.includes(state.current) || state.current === "waiting";
      if (soon && document.visibilityState === "visible") look();
    }, 2500);
    return () => clearInterval(timer);
  }, [look]);

  const send = async (method, body) => {
    setBusy(true);
    setProblem({});
    try {
      take(await call(base, { method, body }));
      key.current = freshKey();
      setOther(false);
    } catch (error) {
      if (error instanceof Refused) setProblem(Object.keys(error.fields).length ? error.fields : { all: error.message });
      else setProblem({ all: words.offline });
    } finally {
      setBusy(false);
    }
  };

  const ask = (when) => send("POST", { key: key.current, at: when, number: number.current?.value ?? "" });
  const then = () => {
    if (at.current.value) ask(new Date(at.current.value).toISOString());
    else setProblem({ at: words.call_when });
  };

  if (!shown || (!shown.offered && !ACTIVE.includes(shown.state))) return null;
  const waiting = shown.state === "waiting";
  const missed = shown.state === "over" && ["busy", "no-answer", "failed", "canceled", "voicemail"].includes(shown.why);
  const typed = other || !shown.number;
  return (
    <details className="call-me" open={waiting || ACTIVE.includes(shown.state) || missed || undefined}>
      <summary>{words.call_title}</summary>
      <div className="stack-s" data-call={shown.state || "none"}>
        <p role="status">
          {shown.state === "talking" && words.call_talking}
          {shown.state === "ringing" && words.call_ringing}
          {waiting && (shown.at ? words.call_at.replace("{when}", new Date(shown.at).toLocaleString(words.language, { dateStyle: "full", timeStyle: "short" })) : words.call_ringing)}
          {missed && words.call_missed}
        </p>
        {!ACTIVE.includes(shown.state) && (!waiting || shown.at) && (
          <>
            {shown.notice.map((point) => (
              <p key={point} className="help">
                {point}
              </p>
            ))}
            {typed ? (
              <div className="stack-s">
                <label className="label" htmlFor={`${id}-number`}>
                  {words.call_number}
                </label>
                <input ref={number} id={`${id}-number`} className="input" type="tel" autoComplete="tel" aria-invalid={Boolean(problem.number)} aria-describedby={`${id}-number-problem`} />
                <p id={`${id}-number-problem`} className="error">
                  {problem.number}
                </p>
              </div>
            ) : (
              <p>
                {words.call_to.replace("{number}", shown.number)}{" "}
                <button type="button" className="btn btn-quiet" onClick={() => setOther(true)}>
                  {words.call_other}
                </button>
              </p>
            )}
            <div className="actions">
              <button type="button" className="btn btn-secondary" disabled={busy} onClick={() => ask(null)}>
                {words.call_now}
              </button>
              {waiting && (
                <button type="button" className="btn btn-quiet" disabled={busy} onClick={() => send("DELETE")}>
                  {words.call_off}
                </button>
              )}
            </div>
            <div className="stack-s">
              <label className="label" htmlFor={`${id}-at`}>
                {words.call_later}
              </label>
              <input ref={at} id={`${id}-at`} className="input" type="datetime-local" aria-invalid={Boolean(problem.at)} aria-describedby={`${id}-at-problem`} />
              <p id={`${id}-at-problem`} className="error">
                {problem.at}
              </p>
              <div className="actions">
                <button type="button" className="btn btn-quiet" disabled={busy} onClick={then}>
                  {words.call_then}
                </button>
              </div>
            </div>
            {shown.dial && (
              <p className="help">{words.call_us.replace("{number}", shown.dial).replace("{code}", shown.code)}</p>
            )}
          </>
        )}
        <p className="error" role="alert">
          {problem.all}
        </p>
      </div>
    </details>
  );
}
