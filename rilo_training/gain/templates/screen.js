"use strict";
// Keeps nothing: neither a store of the browser nor an address is used. A file is all that remains.
const body = document.body;
const items = [...document.querySelectorAll("fieldset[data-item]")];
const parts = ["cases", "departure", "words", "how"];
const said = document.getElementById("said");
let saved = 0;
let isChanged = false;

function chosen(item, name) {
  const found = item.querySelector(`input[name=${name}${item.dataset.item}]:checked`);
  return found ? found.value : "";
}

function answers() {
  return items.map((item) => ({
    item: Number(item.dataset.item),
    answer: chosen(item, "answer"),
    sure: chosen(item, "sure"),
  }));
}

// Who does not know yet is neither sure nor not sure.
function refresh() {
  for (const item of items) {
    const isOpen = !["", "n"].includes(chosen(item, "answer"));
    item.querySelector(".sure").classList.toggle("off", !isOpen);
    for (const input of item.querySelectorAll(".sure input")) {
      input.disabled = !isOpen;
      if (!isOpen) input.checked = false;
    }
  }
  const given = answers().filter((one) => one.answer).length;
  document.getElementById("count").textContent = `${given} of ${items.length} answered`;
}

function named(list) {
  return list.map((one) => one.item).join(", ");
}

function report(name) {
  const given = answers();
  const empty = given.filter((one) => !one.answer);
  const unsaid = given.filter((one) => one.answer && one.answer !== "n" && !one.sure);
  const lines = [`The file ${name} was saved. Hand it in.`];
  if (empty.length) lines.push(`Without an answer: question ${named(empty)}.`);
  if (unsaid.length) lines.push(`Say sure or not sure: question ${named(unsaid)}.`);
  if (empty.length || unsaid.length) lines.push("You may go on, and save again.");
  said.textContent = lines.join("\n");
  said.hidden = false;
}

function save() {
  saved += 1;
  const { format, participant, occasion, form, world } = body.dataset;
  const task = Object.fromEntries(parts.map((id) => [id, document.getElementById(id).value]));
  const content = { format, participant, occasion, form, world_id: world, saved, at: Date.now(), answers: answers(), task };
  const text = JSON.stringify(content, null, 1);
  const plain = participant.replace(/[^A-Za-z0-9_-]+/g, "_");
  const name = `gain_${occasion}_${plain}_${saved}.json`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  document.getElementById("copied").value = text;
  document.getElementById("copy").hidden = false;
  isChanged = false;
  report(name);
}

document.getElementById("test").addEventListener("input", () => {
  isChanged = true;
  said.hidden = true;
  refresh();
});
document.getElementById("test").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("save").addEventListener("click", save);
document.getElementById("save_again").addEventListener("click", save);
window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
refresh();
