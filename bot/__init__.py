"""The assistant: what is known, how it is asked for, and how it is told."""
