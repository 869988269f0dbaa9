// The spoken interview: check the devices, then one question at a time, asked aloud and in writing, answered aloud,
// typed, or by a press. Typing is always possible, and nothing depends on a camera or a microphone.

import { useCallback, useEffect, useRef, useState } from "react";
import { AnswerBox } from "./AnswerBox.jsx";
import { DeviceCheck } from "./DeviceCheck.jsx";
import { Meter } from "./Meter.jsx";
import { reloadIfStuck } from "./Outbox.jsx";
import { Caption, Closing, Resting } from "./TalkParts.jsx";
import { useStream } from "./media.js";
import { Refused, outboxOf } from "./outbox.js";
import { Recorder } from "./recorder.js";
import { canSpeak, speak, stop as hush } from "./speech.js";
import { shownOf, useTalk } from "./talk.js";

const SILENCE = 25_000; // ms without a sound before the interviewer asks whether one is still there

export function InterviewRoom(props) {
  const { words } = props;
  const [phase, setPhase] = useState("devices");
  const media = useStream(props);
  const root = useRef(null);

  useEffect(() => {
    const main = root.current?.closest("main");
    if (main) main.dataset.screen = phase;
    const heading = root.current?.querySelector("h1");
    heading?.focus({ preventScroll: true });
    if (heading) document.title = `${heading.textContent} · ${words.title}`;
  }, [phase, words]);

  return (
    <div ref={root} className="stack">
      {phase === "devices" ? (
        <DeviceCheck {...props} media={media} onReady={() => setPhase("voice")} />
      ) : (
        <Room {...props} media={media} mode={media.stream || media.mode === "typed" ? media.mode : "typed"} />
      )}
    </div>
  );
}

function Room({ application, stage, words, mode, media, untimed, speechOff, onChanged }) {
  const { setMode, stream, told } = media;
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

  const shown = shownOf(talk, words);
  const { last, caption, question, closed, broken, open } = shown;
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

  const end = async (button) => {
    setEnding(true);
    setProblem("");
    try {
      const whole = await recorder.current.finish();
      setRecording(false);
      stream?.getTracks().forEach((track) => track.stop());
      if (!whole) throw new TypeError("pieces are waiting");
      await outboxOf(application).submit(stage);
      onChanged(application);
      reloadIfStuck(button);
    } catch (error) {
      setProblem(error instanceof Refused ? Object.values(error.fields)[0] || error.message : words.finish_offline);
    } finally {
      setEnding(false);
    }
  };

  const minutes = talk?.remaining_s == null ? null : Math.max(0, Math.ceil(talk.remaining_s / 60));

  if (resting) return <Resting words={words} onBack={back} />;

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
      <Caption shown={shown} words={words} heading={heading} />
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
      {closed && <Closing words={words} ending={ending} onFinish={end} />}
      {talk && !closed && !broken && (
        <>
          <AnswerBox
            key={last?.id}
            talk={talk}
            spoken={open && !typed}
            canSpeak={recording && mode !== "typed"}
            setTyping={setTyping}
            busy={busy}
            words={words}
            give={give}
            application={application}
          >
            {open && !typed && stream && <Meter stream={stream} label={words.meter} onSound={() => (quiet.current.since = Date.now())} />}
          </AnswerBox>
          <div className="actions">
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
        </>
      )}
      {waiting > 0 && <p className="help">{words.sending.replace("{n}", waiting)}</p>}
    </>
  );
}
