// The few things on the recruiter's desk that need the browser itself: leaving to a server page, times in the reader's
// own zone, keys, copying, and playing a recording from the place that a quote names. No markup comes from here as text.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

const typing = (node) =>
  node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

// What fits into one message of the live connection, with room to spare.
const LARGEST_TEXT = 700000;

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
    const chosen = async (event) => {
      const target = event.target.dataset?.readInto;
      const file = event.target.files?.[0];
      const field = target && document.getElementById(target);
      if (!file || !field) return;
      const said = document.getElementById(target + "-said");
      if (file.size > LARGEST_TEXT) {
        if (said) said.textContent = "This file is too large for the page. Split it, or use the command line.";
        return;
      }
      field.value = await file.text();
      if (said) said.textContent = file.name + " is in the box below.";
      event.target.value = "";
    };
    document.addEventListener("click", clicked);
    document.addEventListener("change", chosen);
    return () => {
      document.removeEventListener("click", clicked);
      document.removeEventListener("change", chosen);
    };
  }, []);
  return null;
}

const DAY = 86400000;

/** A moment in the reader's own zone and language: `how` is "day", "time" or "ago". */
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

/** Presses the links marked data-key="j" and "k". One-letter keys can clash with speech input, so they can be turned off. */
export function Keys() {
  const [on, setOn] = useState(true);
  useEffect(() => {
    try {
      setOn(localStorage.getItem(KEYS) !== "off");
    } catch {
      // Storage may be refused; the keys then stay on for this page.
    }
  }, []);
  useEffect(() => {
    if (!on) return undefined;
    const pressed = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (event.key === "j" || event.key === "k") {
        const link = document.querySelector(`[data-key="${event.key}"]`);
        if (link) link.click();
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [on]);
  const toggle = (event) => {
    setOn(event.target.checked);
    try {
      localStorage.setItem(KEYS, event.target.checked ? "on" : "off");
    } catch {
      // As above.
    }
  };
  return (
    <label className="check text-sm">
      <input type="checkbox" checked={on} onChange={toggle} />
      <span>Keys j and k go to the next and previous candidate</span>
    </label>
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
