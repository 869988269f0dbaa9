// The form's behaviour, for whatever the page drew: answers are read from native controls inside [data-question],
// steps inside [data-steps] are shown one at a time and stand in the address, so that Back and reloading work and
// no network is needed to go from one question to the next.

import { Refused, upload } from "./outbox.js";

const box = (node) => node.closest?.("[data-question]");
const skipped = (question) => !question || question.hasAttribute("data-turn") || question.dataset.kind === "resume";

/** The value of a question's native control in the shape the server keeps; undefined for what cannot be read yet. */
export function read(question) {
  const inputs = [...question.querySelectorAll("input, textarea, select")];
  const checked = inputs.filter((input) => input.checked).map((input) => input.value);
  switch (question.dataset.kind) {
    case "yes_no":
      return checked.length ? checked[0] === "true" : null;
    case "single_choice":
      return checked[0] ?? null;
    case "multiple_choice":
      return checked;
    case "number":
    case "slider":
      if (inputs[0].validity?.badInput) return undefined;
      return inputs[0].value === "" ? null : Number(inputs[0].value);
    case "date":
      return inputs[0].validity?.badInput ? undefined : inputs[0].value || null;
    case "file":
      return JSON.parse(question.dataset.files || "[]");
    case "profile":
      return profile(question);
    default:
      return inputs[0]?.value ?? null;
  }
}

function profile(question) {
  const value = {};
  const work = [];
  for (const input of question.querySelectorAll("[data-part]")) {
    const [part, index, field] = input.dataset.part.split(".");
    if (field) (work[Number(index)] ??= {})[field] = input.value.trim();
    else value[part] = part === "skills" ? input.value.split(",").map((s) => s.trim()).filter(Boolean) : input.value.trim();
  }
  value.work = work.filter(Boolean);
  return value;
}

function set(question, value) {
  for (const input of question.querySelectorAll("input, textarea, select")) {
    if (input.type === "radio") input.checked = String(value) === input.value;
    else if (input.type === "checkbox") input.checked = Array.isArray(value) && value.includes(input.value);
    else if (input.type !== "file" && !input.dataset.part) input.value = value ?? "";
  }
  show(question);
}

/** Say what is wrong beside the control; empty text takes it away. */
export function complain(question, text) {
  const place = question.querySelector(".error");
  if (place) place.textContent = text || "";
  for (const input of question.querySelectorAll("input, textarea, select")) {
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

function show(question) {
  const output = question.querySelector("output");
  const input = question.querySelector("input[type=range]");
  if (output && input && question.dataset.touched) output.textContent = [input.value, question.dataset.unit].filter(Boolean).join(" ");
}

export class Form {
  /** `words` gives the page's words as they are now: the language is known only once the page has its state. */
  constructor(outbox, words) {
    this.outbox = outbox;
    this.wordsNow = words;
    this.versions = new Map(); // question id → version last saved from this page
    this.on("input", (event) => this.typed(event));
    this.on("change", (event) => this.typed(event));
    this.on("click", (event) => this.clicked(event));
    this.on("keydown", (event) => this.key(event));
    this.onHash = () => this.arrange(true);
    addEventListener("hashchange", this.onHash);
    addEventListener("popstate", this.onHash);
    this.watcher = new MutationObserver(() => this.arrange(false));
    this.watcher.observe(document.body, { childList: true, subtree: true });
    this.arrange(false);
  }

  get words() {
    return this.wordsNow();
  }

  on(type, listener) {
    document.addEventListener(type, listener);
    (this.listeners ??= []).push([type, listener]);
  }

  stop() {
    for (const [type, listener] of this.listeners) document.removeEventListener(type, listener);
    removeEventListener("hashchange", this.onHash);
    removeEventListener("popstate", this.onHash);
    this.watcher.disconnect();
  }

  // --- Answers ---

  typed(event) {
    const question = box(event.target);
    if (skipped(question)) return;
    if (question.dataset.kind === "file") {
      if (event.type === "change" && event.target.files?.length) this.files(question, event.target);
      return;
    }
    question.dataset.touched = "true";
    show(question);
    const value = read(question);
    if (value === undefined) {
      if (event.type === "change" && question.dataset.kind !== "date") complain(question, this.words.unreadable);
      return;
    }
    complain(question, "");
    if (question.dataset.kind === "date" && value && value < "1900") return; // a year that is still being typed
    this.keep(question, value, event.type === "change");
  }

  keep(question, value, soon) {
    const id = question.dataset.question;
    const base = Math.max(Number(question.dataset.version || 0), this.versions.get(id) || 0);
    return this.outbox.answer({ stage: question.closest("[data-stage]").dataset.stage, question_id: id, value, base_version: base, soon });
  }

  /** The server has it. */
  saved(row, reply) {
    if (row.what !== "answer") return;
    this.versions.set(row.question_id, reply.version);
    const question = document.querySelector(`[data-question="${CSS.escape(row.question_id)}"]`);
    if (question && reply.conflict) this.conflict(question, row, reply);
  }

  refused(row, problem) {
    if (row.what !== "answer") return;
    const question = document.querySelector(`[data-question="${CSS.escape(row.question_id)}"]`);
    // What was refused may have been mended since.
    if (question && JSON.stringify(read(question)) === JSON.stringify(row.value)) {
      complain(question, problem.fields[row.question_id] || problem.message);
    }
  }

  conflict(question, row, reply) {
    let place = question.querySelector("[data-conflict]");
    if (!place) {
      place = document.createElement("div");
      place.dataset.conflict = "";
      place.setAttribute("role", "alert");
      question.append(place);
    }
    const other = Array.isArray(reply.other) ? reply.other.join(", ") : String(reply.other ?? this.words.nothing);
    const said = document.createElement("p");
    said.className = "notice notice-warn";
    said.textContent = this.words.conflict.replace("{other}", other === "true" ? this.words.yes : other === "false" ? this.words.no : other);
    const keep = this.small(this.words.keep_this, () => place.replaceChildren());
    const use = this.small(this.words.use_other, () => {
      set(question, reply.other);
      this.keep(question, reply.other, true);
      place.replaceChildren();
    });
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(keep, use);
    place.replaceChildren(said, actions);
  }

  small(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-small";
    button.textContent = text;
    button.onclick = act;
    return button;
  }

  // --- Files ---

  async files(question, input) {
    const id = question.dataset.question;
    const most = Number(question.dataset.most || 1);
    complain(question, "");
    for (const file of [...input.files]) {
      const have = JSON.parse(question.dataset.files || "[]");
      if (have.length >= most && most > 1) {
        complain(question, this.words.too_many.replace("{n}", most));
        break;
      }
      this.outbox.onState("saving");
      try {
        const path = `${this.outbox.base}/files/${encodeURIComponent(id)}?name=${encodeURIComponent(file.name)}`;
        const reply = await upload(path, file, (part) => this.progress(question, part));
        const files = most === 1 ? [reply.file] : [...have, reply.file];
        this.hold(question, files);
        await this.keep(question, files, true);
      } catch (problem) {
        complain(question, problem instanceof Refused && problem.message ? problem.message : this.words.upload_failed);
        this.outbox.onState("");
      } finally {
        this.progress(question, null);
      }
    }
    input.value = "";
  }

  progress(question, part) {
    const bar = question.querySelector("progress");
    if (!bar) return;
    bar.hidden = part === null;
    if (part !== null) bar.value = part;
  }

  hold(question, files) {
    question.dataset.files = JSON.stringify(files);
    const place = question.querySelector("[data-file-list]");
    if (!place) return;
    place.replaceChildren(
      ...files.map((file) => {
        const line = document.createElement("li");
        line.className = "spread";
        const name = document.createElement("span");
        name.textContent = file.name;
        const button = this.small(this.words.remove, () => {
          const left = JSON.parse(question.dataset.files || "[]").filter((f) => f.file_id !== file.file_id);
          this.hold(question, left);
          this.keep(question, left, true);
        });
        button.setAttribute("aria-label", `${this.words.remove}: ${file.name}`);
        line.append(name, button);
        return line;
      }),
    );
  }

  // --- Steps ---

  steps() {
    return [...document.querySelectorAll("[data-steps] > [data-step]")];
  }

  at() {
    const steps = this.steps();
    const wanted = decodeURIComponent(location.hash.slice(1));
    const found = steps.find((step) => step.dataset.step === wanted);
    if (found) return found;
    // Answering must not move the page on: where it stands, it stays until somebody goes on.
    const here = document.querySelector("[data-steps]")?.dataset.at;
    const shown = steps.find((step) => step.dataset.step === here);
    if (shown) return shown;
    const open = steps.find((step) => step.dataset.step !== "review" && !this.answered(step));
    return steps.some((step) => this.answered(step)) ? (open ?? steps.at(-1)) : steps[0];
  }

  answered(step) {
    const question = step.querySelector("[data-question]");
    if (!question) return false;
    if (question.dataset.kind === "slider") return Boolean(question.dataset.touched || Number(question.dataset.version));
    const value = read(question);
    return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "";
  }

  arrange(moved) {
    const holder = document.querySelector("[data-steps]");
    if (!holder) return;
    const step = this.at();
    if (!step || (holder.dataset.at === step.dataset.step && !step.hidden && !moved)) return;
    if (holder.dataset.at === step.dataset.step && !step.hidden) return;
    const first = !holder.dataset.at;
    holder.dataset.at = step.dataset.step;
    // The first step gets its own address too, so that Back from the second one comes to it.
    if (first && !location.hash) history.replaceState(history.state, "", `${location.pathname}${location.search}#${encodeURIComponent(step.dataset.step)}`);
    for (const other of this.steps()) other.hidden = other !== step;
    for (const question of holder.querySelectorAll("[data-question]")) {
      if (question.dataset.kind === "file" && !question.dataset.drawn) {
        question.dataset.drawn = "true";
        this.hold(question, JSON.parse(question.dataset.files || "[]"));
      }
      if (question.dataset.kind === "slider" && Number(question.dataset.version)) question.dataset.touched = "true";
      show(question);
    }
    const main = holder.closest("main");
    main.dataset.screen = step.dataset.step === "review" ? "review" : main.dataset.kind || "form";
    if (step.dataset.step === "review") this.fillReview(step);
    const heading = step.querySelector("h1");
    if (heading) {
      document.title = `${heading.textContent} · ${document.title.split(" · ").slice(-1)[0]}`;
      if (moved || (first && document.activeElement === document.body)) {
        scrollTo({ top: 0 });
        heading.focus({ preventScroll: true });
      }
    }
  }

  go(name, replace = false) {
    const address = `${location.pathname}${location.search}#${encodeURIComponent(name)}`;
    if (replace) history.replaceState(history.state, "", address);
    else history.pushState(history.state, "", address);
    this.arrange(true);
  }

  fillReview(step) {
    for (const place of step.querySelectorAll("[data-review]")) {
      const question = document.querySelector(`[data-question="${CSS.escape(place.dataset.review)}"]`);
      place.textContent = this.inWords(question) || this.words.no_answer;
    }
  }

  inWords(question) {
    if (question.dataset.kind === "slider" && !question.dataset.touched) return "";
    const chosen = [...question.querySelectorAll("input:checked")].map((input) => input.closest("label").textContent.trim());
    if (chosen.length) return chosen.join(", ");
    const value = read(question);
    if (question.dataset.kind === "file") return value.map((file) => file.name).join(", ");
    if (value === null || value === undefined || typeof value === "object") return "";
    if (question.dataset.kind === "date") {
      return new Date(`${value}T12:00`).toLocaleDateString(this.words.language, { year: "numeric", month: "long", day: "numeric" });
    }
    return [String(value), question.dataset.kind === "number" || question.dataset.kind === "slider" ? question.dataset.unit : ""].filter(Boolean).join(" ");
  }

  complete(step) {
    const question = step.querySelector("[data-question]");
    if (!question) return true;
    if (read(question) === undefined) {
      complain(question, question.dataset.kind === "date" ? this.words.date : this.words.unreadable);
    } else if (question.dataset.required === "true" && !this.answered(step)) {
      complain(question, question.dataset.kind === "slider" ? this.words.move_slider : this.words.required);
    } else if (!question.querySelector(".error")?.textContent) {
      return true;
    }
    question.querySelector("input, textarea, select")?.focus();
    return false;
  }

  clicked(event) {
    const pressed = event.target.closest?.("[data-go]");
    if (!pressed) return;
    event.preventDefault();
    const steps = this.steps();
    const index = steps.findIndex((step) => !step.hidden);
    const to = pressed.dataset.go;
    if (to === "next") {
      if (this.complete(steps[index])) this.go(steps[index + 1].dataset.step);
    } else if (to === "back") {
      if (index > 0) this.go(steps[index - 1].dataset.step);
    } else {
      this.go(to);
    }
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    const step = event.target.closest?.("[data-step]");
    if (step && event.target.matches("input") && event.target.type !== "file") {
      event.preventDefault();
      step.querySelector('[data-go="next"]')?.click();
    }
  }

  /** Go to the first question that the server still wants, with its words beside it. */
  missing(fields) {
    const ids = Object.keys(fields);
    for (const id of ids) {
      const question = document.querySelector(`[data-question="${CSS.escape(id)}"]`);
      if (question) complain(question, fields[id]);
    }
    const first = this.steps().find((step) => ids.includes(step.dataset.step));
    if (first) this.go(first.dataset.step);
    else document.querySelector(`[data-question="${CSS.escape(ids[0] || "")}"] input`)?.focus();
  }
}
