// Counts what happens around an answer (the page was left, text was pasted, a long wait before it began) and tells the
// server. Figures alone: nothing that was typed, pasted or said. Off for whoever asked for another way to answer.

import { call, freshKey } from "./outbox.js";

const EVERY = 2000; // ms
const LONG_WAIT = 60; // s before an answer begins
const WATCHED = ["form", "sms", "voice"];

/** The question that the page shows now, as its element. */
const open = () => [...document.querySelectorAll("main [data-question]")].find((node) => node.checkVisibility?.() ?? node.offsetParent);

/** Watch until the returned function is called. `now` gives `{stage, watched}` as they are at any moment. */
export function watch(base, now) {
  const visit = freshKey();
  const counted = new Map(); // stage/question → counts
  const unsent = new Set();
  let shown = { place: "", at: Date.now(), begun: false };
  let left = null;

  const place = () => {
    const { stage, watched } = now();
    const question = open()?.dataset.question;
    return watched && WATCHED.includes(stage) && question ? `${stage}/${question}` : "";
  };
  const count = (where, name, by) => {
    const counts = counted.get(where) ?? { left: 0, left_s: 0, pasted: 0, wait_s: 0 };
    counts[name] += by;
    counted.set(where, counts);
    unsent.add(where);
  };
  const look = () => {
    const where = place();
    if (where !== shown.place) shown = { place: where, at: Date.now(), begun: false };
    for (const one of [...unsent]) {
      unsent.delete(one);
      const [stage, question_id] = one.split("/");
      call(`${base}/integrity`, { method: "POST", body: { stage, question_id, visit, counts: counted.get(one) } }).catch(
        (problem) => problem instanceof TypeError && unsent.add(one), // told again once there is a connection
      );
    }
  };
  const began = () => {
    if (shown.begun || !shown.place || shown.place !== place()) return;
    shown.begun = true;
    const waited = Math.round((Date.now() - shown.at) / 1000);
    if (waited >= LONG_WAIT) count(shown.place, "wait_s", waited);
  };
  const turned = () => {
    if (document.visibilityState === "hidden") {
      left = { place: place(), at: Date.now() };
    } else if (left) {
      const away = Date.now() - left.at;
      shown.at += away; // time away is told as such, and is no wait
      if (left.place) {
        count(left.place, "left", 1);
        count(left.place, "left_s", Math.round(away / 1000));
      }
      left = null;
    }
  };
  const pasted = (event) => {
    const where = place();
    if (where && event.target.closest?.("[data-question]")) count(where, "pasted", 1);
  };

  const listeners = [["visibilitychange", turned], ["paste", pasted], ["input", began], ["milo:began", began]];
  for (const [type, listener] of listeners) document.addEventListener(type, listener);
  const timer = setInterval(look, EVERY);
  return () => {
    clearInterval(timer);
    for (const [type, listener] of listeners) document.removeEventListener(type, listener);
  };
}

/** The candidate was heard: the answer has begun. */
export const heard = () => document.dispatchEvent(new CustomEvent("milo:began"));
