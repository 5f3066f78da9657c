// Quick looks: asked for once it is quiet; only the newest counts, and one that came to nothing is asked for again.
const TRIES = 3;

/** What an asker returns for a look that was overtaken on the server, or not done in time. */
export const NONE = Symbol("none");
/** What `ask` answers when there is nothing to show (yet): a newer look is on its way. */
export const LATER = Symbol("later");
export const TOO_SLOW = "It takes longer than usual. You can go on without the quick look.";

export class QuickLook {
  #quiet;
  #look;
  #timer;
  #asked = 0;
  #tries = 0;
  #asking = new AbortController();

  /** `look` is called when nothing changed for `quiet` ms. */
  constructor(quiet, look) {
    this.#quiet = quiet;
    this.#look = look;
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#look, this.#quiet);
  }

  /** What was asked for counts no more. */
  drop() {
    this.#asked += 1;
    this.#asking.abort();
    this.#asking = new AbortController();
  }

  stop() {
    clearTimeout(this.#timer);
    this.drop();
  }

  /** What `asker` (given an AbortSignal) brings, or the error it ends with; LATER, or NONE after the last try. */
  async ask(asker) {
    this.drop();
    const mine = this.#asked;
    const found = await asker(this.#asking.signal).catch((error) => error);
    if (mine !== this.#asked) return LATER;
    this.#tries = found === NONE ? this.#tries + 1 : 0;
    if (found !== NONE || this.#tries >= TRIES) return found;
    this.soon();
    return LATER;
  }
}
