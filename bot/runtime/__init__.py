"""Starting the assistant and joining its parts: one process, its stores and its front door."""
