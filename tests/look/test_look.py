"""The components in a real browser: reachable for everyone, never wider than the screen, nothing the content policy forbids."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, async_playwright, expect

from tests.chromium import launch_chromium

from .rendering import SAMPLES, sample_page, show

# For each hue class, the contrast of every pair of colours that depends on the hue; a banner by its lightest end.
CONTRASTS = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const shares = [...canvas.getImageData(0, 0, 1, 1).data].map(byte => byte / 255);
    const [r, g, b] = shares.map(share => share <= .04045 ? share / 12.92 : ((share + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const pairs = [["--brand", "--card"], ["--brand", "--paper"], ["--brand", "--brand-soft"], ["--on-brand", "--brand"],
                 ["--on-brand", "--brand-strong"], ["--on-banner-gold", "--banner-end"]];
  const probe = document.body.appendChild(document.createElement("p"));
  const found = {};
  for (let hue = 0; hue < 360; hue += 5) {
    probe.className = `hue-${hue}`;
    for (const pair of pairs) {
      const [text, ground] = pair.map(name => {
        probe.style.color = name === "--banner-end" ? "oklch(33% .105 calc(var(--hue) - 8))" : `var(${name})`;
        return luminance(getComputedStyle(probe).color) + .05;
      });
      found[`${hue} ${pair.join(" on ")}`] = Math.max(text, ground) / Math.min(text, ground);
    }
  }
  return found;
}"""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await launch_chromium(playwright)
        yield chromium
        await chromium.close()


@pytest.mark.parametrize("sample", SAMPLES)
async def test_sample_has_no_accessibility_violation_in_either_scheme(browser: Browser, sample: str) -> None:
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme, language in zip(schemes, ("en", "ja"), strict=True):
        page = await sample_page(browser, 390, scheme)
        await show(page, sample, language)
        found = await Axe().run(page, options=WCAG)
        assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found.response["violations"]] == []
        await page.close()


@pytest.mark.parametrize("width", [320, 1280])
async def test_no_sample_is_wider_than_its_screen(browser: Browser, width: int) -> None:
    page = await sample_page(browser, width)
    widths = {}
    for sample in SAMPLES:
        for language in ("de", "ja"):
            await show(page, sample, language)
            widths[sample, language] = await page.evaluate("document.documentElement.scrollWidth")
        assert widths == dict.fromkeys(widths, width)
    await page.close()


async def test_content_policy_finds_nothing_to_forbid(browser: Browser) -> None:
    page = await sample_page(browser, 390)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for sample in SAMPLES:
        await show(page, sample, "en")
    assert complaints == []
    await page.close()


async def test_targets_are_large_enough_for_thumbs(browser: Browser) -> None:
    page = await sample_page(browser, 390)
    small: list[str] = []
    for sample in SAMPLES:
        await show(page, sample, "en")
        small += await page.evaluate(
            """() => [...document.querySelectorAll("button, a.button, input, select, textarea, summary, .languages-choice, .section")]
              .map(control => [control, control.getBoundingClientRect()])
              .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24)).map(([control]) => control.outerHTML)"""
        )
    assert small == []
    await page.close()


async def test_refused_form_takes_the_reader_to_the_errors_and_on_into_the_field(browser: Browser) -> None:
    page = await sample_page(browser, 390)
    await show(page, "refused", "en")
    await expect(page.locator("[data-errors]")).to_be_focused()
    await page.get_by_role("link", name="Family name: Please fill this in.").click()
    family_name = page.get_by_label("Family name")
    await expect(family_name).to_be_focused()
    await expect(family_name).to_have_accessible_description("Please fill this in.")
    await page.close()


async def test_mistyped_address_is_named_at_once_and_forgiven_when_right(browser: Browser) -> None:
    page = await sample_page(browser, 390)
    await show(page, "signup", "en")
    email = page.get_by_label("Email")
    await email.fill("katharina@")
    await email.blur()
    await expect(page.get_by_text("This address looks incomplete")).to_be_visible()
    await expect(email).to_have_attribute("aria-invalid", "true")
    await email.fill("katharina@example.com")
    await expect(page.get_by_text("This address looks incomplete")).to_have_count(0)
    await expect(email).to_have_accessible_description("Your ticket goes to this address.")
    await expect(email).not_to_have_attribute("aria-invalid", "true")
    await page.close()


async def test_form_is_sent_once_however_often_the_button_is_pressed(browser: Browser) -> None:
    page = await sample_page(browser, 390)
    await show(page, "signup", "en")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.url.endswith("/sent") else None)
    await page.evaluate("for (let press = 0; press < 3; press++) document.querySelector('form').requestSubmit()")
    await page.wait_for_url("**/sent")
    assert sent == ["POST"]
    await page.close()


async def test_dialog_opens_instead_of_the_page_and_closes_on_its_shade(browser: Browser) -> None:
    page = await sample_page(browser, 390)
    await show(page, "programme", "en")
    await page.get_by_role("link", name="Cancel the booking").click()
    dialog = page.get_by_role("dialog", name="Cancel this booking?")
    await expect(dialog).to_be_visible()
    await page.mouse.click(5, 5)
    await expect(dialog).to_be_hidden()
    await page.close()


async def test_every_hue_keeps_its_contrast_in_both_schemes(browser: Browser) -> None:
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        page = await sample_page(browser, 390, scheme)
        await show(page, "programme", "en")
        measured = await page.evaluate(CONTRASTS)
        assert len(measured) == 72 * 6
        assert {name: ratio for name, ratio in measured.items() if ratio < 4.5} == {}  # WCAG 2.2, 1.4.3
        await page.close()
