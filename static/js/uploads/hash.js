// The fingerprint the server compares with: what it has already is not sent again.
let worker = null;
let count = 0;
const waiting = new Map();

function start() {
  worker = new Worker(new URL("./hash-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.isUnreadable) reject(new DOMException("The file cannot be read any more.", "NotReadableError"));
    else resolve(data.sha256);
  });
}

/** Hex SHA-256 of `file`, or "" where the browser has no Web Crypto (plain http): the server hashes in any case. */
export function sha256(file) {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) return Promise.resolve("");
  if (!worker) start();
  return new Promise((resolve, reject) => {
    count += 1;
    waiting.set(count, { resolve, reject });
    worker.postMessage({ id: count, file });
  });
}
