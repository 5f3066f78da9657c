// <month-scrubber>: the whole library as one edge of the screen; drag, click, or arrow keys from month to month.
const words = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const ROOM = 19;

class MonthScrubber extends HTMLElement {
  #timeline = null;
  #thumb;
  #frame = 0;
  #hide;

  connectedCallback() {
    this.#timeline = document.querySelector("photo-timeline");
    if (!this.#timeline) return;
    this.#thumb = document.createElement("span");
    this.#thumb.className = "scrubber-thumb";
    this.#thumb.tabIndex = 0;
    const slider = { role: "slider", "aria-label": "Months", "aria-orientation": "vertical", "aria-valuemin": "0" };
    for (const [name, value] of Object.entries(slider)) this.#thumb.setAttribute(name, value);
    this.append(this.#thumb);
    this.classList.add("is-live");
    // The slider says all of it; the links stay for the mouse.
    this.querySelector("ol").setAttribute("aria-hidden", "true");
    for (const link of this.#links) link.tabIndex = -1;
    this.#listen();
    this.#draw();
  }

  get #links() {
    return [...this.querySelectorAll("a[data-month]")];
  }

  get #sections() {
    return this.#timeline.sections ?? [];
  }

  #listen() {
    const soon = () => {
      this.#frame ||= requestAnimationFrame(() => {
        this.#frame = 0;
        this.#follow();
      });
    };
    addEventListener("scroll", () => {
      soon();
      this.classList.add("is-scrolling");
      clearTimeout(this.#hide);
      this.#hide = setTimeout(() => this.classList.remove("is-scrolling"), 1200);
    }, { passive: true });
    addEventListener("resize", () => this.#draw());
    this.#timeline.addEventListener("timeline:ready", () => this.#draw());
    this.addEventListener("pointerdown", (event) => this.#start(event));
    this.addEventListener("pointermove", (event) => this.#drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.addEventListener(end, () => this.classList.remove("is-dragging"));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => event.preventDefault());
  }

  /** Put every year and month where its photos are; months too close to each other become dots. */
  #draw() {
    const total = Math.max(1, this.#timeline.offsetHeight);
    const top = this.#timeline.getBoundingClientRect().top;
    const height = this.clientHeight;
    let free = -ROOM;
    const links = this.#links;
    for (const link of links) {
      const section = this.#sectionOf(link.dataset.month);
      if (!section) {
        link.hidden = true;
        continue;
      }
      link.hidden = false;
      const isYear = link.parentElement.classList.contains("scrubber-year");
      const at = ((section.getBoundingClientRect().top - top) / total) * height + (isYear ? 0 : ROOM * 0.9);
      const isFirst = isYear || at - free >= ROOM;
      link.toggleAttribute("data-dot", !isFirst);
      link.style.insetBlockStart = `${Math.min(height, isYear ? Math.max(at, free + ROOM) : at)}px`;
      if (isFirst) free = isYear ? Math.max(at, free + ROOM) : at;
    }
    this.#thumb.setAttribute("aria-valuemax", String(Math.max(0, this.#sections.length - 1)));
    this.#follow();
  }

  #sectionOf(month) {
    return this.#sections.find((section) => section.dataset.month === month);
  }

  #current() {
    const sections = this.#sections;
    const found = sections.findIndex((section) => section.getBoundingClientRect().bottom > 140);
    return found < 0 ? sections.length - 1 : found;
  }

  #follow() {
    const reach = document.documentElement.scrollHeight - innerHeight;
    const share = reach > 0 ? Math.min(1, Math.max(0, scrollY / reach)) : 0;
    const at = this.#current();
    const month = this.#sections[at]?.dataset.month;
    if (!month) return;
    const label = words.format(new Date(`${month}-01T00:00Z`));
    this.#thumb.style.transform = `translateY(${share * this.clientHeight}px)`;
    if (this.#thumb.textContent !== label) this.#thumb.textContent = label;
    this.#thumb.setAttribute("aria-valuenow", String(at));
    this.#thumb.setAttribute("aria-valuetext", label);
  }

  #start(event) {
    if (event.button) return;
    event.preventDefault();
    this.#thumb.focus({ preventScroll: true });
    this.setPointerCapture(event.pointerId);
    this.classList.add("is-dragging");
    this.#drag(event);
  }

  #drag(event) {
    if (!this.classList.contains("is-dragging")) return;
    const box = this.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    scrollTo({ top: share * (document.documentElement.scrollHeight - innerHeight), behavior: "instant" });
  }

  #key(event) {
    const at = this.#current();
    const months = this.#sections.map((section) => section.dataset.month);
    const steps = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };
    let to;
    if (event.key in steps) to = at + steps[event.key];
    else if (event.key === "PageDown") to = months.findIndex((month) => month.slice(0, 4) < months[at].slice(0, 4));
    else if (event.key === "PageUp") to = months.findIndex((month) => month.slice(0, 4) === String(Number(months[at].slice(0, 4)) + 1));
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = months.length - 1;
    else return;
    event.preventDefault();
    if (months[to]) this.#timeline.jump(months[to]);
  }
}

customElements.define("month-scrubber", MonthScrubber);
