// What every spoken interview shows, whoever carries the sound: the captions, the break, the end.

import { useRef } from "react";

/** What was said since the candidate last spoke, as captions; the newest of it is the heading. */
export function Caption({ shown, words, heading }) {
  const { since, closed, question, caption } = shown;
  return (
    <>
      <div className="stack-s" aria-live="polite">
        {since.slice(0, -1).map((turn) => (
          <p key={turn.id} className="whitespace-pre-line">
            {turn.text}
          </p>
        ))}
        <h1 ref={heading} tabIndex={-1} className="caption">
          {since.at(-1)?.text ?? (closed ? words.over : words.one_moment)}
        </h1>
      </div>
      {question && !closed && !caption.includes(question.text) && <p className="muted">{question.text}</p>}
      {question?.help && !closed && <p className="help">{question.help}</p>}
    </>
  );
}

/** A break: nothing is recorded, no time runs. */
export function Resting({ words, onBack }) {
  return (
    <section className="stack" aria-labelledby="rest">
      <h1 id="rest" tabIndex={-1} ref={(node) => node?.focus()}>
        {words.paused}
      </h1>
      <p>{words.paused_text}</p>
      <div className="actions">
        <button type="button" className="btn btn-primary" onClick={onBack}>
          {words.continue}
        </button>
      </div>
    </section>
  );
}

/** After the last question: hand it in. `onFinish` gets the pressed button. */
export function Closing({ words, ending, onFinish, children }) {
  const button = useRef(null);
  return (
    <div className="stack-s">
      <p className="muted">{words.finish_text}</p>
      {children}
      <div className="actions">
        <button ref={button} type="button" className="btn btn-primary" onClick={() => onFinish(button.current)} aria-busy={ending} disabled={ending}>
          {words.finish}
        </button>
      </div>
    </div>
  );
}
