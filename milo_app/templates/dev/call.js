// The handset of the local telephone: rings, answers, shows what is said as it is spoken, and sends what its person says,
// types on the keys, and when they break in. It speaks ConversationRelay's protocol over /dev/phone/line.
const box = document.getElementById("call");
const number = box.dataset.number;
const state = document.getElementById("call-state");
const spoken = document.getElementById("spoken");
const aloud = document.getElementById("aloud");
const listen = document.getElementById("listen");
// Letters that are shown in a second: some three times as fast as speech, so that trying things out takes no patience.
const PACE = 45;
let line = null;
let ringing = null;
let waiting = "";
let out = "";
let item = null;
let whole = false;
let timer = null;

function now(kind, words) {
  box.dataset.call = kind;
  state.textContent = words;
}

function bubble(direction, who) {
  const made = document.createElement("li");
  made.dataset.direction = direction;
  const text = document.createElement("span");
  const by = document.createElement("small");
  by.textContent = who;
  made.append(text, by);
  spoken.append(made);
  made.scrollIntoView({ block: "nearest" });
  return text;
}

function send(frame) {
  if (line?.readyState === WebSocket.OPEN) line.send(JSON.stringify(frame));
}

function speak() {
  if (timer || !waiting) return;
  if (!item) {
    item = bubble("out", "Milo");
    out = "";
    whole = false;
  }
  timer = setInterval(() => {
    out += waiting.slice(0, Math.ceil(PACE / 10));
    waiting = waiting.slice(Math.ceil(PACE / 10));
    item.textContent = out;
    item.parentElement.scrollIntoView({ block: "nearest" });
    if (waiting) return;
    clearInterval(timer);
    timer = null;
    if (whole) spokenOut();
  }, 100);
}

function spokenOut() {
  item = null;
  send({ type: "info", name: "tokensPlayed", value: out });
  send({ type: "info", name: "agentSpeaking", value: "off" });
}

function hush() {
  clearInterval(timer);
  timer = null;
  waiting = "";
  item = null;
  globalThis.speechSynthesis?.cancel();
}

function breakIn() {
  if (!timer) return;
  const heard = out;
  item.textContent = `${out}…`;
  hush();
  const ms = String(Math.round((heard.length / PACE) * 1000));
  send({ type: "interrupt", utteranceUntilInterrupt: heard, durationUntilInterruptMs: ms });
}

function take(frame) {
  if (frame.type === "text") {
    waiting += frame.token;
    speak();
    whole = frame.last;
    if (aloud.checked) globalThis.speechSynthesis?.speak(new SpeechSynthesisUtterance(frame.token));
  } else if (frame.type === "say") {
    bubble("out", "Milo").textContent = frame.text;
  } else if (frame.type === "gather") {
    state.textContent = "Milo waits for a code by keys.";
  } else if (frame.type === "over") {
    over("The call is over.");
  }
}

function over(words) {
  if (item) item.textContent = out + waiting;
  hush();
  const old = line;
  line = null;
  old?.close();
  now("idle", words);
}

function connect(id) {
  spoken.replaceChildren();
  ringing = null;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const made = new WebSocket(`${scheme}://${location.host}/dev/phone/line?call=${encodeURIComponent(id)}`);
  line = made;
  now("talking", "On the line.");
  made.addEventListener("message", (event) => line === made && take(JSON.parse(event.data)));
  made.addEventListener("close", () => line === made && over("The call is over."));
  document.getElementById("words").focus();
}

async function post(body) {
  const answer = await fetch("/dev/phone/calls.json", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.ok) return answer.json();
  state.textContent = "That did not work: the call may be over already.";
  return null;
}

async function leave(how, words) {
  const id = ringing;
  ringing = null;
  now("idle", words);
  await post({ call: id, do: how });
}

const DO = {
  async dial() {
    const made = await post({ from: number });
    if (made) connect(made.id);
  },
  answer: () => connect(ringing),
  busy: () => leave("busy", "You were busy."),
  "no-answer": () => leave("no-answer", "Nobody answered."),
  voicemail: () => leave("voicemail", "Voicemail answered."),
  "break-in": breakIn,
  drop() {
    hush();
    send({ type: "drop" });
    state.textContent = "The line broke and is being put together again.";
  },
  "hang-up": () => over("You hung up."),
};

box.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.do) DO[button.dataset.do]();
  if (button?.dataset.key) {
    breakIn();
    send({ type: "dtmf", digit: button.dataset.key });
    bubble("in", "You").textContent = `Key ${button.dataset.key}`;
  }
});

function said(words) {
  if (!words.trim() || !line) return;
  breakIn();
  bubble("in", "You").textContent = words;
  send({ type: "prompt", voicePrompt: words, lang: "en-US", last: true });
}

document.getElementById("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("words");
  said(field.value);
  field.value = "";
  field.focus();
});

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
if (Recognition) {
  const ear = new Recognition();
  ear.continuous = true;
  document.getElementById("listen-label").hidden = false;
  listen.addEventListener("change", () => (listen.checked ? ear.start() : ear.stop()));
  ear.addEventListener("result", (event) => {
    for (const result of [...event.results].slice(event.resultIndex)) if (result.isFinal) said(result[0].transcript);
  });
  ear.addEventListener("end", () => listen.checked && line && ear.start());
}

async function look() {
  if (line) return;
  try {
    const answer = await fetch(`/dev/phone/calls.json?number=${encodeURIComponent(number)}`);
    if (!answer.ok || line) return;
    const rings = (await answer.json()).filter((one) => one.direction === "out" && one.state === "ringing").at(-1);
    if (rings && rings.id !== ringing) {
      ringing = rings.id;
      now("ringing", "Milo is calling.");
    } else if (!rings && box.dataset.call === "ringing") {
      ringing = null;
      now("idle", "No call.");
    }
  } catch {
    // The server restarts now and then; the next look finds it.
  }
}

look();
setInterval(look, 1000);
