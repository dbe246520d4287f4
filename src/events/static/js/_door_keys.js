// Folds what is typed exactly as people/letters.py and people/keys.py fold names, so that the list on the phone answers as the
// server would. Whoever changes one side changes the other: a test compares both on thousands of strings.
import { romaji } from "./_door_kana.js";

const MOST_WORDS = 8;
const LONGEST_WORD = 64;

// Latin letters that Unicode does not take apart into a base letter and a mark.
const LATIN = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ħ: "h", ŧ: "t" };

// Shapes of one kanji that differ between a register of names and a keyboard.
const SHAPES =
  "高髙 崎﨑 吉𠮷 浜濱濵 島嶋嶌 辺邊邉 斉齊斎齋 沢澤 広廣 国國 桜櫻 真眞 恵惠 徳德 竜龍 滝瀧 条條 蔵藏 円圓 栄榮 浅淺 万萬 " +
  "富冨 凛凜 遥遙 晃晄 清淸 静靜 瀬瀨 曽曾 薮藪 桧檜 関關 宝寶 実實 寿壽 応應 礼禮 尭堯 亀龜 塩鹽 剣劍 槙槇 鉄鐵 沖冲 峰峯";
const USUAL = new Map(Object.entries(LATIN));
for (const group of SHAPES.split(" ")) {
  const [usual, ...shapes] = group;
  for (const shape of shapes) USUAL.set(shape, usual);
}

const JOINERS = /['’ʼ`´‘]/g; // O'Connor, Shin'ichi: one word with or without the mark
const MARKS = /[\p{Mn}\p{Me}\p{Cf}]/gu;
const WORD = /[\p{L}\p{N}]+/gu;
const PLAIN_WORD = /[a-z0-9]+/g;
const KANA = /[ぁ-ヿ]/;
const ASCII = /^[\x00-\x7f]*$/;

// In this order, again and again until nothing changes. Lookbehind would keep older phones from reading the whole script.
const SOUNDS = [
  [/([a-z])\1+/g, "$1"], // Hoffmann, Hofmann; Oono
  [/oh(?![aeiouy])/g, "o"], // Ohno, Satoh, but not Ohara
  [/ou/g, "o"], // Satou
  [/([aou])e/g, "$1"], // Mueller, Goethe
  [/tch/g, "ch"],
  [/ch(?=i)/g, "t"],
  [/ch(?=[auo])/g, "ty"],
  [/sh(?=i)/g, "s"],
  [/sh(?=[auo])/g, "sy"],
  [/ts(?=u)/g, "t"],
  [/fu/g, "hu"],
  [/j(?=i)/g, "z"],
  [/jy?(?=[auo])/g, "zy"],
];
const UNFINISHED = [[/(?:t?ch?|f|j)$/, ""], [/ts$/, "t"], [/sh$/, "s"]]; // the next letter decides how these sound

/** What to look for in every guest's key, all of it; empty when the query holds no letter. */
export function searchWords(query) {
  const words = plainWords(query).slice(0, MOST_WORDS);
  return [...new Set(words.map((word) => lookedFor(Array.from(word).slice(0, LONGEST_WORD).join(""))))];
}

/** The words of a text: lower case, marks and width gone, kana as romaji, only letters and digits left. */
export function plainWords(text) {
  if (ASCII.test(text)) return text.replace(JOINERS, "").toLowerCase().match(PLAIN_WORD) ?? [];
  const folded = Array.from(text.normalize("NFKC").replace(JOINERS, ""), caseless).join("");
  const unmarked = Array.from(Array.from(folded, plainLetter).join(""), (letter) => USUAL.get(letter) ?? letter).join("");
  const words = unmarked.replace(/([^\n])々/gu, "$1$1").match(WORD) ?? [];
  return KANA.test(unmarked) ? romaji(words.join(" ")).split(" ").filter(Boolean) : words;
}

/** The one spelling for everything that sounds alike. */
export function sound(word) {
  for (let before = ""; word !== before; ) {
    before = word;
    for (const [pattern, plain] of SOUNDS) word = word.replace(pattern, plain);
  }
  return word;
}

// Lower, upper and lower again folds ẞ and ß to ss, ς to σ; Cherokee alone is folded to its upper case.
function caseless(letter) {
  const upper = letter.toLowerCase().toUpperCase();
  return /^\p{Script=Cherokee}/u.test(letter) ? upper : upper.toLowerCase();
}

function plainLetter(letter) {
  return letter >= "ぁ" && letter <= "ヿ" ? letter : letter.normalize("NFKD").replace(MARKS, "");
}

// A query is often the beginning of a word. Where its sound differs from its spelling, an open end is left away.
function lookedFor(word) {
  const heard = sound(word);
  if (heard === word) return word;
  const [open, closed] = UNFINISHED.find(([pattern]) => pattern.test(heard)) ?? [/$/, ""];
  return heard.replace(open, closed) || heard;
}
