"""How fast and how heavy the assistant is, beside stock Rasa."""
