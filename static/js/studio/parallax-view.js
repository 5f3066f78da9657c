// <parallax-view>: layers one behind the other that move with the pointer, a finger, a tilted phone or the slider, the
// near ones farther. Who wants no motion moves them by the slider alone.
const FAR = 0.03;
const TILT = 25;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Some phones tell how they are held only after somebody touched the page and agreed. */
async function askForTilt() {
  const ask = globalThis.DeviceOrientationEvent?.requestPermission;
  if (ask && !calm.matches) await ask.call(DeviceOrientationEvent).catch(() => "denied");
}

class ParallaxView extends HTMLElement {
  #layers = [];
  #frame = 0;
  #at = { x: 0, y: 0 };
  #tilted = (event) => event.gamma !== null && this.#turn(event.gamma / TILT, (event.beta - 45) / TILT);

  connectedCallback() {
    const stage = this.querySelector("[data-stage]");
    this.#layers = [...stage.querySelectorAll("[data-layer]")];
    const slider = this.querySelector("[data-turn]");
    slider.addEventListener("input", () => this.#move(slider.value / 100, 0));
    stage.addEventListener("pointermove", (event) => this.#follow(event, stage));
    stage.addEventListener("pointerleave", () => this.#turn(0, 0));
    stage.addEventListener("click", () => askForTilt());
    addEventListener("deviceorientation", this.#tilted);
    this.addEventListener("change", (event) => this.#show(event.target));
    this.dataset.live = "";
  }

  disconnectedCallback() {
    removeEventListener("deviceorientation", this.#tilted);
    cancelAnimationFrame(this.#frame);
  }

  #follow(event, stage) {
    const box = stage.getBoundingClientRect();
    this.#turn((event.clientX - box.left) / box.width * 2 - 1, (event.clientY - box.top) / box.height * 2 - 1);
  }

  #turn(x, y) {
    if (!calm.matches) this.#move(x, y);
  }

  /** From -1 to 1 each. */
  #move(x, y) {
    this.#at = { x: Math.max(-1, Math.min(1, x)), y: Math.max(-1, Math.min(1, y)) };
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const nearest = Math.max(this.#layers.length - 1, 1);
    for (const layer of this.#layers) {
      const share = FAR * 100 * (Number(layer.dataset.layer) / nearest - 0.5);
      layer.style.translate = `${-share * this.#at.x}% ${-share * this.#at.y}%`;
    }
  }

  #show(box) {
    if (!box.dataset.shows) return;
    this.querySelector(`[data-layer="${box.dataset.shows}"]`).hidden = !box.checked;
  }
}

customElements.define("parallax-view", ParallaxView);
