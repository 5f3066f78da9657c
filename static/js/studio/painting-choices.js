// <painting-choices>: says how strong the slider stands, rolls another seed without leaving the page, and asks again
// for pictures of styles that were not there in time.
const SEEDS = 2 ** 31;
const STAND_IN = 256;
const AGAIN = 1500;
const TRIES = 12;

class PaintingChoices extends HTMLElement {
  connectedCallback() {
    const strength = this.querySelector("[name=strength]");
    const said = this.querySelector("[data-percent]");
    const say = () => {
      said.textContent = `${Math.round(strength.value * 100)} %`;
    };
    strength.addEventListener("input", say);
    say();
    for (const picture of this.querySelectorAll(".style-card img")) this.#watch(picture, TRIES);
    this.querySelector("[data-roll]").addEventListener("click", (event) => this.#roll(event));
  }

  /** What came instead of a picture of the style, because that took too long, is a small copy of the photo. */
  #watch(picture, tries) {
    const isStandIn = () => Math.max(picture.naturalWidth, picture.naturalHeight) <= STAND_IN;
    const look = () => {
      if (!tries || !this.isConnected || !isStandIn()) return;
      setTimeout(() => {
        picture.addEventListener("load", () => this.#watch(picture, tries - 1), { once: true });
        const address = new URL(picture.src);
        address.searchParams.set("again", tries);
        picture.src = address;
      }, AGAIN);
    };
    if (picture.complete) look();
    else picture.addEventListener("load", look, { once: true });
  }

  #roll(event) {
    event.preventDefault();
    const seed = this.querySelector("[name=seed]");
    seed.value = crypto.getRandomValues(new Uint32Array(1))[0] % SEEDS;
    seed.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("painting-choices", PaintingChoices);
