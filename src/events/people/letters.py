"""Letters as people look them up: without marks, case, width or variant shapes. For keys only, never for what is stored or shown."""

import re
import unicodedata
from functools import lru_cache

from .kana import romaji

# Latin letters that Unicode does not take apart into a base letter and a mark.
_LATIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"})

# Shapes of one kanji that differ between a register of names and a keyboard: whoever types the usual one finds both.
_SHAPES = (
    "高髙 崎﨑 吉𠮷 浜濱濵 島嶋嶌 辺邊邉 斉齊斎齋 沢澤 広廣 国國 桜櫻 真眞 恵惠 徳德 竜龍 滝瀧 条條 蔵藏 円圓 栄榮 浅淺 万萬 "
    "富冨 凛凜 遥遙 晃晄 清淸 静靜 瀬瀨 曽曾 薮藪 桧檜 関關 宝寶 実實 寿壽 応應 礼禮 尭堯 亀龜 塩鹽 剣劍 槙槇 鉄鐵 沖冲 峰峯"
)
_USUAL_SHAPE = str.maketrans({shape: group[0] for group in _SHAPES.split() for shape in group[1:]})
_PLAIN_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")
_KANA = re.compile(r"[ぁ-ヿ]")
_JOINERS = str.maketrans("", "", "'’ʼ`´‘")  # O'Connor, Shin'ichi: one word with or without the mark


def plain_words(text: str) -> list[str]:
    """The words of a text: lower case, marks and width gone, kana as romaji, only letters and digits left."""
    if text.isascii():  # most company names and many people's: nothing to take apart
        return _PLAIN_WORD.findall(text.translate(_JOINERS).lower())
    return list(_folded_words(text))


@lru_cache(maxsize=4096)  # family names, given names and companies come again and again
def _folded_words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", text).translate(_JOINERS).casefold()
    unmarked = "".join(map(_unmarked, folded)).translate(_LATIN).translate(_USUAL_SHAPE)
    words = _WORD.findall(re.sub(r"(.)々", r"\1\1", unmarked) if "々" in unmarked else unmarked)
    return tuple(romaji(" ".join(words)).split()) if _KANA.search(unmarked) else tuple(words)


@lru_cache(maxsize=8192)
def _unmarked(letter: str) -> str:
    """The letter without accents and variation selectors. Kana keep their voicing marks: か and が are letters of their own."""
    if "ぁ" <= letter <= "ヿ":
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) not in ("Mn", "Me", "Cf"))
