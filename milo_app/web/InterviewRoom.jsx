// The spoken interview: check the devices, then one question at a time, asked aloud and in writing, answered aloud,
// typed, or by a press. Typing is always possible, and nothing depends on a camera or a microphone.

import { Suspense, lazy, useCallback, useEffect, useRef, useState } from "react";
import { AnswerBox } from "./AnswerBox.jsx";
import { DeviceCheck } from "./DeviceCheck.jsx";
import { Meter } from "./Meter.jsx";
import { WentOn } from "./Elsewhere.jsx";
import { reloadIfStuck } from "./Outbox.jsx";
import { Caption, Closing, LastAgain, Resting, RoomHead, Troubles } from "./TalkParts.jsx";
import { heard } from "./integrity.js";
import { useOffline, useStream } from "./media.js";
import { Refused, outboxOf } from "./outbox.js";
import { useRecording } from "./recording.js";
import { canSpeak, stop as hush, utter } from "./speech.js";
import { deviceId, shownOf, useTalk } from "./talk.js";

// Large, and only for instances that have call rooms.
const LiveKitRoom = lazy(() => import("./LiveKitRoom.jsx"));
const NO_CALL = { state: "alone", listens: false, speaks: false };

const SILENCE = 25_000; // ms without a sound before the interviewer asks whether one is still there
const ELSEWHERE = 5_000; // ms between looks at whether the talk went on on another device

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

function Room({ application, stage, words, mode, media, untimed, speechOff, speaks, room, onChanged }) {
  const { setMode, stream, told, open: openStream } = media;
  const device = deviceId();
  const { talk, problem, busy, begin, look, say, setProblem } = useTalk({ application, stage, words, onChanged, device, watch: ELSEWHERE });
  const recorder = useRecording({ application, stage, words, mode, stream, setMode, onReady: begin });
  const { recording, waiting, trouble, spoiled, quiet } = recorder;
  const [speaking, setSpeaking] = useState(false);
  const [sound, setSound] = useState(!speechOff);
  const [resting, setResting] = useState(false);
  const [typing, setTyping] = useState(false);
  const [ending, setEnding] = useState(false);
  const offline = useOffline();
  const [phone, setPhone] = useState(room ? { ...NO_CALL, state: "calling" } : NO_CALL);
  const [left, setLeft] = useState(false);
  const line = useRef(null);
  const spoke = useRef(0);
  const from = useRef(null);
  const heading = useRef(null);
  const view = useRef(null);

  useEffect(() => {
    if (view.current && stream) view.current.srcObject = stream;
  });

  const shown = shownOf(talk, words);
  const { last, since, caption, question, closed, broken, open } = shown;
  const typed = mode === "typed" || typing || !recording;
  // They are on the telephone: nothing is said here meanwhile, and nobody waits for a sound.
  const called = last?.channel === "phone";
  const elsewhere = Boolean(device && talk?.device && talk.device !== device);

  // The talk went on on another device: what was recorded here is sent and closed, and nothing more is.
  useEffect(() => {
    if (!elsewhere) return;
    hush();
    recorder.finish().then(() => stream?.getTracks().forEach((track) => track.stop()));
  }, [elsewhere]);

  // Somebody is on the line: they speak, and hear when an answer is done.
  const spoken = phone.state === "live" && phone.speaks;
  const listened = phone.state === "live" && phone.listens;

  useEffect(() => {
    if (spoken) hush();
  }, [spoken]);

  const read = useCallback(async () => {
    if (!caption) return;
    setSpeaking(true);
    await utter(since, { application, voice: speaks, language: words.language });
    setSpeaking(false);
  }, [caption, application, speaks, words.language]);

  // A new thing was said: show it, say it, and only then does the candidate's time begin.
  useEffect(() => {
    if (!last || elsewhere) return;
    setTyping(false);
    heading.current?.focus({ preventScroll: true });
    const begun = async () => {
      if (sound && !called && phone.state === "alone") await read();
      from.current = recorder.at();
      spoke.current = 0;
      quiet.current = { since: Date.now(), asked: quiet.current.asked };
    };
    begun();
  }, [last?.id, phone.state === "calling"]);

  useEffect(() => {
    if (untimed || typed || closed || resting || elsewhere || called || trouble || listened) return undefined;
    const timer = setInterval(() => {
      const { since, asked: before } = quiet.current;
      // Nobody is prompted who cannot hear it: on another page, or without a connection.
      const away = document.visibilityState === "hidden" || !navigator.onLine;
      if (away) quiet.current.since = Date.now();
      if (speaking || busy || !last || before === last.id || Date.now() - since < SILENCE) return;
      quiet.current = { since: Date.now(), asked: last.id };
      say({ text: "", event: "silence", question_id: question?.id ?? null });
    }, 1000);
    return () => clearInterval(timer);
  }, [untimed, typed, closed, resting, elsewhere, called, trouble, listened, speaking, busy, last?.id]);

  const give = async (body) => {
    hush();
    if (listened && body.transcribed === false && !body.event) {
      if (await line.current?.done()) {
        recorder.forget();
        return look();
      }
      // Nobody spoke: the press was for what had been answered already.
      if (!spoke.current) return setProblem(words.call_unheard);
    }
    const place = recording ? { recording_id: recorder.id(), at_ms: from.current, end_ms: recorder.at() } : {};
    const next = await say({ question_id: question?.id ?? null, ...place, ...body });
    if (next) recorder.forget();
    return next;
  };

  const rest = async () => {
    hush();
    recorder.pause();
    setResting(true);
    say({ text: "", event: "break", question_id: question?.id ?? null });
  };

  const back = () => {
    recorder.unpause();
    setResting(false);
    quiet.current = { since: Date.now(), asked: quiet.current.asked };
    from.current = recorder.at();
  };

  const mend = async () => {
    const got = await openStream(mode === "typed" ? "audio" : mode);
    if (got && (await recorder.restart(got, mode === "video" && got.getVideoTracks().length > 0))) from.current = recorder.at();
  };

  const again = () => {
    line.current?.forget();
    return give({ text: "", transcribed: false, event: spoiled ? "again_failed" : "again_take" });
  };
  const lastAgain = () => say({ text: "", event: "again_last", question_id: question?.id ?? null });

  const end = async (button) => {
    setEnding(true);
    setLeft(true);
    setProblem("");
    try {
      const whole = await recorder.finish();
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

  if (elsewhere) return <WentOn words={words} />;
  const phoneLine = room && !left && (
    <Suspense fallback={null}>
      <LiveKitRoom
        application={application}
        words={words}
        stream={mode === "typed" ? null : stream}
        line={line}
        turns={talk?.turns.length ?? 0}
        hands={typed || resting}
        quiet={!sound}
        closed={closed}
        clock={() => ({ recording: recorder.id(), at: recorder.at() })}
        onCall={setPhone}
        onTurn={look}
      />
    </Suspense>
  );
  if (resting) {
    return (
      <>
        {phoneLine}
        <Resting words={words} onBack={back} />
      </>
    );
  }

  return (
    <>
      {phoneLine}
      <RoomHead words={words} recording={recording && !closed} video={mode === "video"} seconds={untimed || closed ? null : talk?.remaining_s} />
      <Troubles words={words} told={told} trouble={trouble} offline={offline} recording={recording} onMend={spoiled && !closed ? mend : null} />
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
      {closed && (
        <Closing words={words} ending={ending} onFinish={end}>
          <LastAgain talk={talk} words={words} busy={busy} onClick={lastAgain} />
        </Closing>
      )}
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
            {open && !typed && stream && (
              <Meter
                stream={stream}
                label={words.meter}
                onSound={() => {
                  quiet.current.since = Date.now();
                  spoke.current = Date.now();
                  if (!speaking) heard();
                }}
              />
            )}
            {open && !typed && untimed && <p className="help">{words.untimed}</p>}
            {open && !typed && (talk.take_again || spoiled) && (
              <div className="actions">
                <button type="button" className="btn btn-quiet" disabled={busy} onClick={again}>
                  {spoiled ? words.again_free : words.again}
                </button>
              </div>
            )}
          </AnswerBox>
          <div className="actions">
            <button type="button" className="btn btn-quiet" onClick={() => (spoken ? line.current?.again() : read())} aria-busy={speaking}>
              {words.repeat}
            </button>
            <button type="button" className="btn btn-quiet" onClick={rest}>
              {words.rest}
            </button>
            {(canSpeak() || speaks || spoken) && (
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
          <LastAgain talk={talk} words={words} busy={busy} onClick={lastAgain} />
        </>
      )}
      {waiting > 0 && <p className="help">{words.sending.replace("{n}", waiting)}</p>}
    </>
  );
}
