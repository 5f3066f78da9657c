// <consent-count>: how many questions wait for this person's answer, beside the word Consents.
import { get } from "./api.js";
import { listen } from "./live.js";
import { oneAtATime } from "./one-at-a-time.js";

class ConsentCount extends HTMLElement {
  #stop;
  #ask = oneAtATime((signal) => this.#count(signal));

  connectedCallback() {
    this.#stop = listen((message) => {
      if (["consent", "again", "poll"].includes(message.type)) this.#ask();
    });
    this.#ask();
  }

  disconnectedCallback() {
    this.#stop?.();
  }

  async #count(signal) {
    const { results } = await get("consents?box=asked&limit=100", { signal }).catch(() => ({}));
    if (!results) return;
    this.hidden = results.length === 0;
    this.textContent = results.length > 99 ? "99+" : results.length || "";
    this.setAttribute("aria-label", `${results.length} waiting for your answer`);
  }
}

customElements.define("consent-count", ConsentCount);
