// A person who is written down at the door, as the phone's own list shows them until the server has taken them over.
import { romaji } from "./_door_kana.js";
import { plainWords, sound } from "./_door_keys.js";

const FAMILY_FIRST = /[぀-ヿㇰ-ㇿ㐀-鿿豈-﫿가-힯ｦ-ﾟ\u{20000}-\u{3ffff}]/u;
const NAMES = ["family_name", "given_name", "family_name_kana", "given_name_kana", "company"];

/** What the form says, as it is sent. */
export function personOf(form) {
  const fields = new FormData(form);
  return Object.fromEntries([...NAMES, "email"].map((name) => [name, (fields.get(name) ?? "").trim()]));
}

/** Whether a name's reading matters: it is written in kanji, kana or hangul. */
export function isFamilyFirst(name) {
  return FAMILY_FIRST.test(name);
}

/** A guest's line in the list. */
export function entryOf(id, person, { party = null, table = "" } = {}) {
  const words = NAMES.flatMap((name) => plainWords(person[name]));
  const search = [...new Set([...words, ...words.map(sound)])].join(" ");
  const sort = plainWords(person.family_name_kana || person.family_name).join(" ");
  return { id, code: null, state: "confirmed", card: { ...cardOf(id, person), table }, search, sort, party, position: 999, unnamed: 0 };
}

function cardOf(id, person) {
  const name = inOrder(person.family_name, person.given_name);
  const kana = [person.family_name_kana, person.given_name_kana].filter(Boolean).join(" ");
  const page = document.documentElement.lang;
  const spoken = page === "ja" ? kana : titled(romaji(`${person.given_name_kana} ${person.family_name_kana}`.normalize("NFKC")));
  const also = page === "ja" ? "" : kana;
  return {
    registration_id: id, name, name_lang: langOf(name), spoken, spoken_lang: langOf(spoken), also, also_lang: langOf(also),
    company: person.company, table: "", diet: "", access_needs: "", flags: [], host: "", job_title: "",
  };
}

function inOrder(family, given) {
  return (isFamilyFirst(family + given) ? [family, given] : [given, family]).filter(Boolean).join(" ");
}

function titled(text) {
  return text.trim().replace(/(^|\s)\p{L}/gu, (letter) => letter.toUpperCase());
}

function langOf(text) {
  return isFamilyFirst(text) ? "ja" : "";
}

/** The id that phone and server give a guest who came by this scan (UUID version 5, RFC 9562). */
export async function guestIdOf(eventId, scanId) {
  const space = Uint8Array.from(eventId.replaceAll("-", "").match(/../g), (pair) => parseInt(pair, 16));
  const name = new TextEncoder().encode(scanId);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", Uint8Array.of(...space, ...name))).slice(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
