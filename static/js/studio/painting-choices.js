// <painting-choices>: says how strong the slider stands, and rolls another seed without leaving the page.
const SEEDS = 2 ** 31;

class PaintingChoices extends HTMLElement {
  connectedCallback() {
    const strength = this.querySelector("[name=strength]");
    const said = this.querySelector("[data-percent]");
    const say = () => {
      said.textContent = `${Math.round(strength.value * 100)} %`;
    };
    strength.addEventListener("input", say);
    say();
    this.querySelector("[data-roll]").addEventListener("click", (event) => this.#roll(event));
  }

  #roll(event) {
    event.preventDefault();
    const seed = this.querySelector("[name=seed]");
    seed.value = crypto.getRandomValues(new Uint32Array(1))[0] % SEEDS;
    seed.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("painting-choices", PaintingChoices);
