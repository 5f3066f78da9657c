// <circle-live>: the page of a circle as it is now. The server says that something changed; the page is asked for again.
import { listen } from "./live.js";

const SOON = 150;

class CircleLive extends HTMLElement {
  #stop;
  #timer;

  connectedCallback() {
    this.#stop = listen((message) => {
      const isMine = message.type === "circle" && message.circle_id === this.dataset.circle;
      if (isMine || message.type === "again") this.#soon();
    });
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), SOON);
  }

  async #refresh() {
    const answer = await fetch(`/circles/${this.dataset.circle}`).catch(() => null);
    if (answer?.status === 404) return location.assign("/circles");
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of this.querySelectorAll("[data-part]")) {
      // Nobody's open menu or half-made choice is taken away.
      if (old.contains(document.activeElement) || old.querySelector("details[open]")) continue;
      const now = page.getElementById(old.id);
      if (now) old.replaceWith(document.importNode(now, true));
    }
  }
}

customElements.define("circle-live", CircleLive);
