// <circle-live>: the page of a circle as it is now. The server says that something changed; the page is asked for again.
// Without a socket it is asked for every few seconds. With data-page it is that page, not the circle's.
import { listen } from "./live.js";
import { oneAtATime } from "./one-at-a-time.js";

const SOON = 150;

class CircleLive extends HTMLElement {
  #stop;
  #timer;
  #refresh = oneAtATime((signal) => this.#drawAnew(signal));

  connectedCallback() {
    this.#stop = listen((message) => {
      const isMine = message.type === "circle" && message.circle_id === this.dataset.circle;
      if (isMine || message.type === "again" || message.type === "poll") this.#soon();
    });
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  get #circle() {
    return `/circles/${this.dataset.circle}`;
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#refresh, SOON);
  }

  async #drawAnew(signal) {
    const answer = await fetch(this.dataset.page ?? this.#circle, { signal }).catch(() => null);
    if (answer?.status === 404) return this.#leave();
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of this.querySelectorAll("[data-part]")) {
      const now = page.getElementById(old.id);
      if (now && !old.isEqualNode(now)) this.#replace(old, now);
    }
  }

  /** Nobody's open menu or half-made choice is taken away; who stands on a link still stands on it. */
  #replace(old, now) {
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    if (old.querySelector("details[open]") || (active && active.localName !== "a")) return;
    const fresh = document.importNode(now, true);
    old.replaceWith(fresh);
    if (active) fresh.querySelector(`a[href="${active.getAttribute("href")}"]`)?.focus();
  }

  /** This is no longer ours to see: what was shared was taken back, or we are not in the circle any more. */
  async #leave() {
    const answer = this.dataset.page ? await fetch(this.#circle).catch(() => null) : null;
    location.assign(answer?.ok ? this.#circle : "/circles");
  }
}

customElements.define("circle-live", CircleLive);
