// What the browser keeps until the server has it: answers and turns (`outbox`), pieces of a recording (`chunks`) and
// small notes. IndexedDB; where a browser refuses it, memory, so that the page still works while it is open.

const memory = { outbox: new Map(), chunks: new Map(), notes: new Map() };
let opening = null;
let next = Date.now();
let full = false;

/** Whether this device has no room left, so that what is new stands in memory while the page is open. */
export const isFull = () => full;

function open() {
  opening ??= new Promise((resolve) => {
    let request;
    try {
      request = indexedDB.open("milo", 1);
    } catch {
      resolve(null);
      return;
    }
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("outbox", { keyPath: "id" }).createIndex("application", "application");
      db.createObjectStore("chunks", { keyPath: ["recording", "segment", "seq"] }).createIndex("recording", "recording");
      db.createObjectStore("notes", { keyPath: "name" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
  });
  return opening;
}

const keyOf = (store, row) =>
  store === "chunks" ? `${row.recording}/${row.segment}/${row.seq}` : store === "notes" ? row.name : row.id;

async function run(store, mode, act, otherwise) {
  const db = await open();
  if (!db) return otherwise(memory[store]);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(store, mode);
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } catch (problem) {
    // A full disk, or a database that the browser closed: memory is better than losing it now.
    if (mode === "readwrite") full ||= problem?.name === "QuotaExceededError";
    return otherwise(memory[store]);
  }
}

/** A number that grows with time, so that rows sort as they were made. */
export function stamp() {
  next = Math.max(next + 1, Date.now() * 1000);
  return next;
}

/** Insert or replace a row. */
export const put = (store, row) =>
  run(store, "readwrite", (s) => s.put(row), (m) => void m.set(keyOf(store, row), row)).then(() => row);

/** Remove a row. */
export async function remove(store, row) {
  memory[store].delete(keyOf(store, row));
  const key = store === "chunks" ? [row.recording, row.segment, row.seq] : store === "notes" ? row.name : row.id;
  await run(store, "readwrite", (s) => s.delete(key), () => undefined);
}

/** Rows whose indexed field equals `value`, oldest first. */
export async function list(store, index, value) {
  const rows = (await run(store, "readonly", (s) => s.index(index).getAll(value), () => [])) || [];
  const seen = new Set(rows.map((row) => keyOf(store, row)));
  for (const row of memory[store].values()) {
    if (row[index] === value && !seen.has(keyOf(store, row))) rows.push(row);
  }
  return rows.sort((a, b) => (a.segment ?? 0) - (b.segment ?? 0) || (a.seq ?? a.id) - (b.seq ?? b.id));
}

/** A small note by name, or undefined. */
export async function note(name) {
  const row = await run("notes", "readonly", (s) => s.get(name), (m) => m.get(name));
  return (row ?? memory.notes.get(name))?.value;
}

/** Keep a small note. */
export const keep = (name, value) => put("notes", { name, value });
