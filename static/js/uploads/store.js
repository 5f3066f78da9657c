// What is on its way survives a reload: the list and the files themselves, in this browser alone.
const NAME = "aureole-uploads";
const KEPT_BYTES = 1_500_000_000;
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("items", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run(mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction("items", mode);
    const request = work(transaction.objectStore("items"));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** Everything kept for `person`, oldest first. */
export async function load(person) {
  const all = (await run("readonly", (items) => items.getAll())) ?? [];
  return all.filter((item) => item.person === person).sort((a, b) => a.at - b.at);
}

/** Keep an item; without its file when the browser has no room: it is asked for again then. */
export async function keep(item, keptBytes) {
  const { id, person, at, name, size, type, file, sha256, uploadId, photoId, state, error, suggestion } = item;
  const record = { id, person, at, name, size, type, sha256, uploadId, photoId, state, error, suggestion };
  const isRoom = file && keptBytes <= KEPT_BYTES && !["making", "ready"].includes(state);
  try {
    await run("readwrite", (items) => items.put(isRoom ? { ...record, file } : record));
  } catch {
    await run("readwrite", (items) => items.put(record)).catch(() => {});
  }
}

export const forget = (id) => run("readwrite", (items) => items.delete(id)).catch(() => {});

export function close() {
  opening?.then((base) => base.close()).catch(() => {});
  opening = null;
}
