// Codes and ids: what was scanned or typed becomes the hash that the list knows; a phone never keeps the code itself.
const ADDRESS = /^\s*https?:\/\/[^/\s]+\/t\/([a-z2-7]{16})\/?\s*$/i;
const BETWEEN = /[\s\-‐-―_.]+/g;
const MISTAKEN = { 0: "O", 8: "B" }; // base32 has neither, so whoever types one means the letter that looks like it

/** The code in what was scanned or typed, or null: the ticket's address in any case, or the bare code with blanks or dashes. */
export function ticketCode(text) {
  const bare = ADDRESS.exec(text)?.[1] ?? text.replace(BETWEEN, "").replace(/[08]/g, (digit) => MISTAKEN[digit]);
  return /^[a-z2-7]{16}$/i.test(bare) ? bare.toUpperCase() : null;
}

/** The guest behind a line of the printed list: `L:` and the registration's id in base32; null for anything else. */
export function guestOfLine(text) {
  const mark = /^L:([A-Z2-7]{26})$/.exec(text.trim())?.[1];
  if (!mark) return null;
  const bits = Array.from(mark, (letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  return uuid(Uint8Array.from({ length: 16 }, (_, place) => parseInt(bits.slice(8 * place, 8 * place + 8), 2)));
}

/** SHA-256 in hexadecimal. */
export async function hashOf(text) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** A UUID (version 4). `crypto.randomUUID` is missing where the page is not served over TLS. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return uuid(bytes);
}

function uuid(bytes) {
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
