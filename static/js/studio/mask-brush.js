// <mask-brush>: the mask as light on the photo, painted with a finger, a pen or a mouse. On sending, the canvas becomes
// the PNG that the form's file field would hold. With data-plain there is no pupil: everything is mask or is not.
const IRIS = 255;
const PUPIL = 128;
const LARGEST = 1600;
const UNDO_MOST = 20;

class MaskBrush extends HTMLElement {
  #canvas;
  #ink;
  #form;
  #tool = "remove";
  #past = [];

  async connectedCallback() {
    this.#form = document.getElementById(this.dataset.form);
    this.style.setProperty("--ratio", this.dataset.width / this.dataset.height);
    const scale = Math.min(1, LARGEST / Math.max(this.dataset.width, this.dataset.height));
    this.#canvas = document.createElement("canvas");
    this.#canvas.width = Math.round(this.dataset.width * scale);
    this.#canvas.height = Math.round(this.dataset.height * scale);
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", "The mask over the photo");
    this.#ink = this.#canvas.getContext("2d", { willReadFrequently: true });
    this.append(this.#canvas);
    this.#form.querySelector("input[type=file]").required = false;
    this.#listen();
    await this.#load();
    this.dataset.ready = "";
  }

  #listen() {
    this.#canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    for (const button of this.#form.querySelectorAll("[data-tool]")) {
      button.addEventListener("click", () => this.#choose(button.dataset.tool));
    }
    this.#form.querySelector("[data-undo]").addEventListener("click", () => this.#undo());
    this.#form.addEventListener("submit", (event) => this.#send(event));
  }

  #choose(tool) {
    this.#tool = tool;
    for (const button of this.#form.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
  }

  /** The mask of the artwork: iris becomes light; the pupil is kept without blue, to be put back when sending. */
  async #load() {
    const response = await fetch(this.dataset.mask, { credentials: "same-origin" });
    if (!response.ok) return;
    const picture = await createImageBitmap(await response.blob());
    this.#ink.imageSmoothingEnabled = false;
    this.#ink.drawImage(picture, 0, 0, this.#canvas.width, this.#canvas.height);
    const pixels = this.#ink.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
    const isPlain = "plain" in this.dataset;
    for (let i = 0; i < pixels.data.length; i += 4) {
      const level = pixels.data[i];
      const isPupil = !isPlain && level > 63 && level < 192;
      pixels.data.set(isPupil ? [255, 190, 0, 255] : [255, 255, 255, level >= (isPlain ? 128 : 192) ? 255 : 0], i);
    }
    this.#ink.putImageData(pixels, 0, 0);
  }

  #begin(event) {
    event.preventDefault();
    this.#remember();
    this.#canvas.setPointerCapture(event.pointerId);
    let last = this.#place(event);
    const paint = (moved) => {
      const next = this.#place(moved);
      this.#stroke(last, next);
      last = next;
    };
    paint(event);
    this.#canvas.addEventListener("pointermove", paint);
    this.#canvas.addEventListener("lostpointercapture", () => this.#canvas.removeEventListener("pointermove", paint), { once: true });
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map((at) => (at * this.#canvas.width) / box.width);
  }

  #stroke([fromX, fromY], [toX, toY]) {
    const ink = this.#ink;
    ink.globalCompositeOperation = this.#tool === "add" ? "source-over" : "destination-out";
    ink.strokeStyle = "#fff";
    ink.lineCap = "round";
    ink.lineWidth = (Number(this.#form.querySelector("#brush-size").value) / 500) * this.#canvas.width;
    ink.beginPath();
    ink.moveTo(fromX, fromY);
    ink.lineTo(toX + 0.01, toY);
    ink.stroke();
  }

  #remember() {
    this.#past.push(this.#ink.getImageData(0, 0, this.#canvas.width, this.#canvas.height));
    this.#past = this.#past.slice(-UNDO_MOST);
    this.#form.querySelector("[data-undo]").disabled = false;
  }

  #undo() {
    const before = this.#past.pop();
    if (before) this.#ink.putImageData(before, 0, 0);
    this.#form.querySelector("[data-undo]").disabled = this.#past.length === 0;
  }

  /** As large as the photo, grey as the server writes it. */
  async #png() {
    const full = new OffscreenCanvas(Number(this.dataset.width), Number(this.dataset.height));
    const ink = full.getContext("2d");
    ink.imageSmoothingEnabled = false;
    ink.drawImage(this.#canvas, 0, 0, full.width, full.height);
    const pixels = ink.getImageData(0, 0, full.width, full.height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      const [, , blue, light] = pixels.data.subarray(i, i + 4);
      const level = light < 128 ? 0 : blue < 128 ? PUPIL : IRIS;
      pixels.data.set([level, level, level, 255], i);
    }
    ink.putImageData(pixels, 0, 0);
    return new File([await full.convertToBlob({ type: "image/png" })], "mask.png", { type: "image/png" });
  }

  async #send(event) {
    const field = this.#form.querySelector("input[type=file]");
    if (field.files.length) return;
    event.preventDefault();
    const held = new DataTransfer();
    held.items.add(await this.#png());
    field.files = held.files;
    this.#form.submit();
  }
}

customElements.define("mask-brush", MaskBrush);
