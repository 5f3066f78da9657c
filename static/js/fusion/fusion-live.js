// <fusion-live data-fusion>: the page of a fusion as it is now: when an answer comes or a permission goes, it is asked
// for again. Its polling twin looks while something is still to come.
import { get } from "../api.js";
import { listen } from "../live.js";

const LOOKS = 5000;
const OPEN = ["waiting", "making"];

class FusionLive extends HTMLElement {
  #stop;
  #timer;

  connectedCallback() {
    this.#stop = listen((message) => {
      const isMine = message.type === "fusion_changed" && message.fusion_id === this.dataset.fusion;
      if (isMine || message.type === "circle" || message.type === "again") this.#look();
    });
    if (OPEN.includes(this.dataset.state)) this.#later();
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), LOOKS);
  }

  async #look() {
    const said = await get(`fusion/${this.dataset.fusion}`).catch((error) => error);
    if (said?.status === 404) return location.reload();
    const states = { consent_required: "waiting", pending: "making", processing: "making", completed: "ready" };
    const now = states[said?.status] ?? said?.status;
    const isSame = now === this.dataset.state || (now === "failed" && this.dataset.state === "refused");
    if (typeof now === "string" && !isSame) return location.reload();
    if (this.isConnected && OPEN.includes(this.dataset.state)) this.#later();
  }
}

customElements.define("fusion-live", FusionLive);
