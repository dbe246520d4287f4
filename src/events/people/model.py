"""Whatever carries a person's names: fields per script, family and given apart, stored exactly as they were typed."""

from typing import Protocol

import msgspec


class Named(Protocol):
    """Read-only view of names; guests of every room fit it. A person with one name has it as family name."""

    @property
    def honorific(self) -> str: ...

    @property
    def family_name(self) -> str: ...

    @property
    def given_name(self) -> str: ...

    @property
    def family_name_kana(self) -> str: ...

    @property
    def given_name_kana(self) -> str: ...

    @property
    def family_name_latin(self) -> str: ...

    @property
    def given_name_latin(self) -> str: ...


class Listed(Named, Protocol):
    """Names together with what else people are looked up by."""

    @property
    def company(self) -> str: ...

    @property
    def department(self) -> str: ...


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """The plainest thing that is `Listed`, for code that has only the names at hand."""

    honorific: str = ""
    family_name: str = ""
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    family_name_latin: str = ""
    given_name_latin: str = ""
    company: str = ""
    department: str = ""
