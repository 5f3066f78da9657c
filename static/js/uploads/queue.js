// All files on their way: three at a time, kept over reloads, waiting by itself when the server asks to.
import { get } from "../api.js";
import { listen } from "../live.js";
import { send } from "./send.js";
import { close, forget, keep, load } from "./store.js";

const AT_ONCE = 3;
const AGAIN = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
const FINAL = new Set([400, 413, 415]);
const RESTART = new Set(["parts_missing", "upload_closed", "link_refused"]);
const EMPTY = { error: "This file is empty.", suggestion: "Copy it again from where it came." };
export const ENDED = new Set(["ready", "failed", "duplicate", "binned", "lost"]);

export class UploadQueue extends EventTarget {
  items = new Map();
  isPaused = false;
  #person;
  #running = new Map();
  #heard = new Map();
  #isMine = false;
  #release = null;

  constructor(person) {
    super();
    this.#person = person;
    listen((message) => this.#hear(message));
    addEventListener("online", () => this.#next());
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => event.persisted && this.start());
  }

  /** Take up what a reload interrupted; one tab at a time sends. */
  async start() {
    const kept = await load(this.#person).catch(() => []);
    for (const record of kept) if (!this.items.has(record.id)) this.items.set(record.id, this.#resumed(record));
    this.#tell();
    if (!navigator.locks) return this.#own();
    navigator.locks.request("aureole-uploads", () => {
      this.#own();
      return new Promise((resolve) => (this.#release = resolve));
    }).catch(() => {});
  }

  #own() {
    this.#isMine = true;
    for (const item of this.items.values()) if (item.state === "making") this.#look(item);
    this.#next();
  }

  #leave() {
    this.#isMine = false;
    for (const stop of this.#running.values()) stop.abort();
    this.#release?.();
    close();
  }

  #resumed(record) {
    const item = { ...record, sent: 0, tries: 0 };
    if (!ENDED.has(item.state) && item.state !== "making") item.state = item.file ? "waiting" : "lost";
    return item;
  }

  add(files) {
    for (const file of files) {
      const lost = this.#lostTwin(file);
      if (lost) this.#set(lost, { file, state: "waiting", error: "", suggestion: "" });
      else this.#put(file);
    }
    this.#tell();
    this.#next();
  }

  #lostTwin(file) {
    const isSame = (item) => item.state === "lost" && item.name === file.name && item.size === file.size;
    return [...this.items.values()].find(isSame);
  }

  #put(file) {
    // Plain http has no randomUUID; the name only has to differ within this browser.
    const id = `${Date.now().toString(36)}-${this.items.size}-${Math.random().toString(36).slice(2)}`;
    const at = Date.now() + this.items.size / 1000;
    const item = { id, person: this.#person, at, name: file.name, size: file.size, type: file.type };
    const start = file.size ? { state: "waiting", file } : { state: "failed", ...EMPTY };
    this.items.set(id, { ...item, ...start, sent: 0, tries: 0 });
    this.#keep(this.items.get(id));
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    if (isPaused) for (const stop of this.#running.values()) stop.abort();
    this.#tell();
    this.#next();
  }

  retry(id) {
    const item = this.items.get(id);
    if (!item?.file) return;
    this.#set(item, { state: "waiting", tries: 0, error: "", suggestion: "", uploadId: undefined });
    this.#next();
  }

  retryAll() {
    for (const item of this.items.values()) if (item.state === "failed" && item.file) this.retry(item.id);
  }

  dismiss(id) {
    this.#running.get(id)?.abort();
    this.items.delete(id);
    forget(id);
    this.#tell();
  }

  /** Put away everything that has ended. */
  clear() {
    for (const item of [...this.items.values()]) if (ENDED.has(item.state)) this.dismiss(item.id);
  }

  #next() {
    if (!this.#isMine || this.isPaused || navigator.onLine === false) return;
    for (const item of this.items.values()) {
      if (this.#running.size >= AT_ONCE) return;
      if (item.state === "waiting" && !(item.notBefore > Date.now()) && !this.#running.has(item.id)) this.#send(item);
    }
  }

  async #send(item) {
    const stop = new AbortController();
    this.#running.set(item.id, stop);
    try {
      const photoId = await send(item, (change) => this.#set(item, change), stop.signal);
      this.#set(item, { state: "making", photoId, progress: 0, file: undefined });
      this.#follow(item, this.#heard.get(photoId));
    } catch (error) {
      this.#fail(item, error);
    } finally {
      this.#running.delete(item.id);
      this.#next();
    }
  }

  #fail(item, error) {
    if (!this.items.has(item.id)) return;
    if (error.name === "AbortError") return this.#set(item, { state: "waiting" });
    if (error.code === "duplicate" || error.code === "in_bin") {
      const state = error.code === "duplicate" ? "duplicate" : "binned";
      return this.#set(item, { state, photoId: error.body.photo_id, file: undefined });
    }
    if (error.name === "NotReadableError" || error.name === "NotFoundError") {
      return this.#set(item, { state: "lost", file: undefined, error: "The file cannot be read any more." });
    }
    const isOffline = error instanceof TypeError;
    if (RESTART.has(error.code) && item.tries < 3) return this.#wait(item, 0, error.code === "upload_closed");
    if (isOffline || AGAIN.has(error.status)) return this.#wait(item, error.retryAfter, false);
    const file = FINAL.has(error.status) ? undefined : item.file;
    return this.#set(item, { state: "failed", error: error.message, suggestion: error.suggestion, file });
  }

  #wait(item, asked, isAnew) {
    item.tries += 1;
    const seconds = asked || Math.min(30, 2 ** item.tries);
    if (isAnew) item.uploadId = undefined;
    this.#set(item, { state: "waiting", notBefore: Date.now() + seconds * 1000 });
    setTimeout(() => this.#next(), seconds * 1000 + 20);
  }

  #hear(message) {
    if (message.type === "again") {
      for (const item of this.items.values()) if (item.state === "making") this.#look(item);
    }
    if (message.type !== "job" || !message.subject_id) return;
    this.#heard.set(message.subject_id, message);
    for (const item of this.items.values()) if (item.photoId === message.subject_id) this.#follow(item, message);
  }

  #follow(item, message) {
    if (!message || item.state !== "making") return;
    if (message.status === "completed") this.#set(item, { state: "ready", progress: 100 });
    else if (message.status === "failed") this.#explain(item, message);
    else if (message.status === "cancelled") this.#set(item, { state: "failed", error: "Its pictures are not made: the job was cancelled." });
    else this.#set(item, { progress: message.progress, step: message.step });
  }

  async #explain(item, message) {
    const job = await get(`processing/jobs/${message.job_id}`).catch(() => null);
    this.#set(item, { state: "failed", error: message.message, suggestion: job?.suggestion ?? "", isKept: true });
  }

  /** After a reload: what became of a photo whose pictures were being made. */
  async #look(item) {
    try {
      const { state } = await get(`photos/${item.photoId}`);
      if (state === "ready") this.#set(item, { state: "ready" });
      else if (state === "broken") this.#set(item, { state: "failed", error: "Its pictures could not be made.", isKept: true });
    } catch (error) {
      if (error.status === 404) this.dismiss(item.id);
    }
  }

  #set(item, change) {
    if (!this.items.has(item.id)) return;
    const isMove = change.state !== undefined && change.state !== item.state;
    Object.assign(item, change);
    if (isMove || change.uploadId || change.sha256) this.#keep(item);
    this.#tell();
  }

  #keep(item) {
    if (item.state === "ready" || item.state === "duplicate") return forget(item.id);
    const bytes = [...this.items.values()].reduce((sum, other) => sum + (other.file ? other.size : 0), 0);
    return keep(item, bytes);
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
