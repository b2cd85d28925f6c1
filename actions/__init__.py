"""Rasa's custom actions: one turn of the conversation each. Thin; what happens is in bot/dialogue and bot/guidance."""
