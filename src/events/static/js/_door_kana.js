// Kana in Latin letters, exactly as people/kana.py writes them: what a guest's key holds, a query has to be folded to.
const SOUNDS = {
  あいうえお: "a i u e o",
  かきくけこ: "ka ki ku ke ko",
  がぎぐげご: "ga gi gu ge go",
  さしすせそ: "sa shi su se so",
  ざじずぜぞ: "za ji zu ze zo",
  たちつてと: "ta chi tsu te to",
  だぢづでど: "da ji zu de do",
  なにぬねの: "na ni nu ne no",
  はひふへほ: "ha hi fu he ho",
  ばびぶべぼ: "ba bi bu be bo",
  ぱぴぷぺぽ: "pa pi pu pe po",
  まみむめも: "ma mi mu me mo",
  やゆよ: "ya yu yo",
  らりるれろ: "ra ri ru re ro",
  わゐゑをんゔ: "wa i e o n vu",
  ゎゕゖ: "wa ka ke",
};
const SOUND = new Map(
  Object.entries(SOUNDS).flatMap(([row, sounds]) => sounds.split(" ").map((sound, place) => [row[place], sound])),
);
const SMALL_Y = { ゃ: "a", ゅ: "u", ょ: "o" };
const SMALL_VOWEL = { ぁ: "a", ぃ: "i", ぅ: "u", ぇ: "e", ぉ: "o" };
const ITERATION = { ヽ: "ゝ", ヾ: "ゞ" };
const TO_HIRAGANA = 0x60; // katakana and hiragana stand so far apart in Unicode
const PALATAL = /(?:sh|ch|j)$/; // these carry the y of a small ya, yu, yo in themselves

/** One katakana letter as hiragana; every other letter stays. */
export function hiragana(letter) {
  if (letter >= "ァ" && letter <= "ヶ") return String.fromCharCode(letter.charCodeAt(0) - TO_HIRAGANA);
  return ITERATION[letter] ?? letter;
}

/** Kana as they sound (Hepburn, long vowels as spelt); other letters stay. */
export function romaji(text) {
  const written = [];
  let doubled = false;
  for (const letter of Array.from(text, hiragana)) {
    if (letter === "っ") doubled = true;
    if (letter === "っ" || letter === "ー") continue;
    if (letter in SMALL_Y || letter in SMALL_VOWEL) {
      written.push(joined(written.pop() ?? "", letter));
    } else {
      const sound = SOUND.get(letter) ?? letter;
      written.push(doubled && sound < "\u0080" ? hardStart(sound) : sound);
    }
    doubled = false;
  }
  return written.join("");
}

// A small kana changes the sound of the one before it: き+ゃ = kya, し+ゃ = sha, ふ+ぁ = fa.
function joined(before, small) {
  if (small in SMALL_VOWEL) return before.replace(/[ueo]$/, "") + SMALL_VOWEL[small];
  const stem = before.replace(/i$/, "");
  return stem + (PALATAL.test(stem) ? "" : "y") + SMALL_Y[small];
}

function hardStart(sound) {
  return sound.startsWith("ch") ? `t${sound}` : sound[0] + sound;
}
