// Everything a page may need; each file defines one custom element and does nothing where it is absent.
import "./toast-list.js";
import "./keys.js";
