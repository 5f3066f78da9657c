// <job-progress data-photo>: the large ring with its named steps; when the work ends, the page shows what came of it.
import { listen } from "./live.js";
import { fillRing } from "./ring.js";

class JobProgress extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = listen((message) => this.#hear(message));
  }

  disconnectedCallback() {
    this.#stop?.();
  }

  #hear(message) {
    if (message.type === "again" && this.dataset.state === "pending") return location.reload();
    if (message.type !== "job" || message.subject_id !== this.dataset.photo) return;
    if (["completed", "failed", "cancelled"].includes(message.status)) return location.reload();
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
