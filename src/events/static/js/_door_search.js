// Finds guests in the list on the phone, as you type. While a word is being composed (kana to kanji) nothing is searched.
import { plainWords, searchWords, sound } from "./_door_keys.js";

export const MOST_FOUND = 20; // fits a phone; whoever sees more types another letter
const AT_ONCE = 250; // names made ready between two keystrokes

/** The list, made ready for searching. Names are folded while nobody types; until then a key's own beginning decides. */
export class GuestSearch {
  #entries = [];
  #names = new Map();
  #prepared = 0;
  #last = { words: [], matching: [] };

  /** Takes a list in the order in which guests of equal rank are shown. */
  fill(entries) {
    if (entries === this.#entries) return;
    this.#entries = entries;
    this.#names = new Map();
    this.#prepared = 0;
    this.#last = { words: [], matching: entries };
    this.#prepareSoon();
  }

  /** The first guests in whom every word occurs, and how many there are: confirmed ones first, then whose name begins so. */
  find(query) {
    const words = searchWords(query);
    if (!words.length) return { found: [], total: 0 };
    const matching = this.#among(words).filter(({ search }) => words.every((word) => search.includes(word)));
    this.#last = { words, matching };
    const ranks = [[], [], [], []];
    for (const entry of matching) ranks[this.#rank(entry, words[0])].push(entry);
    return { found: ranks.flat().slice(0, MOST_FOUND), total: matching.length };
  }

  // One letter more finds nobody whom the letters before have not found.
  #among(words) {
    const narrows = this.#last.words.every((before) => words.some((word) => word.includes(before)));
    return narrows ? this.#last.matching : this.#entries;
  }

  #rank(entry, word) {
    const begins = this.#names.get(entry.id)?.includes(` ${word}`) ?? entry.search.startsWith(word);
    return (entry.state === "confirmed" ? 0 : 2) + (begins ? 0 : 1);
  }

  #prepareSoon() {
    const entries = this.#entries;
    setTimeout(() => {
      if (entries !== this.#entries) return;
      for (const entry of entries.slice(this.#prepared, this.#prepared + AT_ONCE)) this.#names.set(entry.id, namesOf(entry));
      this.#prepared += AT_ONCE;
      if (this.#prepared < entries.length) this.#prepareSoon();
    });
  }
}

// Every word of the names as shown, as written and as it sounds, each after a blank.
function namesOf({ card }) {
  const written = plainWords(`${card.name} ${card.spoken} ${card.also}`);
  return ` ${written.concat(written.map(sound)).join(" ")}`;
}

/** Searches at every change of the field; `show(found, total, query)` gets the answer. Answers a function that searches again. */
export function searchAsYouType(field, search, show) {
  const look = () => {
    const { found, total } = search.find(field.value);
    show(found, total, field.value.trim());
  };
  let composing = false; // a list that comes in meanwhile is not searched either
  field.addEventListener("input", ({ isComposing }) => isComposing || look());
  field.addEventListener("compositionstart", () => (composing = true));
  field.addEventListener("compositionend", () => ((composing = false), look()));
  field.form.addEventListener("submit", (event) => (event.preventDefault(), look()));
  return () => composing || look();
}
