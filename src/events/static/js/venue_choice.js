// The questions about a new venue show only while "new venue" is chosen; without this script they always do.
const choice = document.querySelector("#venue");
const questions = document.querySelector("[data-new-venue]");
const settle = () => { questions.hidden = choice.value !== "new"; };
choice.addEventListener("change", settle);
settle();
