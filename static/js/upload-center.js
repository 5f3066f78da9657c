// <upload-center>: drop, paste or choose files anywhere; a panel says what becomes of each of them.
import { post } from "./api.js";
import { say } from "./toast-list.js";
import { clean, gather } from "./uploads/gather.js";
import { ENDED, UploadQueue } from "./uploads/queue.js";
import { UploadRows } from "./uploads/rows.js";

class UploadCenter extends HTMLElement {
  #queue;
  #rows;
  #input;
  #frame = 0;
  #depth = 0;

  connectedCallback() {
    const { person } = document.body.dataset;
    if (!person) return;
    this.#queue = new UploadQueue(person);
    this.#rows = new UploadRows(this.querySelector(".upload-list"), (verb, id) => this.#do(verb, id));
    this.#queue.addEventListener("change", () => {
      this.#frame ||= requestAnimationFrame(() => this.#draw());
    });
    this.#input = this.querySelector("input[type=file]");
    this.#input.addEventListener("change", () => {
      this.#queue.add(clean(this.#input.files));
      this.#input.value = "";
    });
    this.#listen();
    this.#queue.start();
  }

  #listen() {
    document.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length) this.#queue.add(files);
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.closest("input, textarea, select");
      if (event.key === "u" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) this.#input.click();
    });
    this.#listenToDrops();
  }

  #listenToDrops() {
    const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    const over = (isOver) => document.body.classList.toggle("is-dropping", isOver);
    document.addEventListener("dragenter", (event) => {
      if (!hasFiles(event)) return;
      this.#depth += 1;
      over(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!hasFiles(event)) return;
      this.#depth = Math.max(0, this.#depth - 1);
      if (this.#depth === 0) over(false);
    });
    document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    document.addEventListener("drop", async (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#depth = 0;
      over(false);
      this.#queue.add(clean(await gather(event.dataTransfer)));
    });
  }

  #click(event) {
    const verb = event.target.closest("[data-upload-verb]")?.dataset.uploadVerb;
    if (verb && this.contains(event.target)) return this.#do(verb);
    if (event.target.closest("[data-upload-folder]")) return this.#choose(true, event);
    if (event.target.closest("[data-upload]")) return this.#choose(false, event);
  }

  #choose(isFolder, event) {
    event?.preventDefault();
    this.#input.webkitdirectory = isFolder;
    this.#input.click();
  }

  #do(verb, id) {
    if (verb === "pause") this.#queue.pause(!this.#queue.isPaused);
    else if (verb === "retry") this.#queue.retry(id);
    else if (verb === "retry-all") this.#queue.retryAll();
    else if (verb === "dismiss") this.#queue.dismiss(id);
    else if (verb === "choose") this.#choose(false);
    else if (verb === "restore") this.#restore(id);
    else if (verb === "close") this.#queue.clear();
    else if (verb === "fold") this.classList.toggle("is-folded");
  }

  async #restore(id) {
    const item = this.#queue.items.get(id);
    try {
      await post("photos/bulk", { ids: [item.photoId], action: "restore" });
      this.#queue.dismiss(id);
      say("1 photo back in your library.");
      dispatchEvent(new Event("aureole:changed"));
    } catch (error) {
      say(`${error.message} ${error.suggestion ?? ""}`);
    }
  }

  #draw() {
    this.#frame = 0;
    const items = [...this.#queue.items.values()];
    this.hidden = items.length === 0;
    document.body.classList.toggle("has-uploads", items.length > 0);
    const count = (...states) => items.filter((item) => states.includes(item.state)).length;
    const going = items.filter((item) => !ENDED.has(item.state)).length;
    const failed = count("failed", "lost");
    const many = (number) => `${number} photo${number === 1 ? "" : "s"}`;
    const title = going ? `Adding ${many(items.length)}` : failed ? `${many(failed)} did not make it` : "All there";
    const total = items.reduce((sum, item) => sum + item.size, 0) || 1;
    const done = items.reduce((sum, item) => sum + (ENDED.has(item.state) ? 1 : share(item)) * item.size, 0);
    this.#say(".upload-title", title);
    this.#say(".upload-ready", `${count("ready", "duplicate")} ready`);
    this.querySelector("progress").value = (100 * done) / total;
    const pause = this.querySelector('[data-upload-verb="pause"]');
    pause.hidden = going === 0;
    this.#say('[data-upload-verb="pause"]', this.#queue.isPaused ? "Go on" : "Pause");
    this.querySelector('[data-upload-verb="retry-all"]').hidden = items.filter((item) => item.state === "failed" && item.file).length < 2;
    this.querySelector('[data-upload-verb="close"]').hidden = going > 0;
    this.#rows.draw(items, this.#queue.isPaused);
  }

  #say(selector, words) {
    const element = this.querySelector(selector);
    if (element.textContent !== words) element.textContent = words;
  }
}

/** How much of one file is done: sending is two thirds of the way, the pictures the rest. */
function share(item) {
  if (item.state === "making") return 0.66 + ((item.progress ?? 0) / 100) * 0.34;
  return item.size ? (0.66 * (item.sent ?? 0)) / item.size : 0;
}

customElements.define("upload-center", UploadCenter);
