"""What a column of a list may be, and which one its heading seems to mean, in German, English and Japanese."""

import re
import unicodedata
from enum import StrEnum

from events.kit.i18n import N_


class Field(StrEnum):
    """What a column may say about an invitee. A whole name is never taken apart: where it would be cut is anybody's guess."""

    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    WHOLE_NAME = "whole_name"
    HONORIFIC = "honorific"
    FAMILY_NAME_KANA = "family_name_kana"
    GIVEN_NAME_KANA = "given_name_kana"
    FAMILY_NAME_LATIN = "family_name_latin"
    GIVEN_NAME_LATIN = "given_name_latin"
    EMAIL = "email"
    DELEGATE_EMAIL = "delegate_email"
    COMPANY = "company"
    DEPARTMENT = "department"
    JOB_TITLE = "job_title"
    LOCALE = "locale"
    EVENTS = "events"
    CONTINGENT = "contingent"
    FLAGS = "flags"
    COMPANIONS = "companions"
    MAX_COMPANIONS = "max_companions"
    COMPANIONS_BY = "companions_by"
    ANSWER_BY = "answer_by"
    INVITER = "inviter"
    CO_HOST = "co_host"


WORDS: dict[Field, str] = {
    Field.FAMILY_NAME: N_("Family name"),
    Field.GIVEN_NAME: N_("Given name"),
    Field.WHOLE_NAME: N_("Whole name in one column"),
    Field.HONORIFIC: N_("Honorific"),
    Field.FAMILY_NAME_KANA: N_("Family name (kana)"),
    Field.GIVEN_NAME_KANA: N_("Given name (kana)"),
    Field.FAMILY_NAME_LATIN: N_("Family name (Latin)"),
    Field.GIVEN_NAME_LATIN: N_("Given name (Latin)"),
    Field.EMAIL: N_("E-mail"),
    Field.DELEGATE_EMAIL: N_("E-mail of the assistant"),
    Field.COMPANY: N_("Company"),
    Field.DEPARTMENT: N_("Department"),
    Field.JOB_TITLE: N_("Position"),
    Field.LOCALE: N_("Language"),
    Field.EVENTS: N_("Events"),
    Field.CONTINGENT: N_("Contingent"),
    Field.FLAGS: N_("Marks"),
    Field.COMPANIONS: N_("Companions"),
    Field.MAX_COMPANIONS: N_("How many companions"),
    Field.COMPANIONS_BY: N_("Companions named by"),
    Field.ANSWER_BY: N_("Answer by"),
    Field.INVITER: N_("Invited by"),
    Field.CO_HOST: N_("Co-host"),
}

# Headings as people write them, folded by `_folded`: lower case, no marks, no blanks.
_HEADINGS: dict[Field, str] = {
    Field.FAMILY_NAME: "familyname surname lastname nachname familienname zuname 姓 氏 名字 苗字 みょうじ",
    Field.GIVEN_NAME: "givenname firstname forename vorname rufname 名 下の名前",
    Field.WHOLE_NAME: "name fullname guest guestname gast vollername nameganz vorundnachname nachnamevorname 氏名 お名前 名前 姓名 ご氏名",
    Field.HONORIFIC: "honorific title salutation prefix anrede titel akadtitel akademischertitel 敬称 称号",
    Field.FAMILY_NAME_KANA: (
        "familynamekana surnamekana familynamereading nachnamekana familiennamekana 姓カナ 姓かな セイ せい 姓フリガナ 姓ふりがな フリガナ "
        "ふりがな カナ 氏名カナ シメイ"
    ),
    Field.GIVEN_NAME_KANA: "givennamekana firstnamekana givennamereading vornamekana 名カナ 名かな メイ めい 名フリガナ 名ふりがな",
    Field.FAMILY_NAME_LATIN: (
        "familynamelatin familynameroman surnamelatin lastnamelatin nachnamelatein nachnamelateinisch "
        "familiennamelateinisch 姓ローマ字 姓英字 姓英語"
    ),
    Field.GIVEN_NAME_LATIN: "givennamelatin givennameroman firstnamelatin vornamelatein vornamelateinisch 名ローマ字 名英字 名英語",
    Field.EMAIL: "email mail emailaddress mailaddress emailadresse mailadresse メール メールアドレス eメール 電子メール",
    Field.DELEGATE_EMAIL: (
        "delegateemail assistantemail emailofassistant emailoftheassistant assistenzemail emailassistenz "
        "emailderassistenz sekretariatemail 秘書メール 秘書メールアドレス 代理メール"
    ),
    Field.COMPANY: (
        "company organisation organization firm institution firma unternehmen einrichtung universitat 会社 会社名 団体 団体名 所属 "
        "組織 勤務先 貴社名"
    ),
    Field.DEPARTMENT: "department division abteilung bereich 部署 部署名 部門",
    Field.JOB_TITLE: "jobtitle position role function funktion rolle stellung 役職 職名 肩書 肩書き お役職",
    Field.LOCALE: "language locale lang sprache korrespondenzsprache 言語 使用言語",
    Field.EVENTS: "events event veranstaltung veranstaltungen termine 行事 イベント 参加行事",
    Field.CONTINGENT: "contingent pool kontingent 枠 割当枠 割り当て枠",
    Field.FLAGS: "flags flag marks marken kennzeichen merkmale vip 区分 フラグ 備考区分",
    Field.COMPANIONS: "companions companion plusone plusones guestsallowed begleitung begleitpersonen 同伴者 ご同伴者 同伴",
    Field.MAX_COMPANIONS: (
        "maxcompanions numberofcompanions howmanycompanions anzahlbegleitung anzahlbegleitpersonen "
        "wievielebegleitpersonen 同伴者数 同伴人数"
    ),
    Field.COMPANIONS_BY: "companionsby companionsnamedby begleitungbis begleitungnennenbis 同伴者登録期限 同伴者期限",
    Field.ANSWER_BY: "answerby replyby rsvp rsvpby deadline antwortbis ruckmeldungbis antwortfrist 回答期限 返信期限 返答期限",
    Field.INVITER: "inviter invitedby host einladender eingeladenvon einladendurch gastgeber 招待者 招待元",
    Field.CO_HOST: "cohost partner mitgastgeber mitveranstalter 共催 共催者 共催団体",
}
_FIELD = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_SEPARATORS = re.compile(r"[\W_]+")

Columns = dict[str, int]
"""Which column says what: {field: number of the column, from 0}."""


def guessed_columns(header: list[str]) -> Columns:
    """The columns whose headings are known. The first column of a kind is taken; a whole name only where the parts are missing."""
    columns: Columns = {}
    for number, heading in enumerate(header):
        field = _FIELD.get(_folded(heading))
        if field:
            columns.setdefault(field, number)
    if Field.FAMILY_NAME in columns:
        columns.pop(Field.WHOLE_NAME, None)
    return columns


def _folded(heading: str) -> str:
    """Case, blanks, width and accents do not count; the voicing marks of kana do."""
    narrow = unicodedata.normalize("NFKC", heading).casefold()
    plain = "".join(letter for letter in unicodedata.normalize("NFD", narrow) if unicodedata.combining(letter) != 230)
    return _SEPARATORS.sub("", unicodedata.normalize("NFC", plain))
