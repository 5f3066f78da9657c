// <look-ahead data-photo data-form>: a small picture of what the form beside it would give, made anew while circles are
// dragged and options changed. Only the newest answer is shown.
import { post } from "../api.js";

const QUIET = 300;
// How often one that came to nothing is asked for again: overtaken, or not done in time.
const TRIES = 3;
const NUMBERS = ["cx", "cy", "a", "b", "angle"];

class LookAhead extends HTMLElement {
  #again = () => this.#soon();
  #form;
  #timer;
  #asked = 0;
  #tries = 0;
  #asking = new AbortController();

  connectedCallback() {
    this.#form = document.getElementById(this.dataset.form);
    for (const name of ["input", "change", "outlines"]) this.#form.addEventListener(name, this.#again);
    // The photo beside it is ready only now.
    document.body.addEventListener("htmx:afterSwap", this.#again);
    this.#soon();
  }

  disconnectedCallback() {
    document.body.removeEventListener("htmx:afterSwap", this.#again);
    clearTimeout(this.#timer);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), QUIET);
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

  async #look() {
    const mine = (this.#asked += 1);
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.dataset.busy = "";
    const question = { photo_id: this.dataset.photo, options: this.#options(), with_facts: true };
    const said = await post("preview", question, { signal }).catch((error) => error);
    if (mine !== this.#asked) return;
    const isNothing = said instanceof Error ? said.status === 409 : !said?.picture;
    this.#tries = isNothing ? this.#tries + 1 : 0;
    if (isNothing && this.#tries < TRIES) return this.#soon();
    delete this.dataset.busy;
    const words = this.querySelector("p");
    if (said?.picture) {
      this.querySelector("img").src = said.picture;
      words.textContent = "";
    } else if (isNothing) {
      words.textContent = "It takes longer than usual. You can go on without the quick look.";
    } else {
      words.textContent = [said.message, said.suggestion].filter(Boolean).join(" ");
    }
    this.toggleAttribute("data-shown", Boolean(said?.picture) || this.hasAttribute("data-shown"));
  }
}

customElements.define("look-ahead", LookAhead);
