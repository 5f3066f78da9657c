// Where pictures lie in the free layout: rings that are dragged, resized and turned, by hand or by keys. The truth is
// in the number fields of the form; shares of the sheet's shorter side, degrees counter-clockwise.
const SPACE = "http://www.w3.org/2000/svg";
const NAMES = ["x", "y", "diameter", "angle"];
const STEP = 0.01;
const LEAST = 0.05;
const FIRST = [
  [0.34, 0.42, 0.56], [0.67, 0.6, 0.52], [0.68, 0.22, 0.34], [0.26, 0.8, 0.3],
];

function element(name, attributes) {
  const found = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  return found;
}

const limit = (value, least, most) => Math.min(most, Math.max(least, value));

export class Places {
  #svg;
  #form;
  #changed;
  #shown = [];

  constructor(svg, form, changed) {
    this.#svg = svg;
    this.#form = form;
    this.#changed = changed;
    form.addEventListener("input", (event) => event.target.dataset.place && this.#place());
  }

  /** `pictures`: the data of the chosen labels, in order; none hides the rings. */
  show(pictures) {
    this.#shown = pictures;
    this.#svg.toggleAttribute("hidden", pictures.length === 0);
    pictures.forEach((one, place) => this.#begin(one.source, place));
    this.#svg.replaceChildren(...pictures.map((one) => this.#ring(one)));
    this.#place();
  }

  /** The numbers of one picture, as the API takes them. */
  of(id) {
    return Object.fromEntries(NAMES.map((name) => [name, Number(this.#field(id, name).value) || 0]));
  }

  /** The real picture is there: what was dragged over it goes. */
  settle() {
    for (const group of this.#svg.querySelectorAll(".is-moving")) group.classList.remove("is-moving");
  }

  #field(id, name) {
    return this.#form.elements[`${name}-${id}`];
  }

  #begin(id, place) {
    if (this.#field(id, "diameter").value) return;
    const [x, y, diameter] = FIRST[place];
    this.#set(id, { x, y, diameter, angle: 0 });
  }

  #set(id, values) {
    for (const [name, value] of Object.entries(values)) this.#field(id, name).value = value.toFixed(name === "angle" ? 1 : 4);
  }

  #ring(one) {
    const group = element("g", { "data-ring": one.source });
    const words = `${one.title}: arrows move, plus and minus resize, brackets turn`;
    group.append(
      element("image", { href: one.picture, x: -0.58, y: -0.58, width: 1.16, height: 1.16, "clip-path": "circle(0.5px)" }),
      element("circle", { class: "ring-of", r: 0.5, tabindex: 0, role: "slider", "aria-label": words, "aria-valuenow": 0 }),
      element("circle", { class: "grip", cx: 0.354, cy: 0.354, r: 0.03, "data-grip": "size" }),
      element("circle", { class: "grip grip-turn", cx: 0, cy: -0.5, r: 0.03, "data-grip": "turn" }),
    );
    group.addEventListener("pointerdown", (event) => this.#drag(event, one.source));
    group.addEventListener("keydown", (event) => this.#key(event, one.source));
    return group;
  }

  #place() {
    for (const one of this.#shown) {
      const { x, y, diameter, angle } = this.of(one.source);
      const group = this.#svg.querySelector(`[data-ring="${one.source}"]`);
      group.setAttribute("transform", `translate(${x} ${y}) rotate(${-angle}) scale(${diameter})`);
      const ring = group.querySelector(".ring-of");
      ring.setAttribute("aria-valuenow", Math.round(diameter * 100));
      ring.setAttribute("aria-valuetext", `${Math.round(x * 100)} from the left, ${Math.round(y * 100)} from the top, ${Math.round(diameter * 100)} wide, turned by ${Math.round(angle)}`);
    }
  }

  #at(event) {
    const box = this.#svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  #drag(event, id) {
    event.preventDefault();
    const group = event.currentTarget;
    const grip = event.target.dataset.grip;
    const first = this.of(id);
    const [fromX, fromY] = this.#at(event);
    group.querySelector(".ring-of").focus({ preventScroll: true });
    group.classList.add("is-moving");
    group.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const [x, y] = this.#at(moved);
      if (grip === "size") {
        this.#set(id, { diameter: limit(2 * Math.hypot(x - first.x, y - first.y), LEAST, 2) });
      } else if (grip === "turn") {
        this.#set(id, { angle: (Math.atan2(first.x - x, first.y - y) * 180) / Math.PI });
      } else {
        this.#set(id, { x: limit(first.x + x - fromX, -0.5, 1.5), y: limit(first.y + y - fromY, -0.5, 1.5) });
      }
      this.#place();
      this.#changed();
    };
    group.addEventListener("pointermove", move);
    group.addEventListener("lostpointercapture", () => group.removeEventListener("pointermove", move), { once: true });
  }

  #key(event, id) {
    const now = this.of(id);
    const far = event.shiftKey ? 5 : 1;
    const by = {
      ArrowLeft: { x: now.x - STEP * far }, ArrowRight: { x: now.x + STEP * far },
      ArrowUp: { y: now.y - STEP * far }, ArrowDown: { y: now.y + STEP * far },
      "+": { diameter: now.diameter + STEP * 2 }, "=": { diameter: now.diameter + STEP * 2 }, "-": { diameter: now.diameter - STEP * 2 },
      "[": { angle: now.angle + 5 }, "]": { angle: now.angle - 5 },
    }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const limits = { x: [-0.5, 1.5], y: [-0.5, 1.5], diameter: [LEAST, 2], angle: [-360, 360] };
    this.#set(id, Object.fromEntries(Object.entries(by).map(([name, value]) => [name, limit(value, ...limits[name])])));
    event.currentTarget.classList.add("is-moving");
    this.#place();
    this.#changed();
  }
}
