// One question to practise on: heard back at once, kept nowhere, gone with the page.

import { useEffect, useRef, useState } from "react";

const LONGEST = 20_000; // ms

export function Practice({ stream, words }) {
  const [state, setState] = useState("idle");
  const [url, setUrl] = useState("");
  const media = useRef(null);

  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  useEffect(() => () => media.current?.state === "recording" && media.current.stop(), []);

  const begin = () => {
    const pieces = [];
    const made = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
    made.ondataavailable = (event) => pieces.push(event.data);
    made.onstop = () => {
      setUrl(URL.createObjectURL(new Blob(pieces, { type: made.mimeType })));
      setState("heard");
    };
    media.current = made;
    made.start();
    setState("on");
    setTimeout(() => made.state === "recording" && made.stop(), LONGEST);
  };

  return (
    <div className="stack-s">
      <p>
        <strong>{words.practice_title}</strong> {words.practice}
      </p>
      {state === "heard" && <audio src={url} controls className="w-full" aria-label={words.practice_heard} />}
      <div className="actions">
        {state === "on" ? (
          <button type="button" className="btn btn-secondary" onClick={() => media.current.stop()}>
            {words.practice_stop}
          </button>
        ) : (
          <button type="button" className="btn btn-secondary" onClick={begin}>
            {state === "heard" ? words.practice_again : words.practice_start}
          </button>
        )}
        <span role="status" className="help">
          {state === "on" ? words.practice_on : ""}
        </span>
      </div>
    </div>
  );
}
