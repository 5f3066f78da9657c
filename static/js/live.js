// What happens to this person's jobs, as it happens: one socket for the page, and a polling twin while it is away.
import { get } from "./api.js";

const listeners = new Set();
const QUIET = 4000;
let socket = null;
let tries = 0;
let timer;
let poll;
let last = new Map();

// A quick look is answered to whoever asked for it, and is news to nobody.
const UNTOLD = ["preview", "fusion_preview"];

function tell(message) {
  if (UNTOLD.includes(message.kind)) return;
  for (const listener of listeners) listener(message);
}

function connect() {
  if (socket || document.visibilityState === "hidden") return;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}/ws/me`);
  socket = mine;
  socket.addEventListener("open", () => {
    if (tries > 0) tell({ type: "again" });
    tries = 0;
    clearInterval(poll);
    poll = undefined;
  });
  socket.addEventListener("message", (event) => tell(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    if (socket !== mine) return;
    socket = null;
    again();
  });
}

function again() {
  clearTimeout(timer);
  if (document.visibilityState === "hidden" || listeners.size === 0) return;
  tries += 1;
  poll ??= setInterval(() => ask().catch(() => {}), QUIET);
  timer = setTimeout(connect, Math.min(30_000, 500 * 2 ** tries) * (0.7 + Math.random() * 0.6));
}

/** The polling twin: the same messages, made of the rows. */
async function ask() {
  tell({ type: "poll" });
  const { results } = await get("processing/jobs?limit=50");
  const now = new Map(results.map((job) => [job.id ?? job.job_id, job]));
  for (const [id, job] of now) {
    const before = last.get(id);
    if (before && before.sequence === job.sequence) continue;
    if (!before && last.size === 0) continue;
    tell({ ...job, type: "job", job_id: id, subject_id: job.subject_id ?? job.photo_id });
  }
  last = now;
}

function leave() {
  clearTimeout(timer);
  clearInterval(poll);
  poll = undefined;
  const old = socket;
  socket = null;
  // Closing one that is still opening would be told as an error in the console.
  if (old?.readyState === WebSocket.CONNECTING) old.addEventListener("open", () => old.close());
  else old?.close();
}

/** Call `listener` with every message of /ws/me; returns a way to stop. */
export function listen(listener) {
  if (!document.body.dataset.person) return () => {};
  listeners.add(listener);
  connect();
  return () => listeners.delete(listener);
}

// A page in the back/forward cache must not hold a socket.
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => {
  if (event.persisted && listeners.size) {
    connect();
    tell({ type: "again" });
  }
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && listeners.size) connect();
});
