// Photos as tiles, gathered into days: the twin of photos/templatetags/pictures.py (photo_tile) for what a script loads.
const NARROWEST = 0.45;
const WIDEST = 2.6;
const SIZES = [256, 512, 1024];
const WANTED = "auto, (min-width: 60rem) 20rem, (min-width: 45rem) 16rem, 50vw";
const thisYear = new Date().getFullYear();
const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const LONG = format({ weekday: "long", day: "numeric", month: "long" });
const LONG_YEAR = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT = format({ weekday: "short", day: "numeric", month: "short" });
const SHORT_YEAR = format({ day: "numeric", month: "short", year: "numeric" });
const PLAIN = format({ day: "numeric", month: "long", year: "numeric" });
const tidy = (text) => text.replaceAll(",", "");

export function ratioOf(width, height) {
  if (!width || !height) return 1;
  return Number(Math.min(Math.max(width / height, NARROWEST), WIDEST).toFixed(4));
}

/** Nine colours in hex as a 3x3 bitmap, which the browser scales into a soft blur. */
export function placeholder(colours) {
  if (!/^[0-9a-f]{54}$/i.test(colours ?? "")) return "";
  const cells = colours.match(/../g).map((pair) => parseInt(pair, 16));
  const bytes = [66, 77, 90, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 24, 0];
  bytes.push(0, 0, 0, 0, 36, 0, 0, 0, ...new Array(16).fill(0));
  for (const row of [18, 9, 0]) {
    for (const at of [0, 3, 6]) bytes.push(cells[row + at + 2], cells[row + at + 1], cells[row + at]);
    bytes.push(0, 0, 0);
  }
  return `url(data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))})`;
}

function srcset(photo, ending) {
  const longest = Math.max(photo.width, photo.height, 1);
  const widths = new Map();
  for (const size of [...SIZES].reverse()) {
    widths.set(Math.max(1, Math.round(photo.width * Math.min(size / longest, 1))), size);
  }
  return [...widths].map(([width, size]) => `${address(photo, size, ending)} ${width}w`).reverse().join(", ");
}

export function address(photo, size, ending) {
  return `/api/v1/photos/${photo.id}/thumb/${size}.${ending}?v=${photo.version}`;
}

function pictureOf(photo, words) {
  const picture = document.createElement("picture");
  for (const ending of ["avif", "webp"]) {
    const source = document.createElement("source");
    source.type = `image/${ending}`;
    source.sizes = WANTED;
    source.srcset = srcset(photo, ending);
    picture.append(source);
  }
  const image = document.createElement("img");
  image.loading = "lazy";
  image.decoding = "async";
  image.width = photo.width;
  image.height = photo.height;
  image.alt = words;
  image.src = address(photo, 512, "jpeg");
  picture.append(image);
  return picture;
}

function waiting(photo) {
  const box = document.createElement("span");
  box.className = "tile-wait";
  const ring = document.createElement("photo-ring");
  ring.dataset.photo = photo.id;
  ring.dataset.state = photo.state;
  const words = document.createElement("span");
  words.className = "ellipsis";
  words.textContent = photo.state === "broken" ? "It did not work" : "Being made";
  box.append(ring, words);
  return box;
}

function fingerprint(photo) {
  return `${photo.state} ${photo.version} ${photo.width}x${photo.height}`;
}

function draw(tile, photo) {
  const date = PLAIN.format(new Date(`${photo.day}T00:00Z`));
  const words = `Photo of ${date}`;
  tile.dataset.drawn = fingerprint(photo);
  tile.dataset.state = photo.state;
  tile.style.setProperty("--r", ratioOf(photo.width, photo.height));
  const colours = placeholder(photo.colours);
  if (colours) tile.style.setProperty("--c", colours);
  const link = document.createElement("a");
  link.href = `/photos/${photo.id}`;
  link.append(photo.state === "ready" ? pictureOf(photo, words) : waiting(photo));
  const check = document.createElement("label");
  check.className = "tile-check";
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "ids", value: photo.id, tabIndex: -1 });
  box.setAttribute("aria-label", `Select ${words}`);
  check.append(box);
  tile.replaceChildren(link, check);
}

function tileOf(photo, known) {
  const tile = known ?? document.createElement("div");
  if (!known) {
    tile.className = "tile";
    tile.id = `p-${photo.id}`;
    tile.dataset.id = photo.id;
  }
  const isServerDrawn = tile.dataset.drawn === undefined && known && tile.dataset.version === String(photo.version);
  if (!(isServerDrawn && tile.dataset.state === photo.state) && tile.dataset.drawn !== fingerprint(photo)) {
    draw(tile, photo);
  }
  tile.toggleAttribute("data-favourite", Boolean(photo.favourite));
  return tile;
}

function headOf(day) {
  const date = new Date(`${day}T00:00Z`);
  const isThisYear = date.getUTCFullYear() === thisYear;
  const head = document.createElement("h2");
  head.className = "day-head";
  const time = document.createElement("time");
  time.dateTime = day;
  for (const [name, style] of [["day-long", isThisYear ? LONG : LONG_YEAR], ["day-short", isThisYear ? SHORT : SHORT_YEAR]]) {
    const words = document.createElement("span");
    words.className = name;
    words.textContent = tidy(style.format(date));
    time.append(words);
  }
  const note = document.createElement("small");
  note.className = "day-note";
  head.append(time, note);
  return head;
}

function note(section, photos) {
  const places = photos.map((photo) => photo.place).filter(Boolean);
  const most = (place) => places.filter((other) => other === place).length;
  const place = places.reduce((best, next) => (most(next) > most(best) ? next : best), places[0] ?? "");
  const count = document.createElement("span");
  count.className = "day-count";
  count.textContent = `${place ? " · " : ""}${photos.length} photo${photos.length === 1 ? "" : "s"}`;
  section.querySelector(".day-note").replaceChildren(place, count);
}

function dayOf(day, photos, known) {
  const section = known ?? document.createElement("section");
  if (!known) {
    section.className = "day";
    section.id = `d-${day}`;
    section.dataset.day = day;
    const tiles = document.createElement("div");
    tiles.className = "tiles";
    section.append(headOf(day), tiles);
  }
  const tiles = section.querySelector(".tiles");
  const had = new Map([...tiles.children].map((tile) => [tile.dataset.id, tile]));
  place(tiles, photos.map((photo) => tileOf(photo, had.get(photo.id))));
  const sum = photos.reduce((total, photo) => total + ratioOf(photo.width, photo.height), 0);
  section.style.setProperty("--s", sum.toFixed(3));
  section.style.setProperty("--n", photos.length);
  note(section, photos);
  return section;
}

/** Make `children` the children of `parent`, moving as little as possible: focus and pictures stay. */
export function place(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/** Show `photos` (newest first) as days inside `section`, keeping every tile that is already there. */
export function fill(section, photos) {
  const days = Map.groupBy ? Map.groupBy(photos, (photo) => photo.day) : groupByDay(photos);
  let holder = section.querySelector(".days");
  if (!holder) {
    holder = document.createElement("div");
    holder.className = "days";
    section.append(holder);
  }
  const had = new Map([...holder.children].map((day) => [day.dataset.day, day]));
  place(holder, [...days].map(([day, list]) => dayOf(day, list, had.get(day))));
}

function groupByDay(photos) {
  const days = new Map();
  for (const photo of photos) days.set(photo.day, [...(days.get(photo.day) ?? []), photo]);
  return days;
}
