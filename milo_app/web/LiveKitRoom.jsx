// The call with the interviewer in a LiveKit room: carries the candidate's voice there and the interviewer's back. Loaded
// only where an instance has such rooms. The recording and what is typed go their own ways, so that a call that breaks
// costs nothing: while nobody is on the line, the page leads the interview by itself.

import { useEffect, useImperativeHandle, useRef, useState } from "react";
import { ConnectionQuality, DisconnectReason, Room, RoomEvent, Track, setLogLevel } from "livekit-client";
import { Refused, call } from "./outbox.js";

setLogLevel("silent"); // What goes wrong on the line is told on the page.

const TOPIC = "milo";
const ALIVE = 7_000; // ms without a sign of life after which nobody is on the line
const COMING = 10_000; // ms that an interviewer has to come before another is sent for
const CLOCK = 5_000; // ms between two words on where the recording stands
const TRIES = 5;

/**
 * `line` gets what the page may ask of the interviewer: `done()` (resolves to whether words were heard),
 * `again()`, `forget()` what was said of this answer.
 * `onCall` is told `{state: calling|live|alone, listens, speaks}`, `onTurn` that there is something new to show.
 * `turns` is how many the page knows, `hands` that the candidate types or rests, `quiet` that nothing is to be heard.
 */
export default function LiveKitRoom({ application, words, stream, line, turns, hands, quiet, closed, clock, onCall, onTurn }) {
  const [state, setState] = useState("calling");
  const [weak, setWeak] = useState(false);
  const room = useRef(null);
  const mine = useRef(null);
  const entry = useRef(null);
  const alive = useRef(0);
  const asked = useRef(Date.now());
  const sound = useRef(null);
  const latest = useRef({});
  latest.current = { onCall, onTurn, clock, closed, hands, quiet };
  const base = `/api/candidate/applications/${application}/room`;

  const tell = (what) => {
    const bytes = new TextEncoder().encode(JSON.stringify(what));
    room.current?.localParticipant?.publishData(bytes, { reliable: true, topic: TOPIC }).catch(() => {});
  };
  const tellClock = () => {
    const { recording, at } = latest.current.clock();
    if (at !== null) tell({ type: "clock", recording, at });
  };

  // What an interviewer has to know who has just come.
  const introduce = () => {
    tell({ type: "hands", off: Boolean(latest.current.hands) });
    tellClock();
  };

  useImperativeHandle(line, () => ({
    done: async () => {
      try {
        tellClock();
        const reply = await room.current.localParticipant.performRpc({
          destinationIdentity: entry.current.interviewer,
          method: "done",
          payload: "",
          responseTimeout: 8000,
        });
        return JSON.parse(reply).heard === true;
      } catch {
        return false;
      }
    },
    again: () => tell({ type: "again" }),
    forget: () => tell({ type: "forget" }),
  }));

  useEffect(() => {
    let gone = false;
    let timer = null;
    let tries = 0;

    const join = async () => {
      const made = new Room({ stopLocalTrackOnUnpublish: false });
      try {
        entry.current = await call(base, { method: "POST", body: {} });
        if (gone) return;
        made
          .on(RoomEvent.DataReceived, (bytes, from, _kind, topic) => {
            if (topic !== TOPIC || from?.identity !== entry.current.interviewer) return;
            const came = Date.now() - alive.current > ALIVE;
            alive.current = Date.now();
            if (came) introduce();
            if (JSON.parse(new TextDecoder().decode(bytes)).type === "turn") latest.current.onTurn();
          })
          .on(RoomEvent.TrackSubscribed, (track) => track.kind === Track.Kind.Audio && sound.current && track.attach(sound.current))
          .on(RoomEvent.ConnectionQualityChanged, (quality, who) => {
            if (who === made.localParticipant) setWeak([ConnectionQuality.Poor, ConnectionQuality.Lost].includes(quality));
          })
          .on(RoomEvent.Reconnecting, () => setWeak(true))
          .on(RoomEvent.Reconnected, () => setWeak(false))
          .on(RoomEvent.Disconnected, (reason) => {
            alive.current = 0;
            // On another device, which leads from now on: coming back would throw that one out.
            if (!gone && reason !== DisconnectReason.DUPLICATE_IDENTITY && room.current === made) later();
          });
        room.current = made;
        await made.connect(entry.current.url, entry.current.token);
        if (gone) return void made.disconnect();
        tries = 0;
        asked.current = Date.now();
        made.startAudio().catch(() => {});
        const voice = stream?.getAudioTracks()[0];
        if (voice && entry.current.listens) {
          // A copy: what is muted here must still be recorded.
          mine.current = await made.localParticipant.publishTrack(voice.clone(), { source: Track.Source.Microphone, dtx: true });
          still();
        }
      } catch (problem) {
        if (room.current === made) room.current = null;
        made.disconnect();
        if (!gone && !(problem instanceof Refused)) later();
        else setState("none");
      }
    };

    const later = () => {
      tries += 1;
      if (tries >= TRIES) return setState("none");
      setState("alone");
      timer = setTimeout(join, Math.min(10_000, 500 * 2 ** tries));
      return undefined;
    };

    // Who is on the line, and somebody else where nobody is.
    const watch = setInterval(() => {
      const now = Date.now();
      const live = now - alive.current < ALIVE;
      setState((before) => (live ? "live" : before === "none" ? "none" : now - asked.current < COMING && before === "calling" ? "calling" : "alone"));
      const inside = room.current?.state === "connected";
      if (!live && inside && !latest.current.closed && now - Math.max(asked.current, alive.current) > COMING) {
        asked.current = now;
        call(`${base}/interviewer`, { method: "POST", body: {} }).catch(() => {});
      }
    }, 500);
    const told = setInterval(tellClock, CLOCK);
    join();
    return () => {
      gone = true;
      clearTimeout(timer);
      clearInterval(watch);
      clearInterval(told);
      mine.current?.track?.mediaStreamTrack?.stop();
      room.current?.disconnect();
    };
  }, []);

  const still = () => {
    const track = mine.current?.track;
    if (track) (latest.current.hands ? track.mute() : track.unmute()).catch(() => {});
  };

  useEffect(() => {
    still();
    introduce();
  }, [hands]);

  // What went another way (typed, pressed) is to be answered aloud.
  useEffect(() => tell({ type: "look" }), [turns]);

  useEffect(() => {
    latest.current.onCall({ state: state === "none" ? "alone" : state, listens: Boolean(entry.current?.listens), speaks: Boolean(entry.current?.speaks) });
  }, [state]);

  const said = { calling: words.call_joining, live: weak ? words.call_weak : words.call_live, alone: words.call_alone, none: words.call_alone };
  return (
    <>
      <p role="status" className={weak && state === "live" ? "notice" : "help"} data-call={state}>
        {closed ? "" : said[state]}
      </p>
      <audio ref={sound} autoPlay muted={Boolean(quiet)} hidden />
    </>
  );
}
