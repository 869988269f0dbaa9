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

/** Whether this is recorded, and how long is left (`seconds`, null for no limit). */
export function RoomHead({ words, recording, video, seconds }) {
  const minutes = seconds == null ? null : Math.max(0, Math.ceil(seconds / 60));
  return (
    <div className="spread">
      <span role="status">{recording && <span className="rec">{video ? words.recording_video : words.recording}</span>}</span>
      <span className="help" role="timer">
        {minutes !== null && words.left.replace("{n}", minutes)}
      </span>
    </div>
  );
}

/** What goes wrong around the talk, said calmly; `onMend` asks for the microphone once more. */
export function Troubles({ words, told, trouble, offline, recording, onMend }) {
  return (
    <>
      {told && <p className="notice notice-warn">{told}</p>}
      <p role="status" aria-live="polite" className={trouble ? "notice notice-warn" : "sr"}>
        {trouble}
      </p>
      <p role="status" aria-live="polite" className={offline ? "notice" : "sr"}>
        {offline ? (recording ? words.offline_recording : words.offline_typing) : ""}
      </p>
      {trouble && onMend && (
        <div className="actions">
          <button type="button" className="btn btn-secondary" onClick={onMend}>
            {words.mend}
          </button>
        </div>
      )}
    </>
  );
}

/** A second try at the answer given last, where there is one. */
export function LastAgain({ talk, words, busy, onClick }) {
  if (!talk?.last_again) return null;
  return (
    <details>
      <summary>{words.last_again}</summary>
      <div className="stack-s">
        <p>{talk.last_question}</p>
        <p className="help">{words.last_again_text}</p>
        <div className="actions">
          <button type="button" className="btn btn-secondary" disabled={busy} onClick={onClick}>
            {words.last_again_button}
          </button>
        </div>
      </div>
    </details>
  );
}
