// <look-ahead data-photo data-form data-pipeline>: a small picture of what the form beside it would give, made anew while
// circles are dragged, sliders moved and options changed. Only the newest answer is shown.
import { post } from "../api.js";
import { LATER, NONE, QuickLook, TOO_SLOW } from "../quick-look.js";

const QUIET = { iris: 300, painterly: 90 };
const NUMBERS = ["cx", "cy", "a", "b", "angle"];

class LookAhead extends HTMLElement {
  #pipeline = this.dataset.pipeline ?? "iris";
  #quick = new QuickLook(QUIET[this.#pipeline], () => this.#look());
  #again = () => this.#quick.soon();
  #form;

  connectedCallback() {
    this.#form = document.getElementById(this.dataset.form);
    for (const name of ["input", "change", "outlines"]) this.#form.addEventListener(name, this.#again);
    // The photo beside it is ready only now.
    document.body.addEventListener("htmx:afterSwap", this.#again);
    this.#quick.soon();
  }

  disconnectedCallback() {
    document.body.removeEventListener("htmx:afterSwap", this.#again);
    this.#quick.stop();
  }

  #circles(data) {
    const lid = (text) => text.trim().split(/\s+/).filter(Boolean).map((pair) => pair.split(",").map(Number));
    const ellipse = (name) => Object.fromEntries(NUMBERS.map((key) => [key, Number(data.get(`${name}_${key}`)) || 0]));
    const lids = ["upper_lid", "lower_lid"].map((name) => [name, lid(data.get(name))]);
    return {
      pupil: ellipse("pupil"),
      limbus: ellipse("limbus"),
      ...Object.fromEntries(lids.map(([name, points]) => [name, points.length > 1 ? points : null])),
    };
  }

  #options() {
    const data = new FormData(this.#form);
    if (this.#pipeline === "painterly") {
      return { style: data.get("style"), strength: Number(data.get("strength")), seed: Number(data.get("seed")) };
    }
    if (data.has("pupil_cx")) {
      // What takes longest says nothing about where the circles are.
      return { circles: this.#circles(data), use_anyway: true, reflections: false, complete: false };
    }
    return {
      background: data.get("background"),
      engine: data.get("engine"),
      reflections: data.has("reflections"),
      complete: data.has("complete"),
      contrast: data.has("contrast"),
      enhance: 1,
    };
  }

  async #fetch(signal) {
    const question = {
      photo_id: this.dataset.photo,
      pipeline: this.#pipeline,
      options: this.#options(),
      with_facts: true,
    };
    try {
      const said = await post("preview", question, { signal });
      return said?.picture ? said : NONE;
    } catch (error) {
      if (error.status === 409) return NONE;
      throw error;
    }
  }

  async #look() {
    this.dataset.busy = "";
    const said = await this.#quick.ask((signal) => this.#fetch(signal));
    if (said === LATER) return;
    delete this.dataset.busy;
    const words = this.querySelector("p");
    if (said.picture) {
      this.querySelector("img").src = said.picture;
      words.textContent = "";
    } else if (said === NONE) {
      words.textContent = TOO_SLOW;
    } else {
      words.textContent = [said.message, said.suggestion].filter(Boolean).join(" ");
    }
    this.toggleAttribute("data-shown", Boolean(said.picture) || this.hasAttribute("data-shown"));
  }
}

customElements.define("look-ahead", LookAhead);
