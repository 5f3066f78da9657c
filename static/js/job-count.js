// <job-count>: how many jobs are under way, beside the word Jobs.
import { get } from "./api.js";
import { listen } from "./live.js";

const going = new Set();
const UNDER_WAY = ["pending", "processing"];

class JobCount extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = listen((message) => this.#hear(message));
    this.#ask();
  }

  disconnectedCallback() {
    this.#stop?.();
  }

  async #ask() {
    const query = UNDER_WAY.map((state) => `status=${state}`).join("&");
    const { results } = await get(`processing/jobs?limit=100&${query}`).catch(() => ({ results: [] }));
    for (const job of results) going.add(job.id);
    this.#draw();
  }

  #hear(message) {
    if (message.type === "again") return this.#ask();
    if (message.type !== "job") return;
    if (UNDER_WAY.includes(message.status)) going.add(message.job_id);
    else going.delete(message.job_id);
    this.#draw();
  }

  #draw() {
    this.hidden = going.size === 0;
    this.textContent = going.size > 99 ? "99+" : going.size || "";
    this.setAttribute("aria-label", `${going.size} under way`);
  }
}

customElements.define("job-count", JobCount);
