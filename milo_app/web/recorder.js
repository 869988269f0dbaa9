// Records in small pieces. Each piece is kept on this device until the server has it; a lost connection, a reload or
// a closed tab loses nothing that was recorded.

import { Refused, call, freshKey } from "./outbox.js";
import { isFull, keep, list, note, put, remove } from "./store.js";

const PIECE = 2000; // ms
// What a piece grows to on this device before it is sent: of less, what goes along with a request would be too large a part.
const WORTH_SENDING = 40 * 1024; // bytes
const VIDEO = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4;codecs=avc1.42E01E,mp4a.40.2", "video/mp4"];
const SOUND = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4", "audio/ogg;codecs=opus"];
const MOST_WAITING = 400; // pieces: about a quarter of an hour without a network

const hex = async (blob) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))].map((b) => b.toString(16).padStart(2, "0")).join("");

export const canRecord = () => typeof MediaRecorder !== "undefined" && Boolean(navigator.mediaDevices?.getUserMedia);

export class Recorder {
  constructor(application, stage, { onWaiting = () => {}, onTrouble = () => {} } = {}) {
    this.base = `/api/candidate/applications/${application}/recordings`;
    this.stage = stage;
    this.name = `recording:${application}:${stage}`;
    this.onWaiting = onWaiting;
    this.onTrouble = onTrouble;
    this.elapsed = 0;
    this.queue = Promise.resolve();
    this.tries = 0;
    this.online = () => this.pump();
    addEventListener("online", this.online);
  }

  /** Send what an earlier visit left behind. */
  async resume() {
    this.state = await note(this.name);
    if (this.state) this.pump();
  }

  /** Begin a new segment with this stream. Throws where the browser cannot record it or the server cannot be reached. */
  async start(stream, video) {
    const kinds = video ? VIDEO : SOUND;
    const mimeType = kinds.find((kind) => MediaRecorder.isTypeSupported(kind));
    const source = video ? stream : new MediaStream(stream.getAudioTracks());
    this.media = new MediaRecorder(source, { ...(mimeType ? { mimeType } : {}), videoBitsPerSecond: 450_000, audioBitsPerSecond: 48_000 });
    const known = await note(this.name);
    const type = this.media.mimeType || mimeType || (video ? "video/webm" : "audio/webm");
    if (known && !known.finished && known.type.split(";")[0] === type.split(";")[0]) {
      this.state = { ...known, segment: known.segment + 1 };
    } else {
      const reply = await call(this.base, { method: "POST", body: { stage: this.stage, media_type: type, key: freshKey() } });
      this.state = { recording: reply.recording_id, type, segment: 0, counts: {}, elapsed: 0 };
    }
    this.state.counts[this.state.segment] = 0;
    await keep(this.name, this.state);
    navigator.storage?.persist?.().catch(() => {});
    this.before = this.state.elapsed || 0;
    this.media.ondataavailable = (event) => event.data.size && this.hold(event.data);
    this.media.onerror = () => this.onTrouble("recorder");
    this.media.onstop = () => (this.stoppedAt ??= performance.now());
    for (const track of source.getTracks()) {
      track.onended = () => this.onTrouble(track.kind);
      // A call comes in, or another app takes the microphone: it may come back by itself.
      track.onmute = () => this.onTrouble("muted");
      track.onunmute = () => this.onTrouble("unmuted");
    }
    this.began = performance.now();
    this.paused = 0;
    this.pausedAt = this.stoppedAt = undefined;
    this.media.start(PIECE);
    return this.state.recording;
  }

  get recording() {
    return this.state?.recording ?? null;
  }

  get running() {
    return this.media?.state === "recording";
  }

  /** Place in the joined recording, in ms. */
  get at() {
    if (!this.media || this.began === undefined) return null;
    const now = this.stoppedAt ?? this.pausedAt ?? performance.now();
    return Math.round(this.before + now - this.began - this.paused);
  }

  pause() {
    if (this.media?.state !== "recording") return;
    this.media.pause();
    this.pausedAt = performance.now();
  }

  unpause() {
    if (this.media?.state !== "paused") return;
    this.paused += performance.now() - this.pausedAt;
    this.pausedAt = undefined;
    this.media.resume();
  }

  hold(blob) {
    const { state } = this;
    const { recording, segment } = state;
    state.elapsed = this.at;
    this.queue = this.queue.then(async () => {
      const { growing } = this;
      const seq = growing ? growing.seq : state.counts[segment];
      const whole = growing ? new Blob([growing.blob, blob], { type: blob.type }) : blob;
      const small = whole.size < WORTH_SENDING && !this.closed;
      state.counts[segment] = seq + 1;
      if (small) this.growing = { segment, seq, blob: whole };
      await put("chunks", { recording, segment, seq, blob: whole, sha: await hex(whole) });
      // Only now: a piece of which less was sent could not be changed any more.
      if (!small) this.growing = null;
      if (isFull()) this.onTrouble("full");
      await keep(this.name, state);
      this.pump();
    });
  }

  pump() {
    this.pumping ??= this.drain().finally(() => (this.pumping = null));
    return this.pumping;
  }

  async drain() {
    clearTimeout(this.timer);
    if (!this.recording) return;
    for (;;) {
      const before = this.growing;
      const rows = await list("chunks", "recording", this.recording);
      this.onWaiting(rows.length > 3 ? rows.length : 0);
      if (rows.length > MOST_WAITING) this.onTrouble("full");
      const grows = (row) => [before, this.growing].some((one) => one && one.segment === row.segment && one.seq === row.seq);
      const row = rows.find((one) => !grows(one));
      if (!row) return;
      try {
        const response = await fetch(`${this.base}/${row.recording}/${row.segment}/${row.seq}`, {
          method: "PUT",
          credentials: "same-origin",
          headers: { "Content-Type": "application/octet-stream", "X-SHA256": row.sha },
          body: row.blob,
        });
        // 409: the server holds this piece already, with other bytes; ours can change nothing any more.
        if (response.ok || response.status === 409 || response.status === 410) {
          await remove("chunks", row);
          this.tries = 0;
          continue;
        }
        if ([401, 403, 404].includes(response.status)) return;
        throw new TypeError(`HTTP ${response.status}`);
      } catch {
        this.tries += 1;
        this.timer = setTimeout(() => this.pump(), Math.min(15_000, 500 * 2 ** Math.min(this.tries, 5)));
        return;
      }
    }
  }

  /** Stop recording; the last piece is kept before this resolves. */
  async stop() {
    if (this.media && this.media.state !== "inactive") {
      const stopped = new Promise((resolve) => this.media.addEventListener("stop", resolve, { once: true }));
      this.media.stop();
      await stopped;
    }
    await this.queue;
    this.growing = null;
  }

  /** Go on with another stream: a microphone that came back, or sound without the camera. */
  async restart(stream, video) {
    await this.stop();
    return this.start(stream, video);
  }

  /** Everything sent and the recording closed. Resolves to false where that is not possible yet. */
  async finish() {
    await this.stop();
    if (!this.recording || this.state.finished) return true;
    const totals = Object.fromEntries(Object.entries(this.state.counts).filter(([, count]) => count > 0));
    if (!Object.keys(totals).length) return true;
    for (let round = 0; round < 3; round += 1) {
      await this.pump();
      await this.pump(); // The last piece may have come while the one before was on its way.
      if ((await list("chunks", "recording", this.recording)).length) return false;
      try {
        await call(`${this.base}/${this.recording}/finish`, { method: "POST", body: { totals } });
        this.state.finished = true;
        await keep(this.name, this.state);
        return true;
      } catch (problem) {
        // Pieces that neither side has (a full disk): close with what there is rather than hold the candidate back.
        if (problem instanceof Refused && problem.status === 409 && round === 2) return true;
        if (problem instanceof Refused && problem.status !== 409) return true;
        if (!(problem instanceof Refused)) return false;
      }
    }
    return true;
  }

  /** The talk is over on this page, wherever it ended: what was recorded is sent and closed, as far as that goes now. */
  async leave() {
    try {
      await this.finish();
    } finally {
      this.close();
    }
  }

  close() {
    this.closed = true;
    removeEventListener("online", this.online);
    clearTimeout(this.timer);
    if (this.media && this.media.state !== "inactive") this.media.stop();
  }
}

/** How loud the stream is, 0 to 1, told some ten times a second. Returns how to stop. */
export function listen(stream, onLevel) {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context || !stream.getAudioTracks().length) return () => {};
  const context = new Context();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(analyser);
  const data = new Uint8Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(data);
    let sum = 0;
    for (const value of data) sum += (value - 128) ** 2;
    onLevel(Math.min(1, Math.sqrt(sum / data.length) / 40));
  }, 100);
  context.resume?.().catch(() => {});
  return () => {
    clearInterval(timer);
    context.close().catch(() => {});
  };
}
