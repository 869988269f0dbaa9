// Nothing a candidate gives is lost: it is written to this device first, then sent, lowest first, again and again
// until the server says 200. Only then is it called saved.

import { list, put, remove, stamp } from "./store.js";

const TEXT_PAUSE = 700; // ms after the last key before typing is sent
const LONGEST_WAIT = 20_000;

/** A fresh idempotency key. */
export const freshKey = () =>
  crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** What the server refused, with its own words for the person. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.error?.message || "");
    this.status = status;
    this.fields = body?.error?.fields || {};
    this.reason = body?.error?.reason || "";
  }
}

/** One JSON call. Throws Refused for an answer that repeating cannot change, TypeError where it may. */
export async function call(path, { method = "GET", body, keepalive = false } = {}) {
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    keepalive,
    headers: body === undefined ? { Accept: "application/json" } : { "Content-Type": "application/json", Accept: "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status >= 500 || response.status === 429 || response.status === 408) throw new TypeError(`HTTP ${response.status}`);
  const data = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, data);
  return data;
}

export class Outbox {
  constructor(application, { onState = () => {}, onSaved = () => {}, onRefused = () => {} } = {}) {
    this.application = application;
    this.base = `/api/candidate/applications/${application}`;
    this.onState = onState;
    this.onSaved = onSaved;
    this.onRefused = onRefused;
    this.waiters = new Map(); // row id → {resolve, reject}
    this.writing = Promise.resolve();
    this.tries = 0;
    this.pumping = null;
    this.stopped = false;
    this.closed = false; // the server no longer takes anything from this browser
    this.now = () => this.pump();
    this.leave = () => document.visibilityState === "hidden" && this.pump(true);
    addEventListener("online", this.now);
    addEventListener("pagehide", this.leave);
    document.addEventListener("visibilitychange", this.leave);
    this.pump();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.now);
    removeEventListener("pagehide", this.leave);
    document.removeEventListener("visibilitychange", this.leave);
  }

  rows() {
    return list("outbox", "application", this.application);
  }

  /** Keep an answer here and send it soon. An unsent older value of the same question is replaced. */
  answer({ stage, question_id, value, base_version, soon = false }) {
    this.onState("saving");
    // One write after the other, or two quick keys could each miss the other's row.
    this.writing = this.writing.then(async () => {
      const rows = await this.rows();
      for (const row of rows) {
        if (row.what === "answer" && row.question_id === question_id && row.stage === stage && !row.tried) await remove("outbox", row);
      }
      await put("outbox", { id: stamp(), application: this.application, what: "answer", key: freshKey(), stage, question_id, value, base_version });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.pump(), soon ? 0 : TEXT_PAUSE);
    });
    return this.writing;
  }

  /** Keep something said here, send it, and give back the conversation that the server answers with. */
  async turn(body) {
    const row = { id: stamp(), application: this.application, what: "turn", key: freshKey(), body };
    const answered = new Promise((resolve, reject) => this.waiters.set(row.id, { resolve, reject }));
    this.onState("saving");
    await put("outbox", row);
    this.pump();
    return answered;
  }

  /** Send what is waiting. Resolves to true once nothing waits, to false where it cannot be sent now. */
  async flush() {
    clearTimeout(this.timer);
    await this.writing;
    for (let round = 0; round < 4; round += 1) {
      await this.pump();
      if (!(await this.rows()).length) return true;
    }
    return false;
  }

  /** Hand a stage in, after everything else has arrived. Throws Refused, or TypeError where the network fails. */
  async submit(stage) {
    if (!(await this.flush())) throw new TypeError("offline");
    return call(`${this.base}/stages/${stage}/submit`, { method: "POST", body: { key: freshKey() } });
  }

  pump(leaving = false) {
    this.pumping ??= this.locked(leaving).finally(() => (this.pumping = null));
    return this.pumping;
  }

  locked(leaving) {
    // Two tabs of one application take turns, so that nothing is sent twice at the same moment.
    if (leaving || !navigator.locks) return this.drain(leaving);
    return navigator.locks.request(`milo-outbox-${this.application}`, () => this.drain(false));
  }

  async drain(leaving) {
    clearTimeout(this.timer);
    for (;;) {
      if (this.stopped && !leaving) return;
      const [row] = await this.rows();
      if (!row) {
        if (this.tries) this.onState("saved");
        this.tries = 0;
        return;
      }
      if (this.closed) return;
      this.onState("saving");
      if (!row.tried) await put("outbox", { ...row, tried: true });
      try {
        const reply = await this.send(row, leaving);
        await remove("outbox", row);
        if (row.what === "answer") await this.rebase(row, reply);
        this.tries = 0;
        this.settle(row, "resolve", reply);
        this.onSaved(row, reply);
        if (!(await this.rows()).length) this.onState("saved");
      } catch (problem) {
        if (problem instanceof Refused && ![401, 403, 404].includes(problem.status)) {
          await remove("outbox", row); // asking again cannot help; what was typed is still on the page
          this.settle(row, "reject", problem);
          this.onRefused(row, problem);
          this.onState((await this.rows()).length ? "saving" : "");
          continue;
        }
        if (problem instanceof Refused) {
          this.closed = true;
          this.settle(row, "reject", problem);
          this.onRefused(row, problem);
          this.onState("waiting");
          return;
        }
        this.tries += 1;
        this.onState("waiting");
        const wait = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(this.tries, 6)) * (0.7 + Math.random() * 0.6);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.pump(), wait);
        return;
      }
    }
  }

  send(row, keepalive) {
    if (row.what === "turn") {
      return call(`${this.base}/turns`, { method: "POST", body: { ...row.body, key: row.key }, keepalive });
    }
    const { key, stage, question_id, value, base_version } = row;
    return call(`${this.base}/answers`, { method: "POST", body: { key, stage, question_id, value, base_version }, keepalive });
  }

  /** Later edits of the same question stand on the version just saved; else they would look like a conflict. */
  async rebase(saved, reply) {
    for (const row of await this.rows()) {
      if (row.what === "answer" && row.question_id === saved.question_id && row.stage === saved.stage) {
        await put("outbox", { ...row, base_version: reply.version });
      }
    }
  }

  settle(row, how, value) {
    this.waiters.get(row.id)?.[how](value);
    this.waiters.delete(row.id);
  }
}

let current = null;

/** The outbox of the application that this page shows; made on first use. */
export function outboxOf(application, hooks) {
  if (current?.application !== application || current.stopped) {
    current?.stop();
    current = new Outbox(application, hooks);
  } else if (hooks) {
    Object.assign(current, hooks);
  }
  return current;
}

/** POST raw bytes with progress (0 to 1). Resolves to the JSON answer; throws Refused or TypeError as `call` does. */
export function upload(path, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = request.onabort = request.ontimeout = () => reject(new TypeError("network"));
    request.onload = () => {
      let data = null;
      try {
        data = JSON.parse(request.responseText);
      } catch {
        /* an answer without JSON is judged by its status */
      }
      if (request.status >= 200 && request.status < 300) resolve(data);
      else if (request.status >= 500) reject(new TypeError(`HTTP ${request.status}`));
      else reject(new Refused(request.status, data));
    };
    request.send(file);
  });
}
