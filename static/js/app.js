// Everything a page may need; each file does nothing where what it serves is absent.
import "./toast-list.js";
import "./selection.js";
import "./keys.js";
import "./grid-keys.js";
import "./photo-ring.js";
import "./photo-timeline.js";
import "./photo-grid.js";
import "./month-scrubber.js";

document.documentElement.classList.add("has-script");
