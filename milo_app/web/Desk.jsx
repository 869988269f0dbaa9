// The few things on the recruiter's desk that need the browser itself: leaving to a server page, times in the reader's
// own zone, keys, copying, and playing a recording from the place that a quote names. No markup comes from here as text.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Refused, upload } from "./outbox.js";

const typing = (node) =>
  node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled])";

/** Keeps the focus inside an open dialog, gives it back afterwards, and lets Escape press its Close button. */
function useDialogs() {
  useEffect(() => {
    let before = null;
    let shown = null;
    const look = () => {
      const dialog = document.querySelector("dialog.dialog[open]");
      if (dialog === shown) return;
      if (dialog) {
        before = document.activeElement;
        (dialog.querySelector("input, select, textarea") || dialog.querySelector("button"))?.focus();
      } else if (before?.isConnected) before.focus();
      shown = dialog;
    };
    const pressed = (event) => {
      if (!shown) return;
      if (event.key === "Escape") {
        event.preventDefault();
        shown.querySelector("button")?.click();
      }
      if (event.key !== "Tab") return;
      const stops = [...shown.querySelectorAll(FOCUSABLE)];
      const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
      if (document.activeElement === edge || !shown.contains(document.activeElement)) {
        event.preventDefault();
        (event.shiftKey ? stops[stops.length - 1] : stops[0])?.focus();
      }
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("keydown", pressed);
    return () => {
      watcher.disconnect();
      document.removeEventListener("keydown", pressed);
    };
  }, []);
}

let arrived = false;

/** Goes to `leave` when it is set; copies on `[data-copy]`; moves the focus to what is new when the page or `topic` changes; names the tab. */
export function Desk({ leave = "", topic = "", heading = "" }) {
  useEffect(() => {
    if (heading) document.title = heading + " · Milo";
  }, [heading]);
  useDialogs();
  useEffect(() => {
    // The browser itself places the focus on the first page; a change within the app would leave it on a link that is gone.
    if (arrived) {
      document.getElementById("main")?.focus({ preventScroll: true });
      if (!window.location.hash) window.scrollTo(0, 0);
    }
    arrived = true;
  }, [topic]);
  useEffect(() => {
    if (leave) {
      const here = window.location.pathname + window.location.search;
      window.location.assign(leave + "?next=" + encodeURIComponent(here));
    }
  }, [leave]);
  useEffect(() => {
    const clicked = async (event) => {
      const button = event.target.closest?.("[data-copy]");
      if (!button) return;
      const field = document.getElementById(button.dataset.copy);
      if (!field) return;
      field.focus();
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        const said = document.getElementById(button.dataset.copy + "-said");
        if (said) said.textContent = "Copied";
      } catch {
        // The field stays selected, so that Ctrl+C does it.
      }
    };
    document.addEventListener("click", clicked);
    return () => {
      document.removeEventListener("click", clicked);
    };
  }, []);
  return null;
}

const DAY = 86400000;

/** A moment in the reader's own zone and language: `how` is "day", "clock", "time" or "ago". */
export function When({ at = "", how = "time" }) {
  const date = useMemo(() => (at ? new Date(at) : null), [at]);
  if (!date || Number.isNaN(date.getTime())) return null;
  const full = date.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
  return (
    <time dateTime={at} title={full} className="whitespace-nowrap">
      {words(date, how)}
    </time>
  );
}

function words(date, how) {
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  const day = { day: "numeric", month: "short", year };
  if (how === "clock") return date.toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
  if (how === "day") return date.toLocaleDateString(undefined, day);
  if (how === "ago") {
    const age = Date.now() - date.getTime();
    const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
    if (age < 60000) return "just now";
    if (age < 3600000) return ago.format(-Math.round(age / 60000), "minute");
    if (age < DAY) return ago.format(-Math.round(age / 3600000), "hour");
    if (age < 7 * DAY) return ago.format(-Math.round(age / DAY), "day");
    return date.toLocaleDateString(undefined, day);
  }
  return date.toLocaleString(undefined, { ...day, hour: "numeric", minute: "2-digit" });
}

const KEYS = "milo-keys";

const kept = () => {
  try {
    return localStorage.getItem(KEYS) !== "off";
  } catch {
    return true; // Storage may be refused; the keys then stay on for this page.
  }
};

/** The row of the table that has the focus, and the one `by` further; the first where none has it. */
function rowFrom(by) {
  const rows = [...document.querySelectorAll("tr[data-application]")];
  const at = rows.indexOf(document.activeElement?.closest?.("tr[data-application]"));
  if (by === 0) return rows[at];
  return at < 0 ? rows[0] : rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
}

/** Does what `key` says. Returns whether there was anything to do. */
function press(key) {
  const rows = document.querySelector("tr[data-application]");
  if (key === "/") {
    const search = document.getElementById("search");
    search?.focus();
    search?.select();
    return Boolean(search);
  }
  if (rows && (key === "j" || key === "k")) {
    const row = rowFrom(key === "j" ? 1 : -1);
    row?.querySelector("a")?.focus();
    row?.scrollIntoView({ block: "nearest" });
    return true;
  }
  if (rows && key === "x") {
    rowFrom(0)?.querySelector("input[type=checkbox]")?.click();
    return true;
  }
  const marked = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!marked || marked.disabled) return false;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(marked.tagName)) marked.focus();
  else marked.click();
  return true;
}

/** Single keys, what they do (by "?"), and a box that turns them off, since they can clash with speech input. */
export function Keys({ keys = [] }) {
  const [on, setOn] = useState(true);
  const [shown, setShown] = useState(false);
  useEffect(() => setOn(kept()), []);
  useEffect(() => {
    const pressed = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !kept()) return;
      if (document.querySelector("dialog.dialog[open]")) return;
      if (event.key === "?") setShown(true);
      else if (!keys.some(([key]) => key === event.key) || !press(event.key)) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [keys]);
  const toggle = (event) => {
    setOn(event.target.checked);
    try {
      localStorage.setItem(KEYS, event.target.checked ? "on" : "off");
    } catch {
      // As in kept().
    }
  };
  return (
    <>
      <button type="button" className="btn btn-quiet btn-small justify-self-start" onClick={() => setShown(true)}>
        Keyboard shortcuts
      </button>
      {shown && (
        <div className="dialog-back">
          <dialog open className="dialog" aria-modal="true" aria-labelledby="keys-title">
            <div className="spread mb-4">
              <h2 id="keys-title">Keyboard shortcuts</h2>
              <button type="button" className="btn btn-quiet btn-small" onClick={() => setShown(false)}>
                Close
              </button>
            </div>
            <dl className="facts">
              {[...keys, ["?", "This list"]].map(([key, words]) => (
                <div key={key} className="contents">
                  <dt>
                    <kbd className="kbd">{key}</kbd>
                  </dt>
                  <dd>{words}</dd>
                </div>
              ))}
            </dl>
            <label className="check mt-4">
              <input type="checkbox" checked={on} onChange={toggle} />
              <span>Use these keys</span>
            </label>
          </dialog>
        </div>
      )}
    </>
  );
}

/** Sends a chosen file as a stream and tells how far it is; `onDone` gets the id of the file as kept. */
export function SendFile({ field, url, accept, largest, label, help, tooLarge, onDone }) {
  const [progress, setProgress] = useState(null);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");
  const send = async (event) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    setProblem("");
    setName(file.name);
    if (file.size > largest) {
      setProblem(tooLarge);
      return;
    }
    setProgress(0);
    try {
      const address = url + (url.includes("?") ? "&" : "?") + "name=" + encodeURIComponent(file.name);
      const reply = await upload(address, file, setProgress);
      onDone(reply.file.file_id);
    } catch (error) {
      const said = error instanceof Refused ? Object.values(error.fields)[0] || error.message : "";
      setProblem(said || "It could not be sent. Check your connection, and choose it again.");
    } finally {
      setProgress(null);
    }
  };
  return (
    <div className="field">
      <label className="label" htmlFor={field}>
        {label}
      </label>
      {help ? (
        <p className="help" id={`${field}-help`}>
          {help}
        </p>
      ) : null}
      <input
        id={field}
        type="file"
        accept={accept}
        onChange={send}
        disabled={progress !== null}
        aria-describedby={`${field}-help ${field}-error`}
      />
      <p className="help" role="status">
        {progress !== null && (
          <>
            {name} <progress value={progress} max="1" aria-label={`Sending ${name}`} />
          </>
        )}
      </p>
      <p className="error" id={`${field}-error`} role="alert">
        {problem}
      </p>
    </div>
  );
}

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

/** Plays one recording. Anything on the page with data-seek="<recording id>" and data-ms jumps here. */
export function Player({ recording = "", url = "", video = false, captions = [], name = "" }) {
  const media = useRef(null);
  const [now, setNow] = useState(0);
  const [speed, setSpeed] = useState(1);
  const seek = useCallback((ms) => {
    const node = media.current;
    if (!node) return;
    const go = () => {
      node.currentTime = ms / 1000;
      node.play().catch(() => {});
    };
    if (node.readyState >= 1) go();
    else {
      node.addEventListener("loadedmetadata", go, { once: true });
      node.load();
    }
  }, []);
  useEffect(() => {
    const clicked = (event) => {
      const from = event.target.closest?.("[data-seek]");
      if (from && from.dataset.seek === recording && Number(from.dataset.ms) >= 0) seek(Number(from.dataset.ms));
    };
    document.addEventListener("click", clicked);
    return () => document.removeEventListener("click", clicked);
  }, [recording, seek]);
  useEffect(() => {
    if (media.current) media.current.playbackRate = speed;
  }, [speed, url]);
  const track = useMemo(() => captionsFile(captions), [captions]);
  useEffect(() => () => track && URL.revokeObjectURL(track), [track]);
  const said = [...captions].reverse().find((line) => line.ms <= now * 1000 + 50);
  const common = {
    ref: media,
    src: url,
    controls: true,
    preload: "metadata",
    onTimeUpdate: (event) => setNow(event.target.currentTime),
    "aria-label": name,
  };
  return (
    <div className="stack-s" data-player={recording}>
      {video ? (
        <video {...common} playsInline className="w-full max-w-xl rounded-lg bg-black">
          {track ? <track kind="captions" src={track} label="Captions" default /> : null}
        </video>
      ) : (
        <audio {...common} className="w-full max-w-xl" />
      )}
      <div className="row" role="group" aria-label="Speed">
        {SPEEDS.map((one) => (
          <button
            key={one}
            type="button"
            className={one === speed ? "btn btn-secondary btn-small" : "btn btn-quiet btn-small"}
            aria-pressed={one === speed}
            onClick={() => setSpeed(one)}
          >
            {one}×
          </button>
        ))}
      </div>
      {!video && said ? <p className="help">{said.text}</p> : null}
    </div>
  );
}

function stamp(ms) {
  return new Date(Math.max(0, ms)).toISOString().slice(11, 23);
}

/** Captions as a WebVTT file in memory; text is escaped, since it was spoken or typed by a stranger. */
function captionsFile(captions) {
  if (!captions.length || typeof URL.createObjectURL !== "function") return "";
  const cues = captions.map((line, i) => {
    const end = line.end > line.ms ? line.end : captions[i + 1]?.ms || line.ms + 6000;
    const text = line.text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\n+/g, " ");
    return `${stamp(line.ms)} --> ${stamp(Math.max(end, line.ms + 500))}\n${text}`;
  });
  return URL.createObjectURL(new Blob([`WEBVTT\n\n${cues.join("\n\n")}\n`], { type: "text/vtt" }));
}
