// <job-board>: every row follows its job; rows move from group to group as jobs do.
import { listen } from "./live.js";
import { oneAtATime } from "./one-at-a-time.js";
import { fillRing } from "./ring.js";

const GROUPS = { processing: "running", pending: "waiting", failed: "failed", completed: "done", cancelled: "done" };

class JobBoard extends HTMLElement {
  #stop;
  #askers = new Map();

  connectedCallback() {
    this.#stop = listen((message) => this.#hear(message));
    document.body.addEventListener("htmx:afterSwap", () => this.#sort());
  }

  disconnectedCallback() {
    this.#stop?.();
  }

  #row(id) {
    return this.querySelector(`[data-job="${CSS.escape(id)}"]`);
  }

  #hear(message) {
    if (message.type === "again") return location.reload();
    if (message.type !== "job") return;
    const row = this.#row(message.job_id);
    if (row && Number(row.dataset.sequence) >= message.sequence) return;
    if (!row || row.dataset.state !== message.status) return this.#ask(message.job_id);
    row.dataset.sequence = message.sequence;
    fillRing(row.querySelector("svg"), message.progress, message.status);
    row.querySelector("[data-job-sentence]").textContent = message.message;
  }

  /** A job that is new here, or in another state: its row as the server draws it. */
  #ask(id) {
    if (!this.#askers.has(id)) this.#askers.set(id, oneAtATime((signal) => this.#draw(id, signal)));
    this.#askers.get(id)();
  }

  async #draw(id, signal) {
    const response = await fetch(`/jobs/${id}/row`, { credentials: "same-origin", signal }).catch(() => null);
    if (!response?.ok) return;
    const holder = document.createElement("template");
    holder.innerHTML = await response.text();
    const fresh = holder.content.firstElementChild;
    const old = this.#row(id);
    if (old) old.replaceWith(fresh);
    else this.querySelector(`[data-group="${GROUPS[fresh.dataset.state]}"] .job-list`).prepend(fresh);
    globalThis.htmx?.process(fresh);
    this.#sort();
  }

  #sort() {
    for (const row of this.querySelectorAll("[data-job]")) {
      const group = this.querySelector(`[data-group="${GROUPS[row.dataset.state]}"]`);
      if (row.closest("[data-group]") !== group) group.querySelector(".job-list").prepend(row);
    }
    for (const group of this.querySelectorAll("[data-group]")) {
      const count = group.querySelectorAll("[data-job]").length;
      group.hidden = count === 0;
      group.querySelector("[data-total]").textContent = count;
    }
  }
}

customElements.define("job-board", JobBoard);

document.body.addEventListener("say", (event) => {
  document.querySelector("toast-list")?.say(event.detail.sentence);
});
