// Puts a link into the clipboard, and says so. Without a clipboard the link stands on the page to be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.querySelector("[aria-live]");
    words.dataset.words ??= words.textContent;
    words.textContent = button.dataset.copied;
    setTimeout(() => { words.textContent = words.dataset.words; }, 3000);
  });
}
