"""How a message gets in and out, and whose conversation it is. Nothing here knows medicine."""
