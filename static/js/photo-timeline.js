// <photo-timeline>: every month is a section; those near the screen hold their photos, the others only their height.
import { get } from "./api.js";
import { listen } from "./live.js";
import { selection } from "./selection.js";
import { fill, place } from "./tiles.js";

const NEAR = "2400px 0px";
const HEAD = 96;
const monthWords = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** The columns of one answer of the API as a list of photos. */
function rows(page) {
  const places = page.places ?? [];
  return page.ids.map((id, at) => ({
    id,
    width: page.widths[at],
    height: page.heights[at],
    colours: page.colours[at],
    day: page.days[at],
    state: page.states[at],
    version: page.versions[at],
    favourite: page.favourites?.[at],
    place: places[at] ?? "",
  }));
}

async function photosOf(month, signal) {
  const photos = [];
  let next = `timeline/${month}`;
  while (next) {
    const page = await get(next, { signal });
    photos.push(...rows(page));
    next = page.next;
  }
  return photos;
}

class PhotoTimeline extends HTMLElement {
  #months;
  #known = new Map();
  #loading = new Map();
  #observer;
  #later;

  connectedCallback() {
    this.#months = this.querySelector(".months");
    if (!this.#months) return;
    this.querySelector(".pages")?.remove();
    const buckets = JSON.parse(document.getElementById("timeline-months").textContent);
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: NEAR });
    this.#steady(() => this.#arrange(buckets));
    this.#return();
    listen((message) => this.#heard(message));
    addEventListener("pagehide", () => this.#remember());
    addEventListener("aureole:changed", () => this.refresh());
    this.dispatchEvent(new CustomEvent("timeline:ready", { bubbles: true }));
  }

  get sections() {
    return [...(this.#months?.children ?? [])];
  }

  /** Go to a month at once; its photos follow. */
  jump(month) {
    const section = this.#section(month);
    if (!section) return;
    scrollTo({ top: section.getBoundingClientRect().top + scrollY - HEAD });
    this.#load(section);
  }

  /** The months as they are now; photos that are shown already stay where they are. */
  async refresh() {
    const { buckets } = await get("timeline");
    if (buckets.length === 0) return location.reload();
    this.#known.clear();
    const shown = this.sections.filter((section) => section.childElementCount);
    const fresh = await Promise.all(
      shown.map(async (section) => [section.dataset.month, await photosOf(section.dataset.month)]),
    );
    this.#steady(() => {
      this.#arrange(buckets.map(({ month, count }) => [month, count]));
      for (const [month, photos] of fresh) {
        const section = this.#section(month);
        if (section && photos.length) this.#show(section, photos);
      }
    });
    this.dispatchEvent(new CustomEvent("timeline:ready", { bubbles: true }));
  }

  #section(month) {
    return this.#months.querySelector(`:scope > [data-month="${CSS.escape(month)}"]`);
  }

  #arrange(buckets) {
    const had = new Map(this.sections.map((section) => [section.dataset.month, section]));
    const sections = buckets.map(([month, count]) => {
      const section = had.get(month) ?? this.#empty(month);
      section.dataset.count = count;
      if (!section.childElementCount) section.style.blockSize = `${this.#guess(count)}px`;
      return section;
    });
    for (const section of this.sections) if (!sections.includes(section)) this.#observer.unobserve(section);
    place(this.#months, sections);
    for (const section of sections) this.#observer.observe(section);
  }

  #empty(month) {
    const section = document.createElement("section");
    section.className = "month";
    section.dataset.month = month;
    section.setAttribute("aria-label", monthWords.format(new Date(`${month}-01T00:00Z`)));
    return section;
  }

  /** Height of a month nobody has looked at yet, from its number of photos alone. */
  #guess(count) {
    const style = getComputedStyle(this.#months);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const row = parseFloat(style.getPropertyValue("--row")) * rem;
    const length = (count * 1.3 * row) / this.#months.clientWidth;
    if (length < 1) return Math.round(row * Math.min(parseFloat(style.getPropertyValue("--grow")), 1 / length) + 2.1 * rem);
    const lines = Math.round(length);
    const days = Math.max(1, Math.round(lines * 0.6));
    return Math.round(lines * (row * 1.08 + 3) + days * 4 * rem - 2 * rem);
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#load(target);
      else this.#forget(target);
    }
  }

  #isWhole(section) {
    return section.querySelectorAll(".tile").length === Number(section.dataset.count);
  }

  async #load(section) {
    const { month } = section.dataset;
    if (this.#loading.has(month) || (section.childElementCount && this.#isWhole(section))) return;
    const stop = new AbortController();
    this.#loading.set(month, stop);
    try {
      const photos = this.#known.get(month) ?? (await photosOf(month, stop.signal));
      this.#known.set(month, photos);
      if (section.isConnected && photos.length) this.#steady(() => this.#show(section, photos));
    } catch (error) {
      if (error.name !== "AbortError") setTimeout(() => this.#load(section), 3000);
    } finally {
      if (this.#loading.get(month) === stop) this.#loading.delete(month);
    }
  }

  #show(section, photos) {
    section.dataset.count = photos.length;
    fill(section, photos);
    section.style.blockSize = "";
    selection.show(section);
  }

  #forget(section) {
    this.#loading.get(section.dataset.month)?.abort();
    this.#loading.delete(section.dataset.month);
    if (!section.childElementCount || section.contains(document.activeElement)) return;
    section.style.blockSize = `${section.getBoundingClientRect().height}px`;
    section.replaceChildren();
  }

  /** Change the page without moving what the person looks at. */
  #steady(change) {
    const mark = scrollY > 8 ? this.#mark() : null;
    const before = mark?.edge();
    change();
    if (!mark || !mark.element.isConnected) return;
    const moved = mark.edge() - before;
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  }

  #mark() {
    const section = this.sections.find((found) => found.getBoundingClientRect().bottom > HEAD);
    if (!section) return null;
    const tiles = [...section.querySelectorAll(".tile")];
    const tile = tiles.find((found) => found.getBoundingClientRect().bottom > HEAD);
    const element = tile ?? section;
    const side = !tile && section.getBoundingClientRect().top < 0 ? "bottom" : "top";
    return { element, edge: () => element.getBoundingClientRect()[side] };
  }

  #heard(message) {
    const isNews = message.type === "job" && message.kind === "ingest";
    if (!isNews || !["completed", "failed", "cancelled", "pending"].includes(message.status)) return;
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.refresh().catch(() => {}), 350);
  }

  #remember() {
    const mark = this.#mark();
    const month = mark?.element.closest(".month")?.dataset.month;
    if (!month || scrollY < 8) return sessionStorage.removeItem("timeline");
    sessionStorage.setItem("timeline", JSON.stringify({ month, id: mark.element.dataset.id, top: mark.edge() }));
  }

  /** After a reload, or coming back from a photo: the same photo at the same height. */
  async #return() {
    const named = location.hash.startsWith("#p-") ? { id: location.hash.slice(3), top: HEAD + 24 } : null;
    const [entry] = performance.getEntriesByType("navigation");
    const isBack = ["reload", "back_forward"].includes(entry?.type);
    const kept = isBack && !named ? JSON.parse(sessionStorage.getItem("timeline") ?? "null") : null;
    const target = named ?? kept;
    if (!target?.id) return;
    const month = target.month ?? new URLSearchParams(location.search).get("month");
    const section = month && this.#section(month);
    if (section) await this.#load(section);
    const tile = document.getElementById(`p-${target.id}`);
    if (!tile) return;
    scrollBy({ top: tile.getBoundingClientRect().top - target.top, behavior: "instant" });
    if (named) tile.querySelector("a").focus({ preventScroll: true });
  }
}

customElements.define("photo-timeline", PhotoTimeline);
