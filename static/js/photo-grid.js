// <photo-grid>: favourites, search results, the bin; the next page is fetched when its link comes near.
import { selection } from "./selection.js";
import { placeholder } from "./tiles.js";

/** A fetched page has no style of its own: proportions and colours travel as data. */
function dress(root) {
  for (const tile of root.querySelectorAll(".tile")) {
    tile.style.setProperty("--r", tile.dataset.r);
    const colours = placeholder(tile.dataset.c);
    if (colours) tile.style.setProperty("--c", colours);
  }
  for (const day of root.querySelectorAll(".day")) {
    const tiles = [...day.querySelectorAll(".tile")];
    day.style.setProperty("--s", tiles.reduce((sum, tile) => sum + Number(tile.dataset.r), 0).toFixed(3));
    day.style.setProperty("--n", tiles.length);
  }
}

class PhotoGrid extends HTMLElement {
  #observer;

  connectedCallback() {
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#more();
    }, { rootMargin: "1200px" });
    this.#watch();
  }

  #watch() {
    const link = this.querySelector(".pages a[rel=next]");
    if (link) this.#observer.observe(link);
  }

  async #more() {
    const nav = this.querySelector(".pages");
    const link = nav?.querySelector("a[rel=next]");
    if (!link) return;
    this.#observer.disconnect();
    const response = await fetch(link.href, { credentials: "same-origin" });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.querySelector("photo-grid .pages");
    for (const month of page.querySelectorAll("photo-grid .month")) this.#add(month);
    if (next) nav.replaceWith(next);
    else nav.remove();
    this.#watch();
  }

  #add(month) {
    dress(month);
    const months = this.querySelector(".months");
    const same = months.querySelector(`[data-month="${month.dataset.month}"] > .days`);
    if (same) same.append(...month.querySelectorAll(".day"));
    else months.append(month);
    selection.show(months);
  }
}

customElements.define("photo-grid", PhotoGrid);
