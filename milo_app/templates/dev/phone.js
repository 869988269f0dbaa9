// Keeps an open conversation current: sends the reply without leaving the page, and looks for new texts each second.
const list = document.getElementById("texts");
const form = document.getElementById("reply");
const number = list.dataset.number;

function add(text) {
  if (list.querySelector(`[data-id="${CSS.escape(text.id)}"]`)) return;
  const item = document.createElement("li");
  item.dataset.id = text.id;
  item.dataset.direction = text.direction;
  item.textContent = text.body;
  const by = document.createElement("small");
  by.textContent = `${text.direction === "in" ? "You" : "Milo"} · ${text.at.slice(11, 16)} UTC`;
  item.append(by);
  list.append(item);
  item.scrollIntoView({ block: "nearest" });
}

async function look() {
  try {
    const answer = await fetch(`/dev/phone.json?number=${encodeURIComponent(number)}`);
    if (answer.ok) for (const text of await answer.json()) add(text);
  } catch {
    // The server restarts now and then; the next look finds it.
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = form.elements.body;
  const body = field.value;
  if (!body.trim()) return;
  const answer = await fetch("/dev/phone.json", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from: number, body, id: `LM${crypto.randomUUID()}` }),
  });
  if (answer.ok) {
    field.value = "";
    await look();
  }
});

form.elements.body.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
});

setInterval(look, 1000);
