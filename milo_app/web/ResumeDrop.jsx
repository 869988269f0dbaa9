// Where a resume is dropped, picked or pasted.

import { useId, useRef, useState } from "react";
import { Refused, call, outboxOf, upload } from "./outbox.js";

const LARGEST = 10 * 1024 * 1024;

export function ResumeDrop({ application, words, again, onChanged }) {
  const id = useId();
  const [over, setOver] = useState(false);
  const [progress, setProgress] = useState(null);
  const [problem, setProblem] = useState("");
  const [name, setName] = useState("");
  const [pasting, setPasting] = useState(false);
  const text = useRef(null);
  const draft = `milo-paste-${application}`;
  const base = `/api/candidate/applications/${application}`;

  const done = (reply) => {
    outboxOf(application);
    onChanged(application);
    return reply;
  };

  const refuse = (error) => setProblem(error instanceof Refused && error.message ? error.message : words.upload_failed);

  const send = async (file) => {
    if (!file) return;
    setProblem("");
    setName(file.name);
    if (file.size === 0) return setProblem(words.file_empty);
    if (file.size > LARGEST) return setProblem(words.file_large);
    setProgress(0);
    try {
      done(await upload(`${base}/resume?name=${encodeURIComponent(file.name)}`, file, setProgress));
    } catch (error) {
      refuse(error);
    } finally {
      setProgress(null);
    }
  };

  const paste = async () => {
    const value = text.current.value.trim();
    setProblem("");
    if (value.length < 40) return setProblem(words.paste_short);
    setProgress(0.5);
    try {
      done(await call(`${base}/resume/text`, { method: "POST", body: { text: value } }));
      localStorage.removeItem(draft);
    } catch (error) {
      refuse(error);
    } finally {
      setProgress(null);
    }
  };

  return (
    <div className="stack-s">
      <div
        className="drop"
        data-question="resume"
        data-kind="resume"
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          send(event.dataTransfer.files[0]);
        }}
      >
        <label className="label" htmlFor={`${id}-file`}>
          {again ? words.file_replace : words.file_choose}
        </label>
        <p className="help" id={`${id}-help`}>
          {words.file_kinds}
        </p>
        <input
          id={`${id}-file`}
          type="file"
          accept=".pdf,.docx,.txt,application/pdf,application/vnd.openxmlformats-officedocument.wordprocessingml.document,text/plain"
          aria-describedby={`${id}-help ${id}-problem`}
          onChange={(event) => {
            send(event.target.files[0]);
            event.target.value = "";
          }}
        />
        {progress !== null && (
          <p className="help">
            {name} <progress value={progress} max="1" aria-label={words.uploading} />
          </p>
        )}
        <p className="error" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      </div>
      {pasting ? (
        <div className="stack-s">
          <label className="label" htmlFor={`${id}-text`}>
            {words.paste_label}
          </label>
          <textarea
            ref={text}
            id={`${id}-text`}
            className="input"
            rows={10}
            autoFocus
            defaultValue={localStorage.getItem(draft) || ""}
            onChange={(event) => localStorage.setItem(draft, event.target.value)}
          />
          <div className="actions">
            <button type="button" className="btn btn-secondary" onClick={paste} aria-busy={progress !== null}>
              {words.paste_use}
            </button>
          </div>
        </div>
      ) : (
        <div className="actions">
          <button type="button" className="btn btn-quiet" onClick={() => setPasting(true)}>
            {words.paste}
          </button>
        </div>
      )}
    </div>
  );
}
