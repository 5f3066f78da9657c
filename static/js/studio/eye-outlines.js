// <eye-outlines>: pupil, iris and lids on the photo, to be dragged or moved by keys. The form beside it is the truth:
// what is dragged is written there, what is typed there is drawn here.
const SPACE = "http://www.w3.org/2000/svg";
const NAMES = { pupil: "Pupil", limbus: "Iris" };
const LIDS = { upper_lid: "Upper lid", lower_lid: "Lower lid" };
const LID_HANDLES = 5;

function draw(name, attributes = {}) {
  const found = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  return found;
}

class EyeOutlines extends HTMLElement {
  #svg;
  #form;
  #size;

  connectedCallback() {
    this.#form = document.getElementById(this.dataset.form);
    const { width, height } = this.dataset;
    this.#size = Number(width);
    this.#svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Outlines of the eye" });
    this.append(this.#svg);
    this.style.setProperty("--ratio", width / height);
    this.#build();
    this.#form.addEventListener("input", () => this.#show());
  }

  #field(name) {
    return this.#form.elements.namedItem(name);
  }

  #read(name) {
    return Number(this.#field(name).value) || 0;
  }

  #write(name, value) {
    this.#field(name).value = value.toFixed(1);
  }

  #lid(name) {
    return this.#field(name).value.trim().split(/\s+/).filter(Boolean).map((pair) => pair.split(",").map(Number));
  }

  #build() {
    for (const [name, words] of Object.entries(NAMES)) {
      this.#straighten(name);
      this.#svg.append(draw("ellipse", { class: `outline outline-${name}`, "data-outline": name }));
      this.#handle(name, "centre", `${words}, middle`);
      this.#handle(name, "side", `${words}, right edge`);
      this.#handle(name, "foot", `${words}, lower edge`);
    }
    for (const [name, words] of Object.entries(LIDS)) {
      const points = this.#lid(name);
      if (points.length > LID_HANDLES) this.#thin(name, points);
      this.#svg.append(draw("polyline", { class: "outline outline-lid", "data-outline": name }));
      for (let index = 0; index < this.#lid(name).length; index += 1) {
        this.#handle(name, String(index), `${words}, point ${index + 1}`);
      }
    }
    this.#show();
  }

  /** The same ellipse written so that its side points to the right and its foot down: what the handles are called. */
  #straighten(name) {
    const turn = ((this.#read(`${name}_angle`) % 180) + 180) % 180;
    if (turn > 45 && turn < 135) {
      const [a, b] = [this.#read(`${name}_a`), this.#read(`${name}_b`)];
      this.#write(`${name}_a`, b);
      this.#write(`${name}_b`, a);
      this.#write(`${name}_angle`, turn - 90);
    } else {
      this.#write(`${name}_angle`, turn >= 135 ? turn - 180 : turn);
    }
  }

  /** A lid of many points becomes one of a few, so that there is something to take hold of. */
  #thin(name, points) {
    const last = points.length - 1;
    const few = Array.from({ length: LID_HANDLES }, (_, i) => points[Math.round((i * last) / (LID_HANDLES - 1))]);
    this.#field(name).value = few.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  }

  #handle(outline, part, label) {
    const dot = draw("circle", { class: "handle", r: this.#size / 90, tabindex: 0, role: "button", "aria-label": label });
    Object.assign(dot.dataset, { outline, part });
    dot.addEventListener("pointerdown", (event) => this.#take(event, dot));
    dot.addEventListener("keydown", (event) => this.#key(event, dot));
    this.#svg.append(dot);
  }

  #take(event, dot) {
    event.preventDefault();
    dot.focus();
    dot.setPointerCapture(event.pointerId);
    const move = (moved) => this.#move(dot, this.#inPhoto(moved));
    dot.addEventListener("pointermove", move);
    dot.addEventListener("lostpointercapture", () => dot.removeEventListener("pointermove", move), { once: true });
  }

  #key(event, dot) {
    const step = (this.#size / 800) * (event.shiftKey ? 10 : 1);
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!by) return;
    event.preventDefault();
    const [x, y] = this.#placeOf(dot);
    this.#move(dot, [x + by[0], y + by[1]]);
  }

  #inPhoto(event) {
    const box = this.#svg.getBoundingClientRect();
    const scale = this.#size / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  #move(dot, [x, y]) {
    const { outline, part } = dot.dataset;
    if (outline in LIDS) {
      const points = this.#lid(outline);
      points[Number(part)] = [x, y];
      this.#field(outline).value = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ");
    } else if (part === "centre") {
      this.#write(`${outline}_cx`, x);
      this.#write(`${outline}_cy`, y);
    } else {
      const away = Math.hypot(x - this.#read(`${outline}_cx`), y - this.#read(`${outline}_cy`));
      this.#write(`${outline}_${part === "side" ? "a" : "b"}`, Math.max(away, 1));
    }
    this.#show();
    this.#form.dispatchEvent(new CustomEvent("outlines"));
  }

  #placeOf({ dataset: { outline, part } }) {
    if (outline in LIDS) return this.#lid(outline)[Number(part)] ?? [0, 0];
    const [cx, cy, a, b] = ["cx", "cy", "a", "b"].map((name) => this.#read(`${outline}_${name}`));
    const turn = (this.#read(`${outline}_angle`) * Math.PI) / 180;
    if (part === "side") return [cx + a * Math.cos(turn), cy + a * Math.sin(turn)];
    if (part === "foot") return [cx - b * Math.sin(turn), cy + b * Math.cos(turn)];
    return [cx, cy];
  }

  #show() {
    for (const name of Object.keys(NAMES)) {
      const shape = this.#svg.querySelector(`ellipse[data-outline="${name}"]`);
      const [cx, cy] = [this.#read(`${name}_cx`), this.#read(`${name}_cy`)];
      for (const [key, value] of Object.entries({ cx, cy, rx: this.#read(`${name}_a`), ry: this.#read(`${name}_b`) })) {
        shape.setAttribute(key, value);
      }
      shape.setAttribute("transform", `rotate(${this.#read(`${name}_angle`)} ${cx} ${cy})`);
    }
    for (const name of Object.keys(LIDS)) {
      this.#svg.querySelector(`polyline[data-outline="${name}"]`).setAttribute("points", this.#lid(name).join(" "));
    }
    for (const dot of this.#svg.querySelectorAll(".handle")) {
      const [x, y] = this.#placeOf(dot);
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", y);
    }
  }
}

customElements.define("eye-outlines", EyeOutlines);
