// <job-count>: how many jobs are under way, beside the word Jobs.
import { get } from "./api.js";
import { listen } from "./live.js";
import { oneAtATime } from "./one-at-a-time.js";

const UNDER_WAY = ["pending", "processing"];

class JobCount extends HTMLElement {
  #stop;
  #going = new Set();
  #isCounting = false;
  #ask = oneAtATime((signal) => this.#count(signal));

  connectedCallback() {
    this.#stop = listen((message) => this.#hear(message));
    this.#ask();
  }

  disconnectedCallback() {
    this.#stop?.();
  }

  async #count(signal) {
    const query = UNDER_WAY.map((state) => `status=${state}`).join("&");
    this.#isCounting = true;
    const { results } = await get(`processing/jobs?limit=100&${query}`, { signal }).catch(() => ({}));
    this.#isCounting = false;
    if (!results) return;
    this.#going = new Set(results.map((job) => job.id));
    this.#draw();
  }

  #hear(message) {
    if (message.type === "again") return this.#ask();
    if (message.type !== "job") return;
    if (UNDER_WAY.includes(message.status)) this.#going.add(message.job_id);
    else this.#going.delete(message.job_id);
    // The answer that is on its way may be from before this message.
    if (this.#isCounting) this.#ask();
    this.#draw();
  }

  #draw() {
    this.hidden = this.#going.size === 0;
    this.textContent = this.#going.size > 99 ? "99+" : this.#going.size || "";
    this.setAttribute("aria-label", `${this.#going.size} under way`);
  }
}

customElements.define("job-count", JobCount);
