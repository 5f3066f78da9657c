// One file on its way: announced, sent in parts, completed. Whatever arrived before is not sent again.
import { ApiError, get, post, waitOf } from "../api.js";
import { sha256 } from "./hash.js";

const HASHED_MOST = 200_000_000;

function put(url, headers, blob, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(refused(request)));
    request.onerror = () => reject(new TypeError("The connection was lost."));
    request.onabort = () => reject(new DOMException("Stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(blob);
  });
}

function refused(request) {
  let body = null;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    // S3 speaks XML; its 403 is a link whose five minutes are over.
    body = request.status === 403 ? { error: "link_refused", detail: "The link to send it to is over." } : null;
  }
  const headers = { get: (name) => request.getResponseHeader(name) };
  return new ApiError(request.status, body, waitOf(headers));
}

async function announce(item, signal) {
  const upload = await post(
    "uploads/presign",
    { filename: item.name, size: item.size, sha256: item.sha256 ?? "", content_type: item.type ?? "" },
    { signal },
  );
  item.uploadId = upload.upload_id;
  return upload;
}

/** The upload as the server knows it: what has arrived, and fresh addresses. */
async function begin(item, signal) {
  if (!item.uploadId) return announce(item, signal);
  try {
    const upload = await get(`uploads/${item.uploadId}`, { signal });
    if (upload.state === "open" || upload.photo_id) return upload;
  } catch (error) {
    if (error.status !== 404) throw error;
  }
  item.uploadId = undefined;
  return announce(item, signal);
}

async function sendParts(item, upload, report, signal) {
  const arrived = new Set(upload.arrived_parts);
  const lengthOf = (number) => Math.min(upload.part_size, item.size - (number - 1) * upload.part_size);
  let done = [...arrived].reduce((sum, number) => sum + lengthOf(number), 0);
  report({ state: "sending", sent: done });
  for (let number = 1; number <= upload.part_count; number += 1) {
    if (arrived.has(number)) continue;
    const start = (number - 1) * upload.part_size;
    const blob = item.file.slice(start, start + lengthOf(number));
    await put(upload.urls[number - 1], upload.headers, blob, (sent) => report({ sent: done + sent }), signal);
    done += lengthOf(number);
    report({ sent: done });
  }
}

/** Bring `item.file` to the server; `report` hears every change. Resolves with the photo's id. */
export async function send(item, report, signal) {
  if (item.sha256 === undefined && item.size <= HASHED_MOST) {
    report({ state: "hashing" });
    report({ sha256: await sha256(item.file) });
  }
  signal.throwIfAborted();
  const upload = await begin(item, signal);
  report({ uploadId: item.uploadId });
  if (upload.state === "open") {
    await sendParts(item, upload, report, signal);
    report({ state: "checking", sent: item.size });
  }
  const done = await post(`uploads/${item.uploadId}/complete`, undefined, { signal });
  return done.photo.id;
}
