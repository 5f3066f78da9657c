// <fusion-builder>: choosing and arranging with a live look at what it will be. The form works without it.
import { oneAtATime } from "../one-at-a-time.js";
import { LATER, NONE, QuickLook, TOO_SLOW } from "../quick-look.js";
import { Places } from "./places.js";
import { paint } from "./source-brush.js";

const QUIET = 180;
const FEWEST = 2;
const MOST = 4;

class FusionBuilder extends HTMLElement {
  #form;
  #order = [];
  #places;
  #quick = new QuickLook(QUIET, () => this.#look());
  #shownUrl = "";
  /** Who would be asked, in words; nobody is asked by this. */
  #ask = oneAtATime((signal) => this.#drawAsking(signal));

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#places = new Places(this.querySelector("[data-places]"), this.#form, () => this.#quick.soon());
    this.#order = this.#boxes().filter((box) => box.checked).map((box) => box.value);
    this.#form.addEventListener("change", (event) => this.#changed(event));
    this.#form.addEventListener("input", (event) => event.target.name !== "title" && this.#quick.soon());
    this.#form.addEventListener("submit", () => (this.#form.elements.order.value = this.#order.join()));
    this.addEventListener("click", (event) => this.#click(event));
    this.dataset.live = "";
    this.#draw();
  }

  #boxes() {
    return [...this.#form.querySelectorAll('input[name="sources"]')];
  }

  #label(id) {
    return this.#form.querySelector(`[data-source="${id}"]`);
  }

  get #kind() {
    return this.#form.elements.kind.value;
  }

  #changed(event) {
    const box = event.target;
    if (box.name === "sources") {
      this.#order = this.#order.filter((id) => id !== box.value);
      if (box.checked) this.#order.push(box.value);
      if (this.#order.length > MOST) {
        this.#order.pop();
        box.checked = false;
        this.#say("Four are the most. Take one out first.");
        return;
      }
    }
    this.#draw();
  }

  #click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { remove, before, brush } = button.dataset;
    if (remove) {
      this.#boxes().find((box) => box.value === remove).click();
    } else if (before) {
      const at = this.#order.indexOf(before);
      [this.#order[at - 1], this.#order[at]] = [this.#order[at], this.#order[at - 1]];
      this.#draw();
      this.querySelector(`[data-before="${before}"], [data-remove="${before}"]`)?.focus();
    } else if (brush) {
      paint(this.#label(brush).dataset, this.#form.elements[`mask-${brush}`]).then((isNew) => isNew && this.#quick.soon());
    }
  }

  #draw() {
    this.#drawChosen();
    this.#drawChoices();
    for (const part of this.querySelectorAll("[data-part]")) {
      part.toggleAttribute("data-chosen", this.#order.includes(part.dataset.part));
    }
    for (const box of this.#boxes()) {
      const place = this.#order.indexOf(box.value);
      box.closest("label").dataset.place = place < 0 ? "" : place + 1;
    }
    const isFree = this.#kind === "fusion" && this.#form.elements.layout.value === "free";
    const enough = this.#order.length >= FEWEST;
    this.#places.show(isFree && enough ? this.#order.map((id) => this.#label(id).dataset) : []);
    this.#quick.soon();
    this.#ask();
  }

  #drawChosen() {
    const list = this.querySelector("[data-chosen]");
    list.replaceChildren(...this.#order.map((id, place) => this.#face(id, place)));
    if (this.#order.length && this.#order.length < MOST) {
      const empty = document.createElement("li");
      empty.setAttribute("aria-hidden", "true");
      empty.innerHTML = '<span class="face is-empty">+</span>';
      list.append(empty);
    }
  }

  #face(id, place) {
    const { title, whose, picture } = this.#label(id).dataset;
    const item = document.createElement("li");
    item.dataset.face = id;
    item.innerHTML =
      '<span class="face"><img alt="" width="96" height="96"></span><span class="ellipsis"></span><span class="chosen-tools"></span>';
    item.querySelector("img").src = picture;
    item.children[1].textContent = whose;
    item.children[1].title = title;
    const tools = item.querySelector(".chosen-tools");
    if (place > 0) tools.append(this.#tool("before", id, "‹", `Move ${title} forward`));
    tools.append(this.#tool("remove", id, "×", `Take ${title} out`));
    return item;
  }

  #tool(what, id, sign, words) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet button-small";
    button.dataset[what] = id;
    button.textContent = sign;
    button.setAttribute("aria-label", words);
    return button;
  }

  /** Layouts for another number of pictures step back; if the chosen one does, the first that fits takes its place. */
  #drawChoices() {
    const count = Math.max(this.#order.length, FEWEST);
    const choices = [...this.querySelectorAll('[data-choices="layout"] .choice')];
    for (const choice of choices) {
      const fits = count >= Number(choice.dataset.fewest) && count <= Number(choice.dataset.most);
      choice.toggleAttribute("data-unfit", !fits);
      choice.querySelector("input").disabled = !fits;
    }
    if (choices.some((choice) => choice.matches("[data-unfit]:has(:checked)"))) {
      choices.find((choice) => !choice.hasAttribute("data-unfit")).querySelector("input").checked = true;
    }
  }

  #question() {
    const value = (name) => this.#form.elements[name]?.value;
    const common = { source_artwork_ids: this.#order, pipeline: this.#kind };
    if (this.#kind === "composition") {
      const options = {
        gap: Number(value("gap")) || 0, border: Number(value("border")) || 0, cells: value("cells"),
        fill: value("fill"), background: value("background"), size: Number(value("size")),
      };
      return { ...common, layout: value("arrangement"), options };
    }
    const parts = this.#order.map((id) => ({ shape: value(`shape-${id}`) || "auto", mask: value(`mask-${id}`) || null }));
    const options = { background: value("background"), parts };
    if (value("layout") === "free") options.placements = this.#order.map((id) => this.#places.of(id));
    return { ...common, layout: value("layout"), blend_mode: value("blend_mode"), options };
  }

  async #look() {
    const stage = this.querySelector("[data-stage]");
    const picture = stage.querySelector("[data-look]");
    if (this.#order.length < FEWEST) {
      this.#quick.drop();
      picture.hidden = true;
      delete stage.dataset.busy;
      return this.#say(this.#order.length ? "Choose one more." : "Choose two to four pictures below.");
    }
    stage.dataset.busy = "";
    const found = await this.#quick.ask((signal) => this.#fetch(signal));
    if (found === LATER) return;
    delete stage.dataset.busy;
    if (found === NONE) return this.#say(TOO_SLOW);
    if (!(found instanceof Blob)) return this.#say([found?.message, found?.suggestion].filter(Boolean).join(" "));
    URL.revokeObjectURL(this.#shownUrl);
    picture.src = this.#shownUrl = URL.createObjectURL(found);
    picture.hidden = false;
    this.#places.settle();
    this.#say("");
  }

  async #fetch(signal) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.#form.elements.csrfmiddlewaretoken.value };
    const body = JSON.stringify(this.#question());
    const answer = await fetch("/api/v1/preview", { method: "POST", headers, body, credentials: "same-origin", signal });
    if (answer.headers.get("Content-Type") === "image/jpeg") return answer.blob();
    if (answer.status === 409 || answer.status === 202) return NONE;
    const said = await answer.json();
    throw Object.assign(new Error(said.detail), { suggestion: said.suggestion ?? "" });
  }

  #say(words) {
    this.querySelector("[data-stage-words]").textContent = words;
  }

  async #drawAsking(signal) {
    const query = new URLSearchParams({ kind: this.#kind, circle: this.#form.elements.circle.value });
    for (const id of this.#order) query.append("sources", id);
    const answer = await fetch(`/fusion/asking?${query}`, { credentials: "same-origin", signal }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const place = this.querySelector("[data-asking]");
    place.innerHTML = await answer.text();
    const card = place.querySelector("[data-names]");
    this.querySelector("[data-go]").disabled = Boolean(place.querySelector("[data-closed]"));
    this.querySelector("[data-go]").textContent = card ? `Ask ${card.dataset.names}, then make it` : "Make it";
    const waited = new Set((card?.dataset.waited ?? "").split(" "));
    for (const face of this.querySelectorAll("[data-face]")) {
      face.querySelector(".face").classList.toggle("is-waited-for", waited.has(face.dataset.face));
    }
  }
}

customElements.define("fusion-builder", FusionBuilder);
