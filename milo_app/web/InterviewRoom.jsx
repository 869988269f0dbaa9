// The spoken interview: check the devices, then one question at a time, asked aloud and in writing, answered aloud,
// typed, or by a press. Typing is always possible, and nothing depends on a camera or a microphone.

import { useCallback, useEffect, useId, useRef, useState } from "react";
import { Meter } from "./Meter.jsx";
import { reloadIfStuck } from "./Outbox.jsx";
import { Refused, outboxOf } from "./outbox.js";
import { Recorder, canRecord } from "./recorder.js";
import { canSpeak, speak, stop as hush } from "./speech.js";
import { choicesOf, useTalk } from "./talk.js";

const SILENCE = 25_000; // ms without a sound before the interviewer asks whether one is still there
const mainOf = (node) => node?.closest("main");

export function InterviewRoom(props) {
  const { application, words, video, typed } = props;
  const [phase, setPhase] = useState("devices");
  const [mode, setMode] = useState(typed || !canRecord() ? "typed" : video ? "video" : "audio");
  const [stream, setStream] = useState(null);
  const [told, setTold] = useState("");
  const root = useRef(null);

  useEffect(() => {
    const main = mainOf(root.current);
    if (main) main.dataset.screen = phase;
    const heading = root.current?.querySelector("h1");
    heading?.focus({ preventScroll: true });
    if (heading) document.title = `${heading.textContent} · ${words.title}`;
  }, [phase, words]);

  useEffect(() => () => stream?.getTracks().forEach((track) => track.stop()), [stream]);

  const open = useCallback(
    async (wanted) => {
      setTold("");
      stream?.getTracks().forEach((track) => track.stop());
      setStream(null);
      if (wanted === "typed") return null;
      const sound = { echoCancellation: true, noiseSuppression: true };
      try {
        const got = await navigator.mediaDevices.getUserMedia(
          wanted === "video" ? { audio: sound, video: { width: 640, height: 480, facingMode: "user" } } : { audio: sound },
        );
        setStream(got);
        return got;
      } catch (error) {
        if (wanted === "video") {
          try {
            const got = await navigator.mediaDevices.getUserMedia({ audio: sound });
            setStream(got);
            setMode("audio");
            setTold(words.camera_refused);
            return got;
          } catch {
            /* no microphone either */
          }
        }
        setMode("typed");
        setTold(error?.name === "NotFoundError" ? words.no_devices : words.mic_refused);
        return null;
      }
    },
    [stream, words],
  );

  return (
    <div ref={root} className="stack">
      {phase === "devices" ? (
        <Devices {...props} mode={mode} setMode={setMode} stream={stream} open={open} told={told} setTold={setTold} onReady={() => setPhase("voice")} />
      ) : (
        <Room {...props} mode={stream || mode === "typed" ? mode : "typed"} setMode={setMode} stream={stream} told={told} />
      )}
    </div>
  );
}

const inApp = () => /FBAN|FBAV|Instagram|Line\/|MicroMessenger|; wv\)|LinkedInApp/i.test(navigator.userAgent);

function Devices({ words, video, mode, setMode, stream, open, told, minutes, onReady }) {
  const id = useId();
  const view = useRef(null);
  const [asking, setAsking] = useState(false);
  const [heard, setHeard] = useState(false);

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
    await open(mode);
    setAsking(false);
    return undefined;
  };

  return (
    <>
      <div className="stack-s">
        <h1 tabIndex={-1}>{words.devices_title}</h1>
        <p className="muted">{words.devices_text}</p>
      </div>
      {inApp() && <p className="notice notice-warn">{words.in_app}</p>}
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
              onChange={() => {
                setMode(value);
                if (stream || value === "typed") open(value);
              }}
            />
            <span>
              {label}
              <br />
              <span className="help">{note}</span>
            </span>
          </label>
        ))}
      </fieldset>
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
          <p className="help">{words.practice}</p>
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
    </>
  );
}

function Room({ application, stage, words, mode, setMode, stream, told, untimed, speechOff, onChanged }) {
  const { talk, problem, busy, begin, say, setProblem } = useTalk({ application, stage, words, onChanged });
  const [recording, setRecording] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const [trouble, setTrouble] = useState("");
  const [speaking, setSpeaking] = useState(false);
  const [sound, setSound] = useState(!speechOff);
  const [resting, setResting] = useState(false);
  const [typing, setTyping] = useState(false);
  const [ending, setEnding] = useState(false);
  const recorder = useRef(null);
  const from = useRef(null);
  const quiet = useRef({ since: Date.now(), asked: "" });
  const heading = useRef(null);
  const view = useRef(null);
  const finish = useRef(null);

  useEffect(() => {
    let gone = false;
    const made = new Recorder(application, stage, {
      onWaiting: setWaiting,
      onTrouble: (what) => setTrouble(what === "video" ? words.camera_lost : what === "full" ? words.disk_full : words.mic_lost),
    });
    recorder.current = made;
    (async () => {
      await made.resume();
      if (stream && mode !== "typed") {
        try {
          await made.start(stream, mode === "video");
          if (!gone) setRecording(true);
        } catch {
          if (!gone) {
            setTrouble(words.no_recorder);
            setMode("typed");
          }
        }
      }
      if (!gone) await begin();
    })();
    const warn = (event) => made.running && event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => {
      gone = true;
      removeEventListener("beforeunload", warn);
      made.close();
      hush();
    };
  }, []);

  useEffect(() => {
    if (view.current && stream) view.current.srcObject = stream;
  });

  const asked = (talk?.turns ?? []).filter((turn) => turn.speaker !== "candidate");
  const last = asked.at(-1);
  const lastMine = (talk?.turns ?? []).findLastIndex((turn) => turn.speaker === "candidate");
  // All that was said since the candidate last spoke: an answer to their own question, then the next one.
  const fresh = (talk?.turns ?? []).slice(lastMine + 1).filter((turn) => turn.action !== "pause");
  // After a break, what was open before it.
  const since = fresh.length ? fresh : asked.filter((turn) => turn.action !== "pause").slice(-1);
  const caption = since.map((turn) => turn.text).join("\n");
  const question = talk?.question ?? null;
  const closed = ["finished", "time"].includes(talk?.closed);
  const broken = talk?.closed === "stopped";
  const open = !choicesOf(talk, words).length && question?.kind !== "number";
  const typed = mode === "typed" || typing || !recording;

  const read = useCallback(async () => {
    if (!caption) return;
    setSpeaking(true);
    await speak(caption, words.language);
    setSpeaking(false);
  }, [caption, words.language]);

  // A new thing was said: show it, say it, and only then does the candidate's time begin.
  useEffect(() => {
    if (!last) return;
    setTyping(false);
    heading.current?.focus({ preventScroll: true });
    const begun = async () => {
      if (sound) await read();
      from.current = recorder.current?.at ?? null;
      quiet.current = { since: Date.now(), asked: quiet.current.asked };
    };
    begun();
  }, [last?.id]);

  useEffect(() => {
    if (untimed || typed || closed || resting) return undefined;
    const timer = setInterval(() => {
      const { since, asked: before } = quiet.current;
      if (speaking || busy || !last || before === last.id || Date.now() - since < SILENCE) return;
      quiet.current = { since: Date.now(), asked: last.id };
      say({ text: "", event: "silence", question_id: question?.id ?? null });
    }, 1000);
    return () => clearInterval(timer);
  }, [untimed, typed, closed, resting, speaking, busy, last?.id]);

  const give = async (body) => {
    hush();
    const to = recorder.current?.at ?? null;
    const place = recording ? { recording_id: recorder.current.recording, at_ms: from.current, end_ms: to } : {};
    return say({ question_id: question?.id ?? null, ...place, ...body });
  };

  const rest = async () => {
    hush();
    recorder.current?.pause();
    setResting(true);
    say({ text: "", event: "break", question_id: question?.id ?? null });
  };

  const back = () => {
    recorder.current?.unpause();
    setResting(false);
    quiet.current = { since: Date.now(), asked: quiet.current.asked };
    from.current = recorder.current?.at ?? null;
  };

  const end = async () => {
    setEnding(true);
    setProblem("");
    try {
      const whole = await recorder.current.finish();
      setRecording(false);
      stream?.getTracks().forEach((track) => track.stop());
      if (!whole) throw new TypeError("pieces are waiting");
      await outboxOf(application).submit(stage);
      onChanged(application);
      if (finish.current) reloadIfStuck(finish.current);
    } catch (error) {
      setProblem(error instanceof Refused ? Object.values(error.fields)[0] || error.message : words.finish_offline);
    } finally {
      setEnding(false);
    }
  };

  const minutes = talk?.remaining_s == null ? null : Math.max(0, Math.ceil(talk.remaining_s / 60));

  if (resting) {
    return (
      <section className="stack" aria-labelledby="rest">
        <h1 id="rest" tabIndex={-1} ref={(node) => node?.focus()}>
          {words.paused}
        </h1>
        <p>{words.paused_text}</p>
        <div className="actions">
          <button type="button" className="btn btn-primary" onClick={back}>
            {words.continue}
          </button>
        </div>
      </section>
    );
  }

  return (
    <>
      <div className="spread">
        <span role="status">{recording && !closed && <span className="rec">{mode === "video" ? words.recording_video : words.recording}</span>}</span>
        <span className="help" role="timer">
          {!untimed && minutes !== null && !closed && words.left.replace("{n}", minutes)}
        </span>
      </div>
      {told && <p className="notice notice-warn">{told}</p>}
      <p role="status" aria-live="polite" className={trouble ? "notice notice-warn" : "sr"}>
        {trouble}
      </p>
      {mode === "video" && stream && !closed && (
        <video ref={view} className="view max-w-48" autoPlay muted playsInline aria-label={words.your_picture} />
      )}
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
      <p className="error" role="alert">
        {problem}
      </p>
      {broken && (
        <div className="actions">
          <button type="button" className="btn btn-primary" disabled={busy} onClick={() => say({ text: words.continue })}>
            {words.continue}
          </button>
        </div>
      )}
      {closed ? (
        <div className="stack-s">
          <p className="muted">{words.finish_text}</p>
          <div className="actions">
            <button ref={finish} type="button" className="btn btn-primary" onClick={end} aria-busy={ending} disabled={ending}>
              {words.finish}
            </button>
            {waiting > 0 && <span className="help">{words.sending.replace("{n}", waiting)}</span>}
          </div>
        </div>
      ) : (
        talk &&
        !broken && (
          <>
            <Answer key={last?.id} talk={talk} open={open} typed={typed} busy={busy} words={words} give={give} application={application} />
            {!typed && open && stream && <Meter stream={stream} label={words.meter} onSound={() => (quiet.current.since = Date.now())} />}
            <div className="actions">
              {open && !typed && (
                <button type="button" className="btn btn-secondary" onClick={() => setTyping(true)}>
                  {words.type_instead}
                </button>
              )}
              {open && typing && recording && (
                <button type="button" className="btn btn-quiet" onClick={() => setTyping(false)}>
                  {words.speak_instead}
                </button>
              )}
              <button type="button" className="btn btn-quiet" onClick={read} aria-busy={speaking}>
                {words.repeat}
              </button>
              <button type="button" className="btn btn-quiet" onClick={rest}>
                {words.rest}
              </button>
              {canSpeak() && (
                <button
                  type="button"
                  className="btn btn-quiet"
                  aria-pressed={!sound}
                  onClick={() => {
                    hush();
                    setSound(!sound);
                  }}
                >
                  {words.mute}
                </button>
              )}
            </div>
            {waiting > 0 && <p className="help">{words.sending.replace("{n}", waiting)}</p>}
          </>
        )
      )}
    </>
  );
}

function Answer({ talk, open, typed, busy, words, give, application }) {
  const question = talk.question;
  const id = useId();
  const box = useRef(null);
  const chosen = useRef(null);
  const [error, setError] = useState("");
  const draft = `milo-talk-${application}-${question?.id ?? "reply"}`;
  const choices = choicesOf(talk, words);

  const send = async (text) => {
    if (!text.trim()) return setError(words.required);
    setError("");
    if (await give({ text: text.trim(), transcribed: true })) localStorage.removeItem(draft);
    return undefined;
  };

  if (choices.length) {
    const submit = () => {
      if (!chosen.current) return setError(words.required);
      const { label, value } = chosen.current;
      return give({ text: label, value: question ? value : null });
    };
    return (
      <div className="stack-s" data-question={question?.id ?? "reply"} data-kind={question?.kind ?? "yes_no"} data-turn="">
        <fieldset className="stack-s">
          <legend className="sr">{question?.text}</legend>
          {choices.map((choice) => (
            <label key={choice.label} className="choice">
              <input type="radio" name={`${id}-choice`} value={String(choice.value)} onChange={() => (chosen.current = choice)} />
              <span>{choice.label}</span>
            </label>
          ))}
        </fieldset>
        <p className="error" role="alert">
          {error}
        </p>
        <div className="actions">
          <button type="button" className="btn btn-primary" disabled={busy} aria-busy={busy} onClick={submit}>
            {words.continue}
          </button>
        </div>
      </div>
    );
  }

  if (question?.kind === "number") {
    const submit = () => {
      const input = box.current;
      if (input.value === "" || input.validity.badInput) return setError(words.unreadable);
      return give({ text: [input.value, question.unit].filter(Boolean).join(" "), value: Number(input.value) });
    };
    return (
      <div className="field" data-question={question.id} data-kind="number" data-turn="">
        <label className="label" htmlFor={`${id}-number`}>
          {words.your_answer} {question.unit && <span className="optional">({question.unit})</span>}
        </label>
        <input ref={box} id={`${id}-number`} className="input" type="number" step="any" inputMode="decimal" onKeyDown={(event) => event.key === "Enter" && submit()} />
        <p className="error" role="alert">
          {error}
        </p>
        <div className="actions">
          <button type="button" className="btn btn-primary" disabled={busy} aria-busy={busy} onClick={submit}>
            {words.continue}
          </button>
        </div>
      </div>
    );
  }

  if (typed) {
    return (
      <div className="field" data-question={question?.id ?? "reply"} data-kind={question?.kind ?? "long_text"} data-turn="">
        <label className="label" htmlFor={`${id}-text`}>
          {words.your_answer}
        </label>
        <textarea
          ref={box}
          id={`${id}-text`}
          className="input"
          rows={6}
          maxLength={10_000}
          defaultValue={localStorage.getItem(draft) || ""}
          onChange={(event) => localStorage.setItem(draft, event.target.value)}
        />
        <p className="error" role="alert">
          {error}
        </p>
        <div className="actions">
          <button type="button" className="btn btn-primary" disabled={busy} aria-busy={busy} onClick={() => send(box.current.value)}>
            {words.send}
          </button>
        </div>
      </div>
    );
  }

  return (
    <div className="stack-s">
      <p className="muted">{open ? words.speak_now : words.one_moment}</p>
      <div className="actions">
        <button type="button" className="btn btn-primary" disabled={busy} aria-busy={busy} onClick={() => give({ text: "", transcribed: false })}>
          {words.continue}
        </button>
      </div>
    </div>
  );
}
