"""What can be asked of a network or of results: similarity, forgetting, negative transfer, wordings."""
