// Mounted once on the candidate's page: saves what is typed, hands stages in, moves the focus, and asks the page to
// read its state anew when the server's has moved on. Draws nothing.

import { useEffect, useRef } from "react";
import { Form } from "./form.js";
import { watch } from "./integrity.js";
import { Refused, call, outboxOf } from "./outbox.js";

const ID = /^[0-9a-f]{32}$/;
const LOOK = 12_000; // ms: another device may have gone on

/** The application named in the address; empty where there is none. */
export function applicationInAddress() {
  const id = new URLSearchParams(location.search).get("a") || "";
  return ID.test(id) ? id : "";
}

function showState(state, words) {
  const place = document.getElementById("save-state");
  if (!place) return;
  if (state) place.dataset.save = state;
  else delete place.dataset.save;
  const text = state ? words[state] : "";
  // "Saving" is quick and not worth hearing each time; what is said is whether it is safe.
  if (place.textContent !== text) place.textContent = text;
}

function say(text) {
  const place = document.getElementById("page-problem");
  if (place) place.textContent = text || "";
}

export function Outbox({ loaded: told, application: shown, screen, stage, stamp, poll, fast, watched, leave, words, onReady }) {
  const live = useRef({});
  const focused = useRef("");
  // A tab's state outlives its page: what it shows may still be another application's.
  const loaded = told && (screen === "problem" || shown === applicationInAddress());
  live.current = { ...live.current, screen, stage, stamp, words, onReady, fast, watched };

  useEffect(() => {
    const application = applicationInAddress();
    if (!application) return undefined;
    const outbox = outboxOf(application);
    const form = new Form(outbox, () => live.current.words);
    Object.assign(outbox, {
      onState: (state) => showState(state, live.current.words),
      onSaved: (row, reply) => {
        form.saved(row, reply);
        say("");
      },
      onRefused: (row, problem) => {
        form.refused(row, problem);
        if (problem.status === 409 || problem.status === 410) {
          say(problem.message);
          live.current.onReady(application);
        } else if ([401, 403, 404].includes(problem.status)) {
          say(live.current.words.link_again);
        }
      },
    });
    const onClick = (event) => {
      const button = event.target.closest?.("[data-submit]");
      if (button) submit(button, application, outbox, form, live);
    };
    document.addEventListener("click", onClick);
    const look = async (closely) => {
      const { screen: shown, stage: open, stamp: known } = live.current;
      if (document.visibilityState !== "visible" || !known) return;
      try {
        const now = await call(outbox.base);
        // What this page saved itself moves the stamp too; only another step is worth drawing for.
        const moved = (now.stage ?? "") !== open || (now.screen !== shown && now.screen !== "voice");
        if (moved || (closely && now.stamp !== known)) live.current.onReady(application);
      } catch {
        /* the next look will do */
      }
    };
    const unwatch = watch(outbox.base, () => live.current);
    const onVisible = () => look(false);
    const timer = setInterval(() => look(false), LOOK);
    document.addEventListener("visibilitychange", onVisible);
    Object.assign(live.current, { look, form });
    return () => {
      document.removeEventListener("click", onClick);
      document.removeEventListener("visibilitychange", onVisible);
      clearInterval(timer);
      unwatch();
      form.stop();
      outbox.stop();
    };
  }, []);

  // A fresh state (first visit, or a connection that came back as a new one) is filled from the database.
  useEffect(() => {
    if (loaded) return undefined;
    const ask = () => live.current.onReady(applicationInAddress());
    ask();
    const again = setInterval(ask, 8000);
    return () => clearInterval(again);
  }, [loaded]);

  useEffect(() => {
    if (!poll && !fast) return undefined;
    const timer = setInterval(() => live.current.look?.(true), fast ? 700 : 2000);
    return () => clearInterval(timer);
  }, [poll, fast]);

  // A new screen begins at its top, with the focus on its heading.
  useEffect(() => {
    if (!loaded || !screen || focused.current === `${screen}/${stage}`) return;
    focused.current = `${screen}/${stage}`;
    say("");
    live.current.form?.arrange(false);
    const heading = document.querySelector("main [data-step]:not([hidden]) h1") || document.querySelector("main h1");
    if (heading) {
      document.title = `${heading.textContent} · ${words.title}`;
      heading.focus({ preventScroll: true });
      scrollTo({ top: 0 });
    }
  }, [loaded, screen, stage]);

  useEffect(() => {
    const [from, to] = (leave || "").split(" ");
    if (to && from === applicationInAddress()) location.assign(to);
  }, [leave]);

  useEffect(() => {
    if (loaded && words.language) document.documentElement.lang = words.language;
  }, [loaded, words.language]);

  return null;
}

async function submit(button, application, outbox, form, live) {
  if (button.getAttribute("aria-busy") === "true") return;
  const { words, onReady } = live.current;
  button.setAttribute("aria-busy", "true");
  say("");
  try {
    await outbox.submit(button.dataset.submit);
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
    onReady(application);
    reloadIfStuck(button);
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 422) {
      form.missing(problem.fields);
      const first = Object.values(problem.fields)[0];
      say(problem.message || first);
    } else if (problem instanceof Refused) {
      say(problem.message);
      onReady(application);
    } else {
      say(outbox.closed ? words.link_again : words.submit_offline);
    }
  } finally {
    setTimeout(() => button.removeAttribute("aria-busy"), 400);
  }
}

/** Where the live connection is away, the page itself fetches what comes next. */
export function reloadIfStuck(node) {
  setTimeout(() => node.isConnected && node.offsetParent !== null && location.reload(), 6000);
}
