// <job-progress data-photo data-job>: the large ring with its named steps; when the work ends, the page shows what came
// of it. It also looks by itself: what ended before the socket was open is never told.
// Inside data-refresh only that part is drawn anew: a click or a choice made beside it is not lost to a reload.
import { get } from "./api.js";
import { listen } from "./live.js";
import { fillRing } from "./ring.js";

const ENDS = ["completed", "failed", "cancelled"];
const FIRST_LOOK = 1000;
const LOOKS = 8000;

class JobProgress extends HTMLElement {
  #stop;
  #timer;

  connectedCallback() {
    this.#stop = listen((message) => this.#hear(message));
    if (this.dataset.state === "pending") this.#timer = setTimeout(() => this.#look(), FIRST_LOOK);
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  async #look() {
    if (await this.#hasEnded().catch(() => false)) return this.#show();
    if (this.isConnected) this.#timer = setTimeout(() => this.#look(), LOOKS);
  }

  async #hasEnded() {
    if (this.dataset.job) return ENDS.includes((await get(`processing/jobs/${this.dataset.job}`)).status);
    return (await get(`photos/${this.dataset.photo}`)).state !== "pending";
  }

  #show() {
    const part = this.closest("[data-refresh]");
    if (!part) return location.reload();
    window.htmx.ajax("GET", location.href, { target: part, select: "[data-refresh]", swap: "outerHTML" });
  }

  #hear(message) {
    if (message.type === "again" && this.dataset.state === "pending") return this.#show();
    if (message.type !== "job" || message.subject_id !== this.dataset.photo) return;
    if (ENDS.includes(message.status)) return this.#show();
    fillRing(this.querySelector("svg"), message.progress, message.status);
    const sentence = this.querySelector("[data-sentence]");
    if (sentence) sentence.textContent = message.message;
    let isBefore = true;
    for (const step of this.querySelectorAll("[data-step]")) {
      const isHere = step.dataset.step === message.step;
      step.dataset.state = isHere ? "running" : isBefore ? "done" : "waiting";
      if (isHere) isBefore = false;
    }
  }
}

customElements.define("job-progress", JobProgress);
