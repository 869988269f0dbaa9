// The recorder as a room uses it: begun once, mended when a microphone goes away and comes back, and truthful about it.

import { useCallback, useEffect, useRef, useState } from "react";
import { stop as hush } from "./speech.js";
import { Refused } from "./outbox.js";
import { Recorder } from "./recorder.js";

/**
 * Records `stream` while `mode` is not typed; `onReady` is called once it runs, or cannot. `trouble` says what is wrong
 * now, `spoiled` that technology failed in the present answer; `quiet` is when something was last heard.
 */
export function useRecording({ application, stage, words, mode, stream, setMode, onReady }) {
  const [recording, setRecording] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const [trouble, setTrouble] = useState("");
  const [spoiled, setSpoiled] = useState(false);
  const recorder = useRef(null);
  const quiet = useRef({ since: Date.now(), asked: "" });

  useEffect(() => {
    let gone = false;
    const said = { video: words.camera_lost, audio: words.mic_lost, recorder: words.mic_lost, muted: words.mic_muted, full: words.disk_full };
    const made = new Recorder(application, stage, {
      onWaiting: setWaiting,
      onTrouble: (what) => {
        if (gone) return;
        quiet.current.since = Date.now();
        setTrouble(said[what] ?? "");
        if (["audio", "recorder", "muted"].includes(what)) setSpoiled(true);
      },
    });
    recorder.current = made;
    (async () => {
      await made.resume();
      if (stream && mode !== "typed") {
        try {
          await made.start(stream, mode === "video");
          if (!gone) setRecording(true);
        } catch (problem) {
          if (!gone) {
            setTrouble((problem instanceof Refused && problem.message) || words.no_recorder);
            setMode("typed");
          }
        }
      }
      if (!gone) await onReady();
    })();
    const warn = (event) => made.running && event.preventDefault();
    // A screen that locks stops the recording on many phones.
    let lock = null;
    const awake = async () => {
      if (document.visibilityState === "visible" && made.running) lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    };
    const seen = () => {
      quiet.current.since = Date.now();
      awake();
    };
    addEventListener("beforeunload", warn);
    document.addEventListener("visibilitychange", seen);
    const soon = setTimeout(awake, 2000);
    return () => {
      gone = true;
      clearTimeout(soon);
      removeEventListener("beforeunload", warn);
      document.removeEventListener("visibilitychange", seen);
      lock?.release?.().catch(() => {});
      made.leave();
      hush();
    };
  }, []);

  const restart = useCallback(
    async (got, video) => {
      try {
        await recorder.current.restart(got, video);
        setTrouble("");
        setRecording(true);
        return true;
      } catch {
        setTrouble(words.no_recorder);
        return false;
      }
    },
    [words],
  );

  return {
    recording,
    waiting,
    trouble,
    spoiled,
    quiet,
    restart,
    id: () => recorder.current?.recording ?? null,
    at: () => recorder.current?.at ?? null,
    pause: () => recorder.current?.pause(),
    unpause: () => recorder.current?.unpause(),
    forget: () => {
      if (recorder.current?.running) setSpoiled(false);
    },
    finish: async () => {
      const whole = await recorder.current.finish();
      setRecording(false);
      return whole;
    },
  };
}
