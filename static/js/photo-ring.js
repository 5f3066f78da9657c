// <photo-ring data-photo>: the ring of a photo whose pictures are being made, wherever it is shown.
import { listen } from "./live.js";
import { fillRing, ring } from "./ring.js";

class PhotoRing extends HTMLElement {
  #stop;

  connectedCallback() {
    if (!this.querySelector("svg")) {
      this.append(ring());
      fillRing(this.firstElementChild, 0, this.dataset.state ?? "pending");
    }
    this.#stop = listen((message) => {
      if (message.type !== "job" || message.subject_id !== this.dataset.photo) return;
      fillRing(this.querySelector("svg"), message.progress, message.status);
      this.dispatchEvent(new CustomEvent("photo:progress", { bubbles: true, detail: message }));
    });
  }

  disconnectedCallback() {
    this.#stop?.();
  }
}

customElements.define("photo-ring", PhotoRing);
