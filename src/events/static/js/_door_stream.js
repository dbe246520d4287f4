// What the server tells a phone by itself: who goes in and out elsewhere, how full the house is, contradictions, that the list changed.
const AGAIN_MS = 3000;
const TOLD = ["attendance", "movements", "conflicts", "list", "unpaired", "wipe"];

export class Stream {
  #source = null;
  #timer = 0;
  #heard;

  /** `heard` has a function for each kind of news, and `open` and `lost` for the stream itself. */
  constructor(heard) {
    this.#heard = heard;
  }

  start() {
    this.stop();
    this.#source = new EventSource("/door/stream");
    this.#source.addEventListener("open", () => this.#heard.open());
    this.#source.addEventListener("error", () => this.#broken());
    for (const kind of TOLD) {
      this.#source.addEventListener(kind, ({ data }) => this.#heard[kind](data ? JSON.parse(data) : null));
    }
  }

  stop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  // The browser gives up after an answer that is no stream, such as a proxy's error page.
  #broken() {
    this.#heard.lost();
    if (this.#source?.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.start(), AGAIN_MS);
  }
}
