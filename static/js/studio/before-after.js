// <before-after>: the photo under its artwork, a line between them that a finger, a mouse or arrow keys move.
class BeforeAfter extends HTMLElement {
  connectedCallback() {
    const before = this.querySelector(".slider-before img");
    const range = this.querySelector("input");
    const { width, left, top } = this.dataset;
    before.style.width = `${width * 100}%`;
    before.style.left = `${left * 100}%`;
    before.style.top = `${top * 100}%`;
    this.classList.add("is-live");
    const move = () => this.style.setProperty("--at", `${range.value}%`);
    range.addEventListener("input", move);
    move();
    this.addEventListener("pointerdown", (event) => this.#drag(event, range));
    this.addEventListener("pointermove", (event) => event.buttons && this.#drag(event, range));
  }

  #drag(event, range) {
    const box = this.getBoundingClientRect();
    range.value = ((event.clientX - box.left) / box.width) * 100;
    range.dispatchEvent(new Event("input"));
  }
}

customElements.define("before-after", BeforeAfter);
