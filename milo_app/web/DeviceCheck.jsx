// Before the talk: how to answer, and whether camera and microphone work. Nothing is recorded here.

import { useEffect, useId, useRef, useState } from "react";
import { InApp, OnPhone } from "./Elsewhere.jsx";
import { Meter } from "./Meter.jsx";
import { Practice } from "./Practice.jsx";
import { inApp } from "./media.js";
import { call } from "./outbox.js";
import { canRecord } from "./recorder.js";
import { canSpeak, speak } from "./speech.js";

/** `media` is what `useStream` gives; `onReady` is called once the chosen way of answering works. */
export function DeviceCheck({ application, words, video, minors, minutes, untimed, qr, link, media, onReady }) {
  const { stream, mode, setMode, told, setTold, open } = media;
  const id = useId();
  const view = useRef(null);
  const [asking, setAsking] = useState(false);
  const [heard, setHeard] = useState(false);
  const [adult, setAdult] = useState(false);

  useEffect(() => {
    if (view.current && stream && mode === "video") view.current.srcObject = stream;
  }, [stream, mode]);

  const modes = [
    ...(video ? [["video", words.mode_video, words.size.replace("{n}", Math.round(minutes * 4))]] : []),
    ["audio", words.mode_audio, words.size.replace("{n}", Math.max(1, Math.round(minutes * 0.35)))],
    ["typed", words.mode_typed, words.no_recording],
  ];
  const ready = mode === "typed" || stream;

  const next = async () => {
    if (ready) return onReady();
    setAsking(true);
    let wanted = mode;
    if (mode === "video" && !minors) {
      try {
        if (!adult) throw new TypeError("not told");
        await call(`/api/candidate/applications/${application}/age`, { method: "POST", body: { adult: true } });
      } catch {
        wanted = "audio";
        setMode(wanted);
      }
    }
    await open(wanted);
    if (wanted !== mode) setTold(words.adults_only);
    setAsking(false);
    return undefined;
  };
  const choose = (value) => {
    setMode(value);
    // A camera is asked for again, since it waits for the box about one's age.
    if (stream || value === "typed") open(value === "video" ? "typed" : value);
  };

  return (
    <>
      <div className="stack-s">
        <h1 tabIndex={-1}>{words.devices_title}</h1>
        <p className="muted">{words.devices_text}</p>
      </div>
      {untimed && <p className="notice">{words.untimed}</p>}
      {inApp() && <InApp words={words} link={link} />}
      <fieldset className="stack-s">
        <legend className="label">{words.mode_legend}</legend>
        {modes.map(([value, label, note]) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name={`${id}-mode`}
              value={value}
              checked={mode === value}
              disabled={value !== "typed" && !canRecord()}
              onChange={() => choose(value)}
            />
            <span>
              {label}
              <br />
              <span className="help">{note}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {video && !minors && mode === "video" && !stream && (
        <label className="check">
          <input type="checkbox" checked={adult} onChange={(event) => setAdult(event.target.checked)} />
          <span>
            {words.adult}
            <br />
            <span className="help">{words.adult_help}</span>
          </span>
        </label>
      )}
      <p role="status" aria-live="polite" className={told ? "notice notice-warn" : "sr"}>
        {told}
      </p>
      {stream && (
        <section className="card stack-s" aria-label={words.check}>
          {mode === "video" && <video ref={view} className="view" autoPlay muted playsInline aria-label={words.your_picture} />}
          <Meter stream={stream} label={words.meter} onSound={() => setHeard(true)} />
          <p role="status" className="help">
            {heard ? words.heard : words.say_something}
          </p>
          <Practice stream={stream} words={words} />
        </section>
      )}
      <div className="actions">
        <button type="button" className="btn btn-primary" onClick={next} aria-busy={asking}>
          {words.continue}
        </button>
        {canSpeak() && (
          <button type="button" className="btn btn-quiet" onClick={() => speak(words.sound_test, words.language)}>
            {words.test_sound}
          </button>
        )}
      </div>
      {!ready && mode !== "typed" && <p className="help">{words.will_ask}</p>}
      <OnPhone words={words} qr={qr} wanted={video} />
    </>
  );
}
