// Marks in a name what was typed: letter by letter where both are written alike, the whole word where it only sounds alike.
import { hiragana } from "./_door_kana.js";
import { plainWords, searchWords, sound } from "./_door_keys.js";

const MOST_KNOWN = 2000;
const known = new Map();
const WORD = /[\p{L}\p{N}\p{M}ー'’]+/gu;

/** Wraps in <mark> what every word of `query` finds in the element's text; an element without any stays as it is. */
export function highlight(element, query) {
  const text = element.textContent;
  const spans = merged(query.trim().split(/\s+/u).filter(Boolean).flatMap((typed) => spanOf(text, typed) ?? []));
  if (!spans.length) return;
  const parts = [];
  let end = 0;
  for (const [from, to] of spans) {
    parts.push(text.slice(end, from), marked(text.slice(from, to)));
    end = to;
  }
  element.replaceChildren(...parts, text.slice(end));
}

function marked(text) {
  const mark = document.createElement("mark");
  mark.textContent = text;
  return mark;
}

function spanOf(text, typed) {
  return spelt(text, typed) ?? sounding(text, typed);
}

// The first place where the letters stand one after the other; accents, width, case and kind of kana do not matter.
function spelt(text, typed) {
  const letters = Array.from(text);
  const shown = letters.map(plain);
  const wanted = Array.from(typed, plain);
  const start = shown.findIndex((_, place) => wanted.every((letter, step) => letter === shown[place + step]));
  if (start < 0) return null;
  const from = letters.slice(0, start).join("").length;
  return [[from, from + letters.slice(start, start + wanted.length).join("").length]];
}

function plain(letter) {
  return hiragana(letter.normalize("NFKD").toLowerCase()[0]);
}

function sounding(text, typed) {
  const wanted = searchWords(typed);
  const words = [...text.matchAll(WORD)].filter(([word]) => wanted.some((part) => heard(word).includes(part)));
  return words.map(({ 0: word, index }) => [index, index + word.length]);
}

// The same names come again with every keystroke.
function heard(word) {
  if (!known.has(word)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(word, plainWords(word).map((part) => `${part} ${sound(part)}`).join(" "));
  }
  return known.get(word);
}

function merged(spans) {
  const inOrder = spans.sort(([one], [other]) => one - other);
  return inOrder.reduce((done, [from, to]) => {
    const last = done.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else done.push([from, to]);
    return done;
  }, []);
}
