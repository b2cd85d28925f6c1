"use strict";

// Everything from the server is put in with textContent; nothing is ever parsed as HTML.

const log = document.getElementById("log");
const form = document.getElementById("form");
const input = document.getElementById("message");
const send = document.getElementById("send");
let sender = newSender();

function newSender() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function show(node) {
  log.append(node);
  node.scrollIntoView({ block: "nearest" });
  return node;
}

function speaker(name) {
  const node = element("div", "quiet", name);
  return node;
}

function showUser(text) {
  const turn = element("div", "turn");
  turn.append(speaker("You"), element("div", "user", text));
  show(turn);
}

function choiceButtons(choices) {
  const row = element("div", "choices");
  for (const [title, message] of choices) {
    const button = element("button", "", title);
    button.type = "button";
    button.addEventListener("click", () => ask(message));
    row.append(button);
  }
  return row;
}

function sourceList(answer) {
  const details = element("details");
  details.append(element("summary", "", "Sources"));
  const list = element("ul");
  for (const citation of answer.citations) {
    const item = element("li", "", `[${citation.number}] ${citation.label} (${citation.status}) `);
    if (citation.url && citation.url.startsWith("https://")) {
      const link = element("a", "", "open");
      link.href = citation.url;
      link.rel = "noopener noreferrer";
      link.target = "_blank";
      item.append(link);
    }
    list.append(item);
  }
  for (const statement of answer.statements) {
    const from = statement.sources.length ? `; sources: ${statement.sources.join(", ")}` : "";
    list.append(element("li", "", `${statement.id}: ${statement.support.replaceAll("_", " ")}${from}`));
  }
  details.append(list);
  return details;
}

function answerCard(answer) {
  const card = element("div", "bot");
  let text = answer.text;
  if (answer.escalation) {
    const alarm = element("p", "alarm", answer.escalation.text);
    alarm.setAttribute("role", "alert");
    card.append(alarm);
    if (text.startsWith(answer.escalation.text)) text = text.slice(answer.escalation.text.length).trimStart();
  }
  card.append(element("div", "text", text));
  if (answer.ask) card.append(choiceButtons(answer.ask.choices.map((choice) => [choice, choice])));
  if (answer.follow_ups.length) card.append(choiceButtons(answer.follow_ups.map((f) => [f.title, f.message])));
  if (answer.citations.length || answer.statements.length) card.append(sourceList(answer));
  return card;
}

function showReplies(messages) {
  const turn = element("div", "turn");
  turn.append(speaker("Assistant"));
  for (const message of messages) {
    if (message.custom && message.custom.answer) turn.append(answerCard(message.custom.answer));
    else if (message.text) turn.append(element("div", "bot text", message.text));
  }
  show(turn);
}

async function reply(text) {
  const response = await fetch("/webhooks/rest/webhook", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sender, message: text }),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

async function ask(text) {
  if (send.disabled) return;
  const asked = sender;
  showUser(text);
  send.disabled = true;
  log.setAttribute("aria-busy", "true");
  try {
    const messages = await reply(text);
    if (asked === sender) showReplies(messages);
  } catch {
    if (asked === sender) {
      showReplies([{ text: "I could not reach the assistant. Is it still running? Your message was not answered." }]);
    }
  }
  log.removeAttribute("aria-busy");
  send.disabled = false;
  input.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (!text || send.disabled) return;
  input.value = "";
  ask(text);
});

input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.getElementById("new").addEventListener("click", () => {
  sender = newSender();
  log.replaceChildren();
  input.focus();
});

input.focus();
