// <photo-viewer>: arrow keys and swipes to the neighbours, which are fetched ahead; i for details, + and - for closer.
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select") !== null;
const YEAR = 31_536_000;

class PhotoViewer extends HTMLElement {
  connectedCallback() {
    document.title = `${this.dataset.title} · Aureole`;
    for (const link of this.querySelectorAll("[data-preload]")) new Image().src = link.dataset.preload;
    this.addEventListener("stage:swipe", (event) => this.#go(event.detail));
    const toggle = this.querySelector(".viewer-toggle");
    toggle.addEventListener("change", () => {
      document.cookie = `details=${toggle.checked ? 1 : 0}; path=/; max-age=${YEAR}; samesite=lax`;
    });
    const back = this.querySelector("[data-escape]");
    back.addEventListener("click", (event) => this.#back(event));
    globalThis.htmx?.process(this);
  }

  get stage() {
    return this.querySelector("photo-stage");
  }

  #go(rel) {
    this.querySelector(`.viewer-side[rel="${rel}"]`)?.click();
  }

  /** Where one came from, at its place: the page the browser still has, when it is one of ours. */
  #back(event) {
    const from = document.referrer && new URL(document.referrer);
    const isGrid = from && from.origin === location.origin && !/\/(photos|items)\/[^/]+$/.test(from.pathname);
    if (!isGrid || history.length < 2) return;
    event.preventDefault();
    history.back();
  }

  key(event) {
    const shift = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
    if (shift && this.stage?.pan(...shift)) return true;
    const verbs = {
      ArrowLeft: () => this.#go("prev"),
      ArrowRight: () => this.#go("next"),
      i: () => this.querySelector(".viewer-toggle").click(),
      "+": () => this.stage?.step(1.5),
      "=": () => this.stage?.step(1.5),
      "-": () => this.stage?.step(1 / 1.5),
      0: () => this.stage?.zoom(1),
      f: () => this.querySelector('[data-key="f"]')?.click(),
      s: () => this.querySelector('[data-key="s"]')?.click(),
      Delete: () => this.querySelector('[data-key="Delete"]')?.click(),
    };
    if (!verbs[event.key]) return false;
    verbs[event.key]();
    return true;
  }
}

document.addEventListener("keydown", (event) => {
  const viewer = document.querySelector("photo-viewer");
  const isOurs = viewer && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]");
  if (!isOurs || typing(event.target)) return;
  if (event.key === "Escape" && viewer.stage?.isClose) {
    viewer.stage.zoom(1);
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (viewer.key(event)) event.preventDefault();
});

customElements.define("photo-viewer", PhotoViewer);
