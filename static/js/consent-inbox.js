// <consent-inbox>: the page of consents as it is now. The server says that something changed; the page is asked anew.
import { listen } from "./live.js";
import { oneAtATime } from "./one-at-a-time.js";

const SOON = 150;

class ConsentInbox extends HTMLElement {
  #stop;
  #timer;
  #refresh = oneAtATime((signal) => this.#drawAnew(signal));

  connectedCallback() {
    this.#stop = listen((message) => {
      if (["consent", "again", "poll"].includes(message.type)) this.#soon();
    });
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#refresh, SOON);
  }

  async #drawAnew(signal) {
    const answer = await fetch(location.href, { signal }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of this.querySelectorAll("[data-part]")) {
      const now = page.getElementById(old.id);
      if (!now) old.remove();
      else if (now.dataset.part !== old.dataset.part && !this.#isBusy(old)) old.replaceWith(document.importNode(now, true));
    }
    this.#add(page);
  }

  /** A card somebody has opened, or stands in with the keyboard, is not taken away under their hands. */
  #isBusy(part) {
    return part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
  }

  /** Whole lists come anew when they are not in use; a new question is put on top in any case. */
  #add(page) {
    for (const list of this.querySelectorAll("[data-list]")) {
      const now = page.getElementById(list.id);
      if (!now) continue;
      for (const part of [...now.querySelectorAll("[data-part]")].reverse()) {
        if (!document.getElementById(part.id)) list.prepend(document.importNode(part, true));
      }
    }
    for (const old of this.querySelectorAll("[data-whole]")) {
      const now = page.getElementById(old.id);
      if (now) old.replaceWith(document.importNode(now, true));
    }
  }
}

customElements.define("consent-inbox", ConsentInbox);
