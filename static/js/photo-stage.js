// <photo-stage>: closer and further by wheel, keys, double click or two fingers; a swipe goes to the next photo.
const MOST = 6;
const SWIPE = 60;

class PhotoStage extends HTMLElement {
  #picture;
  #scale = 1;
  #x = 0;
  #y = 0;
  #points = new Map();
  #from = null;

  connectedCallback() {
    this.#picture = this.querySelector("picture");
    if (!this.#picture) return;
    const image = this.querySelector("img");
    if (!image.complete) {
      this.#picture.style.backgroundImage = `url("${this.dataset.small}")`;
      image.addEventListener("load", () => (this.#picture.style.backgroundImage = ""), { once: true });
    }
    this.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.addEventListener("dblclick", (event) => this.zoom(this.#scale > 1 ? 1 : 2.5, event.clientX, event.clientY));
    this.addEventListener("pointerdown", (event) => this.#down(event));
    this.addEventListener("pointermove", (event) => this.#move(event));
    for (const kind of ["pointerup", "pointercancel"]) this.addEventListener(kind, (event) => this.#up(event));
    this.addEventListener("dragstart", (event) => event.preventDefault());
  }

  get isClose() {
    return this.#scale > 1;
  }

  /** Zoom to `scale` around a point of the screen (its middle when none is given). */
  zoom(scale, clientX, clientY) {
    const box = this.getBoundingClientRect();
    const x = (clientX ?? box.left + box.width / 2) - box.left;
    const y = (clientY ?? box.top + box.height / 2) - box.top;
    const next = Math.min(MOST, Math.max(1, scale));
    this.#x = x - ((x - this.#x) * next) / this.#scale;
    this.#y = y - ((y - this.#y) * next) / this.#scale;
    this.#scale = next;
    this.#draw();
  }

  step(factor) {
    this.zoom(this.#scale * factor);
  }

  /** Move the picture while it is close; answers whether it did. */
  pan(x, y) {
    if (!this.isClose) return false;
    this.#x += x;
    this.#y += y;
    this.#draw();
    return true;
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this;
    this.#x = Math.min(0, Math.max(width * (1 - this.#scale), this.#x));
    this.#y = Math.min(0, Math.max(height * (1 - this.#scale), this.#y));
    this.#picture.style.transform = this.isClose ? `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})` : "";
    this.classList.toggle("is-close", this.isClose);
  }

  #wheel(event) {
    event.preventDefault();
    this.zoom(this.#scale * Math.exp(-event.deltaY * 0.0016), event.clientX, event.clientY);
  }

  #down(event) {
    if (event.button) return;
    this.#points.set(event.pointerId, event);
    this.#from ??= { x: event.clientX, y: event.clientY };
    this.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const before = this.#points.get(event.pointerId);
    if (!before) return;
    const others = [...this.#points.values()].filter((point) => point.pointerId !== event.pointerId);
    if (others.length === 1) this.#pinch(before, event, others[0]);
    else if (this.isClose) this.pan(event.clientX - before.clientX, event.clientY - before.clientY);
    this.#points.set(event.pointerId, event);
  }

  #pinch(before, now, other) {
    const reach = (point) => Math.hypot(point.clientX - other.clientX, point.clientY - other.clientY) || 1;
    const middle = [(now.clientX + other.clientX) / 2, (now.clientY + other.clientY) / 2];
    this.#from = null;
    this.zoom((this.#scale * reach(now)) / reach(before), ...middle);
  }

  #up(event) {
    this.#points.delete(event.pointerId);
    if (this.#points.size) return;
    const from = this.#from;
    this.#from = null;
    if (!from || this.isClose || event.type === "pointercancel") return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) {
      this.dispatchEvent(new CustomEvent("stage:swipe", { bubbles: true, detail: x < 0 ? "next" : "prev" }));
    }
    // The page itself scrolls under a vertical swipe only where it is taller than the screen.
    if (event.pointerType === "touch" && Math.abs(y) > SWIPE && Math.abs(y) > 2 * Math.abs(x)) scrollBy({ top: -y, behavior: "smooth" });
  }
}

customElements.define("photo-stage", PhotoStage);
