// A conversation as both talking screens use it: read, begin, say something, and keep looking while it is open.

import { useCallback, useEffect, useRef, useState } from "react";
import { Refused, call, freshKey, outboxOf } from "./outbox.js";

/** This tab, as the server tells it from the candidate's other devices. */
export function deviceId() {
  try {
    const known = sessionStorage.getItem("milo-device");
    if (known) return known;
    const made = freshKey();
    sessionStorage.setItem("milo-device", made);
    return made;
  } catch {
    return "";
  }
}

/** `watch` looks every so many ms for what happened elsewhere; 0 does not. */
export function useTalk({ application, stage, words, onChanged, watch = 0, device = "" }) {
  const [talk, setTalk] = useState(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const base = `/api/candidate/applications/${application}`;
  const turns = useRef(-1);

  const take = useCallback((next) => {
    if (!next) return;
    // An older answer that arrives late must not turn the page back.
    if (next.turns.length < turns.current) return;
    turns.current = next.turns.length;
    setTalk(next);
    setProblem("");
  }, []);

  const fail = useCallback(
    (error) => {
      if (error instanceof Refused) {
        setProblem(Object.values(error.fields)[0] || error.message);
        if ([409, 410].includes(error.status)) onChanged(application);
      } else {
        setProblem(words.offline);
      }
    },
    [application, onChanged, words],
  );

  const look = useCallback(
    () => call(`${base}/conversation/${stage}`).then(take, (error) => error instanceof Refused && fail(error)),
    [base, stage, take, fail],
  );

  const begin = useCallback(async () => {
    for (let tries = 0; ; tries += 1) {
      try {
        await outboxOf(application).flush();
        const next = await call(`${base}/conversation/${stage}/begin`, { method: "POST", body: { key: freshKey(), device } });
        take(next);
        return next;
      } catch (error) {
        if (error instanceof Refused) {
          fail(error);
          return null;
        }
        setProblem(words.offline);
        await new Promise((resume) => setTimeout(resume, Math.min(10_000, 1000 * 2 ** tries)));
      }
    }
  }, [application, base, stage, take, fail, words]);

  const say = useCallback(
    async (body) => {
      setBusy(true);
      setProblem("");
      try {
        const next = await outboxOf(application).turn({ stage, ...body });
        take(next);
        return next;
      } catch (error) {
        fail(error);
        return null;
      } finally {
        setBusy(false);
      }
    },
    [application, stage, take, fail],
  );

  useEffect(() => {
    if (!watch) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && look(), watch);
    return () => clearInterval(timer);
  }, [watch, look]);

  return { talk, problem, busy, begin, look, say, setProblem };
}

/** Choices where the next words are one of a few: a yes/no or single choice, or confirming what was understood. */
export function choicesOf(talk, words) {
  const yesNo = [{ value: true, label: words.yes }, { value: false, label: words.no }];
  if (talk?.awaiting === "confirmation") return yesNo;
  const question = talk?.question;
  if (question?.kind === "yes_no") return yesNo;
  if (question?.kind === "single_choice") return (question.options || []).map((option) => ({ value: option, label: option }));
  return [];
}

/**
 * What the page shows of a talk: `last` thing said by the interviewer, all that was said `since` the candidate spoke
 * (as one `caption` too), the `question` that is open, whether any words answer it (`open`) or only its own control,
 * and whether the talk is over (`closed`) or was `broken` off and may go on.
 */
export function shownOf(talk, words) {
  const turns = talk?.turns ?? [];
  const asked = turns.filter((turn) => turn.speaker !== "candidate");
  // All that was said since the candidate last spoke: an answer to their own question, then the next one.
  const lastMine = turns.findLastIndex((turn) => turn.speaker === "candidate");
  const fresh = turns.slice(lastMine + 1).filter((turn) => turn.action !== "pause");
  // After a break, what was open before it.
  const since = fresh.length ? fresh : asked.filter((turn) => turn.action !== "pause").slice(-1);
  const question = talk?.question ?? null;
  return {
    last: asked.at(-1),
    since,
    caption: since.map((turn) => turn.text).join("\n"),
    question,
    closed: ["finished", "time"].includes(talk?.closed),
    broken: talk?.closed === "stopped",
    open: !choicesOf(talk, words).length && question?.kind !== "number",
  };
}
