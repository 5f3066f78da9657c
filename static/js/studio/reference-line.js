// <reference-line>: a line of known length on the photo, whose ends are dragged or moved by keys. The form is the truth:
// what is dragged is written there, what is typed there is drawn here. Closed, it says nothing.
const SPACE = "http://www.w3.org/2000/svg";
const ENDS = [
  { x: "x1", y: "y1", label: "First end of the known length", at: 0.4 },
  { x: "x2", y: "y2", label: "Second end of the known length", at: 0.6 },
];

function draw(name, attributes = {}) {
  const found = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  return found;
}

class ReferenceLine extends HTMLElement {
  #form;
  #svg;
  #lines;
  #dots;

  connectedCallback() {
    const { width, height } = this.dataset;
    this.#form = document.getElementById(this.dataset.form);
    this.style.setProperty("--ratio", width / height);
    this.#svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "A known length" });
    this.#lines = ["known-shadow", "known-length"].map((name) => draw("line", { class: name }));
    this.#dots = ENDS.map((end) => this.#handle(end));
    this.#svg.append(...this.#lines, ...this.#dots);
    this.append(this.#svg);
    const details = this.#form.querySelector("[data-reference]");
    details.addEventListener("toggle", () => this.#open(details.open));
    this.#open(details.open);
    this.#form.addEventListener("input", () => this.#show());
  }

  #field(name) {
    return this.#form.elements.namedItem(name);
  }

  /** Opened for the first time there is a line to take hold of; closed, nothing is sent. */
  #open(isOpen) {
    this.#svg.toggleAttribute("hidden", !isOpen);
    for (const name of ["metres", "tile_metres"]) this.#field(name).required = isOpen;
    for (const end of ENDS) {
      if (!isOpen) this.#write(end, "", "");
      else if (!this.#field(end.x).value) this.#write(end, this.dataset.width * end.at, this.dataset.height / 2);
    }
    if (!isOpen) for (const name of ["metres", "tile_metres"]) this.#field(name).value = "";
    this.#show();
  }

  #write(end, x, y) {
    const within = (value, most) => (value === "" ? "" : Math.min(Math.max(value, 0), most).toFixed(1));
    this.#field(end.x).value = within(x, Number(this.dataset.width));
    this.#field(end.y).value = within(y, Number(this.dataset.height));
  }

  #handle(end) {
    const dot = draw("circle", { class: "handle", r: this.dataset.width / 70, tabindex: 0, role: "button", "aria-label": end.label });
    dot.addEventListener("pointerdown", (event) => this.#take(event, dot, end));
    dot.addEventListener("keydown", (event) => this.#key(event, end));
    return dot;
  }

  #take(event, dot, end) {
    event.preventDefault();
    dot.focus();
    dot.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const box = this.#svg.getBoundingClientRect();
      const scale = this.dataset.width / box.width;
      this.#write(end, (moved.clientX - box.left) * scale, (moved.clientY - box.top) * scale);
      this.#show();
    };
    dot.addEventListener("pointermove", move);
    dot.addEventListener("lostpointercapture", () => dot.removeEventListener("pointermove", move), { once: true });
  }

  #key(event, end) {
    const step = (this.dataset.width / 800) * (event.shiftKey ? 10 : 1);
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!by) return;
    event.preventDefault();
    this.#write(end, Number(this.#field(end.x).value) + by[0], Number(this.#field(end.y).value) + by[1]);
    this.#show();
  }

  #show() {
    const places = ENDS.map((end) => [this.#field(end.x).value || 0, this.#field(end.y).value || 0]);
    for (const line of this.#lines) {
      places.forEach(([x, y], index) => {
        line.setAttribute(`x${index + 1}`, x);
        line.setAttribute(`y${index + 1}`, y);
      });
    }
    this.#dots.forEach((dot, index) => {
      dot.setAttribute("cx", places[index][0]);
      dot.setAttribute("cy", places[index][1]);
    });
    for (const range of this.#form.querySelectorAll("input[type=range]")) {
      this.#form.querySelector(`output[for=${range.id}]`).value = range.value;
    }
  }
}

customElements.define("reference-line", ReferenceLine);
