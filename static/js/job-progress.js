// <job-progress data-photo data-job>: the large ring with its named steps; when the work ends, the page shows what came
// of it. With data-job it also looks by itself: what ended before the socket was open is never told.
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
    if (this.dataset.job) this.#timer = setTimeout(() => this.#look(), FIRST_LOOK);
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  async #look() {
    const job = await get(`processing/jobs/${this.dataset.job}`).catch(() => null);
    if (job && ENDS.includes(job.status)) return location.reload();
    this.#timer = setTimeout(() => this.#look(), LOOKS);
  }

  #hear(message) {
    if (message.type === "again" && this.dataset.state === "pending") return location.reload();
    if (message.type !== "job" || message.subject_id !== this.dataset.photo) return;
    if (ENDS.includes(message.status)) return location.reload();
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
