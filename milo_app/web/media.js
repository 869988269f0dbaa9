// Camera and microphone: asked for once, given up gracefully (no camera: sound; no microphone: typing).

import { useCallback, useEffect, useState } from "react";
import { canRecord } from "./recorder.js";

const SOUND = { echoCancellation: true, noiseSuppression: true };
const PICTURE = { width: 640, height: 480, facingMode: "user" };

/** Whether the page stands in another app's own browser, many of which have no camera or microphone. */
export const inApp = () => /FBAN|FBAV|Instagram|Line\/|MicroMessenger|; wv\)|LinkedInApp/i.test(navigator.userAgent);

/**
 * The stream of this page and how the candidate answers: `mode` is video, audio or typed; `told` says why it is not
 * the one that was wanted. `open` asks for what a mode needs and resolves to the stream, or null.
 */
export function useStream({ words, video, typed }) {
  const [mode, setMode] = useState(typed || !canRecord() ? "typed" : video ? "video" : "audio");
  const [stream, setStream] = useState(null);
  const [told, setTold] = useState("");

  useEffect(() => () => stream?.getTracks().forEach((track) => track.stop()), [stream]);

  const open = useCallback(
    async (wanted) => {
      setTold("");
      stream?.getTracks().forEach((track) => track.stop());
      setStream(null);
      if (wanted === "typed") return null;
      try {
        const got = await navigator.mediaDevices.getUserMedia(wanted === "video" ? { audio: SOUND, video: PICTURE } : { audio: SOUND });
        setStream(got);
        return got;
      } catch (error) {
        if (wanted === "video") {
          try {
            const got = await navigator.mediaDevices.getUserMedia({ audio: SOUND });
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

  return { stream, mode, setMode, told, setTold, open };
}

/** Whether this device has no connection, as the browser tells. */
export function useOffline() {
  const [offline, setOffline] = useState(false);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    look();
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return offline;
}
