"""Kana: hiragana and katakana as one, their sound in Latin letters, their order in a Japanese list."""

import unicodedata

# Katakana and hiragana stand 0x60 apart in Unicode (U+30A1..U+30F6 and U+3041..U+3096).
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {ord("ヽ"): "ゝ", ord("ヾ"): "ゞ"}

_SOUNDS = {
    "あいうえお": "a i u e o",
    "かきくけこ": "ka ki ku ke ko",
    "がぎぐげご": "ga gi gu ge go",
    "さしすせそ": "sa shi su se so",
    "ざじずぜぞ": "za ji zu ze zo",
    "たちつてと": "ta chi tsu te to",
    "だぢづでど": "da ji zu de do",
    "なにぬねの": "na ni nu ne no",
    "はひふへほ": "ha hi fu he ho",
    "ばびぶべぼ": "ba bi bu be bo",
    "ぱぴぷぺぽ": "pa pi pu pe po",
    "まみむめも": "ma mi mu me mo",
    "やゆよ": "ya yu yo",
    "らりるれろ": "ra ri ru re ro",
    "わゐゑをんゔ": "wa i e o n vu",
    "ゎゕゖ": "wa ka ke",
}
_SOUND = {kana: sound for row, sounds in _SOUNDS.items() for kana, sound in zip(row, sounds.split(), strict=True)}
_SMALL_Y = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_SMALL_VOWEL = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}
_PALATAL = ("sh", "ch", "j")  # these carry the y of a small ya, yu, yo in themselves: しゃ is sha, きゃ is kya

_FULL_SIZE = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")
_VOWEL_KANA = {"a": "あ", "i": "い", "u": "う", "e": "え", "o": "お"}


def to_hiragana(text: str) -> str:
    """The same text with katakana as hiragana; everything else stays."""
    return text.translate(_TO_HIRAGANA)


def is_kana(text: str) -> bool:
    """Whether the text can stand in a kana field: kana of either kind and width, long marks, blanks, dots between names."""
    folded = to_hiragana(unicodedata.normalize("NFKC", text))
    return bool(folded.strip()) and all("ぁ" <= letter <= "ゟ" or letter in "ー・゠=- " for letter in folded)


def romaji(text: str) -> str:
    """Kana written as they sound (Hepburn, long vowels as spelt, lower case); other characters stay."""
    written: list[str] = []
    doubled = False
    for letter in to_hiragana(text):
        if letter == "っ":
            doubled = True
            continue
        if letter == "ー":
            continue
        if letter in _SMALL_Y or letter in _SMALL_VOWEL:
            written[-1:] = [_joined(written[-1] if written else "", letter)]
        else:
            sound = _SOUND.get(letter, letter)
            written.append(_hard_start(sound) if doubled and sound[0].isascii() else sound)
        doubled = False
    return "".join(written)


def _joined(before: str, small: str) -> str:
    """A small kana changes the sound of the one before it: き+ゃ = kya, し+ゃ = sha, ふ+ぁ = fa."""
    if small in _SMALL_VOWEL:
        return (before[:-1] if before[-1:] in ("u", "e", "o") else before) + _SMALL_VOWEL[small]
    stem = before.removesuffix("i")
    return stem + ("" if stem.endswith(_PALATAL) else "y") + _SMALL_Y[small]


def _hard_start(sound: str) -> str:
    return f"t{sound}" if sound.startswith("ch") else sound[0] + sound


def plain_order(text: str) -> str:
    """What Japanese lists compare first (JIS X 4061): full-size hiragana without voicing marks, a long mark as its vowel."""
    written: list[str] = []
    for letter in to_hiragana(text):
        if letter == "ー" and written:
            vowel = romaji(written[-1])[-1:]
            written.append(_VOWEL_KANA.get(vowel, ""))
        elif letter in "ゝゞ" and written:
            written.append(written[-1])
        else:
            written.append(unicodedata.normalize("NFD", letter)[0].translate(_FULL_SIZE))
    return "".join(written)
