// <eye-picker>: remembers the order in which photos are chosen, says how many, and stops at the most there may be.
class EyePicker extends HTMLElement {
  #chosen = [];

  connectedCallback() {
    this.addEventListener("change", ({ target }) => this.#change(target));
    this.querySelector("form").addEventListener("formdata", ({ formData }) => {
      formData.delete("photos");
      for (const box of this.#chosen) formData.append("photos", box.value);
    });
    this.#tell();
  }

  #change(box) {
    this.#chosen = this.#chosen.filter((each) => each !== box);
    if (box.checked) this.#chosen.push(box);
    if (this.#chosen.length > Number(this.dataset.most)) this.#chosen.shift().checked = false;
    this.#tell();
  }

  #tell() {
    for (const box of this.querySelectorAll("input[name=photos]")) {
      const place = this.#chosen.indexOf(box) + 1;
      box.closest("label").dataset.place = place || "";
    }
    const button = this.querySelector("[type=submit]");
    const count = this.#chosen.length;
    button.disabled = count === 0;
    button.textContent = count > 1 ? `Make ${count} artworks` : "Go on with the chosen";
  }
}

customElements.define("eye-picker", EyePicker);

// <eye-taker>: a photo that was just taken goes on its way by itself.
class EyeTaker extends HTMLElement {
  connectedCallback() {
    const file = this.querySelector("input[type=file]");
    file.addEventListener("change", () => file.files.length && file.form.requestSubmit());
  }
}

customElements.define("eye-taker", EyeTaker);
