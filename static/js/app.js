// Everything a page may need; each file does nothing where what it serves is absent.
import "./toast-list.js";
import "./selection.js";
import "./photo-viewer.js";
import "./keys.js";
import "./grid-keys.js";
import "./photo-ring.js";
import "./photo-timeline.js";
import "./photo-grid.js";
import "./month-scrubber.js";
import "./upload-center.js";
import "./photo-stage.js";
import "./job-progress.js";
import "./job-board.js";
import "./job-count.js";
import "./consent-count.js";
